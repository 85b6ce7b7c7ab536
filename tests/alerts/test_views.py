"""预警页：谁看得到什么，怎么筛，怎么排，几次查询。"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.alerts.factories import alert
from tests.factories import NOW
from xushi.alerts.models import ThresholdSet
from xushi.alerts.rules import Cause, Level
from xushi.alerts.selectors import counts, month_before, open_by_territory, worst
from xushi.core.clock import BEIJING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(settings):
    settings.XUSHI_NOW = NOW


@pytest.fixture
def some(subdistrict, other_subdistrict, owner_user, leader_user):
    """Four alerts: two in the first subdistrict (one of them the owner's), one in the other, one cleared."""
    alert(1, territory=subdistrict, owner_unit=owner_user.unit, leader=leader_user, since=date(2018, 3, 31),
          level=Level.RED, note="计划2018年3月开工")  # fmt: skip
    alert(2, Cause.SLIPPING, territory=subdistrict, points=Decimal(-15), amount=1, since=date(2018, 8, 31))
    alert(3, Cause.ANOMALY, territory=other_subdistrict, since=date(2018, 8, 31))
    alert(4, territory=subdistrict, cleared_at=NOW)


def names(response) -> list[str]:
    return re.findall(r'class="rowlink"[^>]*>([^<]+)<', response.content.decode())


def page(client: Client, **query):
    return client.get(reverse("alerts:list"), query)


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ("office_user", ["第1号项目", "第2号项目", "第3号项目"]),
        ("leader_user", ["第1号项目", "第2号项目", "第3号项目"]),
        ("territory_user", ["第1号项目", "第2号项目"]),
        ("stranger", ["第3号项目"]),
        ("owner_user", ["第1号项目"]),
        ("department_user", []),
    ],
)
def test_everybody_sees_their_own(person, seen, some, request, signed_in):
    user = request.getfixturevalue(person)
    response = page(signed_in(user))
    assert response.status_code == 200
    assert names(response) == seen
    tallies = counts(user, NOW)
    assert sum(tally["open"] for tally in tallies.values()) == len(seen)
    assert [one.subject_name for one in worst(user, 9)] == seen


def test_administrators_stay_outside(some, system_admin, signed_in):
    assert page(signed_in(system_admin)).status_code == 403


def test_a_visitor_is_sent_to_the_login(some):
    assert page(Client()).status_code == 302


def test_rows_say_how_much_and_open_the_project(some, office_user, signed_in):
    text = page(signed_in(office_user)).content.decode()
    assert "逾165天" in text and "慢15.0个百分点" in text and "待核" in text
    assert f'href="{reverse("home:project", args=[1])}"' in text
    assert "3条预警，红色1条" in text
    assert text.index("应开未开1条") < text.index("进度滞缓1条")


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ({"cause": "slipping"}, [2]),
        ({"level": "red"}, [1]),
        ({"age": "180"}, [1]),
        ({"age": "30"}, [2, 3]),
        ({"age": "over180"}, []),
        ({"cause": "anomaly", "level": "red"}, []),
    ],
)
def test_filters(query, seen, some, office_user, signed_in):
    response = page(signed_in(office_user), **query)
    assert names(response) == [f"第{n}号项目" for n in seen]
    if not seen:
        assert "没有符合这些条件的预警" in response.content.decode()


def test_filters_by_territory_and_leader(some, office_user, leader_user, other_subdistrict, signed_in):
    client = signed_in(office_user)
    assert names(page(client, territory=other_subdistrict.pk)) == ["第3号项目"]
    assert names(page(client, leader=leader_user.pk)) == ["第1号项目"]


@pytest.mark.parametrize(
    "query", [{"cause": "lazy"}, {"territory": "x"}, {"group": "colour"}, {"age": "old"}, {"level": "blue"}]
)
def test_an_odd_address_is_told(query, some, office_user, signed_in):
    response = page(signed_in(office_user), **query)
    assert response.status_code == 400
    assert "请从页上的筛选里选。" in response.content.decode()


@pytest.mark.parametrize("group", ["cause", "territory", "leader", "age", "none"])
def test_groups_add_up_to_the_list(group, some, office_user, signed_in):
    response = page(signed_in(office_user), group=group)
    found = response.context["found"]
    assert sorted(names(response)) == ["第1号项目", "第2号项目", "第3号项目"]
    if group != "none":
        assert sum(shown.count for shown in found.groups) == 3
        assert all(shown.count == len(shown.rows) for shown in found.groups)


def test_groups_run_on_over_pages(office_user, subdistrict, other_subdistrict, signed_in):
    for n in range(70):
        alert(n, territory=subdistrict if n < 30 else other_subdistrict)
    first = page(signed_in(office_user), group="territory")
    second = page(signed_in(office_user), group="territory", page=2)
    assert [(g.label, g.count, len(g.rows)) for g in first.context["found"].groups] == [
        ("桥林街道", 40, 40),
        ("江浦街道", 30, 10),
    ]
    assert [(g.label, len(g.rows)) for g in second.context["found"].groups] == [("江浦街道", 20)]


def test_the_worst_come_first(office_user, signed_in):
    alert(1, since=date(2018, 7, 31))
    alert(2, since=date(2018, 2, 28), level=Level.RED)
    alert(3, since=date(2018, 5, 31), level=Level.RED)
    alert(4, Cause.SLIPPING, points=Decimal(-31), level=Level.RED)
    alert(5, Cause.SLIPPING, points=Decimal(-56), level=Level.RED)
    seen = ["第2号项目", "第3号项目", "第5号项目", "第4号项目", "第1号项目"]
    assert names(page(signed_in(office_user), group="none")) == seen
    assert [one.subject_name for one in worst(office_user, 3)] == seen[:3]


def test_an_empty_list_tells_the_last_event(office_user, signed_in):
    text = page(signed_in(office_user)).content.decode()
    assert "没有预警" in text and "还没有开出过预警" in text
    alert(1, cleared_at=NOW)
    text = page(signed_in(office_user)).content.decode()
    assert "最近一条9月12日解除：第1号项目，应开未开" in text


def test_queries_do_not_grow_with_the_alerts(office_user, subdistrict, leader_user, signed_in):
    client = signed_in(office_user)
    spent = []
    for numbers in (range(5), range(5, 50)):
        for n in numbers:
            alert(n, territory=subdistrict, leader=leader_user)
        page(client)
        with CaptureQueriesContext(connection) as captured:
            response = page(client)
        spent.append(len(captured))
    assert len(names(response)) == 50
    assert spent[0] == spent[1] <= 15


def test_counts_compare_with_a_month_ago(office_user, django_assert_num_queries):
    then = month_before(NOW)
    assert then == datetime(2018, 8, 12, 8, 30, tzinfo=BEIJING)
    alert(1, opened_at=then, changed_at=then)  # stood then, stands now
    alert(2, opened_at=then - timedelta(days=9), cleared_at=then + timedelta(days=1))  # stood then
    alert(3, opened_at=then - timedelta(days=9), cleared_at=then)  # was over
    alert(4, level=Level.RED)  # new
    alert(5, Cause.SLIPPING, level=Level.RED, points=Decimal(-40))
    office_user.appointments_in_force  # noqa: B018 - read once per request
    with django_assert_num_queries(3):  # what stands, opened since, cleared since
        found = counts(office_user, NOW)
    assert found["overdue_start"] == {"open": 2, "red": 1, "change": 0}
    assert found["slipping"] == {"open": 1, "red": 1, "change": 1}
    assert found["anomaly"] == {"open": 0, "red": 0, "change": 0}
    assert month_before(datetime(2018, 3, 31, tzinfo=BEIJING)) == datetime(2018, 2, 28, tzinfo=BEIJING)


def test_where_the_alerts_are(some, office_user, subdistrict, django_assert_num_queries):
    office_user.appointments_in_force  # noqa: B018
    with django_assert_num_queries(1):
        places = open_by_territory(office_user)
    assert [(place.name, place.total) for place in places] == [("江浦街道", 2), ("桥林街道", 1)]
    assert places[0].territory == subdistrict.pk
    assert places[0].counts == {"overdue_start": 1, "slipping": 1}


FORM = {
    "slipping_yellow": "8",
    "slipping_red": "30",
    "slipping_by": "points",
    "overdue_start_red_months": "3",
    "overdue_completion_red_months": "3",
    "not_in_statistics_yellow_months": "1",
    "not_in_statistics_red_months": "2",
    "anomaly_factor": "3",
    "report_due_day": "5",
    "reason": "下半年从严",
}


def test_the_office_changes_thresholds_and_sees_the_history(office_user, signed_in):
    client = signed_in(office_user)
    url = reverse("alerts:thresholds")
    assert 'value="10"' in client.get(url).content.decode()
    assert client.post(url, FORM).status_code == 302
    assert ThresholdSet.objects.get().values["slipping_yellow"] == "8"
    text = client.get(url).content.decode()
    assert "下半年从严" in text and "10 → <b>8</b>" in text and 'value="8"' in text
    assert "慢于8个百分点为黄" in page(client).content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slipping_red": "3"}, "红色不能比黄色还宽"),
        ({"slipping_red": ""}, "请填写。"),
        ({"reason": ""}, "请写调整的理由"),
        ({"anomaly_factor": "许多"}, "“许多”不是数"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(change, sentence, office_user, signed_in):
    response = signed_in(office_user).post(reverse("alerts:thresholds"), FORM | change)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not ThresholdSet.objects.exists()


@pytest.mark.parametrize("person", ["leader_user", "owner_user", "stranger"])
def test_thresholds_belong_to_the_office(person, request, signed_in):
    client = signed_in(request.getfixturevalue(person))
    assert client.get(reverse("alerts:thresholds")).status_code == 403
    assert client.post(reverse("alerts:thresholds"), FORM).status_code == 403
    assert reverse("alerts:thresholds") not in page(client).content.decode()
