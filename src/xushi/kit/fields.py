"""字段：月份存成整数 201808。"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable

from xushi.core.months import Month


class MonthField(models.IntegerField):
    """A core.Month, stored as the integer 201808; lookups take a Month, its key, or "2018-08"."""

    description = "月份"
    # what the type checker takes the column to hold
    _pyi_private_set_type: Month | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Month  # type: ignore[assignment]
    _pyi_lookup_exact_type: Month | int | str  # type: ignore[assignment]

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Month | None:
        return None if value is None else Month.from_key(value)

    def to_python(self, value: Any) -> Month | None:
        if value is None or isinstance(value, Month):
            return value
        try:
            return Month.from_key(value) if isinstance(value, int) else Month.parse(str(value))
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem

    def get_prep_value(self, value: Any) -> int | None:
        month = self.to_python(value)
        return None if month is None else month.key

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)
