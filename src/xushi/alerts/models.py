"""预警：对象、原因、级别；上面的房间把判断交下来，这里开、改级、清。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from xushi.alerts.rules import BEFORE_START, OF_INDICATORS, ON_SITE, OWED, Cause, Level
from xushi.kit.fields import MonthField
from xushi.units.models import Role, Unit
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from datetime import datetime

    from xushi.units.models import User


# 最要紧的在前：先级别，再原因，再差得多、拖得久
RANKED = (
    Cause.OVERDUE_START,
    Cause.SLIPPING,
    Cause.OVERDUE_COMPLETION,
    Cause.REPORT_MISSING,
    Cause.NOT_IN_STATISTICS,
    Cause.ANOMALY,
)
CAUSE_ORDER = (*RANKED, *BEFORE_START, *ON_SITE, *OWED, *OF_INDICATORS)
OPEN = Q(cleared_at=None)


def _rank(column: str, order: tuple[str, ...]) -> Case:
    """The place of a value in an order; what is not in it comes last."""
    whens = [When(**{column: str(value)}, then=Value(place)) for place, value in enumerate(order)]
    return Case(*whens, default=Value(len(order)), output_field=IntegerField())


def in_sight(user: "User") -> Q:
    """As a project is seen; but statistics, who see every project, see no order and no instruction of others."""
    if not user.has_role(Role.STATISTICS) or user.has_role(Role.OFFICE, Role.LEADER, Role.INSPECTOR):
        return scoped(user)
    return scoped(user) & ~Q(cause__in=[Cause.ORDER_DUE, Cause.INSTRUCTION_DUE])


def led_by(user: "User") -> Q:
    """指标牵头: the alerts of the indicators that the person's working group leads; empty for everybody else."""
    wanted = Q()
    for held in user.appointments_in_force:
        if held.role == Role.INDICATOR_LEAD:
            wanted |= Q(group__in=Unit.objects.answered_for_by(held.unit.path).values("pk"))
    return wanted


class AlertQuerySet(QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(cleared_at=None)

    def open_at(self, moment: "datetime") -> "AlertQuerySet":
        """Alerts that stood open at a past moment."""
        return self.filter(Q(cleared_at=None) | Q(cleared_at__gt=moment), opened_at__lte=moment)

    def visible_to(self, user: "User") -> "AlertQuerySet":
        seen, led = in_sight(user), led_by(user)
        return self.filter(seen | led if seen and led else seen)


class Alert(models.Model):
    """预警: one open alert per subject and cause; clearing keeps the row."""

    subject_kind = models.CharField("对象类别", max_length=40, help_text="模型标签，如 registry.project")
    subject_id = models.BigIntegerField("对象编号")
    subject_name = models.CharField("对象名称", max_length=300)
    cause = models.CharField("原因", max_length=30, choices=Cause.choices())
    level = models.CharField("级别", max_length=10, choices=Level.choices())
    since = models.DateField("自何日起", help_text="计划应做到的那一天；逾期天数从它算起")
    month = MonthField("判断所依月份", null=True, blank=True)
    amount = models.BigIntegerField("欠额（元）", null=True, blank=True)
    points = models.DecimalField("差几个百分点", max_digits=9, decimal_places=4, null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    opened_at = models.DateTimeField("开出时间")
    changed_at = models.DateTimeField("最近变动")
    cleared_at = models.DateTimeField("解除时间", null=True, blank=True)
    # 可见范围与归类：随对象抄下来，预警自己就能按人、按属地、按领导筛
    territory = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="属地")
    responsible_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="责任单位"
    )
    owner_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="项目单位")
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="挂钩领导"
    )
    group = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="牵头组", help_text="指标的，项目没有"
    )

    # 项目的：账按这两样分开，清单的标签才知道哪些在那次关账的名单里
    basis = models.BigIntegerField("判断所据的关账", null=True)
    stage = models.PositiveSmallIntegerField("那次关账里的区级阶段", null=True)

    # 排序用，库里自己算：让“最要紧的在前”走得了索引
    level_rank = models.GeneratedField(
        expression=_rank("level", (Level.RED,)), output_field=models.SmallIntegerField(), db_persist=True
    )
    cause_rank = models.GeneratedField(
        expression=_rank("cause", RANKED), output_field=models.SmallIntegerField(), db_persist=True
    )
    behind = models.GeneratedField(
        expression=Coalesce("points", Value(0), output_field=models.DecimalField()),
        output_field=models.DecimalField(max_digits=9, decimal_places=4),
        db_persist=True,
    )

    objects: ClassVar[Any] = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = "预警"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "cause"],
                condition=Q(cleared_at=None),
                name="one_open_alert_per_subject_and_cause",
            )
        ]
        indexes = [
            models.Index(fields=["cause", "level", "territory"], condition=OPEN, name="alert_open"),
            models.Index(
                fields=["level_rank", "cause_rank", "behind", "since", "subject_name"],
                condition=OPEN,
                name="alert_worst",
            ),
            models.Index(
                fields=["cause_rank", "level_rank", "behind", "since", "subject_name"],
                condition=OPEN,
                name="alert_worst_of_cause",
            ),
            models.Index(fields=["cause", "since", "-amount"], condition=OPEN, name="alert_longest"),
            models.Index(fields=["cause", "points"], condition=OPEN, name="alert_slowest"),
            models.Index(fields=["cause", "opened_at"], condition=OPEN, name="alert_opened"),
            # 一个区的，不必走过全省的
            models.Index(
                fields=["territory", "cause", "subject_kind", "subject_id"],
                condition=OPEN,
                name="alert_of_territory",
            ),
            models.Index(
                fields=["cleared_at", "cause", "opened_at"],
                condition=Q(cleared_at__isnull=False),
                name="alert_cleared",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="alert_subject"),
            models.Index(fields=["changed_at"], name="alert_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.subject_name}"


class TallyQuerySet(QuerySet["AlertTally"]):
    def visible_to(self, user: "User") -> "TallyQuerySet":
        return self.filter(in_sight(user))


class AlertTally(models.Model):
    """预警的账: open alerts by territory, responsible unit, cause, level and what a project was judged by (basis,
    stage), kept as alerts open, change and clear.

    A reader adds up: two runs at once may leave two rows of one key, whose sum is right. tally.recount mends it.
    """

    territory = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="属地")
    responsible_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="责任单位"
    )
    cause = models.CharField("原因", max_length=30, choices=Cause.choices())
    level = models.CharField("级别", max_length=10, choices=Level.choices())
    basis = models.BigIntegerField("判断所据的关账", null=True)
    stage = models.PositiveSmallIntegerField("那次关账里的区级阶段", null=True)
    open = models.IntegerField("开着的条数", default=0)

    objects: ClassVar[Any] = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = "预警的账"
        indexes = [  # 全省的合计、一处的合计都只走索引，不翻表
            models.Index(fields=["cause", "level", "territory", "open"], name="tally_cause"),
            models.Index(fields=["territory", "cause", "level", "open"], name="tally_place"),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.open}"


class ThresholdSet(models.Model):
    """预警阈值: one row per change, of all districts or of one, so that a past judgement can be explained."""

    effective_at = models.DateTimeField("生效时间", db_index=True)
    district = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="哪个区",
        help_text="空着是各区共用的；一个区的只记与上级不同的项",
    )
    values = models.JSONField("阈值", help_text="alerts.rules.Thresholds 的各项")
    reason = models.CharField("调整理由", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "预警阈值"
        ordering = ["-effective_at"]

    def __str__(self) -> str:
        return f"{self.effective_at:%Y-%m-%d} {self.reason}"
