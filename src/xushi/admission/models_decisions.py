"""会审决定和它的条件、承诺，每年的履约核对，违约。"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from xushi.admission.measures import Item, Measure
from xushi.admission.models import Application, Sitting
from xushi.admission.table import Outcome

PERSON = settings.AUTH_USER_MODEL
__all__ = ["Breach", "Condition", "Decision", "Delivery", "Promise", "Reached"]
FINAL = [Outcome.ADMITTED, Outcome.CONDITIONAL, Outcome.REFUSED]


class Decision(models.Model):
    """会审决定, never changed; snapshot: what was known on its day (snapshots.py). One final one per application."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="decisions", verbose_name="申请"
    )
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, related_name="decisions", verbose_name="会次"
    )
    outcome = models.CharField("决定", max_length=12, choices=Outcome.choices())
    admitted = models.PositiveSmallIntegerField("准入票", default=0)
    conditional = models.PositiveSmallIntegerField("附条件票", default=0)
    deferred = models.PositiveSmallIntegerField("缓议票", default=0)
    refused = models.PositiveSmallIntegerField("不准入票", default=0)
    reasons = models.TextField("理由", blank=True)
    snapshot = models.JSONField("当时所知")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "会审决定"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(outcome__in=FINAL), name="one_final_decision"
            )
        ]
        indexes = [models.Index(fields=["outcome", "at"], name="decision_outcome")]

    def __str__(self) -> str:
        return f"{self.application}：{self.get_outcome_display()}"

    @property
    def taken(self) -> Outcome:
        return Outcome(self.outcome)


class Reached(models.Model):
    """一项达到门槛的多少, of one who was let in, in thousandths (1000: just met): what the median is taken of."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="reached", verbose_name="决定")
    measure = models.CharField("项", max_length=20, choices=Measure.choices())
    milli = models.BigIntegerField("达到门槛的千分之几")

    class Meta:
        verbose_name = "达到门槛"
        constraints = [models.UniqueConstraint(fields=["decision", "measure"], name="reached_once")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.measure} {self.milli}"


class Condition(models.Model):
    """准入条件: to be met by those who applied, some by a day."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="conditions", verbose_name="决定")
    number = models.PositiveSmallIntegerField("序号")
    words = models.CharField("条件", max_length=300)
    due_on = models.DateField("期限", null=True, blank=True)
    met_at = models.DateTimeField("落实时间", null=True, blank=True)
    met_words = models.CharField("怎样落实", max_length=300, blank=True)
    met_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁报落实")

    class Meta:
        verbose_name = "准入条件"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="condition_number_once")]

    def __str__(self) -> str:
        return self.words


class Promise(models.Model):
    """承诺: the amount of an item (stored parts) from a year on; land and energy are not to be exceeded."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="promises", verbose_name="申请")
    item = models.CharField("项", max_length=12, choices=Item.choices())
    amount = models.BigIntegerField("承诺")
    first_year = models.PositiveSmallIntegerField("从哪年起核对")

    class Meta:
        verbose_name = "准入承诺"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "item"], name="promise_once")]
        indexes = [models.Index(fields=["first_year"], name="promise_year")]

    def __str__(self) -> str:
        return f"{self.of_item.label}{self.amount_text}"

    @property
    def of_item(self) -> Item:
        return Item(self.item)

    @property
    def amount_text(self) -> str:
        return self.of_item.said(self.amount)


class Delivery(models.Model):
    """履约核对: what came of a promise in a year (of investment and land: by the end of it)."""

    promise = models.ForeignKey(Promise, models.PROTECT, related_name="deliveries", verbose_name="承诺")
    year = models.PositiveSmallIntegerField("年度")
    amount = models.BigIntegerField("兑现")
    source = models.CharField("依据", max_length=200)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "履约核对"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["promise", "year"], name="delivery_once_a_year"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="delivery_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.year}"


class Breach(models.Model):
    """违约: short as many years as the rule says; open until the office says what was done of it."""

    promise = models.ForeignKey(Promise, models.PROTECT, related_name="breaches", verbose_name="承诺")
    year = models.PositiveSmallIntegerField("到哪一年")
    clause = models.CharField("违约责任", max_length=1000)
    at = models.DateTimeField("认定时间")
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)
    settled_words = models.CharField("怎样了结", max_length=300, blank=True)
    settled_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")

    class Meta:
        verbose_name = "违约"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["promise"], condition=Q(settled_at=None), name="one_open_breach")
        ]

    def __str__(self) -> str:
        return f"{self.promise} {self.year}年"
