"""每天清理之后，SQLite 数一遍各张表，挑索引才有准。"""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from xushi.operations.counting import count_tables
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
