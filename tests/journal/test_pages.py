"""日志页：审计员筛、看、导出。"""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import NOW
from xushi.journal import sealing
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event
from xushi.units.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def events(office_user: User, leader_user: User) -> list[Event]:
    made = []
    with transaction.atomic():
        for number, user in enumerate([office_user, leader_user]):
            made.append(
                record(
                    f"test.done{number}",
                    actor=Actor(by=user, address="10.1.1.1"),
                    now=NOW + timedelta(days=number),
                    summary=f"=办了{number}",
                    subject=user.unit,
                    changes={"名": ["旧", "新"]},
                    rows=[RowChange(user.unit, "明细一", {"值": [1, 2]})],
                )
            )
    return made


def test_filters(auditor: User, events: list[Event], signed_in: SignIn) -> None:
    client = signed_in(auditor)
    for query, found in [
        ({}, 2), ({"person": "周敏"}, 1), ({"verb": "test.done1"}, 1), ({"q": "办了"}, 2), ({"q": "没有"}, 0),
        ({"first": "2018-09-13"}, 1), ({"last": "2018-09-12"}, 1),
        ({"first": "2018-09-12", "last": "2018-09-13"}, 2),
    ]:  # fmt: skip
        page = client.get("/journal/", query)
        assert page.context["page"].paginator.count == found, query
    bad = client.get("/journal/", {"first": "昨天"})
    assert bad.status_code == 400 and "看不懂日期" in bad.content.decode()


def test_one_event_with_before_after_and_rows(auditor: User, events: list[Event], signed_in: SignIn) -> None:
    sealing.seal_events()
    page = signed_in(auditor).get(f"/journal/{events[0].pk}").content.decode()
    for words in ("旧", "新", "明细一", "10.1.1.1", "第1条"):
        assert words in page


def test_export_is_what_the_filter_shows_and_runs_nothing(
    auditor: User, events: list[Event], signed_in: SignIn
) -> None:
    answer = signed_in(auditor).get("/journal/export.csv", {"person": "周敏"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "编号" and len(rows) == 4
    assert rows[3][0].startswith("说明：审计员（浦口区）") and rows[3][0].endswith(
        "在127.0.0.1导出日志，共1件"
    )
    taken = Event.objects.get(verb="journal.events.exported")
    assert taken.actor == auditor and taken.changes["筛选"] == ["", "person=%E5%91%A8%E6%95%8F"]
    assert rows[1][2] == "周敏" and rows[1][10] == "'=办了0"
    assert rows[2][9] == "明细一"


def test_nobody_else_reads_or_exports(
    office_user: User, leader_user: User, stranger: User, events: list[Event], signed_in: SignIn
) -> None:
    for user in (office_user, leader_user, stranger):
        client = signed_in(user)
        for path in ("/journal/", "/journal/export.csv", f"/journal/{events[0].pk}"):
            assert client.get(path).status_code == 403


def test_list_costs_a_fixed_number_of_queries(
    auditor: User, events: list[Event], signed_in: SignIn, django_assert_max_num_queries: Callable
) -> None:
    client = signed_in(auditor)
    client.get("/journal/")
    with django_assert_max_num_queries(9):
        client.get("/journal/")


NUMBER, SHOWN = "13812345678", "138****5678"


def test_a_number_once_written_down_whole_is_masked_and_the_chain_holds(
    auditor: User, office_user: User, signed_in: SignIn
) -> None:
    with transaction.atomic():
        said = {"actor": Actor(by=office_user), "now": NOW, "subject": office_user, "subject_name": NUMBER}
        event = record("units.account.locked", summary=f"账号{NUMBER}连错密码，锁15分钟", **said)
        record("units.account.disabled", summary=f"停用账号{SHOWN}：离职", **said | {"subject_name": "小王"})
    sealing.seal_events()
    client = signed_in(auditor)
    csv_said = b"".join(client.get("/journal/export.csv").streaming_content).decode()
    for text in (
        client.get("/journal/").content.decode(), client.get(f"/journal/{event.pk}").content.decode(), csv_said,
    ):  # fmt: skip
        assert NUMBER not in text and f"账号{SHOWN}连错密码" in text
    for words, found in [("34567", 0), ("5678", 1), (NUMBER, 2), ("连错密码", 1)]:
        page = client.get("/journal/", {"q": words})
        assert page.context["page"].paginator.count == found, words
    event.refresh_from_db()
    assert NUMBER in event.summary and sealing.verify() is None
