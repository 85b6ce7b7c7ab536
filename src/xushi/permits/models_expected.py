"""算出来的：一步在本区要办多久，一个项目多半何时能开工。都能从各步重算。"""

from django.db import models

from xushi.registry.models import Project


class StepDuration(models.Model):
    """本区办一步要多久: working days from the day it could be worked on to the decision; learnt anew every night."""

    code = models.SlugField("手续代号", max_length=50, unique=True)
    early = models.PositiveSmallIntegerField("快的五分之一")
    likely = models.PositiveSmallIntegerField("中位")
    late = models.PositiveSmallIntegerField("慢的五分之一")
    known = models.PositiveIntegerField("办过几件")
    learnt_at = models.DateTimeField("统计时间")

    class Meta:
        verbose_name = "手续用时"

    def __str__(self) -> str:
        return f"{self.code} {self.likely}"


class ExpectedStart(models.Model):
    """预计开工: when every permit needed for it is in hand. week_gain in working days, week_worth in 元."""

    project = models.OneToOneField(
        Project, models.CASCADE, related_name="expected_start", verbose_name="项目"
    )
    early = models.DateField("最早")
    likely = models.DateField("多半")
    late = models.DateField("最晚")
    critical_step = models.ForeignKey(
        "permits.PermitStep", models.SET_NULL, null=True, related_name="+", verbose_name="关键一步"
    )
    week_gain = models.PositiveSmallIntegerField("快一周提前几个工作日", default=0)
    week_worth = models.BigIntegerField("快一周值多少今年计划（元）", default=0)
    computed_on = models.DateField("按哪天算")
    computed_at = models.DateTimeField("何时算的")

    class Meta:
        verbose_name = "预计开工"
        indexes = [models.Index(fields=["likely"], name="expected_start_likely")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.likely}"
