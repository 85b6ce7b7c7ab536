"""从事件到待办：通知载入后重算，单位撤了转交，到点提醒。"""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from tests.duties.factories import owed
from tests.factories import NOW
from xushi.calendars.actions import LOADED, load_notice
from xushi.calendars.models import NoticeYear, SpecialDay
from xushi.calendars.rules import closing_of
from xushi.calendars.selectors import calendar
from xushi.duties.models import Duty
from xushi.duties.rules import Step
from xushi.flow import clocks
from xushi.flow.actions import begin_day
from xushi.journal import worker
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db


def test_a_loaded_notice_moves_the_deadlines_it_reaches(subdistrict: Unit) -> None:
    duty = owed(subdistrict, unit=subdistrict, due_at=calendar().deadline(NOW, 3), limit_days=3)
    days = {row.day: (row.working, row.name) for row in SpecialDay.objects.filter(day__year=2018)}
    days[date(2018, 9, 14)] = (False, "台风")
    load_notice(2018, days, source="通知", actor=SYSTEM, now=NOW)
    worker.work(NOW)
    duty.refresh_from_db()
    assert duty.due_at == closing_of(date(2018, 9, 18))


def test_a_dissolved_units_duties_pass_on(subdistrict: Unit, other_subdistrict: Unit) -> None:
    duty = owed(subdistrict, unit=subdistrict, due_at=NOW)
    dissolve_unit(unit=subdistrict, successor=other_subdistrict, actor=SYSTEM, now=NOW)
    worker.work(NOW)
    duty.refresh_from_db()
    assert duty.unit == other_subdistrict


def test_reminding_twice_reminds_once(subdistrict: Unit) -> None:
    for number in range(5):
        owed(subdistrict, unit=subdistrict, kind=f"k{number}", due_at=NOW - timedelta(hours=1))
    assert clocks.remind(NOW, batch=2) == 5
    assert clocks.remind(NOW, batch=2) == 0
    assert Event.objects.filter(verb="duties.duty.warned").count() == 3
    assert set(Duty.objects.values_list("warned", flat=True)) == {Step.OVERDUE}


def test_each_day_asks_whether_the_package_has_learnt_a_year() -> None:
    SpecialDay.objects.filter(day__year=2018).delete()
    NoticeYear.objects.filter(year=2018).delete()
    begin_day(now=NOW)
    worker.work(NOW)
    assert NoticeYear.objects.filter(year=2018).exists()
    assert Event.objects.filter(verb=LOADED).count() == 1


def test_the_sweep_and_the_worker_remind(subdistrict: Unit, capsys: pytest.CaptureFixture[str]) -> None:
    duty = owed(subdistrict, unit=subdistrict, due_at=NOW - timedelta(hours=1))
    call_command("sweep", at="2018-09-12T08:30")
    call_command("sweep", at="2018-09-12T08:30+08:00")
    assert capsys.readouterr().out.count("待办：提醒1件") == 1
    duty.refresh_from_db()
    assert duty.warned == Step.OVERDUE
    call_command("worker", "--once")  # years later
    duty.refresh_from_db()
    assert duty.warned == Step.OFFICE
