"""清空全库只清有用的：测试提交过，之后把每张表清空，Django 给模型记的名字和权限留着，不必回回重写一遍。

Django writes the names of all models and their permissions anew after each flush; nothing of the product names either,
and what stands there would be the same again. On PostgreSQL a table is emptied by its rows: TRUNCATE makes new files for
every table and every index, two thousand of them, where a test has filled a dozen tables.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

KEPT = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def emptied_and_no_more() -> Iterator[None]:
    from django.core.management.commands import flush

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", _statements)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield


def _statements(style: Any, connection: Any, **how: Any) -> Sequence[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = sorted(set(names) - KEPT)
    if connection.vendor == "postgresql" and _may_skip_checks(connection):
        return _by_rows([connection.ops.quote_name(table) for table in tables])
    return list(connection.ops.sql_flush(style, tables, **how))


def _may_skip_checks(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return bool(cursor.fetchone()[0] == "on")


def _by_rows(tables: Sequence[str]) -> Sequence[str]:
    """In one transaction, and like TRUNCATE only once nobody writes any more; all go, so nothing is left to check."""
    return [
        f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE",
        "SET LOCAL session_replication_role = replica",
        "; ".join(f"DELETE FROM {table}" for table in tables),
    ]
