"""一棵树两个区：各页上点得到名的，是本区的人和上级的领导；只有一个区的，和以前一样。"""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.inspections.builders import add_visit, finding, found, record
from tests.problems.builders import kind
from tests.signings.builders import summit
from tests.units.test_districts import city as tree
from xushi.config import clock
from xushi.core.months import Month
from xushi.duties.actions_leave import delegate
from xushi.duties.policy import possible_delegates
from xushi.duties.reach import EVERYWHERE, reach_of
from xushi.inspections import arranging, rectifying
from xushi.inspections.arranging import TeamInput, VisitInput
from xushi.inspections.selectors import mending_units
from xushi.inspections.selectors_plan import lookers
from xushi.journal.actions import SYSTEM, Actor
from xushi.problems import actions_office
from xushi.problems.reporting import report_problems
from xushi.problems.rules import Assignment, ProblemInput
from xushi.registry.checking import Refused
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User
from xushi.units.rules import Refused as LeaveRefused

__all__ = ["tree"]
pytestmark = pytest.mark.django_db
TODAY = date(2018, 9, 12)


@pytest.fixture
def city(tree, monkeypatch):
    """The offices, a leader each, two inspectors, a person of either street, by name."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    made = tree | {"市办": tree["office"]}
    made["市长"] = appoint(UserFactory(name="市长"), Role.LEADER, unit=tree["root"])
    for name in "甲乙":
        place = tree[name]
        made[f"{name}办"] = place["office"]
        made[f"{name}二"] = appoint(
            UserFactory(name=f"{name}二"), Role.OFFICE, unit=place["own"], scope=place["unit"]
        )
        made[f"{name}长"] = appoint(UserFactory(name=f"{name}长"), Role.LEADER, unit=place["unit"])
        made[f"{name}街"] = appoint(UserFactory(name=f"{name}街"), Role.TERRITORY, unit=place["street"])
        room = UnitFactory(name=f"{name}督查室", parent=place["unit"])
        made[f"{name}督"] = appoint(
            UserFactory(name=f"{name}督"), Role.INSPECTOR, unit=room, scope=place["unit"]
        )
    return made


def names(people):
    return {one.name for one in people}


def one_district():
    """There is no other district any more: what was 乙区 is a street of the city."""
    Unit.objects.filter(name="乙区").update(kind=Unit.Kind.SUBDISTRICT)


def test_how_far_a_person_reaches(city):
    first, second = city["甲"]["street"], city["乙"]["street"]
    above = city["市办"].unit
    for name, seen in (("甲办", [True, False, True]), ("甲街", [True, False, True]), ("市办", [True] * 3)):
        near = reach_of(city[name])
        assert [near.holds(one) for one in (first, second, above)] == seen, name
        units = Unit.objects.filter(near.units())
        assert [one in units for one in (first, second, above)] == seen, name
    near = reach_of(city["甲办"])
    assert set(Unit.objects.filter(near.own())) == set(Unit.objects.under(city["甲"]["unit"].path))
    assert near.also(second.path).holds(second)
    assert reach_of(None) == reach_of(UserFactory()) == EVERYWHERE
    both = appoint(city["甲街"], Role.OFFICE, unit=city["乙"]["own"], scope=city["乙"]["unit"])
    assert reach_of(both).holds(second) and not reach_of(both, Role.OFFICE).holds(first)


def test_leave_is_left_to_the_office_of_the_own_district(city):
    for name, offered in (
        ("甲办", {"甲二"}),
        ("甲长", {"甲办", "甲二"}),
        ("市办", {"甲办", "甲二", "乙办", "乙二"}),
    ):
        assert names(possible_delegates(city[name])) == offered, name
    days = {"first": TODAY, "last": TODAY, "reason": "", "actor": Actor(by=city["甲办"]), "now": NOW}
    with pytest.raises(LeaveRefused, match="不能委托给乙办"):
        delegate(user=city["甲办"], to=city["乙办"], **days)
    one_district()
    assert names(possible_delegates(city["甲办"])) == {"甲二", "乙办", "乙二", "市办"}


def offered(page, name="leader"):
    return {str(one) for one in page.context["form"].fields[name].queryset}


def test_a_project_is_led_by_a_leader_of_the_district_or_above(city, signed_in):
    client, new = signed_in(city["甲办"]), reverse("registry:new")
    assert offered(client.get(new)) == {"甲长", "市长"}
    project = city["甲"]["project"]
    Project.objects.filter(pk=project.pk).update(leader=city["乙长"])
    assert offered(client.get(reverse("registry:edit", args=[project.pk]))) == {"甲长", "市长", "乙长"}
    assert offered(signed_in(city["市办"]).get(new)) == {"甲长", "乙长", "市长"}
    one_district()
    assert offered(client.get(new)) == {"甲长", "乙长", "市长"}


def test_a_problem_is_raised_to_a_leader_of_the_district_or_above(city, signed_in):
    project = city["甲"]["project"]
    row = ProblemInput(project.pk, kind("energy").pk, "道口要改，铁路那边没有答复，请区里协调")
    [problem] = report_problems([row], actor=SYSTEM, now=NOW)
    client, page = signed_in(city["甲办"]), reverse("problems:problem", args=[problem.pk])
    for address in (reverse("problems:desk"), page):
        assert names(client.get(address).context["leaders"]) == {"甲长", "市长"}
    wanted = ({problem.pk: None}, city["乙长"], "请定口径")
    with pytest.raises(Refused, match="乙长不是您这里的领导"):
        actions_office.raise_to_leader(*wanted, actor=Actor(by=city["甲办"]), now=NOW)
    Project.objects.filter(pk=project.pk).update(leader=city["乙长"])  # who leads the project is asked
    assert names(client.get(page).context["leaders"]) == {"甲长", "市长", "乙长"}
    assert actions_office.raise_to_leader(*wanted, actor=Actor(by=city["甲办"]), now=NOW) == [problem]
    one_district()
    assert names(client.get(reverse("problems:desk")).context["leaders"]) == {"甲长", "乙长", "市长"}


def test_a_problem_is_given_to_units_of_the_district_or_above(city, signed_in):
    row = ProblemInput(city["甲"]["project"].pk, kind("energy").pk, "道口要改，铁路那边没有答复，请区里协调")
    [problem] = report_problems([row], actor=SYSTEM, now=NOW)
    mine, theirs = city["甲"]["street"], city["乙"]["street"]
    client = signed_in(city["甲办"])
    for page in (reverse("problems:desk"), reverse("problems:problem", args=[problem.pk])):
        offered = {unit.pk for unit in client.get(page).context["units"]}
        assert mine.pk in offered and theirs.pk not in offered
    how = {"actor": Actor(by=city["甲办"]), "now": NOW}
    due = date(2018, 9, 20)
    for wanted, field in (
        (Assignment(theirs.pk, due), "lead"),
        (Assignment(mine.pk, due, "", (theirs.pk,)), "co_units"),
    ):
        with pytest.raises(Refused, match="不在您管的区里") as refused:
            actions_office.assign({problem.pk: None}, wanted, **how)
        assert [one.field for one in refused.value.problems] == [field]
    actions_office.assign(
        {problem.pk: None}, Assignment(theirs.pk, due), actor=Actor(by=city["市办"]), now=NOW
    )
    kept = actions_office.assign({problem.pk: None}, Assignment(theirs.pk, date(2018, 9, 25)), **how)
    assert [one.lead for one in kept] == [theirs]  # whom the city gave it to stays


def test_what_was_found_is_mended_by_units_of_the_district_or_above(city):
    visit = add_visit(city["甲"]["project"])
    mine, theirs = city["甲"]["street"], city["乙"]["street"]
    assert theirs not in mending_units(city["甲督"]) and mine in mending_units(city["甲督"])
    assert theirs in mending_units(city["甲督"], theirs.pk)
    with pytest.raises(Refused, match="不在您管的区里"):
        record(visit, city["甲督"], finding(unit=theirs.pk))
    held = found(visit, city["甲督"], unit=mine.pk)
    with pytest.raises(Refused, match="不在您管的区里"):
        rectifying.hand_to({held.pk: None}, theirs, "请他们改", actor=Actor(by=city["甲办"]), now=NOW)


def test_who_goes_to_look_is_of_the_own_district(city, signed_in):
    people = signed_in(city["甲办"]).get(reverse("inspections:plan")).context["people"]
    assert names(people) == {"甲办", "甲二", "甲督"}
    assert names(lookers(city["市办"])) > names(people) | {"乙办", "乙督"}
    visits = [VisitInput(city["甲"]["project"].pk)]
    plan = {"month": Month(2018, 9), "visits": visits, "first_day": TODAY, "seed": "x", "now": NOW}
    with pytest.raises(Refused, match="乙督不是您这里的人"):
        teams = [TeamInput(city["甲督"].pk, (city["乙督"].pk,))]
        arranging.plan_round(teams=teams, actor=Actor(by=city["甲办"]), **plan)
    held = arranging.plan_round(teams=[TeamInput(city["甲督"].pk)], actor=Actor(by=city["甲办"]), **plan)
    held.teams.get().members.add(city["乙督"])  # lent by those above
    again = {"first_day": TODAY, "actor": Actor(by=city["甲办"]), "now": NOW}
    assert arranging.set_teams(held.pk, teams, **again) == held  # who is in already stays
    one_district()
    assert names(lookers(city["甲办"])) == {"甲办", "甲二", "甲督", "乙办", "乙二", "乙督", "市办"}


def test_a_signing_names_people_of_the_own_district(city, signed_in):
    client, new = signed_in(city["甲街"]), reverse("signings:new")

    def named(field, page):
        return {label for key, label in page.context["form"].fields[field].choices if key}

    assert named("leader", client.get(new)) == {"甲长（甲区）", "市长（某市）"}
    typed = {"event": summit().pk, "responsible_unit": city["乙"]["street"].pk}
    assert named("follower", client.post(new, typed)) == {"甲街（甲街道）"}
    one_district()
    assert named("leader", client.get(new)) == {"甲长（甲区）", "乙长（乙区）", "市长（某市）"}
    assert User.objects.filter(name="乙街").exists()
