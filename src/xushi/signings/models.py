"""招商签约：活动、签约项目、走过的每一步、跟进的每一笔；流失也留着，写明原因。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.registry.containers import seen_containers
from xushi.registry.models import Category, Project
from xushi.signings.rules import Stage
from xushi.units.models import Unit
from xushi.units.owned import Owned, OwnedQuerySet, seen_over
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
LIVE = Q(state="live")


class SigningEventQuerySet(OwnedQuerySet["SigningEvent"]):
    def visible_to(self, user: "User") -> "SigningEventQuerySet":
        """看得到的活动: those of one's districts, and those at which something of one's own was signed."""
        return self.filter(_seen(user))

    def open_to(self, user: "User") -> "SigningEventQuerySet":
        """Those into which this person may record: what they see, the shared ones and those of the districts over where
        they work."""
        seen = _seen(user)
        over = seen_over(held.scope for held in user.appointments_in_force)
        return self.filter(seen | over) if seen else self.all()


def _seen(user: "User") -> Q:
    theirs = Signing.objects.visible_to(user).order_by().values("event")
    return seen_containers(user, Q(pk__in=theirs))


class SigningEvent(Owned):
    """签约活动: its count and sum are those of its signings; what a document printed stands beside, to be checked.

    district: whose office recorded it; none where that is the office of all, or the only one.
    """

    name = models.CharField("活动名称", max_length=120)
    name_key = models.CharField("归一名称", max_length=120)
    held_on = models.DateField("日期")
    words = models.CharField("说明", max_length=200, blank=True)
    published_count = models.PositiveIntegerField("公布个数", null=True, blank=True)
    published_amount = models.BigIntegerField("公布总投资（元）", null=True, blank=True)
    published_source = models.CharField("公布出处", max_length=120, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = SigningEventQuerySet.as_manager()

    class Meta:
        verbose_name = "签约活动"
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["district", "name_key"], name="signing_event_once_in_district"),
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(district=None), name="signing_event_once"
            ),
            models.CheckConstraint(
                condition=Q(published_amount=None) | Q(published_amount__gte=0),
                name="signing_event_published_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SigningQuerySet(QuerySet["Signing"]):
    def visible_to(self, user: "User") -> "SigningQuerySet":
        return self.filter(scoped(user))

    def live(self) -> "SigningQuerySet":
        return self.filter(LIVE)


class Signing(models.Model):
    """签约项目: stage is the furthest of its stages, stage_on the day it came there; amount in 元."""

    class Kind(models.TextChoices):
        DOMESTIC = "domestic", "内资"
        FOREIGN = "foreign", "外资"
        JOINT = "joint", "合资"

    class State(models.TextChoices):
        LIVE = "live", "在跟"
        LAPSED = "lapsed", "流失"

    class Cause(models.TextChoices):
        WITHDRAWN = "withdrawn", "业主撤资"
        SITE = "site", "选址没谈成"
        ELSEWHERE = "elsewhere", "改投外地"
        POLICY = "policy", "不合产业或环保要求"
        FUNDS = "funds", "资金不落实"
        DOUBLE = "double", "重复签约"
        OTHER = "other", "其他"

    event = models.ForeignKey(SigningEvent, models.PROTECT, related_name="signings", verbose_name="签约活动")
    name = models.CharField("项目名称", max_length=300)
    name_key = models.CharField("归一名称", max_length=300)
    search_text = models.TextField("检索文本", blank=True)
    enterprise = models.CharField("签约企业", max_length=200)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField("内外资", max_length=10, choices=Kind.choices, default=Kind.DOMESTIC)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name="类别")
    amount = models.BigIntegerField("签约投资额（元）")
    content = models.TextField("建设内容", blank=True)
    signed_on = models.DateField("签约日期")
    territory = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="落地属地")
    responsible_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="跟进单位")
    follower = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="跟进人"
    )
    owner_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目单位"
    )
    leader = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="挂钩领导"
    )
    stage = models.PositiveSmallIntegerField("走到哪一步", choices=Stage.choices(), default=Stage.SIGNED)
    stage_on = models.DateField("到这一步的日期")
    stuck = models.CharField("卡在哪", max_length=120, blank=True)
    followed_on = models.DateField("上次跟进", null=True, blank=True)
    next_on = models.DateField("下次跟进", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.LIVE)
    lapsed_on = models.DateField("流失日期", null=True, blank=True)
    lapsed_cause = models.CharField("流失原因", max_length=12, choices=Cause.choices, blank=True)
    lapsed_reason = models.CharField("流失说明", max_length=500, blank=True)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="signings", verbose_name="库中项目"
    )
    recorded_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="记录人"
    )
    recorded_at = models.DateTimeField("记录时间")
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = SigningQuerySet.as_manager()

    class Meta:
        verbose_name = "签约项目"
        constraints = [
            models.UniqueConstraint(fields=["event", "name_key"], name="signed_once_at_an_event"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="signing_of_something"),
            models.CheckConstraint(condition=Q(stage__gte=1, stage__lte=7), name="signing_stage_known"),
            models.CheckConstraint(
                condition=Q(state="live", lapsed_on=None, lapsed_cause="")
                | (Q(state="lapsed", lapsed_on__isnull=False) & ~Q(lapsed_cause="") & ~Q(lapsed_reason="")),
                name="signing_lapsed_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "stage_on"], condition=LIVE, name="signing_waiting"),
            models.Index(fields=["next_on"], condition=LIVE, name="signing_next"),
            models.Index(fields=["credit_code"], condition=~Q(credit_code=""), name="signing_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lapsed(self) -> bool:
        return self.state == self.State.LAPSED

    @property
    def reached(self) -> Stage:
        return Stage(self.stage)


class SigningStage(models.Model):
    """走到一步: the day; without one it was passed over (words say why). listed … completed follow the project."""

    signing = models.ForeignKey(Signing, models.CASCADE, related_name="stages", verbose_name="签约项目")
    stage = models.PositiveSmallIntegerField("步骤", choices=Stage.choices())
    reached_on = models.DateField("日期", null=True, blank=True)
    words = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("记录时间")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="记录人")

    class Meta:
        verbose_name = "签约项目的步骤"
        ordering = ["signing", "stage"]
        constraints = [
            models.UniqueConstraint(fields=["signing", "stage"], name="stage_reached_once"),
            models.CheckConstraint(
                condition=Q(reached_on__isnull=False) | ~Q(words=""), name="stage_passed_over_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signing_id} {self.get_stage_display()}"


class SigningNote(models.Model):
    """跟进的一笔: what was done or said, by whom, under the name and unit of that time; never changed."""

    signing = models.ForeignKey(Signing, models.CASCADE, related_name="notes", verbose_name="签约项目")
    verb = models.CharField("动作", max_length=20)
    words = models.TextField("说明", blank=True)
    facts = models.CharField("做了什么", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "跟进记录"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.signing_id} {self.verb}"


class StageLimit(models.Model):
    """目标天数: within how many calendar days a signing should go on from a stage; without a row the default holds."""

    stage = models.PositiveSmallIntegerField("步骤", choices=Stage.choices(), unique=True)
    days = models.PositiveSmallIntegerField("目标天数")

    class Meta:
        verbose_name = "目标天数"
        constraints = [models.CheckConstraint(condition=Q(days__gte=1), name="stage_limit_of_days")]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.days}天"
