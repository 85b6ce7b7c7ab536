"""督查的模板标签：逾几天，按编号取照片。"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

register = template.Library()


@register.filter
def timesince_days(day: date, today: date) -> int:
    """How many days a day is past."""
    return max((today - day).days, 0)


@register.filter
def of_key(held: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key; nothing where it holds none."""
    return held.get(key, ())
