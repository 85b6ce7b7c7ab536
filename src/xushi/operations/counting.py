"""SQLite 的统计：各张表多大、各个索引分得多细，挑索引凭它；PostgreSQL 自己会收。"""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def count_tables() -> int:
    """Let SQLite count every table anew; returns how many, 0 on PostgreSQL.

    Without these numbers it guesses, and reads a province's whole month for one town's page. Each table in a
    transaction of its own, so that whoever writes waits for one table at most. Counted whole: of a bounded sample
    (analysis_limit) it takes a hundred thousand facts of a month for a thousand.
    """
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return _count(tables)


def count_changed() -> int:
    """The same of the tables that have been counted and since got an index, which an upgrade makes: of that one nothing
    is known, and SQLite goes ways that it had left."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        if "sqlite_stat1" not in _names(cursor, "SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'"):
            return 0
        uncounted = _names(
            cursor,
            "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'index'"
            " AND tbl_name IN (SELECT tbl FROM sqlite_stat1)"
            " AND name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)",
        )
    return _count(uncounted)


def _names(cursor: Any, asked: str) -> list[str]:
    cursor.execute(asked)
    return [name for (name,) in cursor.fetchall()]


def _count(tables: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
    return len(tables)
