"""成批印的督办单：一批是哪些、印到第几张、成了哪个文件。"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

PERSON = settings.AUTH_USER_MODEL


class Batch(models.Model):
    """一批: the orders in the order they are printed; done counts those in the file. Only who asked has it."""

    class Form(models.TextChoices):
        WORD = "docx", "Word文件"
        PDF = "pdf", "PDF"

    form = models.CharField("格式", max_length=5, choices=Form.choices)
    orders = models.JSONField("哪些", help_text="督办单的编号，按印的次序")
    total = models.PositiveSmallIntegerField("共几张")
    done = models.PositiveSmallIntegerField("印了几张", default=0)
    key = models.CharField("文件夹", max_length=40, unique=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="谁要的")
    asked_at = models.DateTimeField("何时要的")
    finished_at = models.DateTimeField("何时印完", null=True, blank=True)

    class Meta:
        verbose_name = "成批印单"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="batch_done_within_total")
        ]
        indexes = [models.Index(fields=["by", "-asked_at"], name="batches_of_person")]

    def __str__(self) -> str:
        return f"督办单{self.total}张"

    @property
    def is_done(self) -> bool:
        return self.finished_at is not None

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 100
