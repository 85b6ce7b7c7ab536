"""界面自己的行：限次用掉了几次。"""

from django.db import models


class Spent(models.Model):
    """用掉的次数: one row a person (or address) and matter, written over when its window is another."""

    key = models.CharField("谁、什么事", max_length=80, unique=True)
    window = models.BigIntegerField("第几段", help_text="真实的秒数除以一段的长度", db_index=True)
    count = models.PositiveIntegerField("次数")

    class Meta:
        verbose_name = "限次"

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
