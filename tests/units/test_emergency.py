"""应急授权：有事由、有期限、不给自己；到时自己收回；三员、区领导、区重大办、本人都听得到。"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests.factories import NOW
from xushi.config import clock
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.notices.models import Notice
from xushi.notices.writing import write_notices
from xushi.units import actions_emergency, policy
from xushi.units.models import Appointment, Emergency, Role, Unit, User
from xushi.units.rules import Refused

SignIn = Callable[[User], Client]
REASON = "防汛抢险，值班员都在现场"


def given_to(user: User, district: Unit, by: User | None = None, hours: int = 4, **more: object) -> Emergency:
    said = {"role": Role.OFFICE, "scope": district, "reason": REASON, "now": NOW} | more
    return actions_emergency.grant_emergency(
        user=user, hours=hours, actor=Actor(by=by) if by else SYSTEM, **said
    )


def test_rights_come_and_go_by_the_hour(territory_user: User, district: Unit, security_admin: User) -> None:
    given = given_to(territory_user, district, security_admin)
    assert given.until == NOW + timedelta(hours=4)
    assert policy.sees_everything(User.objects.get(pk=territory_user.pk))
    assert actions_emergency.end_due(now=NOW + timedelta(hours=4) - timedelta(seconds=1)) == 0
    assert actions_emergency.end_due(now=NOW + timedelta(hours=5)) == 1
    assert actions_emergency.end_due(now=NOW + timedelta(hours=5)) == 0
    person = User.objects.get(pk=territory_user.pk)
    assert person.roles == {Role.TERRITORY} and not policy.sees_everything(person)
    assert Appointment.objects.get(pk=given.appointment_id).ended_at == given.until
    assert Event.objects.filter(verb="units.emergency.ended").count() == 1


@pytest.mark.parametrize(("change", "why"), [
    ({"reason": "急"}, "写明为什么"), ({"hours": 25}, "最长24小时"), ({"hours": 0}, "最短1小时"),
    ({"role": Role.AUDITOR}, "三员不作应急授权"),
])  # fmt: skip
def test_what_is_not_granted(
    change: dict[str, object], why: str, territory_user: User, district: Unit, security_admin: User
) -> None:
    with pytest.raises(Refused, match=why):
        given_to(territory_user, district, security_admin, **change)  # type: ignore[arg-type]
    assert not Emergency.objects.exists()


def test_nobody_but_the_security_administrator_and_never_to_oneself(
    territory_user: User, system_admin: User, security_admin: User, leader_user: User, district: Unit
) -> None:
    for wrong in (system_admin, leader_user):
        with pytest.raises(Refused, match="安全管理员"):
            given_to(territory_user, district, wrong)
    with pytest.raises(Refused, match="不能给自己"):
        given_to(security_admin, district, security_admin)
    with pytest.raises(Refused, match="三员分立"):
        given_to(system_admin, district, security_admin)


def test_everybody_hears_of_it(
    territory_user: User, district: Unit, security_admin: User, leader_user: User, office_user: User
) -> None:
    given_to(territory_user, district, security_admin)
    event = Event.objects.get(verb="units.emergency.granted")
    write_notices(event)
    readers = set(Notice.objects.filter(event=event, by_name=True).values_list("reader", flat=True))
    assert readers == {territory_user.pk, leader_user.pk, office_user.pk}
    assert all(REASON in words for words in Notice.objects.values_list("words", flat=True))


def test_the_three_administrators_see_it_on_every_page_while_it_lasts(
    territory_user: User, district: Unit, security_admin: User, system_admin: User, auditor: User,
    office_user: User, signed_in: SignIn,
) -> None:  # fmt: skip
    given = given_to(territory_user, district, security_admin, now=clock.now())
    pages = [(security_admin, "/people/"), (system_admin, "/people/units/"), (auditor, "/journal/")]
    for user, way in pages:
        assert "应急授权在用：" in signed_in(user).get(way).content.decode()
    assert "应急授权在用：" not in signed_in(office_user).get("/me").content.decode()
    actions_emergency.end_due(now=given.until)
    assert "应急授权在用：" not in signed_in(auditor).get("/journal/").content.decode()


def test_the_right_is_gone_with_the_next_page(
    territory_user: User, district: Unit, security_admin: User, signed_in: SignIn
) -> None:
    given_to(territory_user, district, security_admin, now=clock.now() - timedelta(hours=5))
    client = signed_in(territory_user)
    assert client.get("/alerts/thresholds/").status_code == 403
    assert Appointment.objects.filter(user=territory_user, ended_at=None).count() == 1


def test_granted_on_the_page(
    territory_user: User, district: Unit, security_admin: User, system_admin: User, signed_in: SignIn
) -> None:
    way = f"/people/{territory_user.pk}/emergency"
    said = {"role": "office", "scope": district.pk, "hours": "4", "reason": REASON}
    assert signed_in(territory_user).post(way, said).status_code == 403
    assert signed_in(system_admin).post(way, said).status_code == 400
    client = signed_in(security_admin)
    assert client.post(way, said | {"hours": "99"}).status_code == 400
    assert client.post(way, said | {"hours": "x"}).status_code == 400
    assert client.post(way, said).status_code == 302
    assert Emergency.objects.get().by == security_admin
    assert client.get("/alerts/").status_code == 403
