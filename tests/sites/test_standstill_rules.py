"""现场停工的判断：看不清的天不算也不打断，看不见太久就不再往前数，七天黄、十四天红。"""

from datetime import date, timedelta

import pytest

from xushi.alerts.rules import Level
from xushi.sites.rules import Verdict
from xushi.sites.standstill_rules import level_of, site_day, spell_of

A, S, U = Verdict.ACTIVE, Verdict.STILL, Verdict.UNKNOWN
LAST = date(2018, 9, 11)
EVERY_DAY = frozenset(range(1, 8))
WORKDAYS = frozenset(range(1, 6))


def days(row: str) -> dict[date, Verdict]:
    """a active, s still, u unknown, . no row at all; the last letter is LAST."""
    known = {"a": A, "s": S, "u": U}
    return {LAST - timedelta(days=n): known[sign] for n, sign in enumerate(reversed(row)) if sign in known}


@pytest.mark.parametrize(("row", "count", "unseen", "level"), [
    ("assssss", 6, 0, None),
    ("asssssss", 7, 0, Level.YELLOW),
    ("a" + "s" * 13, 13, 0, Level.YELLOW),
    ("a" + "s" * 14, 14, 0, Level.RED),
    ("assssssa", 0, 0, None),  # worked yesterday
    ("asssuusss", 6, 2, None),  # two days unseen: neither counted nor an end
    ("asssuussss", 7, 2, Level.YELLOW),
    ("ass..sssss", 7, 2, Level.YELLOW),  # no row: an outage, unseen as well
    ("a" + "s" * 9 + "u" * 7 + "sss", 12, 7, Level.YELLOW),
    ("a" + "s" * 9 + "u" * 8 + "sss", 3, 0, None),  # more than a week unseen: nothing is known of before
    ("u" * 30, 0, 0, None),
    ("a" + "s" * 7 + "uuu", 7, 3, Level.YELLOW),  # unseen since: the count stands still
    ("", 0, 0, None),
])  # fmt: skip
def test_the_days_of_a_stretch(row: str, count: int, unseen: int, level: Level | None) -> None:
    found = spell_of(days(row), LAST, EVERY_DAY)
    assert (found.days, found.unseen, found.level) == (count, unseen, level)


def test_since_is_the_first_still_day() -> None:
    found = spell_of(days("aauusssssuss"), LAST, EVERY_DAY)
    assert found.since == LAST - timedelta(days=7)
    assert found.last_active == LAST - timedelta(days=10)


def test_days_off_are_no_gap() -> None:
    """11 September 2018 is a Tuesday; Saturdays and Sundays without a row are passed over."""
    row = {}
    day = LAST
    while len(row) < 12:
        if day.isoweekday() <= 5:
            row[day] = S
        day -= timedelta(days=1)
    found = spell_of(row, LAST, WORKDAYS)
    assert (found.days, found.unseen) == (12, 0)


def test_what_somebody_vouched_for_is_not_counted_again() -> None:
    row = days("a" + "s" * 20)
    assert spell_of(row, LAST, EVERY_DAY, after=LAST - timedelta(days=6)).days == 6
    assert spell_of(row, LAST, EVERY_DAY, after=LAST).days == 0


@pytest.mark.parametrize(("verdicts", "cameras", "expected"), [
    ([S, S], 2, S),
    ([S, A], 2, A),
    ([A], 3, A),  # one that sees work is enough
    ([S, U], 2, U),  # the dark one might have seen it
    ([S], 2, U),  # the other was out
    ([], 1, U),
    ([], 0, U),
])  # fmt: skip
def test_a_site_is_still_only_where_every_camera_saw_it_still(
    verdicts: list[Verdict], cameras: int, expected: Verdict
) -> None:
    assert site_day(verdicts, cameras) == expected


@pytest.mark.parametrize(
    ("count", "level"), [(6, None), (7, Level.YELLOW), (13, Level.YELLOW), (14, Level.RED)]
)
def test_seven_days_are_yellow_fourteen_red(count: int, level: Level | None) -> None:
    assert level_of(count) == level
