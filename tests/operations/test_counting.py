"""每天清理之后，SQLite 数一遍各张表，挑索引才有准。"""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from xushi.operations.counting import count_changed, count_tables
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db


def test_the_nightly_tidying_leaves_sqlite_knowing_its_tables(district: Unit, subdistrict: Unit) -> None:
    call_command("retention", stdout=StringIO())
    if connection.vendor != "sqlite":
        assert count_tables() == 0
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = %s", [Unit._meta.db_table])
        rows = {int(stat.split()[0]) for (stat,) in cursor.fetchall()}
    assert rows == {Unit.objects.count()}


def test_an_index_that_an_upgrade_made_is_counted(district: Unit, subdistrict: Unit) -> None:
    count_tables()
    if connection.vendor != "sqlite":
        assert count_changed() == 0
        return
    counted = "SELECT idx FROM sqlite_stat1 WHERE idx = 'made_anew'"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX made_anew ON {Unit._meta.db_table} (name)")
        cursor.execute(counted)
        assert not cursor.fetchall()
        assert count_changed() >= 1
        cursor.execute(counted)
        assert cursor.fetchall()


def test_a_new_database_has_nothing_to_count_anew() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS sqlite_stat1")
    assert count_changed() == 0
