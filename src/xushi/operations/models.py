"""运维：每一次备份，后台还活着没有。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q, QuerySet

from xushi.operations.rules import DOUBTFUL

if TYPE_CHECKING:
    from xushi.units.models import User


class BackupQuerySet(QuerySet["BackupRun"]):
    def good(self) -> "BackupQuerySet":
        """What was read back whole after it was written."""
        return self.exclude(verified_at=None)

    def whole(self) -> "BackupQuerySet":
        """What was read back, good or doubtful: a doubtful one waits for somebody to look, not for another every hour."""
        return self.filter(Q(verified_at__isnull=False) | Q(path__endswith=DOUBTFUL))

    def visible_to(self, user: "User") -> "BackupQuerySet":
        from xushi.operations.policy import can_operate

        return self if can_operate(user) else self.none()


class BackupRun(models.Model):
    """一次备份: begun, ended, read back. Without ended_at it is at work, or was cut off; error says what went wrong."""

    started_at = models.DateTimeField("开始")
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    verified_at = models.DateTimeField("试还原查验", null=True, blank=True)
    path = models.CharField("文件", max_length=500, blank=True)
    bytes = models.BigIntegerField("备份文件字节", default=0)
    added_bytes = models.BigIntegerField("新添附件字节", default=0)
    files = models.PositiveIntegerField("附件件数", default=0)
    rows = models.BigIntegerField("行数", default=0)
    scheduled = models.BooleanField("按时自动做的", default=False)
    error = models.CharField("出错", max_length=500, blank=True)

    objects: ClassVar[Any] = BackupQuerySet.as_manager()

    class Meta:
        verbose_name = "备份"
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["-started_at"], name="backup_latest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {'已查验' if self.verified_at else self.error or '未完'}"


class Heartbeat(models.Model):
    """心跳: a process says once a minute that it lives; one row a kind of process and machine."""

    name = models.CharField("进程", max_length=40)
    host = models.CharField("机器", max_length=120)
    at = models.DateTimeField("最近一次")
    since = models.DateTimeField("起动")
    pid = models.PositiveIntegerField("进程号")
    version = models.CharField("版本", max_length=40)
    marks = models.JSONField("密钥的记号", default=dict, help_text="密钥文件名 → 记号；几台机器的应当一样")

    class Meta:
        verbose_name = "心跳"
        constraints = [models.UniqueConstraint(fields=["name", "host"], name="one_heartbeat_per_host")]

    def __str__(self) -> str:
        return f"{self.name}@{self.host}"
