"""树上的路径（0001.0003.）：在不在这一支里，按字节的次序走索引，不用 LIKE。"""

from typing import Any

from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

AFTER = "~"  # sorts behind every digit and point that a path is made of


@CharField.register_lookup
class Under(Lookup):  # type: ignore[type-arg]
    """path__under="0001.0003.": the node of this path and all below it; as startswith, by the index, with words that
    are the same for every path.

    The databases' LIKE finds its way into an index only when it sees the pattern while it plans, SQLite's never here.
    """

    lookup_name = "under"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._between(compiler, connection, ">=", "<")

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """By bytes whatever the collation: what the index of varchar_pattern_ops is sorted by."""
        return self._between(compiler, connection, "~>=~", "~<~")

    def _between(
        self, compiler: SQLCompiler, connection: Any, from_: str, before: str
    ) -> tuple[str, tuple[Any, ...]]:
        column, of_column = self.process_lhs(compiler, connection)
        path, of_path = self.process_rhs(compiler, connection)
        words = f"({column} {from_} {path} AND {column} {before} ({path} || '{AFTER}'))"
        return words, (*of_column, *of_path, *of_column, *of_path)
