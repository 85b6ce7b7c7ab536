"""出错都是一个样子，不管是哪一层出的；接口说明写着的，答得出来的都在。"""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.api.world import account_of, system
from xushi.api import reading
from xushi.units.models import Role, Unit

PARTS = {"code", "sentence", "field", "how", "rows"}


@pytest.fixture
def other(district: Unit) -> Any:
    return system(account_of("省平台", Role.LEADER, unit=district))


def test_another_method_is_told_as_everything_is_and_which_there_are(other: Any) -> None:
    answer = other.client.put("/api/v1/months", headers=other.headers)
    assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (405, "wrong_method", "GET")
    assert set(answer.json()) == PARTS


@pytest.mark.parametrize("address", ["projects?q=a%00b", "projects/%00", "indicators/x%00"])
def test_a_nul_in_the_address_is_told_as_everything_is(other: Any, address: str) -> None:
    answer = other.client.get(f"/api/v1/{address}", headers=other.headers)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == PARTS


def test_a_database_that_is_away_is_503_and_says_when_to_come_again(
    other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(reading, "known", away)
    answer = other.get("months")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "15")


def test_a_page_outside_of_the_version_stays_a_page(db: None) -> None:
    answer = Client(raise_request_exception=False).get("/login?next=a%00b")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


def test_every_write_names_its_key_and_every_month_its_lines(db: None) -> None:
    described = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    writes = [told["post"] for told in described.values() if "post" in told]
    assert all("Idempotency-Key" in {one["name"] for one in told["parameters"]} for told in writes)
    lines = described["/api/v1/months/{month}/projects"]["get"]["responses"]["200"]["content"]
    assert list(lines) == ["application/x-ndjson"]


@pytest.mark.parametrize("month", ["0000-01", "1899-12", "6332-10"])
def test_a_month_that_is_none_is_refused_in_words(other: Any, month: str) -> None:
    answer = other.post("reports", {"rows": [{"project": 1, "month": month, "cumulative": 1}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_month")


def test_a_form_in_place_of_json_is_refused_in_words(other: Any) -> None:
    headers = other.headers | {"Idempotency-Key": "key-00000001"}
    answer = other.client.post("/api/v1/orders/1/acknowledge", {"a": "1"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
