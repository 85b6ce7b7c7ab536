"""关账与重开。"""

from datetime import datetime

import pytest

from tests.progress.district import build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.progress.closing import NotReady, close_month, not_ready, reopen_month
from xushi.progress.models import MonthClosing, MonthlyReport, ProjectMonth
from xushi.progress.schedule import due_twelfths, scheduled_share
from xushi.progress.standing import fact_standings, last_closed_month, live_standings

pytestmark = pytest.mark.django_db
MARCH = Month(2018, 3)
APRIL_8 = datetime(2018, 4, 8, 9, tzinfo=BEIJING)


def test_facts_are_what_the_rows_said():
    build()
    closing = MonthClosing.objects.get(month=Month(2018, 2))
    facts = sorted(fact_standings(closing), key=lambda s: s.project_id)
    assert facts == sorted(live_standings(Month(2018, 2)), key=lambda s: s.project_id)
    assert len(facts) == 12


def test_the_schedule_in_sql_is_the_schedule_in_python():
    build()
    own = ("0", "0.03", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1")
    for number in range(1, 13):
        month = Month(2018, number)
        for standing in live_standings(month):
            curve = own if standing.project_name == "第3号项目" else None
            assert abs(standing.due_twelfths - due_twelfths(standing.annual_plan, curve, month)) <= 1
            if curve is None:
                assert standing.due_twelfths == standing.annual_plan * number
    assert str(scheduled_share(own, 3)) == "0.1"


def test_a_month_closes_only_when_every_report_is_settled():
    district = build(months=2)
    with pytest.raises(NotReady, match="还有10个项目的2018年3月月报没有审核通过") as refusal:
        close_month(MARCH, actor=SYSTEM, now=APRIL_8)
    assert len(refusal.value.projects) == 10
    assert not_ready(MARCH).count() == 10
    assert ProjectMonth.objects.filter(month=MARCH).count() == 0
    MonthlyReport.objects.bulk_create(
        MonthlyReport(project=p, month=MARCH, state="carried", cumulative=1) for p in district.projects
    )
    assert close_month(MARCH, actor=SYSTEM, now=APRIL_8).version == 1
    assert last_closed_month() == MARCH


@pytest.mark.parametrize(
    ("month", "now", "sentence"),
    [
        (Month(2018, 2), APRIL_8, "已经关账"),
        (MARCH, datetime(2018, 3, 31, 23, tzinfo=BEIJING), "还没过完，4月1日起"),
        (Month(2018, 4), datetime(2018, 5, 8, tzinfo=BEIJING), "2018年3月还没关账"),
    ],
)
def test_refusals_say_what_to_do(month, now, sentence):
    build()
    with pytest.raises(NotReady, match=sentence):
        close_month(month, actor=SYSTEM, now=now)


def test_reopening_leaves_both_versions():
    district = build()
    february = Month(2018, 2)
    with pytest.raises(NotReady, match="写理由"):
        reopen_month(february, " ", actor=SYSTEM, now=APRIL_8)
    with pytest.raises(NotReady, match="逐月重开"):
        reopen_month(Month(2018, 1), "补报", actor=SYSTEM, now=APRIL_8)
    reopen_month(february, "桥林补报一笔", actor=SYSTEM, now=APRIL_8)
    MonthlyReport.objects.filter(project=district.projects[0], month=february).update(cumulative=5)
    again = close_month(february, actor=SYSTEM, now=APRIL_8)
    old, new = MonthClosing.objects.filter(month=february).order_by("version")
    assert again == new and new.version == 2 and old.reopen_reason == "桥林补报一笔"
    was = old.facts.get(project=district.projects[0]).cumulative
    assert was != 5 and new.facts.get(project=district.projects[0]).cumulative == 5
    assert Event.objects.filter(verb="progress.month.reopened").count() == 1


@pytest.mark.django_db
def test_a_year_without_projects_has_no_month_to_close() -> None:
    with pytest.raises(NotReady, match="没有数可关"):
        close_month(Month(1900, 1), actor=SYSTEM, now=datetime(2018, 9, 12, tzinfo=BEIJING))
    assert not MonthClosing.objects.exists()
