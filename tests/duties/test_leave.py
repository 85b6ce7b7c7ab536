"""请假委托：日子、人、提前结束。"""

from datetime import date, timedelta

import pytest

from tests.factories import NOW, UserFactory, appoint
from xushi.core.clock import local_day
from xushi.duties.actions_leave import delegate, end_delegation
from xushi.duties.models import Delegation
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units.models import Role, Unit, User
from xushi.units.rules import Refused

pytestmark = pytest.mark.django_db
TODAY = local_day(NOW)
TOMORROW = TODAY + timedelta(days=1)


def leave(
    user: User, to: User, first: date = TODAY, last: date = TOMORROW, by: User | None = None
) -> Delegation:
    actor = Actor(by=by or user)
    return delegate(user=user, to=to, first=first, last=last, reason="出差", actor=actor, now=NOW)


@pytest.fixture
def colleague(subdistrict: Unit) -> User:
    return appoint(UserFactory(name="同事"), Role.TERRITORY, unit=subdistrict)


def test_a_leave_is_one_row_and_one_event(territory_user: User, colleague: User) -> None:
    made = leave(territory_user, colleague)
    assert list(Delegation.objects.in_force(TODAY)) == [made]
    event = Event.objects.get(verb="duties.delegation.made")
    assert event.summary == "王街道请假，待办委托给同事，2018年9月12日—9月13日：出差"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (TOMORROW, TODAY, "止日早于起日"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "已经过去"),
        (TODAY, TODAY + timedelta(days=400), "最长一年"),
    ],
)
def test_impossible_days_are_refused(
    first: date, last: date, words: str, territory_user: User, colleague: User
) -> None:
    with pytest.raises(Refused, match=words):
        leave(territory_user, colleague, first, last)


def test_two_leaves_do_not_overlap(territory_user: User, colleague: User) -> None:
    leave(territory_user, colleague)
    with pytest.raises(Refused, match="已经委托给同事"):
        leave(territory_user, colleague, TOMORROW, TOMORROW)
    leave(territory_user, colleague, TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=1))


def test_only_to_colleagues_and_by_oneself(
    territory_user: User, colleague: User, stranger: User, auditor: User, leader_user: User, office_user: User
) -> None:
    for other in (stranger, auditor, territory_user):
        with pytest.raises(Refused, match="不能委托给"):
            leave(territory_user, other)
    with pytest.raises(Refused, match="本人"):
        leave(territory_user, colleague, by=stranger)
    assert leave(leader_user, office_user).to == office_user


def test_ended_early_it_is_over_at_once_and_once(territory_user: User, colleague: User) -> None:
    made = leave(territory_user, colleague)
    with pytest.raises(Refused, match="本人"):
        end_delegation(made, actor=Actor(by=colleague), now=NOW)
    end_delegation(made, actor=Actor(by=territory_user), now=NOW)
    assert not Delegation.objects.in_force(TODAY).exists()
    assert Event.objects.filter(verb="duties.delegation.ended").count() == 1
    with pytest.raises(Refused, match="已经结束"):
        end_delegation(made, actor=Actor(by=territory_user), now=NOW)
    leave(territory_user, colleague)
