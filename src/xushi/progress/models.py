"""进度：月报、关账、每月定下来的事实、汇总、入统差额。月报的审核、草稿、照片、催报在 models_reports。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, NullIf

from xushi.kit.fields import MonthField
from xushi.progress.models_columns import Stages, StandingColumns, Sums
from xushi.registry.models import IndustryChain, Project
from xushi.units.models import Unit
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL


class ReportQuerySet(QuerySet["MonthlyReport"]):
    def visible_to(self, user: "User") -> "ReportQuerySet":
        return self.filter(scoped(user, "project__"))


class MonthlyReport(models.Model):
    """月报: cumulative investment since 1 January (元), one per project and month."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待审"
        ACCEPTED = "accepted", "已审"
        RETURNED = "returned", "退回"
        CARRIED = "carried", "沿用上月"

    project = models.ForeignKey(Project, models.PROTECT, related_name="reports", verbose_name="项目")
    month = MonthField("月份")
    state = models.CharField("状态", max_length=12, choices=State.choices)
    cumulative = models.BigIntegerField("年内累计完成投资（元）")
    physical_progress = models.TextField("形象进度", blank=True)
    facts = models.TextField("当月情况", blank=True)
    started_on = models.DateField("本月报开工日期", null=True, blank=True)
    completed_on = models.DateField("本月报竣工日期", null=True, blank=True)
    explanation = models.TextField("异常数说明", blank=True)
    difficulty_kinds = models.JSONField("问题类别", default=list, blank=True)
    difficulty = models.TextField("问题说明", blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    submitted_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="报送人"
    )
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "月报"
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="one_report_per_month"),
            models.CheckConstraint(condition=Q(cumulative__gte=0), name="cumulative_not_negative"),
        ]
        indexes = [models.Index(fields=["month", "state"], name="report_month_state")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month}"


class ClosingQuerySet(QuerySet["MonthClosing"]):
    def in_force(self) -> "ClosingQuerySet":
        return self.filter(reopened_at=None)

    def of(self, place: Unit | None) -> "ClosingQuerySet":
        """The closings that fix a month for a whole district or city, or for the whole tree where none is given."""
        if place is None:
            return self.filter(district=None)
        at_once = Q(district=None, kind=MonthClosing.Kind.OWN)
        return self.filter(at_once | Q(district=place) & ~Q(kind=MonthClosing.Kind.DIRECT))

    def fixing(self) -> "ClosingQuerySet":
        """Those that hold facts themselves, and so say of each project what it was."""
        return self.exclude(kind=MonthClosing.Kind.SUMMED)


class MonthClosing(models.Model):
    """关账: fixes a month's figures. Reopening ends the version and leaves it; closing again writes the next.

    Of a tree with several districts each has its own. Once all below a city or a province are closed, a closing of
    that city, and one of the whole tree (no district), stand over theirs: those hold no facts, their parts do.
    """

    class Kind(models.TextChoices):
        OWN = "own", "自己关的"
        DIRECT = "direct", "只是本级，不含下面的区"
        SUMMED = "summed", "下面各区关齐了"

    month = MonthField("月份")
    district = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="区", help_text="空：全部的区一起"
    )
    kind = models.CharField("哪一种", max_length=8, choices=Kind.choices, default=Kind.OWN)
    parts = models.ManyToManyField(
        "self", symmetrical=False, related_name="wholes", verbose_name="各区的关账"
    )
    version = models.PositiveSmallIntegerField("版本", default=1)
    closed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="关账人")
    closed_at = models.DateTimeField("关账时间")
    reopened_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="重开人"
    )
    reopened_at = models.DateTimeField("重开时间", null=True, blank=True)
    reopen_reason = models.CharField("重开理由", max_length=300, blank=True)

    objects: ClassVar[Any] = ClosingQuerySet.as_manager()

    class Meta:
        verbose_name = "关账"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "version"], condition=Q(district=None), name="closing_version_once"
            ),
            models.UniqueConstraint(
                fields=["month"], condition=Q(reopened_at=None, district=None), name="one_closing_in_force"
            ),
            models.UniqueConstraint(
                fields=["month", "district", "kind", "version"],
                condition=Q(district__isnull=False),
                name="closing_version_once_a_district",
            ),
            models.UniqueConstraint(
                fields=["month", "district", "kind"],
                condition=Q(reopened_at=None, district__isnull=False),
                name="one_closing_in_force_a_district",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}第{self.version}版"


def ahead_of_schedule(month: Any) -> Case:
    """How far completion is ahead of the schedule at a month's end, in twelfths of the year's plan; NULL while it is
    not due or has no plan. A float, for order only: what is printed comes from whole numbers.
    """
    plan = NullIf(Cast(F("annual_plan"), models.FloatField()), Value(0.0))
    not_due = Q(started=False) & (Q(start_month=None) | Q(start_month__gt=month))
    ahead = (F("cumulative") * 12.0 - F("due_twelfths")) / plan
    return Case(When(not_due, then=Value(None)), default=ahead, output_field=models.FloatField())


class FactQuerySet(QuerySet["ProjectMonth"]):
    def visible_to(self, user: "User") -> "FactQuerySet":
        return self.filter(scoped(user))


class ProjectMonth(StandingColumns):
    """月度事实: one row per project and closing; never changed after the closing that wrote it."""

    closing = models.ForeignKey(MonthClosing, models.CASCADE, related_name="facts", verbose_name="关账")
    # 照抄关账的区，好让 PostgreSQL 按区分区；外键在关账上，这里不另设
    district_id = models.BigIntegerField("关账的区", help_text="0：全部的区一起关的")
    month = MonthField("月份")
    project = models.ForeignKey(Project, models.PROTECT, related_name="facts", verbose_name="项目")
    project_name = models.CharField("当时名称", max_length=300)
    responsible_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    owner_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="项目单位")
    chain = models.ForeignKey(
        IndustryChain, models.PROTECT, null=True, related_name="+", verbose_name="产业链"
    )
    leader = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="挂钩领导")
    owner_kind = models.CharField("投资主体", max_length=20, blank=True)
    total_investment = models.BigIntegerField("总投资")
    annual_plan = models.BigIntegerField("年度计划")
    plan_version = models.PositiveSmallIntegerField("计划版本", default=0)
    start_month = MonthField("计划开工", null=True)
    completion_month = MonthField("计划竣工", null=True)
    invested_before = models.BigIntegerField("至上年底累计")
    cumulative = models.BigIntegerField("年内累计")
    previous_cumulative = models.BigIntegerField("上月年内累计", default=0)
    due_twelfths = models.BigIntegerField("序时应完成（1/12元）")
    started_on = models.DateField("开工", null=True)
    completed_on = models.DateField("竣工", null=True)
    statistics_entered_on = models.DateField("入统", null=True)
    started = models.BooleanField("已开工")
    completed = models.BooleanField("本年已竣工")
    reported = models.BooleanField("本月有月报")

    # 排序用，库里自己算：让清单“慢得最多的在前”走得了索引
    ahead = models.GeneratedField(
        expression=ahead_of_schedule(F("month")), output_field=models.FloatField(), db_persist=True
    )

    objects: ClassVar[Any] = FactQuerySet.as_manager()

    class Meta:
        verbose_name = "月度事实"
        constraints = [models.UniqueConstraint(fields=["closing", "project"], name="one_fact_per_closing")]
        indexes = [
            models.Index(fields=["closing", "territory"], name="fact_closing_territory"),
            # 与上一个合起来答“属地在这里或责任单位在这里”
            models.Index(fields=["closing", "responsible_unit"], name="fact_closing_unit"),
            models.Index(fields=["project", "month"], name="fact_project_month"),
            # 领导在别处挂钩的项目；大半的项目没有挂钩领导，所以只收有的
            models.Index(fields=["leader", "closing"], condition=Q(leader__isnull=False), name="fact_leader"),
            # 清单上各个标签的数，不读行就数得出来
            models.Index(
                fields=[
                    "closing",
                    "district_stage",
                    "territory",
                    "responsible_unit",
                    "project",
                    "category",
                    "started",
                    "start_month",
                ],
                name="fact_closing_tabs",
            ),
            # 全省的清单按比序时排；带上关账，重开过的旧版不必读行就跳得过
            models.Index(fields=["month", "district_stage", "ahead", "id", "closing"], name="fact_slowest"),
            models.Index(
                fields=["month", "district_stage", "start_month", "closing", "territory", "responsible_unit"],
                condition=Q(started=False),
                name="fact_to_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_name} {self.month}"


class SummaryCell(StandingColumns, Sums):
    """汇总: sums of facts of one closing by stages × category × territory; a test holds it to the recount."""

    closing = models.ForeignKey(MonthClosing, models.CASCADE, related_name="cells", verbose_name="关账")

    class Meta:
        verbose_name = "汇总"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "closing",
                    "provincial_stage",
                    "municipal_stage",
                    "district_stage",
                    "category",
                    "territory",
                ],
                name="one_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.category_id} {self.territory_id}"


class DistrictCell(Stages, Sums):
    """各区的汇总: the summary cells of a closing added up over the territories of each district.

    district is the nearest district above the territory (the territory itself where there is none), so that a
    province adds up a ninth of the rows, and a district its own few.
    """

    closing = models.ForeignKey(
        MonthClosing, models.CASCADE, related_name="district_cells", verbose_name="关账"
    )
    district = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="区")

    class Meta:
        verbose_name = "各区的汇总"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "closing",
                    "district",
                    "district_stage",
                    "municipal_stage",
                    "provincial_stage",
                    "category",
                ],
                name="one_district_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.category_id} {self.district_id}"


class FactDrift(models.Model):
    """事后有改: this project's present rows would give another fact than the closing fixed."""

    closing = models.ForeignKey(MonthClosing, models.CASCADE, related_name="drifts", verbose_name="关账")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", verbose_name="项目")
    changes = models.JSONField("差别", default=dict, help_text="{字段: [定下的, 现在的]}")
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "事后改动"
        constraints = [models.UniqueConstraint(fields=["closing", "project"], name="one_drift")]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.project_id}"


class PublishedFigure(models.Model):
    """公布数: what a document or an imported total printed; compared with its own parts, never used instead."""

    month = MonthField("截止月份")
    level = models.CharField("级别", max_length=24, help_text="provincial_municipal、district …")
    category = models.CharField("类别代号", max_length=40, blank=True)
    name = models.CharField("数字", max_length=40, help_text="figures 的键，如 start_rate.under_way")
    value = models.CharField("印出的数", max_length=40, help_text="率为百分数，金额为亿元，照印")
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = "公布数"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "level", "category", "name", "source"], name="published_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.level} {self.name} {self.value}"


class StatisticsEntry(models.Model):
    """入统: what official statistics recorded of a project up to a month (元, since 1 January)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="statistics", verbose_name="项目")
    month = MonthField("月份")
    recorded = models.BigIntegerField("入统累计（元）")
    missing = models.JSONField("缺的依据", default=list, help_text="contract approval dated_photo form")
    helper_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="帮办单位"
    )
    note = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="填写人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "入统"
        constraints = [models.UniqueConstraint(fields=["project", "month"], name="one_statistics_entry")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month}"


from xushi.progress import models_reports  # noqa: E402, F401 - where Django finds the rest of the models
