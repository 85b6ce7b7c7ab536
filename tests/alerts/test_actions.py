"""开、改级、更新、解除；阈值。"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.alerts.factories import alert, late, slow, subject
from tests.factories import NOW
from xushi.alerts import actions
from xushi.alerts.actions import apply_findings, set_thresholds
from xushi.alerts.models import Alert, ThresholdSet
from xushi.alerts.rules import Cause, Level, Thresholds, ThresholdsRefused, as_values, thresholds_of
from xushi.alerts.thresholds import thresholds_at
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event, EventRow

pytestmark = pytest.mark.django_db
BOTH = {Cause.OVERDUE_START, Cause.SLIPPING}
AUGUST = Month(2018, 8)
LATER = NOW + timedelta(days=1)


def test_opening_writes_one_event_with_its_rows(subdistrict):
    done = apply_findings(
        {
            subject(1, territory=subdistrict.pk): [late(), slow()],
            subject(2): [late(Level.RED)],
            subject(3): [],
        },
        causes=BOTH,
        now=NOW,
        month=AUGUST,
    )
    assert (done.opened, done.relevelled, done.updated, done.cleared) == (3, 0, 0, 0)
    slipping = Alert.objects.get(cause=Cause.SLIPPING)
    assert (slipping.amount, slipping.points, slipping.month) == (270_000_000, Decimal("-15.0000"), AUGUST)
    assert slipping.territory == subdistrict and slipping.opened_at == NOW
    assert Alert.objects.get(subject_id=2).month is None  # judged by the day
    event = Event.objects.get()
    assert event.verb == "alerts.alert.changed" and event.summary == "预警开出3条"
    rows = {row.subject_id: row.changes for row in event.rows.all()}
    assert set(rows) == {1, 2} and set(rows[1]) == {"应开未开", "进度滞缓"}
    assert rows[2] == {"应开未开": ["", "红色，计划2018年6月开工，还没有开工"]}
    assert set(event.rows.values_list("subject_kind", flat=True)) == {"registry.project"}


def test_the_same_findings_again_change_nothing():
    found = {subject(1): [late(), slow()]}
    apply_findings(found, causes=BOTH, now=NOW, month=AUGUST)
    done = apply_findings(found, causes=BOTH, now=LATER, month=AUGUST)
    assert (done.opened, done.relevelled, done.updated, done.cleared) == (0, 0, 0, 0)
    assert Event.objects.count() == 1
    assert set(Alert.objects.values_list("changed_at", flat=True)) == {NOW}


def test_relevel_update_and_clear_keep_the_history():
    apply_findings({subject(1): [late(), slow()]}, causes=BOTH, now=NOW)
    done = apply_findings({subject(1): [slow("-31", Level.RED)]}, causes=BOTH, now=LATER)
    assert (done.relevelled, done.cleared) == (1, 1)
    slipping, overdue = Alert.objects.get(cause=Cause.SLIPPING), Alert.objects.get(cause=Cause.OVERDUE_START)
    assert (slipping.level, slipping.points, slipping.opened_at) == (Level.RED, Decimal(-31), NOW)
    assert overdue.cleared_at == LATER
    event = Event.objects.latest("pk")
    assert event.summary == "预警改级1条，解除1条：第1号项目" and event.subject_id == 1
    assert event.changes == {
        "进度滞缓": ["黄色，慢15", "红色，慢31"],
        "应开未开": ["黄色，计划2018年6月开工，还没有开工", "解除"],
    }
    apply_findings({subject(1): [late(), slow("-31", Level.RED)]}, causes=BOTH, now=LATER)
    assert Alert.objects.filter(cause=Cause.OVERDUE_START).count() == 2
    assert Alert.objects.open().count() == 2
    assert Alert.objects.open_at(NOW).count() == 2


def test_only_judged_causes_and_named_subjects_are_touched():
    apply_findings({subject(1): [late(), slow()], subject(2): [late()]}, causes=BOTH, now=NOW)
    apply_findings({subject(1): []}, causes={Cause.SLIPPING}, now=LATER)
    assert set(Alert.objects.open().values_list("subject_id", "cause")) == {
        (1, "overdue_start"),
        (2, "overdue_start"),
    }
    with pytest.raises(ValueError, match="没有说要判断“应开未开”"):
        apply_findings({subject(1): [late()]}, causes={Cause.SLIPPING}, now=LATER)


def test_a_change_of_territory_moves_the_alert_without_an_event(subdistrict, other_subdistrict):
    apply_findings({subject(1, territory=subdistrict.pk): [late()]}, causes=BOTH, now=NOW)
    apply_findings({subject(1, territory=other_subdistrict.pk): [late()]}, causes=BOTH, now=LATER)
    assert Alert.objects.get().territory == other_subdistrict
    assert Event.objects.count() == 1


def test_what_was_judged_later_is_left_alone():
    apply_findings({subject(1): [late(Level.RED)]}, causes=BOTH, now=LATER)
    apply_findings({subject(1): []}, causes=BOTH, now=NOW)
    assert Alert.objects.get().cleared_at is None


def test_two_runs_at_once_open_one_alert(monkeypatch):
    """The other run commits between this one's reading and its writing."""
    read = actions._open_alerts

    def overtaken(*args):
        held = read(*args)
        alert(1, opened_at=NOW - timedelta(seconds=1), changed_at=NOW - timedelta(seconds=1))
        return held

    monkeypatch.setattr(actions, "_open_alerts", overtaken)
    done = apply_findings({subject(1): [late()], subject(2): [late()]}, causes=BOTH, now=NOW)
    assert done.opened == 1
    assert Alert.objects.open().count() == 2
    assert Event.objects.get().subject_id == 2


def test_the_database_itself_refuses_a_second_open_alert():
    alert(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        alert(1)
    Alert.objects.update(cleared_at=NOW)
    alert(1)


def queries_of(count, now, level=Level.YELLOW):
    found = {subject(n): [late(level)] for n in range(count)}
    with CaptureQueriesContext(connection) as captured:
        apply_findings(found, causes=BOTH, now=now)
    return [query["sql"][:40] for query in captured if "INSERT" not in query["sql"]]


def test_queries_do_not_grow_with_the_subjects():
    few = queries_of(5, NOW)
    assert len(queries_of(60, LATER, Level.RED)) <= len(few) + 2  # the updates of alerts and tally besides
    assert EventRow.objects.count() == 65


def test_thresholds_have_a_history(office_user):
    assert thresholds_at(NOW) == Thresholds()
    actor = Actor(by=office_user)
    set_thresholds({"slipping_yellow": "5", "report_due_day": "8"}, "年中从严", actor=actor, now=NOW)
    assert thresholds_at(NOW - timedelta(seconds=1)) == Thresholds()
    assert thresholds_at(NOW) == Thresholds(slipping_yellow=Decimal(5), report_due_day=8)
    assert set_thresholds({"slipping_yellow": "5.0"}, "没变", actor=actor, now=LATER) is None
    set_thresholds({"slipping_yellow": "12.5"}, "放宽", actor=actor, now=LATER)
    assert thresholds_at(LATER) == Thresholds(slipping_yellow=Decimal("12.5"), report_due_day=8)
    assert ThresholdSet.objects.count() == 2
    event = Event.objects.earliest("pk")
    assert event.verb == "alerts.thresholds.set" and event.actor == office_user
    assert event.changes == {"进度滞缓：黄色，慢多于": ["10", "5"], "月报：次月几日前要报": [5, 8]}


@pytest.mark.parametrize("person", ["leader_user", "territory_user", "system_admin"])
def test_only_the_office_sets_thresholds(person, request):
    actor = Actor(by=request.getfixturevalue(person))
    with pytest.raises(PermissionDenied, match="区重大办"):
        set_thresholds({"slipping_yellow": "5"}, "想改", actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"slipping_yellow": "四"}, "“四”不是数"),
        ({"slipping_yellow": "NaN"}, "不是数"),
        ({"slipping_yellow": "40"}, "红色不能比黄色还宽"),
        ({"slipping_yellow": "-1"}, "0到100"),
        ({"slipping_by": "both"}, "百分点还是"),
        ({"report_due_day": "31"}, "1到28日"),
        ({"report_due_day": "5.5"}, "不是整数"),
        ({"anomaly_factor": "1"}, "大于1倍"),
        ({"overdue_start_red_months": "0"}, "1到60个月"),
        ({"not_in_statistics_yellow_months": "3"}, "转红不能早于黄色"),
        ({"colour": "1"}, "没有“colour”这个阈值"),
    ],
)
def test_thresholds_that_make_no_sense(values, sentence):
    with pytest.raises(ThresholdsRefused, match=sentence):
        set_thresholds(values, "试", actor=SYSTEM, now=NOW)
    assert not ThresholdSet.objects.exists()


def test_a_change_needs_a_reason():
    with pytest.raises(ThresholdsRefused, match="写调整的理由"):
        set_thresholds({"slipping_yellow": "5"}, "  ", actor=SYSTEM, now=NOW)


def test_thresholds_survive_storage():
    some = Thresholds(slipping_yellow=Decimal("7.5"), slipping_by="ratio")
    assert thresholds_of(as_values(some)) == some
    assert as_values(some)["slipping_yellow"] == "7.5"
