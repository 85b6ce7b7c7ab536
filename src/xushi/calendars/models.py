"""工作日历：放假、调休的日子，和哪年的通知出了。"""

from django.db import models


class NoticeYear(models.Model):
    """放假通知: a year whose notice has been loaded; the digest names its days, so that readers may keep them."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    source = models.CharField("来源", max_length=200)
    loaded_at = models.DateTimeField("载入时间", null=True, help_text="空的是随程序带来的")
    digest = models.CharField("日子的散列", max_length=64)

    class Meta:
        verbose_name = "放假通知"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year}年"


class SpecialDay(models.Model):
    """特殊的日子: works though a weekend (make-up day), or rests; of published years only, others are computed."""

    day = models.DateField("日期", unique=True)
    working = models.BooleanField("上班")
    name = models.CharField("名目", max_length=40)

    class Meta:
        verbose_name = "特殊的日子"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {'班' if self.working else '休'} {self.name}"
