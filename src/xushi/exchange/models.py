"""表格进出：每个来表单位的列对照、每一次导入和它能被撤回的改动。"""

from django.conf import settings
from django.db import models

PERSON = settings.AUTH_USER_MODEL


class ColumnMap(models.Model):
    """列对照: kept per sender, so that next month's sheet is understood at once."""

    sender = models.CharField("来表单位", max_length=120)
    kind = models.CharField("种类", max_length=20)
    columns = models.JSONField("对照", default=dict)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "列对照"
        constraints = [models.UniqueConstraint(fields=["sender", "kind"], name="one_map_per_sender")]

    def __str__(self) -> str:
        return f"{self.sender} {self.kind}"


class ImportBatch(models.Model):
    """一次导入: the file, what was understood of it, whether it was committed, whether it was undone."""

    class State(models.TextChoices):
        PREVIEW = "preview", "预览"
        COMMITTED = "committed", "已入库"
        UNDONE = "undone", "已撤回"

    kind = models.CharField("种类", max_length=20)
    file = models.FileField("来表", upload_to="imports/")
    file_name = models.CharField("文件名", max_length=200)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    sender = models.CharField("来表单位", max_length=120, blank=True)
    columns = models.JSONField("对照", default=dict, help_text="maps.SheetMap 的各项")
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    answers = models.JSONField("逐格答复", default=dict, help_text='{"G9": "2018-10"}')
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PREVIEW)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="导入人")
    at = models.DateTimeField("上传时间")
    found = models.JSONField("入库时所见", default=dict, help_text="计数、总数、待核")
    undo = models.JSONField("撤回用", default=dict, help_text="改前改后的行，见 exchange.undoing")
    event_id = models.BigIntegerField("入库事件", null=True, blank=True)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    committed_at = models.DateTimeField("入库时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入"

    def __str__(self) -> str:
        return self.file_name
