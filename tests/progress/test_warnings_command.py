"""xushi alerts：开着的、某月当时的，按红黄排；问不出的，一句话说清楚。"""

import json
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.progress.district import build, slow_district
from xushi.alerts.actions import apply_findings
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Finding, Level, SubjectInfo
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress.models import MonthClosing
from xushi.progress.warnings import findings_as_of, judging_day, refresh_alerts

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = Month(2018, 2), Month(2018, 3)
MARCH_12 = datetime(2018, 3, 12, 8, 30, tzinfo=BEIJING)


def listed(**options) -> list[dict]:
    out = StringIO()
    call_command("alerts", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_the_command_lists_a_closed_month():
    slow_district()
    rows = listed(as_of="2018-02")
    assert sum(len(one.findings) for one in findings_as_of(FEBRUARY)) == len(rows)
    assert set(rows[0]) == {
        "subject_kind", "subject", "project", "code", "cause", "level", "since", "amount", "points", "days",
        "counted_to", "note", "territory",
    }  # fmt: skip
    for row in rows:
        date.fromisoformat(row["since"])
        assert (row["amount"] is None) == (row["cause"] != "slipping")
        if row["amount"]:
            assert Decimal(row["amount"]) > 0 > Decimal(row["points"])
    assert [row["level"] for row in rows] == sorted(
        (row["level"] for row in rows), key=["red", "yellow"].index
    )
    only = listed(as_of="2018-02", cause="slipping")
    assert [(row["project"], row["level"], row["points"]) for row in only] == [
        ("第4号项目", "yellow", "-16.6667")
    ]
    assert only == [row for row in rows if row["cause"] == "slipping"]
    place = rows[0]["territory"]
    assert listed(as_of="2018-02", territory=place) == [r for r in rows if r["territory"] == place]


def test_the_command_lists_what_is_open(monkeypatch, settings):
    settings.XUSHI_NOW = MARCH_12
    build()
    assert listed() == []
    refresh_alerts(now=MARCH_12)
    rows = listed()
    assert len(rows) == Alert.objects.open().count()
    late = next(row for row in rows if row["since"] == "2018-02-28" and row["cause"] == "overdue_start")
    assert late["days"] == 12
    assert late["subject_kind"] == "project" and late["subject"] == late["project"]
    assert {row["counted_to"] for row in rows} == {"2018-03-12"}
    assert {row["counted_to"] for row in listed(as_of="2018-02")} == {
        judging_day(MonthClosing.objects.get(month=FEBRUARY, reopened_at=None)).isoformat()
    }
    out = StringIO()
    call_command("alerts", stdout=out)
    assert f"共{len(rows)}条。" in out.getvalue() and "应开未开" in out.getvalue()


def test_the_command_lists_what_is_not_a_project_too(settings, district):
    settings.XUSHI_NOW = MARCH_12
    order = SubjectInfo(
        kind="supervision.supervisionorder", id=7, name="浦重大督〔2018〕7号", territory=district.pk
    )
    due = Finding(Cause.ORDER_DUE, Level.RED, since=date(2018, 3, 5))
    apply_findings({order: [due]}, causes=[Cause.ORDER_DUE], now=MARCH_12, actor=SYSTEM)
    [row] = listed()
    assert (row["subject_kind"], row["subject"], row["project"], row["code"]) == (
        "supervisionorder",
        "浦重大督〔2018〕7号",
        None,
        "",
    )
    assert (row["cause"], row["days"], row["amount"]) == ("order_due", 7, None)
    assert listed(cause="order_due") == [row]
    assert listed(cause="slipping") == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"as_of": "2018-02", "cause": "order_due"}, "“督办到期”不按关账月判断，去掉 --as-of"),
        ({"as_of": "2018-13"}, "没有这个月份"),
        ({"as_of": "八月"}, "看不懂月份“八月”"),
        ({"as_of": "2019-01"}, "2019年1月没有关账"),
        ({"cause": "lazy"}, "没有“lazy”这种预警"),
        ({"territory": "月球街道"}, "没有“月球街道”这个属地"),
    ],
)
def test_the_command_refuses_in_a_sentence(options, sentence):
    build(count=2)
    with pytest.raises(CommandError, match=sentence) as refusal:
        call_command("alerts", **options)
    assert refusal.value.returncode == 2
