"""动作：记、走、跳、退、跟、换人、流失、恢复；谁能、谁不能；后到的人。"""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import NOW, UnitFactory
from tests.progress.builders import WAN
from tests.signings.builders import CODE, SIGNED, line, seen, signing, summit, went
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.checking import Conflict, Refused
from xushi.signings import actions
from xushi.signings.models import Signing, SigningEvent, StageLimit
from xushi.signings.recording import (
    EventInput,
    amend_event,
    amend_signing,
    hold_events,
    limits,
    set_limits,
    sign,
)
from xushi.signings.rules import Stage
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
TODAY = local_day(NOW)


def owed(one: Signing) -> list[Duty]:
    return list(Duty.objects.open().about(one).select_related("unit", "person"))


def test_a_signing_begins_at_its_day_and_is_followed_up_in_two_weeks(
    subdistrict: Unit, territory_user: User
) -> None:
    one = signing(summit(), subdistrict, by=territory_user, credit_code=CODE.lower())
    assert (one.stage, one.stage_on, one.credit_code) == (Stage.SIGNED, SIGNED, CODE)
    [duty] = owed(one)
    assert (duty.unit, duty.person, local_day(duty.due_at), str(duty.kind)) == (
        subdistrict, None, date(2018, 9, 26), "signing.follow"
    )  # fmt: skip
    event = Event.objects.get(verb="signings.signing.signed")
    assert (event.actor, event.subject_id) == (territory_user, one.pk)


def test_every_problem_of_every_row_is_named_and_nothing_written(subdistrict: Unit) -> None:
    event = summit()
    signing(event, subdistrict)
    rows = [
        line(event, subdistrict, "射频芯片 产业园"),
        line(event, subdistrict, "乙", amount=0, category="没有的"),
    ]
    with pytest.raises(Refused) as refusal:
        sign([rows[1]], actor=SYSTEM, now=NOW)
    assert "是0" in str(refusal.value)
    with pytest.raises(Refused, match="已经记过“射频芯片产业园”"):
        sign([rows[0]], actor=SYSTEM, now=NOW)
    assert Signing.objects.count() == 1


def test_the_same_project_may_be_signed_at_another_event(subdistrict: Unit) -> None:
    signing(summit(), subdistrict)
    signing(summit("北京推介会"), subdistrict)
    assert Signing.objects.count() == 2


def test_a_territory_records_its_own_only(
    subdistrict: Unit, other_subdistrict: Unit, territory_user: User, leader_user: User
) -> None:
    event = summit()
    with pytest.raises(Refused, match="要有一个是您自己的单位"):
        signing(event, other_subdistrict, by=territory_user)
    with pytest.raises(Refused, match="要有一个是您自己的单位"):
        signing(event, subdistrict, by=leader_user)


def test_a_follower_is_of_the_unit_that_follows_up(
    subdistrict: Unit, territory_user: User, stranger: User
) -> None:
    event = summit()
    with pytest.raises(Refused, match="不在江浦街道任职"):
        signing(event, subdistrict, follower=stranger.pk)
    one = signing(event, subdistrict, follower=territory_user.pk)
    assert [duty.person for duty in owed(one)] == [territory_user]


def test_stage_by_stage(subdistrict: Unit, territory_user: User, office_user: User) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=territory_user)
    [one] = actions.reach(seen(one), Stage.COMPANY, date(2018, 6, 17), actor=by, now=NOW)
    [one] = actions.reach(seen(one), Stage.LAND, date(2018, 7, 20), actor=by, now=NOW)
    with pytest.raises(PermissionDenied, match="准入由会审"):
        actions.reach(seen(one), Stage.ADMITTED, TODAY, actor=by, now=NOW)
    [one] = actions.reach(seen(one), Stage.ADMITTED, TODAY, actor=Actor(by=office_user), now=NOW)
    one.refresh_from_db()
    assert (one.stage, one.stage_on, one.version) == (Stage.ADMITTED, TODAY, 4)
    assert [duty.state for duty in owed(one)] == ["等列入"]


def test_passing_over_a_stage_must_be_explained_and_may_be_filled_in_later(
    subdistrict: Unit, office_user: User
) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=office_user)
    with pytest.raises(Refused, match="还没走到注册公司、拿地，跳过要写明原因"):
        actions.reach(seen(one), Stage.ADMITTED, TODAY, actor=by, now=NOW)
    actions.reach(seen(one), Stage.ADMITTED, date(2018, 8, 1), actor=by, now=NOW, words="租用存量厂房")
    assert list(one.stages.values_list("stage", "reached_on", "words")) == [
        (1, SIGNED, ""), (2, None, "租用存量厂房"), (3, None, "租用存量厂房"), (4, date(2018, 8, 1), "租用存量厂房"),
    ]  # fmt: skip
    [one] = actions.reach(seen(one), Stage.COMPANY, date(2018, 8, 20), actor=by, now=NOW)
    one.refresh_from_db()
    assert (one.stage, one.stage_on) == (Stage.ADMITTED, date(2018, 8, 20))
    assert one.stages.get(stage=Stage.COMPANY).reached_on == date(2018, 8, 20)


def test_a_wrong_step_is_taken_back_with_what_was_passed_over_for_it(
    subdistrict: Unit, office_user: User, territory_user: User
) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=office_user)
    went(one, (Stage.COMPANY, date(2018, 6, 1)), (Stage.ADMITTED, date(2018, 7, 1)))
    with pytest.raises(PermissionDenied):
        actions.take_back(seen(one), "记错了", actor=Actor(by=territory_user), now=NOW)
    one = actions.take_back(seen(one), "登记错了项目", actor=by, now=NOW)
    assert (one.stage, one.stage_on) == (Stage.COMPANY, date(2018, 6, 1))
    assert list(one.stages.values_list("stage", flat=True)) == [1, 2]
    actions.take_back(seen(one), "也错了", actor=by, now=NOW)
    with pytest.raises(Refused, match="没有可退的"):
        actions.take_back(seen(one), "再退", actor=by, now=NOW)


def test_following_up_sets_the_next_day_and_where_it_is_stuck(
    subdistrict: Unit, territory_user: User
) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=territory_user)
    with pytest.raises(Refused, match="填下次哪天跟进"):
        actions.follow_up(seen(one), "谈过一次", None, actor=by, now=NOW)
    with pytest.raises(Refused, match="已经过了"):
        actions.follow_up(seen(one), "谈过一次", date(2018, 9, 11), actor=by, now=NOW)
    with pytest.raises(Refused, match="写一句跟进的情况"):
        actions.follow_up(seen(one), " ", TODAY, actor=by, now=NOW)
    one = actions.follow_up(
        seen(one), "名称已核准", date(2018, 9, 20), actor=by, now=NOW, stuck="等股东会决议"
    )
    one = actions.follow_up(seen(one), "股东会延期", date(2018, 9, 28), actor=by, now=NOW)
    one.refresh_from_db()
    assert (one.stuck, one.followed_on, one.next_on) == ("等股东会决议", TODAY, date(2018, 9, 28))
    [duty] = owed(one)
    assert local_day(duty.due_at) == date(2018, 9, 28)
    assert [note.words for note in one.notes.filter(verb="follow")] == ["名称已核准", "股东会延期"]


def test_handing_to_another_unit(
    subdistrict: Unit, other_subdistrict: Unit, office_user: User, territory_user: User, stranger: User
) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=office_user)
    with pytest.raises(PermissionDenied):
        actions.hand_to(seen(one), other_subdistrict, None, "推出去", actor=Actor(by=territory_user), now=NOW)
    with pytest.raises(Refused, match="不在桥林街道任职"):
        actions.hand_to(seen(one), other_subdistrict, territory_user, "落地改了", actor=by, now=NOW)
    actions.hand_to(seen(one), other_subdistrict, stranger, "落地改了", actor=by, now=NOW)
    assert [duty.person for duty in owed(one)] == [stranger]


def test_lapsing_says_why_and_is_undone(subdistrict: Unit, office_user: User, territory_user: User) -> None:
    one, by = signing(summit(), subdistrict), Actor(by=territory_user)
    for cause, reason, said in (("", "撤了", "选一个流失的原因"), ("funds", " ", "流失要写原因")):
        with pytest.raises(Refused, match=said):
            actions.lapse(seen(one), cause, reason, actor=by, now=NOW)
    with pytest.raises(Refused, match="流失日期要在"):
        actions.lapse(seen(one), "funds", "撤了", actor=by, now=NOW, on=date(2018, 5, 9))
    [one] = actions.lapse(seen(one), "funds", "母公司停了投资", actor=by, now=NOW)
    assert not owed(one)
    with pytest.raises(Refused, match="先恢复才能跟进"):
        actions.follow_up(seen(one), "又谈", TODAY, actor=by, now=NOW)
    with pytest.raises(PermissionDenied):
        actions.restore(seen(one), "又来了", actor=by, now=NOW)
    [one] = actions.restore(seen(one), "业主补签了协议", actor=Actor(by=office_user), now=NOW)
    one.refresh_from_db()
    assert (one.state, one.lapsed_on, one.lapsed_cause, one.lapsed_reason) == ("live", None, "", "")
    assert [local_day(duty.due_at) for duty in owed(one)] == [date(2018, 9, 26)]


def test_the_database_keeps_no_loss_without_a_reason(subdistrict: Unit) -> None:
    one = signing(summit(), subdistrict)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signing.objects.filter(pk=one.pk).update(state="lapsed", lapsed_on=TODAY, lapsed_cause="funds")


def test_of_two_at_once_the_second_is_told_what_the_first_did(
    subdistrict: Unit, office_user: User, territory_user: User
) -> None:
    one = signing(summit(), subdistrict)
    first = seen(one)
    actions.reach(first, Stage.COMPANY, date(2018, 6, 1), actor=Actor(by=territory_user), now=NOW)
    with pytest.raises(Conflict, match="王街道于9月12日8:30注册公司，6月1日"):
        actions.lapse(first, "funds", "撤了", actor=Actor(by=office_user), now=NOW)
    assert Signing.objects.get().state == "live"


def test_nobody_touches_what_they_do_not_see(subdistrict: Unit, stranger: User, leader_user: User) -> None:
    one = signing(summit(), subdistrict)
    with pytest.raises(Refused, match="不归你看"):
        actions.follow_up(seen(one), "x", TODAY, actor=Actor(by=stranger), now=NOW)
    with pytest.raises(PermissionDenied):
        actions.follow_up(seen(one), "x", TODAY, actor=Actor(by=leader_user), now=NOW)


def test_amending_keeps_the_stages_in_order(subdistrict: Unit, territory_user: User) -> None:
    event = summit()
    one = went(signing(event, subdistrict), (Stage.COMPANY, date(2018, 6, 1)))
    by = Actor(by=territory_user)
    with pytest.raises(Refused, match="签约日期晚于后面一步的2018-06-01"):
        amend_signing(seen(one), line(event, subdistrict, signed_on=date(2018, 6, 2)), actor=by, now=NOW)
    changed = line(event, subdistrict, "射频芯片产业园", amount=45_000 * WAN, signed_on=date(2018, 5, 11))
    one = amend_signing(seen(one), changed, actor=by, now=NOW)
    one.refresh_from_db()
    assert (one.amount, one.signed_on, one.stage) == (45_000 * WAN, date(2018, 5, 11), Stage.COMPANY)
    assert one.stages.get(stage=Stage.SIGNED).reached_on == date(2018, 5, 11)
    assert one.notes.get(verb="amend").facts == "修改签约投资额、签约日期"
    before = one.version
    assert amend_signing(seen(one), changed, actor=by, now=NOW).version == before


def test_events_and_what_was_printed_of_them(office_user: User, territory_user: User) -> None:
    with pytest.raises(PermissionDenied):
        hold_events([EventInput("金洽会", date(2018, 6, 1))], actor=Actor(by=territory_user), now=NOW)
    summit("金洽会")
    for row, said in (
        (EventInput("金 洽会", date(2018, 6, 1)), "已经有“金洽会”"),
        (EventInput("", date(2018, 6, 1)), "活动名称是空的"),
        (EventInput("乙", date(2018, 9, 13)), "还没到"),
        (EventInput("乙", date(2018, 9, 1), published_count=3), "写明出处"),
    ):
        with pytest.raises(Refused, match=said):
            hold_events([row], actor=SYSTEM, now=NOW)
    event = SigningEvent.objects.get()
    row = EventInput("金洽会", date(2018, 6, 1), published_count=3, published_source="通稿")
    amend_event(event, row, seen=1, actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Conflict):
        amend_event(event, row, seen=1, actor=Actor(by=office_user), now=NOW)
    assert Event.objects.get(verb="signings.event.amended").changes["公布个数"] == [None, 3]


def test_limits_are_the_districts(office_user: User, territory_user: User) -> None:
    with pytest.raises(PermissionDenied):
        set_limits({Stage.SIGNED: 30}, actor=Actor(by=territory_user), now=NOW)
    with pytest.raises(Refused, match="请填1到1000"):
        set_limits({Stage.SIGNED: 0}, actor=Actor(by=office_user), now=NOW)
    set_limits({Stage.SIGNED: 30, Stage.COMPANY: 60}, actor=Actor(by=office_user), now=NOW)
    assert (limits()[Stage.SIGNED], limits()[Stage.LAND], StageLimit.objects.count()) == (30, 30, 2)
    assert Event.objects.get(verb="signings.limits.set").changes == {"签约": [45, 30]}


def test_a_dissolved_units_signings_pass_on(subdistrict: Unit, district: Unit, territory_user: User) -> None:
    one = signing(summit(), subdistrict, follower=territory_user.pk)
    heir = UnitFactory(name="江北街道", kind=Unit.Kind.SUBDISTRICT, parent=district)
    assert actions.transfer_unit(subdistrict, heir, actor=SYSTEM, now=NOW) == 1
    assert [duty.unit for duty in owed(one)] == [heir]


def test_who_leaves_leaves_what_they_followed_to_the_unit(subdistrict: Unit, territory_user: User) -> None:
    one = signing(summit(), subdistrict, follower=territory_user.pk)
    assert actions.hand_on(territory_user, actor=SYSTEM, now=NOW) == 0
    territory_user.appointments.update(ended_at=NOW)
    assert actions.hand_on(User.objects.get(pk=territory_user.pk), actor=SYSTEM, now=NOW) == 1
    assert [(duty.unit, duty.person) for duty in owed(one)] == [(subdistrict, None)]
