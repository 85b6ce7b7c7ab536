"""看到了什么：手机送来的一份份原样、点位的记录、发现、照片、整改的每一步。"""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.inspections.models import CheckItem, Visit, teams_of
from xushi.inspections.words import (
    FINDING_MARKS,
    OPEN,
    FindingClass,
    FindingState,
    Outcome,
    PhotoKind,
    Severity,
    Verdict,
)
from xushi.kit.fields import MonthField
from xushi.problems.models import Problem, unit_paths
from xushi.registry.models import Project
from xushi.units.models import Unit
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
OPEN_NOW = Q(state__in=[state.value for state in OPEN])


class SentEntry(models.Model):
    """一份记录的原样: what a phone sent, kept whole; the same sent twice is one row and gets the same answer."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="entries", verbose_name="点位")
    digest = models.CharField("散列", max_length=64)
    entry = models.JSONField("内容")
    base_version = models.PositiveIntegerField("所据版本")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    answer = models.JSONField("答复", default=dict, help_text="原样再送时照此再答")
    device = models.CharField("设备", max_length=64, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁记的")
    by_name = models.CharField("当时姓名", max_length=60)
    received_at = models.DateTimeField("收到时间")
    settled_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁选的"
    )
    settled_at = models.DateTimeField("选定时间", null=True, blank=True)

    class Meta:
        verbose_name = "送来的记录"
        ordering = ["received_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "digest"], name="entry_once")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.get_outcome_display()}"


class VisitRecord(models.Model):
    """督查记录: one per visit. The phone's clock is kept beside ours; seen_rate is the year plan's share as seen.

    started_at and ended_at are the phone's times put right by skew_seconds (ours less the phone's when it sent).
    """

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="record", verbose_name="点位")
    entry = models.ForeignKey(SentEntry, models.PROTECT, related_name="+", verbose_name="所据原样")
    words = models.TextField("现场情况", blank=True)
    seen_rate = models.DecimalField("现场完成率", max_digits=6, decimal_places=4, null=True, blank=True)
    compared_month = MonthField("与哪月月报比", null=True, blank=True)
    really_started = models.BooleanField("是真开工", null=True, blank=True)
    phone_started_at = models.DateTimeField("手机记的开始", null=True, blank=True)
    phone_ended_at = models.DateTimeField("手机记的结束", null=True, blank=True)
    phone_sent_at = models.DateTimeField("手机记的发送", null=True, blank=True)
    received_at = models.DateTimeField("收到时间")
    skew_seconds = models.IntegerField("手机钟慢几秒", null=True, blank=True)
    started_at = models.DateTimeField("开始", null=True, blank=True)
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    longitude = models.DecimalField("经度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy = models.PositiveIntegerField("误差几米", null=True, blank=True)
    signature = models.FileField("签名", upload_to="inspections/signatures/", blank=True)
    signed_name = models.CharField("现场负责人", max_length=60, blank=True)
    signed_duty = models.CharField("职务", max_length=60, blank=True)
    unsigned_reason = models.CharField("没签的缘由", max_length=120, blank=True)
    device = models.CharField("设备", max_length=64, blank=True)
    recorded_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="记录人"
    )
    recorded_name = models.CharField("当时姓名", max_length=60)
    recorded_unit = models.CharField("当时单位", max_length=120, blank=True)

    class Meta:
        verbose_name = "督查记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_rate=None) | Q(seen_rate__gte=0, seen_rate__lte=10),
                name="seen_rate_sensible",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.recorded_name}"


class Answer(models.Model):
    """检查结果: of one item."""

    record = models.ForeignKey(VisitRecord, models.CASCADE, related_name="answers", verbose_name="记录")
    item = models.ForeignKey(CheckItem, models.PROTECT, related_name="+", verbose_name="检查项")
    verdict = models.CharField("结果", max_length=10, choices=Verdict)

    class Meta:
        verbose_name = "检查结果"
        ordering = ["item__order"]
        constraints = [models.UniqueConstraint(fields=["record", "item"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verdict}"


class FindingQuerySet(QuerySet["Finding"]):
    def open(self) -> "FindingQuerySet":
        return self.filter(OPEN_NOW)

    def live(self) -> "FindingQuerySet":
        """All but what the team itself took back."""
        return self.exclude(state=FindingState.WITHDRAWN)

    def visible_to(self, user: "User") -> "FindingQuerySet":
        """Whoever sees the project, the unit that has to mend it, and the team that found it."""
        seen = scoped(user, "project__")
        if not seen:  # the whole district
            return self.all()
        for path in unit_paths(user):
            seen |= Q(unit__in=Unit.objects.answered_for_by(path).values("pk"))
        return self.filter(seen | Q(visit__team__in=teams_of(user)))


class Finding(models.Model):
    """发现: what is wrong on a site, who mends it by when; state moves only along table.TABLE, each step a row."""

    key = models.UUIDField("标识", default=uuid4, unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings", verbose_name="点位")
    project = models.ForeignKey(Project, models.PROTECT, related_name="findings", verbose_name="项目")
    item = models.ForeignKey(
        CheckItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查项"
    )
    finding_class = models.CharField("类别", max_length=12, choices=FindingClass)
    severity = models.PositiveSmallIntegerField("严重程度", choices=Severity, default=Severity.MINOR)
    words = models.CharField("问题", max_length=500)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="整改单位")
    due_on = models.DateField("整改期限")
    state = models.CharField("状态", max_length=12, choices=FindingState, default=FindingState.OPEN)
    found_at = models.DateTimeField("发现时间")
    fixed_at = models.DateTimeField("报整改时间", null=True, blank=True)
    fixed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁报的整改"
    )
    verified_at = models.DateTimeField("复核时间", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    problem = models.ForeignKey(
        Problem, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name="转成的问题"
    )
    version = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("最近变动")

    objects: ClassVar[Any] = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "督查发现"
        ordering = ["-found_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=FindingState.VERIFIED) | Q(verified_at__isnull=False),
                name="finding_verified_says_when",
            )
        ]
        indexes = [
            models.Index(fields=["unit", "due_on"], condition=OPEN_NOW, name="finding_open_unit"),
            models.Index(fields=["due_on"], condition=OPEN_NOW, name="finding_open_due"),
            models.Index(fields=["project", "-found_at"], name="finding_project"),
            models.Index(fields=["state", "-found_at"], name="finding_state"),
        ]

    def __str__(self) -> str:
        return f"{self.project.name}：{self.words}"[:300]

    @property
    def status(self) -> FindingState:
        return FindingState(self.state)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def mark(self) -> str:
        return FINDING_MARKS[self.status]


class Rectification(models.Model):
    """整改的一步: what was done or said, by whom, under the name and unit of that time; never changed."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="steps", verbose_name="发现")
    verb = models.CharField("动作", max_length=20)
    words = models.TextField("说明", blank=True)
    facts = models.CharField("做了什么", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "整改进展"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.verb}"


class Photo(models.Model):
    """照片、短视频: exactly once by key. sha256 is of the bytes as the phone took them; the stamp is drawn on a copy.

    A photo may come before the record that names its finding: finding_key waits for it.
    """

    key = models.UUIDField("标识", unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos", verbose_name="点位")
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="发现"
    )
    finding_key = models.UUIDField("哪条发现", null=True, blank=True)
    step = models.ForeignKey(
        Rectification, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="随哪一步"
    )
    kind = models.CharField("哪种", max_length=8, choices=PhotoKind)
    is_video = models.BooleanField("短视频", default=False)
    file = models.FileField("原件", upload_to="inspections/originals/")
    stamped = models.FileField("盖戳件", upload_to="inspections/stamped/", blank=True)
    sha256 = models.CharField("原件散列", max_length=64)
    size = models.PositiveBigIntegerField("字节")
    taken_at = models.DateTimeField("手机记的拍摄时间", null=True, blank=True)
    received_at = models.DateTimeField("收到时间")
    longitude = models.DecimalField("经度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy = models.PositiveIntegerField("误差几米", null=True, blank=True)
    stamp = models.CharField("戳上的字", max_length=300, blank=True)
    device = models.CharField("设备", max_length=64, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁拍的")

    class Meta:
        verbose_name = "督查照片"
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(
                fields=["finding_key"],
                condition=Q(finding=None, finding_key__isnull=False),
                name="photo_waits_for_finding",
            ),
            models.Index(fields=["sha256"], name="photo_sha256"),
        ]

    def __str__(self) -> str:
        return str(self.file)
