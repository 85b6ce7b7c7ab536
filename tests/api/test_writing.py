"""写：与页面同一套动作；同一个去重号只办一次。"""

from datetime import date
from typing import Any

import pytest

from tests.api.world import account_of, system
from tests.permits.world import build as build_permits
from tests.problems.builders import WORDS
from tests.progress.builders import WAN, given_year
from tests.supervision import world as supervision
from xushi.api import views_access
from xushi.api.models import Handled
from xushi.journal.models import Event
from xushi.problems.models import Problem, ProblemClass
from xushi.progress.models import MonthlyReport
from xushi.supervision.table import State
from xushi.units.models import Role, Unit


@pytest.fixture(autouse=True)
def _fresh() -> None:
    views_access.forget_pace()


@pytest.fixture(autouse=True)
def _september(settings: Any) -> None:
    from tests.factories import NOW

    settings.XUSHI_NOW = NOW


def report(project: int, wan: int = 16_000, **more: Any) -> dict[str, Any]:
    row = {"project": project, "month": "2018-08", "cumulative": wan * WAN, "physical_progress": "主体封顶。"}
    return {"rows": [row | more]}


def test_a_report_is_written_once_however_often_it_is_sent(subdistrict: Unit) -> None:
    project = given_year(subdistrict)
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    first, again = other.post("reports", report(project.pk)), other.post("reports", report(project.pk))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert MonthlyReport.objects.get(pk=first.json()["ids"][0]).cumulative == 16_000 * WAN
    event = Event.objects.get(verb="progress.report.submitted")
    assert (event.channel, event.actor_name) == (Event.Channel.API, "街道系统")


def test_a_key_used_for_another_body_is_refused_and_writes_nothing(subdistrict: Unit) -> None:
    project = given_year(subdistrict)
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    other.post("reports", report(project.pk))
    answer = other.post("reports", report(project.pk, 16_500))
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert MonthlyReport.objects.get(month__exact="2018-08").cumulative == 16_000 * WAN


def test_a_refused_batch_names_every_row_writes_nothing_and_frees_its_key(subdistrict: Unit) -> None:
    project = given_year(subdistrict)
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    answer = other.post("reports", report(project.pk, 10_000))  # less than in July
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert answer.json()["rows"][0]["field"] == "cumulative"
    assert not Handled.objects.exists()
    assert not MonthlyReport.objects.filter(month="2018-08").exists()
    assert other.post("reports", report(project.pk)).status_code == 200


def test_who_does_not_report_for_a_project_is_refused(subdistrict: Unit, other_subdistrict: Unit) -> None:
    project = given_year(subdistrict)
    other = system(account_of("别的街道", Role.TERRITORY, unit=other_subdistrict))
    answer = other.post("reports", report(project.pk))
    assert answer.status_code == 403
    assert project.name not in answer.content.decode()
    assert not MonthlyReport.objects.filter(month="2018-08").exists()


@pytest.mark.parametrize("key", ["", "short", "有汉字的去重号去重号"])
def test_a_write_without_a_key_is_refused(subdistrict: Unit, key: str) -> None:
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    answer = other.post("reports", report(1), key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "key_missing")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"rows": []}', '{"rows": [{"project": 0}]}', '{"x": 1}']
)
def test_a_body_that_is_none_is_told_what_is_wrong(subdistrict: Unit, body: str) -> None:
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    answer = other.post("reports", body)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("unreadable", "wrong_shape")
    assert answer.json()["sentence"]


def test_a_problem_is_reported_as_from_the_page(subdistrict: Unit) -> None:
    project = given_year(subdistrict)
    kind = ProblemClass.objects.order_by("pk").first() or ProblemClass.objects.create(name="拆迁", place=1)
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    body = {"rows": [{"project": project.pk, "problem_class": kind.pk, "words": WORDS}]}
    answer = other.post("problems", body)
    assert answer.status_code == 200
    assert Problem.objects.get(pk=answer.json()["ids"][0]).reported_unit == subdistrict
    assert [one["words"] for one in other.get("problems").json()["items"]] == [WORDS]


def test_an_order_is_acknowledged_and_replied_to_by_its_unit_alone(db: None) -> None:
    world = supervision.build()
    order = world.order()
    land = system(account_of("国土系统", Role.DEPARTMENT, unit=world.land))
    plan = system(account_of("规划系统", Role.DEPARTMENT, unit=world.planning))
    assert plan.post(f"orders/{order.pk}/acknowledge", {}).status_code == 404
    assert land.post(f"orders/{order.pk}/acknowledge", {}).status_code == 200
    order.refresh_from_db()
    assert order.state == State.WORKING
    twice = land.post(f"orders/{order.pk}/acknowledge", {}, key="another-key")
    assert (twice.status_code, twice.json()["code"]) == (409, "not_now")
    body = {"words": "4户已腾地，9月11日交地。"}
    assert land.post(f"orders/{order.pk}/reply", body, key="reply-key-1").status_code == 200
    order.refresh_from_db()
    assert order.state in (State.SIGNING, State.REPLIED)


def test_a_permit_step_is_pushed_by_who_decides_it(district: Unit, subdistrict: Unit, settings: Any) -> None:
    world = build_permits(district, subdistrict)
    hall = system(account_of("审批系统", Role.DEPARTMENT, unit=world.tracks.departments["other"]))
    row = {"project": world.project.pk, "code": "filing", "state": "approved"}
    row |= {"submitted_on": "2018-06-05", "accepted_on": "2018-06-06", "decided_on": "2018-06-08"}
    answer = hall.post("permit-steps", {"rows": [row]})
    assert (answer.status_code, answer.json()["ids"]) == (200, [world.step("filing").pk])
    step = world.step("filing")
    assert (step.state, step.decided_on) == ("approved", date(2018, 6, 8))
    assert Event.objects.filter(verb="permits.step.reported", channel=Event.Channel.API).count() == 1
    again = hall.post("permit-steps", {"rows": [row]}, key="another-key")
    assert (again.status_code, again.json()["ids"]) == (200, [])


def test_who_does_not_decide_a_step_pushes_none(district: Unit, subdistrict: Unit) -> None:
    world = build_permits(district, subdistrict)
    land = system(account_of("国土系统", Role.DEPARTMENT, unit=world.tracks.departments["land"]))
    row = {"project": world.project.pk, "code": "filing", "state": "submitted", "submitted_on": "2018-06-05"}
    answer = land.post("permit-steps", {"rows": [row]})
    assert answer.status_code in (403, 422)
    assert world.step("filing").state == "planned"
