"""要素保障的判断，不用库。"""

from datetime import date

import pytest

from xushi.alerts.rules import Level
from xushi.calendars.rules import WorkingCalendar
from xushi.guarantees.rules import (
    Asked,
    Kind,
    RequestInput,
    State,
    amount_of,
    below_promised,
    conflicts,
    over_stock,
    overdue,
    problems_of_request,
    shown,
    state_of,
)

TODAY = date(2018, 9, 12)
DAYS = WorkingCalendar({}, frozenset({2018}))


@pytest.mark.parametrize(
    ("amount", "promised", "met", "state"),
    [
        (100, 0, 0, State.ASKED),
        (100, 1, 0, State.PROMISED),
        (100, 100, 1, State.PARTLY),
        (100, 100, 99, State.PARTLY),
        (100, 100, 100, State.MET),
    ],
)
def test_the_state_follows_from_the_figures(amount: int, promised: int, met: int, state: State) -> None:
    assert state_of(amount, promised, met) == state


@pytest.mark.parametrize(
    ("kind", "text", "stored", "said"),
    [
        (Kind.QUOTA, "120.5", 12050, "120.5亩"),
        (Kind.FUNDS, "3,000", 30_000_000, "3,000万元"),
        (Kind.FUNDS, "0.0001", 1, "0.0001万元"),
        (Kind.DEMOLITION, "12", 12, "12户"),
        (Kind.ENERGY, "15000", 1_500_000, "15,000吨标煤"),
    ],
)
def test_an_amount_is_whole_parts(kind: Kind, text: str, stored: int, said: str) -> None:
    assert amount_of(kind, text) == stored
    assert shown(kind, stored) == said


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Kind.QUOTA, "0.001"), (Kind.DEMOLITION, "1.5"), (Kind.LAND, "abc"), (Kind.LAND, "-1"), (Kind.LAND, "NaN"),
     (Kind.LAND, "1e99"), (Kind.FUNDS, "")],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_its_unit(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=kind.unit):
        amount_of(kind, text)


def test_a_promise_may_take_exactly_what_is_left() -> None:
    assert over_stock(Kind.QUOTA, 2018, 10_000, 4_000, 6_000) == ""
    said = over_stock(Kind.QUOTA, 2018, 10_000, 4_000, 6_001)
    assert "只剩60亩" in said
    assert "差0.01亩" in said


def test_a_stock_may_be_cut_down_to_what_is_promised_and_no_further() -> None:
    to = [("甲项目", 3_000), ("乙项目", 1_000)]
    assert below_promised(Kind.QUOTA, 2018, 4_000, 4_000, to) == ""
    said = below_promised(Kind.QUOTA, 2018, 3_500, 4_000, to)
    assert "差5亩" in said
    assert "“甲项目”30亩、“乙项目”10亩" in said


@pytest.mark.parametrize(
    ("today", "level"),
    [
        (date(2018, 9, 3), None),
        (date(2018, 9, 4), Level.YELLOW),
        (date(2018, 9, 17), Level.YELLOW),  # ten working days past
        (date(2018, 9, 18), Level.RED),
    ],
)
def test_late_is_yellow_and_red_after_ten_working_days(today: date, level: Level | None) -> None:
    found = overdue(Kind.LAND, State.PROMISED, date(2018, 9, 3), today, DAYS)
    assert (found.level if found else None) == level


def test_what_is_met_is_never_late() -> None:
    assert overdue(Kind.LAND, State.MET, date(2018, 1, 1), TODAY, DAYS) is None


def asked(pk: int, project: int, amount: int, **more: object) -> Asked:
    fields: dict[str, object] = {
        "kind": Kind.QUOTA, "year": 2018, "promised": 0, "needed_by": date(2018, 10, 1), "available_on": None
    } | more  # fmt: skip
    return Asked(pk=pk, project=project, project_name=f"项目{project}", amount=amount, **fields)  # type: ignore[arg-type]


def test_conflicts_are_what_is_left_the_plot_and_the_day() -> None:
    rows = [
        asked(1, 1, 6_000, plot="g12"),
        asked(2, 2, 5_000, plot="g12"),
        asked(3, 3, 1_000, kind=Kind.LAND, available_on=date(2018, 10, 11)),
        asked(4, 3, 1_000, kind=Kind.LAND, available_on=date(2018, 10, 1), plot="g12"),
    ]
    found = conflicts(rows, {(Kind.QUOTA, 2018): 10_000})
    assert [(one.sort, [row.pk for row in one.requests]) for one in found] == [
        ("stock", [1, 2]),
        ("plot", [1, 2]),
        ("late", [3]),
    ]
    assert "差10亩" in found[0].sentence
    assert "晚10天" in found[2].sentence


def test_enough_for_all_is_no_conflict() -> None:
    rows = [asked(1, 1, 6_000), asked(2, 2, 4_000), asked(3, 2, 9_000, promised=9_000)]
    assert conflicts(rows, {(Kind.QUOTA, 2018): 10_000}) == []


def test_a_request_says_what_is_wrong_with_it() -> None:
    row = RequestInput(1, Kind.LAND, 0, date(2018, 9, 11), " ")
    assert [one.field for one in problems_of_request(row, TODAY)] == ["amount", "needed_by", "words"]
    good = RequestInput(1, Kind.LAND, 1, TODAY, "桩基进场")
    assert list(problems_of_request(good, TODAY)) == []
