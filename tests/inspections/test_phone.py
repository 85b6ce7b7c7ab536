"""手机的页和接口：谁打得开，送一份记录，别人的登录不送，两份都留着，查询数不随点数长。"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.inspections.builders import a_visit, add_round, add_team, finding, record, sent
from xushi.config import clock
from xushi.inspections.models import Finding, SentEntry, Visit
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def visit(subdistrict: Unit, inspector_user: User) -> Visit:
    held = add_round()
    return a_visit(subdistrict, held=held, team=add_team(held, inspector_user), kind="start")


def send(client: Client, visit: Visit, who: User, entry: Any) -> Any:
    return client.post(
        reverse("inspections:phone_record", args=[visit.key]), json.dumps(entry), "application/json",
        headers={"X-Xushi-Who": str(who.pk), "X-Xushi-Device": "phone-1", "Accept": "application/json"},
    )  # fmt: skip


def test_the_form_has_all_it_needs_without_a_network(
    visit: Visit, inspector_user: User, signed_in: SignIn
) -> None:
    client = signed_in(inspector_user)
    listed = client.get(reverse("inspections:phone"))
    address = reverse("inspections:phone_visit", args=[visit.key])
    assert address in listed.content.decode()
    answer = client.get(address)
    told = answer.content.decode()
    assert answer["X-Xushi-Who"] == str(inspector_user.pk)
    for words in ("紫光项目", "合格", "问题", "不查", "是真开工吗", "3天", "7天", "存到本机，联网后自动上传"):
        assert words in told
    assert "style=" not in told
    assert f'data-version="{visit.version}"' in told


def test_who_may_open_it(
    visit: Visit, office_user: User, leader_user: User, stranger: User, territory_user: User, system_admin: User,
    signed_in: SignIn,
) -> None:  # fmt: skip
    addresses = reverse("inspections:phone"), reverse("inspections:phone_visit", args=[visit.key])
    assert [signed_in(office_user).get(one).status_code for one in addresses] == [200, 200]
    assert [signed_in(leader_user).get(one).status_code for one in addresses] == [403, 403]
    assert [signed_in(stranger).get(one).status_code for one in addresses] == [403, 404]
    assert [signed_in(territory_user).get(one).status_code for one in addresses] == [403, 404]
    assert [signed_in(system_admin).get(one).status_code for one in addresses] == [403, 403]
    assert [Client().get(one).status_code for one in addresses] == [302, 302]


def test_a_record_sent_twice_is_one(visit: Visit, inspector_user: User, signed_in: SignIn) -> None:
    client, entry = signed_in(inspector_user), sent(visit, finding())
    first = send(client, visit, inspector_user, entry).json()
    later = (NOW + timedelta(minutes=3)).isoformat()
    second = send(client, visit, inspector_user, entry | {"sent_at": later}).json()
    assert (first["outcome"], first["again"], second["again"]) == ("taken", False, True)
    assert second["version"] == first["version"]
    assert first["now"] == NOW.isoformat()
    assert SentEntry.objects.count() == Finding.objects.count() == 1


def test_what_others_wrote_is_told_and_kept(
    visit: Visit, inspector_user: User, office_user: User, signed_in: SignIn
) -> None:
    entry = sent(visit, words="我看到的")
    record(visit, office_user, words="别人先写的")
    told = send(signed_in(inspector_user), visit, inspector_user, entry).json()
    assert told["conflict"] is True
    assert told["others"]["words"] == "别人先写的"
    assert told["others"]["by"] == office_user.name
    visit.refresh_from_db()
    assert visit.record.words == "别人先写的"  # type: ignore[attr-defined]
    assert SentEntry.objects.get(outcome="conflict").entry["words"] == "我看到的"


def test_another_login_does_not_send_it(
    visit: Visit, inspector_user: User, office_user: User, signed_in: SignIn
) -> None:
    answer = send(signed_in(office_user), visit, inspector_user, sent(visit))
    assert (answer.status_code, answer.json()["other"]) == (409, True)
    assert not SentEntry.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "[" * 100_000, '{"answers": 3}'])
def test_garbage_is_refused_in_words(
    visit: Visit, inspector_user: User, signed_in: SignIn, body: str
) -> None:
    answer = signed_in(inspector_user).post(
        reverse("inspections:phone_record", args=[visit.key]), body, "application/json",
        headers={"X-Xushi-Who": str(inspector_user.pk)},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["refused"]) == (422, True)
    assert not SentEntry.objects.exists()


def test_who_may_not_record(visit: Visit, leader_user: User, stranger: User, signed_in: SignIn) -> None:
    assert send(signed_in(leader_user), visit, leader_user, sent(visit)).status_code == 403
    assert send(signed_in(stranger), visit, stranger, sent(visit)).status_code == 404
    assert not SentEntry.objects.exists()


def test_a_visit_that_is_gone_stays_on_the_phone(inspector_user: User, signed_in: SignIn) -> None:
    answer = signed_in(inspector_user).post(
        reverse("inspections:phone_record", args=[uuid4()]), "{}", "application/json",
        headers={"X-Xushi-Who": str(inspector_user.pk)},
    )  # fmt: skip
    assert answer.status_code == 404
    assert "还在手机里" in answer.json()["error"]


def test_hello_says_who_and_when(inspector_user: User, signed_in: SignIn) -> None:
    told = signed_in(inspector_user).get(reverse("inspections:phone_hello")).json()
    assert (told["who"], told["now"]) == (str(inspector_user.pk), NOW.isoformat())
    assert told["csrf"]
    lost = Client().get(reverse("inspections:phone_hello"), headers={"Accept": "application/json"})
    assert lost.status_code == 401


def test_the_worker_asks_for_no_login_and_holds_nothing(visit: Visit) -> None:
    answer = Client().get(reverse("inspections:phone_worker"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-cache")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "紫光" not in answer.content.decode()


def test_the_record_that_stands_is_gone_on_with(
    visit: Visit, inspector_user: User, signed_in: SignIn
) -> None:
    record(visit, inspector_user, finding(words="已经记下的问题"), words="记过的")
    told = (
        signed_in(inspector_user).get(reverse("inspections:phone_visit", args=[visit.key])).content.decode()
    )
    assert r"\u5df2\u7ecf\u8bb0\u4e0b" in told or "已经记下的问题" in told


def test_the_list_asks_as_much_for_many_as_for_one(
    visit: Visit, subdistrict: Unit, inspector_user: User, signed_in: SignIn
) -> None:
    client = signed_in(inspector_user)
    address = reverse("inspections:phone")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for n in range(8):
        a_visit(subdistrict, f"项目{n}", held=visit.round, team=visit.team)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(one)
