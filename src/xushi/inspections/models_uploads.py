"""手机一块一块传来的照片和短视频：传到哪儿了，一个标识一行。"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from xushi.inspections.models import Visit


class Upload(models.Model):
    """上传: received bytes are safely on disk, not one more is promised; done_at is when the photo itself was kept.

    meta is what the phone said of it, as it said it. refused says why the whole was not taken.
    """

    key = models.UUIDField("标识", unique=True)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="+", verbose_name="点位")
    finding_key = models.UUIDField("哪条发现", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="谁传的")
    is_video = models.BooleanField("短视频", default=False)
    size = models.PositiveBigIntegerField("一共几字节")
    sha256 = models.CharField("手机算的散列", max_length=64, blank=True)
    received = models.PositiveBigIntegerField("收到几字节", default=0)
    meta = models.JSONField("手机说的", default=dict)
    refused = models.CharField("没收的缘由", max_length=300, blank=True)
    created_at = models.DateTimeField("开始时间")
    touched_at = models.DateTimeField("最近一次", db_index=True)
    done_at = models.DateTimeField("入库时间", null=True, blank=True)

    class Meta:
        verbose_name = "分块上传"
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_no_more_than_told")
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def whole(self) -> bool:
        return self.received == self.size
