"""放假通知：预先带来的、载入的、改过的。"""

from datetime import date

import pytest

from tests.factories import NOW
from xushi.calendars.actions import LOADED, learn_years, load_notice
from xushi.calendars.models import NoticeYear, SpecialDay
from xushi.calendars.selectors import calendar
from xushi.calendars.statutory import known_years
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units.models import User
from xushi.units.rules import Refused

pytestmark = pytest.mark.django_db
BEYOND = max(known_years()) + 1
NOTICE = {date(BEYOND, 1, 1): (False, "元旦"), date(BEYOND, 1, 3): (True, "元旦调休")}


def test_a_fresh_database_knows_every_published_year() -> None:
    assert set(NoticeYear.objects.values_list("year", flat=True)) == known_years()
    assert SpecialDay.objects.get(day=date(2018, 9, 29)).working
    assert calendar().add(date(2018, 9, 27), 4) == date(2018, 10, 8)


def test_the_calendar_is_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    calendar()
    with django_assert_num_queries(1):
        calendar()


def test_a_notice_replaces_what_was_supposed(office_user: User) -> None:
    supposed = calendar()
    assert supposed.is_provisional(date(BEYOND, 10, 1))
    assert not supposed.is_working(date(BEYOND, 10, 1))
    written = load_notice(
        BEYOND, NOTICE, source="国办发明电〔2026〕1号", actor=Actor(by=office_user), now=NOW
    )
    assert written is not None
    held = calendar()
    assert not held.is_provisional(date(BEYOND, 10, 1))
    assert held.is_working(date(BEYOND, 10, 1))  # the notice says nothing of it: an ordinary Friday
    assert held.is_working(date(BEYOND, 1, 3))  # a Sunday
    event = Event.objects.get(verb=LOADED)
    assert event.subject_id == written.pk
    assert event.changes[f"{BEYOND}-01-03"] == ["照常", "班 元旦调休"]
    assert event.changes[f"{BEYOND}-10-01"] == ["休 国庆节", "照常"]
    assert f"{BEYOND}-01-01" not in event.changes


def test_the_same_notice_again_changes_nothing(office_user: User) -> None:
    common = {"source": "国办发明电〔2026〕1号", "actor": Actor(by=office_user), "now": NOW}
    load_notice(BEYOND, NOTICE, **common)
    assert load_notice(BEYOND, NOTICE, **common) is None
    assert Event.objects.filter(verb=LOADED).count() == 1


def test_a_changed_notice_of_a_published_year_counts_at_once(office_user: User) -> None:
    days = {row.day: (row.working, row.name) for row in SpecialDay.objects.filter(day__year=2018)}
    assert calendar().is_working(date(2018, 9, 14))
    days[date(2018, 9, 14)] = (False, "台风")
    load_notice(2018, days, source="苏府办〔2018〕1号", actor=Actor(by=office_user), now=NOW)
    assert not calendar().is_working(date(2018, 9, 14))
    assert Event.objects.get(verb=LOADED).changes == {"2018-09-14": ["照常", "休 台风"]}


def test_a_notice_may_move_days_of_the_december_before(office_user: User) -> None:
    last = BEYOND - 1
    before = SpecialDay.objects.filter(day__year=last).count()
    december = {date(last, 12, 26): (True, "元旦调休")}
    load_notice(BEYOND, NOTICE | december, source="国办发明电", actor=Actor(by=office_user), now=NOW)
    assert calendar().is_working(date(last, 12, 26))  # a Saturday
    assert SpecialDay.objects.filter(day__year=last).count() == before + 1
    assert not calendar().is_working(date(last, 10, 1))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({}, "没有"),
        ({date(BEYOND, 1, 1): (False, "元旦"), date(BEYOND + 1, 1, 1): (False, "元旦")}, "不在"),
        ({date(BEYOND, 1, 1): (False, "元旦"), date(BEYOND - 1, 11, 30): (False, "元旦")}, "不在"),
    ],
)
def test_a_notice_of_another_year_is_refused(days: dict, words: str, office_user: User) -> None:
    with pytest.raises(Refused, match=words):
        load_notice(BEYOND, days, source="国办发明电", actor=Actor(by=office_user), now=NOW)
    assert not NoticeYear.objects.filter(year=BEYOND).exists()


def test_days_of_a_december_whose_own_notice_is_missing_are_refused(office_user: User) -> None:
    days = {date(BEYOND + 1, 1, 1): (False, "元旦"), date(BEYOND, 12, 31): (False, "元旦")}
    with pytest.raises(Refused, match=f"先载入{BEYOND}年"):
        load_notice(BEYOND + 1, days, source="国办发明电", actor=Actor(by=office_user), now=NOW)


def test_only_the_office_loads_a_notice(leader_user: User, stranger: User) -> None:
    for user in (leader_user, stranger):
        with pytest.raises(Refused, match="区重大办"):
            load_notice(BEYOND, NOTICE, source="国办发明电", actor=Actor(by=user), now=NOW)


def test_years_a_newer_package_knows_are_learnt_once() -> None:
    SpecialDay.objects.filter(day__year=2018).delete()
    NoticeYear.objects.filter(year=2018).delete()
    assert calendar().is_provisional(date(2018, 9, 29))
    assert calendar().is_working(date(2018, 9, 29))  # what the package knows is supposed meanwhile
    (event,) = learn_years(now=NOW)
    assert event.verb == LOADED
    assert not calendar().is_provisional(date(2018, 9, 29))
    assert learn_years(now=NOW) == []
