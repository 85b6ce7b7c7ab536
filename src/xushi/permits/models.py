"""前期手续：目录的一版又一版，一个项目从哪一版起步，每一步走到哪、停过几次表、留了什么凭证。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import IsNull

from xushi.permits.models_expected import ExpectedStart, StepDuration
from xushi.permits.models_services import Commitment, Package, Rehearsal, ServiceOfficer
from xushi.permits.policy_units import answered_for
from xushi.registry.models import Project
from xushi.units.models import Unit
from xushi.units.owned import OwnedVersion, VersionedQuerySet
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
RUNNING = ("submitted", "accepted", "supplement")
WAITING = Q(ready_since__isnull=False, state__in=("planned", *RUNNING))


class Catalogue(OwnedVersion):
    """手续目录: immutable once published; the next one begins as its copy (a draft).

    A district may have versions of its own, numbered by themselves; while one of them is in force, its projects begin
    with that instead of the common one.
    """

    version = models.PositiveIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    reason = models.CharField("改了什么、为什么", max_length=300, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )

    objects: ClassVar[Any] = VersionedQuerySet.as_manager()

    class Meta:
        verbose_name = "手续目录"
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                IsNull(F("published_at"), True),
                condition=Q(published_at=None, district=None),
                name="one_catalogue_draft",
            ),
            models.UniqueConstraint(
                fields=["district"], condition=Q(published_at=None), name="one_catalogue_draft_of_a_district"
            ),
            models.UniqueConstraint(
                fields=["version"], condition=Q(district=None), name="common_catalogue_version_once"
            ),
            models.UniqueConstraint(fields=["district", "version"], name="catalogue_version_once"),
            models.CheckConstraint(
                condition=Q(given_up_at=None) | Q(district__isnull=False, published_at__isnull=False),
                name="only_a_district_gives_its_catalogue_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}第{self.version}版"


class Permit(models.Model):
    """一项手续: days are working days; kinds the registry's 办理类型 that need it (none: all)."""

    class Stage(models.IntegerChoices):
        PARALLEL = 0, "并联办理"
        LAND = 1, "立项用地规划许可"
        PLANNING = 2, "工程建设许可"
        CONSTRUCTION = 3, "施工许可"
        ACCEPTANCE = 4, "竣工验收"

    catalogue = models.ForeignKey(Catalogue, models.CASCADE, related_name="permits", verbose_name="目录")
    code = models.SlugField("代号", max_length=50)
    name = models.CharField("名称", max_length=60)
    stage = models.PositiveSmallIntegerField("阶段", choices=Stage.choices)
    department = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理部门"
    )
    legal_days = models.PositiveSmallIntegerField("法定时限（工作日）")
    promised_days = models.PositiveSmallIntegerField("承诺时限（工作日）")
    kinds = models.JSONField("哪些办理类型要办", default=list, blank=True)
    needed_for_start = models.BooleanField("办完才能开工", default=True)
    valid_months = models.PositiveSmallIntegerField("有效几个月", null=True, blank=True)
    max_extensions = models.PositiveSmallIntegerField("最多延期几次", default=0)
    place = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = "手续"
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["catalogue", "code"], name="permit_once_in_catalogue")]

    def __str__(self) -> str:
        return self.name


class Prerequisite(models.Model):
    """前置: permit can begin when needs is done."""

    permit = models.ForeignKey(Permit, models.CASCADE, related_name="prerequisites", verbose_name="手续")
    needs = models.ForeignKey(Permit, models.CASCADE, related_name="leads_to", verbose_name="前置手续")

    class Meta:
        verbose_name = "前置手续"
        constraints = [
            models.UniqueConstraint(fields=["permit", "needs"], name="prerequisite_once"),
            models.CheckConstraint(condition=~Q(permit=F("needs")), name="prerequisite_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.needs_id}→{self.permit_id}"


class Track(models.Model):
    """起步的目录: the graph a project began with, until it is moved."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="track", verbose_name="项目")
    catalogue = models.ForeignKey(Catalogue, models.PROTECT, related_name="tracks", verbose_name="目录")
    moved_at = models.DateTimeField("用这一版起")

    class Meta:
        verbose_name = "项目的手续"

    def __str__(self) -> str:
        return f"{self.project_id} 第{self.catalogue_id}版"


class StepQuerySet(QuerySet["PermitStep"]):
    def waiting(self) -> "StepQuerySet":
        """在等: everything before it is done and it is not decided."""
        return self.filter(WAITING)

    def visible_to(self, user: "User") -> "StepQuerySet":
        """Whoever sees the project, and the department whose step it is."""
        seen = scoped(user, "project__")
        if not seen:  # the whole district
            return self.all()
        theirs = answered_for(user)
        return self.filter(seen if theirs is None else seen | Q(permit__department__in=theirs))


class PermitStep(models.Model):
    """一个项目的一步手续. ready_since: the day all before it was done; due_on: promised, moves with supplements."""

    class State(models.TextChoices):
        PLANNED = "planned", "待报件"
        SUBMITTED = "submitted", "已报件"
        ACCEPTED = "accepted", "已受理"
        SUPPLEMENT = "supplement", "补正中"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        NOT_NEEDED = "not_needed", "不用办"

    project = models.ForeignKey(Project, models.PROTECT, related_name="permit_steps", verbose_name="项目")
    permit = models.ForeignKey(Permit, models.PROTECT, related_name="steps", verbose_name="手续")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PLANNED)
    ready_since = models.DateField("可以办的日子", null=True, blank=True)
    planned_on = models.DateField("计划报件", null=True, blank=True)
    submitted_on = models.DateField("报件", null=True, blank=True)
    accepted_on = models.DateField("受理", null=True, blank=True)
    decided_on = models.DateField("办结", null=True, blank=True)
    due_on = models.DateField("承诺办结", null=True, blank=True)
    expires_on = models.DateField("有效至", null=True, blank=True)
    extensions = models.PositiveSmallIntegerField("已延期", default=0)
    reason = models.CharField("理由", max_length=300, blank=True)
    lacking = models.CharField("容缺所欠", max_length=300, blank=True)
    lacking_until = models.DateField("容缺补齐期限", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    officer = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代办员"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = StepQuerySet.as_manager()

    class Meta:
        verbose_name = "手续一步"
        constraints = [models.UniqueConstraint(fields=["project", "permit"], name="step_once_in_project")]
        indexes = [
            models.Index(fields=["permit", "ready_since"], condition=WAITING, name="step_waiting"),
            models.Index(fields=["due_on"], condition=WAITING, name="step_waiting_due"),
            models.Index(
                fields=["lacking_until"], condition=Q(lacking_until__isnull=False), name="step_lacking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.name}：{self.permit.name}"


class Supplement(models.Model):
    """补正: the clock stands from asked_on to answered_on."""

    step = models.ForeignKey(PermitStep, models.CASCADE, related_name="supplements", verbose_name="手续一步")
    asked_on = models.DateField("告知补正")
    words = models.CharField("要补什么", max_length=500)
    answered_on = models.DateField("补齐", null=True, blank=True)

    class Meta:
        verbose_name = "补正"
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(answered_on=None), name="one_supplement_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.asked_on}"


class StepFile(models.Model):
    """凭证: a permit, a receipt, what was handed in."""

    step = models.ForeignKey(PermitStep, models.CASCADE, related_name="files", verbose_name="手续一步")
    name = models.CharField("文件名", max_length=120, blank=True)
    file = models.FileField("文件", upload_to="permits/")
    sha256 = models.CharField("散列", max_length=64)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "手续凭证"

    def __str__(self) -> str:
        return str(self.file)


__all__ = [
    "Catalogue",
    "Commitment",
    "ExpectedStart",
    "Package",
    "Permit",
    "PermitStep",
    "Prerequisite",
    "Rehearsal",
    "ServiceOfficer",
    "StepDuration",
    "StepFile",
    "Supplement",
    "Track",
]
