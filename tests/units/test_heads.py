"""单位负责人：谁定，谁算，单位撤了找谁。"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW, UserFactory, appoint
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.units.actions import appoint as appoint_person
from xushi.units.actions import end_appointment, name_head
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Appointment, Role, Unit, User
from xushi.units.rules import Refused
from xushi.units.selectors import heads_of

pytestmark = pytest.mark.django_db


def test_a_head_is_named_and_released(territory_user: User, security_admin: User, subdistrict: Unit) -> None:
    held = Appointment.objects.get(user=territory_user)
    assert list(heads_of(subdistrict)) == []
    name_head(appointment=held, is_head=True, actor=Actor(by=security_admin), now=NOW)
    assert list(heads_of(subdistrict)) == [territory_user]
    with pytest.raises(Refused, match="已经这样定了"):
        name_head(appointment=held, is_head=True, actor=Actor(by=security_admin), now=NOW)
    name_head(appointment=held, is_head=False, actor=Actor(by=security_admin), now=NOW)
    assert list(heads_of(subdistrict)) == []
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["units.person.head_named", "units.person.head_ended"]


def test_only_the_security_administrator_names_heads(
    territory_user: User, office_user: User, system_admin: User
) -> None:
    held = Appointment.objects.get(user=territory_user)
    for user in (territory_user, office_user, system_admin):
        with pytest.raises(Refused, match="安全管理员"):
            name_head(appointment=held, is_head=True, actor=Actor(by=user), now=NOW)
    assert not Appointment.objects.filter(is_head=True).exists()


def test_administrators_are_no_heads(auditor: User) -> None:
    with pytest.raises(Refused, match="不签发"):
        name_head(appointment=Appointment.objects.get(user=auditor), is_head=True, actor=SYSTEM, now=NOW)


def test_a_head_who_leaves_is_head_no_more(subdistrict: Unit) -> None:
    head = UserFactory(home_unit=subdistrict)
    held = appoint_person(
        user=head, role=Role.TERRITORY, unit=subdistrict, is_head=True, actor=SYSTEM, now=NOW
    )
    assert list(heads_of(subdistrict)) == [head]
    end_appointment(appointment=held, actor=SYSTEM, now=NOW)
    assert list(heads_of(subdistrict)) == []


def test_a_dissolved_units_head_is_the_successors(subdistrict: Unit, other_subdistrict: Unit) -> None:
    head = appoint(UserFactory(), Role.TERRITORY, unit=other_subdistrict)
    Appointment.objects.filter(user=head).update(is_head=True)
    dissolve_unit(unit=subdistrict, successor=other_subdistrict, actor=SYSTEM, now=NOW)
    assert list(heads_of(subdistrict)) == [head]
    User.objects.filter(pk=head.pk).update(is_active=False)
    assert list(heads_of(subdistrict)) == []


def test_the_security_administrator_names_a_head_on_the_page(
    territory_user: User,
    security_admin: User,
    system_admin: User,
    subdistrict: Unit,
    signed_in: Callable[[User], Client],
) -> None:
    held = Appointment.objects.get(user=territory_user)
    address = reverse("units:name_head", args=[held.pk])
    assert signed_in(territory_user).post(address, {"is_head": "1"}).status_code == 403
    assert signed_in(system_admin).post(address, {"is_head": "1"}).status_code == 400
    client = signed_in(security_admin)
    assert client.post(address, {"is_head": "1"}).status_code == 302
    assert list(heads_of(subdistrict)) == [territory_user]
    text = client.get(reverse("units:person", args=[territory_user.pk])).content.decode()
    assert "不再任负责人" in text
    client.post(address, {"is_head": "0"})
    assert list(heads_of(subdistrict)) == []


def test_a_head_may_be_appointed_as_such(
    security_admin: User, subdistrict: Unit, signed_in: Callable[[User], Client]
) -> None:
    person = UserFactory(home_unit=subdistrict)
    data = {"role": Role.TERRITORY, "unit": subdistrict.pk, "is_head": "on"}
    signed_in(security_admin).post(reverse("units:appoint", args=[person.pk]), data)
    assert list(heads_of(subdistrict)) == [person]
