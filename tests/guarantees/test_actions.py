"""要素请求的动作：承诺不超过盘子，盘子不减到承诺以下，两家同时办只成一家。"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum

from tests.factories import NOW, UnitFactory
from tests.guarantees.builders import DAY, MU, ask, land_office, stock
from tests.progress.builders import add_project
from xushi.alerts.models import Alert
from xushi.duties.models import Duty
from xushi.guarantees import actions
from xushi.guarantees.models import ResourceRequest, Stock
from xushi.guarantees.rules import Kind, State
from xushi.guarantees.stocks import set_stock
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


def of_ledger(held: Stock) -> int:
    return held.allocations.aggregate(all=Sum("amount"))["all"] or 0


def test_asking_gives_the_provider_five_working_days(
    district: Unit, subdistrict: Unit, territory_user: User
) -> None:
    land = land_office(district)
    made = ask(add_project(subdistrict, "二期厂房"), territory_user)
    assert (made.owner, made.state) == (land.unit, State.ASKED)
    [duty] = Duty.objects.open().filter(subject_id=made.pk)
    assert (duty.kind, duty.unit, duty.limit_days) == ("request.answer", land.unit, 5)
    event = Event.objects.get(verb="guarantees.request.asked")
    assert {row.subject_kind for row in event.rows.all()} == {
        "guarantees.resourcerequest",
        "registry.project",
    }


def test_a_form_sent_twice_asks_once(subdistrict: Unit, office_user: User, territory_user: User) -> None:
    project = add_project(subdistrict, "二期厂房")
    first = ask(project, territory_user, token="a-form")
    assert ask(project, territory_user, token="a-form") == first
    assert ResourceRequest.objects.count() == 1


def test_nobody_asks_for_anothers_project(subdistrict: Unit, office_user: User, stranger: User) -> None:
    with pytest.raises(Refused, match="只能为本单位的项目"):
        ask(add_project(subdistrict, "二期厂房"), stranger)


def test_the_way_of_a_request(district: Unit, subdistrict: Unit, territory_user: User) -> None:
    land, held = land_office(district), stock(100)
    made, by = ask(add_project(subdistrict, "二期厂房"), territory_user), Actor(by=land)
    actions.promise({made.pk: 1}, 40 * MU, DAY, actor=by, now=NOW)
    held.refresh_from_db()
    assert held.promised == of_ledger(held) == 40 * MU
    assert [duty.kind for duty in Duty.objects.open().filter(subject_id=made.pk)] == ["request.deliver"]
    actions.promise({made.pk: 2}, 60 * MU, DAY, actor=by, now=NOW)
    actions.deliver({made.pk: 3}, 10 * MU, actor=by, now=NOW)
    made.refresh_from_db()
    assert made.state == State.PARTLY
    actions.deliver({made.pk: 4}, 60 * MU, actor=by, now=NOW)
    made.refresh_from_db()
    held.refresh_from_db()
    assert (made.state, made.gap, held.promised, of_ledger(held)) == (State.MET, 0, 60 * MU, 60 * MU)
    assert not Duty.objects.open().filter(subject_id=made.pk).exists()
    assert [note.verb for note in made.notes.all()] == ["ask", "promise", "promise", "deliver", "deliver"]


def test_the_sum_promised_never_passes_the_stock(district: Unit, subdistrict: Unit) -> None:
    land, held = land_office(district), stock(100)
    one, two = ask(add_project(subdistrict, "甲")), ask(add_project(subdistrict, "乙"))
    actions.promise({one.pk: 1}, 60 * MU, DAY, actor=Actor(by=land), now=NOW)
    with pytest.raises(Refused, match="只剩40亩.*差20亩"):
        actions.promise({two.pk: 1}, 60 * MU, DAY, actor=Actor(by=land), now=NOW)
    two.refresh_from_db()
    assert (two.state, two.promised) == (State.ASKED, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.filter(pk=held.pk).update(promised=100 * MU + 1)


def test_nothing_is_promised_of_a_year_without_a_stock(district: Unit, subdistrict: Unit) -> None:
    land = land_office(district)
    made = ask(add_project(subdistrict, "二期厂房"))
    with pytest.raises(Refused, match="2018年用地指标还没定盘子"):
        actions.promise({made.pk: 1}, MU, DAY, actor=Actor(by=land), now=NOW)


def test_a_stock_is_not_cut_below_what_is_promised(
    district: Unit, subdistrict: Unit, office_user: User
) -> None:
    land, held = land_office(district), stock(100)
    made = ask(add_project(subdistrict, "射频芯片产业园"))
    actions.promise({made.pk: 1}, 60 * MU, DAY, actor=Actor(by=land), now=NOW)
    with pytest.raises(Refused, match="减到50亩就差10亩。已承诺给“射频芯片产业园”60亩"):
        set_stock(Kind.QUOTA, 2018, 50 * MU, "市里核减", actor=Actor(by=office_user), now=NOW, seen=1)
    set_stock(Kind.QUOTA, 2018, 60 * MU, "市里核减", actor=Actor(by=office_user), now=NOW, seen=1)
    held.refresh_from_db()
    assert (held.total, held.left, held.changes.count()) == (60 * MU, 0, 2)
    with pytest.raises(Conflict, match="60亩（市里核减）"):
        set_stock(Kind.QUOTA, 2018, 70 * MU, "追加", actor=Actor(by=office_user), now=NOW, seen=1)


def test_of_two_offices_at_once_the_second_is_told(
    district: Unit, subdistrict: Unit, office_user: User
) -> None:
    land = land_office(district)
    stock(100)
    made = ask(add_project(subdistrict, "二期厂房"))
    actions.promise({made.pk: 1}, 60 * MU, DAY, actor=Actor(by=land), now=NOW)
    with pytest.raises(Conflict, match="钱国土.*承诺60亩"):
        actions.refuse_request({made.pk: 1}, "没有指标", actor=Actor(by=office_user), now=NOW)
    made.refresh_from_db()
    assert made.state == State.PROMISED


@pytest.mark.parametrize("end", [actions.refuse_request, actions.withdraw])
def test_what_has_not_come_goes_back_to_the_stock(
    end: object, district: Unit, subdistrict: Unit, office_user: User
) -> None:
    land_office(district)
    held, made, by = stock(100), ask(add_project(subdistrict, "二期厂房")), Actor(by=office_user)
    actions.promise({made.pk: 1}, 60 * MU, DAY, actor=by, now=NOW)
    actions.deliver({made.pk: 2}, 25 * MU, actor=by, now=NOW)
    end({made.pk: 3}, "用存量厂房", actor=by, now=NOW)  # type: ignore[operator]
    held.refresh_from_db()
    made.refresh_from_db()
    assert (held.promised, of_ledger(held), made.promised) == (25 * MU, 25 * MU, 25 * MU)
    with pytest.raises(Refused, match="不能再承诺"):
        actions.promise({made.pk: 4}, 60 * MU, DAY, actor=by, now=NOW)


def test_who_does_not_provide_decides_nothing(
    district: Unit, subdistrict: Unit, territory_user: User, leader_user: User, owner_user: User
) -> None:
    land_office(district)
    stock(100)
    made = ask(add_project(subdistrict, "二期厂房", owner_unit=owner_user.unit))
    for person in (territory_user, leader_user, owner_user):
        with pytest.raises(PermissionDenied):
            actions.promise({made.pk: 1}, MU, DAY, actor=Actor(by=person), now=NOW)
    with pytest.raises(PermissionDenied):
        set_stock(Kind.QUOTA, 2018, MU, "自己定", actor=Actor(by=territory_user), now=NOW)


def test_late_ones_raise_an_alert_and_clear_it_once_met(district: Unit, subdistrict: Unit) -> None:
    land = land_office(district)
    stock(100)
    made = ask(add_project(subdistrict, "二期厂房"), needed_by=date(2018, 9, 14))
    actions.promise({made.pk: 1}, 60 * MU, date(2018, 9, 20), actor=Actor(by=land), now=NOW)
    later = NOW + timedelta(days=5)
    assert actions.judge_all(later) == 1
    alert = Alert.objects.open().get(cause="request_overdue")
    assert (alert.subject_id, alert.level, alert.responsible_unit) == (made.pk, "yellow", land.unit)
    actions.deliver({made.pk: 2}, 60 * MU, actor=Actor(by=land), now=later)
    assert not Alert.objects.open().exists()


def test_the_office_hands_on_and_a_dissolved_unit_passes_on(
    district: Unit, subdistrict: Unit, office_user: User
) -> None:
    land = land_office(district)
    made = ask(add_project(subdistrict, "二期厂房"))
    other, heir = (UnitFactory(name=name, parent=district) for name in ("区水务局", "区自然资源局"))
    with pytest.raises(PermissionDenied):
        actions.hand_to({made.pk: 1}, heir, "不归我", actor=Actor(by=land), now=NOW)
    actions.hand_to({made.pk: 1}, other, "归水务", actor=Actor(by=office_user), now=NOW)
    assert actions.transfer_unit(other, heir, actor=SYSTEM, now=NOW) == 1
    made.refresh_from_db()
    assert made.owner == heir
    assert [duty.unit for duty in Duty.objects.open().filter(subject_id=made.pk)] == [heir]
