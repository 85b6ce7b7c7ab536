"""列在不在另一句查询里：与 __in 找出同样的行；PostgreSQL 上按主键逐个取，不通读整张表。"""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from tests.duties.factories import owed
from tests.factories import NOW, UnitFactory
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.kit.among import Among
from xushi.units.models import Unit, User


@pytest.fixture
def tree(db: None) -> list[Unit]:
    root = UnitFactory(name="浦口区")
    return [root, *(UnitFactory(name=f"街道{n}", parent=root) for n in range(4))]


def test_the_same_rows_as_in(tree: list[Unit]) -> None:
    some = Unit.objects.filter(name__in=["街道1", "街道3"]).order_by().values("pk")
    joined = some.union(Unit.objects.filter(name="街道0").order_by().values("pk"))
    for rows in (some, joined):
        assert set(Unit.objects.filter(Among("pk", rows))) == set(Unit.objects.filter(pk__in=rows))
        assert set(Unit.objects.exclude(Among("pk", rows))) == set(Unit.objects.exclude(pk__in=rows))
    assert set(Unit.objects.filter(Among("parent", Unit.objects.filter(pk=tree[0].pk).values("pk")))) == {
        *tree[1:]
    }
    nothing = Unit.objects.none().values("pk")
    assert not Unit.objects.filter(Among("pk", nothing)).exists()
    assert Unit.objects.filter(Q(Among("pk", nothing)) | Q(name="街道2")).count() == 1


def test_what_a_person_owes_is_fetched_by_its_keys(subdistrict: Unit, territory_user: User) -> None:
    for n in range(3):
        owed(subdistrict, unit=subdistrict, kind=f"k{n}", title=f"{n}", due_at=NOW + timedelta(days=n))
    found = Duty.objects.open().of(territory_user, local_day(NOW))
    assert found.count() == 3
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_hashjoin = off")
        assert "Join" not in found.explain().partition("InitPlan")[0]
        assert "duties_duty_pkey" in found.explain()
    else:
        assert "SEARCH duties_duty USING INTEGER PRIMARY KEY" in found.explain()
