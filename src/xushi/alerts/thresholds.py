"""预警阈值：某一刻、某个地方按哪一套。一个区没有自己定的项，用上级的。"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from xushi.alerts.models import ThresholdSet
from xushi.alerts.rules import Thresholds, ThresholdsRefused, thresholds_of
from xushi.kit.phrased import ask
from xushi.units.inherited import COMMON, Inherited
from xushi.units.models import Unit

Book = Inherited[Thresholds]


def book_at(moment: datetime) -> Book:
    """The thresholds in force at a moment by place in the tree; one query, one more where a district has its own."""
    return Book(ask(_set_until, moment), thresholds_of, ThresholdsRefused)


def _set_until(moment: datetime) -> "QuerySet[Any]":
    rows = ThresholdSet.objects.filter(effective_at__lte=moment).order_by("effective_at", "pk")
    return rows.values_list("district__path", "values")


def thresholds_at(moment: datetime, unit: Unit | None = None) -> Thresholds:
    """The thresholds in force at a moment, for all districts or at one unit's place; the defaults before any change."""
    return book_at(moment).of(unit.path if unit else COMMON)
