"""要素保障的页：谁看得到、谁办得了，表单没脚本也能用，查询数不随行数长。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.guarantees.builders import DAY, MU, ask, land_office, stock
from tests.progress.builders import add_project
from xushi.config import clock
from xushi.guarantees import actions
from xushi.guarantees.models import Provider, ResourceRequest, Stock
from xushi.guarantees.rules import Kind, State
from xushi.journal.actions import Actor
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def page(client: Client, name: str, *args: Any, **query: str) -> Any:
    return client.get(reverse(f"guarantees:{name}", args=args), query)


def test_a_territory_asks_from_a_project_without_script(
    district: Unit, subdistrict: Unit, territory_user: User, signed_in: SignIn
) -> None:
    land_office(district)
    project = add_project(subdistrict, "二期厂房")
    client = signed_in(territory_user)
    assert "二期厂房" in page(client, "new").content.decode()
    address = reverse("guarantees:ask", args=[project.pk])
    typed = {
        "kind": "quota",
        "amount": "60.5",
        "needed_by": "2018-10-31",
        "words": "桩基要进场",
        "token": "t",
    }
    bad = client.post(address, typed | {"amount": "60.555"})
    assert bad.status_code == 422
    assert "最细填到0.01亩" in bad.content.decode()
    answer = client.post(address, typed)
    made = ResourceRequest.objects.get()
    assert answer.headers["Location"] == reverse("guarantees:request", args=[made.pk])
    assert (made.amount, made.asked_by) == (6050, territory_user)
    assert "用地指标60.5亩" in client.get(answer.headers["Location"]).content.decode()


def test_strangers_find_nothing_and_administrators_nothing_at_all(
    district: Unit,
    subdistrict: Unit,
    stranger: User,
    system_admin: User,
    statistics_user: User,
    signed_in: SignIn,
) -> None:
    land_office(district)
    made = ask(add_project(subdistrict, "二期厂房"))
    client = signed_in(stranger)
    assert "二期厂房" not in page(client, "desk", state="all").content.decode()
    for name in ("request", "ask"):
        pk = made.pk if name == "request" else made.project_id
        assert page(client, name, pk).status_code == 404
    address = reverse("guarantees:step", args=[made.pk, "withdraw"])
    assert client.post(address, {"withdraw-words": "x"}).status_code == 404
    for person in (system_admin, statistics_user):
        assert page(signed_in(person), "desk").status_code == 403


def test_a_leader_reads_and_decides_nothing(
    district: Unit, subdistrict: Unit, leader_user: User, signed_in: SignIn
) -> None:
    land_office(district)
    stock(100)
    made = ask(add_project(subdistrict, "二期厂房"))
    client = signed_in(leader_user)
    assert "step-promise" not in page(client, "request", made.pk).content.decode()
    assert page(client, "stock", 2018).status_code == 200
    body = {"version": "1", "promise-amount": "1", "promise-available_on": "2018-10-01"}
    assert client.post(reverse("guarantees:step", args=[made.pk, "promise"]), body).status_code == 403
    assert client.post(reverse("guarantees:stock", args=[2018]), {"kind": "quota"}).status_code == 403
    assert page(client, "new").status_code == 403


def test_the_providing_department_promises_and_delivers(
    district: Unit, subdistrict: Unit, signed_in: SignIn
) -> None:
    land = land_office(district)
    stock(100)
    made = ask(add_project(subdistrict, "二期厂房"))
    client = signed_in(land)
    assert "二期厂房" in page(client, "desk").content.decode()
    body = {"version": "1", "promise-amount": "60", "promise-available_on": "2018-10-20", "promise-words": ""}
    assert client.post(reverse("guarantees:step", args=[made.pk, "promise"]), body).status_code == 302
    slow = client.post(reverse("guarantees:step", args=[made.pk, "promise"]), body)
    assert slow.status_code == 409
    assert "刚被别人办过" in slow.content.decode()
    body = {"version": "2", "deliver-amount": "60"}
    assert client.post(reverse("guarantees:step", args=[made.pk, "deliver"]), body).status_code == 302
    made.refresh_from_db()
    assert made.state == State.MET


def test_a_promise_beyond_the_stock_is_said_beside_the_amount(
    district: Unit, subdistrict: Unit, signed_in: SignIn
) -> None:
    land = land_office(district)
    stock(50)
    made = ask(add_project(subdistrict, "二期厂房"))
    body = {"version": "1", "promise-amount": "60", "promise-available_on": "2018-10-20"}
    answer = signed_in(land).post(reverse("guarantees:step", args=[made.pk, "promise"]), body)
    assert answer.status_code == 422
    assert "只剩50亩" in answer.content.decode()
    assert 'value="60"' in answer.content.decode()


def test_the_office_sets_stock_and_division_of_work(
    district: Unit, subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    land = land_office(district)
    client, address = signed_in(office_user), reverse("guarantees:stock", args=[2018])
    assert client.post(address, {"kind": "quota", "amount": "100", "source": "市文"}).status_code == 302
    made = ask(add_project(subdistrict, "二期厂房"))
    actions.promise({made.pk: 1}, 60 * MU, DAY, actor=Actor(by=land), now=NOW)
    answer = client.post(
        address, {"kind": "quota", "amount": "59.99", "source": "核减", "version-quota": "1"}
    )
    assert answer.status_code == 422
    assert "差0.01亩" in answer.content.decode()
    assert Stock.objects.get().total == 100 * MU
    assert land.unit is not None
    client.post(reverse("guarantees:providers"), {"energy": str(land.unit.pk)})
    assert Provider.objects.get(kind=Kind.ENERGY).unit == land.unit


def test_an_odd_address_is_told_and_shows_the_list(office_user: User, signed_in: SignIn) -> None:
    answer = page(signed_in(office_user), "desk", kind="gold")
    assert answer.status_code == 400
    assert "没有“gold”这类要素" in answer.content.decode()


def test_the_conflict_names_its_requests_and_the_export_flows(
    district: Unit, subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    land_office(district)
    stock(100)
    for name in ("甲厂", "乙厂"):
        ask(add_project(subdistrict, name), plot="G12")
    client = signed_in(office_user)
    text = page(client, "desk").content.decode()
    assert "还有2项要120亩，只剩100亩，差20亩" in text
    assert "都要同一地块g12" in text.casefold()
    answer = page(client, "export", state="open")
    assert answer.getvalue()[:2] == b"PK"


def test_the_desk_asks_the_same_number_of_questions_however_many_rows(
    district: Unit, subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    land_office(district)
    stock(100)
    client = signed_in(office_user)
    ask(add_project(subdistrict, "甲厂"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page(client, "desk").status_code == 200
        return len(found)

    asked()
    few = asked()
    for n in range(12):
        ask(add_project(subdistrict, f"厂{n}"))
    assert asked() == few
