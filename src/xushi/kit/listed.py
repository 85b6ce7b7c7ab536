"""列在其中：几千个编号或名字，作为一个值交给数据库。"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class Listed(Func):
    """Whether a column holds one of many values; the databases read the list themselves.

    As __in, which costs Django 4 µs for every value and bounds how many there may be.
    """

    output_field = BooleanField()

    def __init__(self, column: str, values: list[Any]) -> None:
        super().__init__(F(column))
        self.values = values

    def as_sqlite(self, compiler: Any, connection: Any, **given: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"{sql} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.values)]  # noqa: S608 - a column

    def as_postgresql(self, compiler: Any, connection: Any, **given: Any) -> tuple[str, list[Any]]:
        """Whole numbers go as one text, which the driver need not take apart again."""
        sql, params = compiler.compile(self.source_expressions[0])
        if {*map(type, self.values)} == {int}:
            return f"{sql} = ANY(%s::bigint[])", [*params, f"{{{','.join(map(str, self.values))}}}"]
        return f"{sql} = ANY(%s)", [*params, self.values]


def listed(column: str, values: Iterable[Any]) -> Listed:
    """A condition for filter(): the column is one of these whole numbers or texts (years, keys, codes; no dates)."""
    return Listed(column, list(values))
