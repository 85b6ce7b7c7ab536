"""三员相互牵制：动另一名管理员的账号先提申请，第三名管理员同意了才办，一天没人同意就作废。"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet


class ConsentQuerySet(QuerySet["Consent"]):
    def waiting(self, now: datetime) -> "ConsentQuerySet":
        """Asked for less than a day ago and not decided."""
        return self.filter(decided_at=None, asked_at__gt=now - Consent.LASTS)


class Consent(models.Model):
    """动管理员账号的申请: what one administrator asks to do to another's account; nothing is done before it is given."""

    LASTS = timedelta(days=1)

    class Kind(models.TextChoices):
        PASSWORD = "password", "重设密码"
        ACTIVE = "active", "停用或恢复账号"
        MOVE = "move", "调动"
        SECOND = "second", "重置两步验证"
        RELEASE = "release", "终止任职"

    about = models.ForeignKey("units.User", models.PROTECT, related_name="+", verbose_name="动谁的账号")
    kind = models.CharField("做什么", max_length=10, choices=Kind.choices)
    what = models.CharField("一句话", max_length=200)
    details = models.JSONField("怎么做", default=dict, help_text="密码只存散列；办了、不办、过期都清掉")
    by = models.ForeignKey("units.User", models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    given = models.BooleanField("同意", null=True, blank=True)
    decided_by = models.ForeignKey(
        "units.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁答的"
    )
    decided_at = models.DateTimeField("答的时间", null=True, blank=True)
    answer = models.CharField("答时写的", max_length=200, blank=True)

    objects: ClassVar[Any] = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "动管理员账号的申请"

    def __str__(self) -> str:
        return self.what

    @property
    def until(self) -> datetime:
        return self.asked_at + self.LASTS

    def is_waiting(self, now: datetime) -> bool:
        return self.decided_at is None and now < self.until
