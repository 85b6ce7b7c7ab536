"""提醒一步步走，停下再跑不重复；日历改了期限重算。"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.duties.factories import owed
from tests.factories import NOW, UnitFactory
from xushi.calendars.actions import load_notice
from xushi.calendars.models import SpecialDay
from xushi.calendars.rules import WorkingCalendar, closing_of
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING
from xushi.duties import actions_clock
from xushi.duties.actions import end_duties
from xushi.duties.actions_clock import Recounted, recount, warn_duties
from xushi.duties.models import Duty
from xushi.duties.rules import Step, step_due, told
from xushi.duties.selectors import warnings_of
from xushi.duties.sweep import _behind, due_steps
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.units.models import Unit

WEEKDAYS = WorkingCalendar({}, frozenset({2018}))  # Monday to Friday, nothing else
FRIDAY = closing_of(date(2018, 9, 14))


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (datetime(2018, 9, 11, 23, 59, tzinfo=BEIJING), Step.NONE),  # Tuesday: 3 working days left
        (datetime(2018, 9, 12, 0, 0, tzinfo=BEIJING), Step.SOON),
        (FRIDAY, Step.SOON),  # 17:00 itself is in time
        (FRIDAY + timedelta(seconds=1), Step.OVERDUE),
        (datetime(2018, 9, 17, 16, 59, tzinfo=BEIJING), Step.OVERDUE),  # over the weekend
        (datetime(2018, 9, 17, 17, 0, tzinfo=BEIJING), Step.HEAD),
        (datetime(2018, 9, 18, 17, 0, tzinfo=BEIJING), Step.OFFICE),
    ],
)
def test_the_steps_of_a_deadline(now: datetime, step: Step) -> None:
    assert step_due(FRIDAY, now, WEEKDAYS) == step


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        (0, 1, (Step.SOON,)),
        (1, 2, (Step.OVERDUE,)),
        (0, 2, (Step.OVERDUE,)),
        (1, 4, (Step.OVERDUE, Step.HEAD, Step.OFFICE)),
        (0, 4, (Step.OVERDUE, Step.HEAD, Step.OFFICE)),
        (3, 4, (Step.OFFICE,)),
        (2, 2, ()),
    ],
)
def test_no_step_is_passed_over_in_silence(before: int, after: int, steps: tuple[Step, ...]) -> None:
    assert told(before, after) == steps


MOMENTS = st.integers(0, 25 * 24 * 60).map(
    lambda minutes: datetime(2018, 9, 20, tzinfo=BEIJING) + timedelta(minutes=minutes)
)


@pytest.mark.django_db
@settings(deadline=None)
@given(nows=st.lists(MOMENTS, min_size=1, max_size=3), dues=st.lists(MOMENTS, min_size=1, max_size=8))
def test_the_sweep_finds_exactly_what_the_rule_asks_for(nows: list[datetime], dues: list[datetime]) -> None:
    held = calendar()
    Duty.objects.all().delete()
    unit = Unit.objects.first() or UnitFactory()
    Duty.objects.bulk_create(
        Duty(
            subject_kind="x.y",
            subject_id=n,
            kind="k",
            title="t",
            unit=unit,
            since=NOW,
            due_at=due,
            warned=warned,
        )
        for n, (due, warned) in enumerate((due, warned) for due in dues for warned in range(5))
    )
    for now in nows:
        found = {duty.pk for duty in Duty.objects.filter(_behind(now, held))}
        asked = {duty.pk for duty in Duty.objects.all() if duty.warned < step_due(duty.due_at, now, held)}
        assert found == asked


@pytest.fixture
def overdue(subdistrict: Unit) -> list[Duty]:
    return [
        owed(subdistrict, unit=subdistrict, kind=f"k{n}", due_at=NOW - timedelta(hours=1)) for n in range(5)
    ]


def sweep(now: datetime, batch: int = 2, stop_after: int | None = None) -> list[Event]:
    written = []
    for number, steps in enumerate(due_steps(now, calendar(), batch)):
        if number == stop_after:
            break
        if event := warn_duties(steps, now=now):
            written.append(event)
    return written


@pytest.mark.django_db
def test_a_sweep_that_is_interrupted_goes_on_where_it_stopped(overdue: list[Duty]) -> None:
    first = sweep(NOW, stop_after=1)
    assert sum(event.rows.count() for event in first) == 2
    rest = sweep(NOW)
    assert sum(event.rows.count() for event in rest) == 3
    assert sweep(NOW) == []
    assert set(Duty.objects.values_list("warned", flat=True)) == {Step.OVERDUE}


@pytest.mark.django_db
def test_two_sweeps_at_once_warn_once(overdue: list[Duty]) -> None:
    read_by_both = [list(due_steps(NOW, calendar())) for _ in range(2)]
    (one,), (other,) = read_by_both
    event = warn_duties(one, now=NOW)
    assert event
    assert event.rows.count() == 5
    assert warn_duties(other, now=NOW) is None


@pytest.mark.django_db
def test_what_was_done_meanwhile_is_not_warned(overdue: list[Duty], subdistrict: Unit) -> None:
    (steps,) = due_steps(NOW, calendar())
    end_duties(subdistrict, now=NOW)
    assert warn_duties(steps, now=NOW) is None


@pytest.mark.django_db
def test_after_a_new_deadline_the_reminders_run_again(subdistrict: Unit) -> None:
    due = closing_of(date(2018, 9, 11))
    owed(subdistrict, unit=subdistrict, due_at=due)
    sweep(datetime(2018, 9, 14, 9, 0, tzinfo=BEIJING))
    assert Duty.objects.get().warned == Step.OFFICE
    returned = datetime(2018, 9, 14, 10, 0, tzinfo=BEIJING)
    owed(subdistrict, unit=subdistrict, due_at=closing_of(date(2018, 9, 21)), now=returned)
    assert sweep(returned) == []
    (event,) = sweep(datetime(2018, 9, 19, 9, 0, tzinfo=BEIJING))
    (warned,) = warnings_of(event)
    assert warned.steps == (Step.SOON,)
    (event,) = sweep(datetime(2018, 9, 25, 18, 0, tzinfo=BEIJING))  # 24 is 中秋: one working day late
    assert warnings_of(event)[0].steps == (Step.OVERDUE, Step.HEAD)


@pytest.mark.django_db
def test_the_rows_of_a_warning_are_the_subjects(subdistrict: Unit) -> None:
    duty = owed(
        subdistrict, unit=subdistrict, subject_name="浦重大督〔2018〕17号", due_at=NOW - timedelta(days=9)
    )
    (event,) = sweep(NOW)
    row = event.rows.get()
    assert (row.subject_kind, row.subject_id) == ("units.unit", subdistrict.pk)
    assert row.subject_name == "浦重大督〔2018〕17号"
    (warned,) = warnings_of(event)
    assert warned.duty == duty
    assert warned.steps == (Step.OVERDUE, Step.HEAD, Step.OFFICE)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Recounted]:
    told_of: list[Recounted] = []

    def hook(moved: Sequence[Recounted], now: datetime) -> None:
        told_of.extend(moved)

    monkeypatch.setitem(actions_clock._hooks, "units.unit", hook)
    return told_of


def load_with_a_free_friday() -> None:
    days = {row.day: (row.working, row.name) for row in SpecialDay.objects.filter(day__year=2018)}
    days[date(2018, 9, 14)] = (False, "台风")
    load_notice(2018, days, source="通知", actor=SYSTEM, now=NOW)


@pytest.mark.django_db
def test_a_new_calendar_moves_what_was_counted_in_working_days(
    subdistrict: Unit, heard: list[Recounted]
) -> None:
    held = calendar()
    counted = owed(subdistrict, unit=subdistrict, kind="a", due_at=held.deadline(NOW, 3), limit_days=3)
    named = owed(subdistrict, unit=subdistrict, kind="b", due_at=held.deadline(NOW, 3))
    before = owed(subdistrict, unit=subdistrict, kind="c", due_at=held.deadline(NOW, 1), limit_days=1)
    Duty.objects.update(warned=Step.SOON)
    load_with_a_free_friday()
    moved = recount(calendar(), first=date(2018, 1, 1), last=date(2018, 12, 31), now=NOW)
    assert [one.duty for one in moved] == [counted]
    for duty in (counted, named, before):
        duty.refresh_from_db()
    assert counted.due_at == closing_of(date(2018, 9, 18))
    assert (counted.warned, counted.clock) == (Step.NONE, 2)
    assert (named.due_at, named.warned) == (closing_of(date(2018, 9, 17)), Step.SOON)
    assert before.due_at == closing_of(date(2018, 9, 13))
    assert [(one.before, one.after) for one in heard] == [(closing_of(date(2018, 9, 17)), counted.due_at)]
    row = Event.objects.get(verb=actions_clock.RECOUNTED).rows.get()
    assert row.changes == {"期限": ["2018-09-17 17:00", "2018-09-18 17:00"]}
    assert recount(calendar(), first=date(2018, 1, 1), last=date(2018, 12, 31), now=NOW) == []
