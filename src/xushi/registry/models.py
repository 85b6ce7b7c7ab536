"""项目库：项目、名单、年度计划和它的每一次调整。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.kit.fields import MonthField
from xushi.registry.containers import seen_containers
from xushi.units.models import Unit
from xushi.units.owned import Owned, OwnedQuerySet
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL


class Category(models.Model):
    """类别: a tree; a category includes its descendants. code is the key in commands and exports."""

    code = models.SlugField("代号", unique=True, help_text="industrial、infrastructure …")
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField("路径", max_length=60, unique=True, help_text="各级编号，如 0001.0002.")

    class Meta:
        verbose_name = "类别"
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class IndustryChain(models.Model):
    name = models.CharField("产业链", max_length=60, unique=True)

    class Meta:
        verbose_name = "产业链"

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField("标签", max_length=40, unique=True)

    class Meta:
        verbose_name = "标签"

    def __str__(self) -> str:
        return self.name


class ProjectQuerySet(QuerySet["Project"]):
    def visible_to(self, user: "User") -> "ProjectQuerySet":
        return self.filter(scoped(user))


class Project(models.Model):
    """重大项目: one row of the registry; lists, plans and reports hang on it. Amounts in 元."""

    class Kind(models.TextChoices):
        APPROVAL = "approval", "审批类"
        VERIFICATION = "verification", "核准类"
        FILING = "filing", "备案类"

    class OwnerKind(models.TextChoices):
        FORTUNE_500 = "fortune_500", "世界500强"
        CENTRAL_SOE = "central_soe", "央企"
        STATE = "state", "国企"
        PRIVATE = "private", "民企"
        FOREIGN = "foreign", "外资"
        GOVERNMENT = "government", "政府投资"

    code = models.CharField("项目代码", max_length=40, blank=True)
    name = models.CharField("项目名称", max_length=300)
    name_key = models.CharField("归一名称", max_length=300, unique=True)
    search_text = models.TextField("检索文本", blank=True)
    kind = models.CharField("办理类型", max_length=20, choices=Kind.choices, default=Kind.FILING)
    category = models.ForeignKey(Category, models.PROTECT, related_name="projects", verbose_name="类别")
    chain = models.ForeignKey(
        IndustryChain, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name="产业链"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="projects", verbose_name="标签")
    territory = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="属地")
    responsible_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    owner_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目单位"
    )
    responsible_person = models.CharField("责任人", max_length=60, blank=True)
    leader = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="挂钩领导"
    )
    owner_kind = models.CharField("投资主体", max_length=20, choices=OwnerKind.choices, blank=True)
    total_investment = models.BigIntegerField("总投资（元）")
    content = models.TextField("建设内容", blank=True)
    scale = models.CharField("建设规模", max_length=200, blank=True)
    address = models.CharField("地点", max_length=200, blank=True)
    longitude = models.DecimalField("经度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    # 一生里各不相同的日子
    permit_on = models.DateField("施工许可", null=True, blank=True)
    started_on = models.DateField("政府认定开工", null=True, blank=True)
    statistics_entered_on = models.DateField("统计入库", null=True, blank=True)
    planned_completion_on = models.DateField("计划竣工", null=True, blank=True)
    completed_on = models.DateField("竣工", null=True, blank=True)
    accepted_on = models.DateField("竣工验收", null=True, blank=True)
    production_on = models.DateField("投产", null=True, blank=True)
    capacity_on = models.DateField("达产", null=True, blank=True)
    difficulty = models.CharField("当前卡点", max_length=120, blank=True)
    removed_on = models.DateField("退库日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "项目"
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="project_code_once"),
            models.CheckConstraint(
                condition=Q(total_investment__gte=0), name="project_investment_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectRevision(models.Model):
    """总投资与计划竣工的历次值: what the project was said to cost and end on, as of a day.

    stated_change is the change in total investment that the source itself prints (元), kept to be checked.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="revisions", verbose_name="项目")
    as_of = models.DateField("报告日期")
    total_investment = models.BigIntegerField("总投资（元）", null=True, blank=True)
    planned_completion_on = models.DateField("计划竣工", null=True, blank=True)
    stated_change = models.BigIntegerField("来源所称总投资变动（元）", null=True, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "投资与工期调整"
        ordering = ["project", "as_of"]
        constraints = [models.UniqueConstraint(fields=["project", "as_of"], name="one_revision_per_day")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.as_of}"


class ListLevel(models.TextChoices):
    PROVINCIAL = "provincial", "省级"
    MUNICIPAL = "municipal", "市级"
    DISTRICT = "district", "区级"


class Stage(models.IntegerChoices):
    """当年实施 or 前期工作, as a number so that facts can carry 0 for 不在名单."""

    NONE = 0, "不在名单"
    UNDER_WAY = 1, "当年实施"
    PRELIMINARY = 2, "前期工作"


class Listing(models.Model):
    """名单: a project stands on the list of a year at a level."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="listings", verbose_name="项目")
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("级别", max_length=12, choices=ListLevel.choices)
    stage = models.PositiveSmallIntegerField("阶段", choices=[(1, "当年实施"), (2, "前期工作")])

    class Meta:
        verbose_name = "名单"
        constraints = [models.UniqueConstraint(fields=["project", "year", "level"], name="listed_once")]
        indexes = [models.Index(fields=["year", "level", "stage"], name="listing_year_level")]

    def __str__(self) -> str:
        return f"{self.year}年{self.get_level_display()}"


class CeremonyQuerySet(OwnedQuerySet["Ceremony"]):
    def visible_to(self, user: "User", alone: bool | None = None) -> "CeremonyQuerySet":
        """看得到的仪式: those of one's districts, and those at which a project was that one sees."""
        return self.filter(seen_containers(user, self._holding(user), alone))

    def with_projects_of(self, user: "User") -> "CeremonyQuerySet":
        """Those at which a project was that this person sees."""
        return self.filter(self._holding(user))

    @staticmethod
    def _holding(user: "User") -> Q:
        rows = Ceremony.projects.through._default_manager
        return Q(pk__in=rows.filter(project__in=Project.objects.visible_to(user)).values("ceremony"))


class Ceremony(Owned):
    """集中开工 / 集中竣工仪式, with the city's ranks.

    district: whose office recorded it; none where that is the office of all, or the only one.
    """

    class Kind(models.TextChoices):
        START = "start", "集中开工"
        COMPLETION = "completion", "集中竣工"

    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    title = models.CharField("名称", max_length=120)
    held_on = models.DateField("日期")
    rank_by_investment = models.PositiveSmallIntegerField("投资体量全市位次", null=True, blank=True)
    rank_by_count = models.PositiveSmallIntegerField("项目个数全市位次", null=True, blank=True)
    projects = models.ManyToManyField(Project, related_name="ceremonies", verbose_name="项目")

    objects: ClassVar[Any] = CeremonyQuerySet.as_manager()

    class Meta:
        verbose_name = "集中仪式"

    def __str__(self) -> str:
        return self.title


class AnnualPlan(models.Model):
    """年度投资计划: one row per version; at most one in force per project and year. Amounts in 元."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批"
        IN_FORCE = "in_force", "执行"
        SUPERSEDED = "superseded", "已调整"
        REFUSED = "refused", "未批"

    project = models.ForeignKey(Project, models.PROTECT, related_name="plans", verbose_name="项目")
    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.IN_FORCE)
    planned_investment = models.BigIntegerField("年度计划投资（元）")
    invested_before = models.BigIntegerField("至上年底累计（元）", default=0)
    start_month = MonthField("计划开工", null=True, blank=True)
    completion_month = MonthField("计划竣工", null=True, blank=True)
    goals = models.TextField("年度目标", blank=True)
    curve = models.JSONField(
        "序时曲线", null=True, blank=True, help_text="12个累计份额的文本，末项为1；空为按月均"
    )
    reason = models.CharField("调整理由", max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="批准人")
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)

    class Meta:
        verbose_name = "年度计划"
        constraints = [
            models.UniqueConstraint(fields=["project", "year", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["project", "year"], condition=Q(state="in_force"), name="one_plan_in_force"
            ),
            models.CheckConstraint(condition=Q(planned_investment__gte=0), name="plan_not_negative"),
        ]
        indexes = [models.Index(fields=["year"], condition=Q(state="in_force"), name="plan_in_force_year")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.year}年计划第{self.version}版"


class SavedView(models.Model):
    """存为视图: a person's own filters, columns and order of the project list."""

    user = models.ForeignKey(PERSON, models.CASCADE, related_name="saved_views")
    name = models.CharField("名称", max_length=40)
    query = models.TextField("查询串")

    class Meta:
        verbose_name = "视图"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_name_once")]

    def __str__(self) -> str:
        return self.name


class Watch(models.Model):
    """我盯的."""

    user = models.ForeignKey(PERSON, models.CASCADE, related_name="watches")
    project = models.ForeignKey(Project, models.CASCADE, related_name="watches")

    class Meta:
        verbose_name = "盯办"
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.user_id}→{self.project_id}"
