"""排督查：一次一个号，路线分给各组，没去要写缘由，被看的人事先不知道。"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW, UserFactory, appoint
from tests.inspections.builders import SEPTEMBER, a_visit, add_round, add_team, record
from tests.progress.builders import add_plan, add_project
from xushi.core.clock import local_day
from xushi.inspections import arranging, selectors_plan
from xushi.inspections.arranging import TeamInput, VisitInput
from xushi.inspections.models import Round, Visit
from xushi.inspections.selectors_phone import pack
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
DAY = date(2018, 9, 12)


def plan(by: User, teams: list[User], *projects: Any, month: Any = SEPTEMBER) -> Round:
    return arranging.plan_round(
        month=month, teams=[TeamInput(user.pk) for user in teams], first_day=DAY, seed="x",
        visits=[VisitInput(project.pk) for project in projects], actor=Actor(by=by), now=NOW,
    )  # fmt: skip


def test_a_round_is_numbered_and_its_route_shared_out(
    subdistrict: Unit, other_subdistrict: Unit, office_user: User, inspector_user: User
) -> None:
    here = [add_project(subdistrict, f"甲{n}", longitude="118.60", latitude=f"32.1{n}") for n in range(3)]
    there = [
        add_project(other_subdistrict, f"乙{n}", longitude="118.40", latitude=f"32.0{n}") for n in range(2)
    ]
    held = plan(office_user, [inspector_user, office_user], *there, *here)
    assert (held.serial, str(held)) == (1, "第1次联合督查")
    routes = {team.name: [v.project.name for v in team.visits.order_by("order")] for team in held.teams.all()}
    assert routes == {"一组": ["甲2", "甲1", "甲0"], "二组": ["乙1", "乙0"]}
    assert plan(office_user, [inspector_user], add_project(subdistrict, "丙")).serial == 2
    with pytest.raises(PermissionDenied, match="由区重大办来排"):
        plan(inspector_user, [inspector_user], here[0])
    with pytest.raises(Refused, match="排了两遍"):
        plan(office_user, [inspector_user], here[0], here[0])


def test_the_plan_is_not_told_to_who_is_looked_at(
    subdistrict: Unit, territory_user: User, leader_user: User, inspector_user: User, stranger: User
) -> None:
    visit = a_visit(subdistrict)
    assert not Visit.objects.visible_to(territory_user).exists()
    assert Visit.objects.visible_to(leader_user).exists()
    record(visit, inspector_user)
    assert Visit.objects.visible_to(territory_user).exists()
    assert not Visit.objects.visible_to(stranger).exists()


def test_skipped_with_a_reason_and_the_phone_later_conflicts(
    subdistrict: Unit, office_user: User, inspector_user: User
) -> None:
    visit, office = a_visit(subdistrict), Actor(by=office_user)
    with pytest.raises(Refused, match="写一句为什么没去"):
        arranging.skip_visit(visit.pk, " ", version=1, actor=office, now=NOW)
    arranging.skip_visit(visit.pk, "停工待检", version=1, actor=office, now=NOW)
    with pytest.raises(Conflict):
        arranging.skip_visit(visit.pk, "再记一次", version=1, actor=office, now=NOW)
    sent = record(visit, inspector_user, base_version=1)
    assert sent.conflict
    assert "停工待检" in sent.others["words"]


def test_the_office_of_another_district_neither_moves_nor_skips_it(
    subdistrict: Unit, office_user: User, signed_in: Any
) -> None:
    visit = a_visit(subdistrict)
    root = subdistrict.parent
    other = Unit.objects.create(name="外区", kind=Unit.Kind.DISTRICT, parent=root, path=f"{root.path}0009.")
    office = appoint(UserFactory(name="外办"), Role.OFFICE, unit=other)
    page = signed_in(office).post(
        reverse("inspections:change", args=[visit.pk]),
        {"day": "2018-09-19", "time": "9:00", "order": "7", "version": "1"},
    )
    assert page.status_code == 404
    how: dict[str, Any] = {"version": 1, "actor": Actor(by=office), "now": NOW}
    with pytest.raises(Refused, match="不在了"):
        arranging.change_visit(visit.pk, team=None, kind="start", order=7, planned_at=NOW, **how)
    with pytest.raises(Refused, match="不在了"):
        arranging.skip_visit(visit.pk, "停工待检", **how)
    before = (visit.version, visit.order, visit.state)
    visit.refresh_from_db()
    assert (visit.version, visit.order, visit.state) == before


def test_moving_it_in_the_route_makes_no_conflict_but_another_kind_does(
    subdistrict: Unit, office_user: User, inspector_user: User
) -> None:
    held = add_round()
    team, visit = add_team(held, inspector_user), a_visit(subdistrict, held=held)
    how: dict[str, Any] = {"planned_at": NOW, "actor": Actor(by=office_user), "now": NOW, "order": 3}
    arranging.change_visit(visit.pk, team=team, kind="progress", version=1, **how)
    visit.refresh_from_db()
    assert (visit.version, visit.team, visit.order) == (1, team, 3)
    arranging.change_visit(visit.pk, team=team, kind="start", version=1, **how)
    assert record(visit, inspector_user, base_version=1).conflict


def test_a_round_begins_and_ends_with_what_is_left_said(
    subdistrict: Unit, office_user: User, inspector_user: User
) -> None:
    one, two = add_project(subdistrict, "甲"), add_project(subdistrict, "乙")
    held = plan(office_user, [inspector_user], one, two)
    office = Actor(by=office_user)
    arranging.start_round(held.pk, actor=office, now=NOW)
    record(Visit.objects.get(project=one), inspector_user)
    with pytest.raises(Refused, match="还有1个点没看"):
        arranging.end_round(held.pk, actor=office, now=NOW)
    arranging.end_round(held.pk, "暴雨", actor=office, now=NOW)
    held.refresh_from_db()
    assert (held.state, Visit.objects.get(project=two).skip_reason) == ("ended", "暴雨")
    with pytest.raises(Refused, match="已经结束"):
        arranging.add_visits(held, [VisitInput(two.pk)], actor=office, now=NOW)


def test_a_project_is_added_once_and_put_into_next_month(subdistrict: Unit, office_user: User) -> None:
    held, office = add_round(), Actor(by=office_user)
    project = add_project(subdistrict, "甲")
    arranging.add_visits(held, [VisitInput(project.pk)], actor=office, now=NOW)
    with pytest.raises(Refused, match="已经在第9次联合督查里了"):
        arranging.add_visits(held, [VisitInput(project.pk)], actor=office, now=NOW)
    after, made = arranging.put_into_next([VisitInput(project.pk)], month=SEPTEMBER, actor=office, now=NOW)
    assert (after.serial, str(after.month), len(made)) == (10, "2018-10", 1)
    again, _ = arranging.put_into_next(
        [VisitInput(add_project(subdistrict, "乙").pk)], month=SEPTEMBER, actor=office, now=NOW
    )
    assert again == after


def test_what_can_be_looked_at(subdistrict: Unit, office_user: User, inspector_user: User) -> None:
    slow = add_project(subdistrict, "在建", started_on=date(2017, 5, 1))
    add_plan(slow, 8_000)
    add_project(subdistrict, "早竣工", started_on=date(2016, 1, 1), completed_on=date(2018, 2, 1))
    lately = add_project(subdistrict, "刚竣工", started_on=date(2016, 1, 1), completed_on=date(2018, 8, 20))
    seen = a_visit(subdistrict, "看过的")
    record(seen, inspector_user, now=NOW - timedelta(days=71))
    seen.round.state = "ended"
    waiting = a_visit(subdistrict, "排着的")
    rows = {one.name: one for one in selectors_plan.candidates(office_user, SEPTEMBER, NOW)}
    assert set(rows) == {"在建", "刚竣工", "看过的"}
    assert rows["看过的"].unseen_days == 71
    assert rows["在建"].plan == 8_000 * 10_000
    assert rows["刚竣工"].completed_on == lately.completed_on
    assert waiting.project.name not in rows
    with CaptureQueriesContext(connection) as few:
        selectors_plan.candidates(office_user, SEPTEMBER, NOW)
    for n in range(10):
        add_project(subdistrict, f"又{n}")
    with CaptureQueriesContext(connection) as many:
        selectors_plan.candidates(office_user, SEPTEMBER, NOW)
    assert len(many) == len(few)


def test_the_phone_takes_its_teams_day_along(
    subdistrict: Unit, office_user: User, inspector_user: User, department_user: User
) -> None:
    held = add_round()
    mine = a_visit(subdistrict, "一期", held=held, team=add_team(held, inspector_user), kind="start")
    a_visit(subdistrict, "二期", held=held, team=add_team(held, office_user, "二组"))
    told = pack(inspector_user, local_day(NOW))
    assert [one["key"] for one in told["visits"]] == [str(mine.key)]
    assert told["visits"][0]["project"]["unit"]["name"] == "江浦街道"
    assert [item["name"] for item in told["checklists"]["start"]["items"]][:2] == [
        "开工条件具备",
        "施工许可公示",
    ]
    assert told["days"][0] == {"label": "7天", "date": "2018-09-19", "shown": "9月19日", "usual": True}
    assert pack(department_user, local_day(NOW))["visits"] == []
    record(mine, inspector_user)
    assert [one["state"] for one in pack(inspector_user, local_day(NOW))["visits"]] == ["done"]
    assert pack(inspector_user, local_day(NOW) + timedelta(days=1))["visits"] == []
