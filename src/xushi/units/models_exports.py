"""导出申请：大的、带完整号码的表，批了才取得走。"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet

from xushi.units.models import User

__all__ = ["ExportRequest"]


class ExportRequestQuerySet(QuerySet["ExportRequest"]):
    def waiting(self) -> "ExportRequestQuerySet":
        return self.filter(decided_at=None)

    def ready(self, now: datetime) -> "ExportRequestQuerySet":
        """Granted less than a day ago and not yet fetched."""
        return self.filter(granted=True, fetched_at=None, decided_at__gt=now - ExportRequest.LASTS)


class ExportRequest(models.Model):
    """导出申请: a sheet that is large or shows numbers in full; granted, it is fetched once within a day."""

    LASTS = timedelta(days=1)

    by = models.ForeignKey(User, models.PROTECT, related_name="export_requests", verbose_name="申请人")
    by_unit = models.CharField("申请时的单位", max_length=120, blank=True)
    title = models.CharField("哪张表", max_length=120)
    address = models.TextField("网址")
    personal = models.BooleanField("带完整号码", default=False)
    reason = models.CharField("做什么用", max_length=200)
    asked_at = models.DateTimeField("申请时间")
    granted = models.BooleanField("批准", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="谁批的")
    decided_at = models.DateTimeField("批的时间", null=True, blank=True)
    answer = models.CharField("批时写的", max_length=200, blank=True)
    fetched_at = models.DateTimeField("取走时间", null=True, blank=True)
    rows = models.PositiveIntegerField("行数", null=True, blank=True)

    objects: ClassVar[Any] = ExportRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "导出申请"
        indexes = [models.Index(fields=["by", "-id"], name="export_requests_of")]

    def __str__(self) -> str:
        return self.title

    @property
    def until(self) -> datetime | None:
        return self.decided_at + self.LASTS if self.decided_at else None

    def state_at(self, now: datetime) -> str:
        """waiting, refused, fetched, ready or lapsed."""
        if self.decided_at is None:
            return "waiting"
        if not self.granted:
            return "refused"
        if self.fetched_at:
            return "fetched"
        return "ready" if now < self.decided_at + self.LASTS else "lapsed"
