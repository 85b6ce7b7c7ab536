"""列在不在另一句查询里：PostgreSQL 上先把那句查成一张表，夹在“或”里也走得到索引。"""

from typing import Any

from django.db.models import BooleanField, Func, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler


class _Rows(Subquery):
    empty_result_set_value = NotImplemented  # among nothing is nowhere


class Among(Func):
    """column IN (rows). On PostgreSQL an IN beside an OR reads the whole table; = ANY(ARRAY(rows)) uses each index."""

    arg_joiner = " IN "
    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, column: str, rows: QuerySet[Any]) -> None:
        super().__init__(column, _Rows(rows if rows.query.is_sliced else rows.order_by()))

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY", **more
        )
