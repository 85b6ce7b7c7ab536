"""出错都是一个样子，不管是哪一层出的；接口说明写着的，答得出来的都在。"""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.api.world import account_of, system
from xushi.api import reading
from xushi.core.figure import FigureUnit
from xushi.progress.specs import SPECS
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


@pytest.mark.parametrize(
    "address", ["reports", "problems", "permit-steps", "orders/1/acknowledge", "orders/1/reply"]
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_what_is_too_large_is_told_to_come_in_parts(
    other: Any, settings: Any, address: str, kind: str
) -> None:
    """Never 500 "try again": the same body is never taken."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = other.client.post(
        f"/api/v1/{address}", json.dumps({"rows": "x" * 1000}), content_type=kind,
        headers=other.headers | {"Idempotency-Key": "key-00000001"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "请分批" in answer.json()["how"] and set(answer.json()) == PARTS


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
    assert all("413" in told["responses"] for told in writes)


def test_every_amount_and_share_says_its_unit(db: None) -> None:
    described = json.loads(Client().get("/api/v1/openapi.json").content)
    parts = described["components"]["schemas"]
    said = {name: str(one.get("description")) for name, one in parts["ProjectOut"]["properties"].items()}
    amounts = ("total_investment", "annual_plan", "invested_before", "cumulative", "of_month")
    assert {said[name] for name in amounts} == {"元"}
    assert said["completion_rate"].startswith("0到1") and said["scheduled_share"].startswith("0到1")
    assert said["gap_points"].startswith("百分点")
    told = {one.value for one in FigureUnit} & {spec.unit.value for spec in SPECS.values()}
    units = (told - {"%"}) | {"1（"}
    for words in (described["info"]["description"], parts["FigureOut"]["properties"]["unit"]["description"]):
        assert all(unit in words for unit in units), words


@pytest.mark.parametrize("month", ["0000-01", "1899-12", "6332-10"])
def test_a_month_that_is_none_is_refused_in_words(other: Any, month: str) -> None:
    answer = other.post("reports", {"rows": [{"project": 1, "month": month, "cumulative": 1}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_month")


def test_a_form_in_place_of_json_is_refused_in_words(other: Any) -> None:
    headers = other.headers | {"Idempotency-Key": "key-00000001"}
    answer = other.client.post("/api/v1/orders/1/acknowledge", {"a": "1"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
