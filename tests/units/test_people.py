"""三员分立；调动即刻失权，历史留旧名；单位增减改名。"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import NOW, PASSWORD, UnitFactory, UserFactory
from tests.progress.builders import add_project
from xushi.journal.actions import SYSTEM, Actor, record
from xushi.journal.models import Event
from xushi.registry.models import Project
from xushi.units import actions, actions_tree
from xushi.units.models import Appointment, Role, Unit, User
from xushi.units.policy import scoped, sees_everything
from xushi.units.rules import Refused

SignIn = Callable[[User], Client]
THREE = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def visible_units(user: User) -> set[str]:
    """Units whose projects this person sees."""
    if sees_everything(fresh(user)):
        return {"all"}
    with transaction.atomic():
        for unit in Unit.objects.all():
            add_project(unit, unit.name)
        seen = set(Project.objects.filter(scoped(fresh(user))).values_list("territory__name", flat=True))
        transaction.set_rollback(True)
    return seen


@pytest.mark.parametrize("held", THREE)
@pytest.mark.parametrize("wanted", [*THREE, Role.OFFICE, Role.LEADER, Role.TERRITORY])
def test_an_administrator_is_nothing_else(district: Unit, held: Role, wanted: Role) -> None:
    user = UserFactory(role=held, unit=district)
    other = UnitFactory(parent=district)
    if held == wanted:
        actions.appoint(user=user, role=wanted, unit=other, actor=SYSTEM, now=NOW)
        return
    with pytest.raises(Refused, match="三员分立"):
        actions.appoint(user=user, role=wanted, unit=other, actor=SYSTEM, now=NOW)
    with pytest.raises(Refused, match=f"现任{wanted.label}，不能再任{held.label}"):
        actions.appoint(
            user=UserFactory(role=wanted, unit=district), role=held, unit=other, actor=SYSTEM, now=NOW
        )


def test_several_business_roles_go_together(office_user: User, district: Unit) -> None:
    actions.appoint(user=office_user, role=Role.STATISTICS, unit=district, actor=SYSTEM, now=NOW)
    assert fresh(office_user).roles == {Role.OFFICE, Role.STATISTICS}


def test_only_the_right_administrator_acts(
    system_admin: User, security_admin: User, office_user: User, district: Unit
) -> None:
    with pytest.raises(Refused, match="安全管理员"):
        actions.appoint(
            user=office_user, role=Role.STATISTICS, unit=district, actor=Actor(by=system_admin), now=NOW
        )
    for wrong in (security_admin, office_user):
        with pytest.raises(Refused, match="系统管理员"):
            actions.open_account(username="x", name="某人", actor=Actor(by=wrong), now=NOW)
        with pytest.raises(Refused, match="系统管理员"):
            actions_tree.create_unit(
                name="新局", kind=Unit.Kind.DEPARTMENT, parent=district, actor=Actor(by=wrong), now=NOW
            )


def test_moved_person_loses_rights_at_once_and_history_keeps_the_old_name(
    territory_user: User, subdistrict: Unit, other_subdistrict: Unit, system_admin: User, security_admin: User
) -> None:
    from django.db import transaction

    with transaction.atomic():
        record("test.done", actor=Actor(by=territory_user), now=NOW, summary="报了一次", subject=subdistrict)
    assert visible_units(territory_user) == {"江浦街道"}

    ended = actions.move_person(
        user=territory_user, unit=other_subdistrict, actor=Actor(by=system_admin), now=NOW + timedelta(days=1)
    )
    assert visible_units(territory_user) == set()
    assert fresh(territory_user).roles == set()
    assert fresh(territory_user).unit == other_subdistrict

    actions.appoint(user=territory_user, role=Role.TERRITORY, actor=Actor(by=security_admin), now=NOW)
    assert visible_units(territory_user) == {"桥林街道"}

    actions_tree.rename_unit(unit=subdistrict, name="江浦新街道", actor=Actor(by=system_admin), now=NOW)
    assert [held.unit_name for held in ended] == ["江浦街道"]
    assert Appointment.objects.exclude(ended_at=None).get().unit_name == "江浦街道"
    assert Event.objects.get(verb="test.done").actor_unit == "江浦街道"
    moved = Event.objects.get(verb="units.person.moved")
    assert moved.changes["所在单位"] == ["江浦街道", "桥林街道"]
    assert moved.actor_name == "系统管理员"


def test_a_session_under_way_loses_the_right_with_the_next_request(
    other_subdistrict: Unit, auditor: User, signed_in: SignIn
) -> None:
    client = signed_in(auditor)
    assert client.get("/journal/").status_code == 200
    actions.move_person(user=auditor, unit=other_subdistrict, actor=SYSTEM, now=NOW)
    assert client.get("/journal/").status_code == 403


def test_ended_appointment_cannot_end_twice(security_admin: User, office_user: User) -> None:
    held = office_user.appointments.get()
    actions.end_appointment(appointment=held, actor=Actor(by=security_admin), now=NOW)
    assert not sees_everything(fresh(office_user))
    with pytest.raises(Refused, match="已经终止"):
        actions.end_appointment(
            appointment=Appointment.objects.get(pk=held.pk), actor=Actor(by=security_admin), now=NOW
        )


def test_the_last_administrator_stays(system_admin: User, security_admin: User, district: Unit) -> None:
    with pytest.raises(Refused, match="最后一名系统管理员"):
        actions.set_account_active(
            user=system_admin, active=False, reason="离岗", actor=Actor(by=system_admin), now=NOW
        )
    with pytest.raises(Refused, match="最后一名安全管理员"):
        actions.end_appointment(
            appointment=security_admin.appointments.get(), actor=Actor(by=security_admin), now=NOW
        )


def test_dissolved_unit_passes_its_projects_on(
    territory_user: User, stranger: User, subdistrict: Unit, other_subdistrict: Unit
) -> None:
    actions_tree.dissolve_unit(unit=subdistrict, successor=other_subdistrict, actor=SYSTEM, now=NOW)
    assert visible_units(territory_user) == set()
    assert visible_units(stranger) == {"江浦街道", "桥林街道"}
    subdistrict.refresh_from_db()
    assert str(subdistrict.dissolved_on) == "2018-09-12"
    with pytest.raises(Refused, match="已撤销"):
        actions.appoint(user=stranger, role=Role.TERRITORY, unit=subdistrict, actor=SYSTEM, now=NOW)


def test_succession_of_succession_stays_one_step(district: Unit) -> None:
    first, second, third = (UnitFactory(parent=district, name=name) for name in ("甲", "乙", "丙"))
    actions_tree.dissolve_unit(unit=first, successor=second, actor=SYSTEM, now=NOW)
    actions_tree.dissolve_unit(unit=second, successor=third, actor=SYSTEM, now=NOW)
    first.refresh_from_db()
    assert first.successor == third


@pytest.mark.parametrize("case", ["root", "child", "twice", "standing child"])
def test_what_cannot_be_dissolved(district: Unit, case: str) -> None:
    unit, other = UnitFactory(parent=district), UnitFactory(parent=district)
    child = UnitFactory(parent=unit)
    target, successor = {
        "root": (district, other), "child": (unit, child), "twice": (child, other), "standing child": (unit, other)
    }[case]  # fmt: skip
    if case == "twice":
        actions_tree.dissolve_unit(unit=target, successor=successor, actor=SYSTEM, now=NOW)
    with pytest.raises(Refused):
        actions_tree.dissolve_unit(unit=target, successor=successor, actor=SYSTEM, now=NOW)


def test_paths_follow_the_tree(district: Unit) -> None:
    made = [
        actions_tree.create_unit(
            name=name, kind=Unit.Kind.DEPARTMENT, parent=district, actor=SYSTEM, now=NOW
        ) for name in ("甲局", "乙局")
    ]  # fmt: skip
    below = actions_tree.create_unit(
        name="科", kind=Unit.Kind.DEPARTMENT, parent=made[1], actor=SYSTEM, now=NOW
    )
    assert [unit.path for unit in (district, *made, below)] == [
        "0001.", "0001.0001.", "0001.0002.", "0001.0002.0001."
    ]  # fmt: skip
    with pytest.raises(Refused, match="已有"):
        actions_tree.create_unit(
            name="甲局　", kind=Unit.Kind.DEPARTMENT, parent=district, actor=SYSTEM, now=NOW
        )


def test_account_pages_by_person(
    system_admin: User,
    security_admin: User,
    auditor: User,
    leader_user: User,
    stranger: User,
    signed_in: SignIn,
) -> None:
    for user, people, journal in [
        (system_admin, 200, 403), (security_admin, 200, 403), (auditor, 403, 200),
        (leader_user, 403, 403), (stranger, 403, 403),
    ]:  # fmt: skip
        client = signed_in(user)
        assert client.get("/people/").status_code == people, user.name
        assert client.get("/people/units/").status_code == people, user.name
        assert client.get(f"/people/{stranger.pk}").status_code == people, user.name
        assert client.get("/journal/").status_code == journal, user.name
        assert client.get("/me").status_code == 200


def test_administrators_home_is_their_own_room(
    system_admin: User, security_admin: User, auditor: User, signed_in: SignIn
) -> None:
    assert signed_in(system_admin).get("/")["Location"] == "/people/"
    assert signed_in(security_admin).get("/")["Location"] == "/people/"
    assert signed_in(auditor).get("/")["Location"] == "/journal/"


def test_opening_moving_and_granting_through_the_pages(
    system_admin: User, security_admin: User, subdistrict: Unit, other_subdistrict: Unit, signed_in: SignIn
) -> None:
    system, security = signed_in(system_admin), signed_in(security_admin)
    typed = {"username": "ｐｋ-9001", "name": "新人", "unit": subdistrict.pk, "password": PASSWORD}
    assert system.post("/people/new", {**typed, "password": "short"}).status_code == 400
    assert system.post("/people/new", typed).status_code == 302
    user = User.objects.get(username="pk-9001")
    assert user.must_change_password and user.unit == subdistrict

    again = system.post("/people/new", typed)
    assert again.status_code == 400 and "已有人用" in again.content.decode()

    grant = {"role": Role.TERRITORY, "unit": subdistrict.pk, "scope": ""}
    refused = system.post(f"/people/{user.pk}/appoint", grant)
    assert refused.status_code == 400 and "安全管理员" in refused.content.decode()
    assert security.post(f"/people/{user.pk}/appoint", grant).status_code == 302
    assert fresh(user).roles == {Role.TERRITORY}

    clash = security.post(f"/people/{user.pk}/appoint", {**grant, "role": Role.AUDITOR})
    assert clash.status_code == 400 and "三员分立" in clash.content.decode()

    assert system.post(f"/people/{user.pk}/move", {"unit": other_subdistrict.pk}).status_code == 302
    assert fresh(user).roles == set() and fresh(user).unit == other_subdistrict
    assert Event.objects.filter(subject_kind="units.user", subject_id=user.pk).count() == 3


def test_people_list_stays_at_a_fixed_number_of_queries(
    system_admin: User, district: Unit, signed_in: SignIn, django_assert_max_num_queries: Callable
) -> None:
    for _ in range(30):
        UserFactory(role=Role.TERRITORY, unit=district)
    client = signed_in(system_admin)
    client.get("/people/")
    with django_assert_max_num_queries(10):
        client.get("/people/")


def test_words_of_any_length_are_looked_for_among_people(system_admin: User, signed_in: SignIn) -> None:
    assert signed_in(system_admin).get("/people/", {"q": "字" * 30_000}).status_code == 200
