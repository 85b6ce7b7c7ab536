"""首页：大屏的链接。"""

from django.conf import settings
from django.db import models

PERSON = settings.AUTH_USER_MODEL


class WallKey(models.Model):
    """大屏链接: a link of its own that can be revoked."""

    key = models.CharField("密钥", max_length=64, unique=True)
    name = models.CharField("放在哪", max_length=60)
    made_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="开通人")
    made_at = models.DateTimeField("开通时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "大屏链接"

    def __str__(self) -> str:
        return self.name
