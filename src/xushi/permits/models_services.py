"""为企服务：谁代办、哪几步一起报、先模拟审批、先承诺后核查。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.registry.models import Project
from xushi.units.owned import Owned, OwnedQuerySet
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
STEP = "permits.PermitStep"


class OfficerQuerySet(QuerySet["ServiceOfficer"]):
    def visible_to(self, user: "User") -> "OfficerQuerySet":
        """Whoever sees the project, and the officer."""
        seen = scoped(user, "project__")
        return self.filter(seen | Q(person=user)) if seen else self.all()


class ServiceOfficer(models.Model):
    """代办员: who runs the errands for one project now; who did before stands in the journal."""

    project = models.OneToOneField(
        Project, models.PROTECT, related_name="service_officer", verbose_name="项目"
    )
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="serves", verbose_name="代办员")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁定的")
    since = models.DateTimeField("从何时起")

    objects: ClassVar[Any] = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = "代办员"

    def __str__(self) -> str:
        return f"{self.project_id} {self.person_id}"


class Package(Owned):
    """套餐: steps that are applied for together, by the codes of their permits in whatever version a project follows.

    Of all districts, or one's own.
    """

    name = models.CharField("名称", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)
    codes = models.JSONField("哪几项手续", default=list)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "套餐"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(district=None), name="common_package_once"),
            models.UniqueConstraint(fields=["district", "name"], name="package_once"),
        ]

    def __str__(self) -> str:
        return self.name


class OfStepQuerySet(QuerySet[Any]):
    def visible_to(self, user: "User") -> "OfStepQuerySet":
        """Whoever sees the step."""
        from xushi.permits.models import PermitStep

        seen = PermitStep.objects.visible_to(user)
        return self.filter(step__in=seen.order_by().values("pk")) if seen.query.where else self.all()


class Rehearsal(models.Model):
    """模拟审批: the department looks at a step before it can be handed in; what it says is no approval."""

    class State(models.TextChoices):
        ASKED = "asked", "等部门看"
        OK = "ok", "看过可行"
        LACKING = "lacking", "还缺材料"
        TAKEN_UP = "taken_up", "已转正式受理"
        WITHDRAWN = "withdrawn", "已撤回"

    step = models.ForeignKey(STEP, models.CASCADE, related_name="rehearsals", verbose_name="手续一步")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_on = models.DateField("提出")
    asked_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="提出人")
    words = models.CharField("报了什么", max_length=300)
    answered_on = models.DateField("答复", null=True, blank=True)
    answered_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    opinion = models.CharField("部门意见", max_length=500, blank=True, help_text="还缺的，一样一行")
    taken_up_on = models.DateField("转正式受理", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = OfStepQuerySet.as_manager()

    class Meta:
        verbose_name = "模拟审批"
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(state__in=("asked", "ok")), name="one_rehearsal_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["state", "asked_on"], name="rehearsal_state")]

    def __str__(self) -> str:
        return f"{self.step}模拟审批"


class Commitment(models.Model):
    """信用承诺: a step counts as done by what was signed; the department checks later whether it was kept."""

    class State(models.TextChoices):
        OPEN = "open", "待核查"
        KEPT = "kept", "已履行"
        BROKEN = "broken", "没有履行"
        VOID = "void", "已作废"

    step = models.ForeignKey(STEP, models.CASCADE, related_name="commitments", verbose_name="手续一步")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    signer = models.CharField("承诺人", max_length=60)
    words = models.CharField("承诺了什么", max_length=300)
    signed_on = models.DateField("签字")
    check_by = models.DateField("最迟哪天核查")
    checked_on = models.DateField("核查", null=True, blank=True)
    checked_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="核查人")
    finding = models.CharField("核查看到什么", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = OfStepQuerySet.as_manager()

    class Meta:
        verbose_name = "信用承诺"
        ordering = ["check_by", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["step"], condition=Q(state="open"), name="one_commitment_open")
        ]
        indexes = [models.Index(fields=["state", "check_by"], name="commitment_state")]

    def __str__(self) -> str:
        return f"{self.step}信用承诺"
