"""每月的事实和几种汇总共有的列：在哪些名单、哪一类、哪个属地；一格里加总的数。"""

from django.db import models

from xushi.registry.models import Category
from xushi.units.models import Unit


class Stages(models.Model):
    """On which lists a project stands and in which category."""

    provincial_stage = models.PositiveSmallIntegerField("省级阶段", default=0)
    municipal_stage = models.PositiveSmallIntegerField("市级阶段", default=0)
    joint_stage = models.PositiveSmallIntegerField("省市阶段", default=0)
    district_stage = models.PositiveSmallIntegerField("区级阶段", default=0)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name="类别")

    class Meta:
        abstract = True


class StandingColumns(Stages):
    """What a project was in a month. Amounts in 元; due_twelfths in twelfths of a 元: a linear schedule is exact."""

    territory = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="属地")

    class Meta:
        abstract = True


class Sums(models.Model):
    """The sums of a cell: money in 元 (due in twelfths), the rest counts."""

    projects = models.IntegerField(default=0)
    total_investment = models.BigIntegerField(default=0)
    annual_plan = models.BigIntegerField(default=0)
    due_twelfths = models.BigIntegerField(default=0)
    cumulative = models.BigIntegerField(default=0)
    started = models.IntegerField(default=0)
    planned_start_this_year = models.IntegerField(default=0)
    planned_start_by_now = models.IntegerField(default=0)
    started_of_this_year = models.IntegerField(default=0)
    started_of_by_now = models.IntegerField(default=0)
    completed = models.IntegerField(default=0)
    completed_total_investment = models.BigIntegerField(default=0)
    completed_invested_to_date = models.BigIntegerField(default=0)
    at_least_10 = models.IntegerField(default=0)
    at_least_50 = models.IntegerField(default=0)
    at_least_100 = models.IntegerField(default=0)
    reported = models.IntegerField(default=0)

    class Meta:
        abstract = True
