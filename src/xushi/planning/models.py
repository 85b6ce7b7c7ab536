"""储备与年度计划：储备、一年的计划和它的每一项、各单位的建议、向省市的申报。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from xushi.kit.fields import MonthField
from xushi.planning.addresses import ProgrammeKey
from xushi.planning.rules import Maturity
from xushi.registry.models import Category, Project
from xushi.units.models import Role, Unit
from xushi.units.owned import Owned, OwnedQuerySet, seen_over
from xushi.units.policy import DISTRICT_WIDE, scoped, sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
STAGES = [(1, "当年实施"), (2, "前期工作")]
READERS = (*DISTRICT_WIDE, Role.DEPARTMENT, Role.TERRITORY)


class ScopedQuerySet(QuerySet[Any]):
    def visible_to(self, user: "User") -> "ScopedQuerySet":
        return self.filter(scoped(user))


class Scoped(models.Model):
    """The units and the leader that say who sees a row, as a project's own row carries them."""

    name = models.CharField("项目名称", max_length=300)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name="类别")
    territory = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="属地")
    responsible_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    owner_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目单位"
    )
    leader = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="挂钩领导"
    )
    total_investment = models.BigIntegerField("总投资（元）")
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Reserve(Scoped):
    """储备: one entry, by maturity; it may point to a registry project, or become one."""

    name_key = models.CharField("归一名称", max_length=300)
    maturity = models.PositiveSmallIntegerField("成熟度", choices=[(m.value, m.label) for m in Maturity])
    first_year_investment = models.BigIntegerField("首年计划投资（元）", default=0)
    expected_start = MonthField("预计开工", null=True, blank=True)
    lacking = models.CharField("还缺什么", max_length=200, blank=True)
    content = models.TextField("建设内容", blank=True)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="reserves", verbose_name="库中项目"
    )
    proposed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    proposed_unit = models.CharField("提出单位", max_length=120, blank=True)
    proposed_at = models.DateTimeField("提出时间")
    left_at = models.DateTimeField("出库时间", null=True, blank=True)
    left_reason = models.CharField("出库原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "储备项目"
        constraints = [
            models.UniqueConstraint(fields=["name_key"], condition=Q(left_at=None), name="reserve_name_once"),
            models.CheckConstraint(
                condition=Q(first_year_investment__gte=0, total_investment__gte=F("first_year_investment")),
                name="reserve_first_year_within_total",
            ),
        ]
        indexes = [
            models.Index(fields=["maturity"], condition=Q(left_at=None), name="reserve_standing"),
        ]

    @property
    def ripe(self) -> bool:
        return self.maturity == Maturity.RIPE


class ProgrammeQuerySet(OwnedQuerySet["Programme"]):
    def visible_to(self, user: "User") -> "ProgrammeQuerySet":
        """Those that all share; a district's for whoever works within it, or oversees it."""
        scopes = [held.scope for held in user.appointments_in_force if held.role in READERS]
        return self.filter(seen_over(scopes)) if scopes else self.none()

    def own_first(self) -> "ProgrammeQuerySet":
        """The latest year first, within it a district's before what is compiled above it; with their districts."""
        return self.select_related("district").order_by("-year", F("district__path").desc(nulls_last=True))


class Programme(Owned):
    """年度计划草案: compiled, talked over, adopted; written holds what adopting wrote, for taking it back.

    district: whose office compiles it; none where that is the office of all, or the only one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        ADOPTED = "adopted", "已下达"

    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    proposals_due = models.DateField("建议报送截止")
    compiled_at = models.DateTimeField("编制时间")
    adopted_at = models.DateTimeField("下达时间", null=True, blank=True)
    adopted_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="下达人"
    )
    written = models.JSONField("下达写入的行", default=dict)

    objects: ClassVar[Any] = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = "年度计划编制"
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(district=None), name="common_programme_once_a_year"
            ),
            models.UniqueConstraint(fields=["district", "year"], name="programme_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.whose}{self.year}年重大项目计划"

    @property
    def whose(self) -> str:
        """The district's name; "" where it is common."""
        return self.district.name if self.district else ""

    @property
    def short(self) -> str:
        return f"{self.whose}{self.year}年计划"

    @property
    def key(self) -> str:
        """What its addresses call it."""
        return str(ProgrammeKey(self.year, self.district_id))

    @property
    def adopted(self) -> bool:
        return self.state == self.State.ADOPTED


class ProgrammeItem(Scoped):
    """计划里的一项: a project or a reserve entry, as it was when it was taken in; amounts in 元."""

    class Source(models.TextChoices):
        CARRIED = "carried", "续建"
        ADMITTED = "admitted", "已入库"
        RIPE = "ripe", "成熟储备"
        PROPOSED = "proposed", "单位建议"

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="items", verbose_name="计划")
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="库中项目"
    )
    reserve = models.ForeignKey(
        Reserve, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="储备项目"
    )
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    stage = models.PositiveSmallIntegerField("阶段", choices=STAGES, default=1)
    provincial = models.BooleanField("省级", default=False)
    municipal = models.BooleanField("市级", default=False)
    planned_investment = models.BigIntegerField("年度计划（元）", default=0)
    invested_before = models.BigIntegerField("至上年底累计（元）", default=0)
    start_month = MonthField("计划开工", null=True, blank=True)
    completion_month = MonthField("计划竣工", null=True, blank=True)
    dropped = models.BooleanField("不列入", default=False)
    reason = models.CharField("理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "计划项目"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "project"], condition=Q(project__isnull=False), name="item_project_once"
            ),
            models.UniqueConstraint(
                fields=["programme", "reserve"], condition=Q(reserve__isnull=False), name="item_reserve_once"
            ),
            models.CheckConstraint(
                condition=Q(planned_investment__gte=0, invested_before__gte=0), name="item_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=False) | Q(reserve__isnull=False), name="item_of_something"
            ),
        ]
        indexes = [models.Index(fields=["programme", "dropped", "stage"], name="item_of_programme")]


class ProposalQuerySet(QuerySet["Proposal"]):
    def visible_to(self, user: "User") -> "ProposalQuerySet":
        """Whoever oversees the unit that made it; else that unit."""
        if sees_everything(user):
            return self.all()
        condition = Q(pk__in=[])
        for held in user.appointments_in_force:
            over = held.scope if held.role in DISTRICT_WIDE else held.unit
            condition |= Q(unit__in=Unit.objects.answered_for_by(over.path).values("pk"))
        return self.filter(condition)


class Proposal(models.Model):
    """建议: a unit asks to add a reserve entry or a project, to drop an item, or to change it."""

    class Kind(models.TextChoices):
        ADD = "add", "增列"
        DROP = "drop", "不列"
        CHANGE = "change", "调整"

    class State(models.TextChoices):
        OPEN = "open", "待审"
        ACCEPTED = "accepted", "采纳"
        REFUSED = "refused", "未采纳"

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="proposals", verbose_name="计划")
    kind = models.CharField("建议", max_length=10, choices=Kind.choices)
    item = models.ForeignKey(
        ProgrammeItem,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name="计划项目",
    )
    reserve = models.ForeignKey(
        Reserve, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="储备项目"
    )
    planned_investment = models.BigIntegerField("建议年度计划（元）", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="提出人")
    at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.CharField("审核意见", max_length=200, blank=True)
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)

    objects: ClassVar[Any] = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "计划建议"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind"],
                condition=Q(state="open", item__isnull=False),
                name="one_open_proposal",
            ),
            models.UniqueConstraint(
                fields=["programme", "reserve"],
                condition=Q(state="open", reserve__isnull=False),
                name="one_open_addition",
            ),
            models.CheckConstraint(
                condition=Q(planned_investment=None) | Q(planned_investment__gte=0),
                name="proposal_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}“{self.item or self.reserve}”"


class DeclarationQuerySet(QuerySet["Declaration"]):
    def visible_to(self, user: "User") -> "DeclarationQuerySet":
        return self.filter(scoped(user, "project__"))


class Declaration(models.Model):
    """申报: a project for the municipal or provincial list of a year; an accepted one stands on that list."""

    class State(models.TextChoices):
        PREPARED = "prepared", "准备中"
        SENT = "sent", "已上报"
        ACCEPTED = "accepted", "已列入"
        REFUSED = "refused", "未列入"

    project = models.ForeignKey(Project, models.PROTECT, related_name="declarations", verbose_name="项目")
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("级别", max_length=12, choices=[("provincial", "省级"), ("municipal", "市级")])
    stage = models.PositiveSmallIntegerField("阶段", choices=STAGES, default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PREPARED)
    words = models.CharField("申报理由", max_length=300, blank=True)
    reason = models.CharField("未列入的原因", max_length=300, blank=True)
    prepared_at = models.DateTimeField("准备时间")
    sent_on = models.DateField("上报日期", null=True, blank=True)
    decided_on = models.DateField("批复日期", null=True, blank=True)

    objects: ClassVar[Any] = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = "申报"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year", "level"], condition=~Q(state="refused"), name="declared_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="declaration_refused_says_why"
            ),
        ]
        indexes = [models.Index(fields=["year", "level", "state"], name="declaration_year_level")]

    def __str__(self) -> str:
        return f"“{self.project}”申报{self.year}年{self.get_level_display()}名单"
