"""路径在不在这一支里：同 startswith 一样的答案，空的、相邻的、外连的也一样。"""

import pytest
from django.db.models import F

from tests.factories import UnitFactory
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> list[Unit]:
    """0001. 0001.0001. 0001.0001.0001. 0001.0002. … 0001.0012., and another root."""
    root = UnitFactory()
    children = [UnitFactory(parent=root) for _ in range(12)]
    grand = [UnitFactory(parent=children[0]), UnitFactory(parent=children[9])]
    return [root, *children, *grand, UnitFactory(kind=Unit.Kind.DISTRICT)]


def test_a_subtree_is_what_begins_with_the_path(tree: list[Unit]) -> None:
    assert len({unit.path for unit in tree}) == len(tree) == Unit.objects.count()
    for unit in tree:
        below = {one.pk for one in tree if one.path.startswith(unit.path)}
        assert set(Unit.objects.filter(path__under=unit.path).values_list("pk", flat=True)) == below
        assert (
            set(Unit.objects.exclude(path__under=unit.path).values_list("pk", flat=True))
            == {one.pk for one in tree} - below
        )
    assert Unit.objects.filter(path__under="").count() == len(tree)
    assert Unit.objects.filter(path__under="0001.001").count() == 4, "0001.0010. and below to 0001.0012."
    assert not Unit.objects.filter(path__under="0009.").exists()


def test_what_has_no_unit_there_is_in_none_and_is_not_outside_either(tree: list[Unit]) -> None:
    root = tree[0]
    gone = tree[2]
    Unit.objects.filter(pk=gone.pk).update(successor=tree[1])
    assert list(Unit.objects.filter(successor__path__under=root.path)) == [gone]
    outside = Unit.objects.exclude(successor__path__under=root.path)
    assert set(outside) == set(Unit.objects.exclude(successor__path__startswith=root.path))


def test_the_path_may_be_another_column(tree: list[Unit]) -> None:
    below_their_parent = Unit.objects.filter(path__under=F("parent__path"))
    assert set(below_their_parent) == {unit for unit in tree if unit.parent_id}


def test_a_dissolved_unit_is_answered_for_where_its_duties_went(tree: list[Unit]) -> None:
    root, heir, gone = tree[0], tree[1], tree[-1]
    Unit.objects.filter(pk=gone.pk).update(successor=heir)
    assert gone in Unit.objects.answered_for_by(heir.path)
    assert gone in Unit.objects.answered_for_by(root.path)
    assert gone not in Unit.objects.answered_for_by(tree[3].path)
    assert set(Unit.objects.answered_for_by(gone.path)) == {gone}
