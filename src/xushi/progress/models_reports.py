"""月报旁边的：审核、各人的草稿、现场照片、催报。"""

import json
from hashlib import sha256

from django.conf import settings
from django.db import models

from xushi.kit.fields import MonthField
from xushi.progress.models import MonthlyReport
from xushi.registry.models import Project

PERSON = settings.AUTH_USER_MODEL


class ReportDecision(models.Model):
    """审核: accepted, returned with a reason, or carried over with a reason; who and when come with it."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "审核通过"
        RETURNED = "returned", "退回"
        CARRIED = "carried", "沿用上月"

    report = models.ForeignKey(MonthlyReport, models.CASCADE, related_name="decisions", verbose_name="月报")
    kind = models.CharField("决定", max_length=12, choices=Kind.choices)
    reason = models.CharField("理由", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "月报审核"

    def __str__(self) -> str:
        return f"{self.report_id} {self.get_kind_display()}"


class ReportDraft(models.Model):
    """草稿: what one person has typed so far, as typed, valid or not; each person has their own."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", verbose_name="项目")
    month = MonthField("月份")
    user = models.ForeignKey(PERSON, models.CASCADE, related_name="+", verbose_name="填报人")
    typed = models.JSONField("所填", default=dict)
    based_on = models.PositiveIntegerField("所据版本", default=0)
    updated_at = models.DateTimeField("存于")

    class Meta:
        verbose_name = "月报草稿"
        constraints = [models.UniqueConstraint(fields=["project", "month", "user"], name="one_draft_each")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month} {self.user_id}"

    @property
    def revision(self) -> str:
        """A short digest of what is kept: the same words have the same revision."""
        return sha256(json.dumps(self.typed, sort_keys=True).encode()).hexdigest()[:12]


class ReportPhoto(models.Model):
    """现场照片: a file in the uploads folder, served only to those who may see the project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="report_photos", verbose_name="项目")
    month = MonthField("月份")
    file = models.FileField("文件", upload_to="reports/")
    sha256 = models.CharField("散列", max_length=64)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "现场照片"

    def __str__(self) -> str:
        return str(self.file)


class Reminder(models.Model):
    """催报: the office asked for a report that is not in."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="report_reminders", verbose_name="项目")
    month = MonthField("月份")
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="催报人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "催报"

    def __str__(self) -> str:
        return f"{self.project_id} {self.month}"
