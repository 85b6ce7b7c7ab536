"""列在其中：与 __in 找出同样的行，一万个值也是一句、一个值。"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory
from xushi.kit.listed import listed
from xushi.units.models import Unit


@pytest.fixture
def tree(db: None) -> list[Unit]:
    root = UnitFactory(name="浦口区")
    return [root, *(UnitFactory(name=f"“街道”{n}", parent=root) for n in range(5))]


def test_the_same_rows_as_in(tree: list[Unit]) -> None:
    some = [tree[1].pk, tree[3].pk, 10**9]
    assert set(Unit.objects.filter(listed("pk", some))) == {tree[1], tree[3]}
    assert set(Unit.objects.filter(listed("parent_id", [tree[0].pk]))) == set(tree[1:])
    assert set(Unit.objects.filter(listed("name", ["“街道”0", "没有"]), parent=tree[0])) == {tree[1]}
    assert set(Unit.objects.filter(listed("parent__name", ["浦口区"]))) == set(tree[1:])
    assert set(Unit.objects.exclude(listed("pk", some))) == {tree[0], tree[2], tree[4], tree[5]}


def test_nothing_is_listed_in_nothing(tree: list[Unit]) -> None:
    assert not Unit.objects.filter(listed("pk", [])).exists()
    assert not Unit.objects.filter(listed("name", [])).exists()


def test_however_many_are_one_query(tree: list[Unit]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Unit.objects.filter(listed("pk", range(tree[0].pk, tree[0].pk + 100_000))).count() >= len(tree)
    assert len(queries) == 1
