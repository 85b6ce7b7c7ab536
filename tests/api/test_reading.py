"""读：只有看得到的，翻页不重不漏，数与页面同一处来。"""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.api.world import Other, account_of, expire, system
from tests.progress import district as town
from xushi.api import views_access
from xushi.core.months import Month
from xushi.journal.models import Event
from xushi.progress import figures
from xushi.registry.models import Category, Project
from xushi.units.models import Role

FEBRUARY = "2018-02"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    views_access.forget_pace()


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    made = town.build(count=12, months=3, closed=2)
    province = account_of("省平台", Role.LEADER, unit=made.root)
    street = account_of("街道系统", Role.TERRITORY, unit=made.territories[0])
    return SimpleNamespace(made=made, province=province, street=street)


def paged(other: Other, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    while True:
        answer = other.get(path, **query).json()
        yield from answer["items"]
        if not answer["next"]:
            return
        query["cursor"] = answer["next"]


def test_without_a_token_or_with_a_wrong_one_a_sentence_says_how(world: Any) -> None:
    other = system(world.province)
    for headers in ({}, {"Authorization": "Bearer xushi_x"}, {"Authorization": "Basic x"}):
        answer = other.client.get("/api/v1/projects", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "token_invalid"
        assert answer.json()["how"]


def test_an_expired_token_is_no_token(world: Any) -> None:
    other = system(world.province)
    assert other.get("projects").status_code == 200
    expire(other.text)
    assert other.get("projects").status_code == 401


def test_a_token_does_only_what_it_was_issued_for(world: Any) -> None:
    answer = system(world.province, "read:alerts").get("projects")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_a_disabled_account_and_one_without_appointment_read_nothing(world: Any) -> None:
    other = system(world.province)
    world.province.user.appointments.update(ended_at="2018-09-01T00:00:00+08:00")
    assert other.get("projects").json()["code"] == "no_appointment"
    world.province.user.is_active = False
    world.province.user.save()
    assert other.get("projects").status_code == 401


def test_pages_by_cursor_give_every_project_once(world: Any) -> None:
    found = [row["id"] for row in paged(system(world.province), "projects", month=FEBRUARY, limit=5)]
    assert found == sorted({project.pk for project in world.made.projects})


def test_a_street_sees_its_own_alone_and_learns_of_no_other(world: Any) -> None:
    other = system(world.street)
    own = set(Project.objects.filter(territory=world.made.territories[0]).values_list("pk", flat=True))
    assert {row["id"] for row in paged(other, "projects", month=FEBRUARY)} == own
    strange = Project.objects.exclude(pk__in=own).earliest("pk")
    hidden, none = other.get(f"projects/{strange.pk}"), other.get("projects/999999")
    assert hidden.status_code == none.status_code == 404
    assert hidden.json() == none.json()


def test_one_project_is_told_in_yuan(world: Any) -> None:
    project = world.made.projects[0]
    told = system(world.province).get(f"projects/{project.pk}", month=FEBRUARY).json()
    assert told["total_investment"] == project.total_investment
    assert (told["month"], told["closed"]) == (FEBRUARY, True)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"teritory": "1"}, "unknown_filter"),
        ({"month": "2018-13"}, "bad_filter"),
        ({"month": "2030-01"}, "bad_filter"),
        ({"level": "moon"}, "bad_filter"),
        ({"territory": "x"}, "bad_filter"),
        ({"cursor": "x"}, "bad_cursor"),
        ({"limit": "999"}, "wrong_shape"),
        ({"alert": "x"}, "bad_filter"),
        ({"category": "zzz"}, "bad_filter"),
        ({"owner_kind": "zzz"}, "bad_filter"),
        ({"level": ["district", "municipal"]}, "repeated_filter"),
        ({"month": ["2018-02", "2018-02"]}, "repeated_filter"),
    ],
)
def test_what_cannot_be_understood_is_refused(world: Any, query: dict[str, Any], code: str) -> None:
    answer = system(world.province).get("projects", **query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_what_is_known_is_named_and_found(world: Any) -> None:
    other = system(world.province)
    codes = list(Category.objects.values_list("code", flat=True))
    assert all(code in other.get("projects", category="zzz").json()["how"] for code in codes)
    assert "fortune_500" in other.get("projects", owner_kind="zzz").json()["how"]
    assert other.get("projects", category=codes[0], owner_kind="none", month=FEBRUARY).status_code == 200
    assert other.get("permit-steps", code="zzz").json()["code"] == "bad_filter"


@pytest.mark.parametrize("by", ["level,category,territory", "level,level"])
def test_more_groupings_than_are_crossed_are_refused(world: Any, by: str) -> None:
    answer = system(world.province).get(f"months/{FEBRUARY}/figures", by=by)
    assert (answer.status_code, answer.json()["field"]) == (422, "by")
    assert by in answer.json()["sentence"]
    assert system(world.province).get(f"months/{FEBRUARY}/figures", by="level,category").status_code == 200


def test_a_closed_month_streams_whole_and_adds_up_to_its_figures(world: Any) -> None:
    answer = system(world.province).get(f"months/{FEBRUARY}/projects")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [lines[0]["kind"], lines[-1]] == ["month", {"kind": "end", "projects": 12}]
    taken = Event.objects.get(verb="api.month.taken")
    assert taken.channel == Event.Channel.API and taken.actor == world.province.user
    assert "取走2018年2月第1版" in taken.summary and lines[0]["given_to"] == str(world.province.user)
    under_way = [line for line in lines[1:-1] if line["stage"] == "当年实施"]
    total = figures.total(world.province.user, Month(2018, 2))
    assert sum(line["cumulative"] for line in under_way) == total.cumulative
    told = {one["name"]: one["value"] for one in lines[0]["figures"]}
    assert told["under_way"] == str(len(under_way)) == str(total.under_way)


def test_an_open_month_is_not_given_as_closed(world: Any) -> None:
    other = system(world.province)
    for path in ("months/2018-03/projects", "months/2018-03/figures"):
        answer = other.get(path)
        assert (answer.status_code, answer.json()["code"]) == (409, "month_open")
    assert [one["month"] for one in other.get("months").json()] == [FEBRUARY, "2018-01"]


def test_figures_by_group_carry_scope_month_and_denominator(world: Any) -> None:
    groups = system(world.province).get(f"months/{FEBRUARY}/figures", by="territory").json()
    assert len(groups) == 2
    rate = next(one for one in groups[0]["figures"] if one["name"] == "completion_rate")
    assert rate["as_of"] == FEBRUARY
    assert rate["closed"]
    assert rate["denominator"].startswith("年度计划")
    assert system(world.province).get(f"months/{FEBRUARY}/figures", by="moon").status_code == 422


@pytest.mark.parametrize("path", ["alerts", "orders", "duties", "problems", "permit-steps"])
def test_every_list_answers_a_page(world: Any, path: str) -> None:
    answer = system(world.province).get(path)
    assert answer.status_code == 200
    assert set(answer.json()) == {"items", "next"}


def test_a_list_costs_the_same_queries_at_any_length(world: Any, django_assert_max_num_queries: Any) -> None:
    other = system(world.province)
    other.get("months")  # takes the share that the token may ask for next
    with django_assert_max_num_queries(9):
        assert len(other.get("projects", month=FEBRUARY).json()["items"]) == 12


def test_too_many_in_a_minute_are_told_how_long_to_wait(world: Any, settings: Any) -> None:
    settings.XUSHI_API_PER_MINUTE = 2
    other = system(world.province)
    assert [other.get("months").status_code for _ in range(3)] == [200, 200, 429]
    refused = other.get("months")
    assert int(refused["Retry-After"]) >= 1
    assert refused.json()["code"] == "too_many"


def test_an_address_that_is_none_answers_in_the_same_shape(world: Any) -> None:
    answer = system(world.province).get("projcts")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
