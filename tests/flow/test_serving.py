"""为企服务跟着手续走：前面一办完，看过可行的转正式受理；补正、退回马上到代办员；人走了没有代办员。"""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import UserFactory, appoint
from tests.permits.world import World, at, build
from xushi.duties.models import Duty
from xushi.flow.duties import nightly
from xushi.journal import worker
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.notices.models import Notice
from xushi.permits import actions, committing, officers, rehearsing
from xushi.permits.models import Commitment, PermitStep, Rehearsal, ServiceOfficer
from xushi.units.actions import set_account_active
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
TODAY, SOON = date(2018, 6, 19), date(2018, 7, 17)
NOW = at(TODAY)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def world(district: Unit, subdistrict: Unit, settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return build(district, subdistrict)


@pytest.fixture
def runner(world: World) -> User:
    town = world.people["town"].unit
    assert town
    person = appoint(UserFactory(name="跑腿的"), Role.TERRITORY, unit=town)
    officers.assign_officers([world.project], person, actor=world.by("town"), now=NOW)
    return person


def done(world: World, code: str, by: str) -> None:
    step = world.step(code)
    actions.submit({step.pk: step.version}, TODAY, actor=world.by(by), now=NOW)
    actions.approve({step.pk: None}, TODAY, actor=world.by(by), now=NOW)


def heard(user: User) -> list[str]:
    return list(Notice.objects.filter(reader=user).order_by("pk").values_list("title", flat=True))


def test_what_was_rehearsed_is_taken_up_the_moment_it_can_be(world: World) -> None:
    done(world, "filing", "hall")
    held = rehearsing.ask_rehearsal(
        world.seen("supply"), "勘测定界图", TODAY, actor=world.by("owner"), now=NOW
    )
    worker.work(NOW)
    assert "提模拟审批：土地供应" in heard(world.people["land"])
    rehearsing.answer_rehearsal({held.pk: 1}, "ok", "图看过", TODAY, actor=world.by("land"), now=NOW)
    worker.work(LATER)
    assert "模拟审批答复：土地供应" in heard(world.people["owner"])
    assert world.step("supply").state == "planned"
    done(world, "relocation", "land")
    worker.work(LATER)
    assert world.step("supply").state == "accepted"
    held.refresh_from_db()
    assert held.state == "taken_up"
    assert "模拟审批转正式受理：土地供应" in heard(world.people["owner"])
    assert Event.objects.filter(verb="permits.step.taken_up").count() == 1
    worker.work(LATER)
    assert Event.objects.filter(verb="permits.step.taken_up").count() == 1


def test_a_rehearsal_answered_after_the_way_was_free_is_taken_up_too(world: World) -> None:
    done(world, "filing", "hall")
    held = rehearsing.ask_rehearsal(
        world.seen("supply"), "勘测定界图", TODAY, actor=world.by("owner"), now=NOW
    )
    done(world, "relocation", "land")
    worker.work(NOW)
    assert Rehearsal.objects.get().state == "asked"
    rehearsing.answer_rehearsal({held.pk: 1}, "ok", "图看过", TODAY, actor=world.by("land"), now=NOW)
    worker.work(LATER)
    assert world.step("supply").state == "accepted"


def test_the_officer_hears_of_the_project_of_a_supplement_and_of_a_broken_promise(
    world: World, runner: User
) -> None:
    worker.work(NOW)
    assert heard(runner) == ["定代办员：紫光项目"]
    step = world.step("filing")
    actions.submit({step.pk: 1}, TODAY, actor=world.by("owner"), now=NOW)
    actions.ask_supplement({step.pk: None}, "缺章程", TODAY, actor=world.by("hall"), now=NOW)
    worker.work(LATER)
    assert heard(runner)[-1] == "手续要求补正：立项备案"
    assert Duty.objects.open().filter(person=runner, title="代办补正：立项备案").exists()
    actions.answer_supplement({step.pk: None}, TODAY, actor=world.by("owner"), now=NOW)
    worker.work(LATER)
    assert not Duty.objects.open().filter(person=runner).exists()
    signed = committing.commit({step.pk: None}, "厂长", "属实", SOON, TODAY, actor=world.by("hall"), now=NOW)
    committing.check_commitment({signed.pk: 1}, False, "假的", TODAY, actor=world.by("hall"), now=NOW)
    worker.work(LATER)
    assert heard(runner)[-1] == "信用承诺没有履行：立项备案"
    assert "信用承诺没有履行：立项备案" in heard(world.people["owner"])


def test_overnight_a_promise_passed_comes_to_the_officer(world: World, runner: User) -> None:
    worker.work(NOW)
    PermitStep.objects.filter(pk=world.step("filing").pk).update(due_on=TODAY)
    nightly(at(TODAY))
    assert not Duty.objects.open().filter(person=runner).exists()
    nightly(at(TODAY + timedelta(days=1)))
    assert [duty.title for duty in Duty.objects.open().filter(person=runner)] == ["代办催办：立项备案"]


def test_a_step_taken_back_voids_what_was_signed_for_it(world: World) -> None:
    committing.commit(world.seen("filing"), "厂长", "属实", SOON, TODAY, actor=world.by("hall"), now=NOW)
    step = world.step("filing")
    actions.take_back({step.pk: None}, "录错项目", actor=world.by("hall"), now=NOW)
    worker.work(LATER)
    assert Commitment.objects.get().state == "void"
    assert not Duty.objects.open().filter(kind="permit.check").exists()


def test_whoever_leaves_is_no_officer_any_more(world: World, runner: User, system_admin: User) -> None:
    set_account_active(user=runner, active=False, reason="离任", actor=Actor(by=system_admin), now=NOW)
    worker.work(LATER)
    assert not ServiceOfficer.objects.exists()
    event = Event.objects.filter(verb="permits.officer.assigned").latest("pk")
    assert (event.actor_name, event.summary) == ("系统", "紫光项目的代办员：没有了")
