"""关账的那一刻还有人在报、在退、在沿用：要么赶在前面，算进定下的数，要么被告知已经关账；审过的不会被同时重报的盖掉。"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from datetime import datetime
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection

from tests.progress.district import District, build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress import actions
from xushi.progress.closing import NotReady, close_month, not_ready
from xushi.progress.models import MonthClosing, MonthlyReport, ProjectMonth
from xushi.progress.rules_report import ReportInput
from xushi.progress.standing import COUNTED

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = Month(2018, 3)
APRIL_8 = datetime(2018, 4, 8, 9, tzinfo=BEIJING)
State = MonthlyReport.State


@pytest.fixture
def district() -> District:
    """January and February are closed, March is accepted throughout and open."""
    return build()


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, step: str, first: Callable[[], Any], then: Callable[[], Any]
) -> list[Any]:
    """The first act stands still before a step of it; a second one begins; then the first goes on. Both outcomes."""
    reached, go = Signal(), Signal()
    whole = getattr(actions, step)

    def slow(*given: Any, **named: Any) -> Any:
        reached.set()
        assert go.wait(20)
        return whole(*given, **named)

    monkeypatch.setattr(actions, step, slow)
    with ThreadPoolExecutor(2) as pool:
        one: Future[Any] = pool.submit(told, first)
        assert reached.wait(20)
        monkeypatch.setattr(actions, step, whole)
        other: Future[Any] = pool.submit(told, then)
        wait_for([other], 1)
        go.set()
        return [one.result(20), other.result(20)]


def told(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except (NotReady, actions.Refused, actions.Conflict) as refused:
        return refused
    finally:
        connection.close()


def closing() -> MonthClosing:
    return close_month(MARCH, actor=SYSTEM, now=APRIL_8)


def report_of(district: District, number: int) -> MonthlyReport:
    return MonthlyReport.objects.select_related("project").get(project=district.projects[number], month=MARCH)


def sending(report: MonthlyReport, **more: Any) -> Callable[[], Any]:
    cumulative = report.cumulative + 10_000
    row = ReportInput(
        project=report.project_id, month=MARCH, cumulative=cumulative, explanation="补报", **more
    )
    return lambda: actions.submit_reports([row], actor=SYSTEM, now=APRIL_8)


def stands_as_fixed() -> bool:
    """Where March is closed, every fact is what is reported, and no report waits."""
    fixed = dict(ProjectMonth.objects.filter(month=MARCH).values_list("project", "cumulative"))
    if not fixed:
        return not MonthClosing.objects.in_force().filter(month=MARCH).exists()
    counted = MonthlyReport.objects.filter(month=MARCH, state__in=COUNTED)
    return not not_ready(MARCH).exists() and fixed == dict(counted.values_list("project", "cumulative"))


@pytest.mark.parametrize("number", [0, 11])  # 当年实施, and one of the reserve that owes no report
def test_a_report_sent_while_the_month_is_closed_is_in_it_or_refused(
    district: District, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    sent, closed = meanwhile(monkeypatch, "_judged", sending(report_of(district, number)), closing)
    assert isinstance(sent, list)
    assert isinstance(closed, MonthClosing if number else NotReady)
    assert stands_as_fixed()


def test_a_report_returned_while_the_month_is_closed_keeps_it_open(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = report_of(district, 0)

    def back() -> MonthlyReport:
        return actions.return_report(report, "请核对", actor=SYSTEM, now=APRIL_8)

    returned, closed = meanwhile(monkeypatch, "_decide", back, closing)
    assert isinstance(returned, MonthlyReport) and isinstance(closed, NotReady)
    assert stands_as_fixed()


def test_a_month_carried_over_while_it_is_closed_is_as_it_was_carried(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = district.projects[11]
    MonthlyReport.objects.filter(project=project, month=MARCH).delete()

    def carry() -> list[MonthlyReport]:
        return actions.carry_over([project], MARCH, "没有动", actor=SYSTEM, now=APRIL_8)

    carried, closed = meanwhile(monkeypatch, "_decide", carry, closing)
    assert isinstance(carried, list) and isinstance(closed, MonthClosing)
    assert stands_as_fixed()


def test_what_is_sent_anew_while_it_is_accepted_waits_for_a_second_look(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reviewer had read the older figures: they are told so, and nothing is lost."""
    MonthlyReport.objects.filter(project=district.projects[0], month=MARCH).update(state=State.SUBMITTED)
    report = report_of(district, 0)

    def accept() -> list[MonthlyReport]:
        return actions.accept_reports([report], actor=SYSTEM, now=APRIL_8)

    sent, accepted = meanwhile(monkeypatch, "_judged", sending(report), accept)
    assert isinstance(sent, list) and isinstance(accepted, actions.Conflict)
    held = report_of(district, 0)
    assert (held.state, held.cumulative) == (State.SUBMITTED, report.cumulative + 10_000)
