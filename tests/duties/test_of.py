"""谁欠什么：本人、单位按角色、受托、调走的、单位撤了的。"""

from datetime import date, timedelta

import pytest

from tests.duties.factories import owed
from tests.factories import NOW, UnitFactory, UserFactory, appoint
from xushi.core.clock import local_day
from xushi.duties.models import Delegation, Duty
from xushi.duties.selectors import badge, done, nearest, todo
from xushi.journal.actions import SYSTEM
from xushi.units.actions import move_person
from xushi.units.actions_tree import dissolve_unit
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
TODAY = local_day(NOW)


def titles(user: User, today: date = TODAY) -> list[str]:
    user.forget_appointments()
    found = [duty.title for duty in todo(user, today)]
    assert badge(user, today) == len(found)
    return found


def test_the_units_people_owe_it_and_strangers_do_not(
    subdistrict: Unit, territory_user: User, stranger: User, leader_user: User, owner_user: User
) -> None:
    owed(subdistrict, unit=subdistrict, title="腾地")
    assert titles(territory_user) == ["腾地"]
    for other in (stranger, leader_user, owner_user):
        assert titles(other) == []


def test_a_role_in_the_unit_narrows_it(subdistrict: Unit, territory_user: User) -> None:
    inspector = appoint(UserFactory(), Role.INSPECTOR, unit=subdistrict)
    owed(subdistrict, unit=subdistrict, role=Role.INSPECTOR, title="核验")
    assert titles(inspector) == ["核验"]
    assert titles(territory_user) == []


def test_units_below_count_but_the_district_is_only_itself(
    district: Unit, subdistrict: Unit, territory_user: User, leader_user: User
) -> None:
    village = UnitFactory(name="某村", parent=subdistrict)
    owed(village, unit=village, title="村里的事")
    owed(district, unit=district, title="区里的事")
    assert titles(territory_user) == ["村里的事"]
    assert titles(leader_user) == ["区里的事"]


def test_a_persons_own(leader_user: User, office_user: User, district: Unit) -> None:
    owed(district, person=leader_user, kind="instruction.read", title="阅结")
    assert titles(leader_user) == ["阅结"]
    assert titles(office_user) == []


def test_the_nearest_deadline_comes_first_and_none_last(subdistrict: Unit, territory_user: User) -> None:
    for days, title in ((9, "远"), (None, "无期"), (-1, "逾"), (1, "近")):
        due = None if days is None else NOW + timedelta(days=days)
        owed(subdistrict, unit=subdistrict, kind=title, title=title, due_at=due)
    assert titles(territory_user) == ["逾", "近", "远", "无期"]
    assert [duty.title for duty in nearest(territory_user, TODAY)] == ["逾", "近"]


def test_the_reminder_reaches_to_the_end_of_the_third_day(subdistrict: Unit, territory_user: User) -> None:
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=4)
    owed(subdistrict, unit=subdistrict, kind="a", title="第三天夜里", due_at=midnight - timedelta(minutes=1))
    owed(subdistrict, unit=subdistrict, kind="b", title="第四天", due_at=midnight)
    assert [duty.title for duty in nearest(territory_user, TODAY)] == ["第三天夜里"]


def test_a_delegate_sees_it_on_the_days_of_leave_only(
    leader_user: User, office_user: User, district: Unit, territory_user: User
) -> None:
    owed(district, person=leader_user, kind="a", title="阅结")
    owed(district, person=leader_user, kind="b", title="密件", confidential=True)
    first, last = TODAY, TODAY + timedelta(days=2)
    leave = Delegation.objects.create(
        user=leader_user, to=office_user, first=first, last=last, reason="出差", made_at=NOW
    )
    assert titles(office_user) == ["阅结"]
    assert titles(leader_user) == ["阅结", "密件"]
    assert titles(office_user, last) == ["阅结"]
    assert titles(office_user, first - timedelta(days=1)) == []
    assert titles(office_user, last + timedelta(days=1)) == []
    assert titles(territory_user) == []
    leave.ended_at = NOW
    leave.save()
    assert titles(office_user) == []


def test_a_moved_person_leaves_the_units_duties_behind(
    subdistrict: Unit, other_subdistrict: Unit, territory_user: User
) -> None:
    owed(subdistrict, unit=subdistrict, title="腾地")
    owed(other_subdistrict, unit=other_subdistrict, title="供地")
    move_person(user=territory_user, unit=other_subdistrict, actor=SYSTEM, now=NOW)
    assert titles(territory_user) == []
    appoint(territory_user, Role.TERRITORY, unit=other_subdistrict)
    assert titles(territory_user) == ["供地"]


def test_a_dissolved_units_duties_are_seen_by_the_successor(
    subdistrict: Unit, other_subdistrict: Unit, territory_user: User, stranger: User
) -> None:
    owed(subdistrict, unit=subdistrict, title="腾地")
    dissolve_unit(unit=subdistrict, successor=other_subdistrict, actor=SYSTEM, now=NOW)
    assert titles(territory_user) == []
    assert titles(stranger) == ["腾地"]  # their subdistrict is the successor


def test_administrators_owe_nothing(system_admin: User, auditor: User, district: Unit) -> None:
    owed(district, unit=district, title="区里的事")
    owed(district, person=auditor, kind="a", title="给审计员的")
    assert titles(system_admin) == titles(auditor) == []


def test_several_appointments_show_each_duty_once(subdistrict: Unit, territory_user: User) -> None:
    appoint(territory_user, Role.DEPARTMENT, unit=subdistrict)
    owed(subdistrict, unit=subdistrict, title="腾地")
    assert titles(territory_user) == ["腾地"]


def test_done_ones_the_latest_first(subdistrict: Unit, territory_user: User, stranger: User) -> None:
    for hours, title in ((1, "早"), (2, "晚")):
        owed(subdistrict, unit=subdistrict, kind=title, title=title)
        Duty.objects.filter(kind=title).update(done_at=NOW + timedelta(hours=hours))
    assert [duty.title for duty in done(territory_user, TODAY)] == ["晚", "早"]
    assert list(done(stranger, TODAY)) == []


def test_list_and_badge_are_one_query_each(
    subdistrict: Unit,
    territory_user: User,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    owed(subdistrict, unit=subdistrict)
    assert territory_user.roles
    with django_assert_num_queries(1):
        assert badge(territory_user, TODAY) == 1
    with django_assert_num_queries(1):
        assert len(todo(territory_user, TODAY)) == 1


def test_what_is_only_timed_stands_on_no_list(subdistrict: Unit, territory_user: User) -> None:
    owed(subdistrict, unit=subdistrict, kind="order.acknowledge", title="签收", listed=False, due_at=NOW)
    owed(subdistrict, unit=subdistrict, title="腾地", due_at=NOW)
    assert titles(territory_user) == ["腾地"]
    assert [duty.title for duty in nearest(territory_user, TODAY)] == ["腾地"]
    Duty.objects.update(done_at=NOW)
    assert [duty.title for duty in done(territory_user, TODAY)] == ["腾地"]
