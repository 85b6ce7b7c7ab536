"""问法记着，答案每次从库里来。"""

import pytest
from django.db import connection
from django.db.models import Count, Value
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory
from xushi.kit import phrased
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db


def test_the_words_are_made_once_and_the_answer_is_of_now() -> None:
    made = []

    def towns() -> object:
        made.append(1)
        found = Unit.objects.filter(name__startswith="江").annotate(key=Value("towns")).values("key")
        return found.annotate(n=Count("pk")).values_list("key", "n")

    assert phrased.rows("towns", towns) == [("towns", 0)]
    UnitFactory(name="江浦街道")
    UnitFactory(name="桥林街道")
    with CaptureQueriesContext(connection) as captured:
        assert phrased.rows("towns", towns) == [("towns", 1)] == list(towns())
    assert len(captured) == 2
    UnitFactory(name="江北街道")
    assert phrased.rows("towns", towns) == [("towns", 2)]
    assert len(made) == 2, "once by itself, once for the comparison"


def test_other_keys_are_other_questions() -> None:
    first, second = UnitFactory(), UnitFactory()

    def asked_of(one: Unit) -> list[tuple[object, ...]]:
        return phrased.rows(
            ("unit", one.pk), lambda: Unit.objects.filter(pk=one.pk).values_list("pk", "name")
        )

    for one in (first, second, first):
        assert asked_of(one) == [(one.pk, one.name)]


def test_who_asks_of_nothing_is_told_nothing_without_a_query() -> None:
    with CaptureQueriesContext(connection) as captured:
        for _ in range(2):
            assert phrased.rows("nobody", lambda: Unit.objects.filter(pk__in=[]).values_list("pk")) == []
    assert len(captured) == 0


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrased, "MOST", 3)
    for number in range(10):
        assert phrased.rows(number, lambda: Unit.objects.filter(pk=-number).values_list("pk")) == []  # noqa: B023
        assert len(phrased._phrases) <= 3
