"""准入会审照着办的：行业、门槛、会审规则、平时请谁答；全市区通用的，或各区自己的。"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from xushi.admission.measures import JUDGED, Measure
from xushi.admission.rules import Silence, Terms
from xushi.admission.scoring import Standard
from xushi.units.models import Unit
from xushi.units.owned import Owned, OwnedQuerySet, OwnedVersion, VersionedQuerySet

PERSON = settings.AUTH_USER_MODEL


class Industry(Owned):
    """行业: what the thresholds are set by, common or a district's own; leading: one of its leading industries."""

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    leading = models.BooleanField("主导产业", default=False)
    retired = models.BooleanField("停用", default=False)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "准入行业"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(district=None), name="common_industry_once"),
            models.UniqueConstraint(fields=["district", "name"], name="industry_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CriterionSet(OwnedVersion):
    """门槛: of an industry from a year on, until a later one; a version is never changed once published.

    A district's own go before the common ones.
    """

    industry = models.ForeignKey(Industry, models.PROTECT, related_name="sets", verbose_name="行业")
    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版本")
    reason = models.CharField("依据", max_length=200)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    at = models.DateTimeField("发布时间")

    objects: ClassVar[Any] = VersionedQuerySet.as_manager()

    class Meta:
        verbose_name = "准入门槛"
        ordering = ["industry", "-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["industry", "year", "version"],
                condition=Q(district=None),
                name="criteria_version_once",
            ),
            models.UniqueConstraint(
                fields=["industry", "year", "version", "district"], name="district_criteria_version_once"
            ),
        ]

    def __str__(self) -> str:
        whose = self.district.name if self.district else ""
        return f"{whose}{self.industry}{self.year}年门槛第{self.version}版"

    @property
    def standards(self) -> list[Standard]:
        return [one.standard for one in self.criteria.all()]


class Criterion(models.Model):
    """一项门槛; threshold in thousandths of the measure's unit, none for what is judged in words."""

    set = models.ForeignKey(CriterionSet, models.CASCADE, related_name="criteria", verbose_name="门槛")
    measure = models.CharField("项", max_length=20, choices=Measure.choices())
    threshold = models.BigIntegerField("门槛（千分之一）", null=True, blank=True)
    words = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "门槛项"
        constraints = [
            models.UniqueConstraint(fields=["set", "measure"], name="criterion_once_in_set"),
            models.CheckConstraint(
                condition=Q(measure__in=JUDGED, threshold=None)
                | (~Q(measure__in=JUDGED) & Q(threshold__gt=0)),
                name="criterion_threshold_of_computed",
            ),
        ]

    def __str__(self) -> str:
        return self.get_measure_display()

    @property
    def standard(self) -> Standard:
        return Standard(Measure(self.measure), self.threshold, self.words)


class ReviewTerms(OwnedVersion):
    """会审规则: the newest row is in force, a district's own before the common ones; one row per change."""

    opinion_days = models.PositiveSmallIntegerField("部门答复期限")
    grace_days = models.PositiveSmallIntegerField("逾期满几天按规则计")
    silence = models.CharField("没答的怎么计", max_length=10, choices=Silence.choices())
    kept_percent = models.PositiveSmallIntegerField("承诺兑现到多少算够")
    breach_years = models.PositiveSmallIntegerField("连续几年不足算违约")
    reason = models.CharField("为什么改", max_length=200)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    at = models.DateTimeField("时间")

    objects: ClassVar[Any] = VersionedQuerySet.as_manager()

    class Meta:
        verbose_name = "会审规则"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.reason}"

    @property
    def terms(self) -> Terms:
        return Terms(
            self.opinion_days, self.grace_days, Silence(self.silence), self.kept_percent, self.breach_years
        )


class Reviewer(Owned):
    """平时请谁答: the units offered first when an application is sent; a district's own before the common."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    place = models.PositiveSmallIntegerField("次序")

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "答复单位"
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(district=None), name="common_reviewer_once"),
            models.UniqueConstraint(fields=["district", "unit"], name="reviewer_once"),
        ]

    def __str__(self) -> str:
        return str(self.unit)
