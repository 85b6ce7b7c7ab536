"""汇交：本区上报的件，上级登记的区和钥匙，收到的件、件里的数，拒收的记录。"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.federation.rules import COLUMNS, named
from xushi.kit.fields import MonthField
from xushi.progress.models import MonthClosing

PERSON = settings.AUTH_USER_MODEL


class Sent(models.Model):
    """上报件: what this district signed for a closed month; number 1 is the first, a correction takes the next."""

    month = MonthField("月份")
    number = models.PositiveSmallIntegerField("编号")
    closing = models.OneToOneField(MonthClosing, models.PROTECT, related_name="+", verbose_name="所据关账")
    body = models.TextField("签名的内容")
    digest = models.CharField("散列", max_length=64)
    key = models.CharField("钥匙", max_length=16)
    signature = models.CharField("签名", max_length=100)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    made_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="签报人")
    made_at = models.DateTimeField("签报时间")
    attempts = models.PositiveSmallIntegerField("送了几次", default=0)
    not_before = models.DateTimeField("何时再送", null=True, blank=True)
    delivered_at = models.DateTimeField("上级收到", null=True, blank=True)
    refused_at = models.DateTimeField("上级不收", null=True, blank=True)
    answer = models.CharField("上级的话", max_length=500, blank=True)

    class Meta:
        verbose_name = "上报件"
        ordering = ["-month", "-number"]
        constraints = [models.UniqueConstraint(fields=["month", "number"], name="sent_number_once")]

    def __str__(self) -> str:
        return f"{self.month}{self.name}"

    @property
    def name(self) -> str:
        return named(self.number)


class District(models.Model):
    """汇交的区: known by its code; only what one of its keys signed is taken."""

    code = models.CharField("区划代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60, unique=True)
    enrolled_at = models.DateTimeField("登记时间")
    left_at = models.DateTimeField("退出时间", null=True, blank=True)

    class Meta:
        verbose_name = "汇交的区"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DistrictKey(models.Model):
    """公钥: of one district; a revoked one signs nothing any more, what it signed before stays."""

    district = models.ForeignKey(District, models.PROTECT, related_name="keys", verbose_name="区")
    key = models.CharField("钥匙", max_length=16, unique=True)
    public = models.CharField("公钥", max_length=44)
    registered_at = models.DateTimeField("登记时间")
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = "区的公钥"

    def __str__(self) -> str:
        return self.key


class ReceivedQuerySet(QuerySet["Received"]):
    def in_force(self) -> "ReceivedQuerySet":
        """The newest number of each district and month."""
        return self.filter(replaced_at=None)


class Received(models.Model):
    """收到的件: kept letter by letter as it was signed; a correction ends it and leaves it."""

    district = models.ForeignKey(District, models.PROTECT, related_name="received", verbose_name="区")
    month = MonthField("月份")
    number = models.PositiveSmallIntegerField("编号")
    body = models.TextField("签名的内容")
    digest = models.CharField("散列", max_length=64, unique=True)
    key = models.ForeignKey(DistrictKey, models.PROTECT, related_name="+", verbose_name="钥匙")
    signature = models.CharField("签名", max_length=100)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    closing_version = models.PositiveSmallIntegerField("关账版本")
    closed_at = models.DateTimeField("关账时间")
    overdue_starts = models.PositiveIntegerField("应开未开")
    slipping = models.PositiveIntegerField("进度滞缓")
    rows_level = models.CharField("逐个列出的级别", max_length=24, blank=True)
    received_at = models.DateTimeField("收到时间")
    received_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    replaced_at = models.DateTimeField("被替换时间", null=True, blank=True)

    objects: ClassVar[Any] = ReceivedQuerySet.as_manager()

    class Meta:
        verbose_name = "收到的件"
        ordering = ["-month", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["district", "month", "number"], name="received_number_once"),
            models.UniqueConstraint(
                fields=["district", "month"], condition=Q(replaced_at=None), name="one_received_in_force"
            ),
        ]
        indexes = [models.Index(fields=["month", "district"], name="received_month_district")]

    def __str__(self) -> str:
        return f"{self.district_id} {self.month} {self.name}"

    @property
    def name(self) -> str:
        return named(self.number)

    @property
    def corrections(self) -> int:
        return self.number - 1


class ReceivedSum(models.Model):
    """收到的数: the sums of one list of one filing, whole (category "") or of a category. Counts, 元, 1/12 元."""

    received = models.ForeignKey(Received, models.CASCADE, related_name="sums", verbose_name="件")
    level = models.CharField("级别", max_length=24)
    category = models.CharField("类别代号", max_length=40, blank=True)
    label = models.CharField("类别", max_length=60, blank=True)
    under_way = models.BigIntegerField("当年实施")
    preliminary = models.BigIntegerField("前期工作")
    total_investment = models.BigIntegerField("总投资")
    preliminary_investment = models.BigIntegerField("前期总投资")
    annual_plan = models.BigIntegerField("年度计划")
    due_twelfths = models.BigIntegerField("序时应完成（1/12元）")
    cumulative = models.BigIntegerField("年内累计")
    started = models.BigIntegerField("已开工")
    planned_start_this_year = models.BigIntegerField("计划今年开工")
    planned_start_by_now = models.BigIntegerField("计划已应开工")
    started_of_this_year = models.BigIntegerField("今年应开的已开工")
    started_of_by_now = models.BigIntegerField("已应开的已开工")
    completed_projects = models.BigIntegerField("竣工")
    completed_total_investment = models.BigIntegerField("竣工总投资")
    completed_invested_to_date = models.BigIntegerField("竣工完成投资")
    at_least_10 = models.BigIntegerField("10亿元以上")
    at_least_50 = models.BigIntegerField("50亿元以上")
    at_least_100 = models.BigIntegerField("100亿元以上")
    reported = models.BigIntegerField("已报月报")

    class Meta:
        verbose_name = "收到的数"
        constraints = [
            models.UniqueConstraint(fields=["received", "level", "category"], name="received_sum_once")
        ]

    def __str__(self) -> str:
        return f"{self.received_id} {self.level} {self.category}"

    @property
    def values(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COLUMNS}


class Refusal(models.Model):
    """拒收: somebody sent what was not taken; what they claimed is only a claim."""

    at = models.DateTimeField("时间")
    code = models.CharField("缘由代号", max_length=20)
    sentence = models.CharField("缘由", max_length=300)
    claimed = models.CharField("自称", max_length=60, blank=True)
    digest = models.CharField("散列", max_length=64, blank=True)
    address = models.CharField("来处", max_length=60, blank=True)

    class Meta:
        verbose_name = "拒收"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.code}"
