"""联动：哪一天已经开始过。"""

from django.db import models


class Day(models.Model):
    """一天: its morning has set off what time alone brings about (应开未开 …); once per day, whoever notices first."""

    day = models.DateField("日期", unique=True)

    class Meta:
        verbose_name = "已开始的日子"

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
