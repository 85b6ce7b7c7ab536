"""手续的规矩：日子的先后、停表顺延、三个月后的同一天、谁在前谁在后、几时算超时。"""

from datetime import date

import pytest

from xushi.alerts.rules import Level
from xushi.calendars.rules import WorkingCalendar
from xushi.permits import rules
from xushi.permits.models import PermitStep
from xushi.permits.rules import Place
from xushi.permits.table import BY_VERB, TABLE, Who, acts_from, refusal

DAYS = WorkingCalendar({}, frozenset({2018}))
TODAY = date(2018, 9, 12)
NEEDS = {"a": [], "b": ["a"], "c": ["b"], "d": ["a", "c"]}


def day(number: int, month: int = 9) -> date:
    return date(2018, month, number)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2018, 11, 30), 3, date(2019, 2, 28)), (date(2018, 9, 12), 3, date(2018, 12, 12)),
        (date(2018, 12, 31), 1, date(2019, 1, 31)), (date(2019, 11, 30), 3, date(2020, 2, 29)),
    ],
)  # fmt: skip
def test_months_after(start: date, months: int, end: date) -> None:
    assert rules.months_after(start, months) == end


def test_the_promised_date_moves_by_the_working_days_the_clock_stood() -> None:
    assert rules.moved_on(day(14), day(10), day(12), DAYS) == day(18)  # 2 working days, over a weekend
    assert rules.moved_on(day(14), day(10), day(10), DAYS) == day(14)  # answered on the same day
    assert rules.moved_on(day(7), day(10), day(12), DAYS) == day(7)  # over before it was asked
    assert rules.moved_on(None, day(10), day(12), DAYS) is None


def test_a_step_waits_for_what_is_before_it_through_those_not_needed_at_all() -> None:
    steps = {"a": Place("a", "accepted"), "c": Place("c", "planned"), "d": Place("d", "planned")}
    assert rules.open_before("c", NEEDS, steps) == ["a"]  # b is not in this project: what it needs counts
    assert rules.open_before("d", NEEDS, steps) == ["a", "c"]
    assert rules.ready_on("c", NEEDS, steps, day(1)) is None
    done = steps | {"a": Place("a", "approved", day(5))}
    assert rules.ready_on("c", NEEDS, done, day(1)) == day(5)
    assert rules.ready_on("a", NEEDS, done, day(1)) == day(1)  # nothing before it: from the day it was opened
    both = done | {"c": Place("c", "not_needed", day(7))}
    assert rules.ready_on("d", NEEDS, both, day(1)) == day(7)


def test_when_a_step_is_late() -> None:
    def late(**given: object) -> tuple[str, date] | None:
        told = {
            "waiting": True,
            "due_on": day(11),
            "asked_on": None,
            "label": "环评",
            "today": TODAY,
            "days": DAYS,
        }
        found = rules.overdue(**(told | given))  # type: ignore[arg-type]
        return (found.level, found.since) if found else None

    assert late() == (Level.YELLOW, day(11))
    assert late(due_on=TODAY) is None
    assert late(due_on=None) is None
    assert late(waiting=False) is None
    assert late(asked_on=day(10)) is None  # the clock stands since before the promise was over
    assert late(due_on=day(7), asked_on=day(10)) == (Level.YELLOW, day(7))
    assert late(due_on=day(29, 8)) == (Level.YELLOW, day(29, 8))  # ten working days
    assert late(due_on=day(28, 8)) == (Level.RED, day(28, 8))
    assert late(due_on=day(1, 8), asked_on=day(3, 8)) == (
        Level.YELLOW,
        day(1, 8),
    )  # stood since two days past


def test_a_permit_lapses_the_day_after_its_last() -> None:
    assert rules.lapsed(TODAY, TODAY) is None
    found = rules.lapsed(day(11), TODAY)
    assert found is not None
    assert (found.level, found.note) == (Level.RED, "批文已失效")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (day(13), "还没到"), (day(3), "早于报件的2018-09-05"), (date(1990, 1, 1), "太早了"), (day(6), ""), (day(5), ""),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be(on: date, said: str) -> None:
    found = list(rules.problems_of_day(on, TODAY, ("报件", day(5)), ("受理", None)))
    assert bool(found) == bool(said)
    assert not said or said in found[0].sentence


def test_what_is_owed_needs_words_and_a_day_that_can_be_kept() -> None:
    def fields(words: str, until: date | None) -> list[str]:
        return [one.field for one in rules.problems_of_lacking(words, until, TODAY)]

    assert fields("地勘报告", day(30)) == []
    assert fields(" ", None) == ["words", "until"]
    assert fields("地勘报告", TODAY) == ["until"]
    assert fields("地勘报告", date(2019, 9, 12)) == ["until"]
    assert fields("长" * 301, day(30)) == ["words"]


def test_every_act_leads_somewhere_and_every_state_can_be_left_or_mended() -> None:
    assert len(BY_VERB) == len(TABLE)
    for state in PermitStep.State.values:
        verbs = {act.verb for act in acts_from(state)}
        assert verbs - {"confirm"}, state
    assert refusal("approve", "accepted", {Who.DEPARTMENT}, "“环评”") == ""
    said = refusal("approve", "planned", {Who.DEPARTMENT}, "“环评”")
    assert "待报件" in said
    assert "报件（项目单位或属地或办理部门或区重大办）" in said
    assert "要由办理部门或区重大办来做" in refusal("refuse", "accepted", {Who.SIDE}, "“环评”")
