"""SQLite 的统计：各张表多大、各个索引分得多细，挑索引凭它；PostgreSQL 自己会收。"""

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
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
    return len(tables)
