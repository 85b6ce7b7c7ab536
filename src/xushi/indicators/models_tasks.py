"""任务和分解：重点任务和三年行动计划一步步做；指标的目标分到部门、街场园区，签了才算接下。"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from xushi.indicators.models import Indicator, System
from xushi.units.models import Unit

PERSON = settings.AUTH_USER_MODEL


class Task(models.Model):
    """任务: a key task of the city's year, or one of the three-year plans “1+8”; its steps are what is judged."""

    class Kind(models.TextChoices):
        KEY = "key", "重点工作任务"
        PLAN = "plan", "三年行动计划"

    system = models.ForeignKey(System, models.PROTECT, related_name="tasks", verbose_name="体系")
    indicator = models.OneToOneField(
        Indicator, models.PROTECT, null=True, blank=True, related_name="task", verbose_name="记分的指标"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    name = models.CharField("名称", max_length=120)
    group = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="牵头组")
    lead = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="责任单位")
    place = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "任务"
        ordering = ["kind", "place", "pk"]
        constraints = [models.UniqueConstraint(fields=["system", "name"], name="task_once_in_system")]

    def __str__(self) -> str:
        return self.name


class TaskStep(models.Model):
    """任务的一步: due on a day, done on another with its evidence; overdue while it is neither."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="steps", verbose_name="任务")
    place = models.PositiveSmallIntegerField("次序")
    words = models.CharField("做什么", max_length=200)
    due_on = models.DateField("期限")
    done_on = models.DateField("做完", null=True, blank=True)
    evidence = models.CharField("佐证", max_length=300, blank=True)
    made_up = models.BooleanField("示例", default=False)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁记的")
    at = models.DateTimeField("何时记的", null=True, blank=True)

    class Meta:
        verbose_name = "任务步骤"
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["task", "place"], name="task_step_place_once")]

    def __str__(self) -> str:
        return self.words


class Target(models.Model):
    """分解: what an indicator asks of a unit in a year; signed for by the unit; replaced, never changed."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets", verbose_name="指标")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承担单位")
    year = models.PositiveSmallIntegerField("年度")
    value = models.FloatField("目标")
    person = models.CharField("责任人", max_length=60, blank=True)
    made_up = models.BooleanField("示例", default=False)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁分的")
    at = models.DateTimeField("分解时间")
    signed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁签的")
    signed_name = models.CharField("签收人", max_length=60, blank=True)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    urged_at = models.DateTimeField("催签时间", null=True, blank=True)
    replaced_at = models.DateTimeField("被替换的时间", null=True, blank=True)

    class Meta:
        verbose_name = "指标分解"
        ordering: ClassVar[list[str]] = ["unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "year"],
                condition=Q(replaced_at=None),
                name="one_standing_target_of_unit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator_id} {self.year}"
