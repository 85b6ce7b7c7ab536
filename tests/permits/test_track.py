"""手续轨：哪几步在线上，先后对不对，哪一步卡着。不碰数据库。"""

from datetime import date, timedelta
from typing import Any

import pytest

from xushi.permits.models import Catalogue, Permit, PermitStep, Track
from xushi.permits.selectors import Row, Steps
from xushi.permits.table import Act
from xushi.permits.track import line_of

NEEDS = {
    "filing": [],
    "environment": ["filing"],
    "relocation": ["filing"],
    "supply": ["relocation", "environment"],
    "land_permit": ["supply"],
    "design": ["land_permit"],
    "planning_permit": ["design"],
    "construction": ["planning_permit"],
    "acceptance": ["construction"],
}
DAY = date(2018, 6, 4)
State = PermitStep.State


def row(
    code: str, state: str = "planned", days: int | None = None, over: int | None = None, **more: Any
) -> Row:
    """A step that took or waits so many days; what waits has been ready since then."""
    place = list(NEEDS).index(code)
    permit = Permit(code=code, name=code, place=place, needed_for_start=code != "acceptance", promised_days=5)
    done = DAY + timedelta(days=place) if state in ("approved", "not_needed") else None
    ready = DAY if days is not None else None
    step = PermitStep(permit=permit, state=state, decided_on=done, ready_since=ready, **more)
    return Row(step, [], days, over, [])


def steps(**rows: Row) -> Steps:
    every = [rows.get(code) or row(code) for code in NEEDS]
    return Steps(Track(catalogue=Catalogue(version=1)), every, NEEDS)


def shown(found: Steps, critical: str = "") -> list[tuple[str, str]]:
    return [(stop.row.step.permit.code, stop.state) for stop in line_of(found, critical).stops]


def test_what_is_done_what_holds_and_the_way_to_the_start() -> None:
    found = steps(
        filing=row("filing", "approved", 3), environment=row("environment", "approved", 9),
        relocation=row("relocation", "accepted", 48, 18),
    )  # fmt: skip
    assert shown(found, "relocation") == [
        ("filing", "done"), ("environment", "done"), ("relocation", "now"), ("supply", "ahead"),
        ("land_permit", "ahead"), ("construction", "ahead"),
    ]  # fmt: skip
    assert line_of(found, "relocation").held is found.rows[2]


def test_what_was_done_stands_by_its_day() -> None:
    late = row("filing", "approved", 3)
    late.step.decided_on = DAY + timedelta(days=60)
    found = steps(
        filing=late, environment=row("environment", "approved", 9), relocation=row("relocation", "approved", 9),
        supply=row("supply", "accepted", 3),
    )  # fmt: skip
    days = [stop.day for stop in line_of(found, "supply").stops if stop.day]
    assert len(days) == 3
    assert days == sorted(days)


@pytest.mark.parametrize("critical", ["", "filing", "没有这一步"])
def test_without_a_critical_step_the_one_longest_past_its_promise_holds(critical: str) -> None:
    found = steps(
        filing=row("filing", "approved", 3), environment=row("environment", "accepted", 60),
        relocation=row("relocation", "accepted", 30, 4),
    )  # fmt: skip
    held = line_of(found, critical).held
    assert held is found.rows[2]


def test_a_step_that_the_project_does_not_need_is_passed_over() -> None:
    found = steps(filing=row("filing", "approved", 3), relocation=row("relocation", "submitted", 2))
    found.rows = [one for one in found.rows if one.step.permit.code != "supply"]
    assert ("land_permit", "ahead") in shown(found)


def test_all_done_shows_the_last_and_holds_nothing() -> None:
    found = steps(**{code: row(code, "approved", 2) for code in NEEDS})
    line = line_of(found)
    assert line.held is None
    assert [stop.row.step.permit.code for stop in line.stops][-1] == "construction"
    assert {stop.state for stop in line.stops} == {"done"}


@pytest.mark.parametrize(
    ("one", "mark", "said"),
    [
        (row("filing"), "not_due", "等前面的"),
        (row("filing", days=0), "pending", "可以报件，第0天"),
        (row("filing", "accepted", 20, 10), "needs_coordination", "已受理，超10天"),
        (row("filing", "accepted", 20, 11), "overdue", "已受理，超11天"),
        (row("filing", "approved", 7), "passed", "已批准，用了7天"),
        (row("filing", "refused", 7), "error", "未批准"),
        (row("filing", "not_needed"), "closed", "不用办"),
    ],
)
def test_a_row_says_where_it_stands(one: Row, mark: str, said: str) -> None:
    assert (one.mark, one.said_where) == (mark, said)


def test_what_is_pending_and_the_one_thing_to_do() -> None:
    approve = Act("approve", "批准", "approved", frozenset(), None, ())
    take_back = Act("take_back", "更正退回", "taken_back", frozenset(), None, ())
    found = steps(
        filing=row("filing", "approved", 3, lacking_until=DAY), environment=row("environment", "accepted", 60),
        relocation=row("relocation", "accepted", 30, 4), supply=row("supply", "refused", 3),
    )  # fmt: skip
    assert [one.step.permit.code for one in found.pending] == [
        "relocation",
        "environment",
        "filing",
        "supply",
    ]
    assert found.main(None) is None
    found.rows[0].acts = [take_back]
    assert found.main(None) is None
    found.rows[1].acts = found.rows[2].acts = [take_back, approve]
    assert found.main(None) == (found.rows[2], approve)
    assert found.main(found.rows[1]) == (found.rows[1], approve)
