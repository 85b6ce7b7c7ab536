"""为企服务：代办员、套餐、模拟审批、信用承诺的动作，谁能做，填错了怎么说，做完什么样。"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW, UserFactory, appoint
from tests.permits import waiting
from tests.permits.waiting import Tracks, accepted, approved, waits
from xushi.calendars.selectors import calendar
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event, EventRow
from xushi.permits import actions, committing, officers, packaging, rehearsing
from xushi.permits.models import Commitment, Package, PermitStep, Rehearsal, ServiceOfficer
from xushi.permits.services_following import follow_services
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
TODAY = date(2018, 9, 12)
AGO = date(2018, 9, 3)


@pytest.fixture
def tracks(district: Unit) -> Tracks:
    return waiting.catalogue(district)


@pytest.fixture
def hall(tracks: Tracks) -> User:
    """Somebody of 区行政审批局, which holds all but the land."""
    return appoint(UserFactory(name="钱审批"), Role.DEPARTMENT, unit=tracks.departments["other"])


@pytest.fixture
def land(tracks: Tracks) -> User:
    return appoint(UserFactory(name="钱国土"), Role.DEPARTMENT, unit=tracks.departments["land"])


@pytest.fixture
def project(tracks: Tracks, subdistrict: Unit) -> Project:
    """备案批了；环评、征地拆迁可以办；土地供应等拆迁，施工许可等前面的。"""
    return tracks.project(subdistrict, "二期厂房", {
        "filing": approved(date(2018, 8, 1), AGO), "environment": waits(AGO), "relocation": waits(AGO),
        "supply": "planned", "construction": "planned", "acceptance": "planned",
    })  # fmt: skip


def step(project: Project, code: str) -> PermitStep:
    found: PermitStep = PermitStep.objects.select_related("permit", "project").get(
        project=project, permit__code=code
    )
    return found


def seen(one: PermitStep | Rehearsal | Commitment) -> dict[int, int | None]:
    return {one.pk: one.version}


def by(user: User) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}


def rehearsed(project: Project, side: User, **how: Any) -> Rehearsal:
    return rehearsing.ask_rehearsal(
        seen(step(project, "construction")), "设计方案、图审合格书", TODAY, **by(side)
    )


# 模拟审批


def test_a_rehearsal_is_looked_at_and_counts_as_nothing(
    project: Project, territory_user: User, hall: User
) -> None:
    held = rehearsed(project, territory_user)
    duty = Duty.objects.open().get(kind="permit.rehearse")
    assert (duty.unit, duty.limit_days) == (step(project, "construction").permit.department, 5)
    held = rehearsing.answer_rehearsal(seen(held), "ok", "方案、图审都看过", TODAY, **by(hall))
    assert (held.state, held.answered_by, held.opinion) == ("ok", hall, "方案、图审都看过")
    assert not Duty.objects.open().filter(kind="permit.rehearse").exists()
    left = step(project, "construction")
    assert (left.state, left.submitted_on, left.ready_since, left.version) == ("planned", None, None, 1)
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [
        "permits.step.rehearsal_asked", "permits.step.rehearsed",
    ]  # fmt: skip
    assert EventRow.objects.filter(subject_kind="registry.project", subject_id=project.pk).count() == 2


def test_when_what_stood_before_is_done_it_is_taken_up_with_what_was_checked(
    project: Project, territory_user: User, hall: User, land: User
) -> None:
    held = rehearsed(project, territory_user)
    rehearsing.answer_rehearsal(seen(held), "ok", "方案、图审都看过", TODAY, **by(hall))
    assert follow_services([project.pk], now=NOW) == 0  # 前面的还没办完
    for code in ("environment", "relocation", "supply"):
        one = step(project, code)
        actions.submit(seen(one), TODAY, **by(territory_user))
        actions.approve({one.pk: None}, TODAY, **by(land if code != "environment" else hall))
    assert follow_services([project.pk], now=NOW) == 1
    done = step(project, "construction")
    assert (done.state, done.submitted_on, done.accepted_on) == ("accepted", TODAY, TODAY)
    assert done.due_on == calendar().add(TODAY, 7)
    held.refresh_from_db()
    assert (held.state, held.taken_up_on) == ("taken_up", TODAY)
    event = Event.objects.get(verb="permits.step.taken_up")
    assert event.actor_name == "系统"
    said = [
        row.changes.get("说明")
        for row in event.rows.filter(subject_id=done.pk, subject_kind="permits.permitstep")
    ]
    assert ["", "模拟审批2018-09-12看过：方案、图审都看过"] in said
    assert Duty.objects.open().filter(kind="permit.decide", subject_id=done.pk).exists()
    assert follow_services([project.pk], now=NOW) == 0  # 再来一次什么也不动


def test_the_department_may_take_it_up_itself_but_not_early(
    project: Project, territory_user: User, hall: User
) -> None:
    held = rehearsed(project, territory_user)
    with pytest.raises(Refused, match="看过可行的才转正式受理"):
        rehearsing.take_up(seen(held), TODAY, **by(hall))
    held = rehearsing.answer_rehearsal(seen(held), "ok", "看过", TODAY, **by(hall))
    with pytest.raises(Refused, match="还没办完，“施工许可”不能报件"):
        rehearsing.take_up(seen(held), TODAY, **by(hall))
    held.refresh_from_db()
    assert held.state == "ok"
    assert not Event.objects.filter(verb="permits.step.taken_up").exists()


def test_what_is_lacking_is_said_and_it_can_be_asked_again(
    project: Project, territory_user: User, hall: User
) -> None:
    held = rehearsed(project, territory_user)
    with pytest.raises(Refused, match="已经提过模拟审批"):
        rehearsed(project, territory_user)
    rehearsing.answer_rehearsal(seen(held), "lacking", "缺地勘报告\n红线图没盖章", TODAY, **by(hall))
    again = rehearsed(project, territory_user)
    assert again.pk != held.pk
    rehearsing.withdraw_rehearsal(seen(again), **by(territory_user))
    assert not Duty.objects.open().filter(kind="permit.rehearse").exists()
    with pytest.raises(Refused, match="已撤回”，不用撤回"):
        rehearsing.withdraw_rehearsal({again.pk: None}, **by(territory_user))


def test_what_cannot_be_rehearsed(
    project: Project, tracks: Tracks, territory_user: User, stranger: User, leader_user: User
) -> None:
    ready = step(project, "environment")
    with pytest.raises(Refused, match="前面的都办完了，直接报件"):
        rehearsing.ask_rehearsal(seen(ready), "材料", TODAY, **by(territory_user))
    with pytest.raises(Refused, match="只有还没报件的才模拟"):
        rehearsing.ask_rehearsal(seen(step(project, "filing")), "材料", TODAY, **by(territory_user))
    later = step(project, "construction")
    with pytest.raises(Refused) as refused:
        rehearsing.ask_rehearsal(seen(later), " ", TODAY + timedelta(days=1), **by(territory_user))
    assert [one.field for one in refused.value.problems] == ["words", "on"]
    with pytest.raises(Refused, match="手续不在了"):
        rehearsing.ask_rehearsal(seen(later), "材料", TODAY, **by(stranger))
    with pytest.raises(PermissionDenied):
        rehearsing.ask_rehearsal(seen(later), "材料", TODAY, **by(leader_user))
    PermitStep.objects.filter(pk=later.pk).update(version=7)
    with pytest.raises(Conflict):
        rehearsing.ask_rehearsal(seen(later), "材料", TODAY, **by(territory_user))
    tracks.permits["supply"].department = None
    tracks.permits["supply"].save()
    with pytest.raises(Refused, match="还没定办理部门"):
        rehearsing.ask_rehearsal(seen(step(project, "supply")), "材料", TODAY, **by(territory_user))
    Project.objects.filter(pk=project.pk).update(removed_on=TODAY)
    with pytest.raises(Refused, match="已经退库"):
        rehearsing.ask_rehearsal({later.pk: None}, "材料", TODAY, **by(territory_user))
    assert not Rehearsal.objects.exists()


def test_who_may_answer_and_what_an_answer_needs(
    project: Project, territory_user: User, hall: User, land: User
) -> None:
    held = rehearsed(project, territory_user)
    with pytest.raises(PermissionDenied):
        rehearsing.answer_rehearsal(seen(held), "ok", "看过", TODAY, **by(territory_user))
    with pytest.raises(Refused, match="不在了"):  # 别的部门看不到这一步
        rehearsing.answer_rehearsal(seen(held), "ok", "看过", TODAY, **by(land))
    with pytest.raises(Refused) as refused:
        rehearsing.answer_rehearsal(seen(held), "maybe", "", AGO, **by(hall))
    assert [one.field for one in refused.value.problems] == ["state", "opinion", "on"]
    rehearsing.answer_rehearsal(seen(held), "ok", "看过", TODAY, **by(hall))
    with pytest.raises(Conflict, match="刚被别人办过，现在是“看过可行”"):
        rehearsing.answer_rehearsal(seen(held), "lacking", "缺", TODAY, **by(hall))


def test_a_step_handed_in_otherwise_ends_its_rehearsal(
    project: Project, territory_user: User, hall: User
) -> None:
    held = rehearsed(project, territory_user)
    one = step(project, "construction")
    actions.accept_lacking(seen(one), "拆迁尾户", TODAY + timedelta(days=30), TODAY, **by(hall))
    assert follow_services([project.pk], now=NOW) == 1
    held.refresh_from_db()
    assert held.state == "withdrawn"
    assert not Duty.objects.open().filter(kind="permit.rehearse").exists()


# 信用承诺


def committed(project: Project, side: User, code: str = "environment", **changed: Any) -> Commitment:
    given: dict[str, Any] = {
        "signer": "赵总",
        "words": "按报批稿施工",
        "check_by": date(2018, 12, 31),
        "on": TODAY,
    }
    return committing.commit(seen(step(project, code)), **{**given, **changed}, **by(side))


def test_a_commitment_does_the_step_and_is_to_be_checked(project: Project, territory_user: User) -> None:
    held = committed(project, territory_user)
    done = step(project, "environment")
    assert (done.state, done.submitted_on, done.decided_on) == ("approved", TODAY, TODAY)
    assert done.reason == "信用承诺：按报批稿施工"
    assert done.confirmed_at is None  # 项目这边录的，部门还要确认
    duty = Duty.objects.open().get(kind="permit.check")
    assert (duty.unit, duty.due_at.date() if duty.due_at else None) == (done.permit.department, held.check_by)
    assert list(Event.objects.values_list("verb", flat=True)) == ["permits.step.committed"]  # 一件事一笔


def test_kept_it_stays_and_is_confirmed(project: Project, territory_user: User, hall: User) -> None:
    held = committed(project, territory_user)
    held = committing.check_commitment(seen(held), True, "现场已按方案做", TODAY, **by(hall))
    assert (held.state, held.checked_by) == ("kept", hall)
    done = step(project, "environment")
    assert (done.state, done.confirmed_by) == ("approved", hall)
    assert not Duty.objects.open().filter(kind__in=("permit.check", "permit.confirm")).exists()
    assert Event.objects.filter(verb="permits.step.kept").count() == 1


def test_broken_the_step_begins_again_and_what_stood_behind_waits(
    project: Project, territory_user: User, hall: User, land: User
) -> None:
    held = committed(project, territory_user, "relocation")
    assert step(project, "supply").ready_since == TODAY
    held = committing.check_commitment(seen(held), False, "三户没搬", TODAY, **by(land))
    assert (held.state, held.finding) == ("broken", "三户没搬")
    back = step(project, "relocation")
    assert (back.state, back.decided_on, back.reason) == ("planned", None, "信用承诺没有履行：三户没搬")
    assert back.ready_since == AGO
    assert step(project, "supply").ready_since is None
    assert not Duty.objects.open().filter(kind="permit.check").exists()
    event = Event.objects.get(verb="permits.step.broken")
    assert event.rows.filter(subject_id=back.pk, subject_kind="permits.permitstep").count() == 2
    committed(project, territory_user, "relocation")  # 可以再承诺一次


def test_what_is_refused_of_a_commitment(
    project: Project, territory_user: User, hall: User, leader_user: User
) -> None:
    with pytest.raises(Refused) as refused:
        committed(project, territory_user, signer="", words=" ", check_by=None)
    assert [one.field for one in refused.value.problems] == ["signer", "words", "check_by"]
    for check_by, words in ((TODAY, "不晚于签字"), (TODAY + timedelta(days=367), "一年内")):
        with pytest.raises(Refused, match=words):
            committed(project, territory_user, check_by=check_by)
    with pytest.raises(Refused, match="还没到"):
        committed(project, territory_user, on=TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="前面的.*还没办完"):
        committed(project, territory_user, "construction")
    with pytest.raises(Refused, match="不能再以承诺办结"):
        committed(project, hall, "filing")
    with pytest.raises(PermissionDenied):
        committed(project, leader_user)
    assert not Commitment.objects.exists()
    assert step(project, "environment").state == "planned"
    held = committed(project, territory_user)
    with pytest.raises(PermissionDenied):
        committing.check_commitment(seen(held), True, "看过", TODAY, **by(territory_user))
    with pytest.raises(Refused) as refused:
        committing.check_commitment(seen(held), True, "", AGO, **by(hall))
    assert [one.field for one in refused.value.problems] == ["words", "on"]
    committing.check_commitment(seen(held), True, "看过", TODAY, **by(hall))
    with pytest.raises(Conflict, match="现在是“已履行”"):
        committing.check_commitment(seen(held), False, "没有", TODAY, **by(hall))


def test_a_step_taken_back_otherwise_voids_the_commitment(
    project: Project, territory_user: User, hall: User
) -> None:
    held = committed(project, territory_user)
    actions.take_back({held.step_id: None}, "录错了", **by(hall))
    with pytest.raises(Refused, match="这一份承诺不再核查"):
        committing.check_commitment(seen(held), True, "看过", TODAY, **by(hall))
    assert follow_services([project.pk], now=NOW) == 1
    held.refresh_from_db()
    assert held.state == "void"
    assert not Duty.objects.open().filter(kind="permit.check").exists()


# 套餐


@pytest.fixture
def package(tracks: Tracks, office_user: User) -> Package:
    return packaging.save_package(
        None, "拿地先行", ["relocation", "environment"], note="两步并着报", **by(office_user)
    )


def test_a_package_is_edited_versioned_and_retired(package: Package, office_user: User, hall: User) -> None:
    assert package.codes == ["environment", "relocation"]  # 按目录的次序
    changed = packaging.save_package(
        package, "拿地先行", ["filing", "environment"], seen=1, **by(office_user)
    )
    assert (changed.version, changed.codes) == (2, ["filing", "environment"])
    event = Event.objects.filter(verb="permits.package.saved").latest("pk")
    assert event.changes["手续"] == ["环评、征地拆迁", "立项备案、环评"]
    with pytest.raises(Conflict, match="刚被人改过"):
        packaging.save_package(package, "拿地先行", ["filing", "environment"], seen=1, **by(office_user))
    with pytest.raises(Refused, match="已有套餐“拿地先行”"):
        packaging.save_package(None, "拿地先行", ["filing", "environment"], **by(office_user))
    with pytest.raises(Refused) as refused:
        packaging.save_package(None, "", ["filing", "gone"], **by(office_user))
    assert [one.field for one in refused.value.problems] == ["name", "codes"]
    with pytest.raises(Refused, match="至少两项"):
        packaging.save_package(None, "一项", ["filing", "filing"], **by(office_user))
    with pytest.raises(PermissionDenied):
        packaging.save_package(None, "假的", ["filing", "environment"], **by(hall))
    with pytest.raises(PermissionDenied):
        packaging.retire_package(package, **by(hall))
    packaging.retire_package(package, seen=2, **by(office_user))
    with pytest.raises(Conflict, match="停用"):
        packaging.retire_package(package, **by(office_user))


def test_a_package_is_handed_in_in_one_act(package: Package, project: Project, territory_user: User) -> None:
    done = packaging.submit_package(package, project, TODAY, words="一并报", **by(territory_user))
    assert [one.permit.code for one in done] == ["environment", "relocation"]
    assert {step(project, code).state for code in package.codes} == {"submitted"}
    event = Event.objects.exclude(verb="permits.package.saved").get()
    assert event.verb == "permits.step.packaged"
    assert event.rows.filter(subject_kind="permits.permitstep").count() == 2
    assert Duty.objects.open().filter(kind="permit.accept").count() == 2
    with pytest.raises(Refused, match="都报过了"):
        packaging.submit_package(package, project, TODAY, **by(territory_user))


def test_all_of_it_or_nothing_with_every_reason(
    project: Project, office_user: User, territory_user: User, leader_user: User, tracks: Tracks
) -> None:
    whole = packaging.save_package(None, "全套", ["environment", "supply", "construction"], **by(office_user))
    with pytest.raises(Refused) as refused:
        packaging.submit_package(whole, project, TODAY, **by(territory_user))
    assert [one.row for one in refused.value.problems] == [1, 2]
    assert "“土地供应”不能报件" in refused.value.problems[0].sentence
    assert step(project, "environment").state == "planned"
    assert not Event.objects.filter(verb="permits.step.packaged").exists()
    with pytest.raises(Refused) as refused:
        packaging.submit_package(whole, project, TODAY + timedelta(days=1), **by(territory_user))
    assert [one.field for one in refused.value.problems].count("on") == 1  # 每步都一样的只说一遍
    with pytest.raises(PermissionDenied):
        packaging.submit_package(whole, project, TODAY, **by(leader_user))
    packaging.retire_package(whole, **by(office_user))
    with pytest.raises(Conflict, match="停用"):
        packaging.submit_package(whole, project, TODAY, **by(territory_user))


# 代办员


@pytest.fixture
def runner(subdistrict: Unit) -> User:
    return appoint(UserFactory(name="跑腿的"), Role.TERRITORY, unit=subdistrict)


def test_an_officer_hears_of_supplements_and_overdue_steps(
    project: Project, tracks: Tracks, territory_user: User, hall: User, runner: User
) -> None:
    one = step(project, "environment")
    actions.submit(seen(one), AGO, **by(territory_user))
    actions.ask_supplement({one.pk: None}, "缺公示截图", TODAY, **by(hall))
    late = step(project, "relocation")
    actions.submit(seen(late), AGO, **by(territory_user))
    PermitStep.objects.filter(pk=late.pk).update(due_on=date(2018, 9, 10))
    assert officers.assign_officers([project], runner, **by(territory_user)) == 1
    owed = {duty.title: duty.due_at for duty in Duty.objects.open().filter(person=runner)}
    assert set(owed) == {"代办催办：征地拆迁", "代办补正：环评"}
    assert owed["代办补正：环评"] is None
    actions.answer_supplement({one.pk: None}, TODAY, **by(territory_user))
    follow_services([project.pk], now=NOW)
    assert [duty.title for duty in Duty.objects.open().filter(person=runner)] == ["代办催办：征地拆迁"]
    assert officers.assign_officers([project], None, **by(territory_user)) == 1
    assert not Duty.objects.open().filter(person=runner).exists()
    assert not ServiceOfficer.objects.exists()
    said = [
        row.changes["代办员"]
        for row in EventRow.objects.filter(event__verb="permits.officer.assigned").order_by("pk")
    ]
    assert said == [["", "跑腿的"], ["跑腿的", ""]]


def test_a_promise_passed_overnight_comes_to_the_officer(
    project: Project, office_user: User, runner: User
) -> None:
    officers.assign_officers([project], runner, **by(office_user))
    assert not Duty.objects.open().filter(person=runner).exists()
    PermitStep.objects.filter(project=project, permit__code="environment").update(due_on=TODAY)
    assert officers.follow_all(NOW) == 0
    assert officers.follow_all(NOW + timedelta(days=1)) == 1
    assert officers.follow_all(NOW + timedelta(days=1)) == 1
    assert Duty.objects.filter(person=runner).count() == 1


def test_who_may_assign_whom(
    project: Project, territory_user: User, office_user: User, stranger: User, hall: User, runner: User
) -> None:
    for nobody in (stranger, hall):
        with pytest.raises(PermissionDenied):
            officers.assign_officers([project], runner, **by(nobody))
    for person in (stranger, hall):
        with pytest.raises(Refused, match="请另选"):
            officers.assign_officers([project], person, **by(office_user))
    assert officers.assign_officers([project], runner, **by(office_user)) == 1
    assert officers.assign_officers([project], runner, **by(office_user)) == 0
    assert Event.objects.filter(verb="permits.officer.assigned").count() == 1
    assert officers.assign_officers([project], office_user, **by(office_user)) == 1


def test_an_officer_who_leaves_is_relieved(project: Project, office_user: User, runner: User) -> None:
    officers.assign_officers([project], runner, **by(office_user))
    assert officers.relieve(runner, now=NOW) == 0  # 还在
    runner.appointments.update(ended_at=NOW)
    assert officers.relieve(runner, now=NOW) == 1
    assert not ServiceOfficer.objects.exists()


def test_many_projects_cost_no_more(
    tracks: Tracks, subdistrict: Unit, office_user: User, runner: User, django_assert_max_num_queries: Any
) -> None:
    late = accepted(AGO, date(2018, 9, 10))
    many = [tracks.project(subdistrict, f"项目{n}", {"environment": late}) for n in range(30)]
    with django_assert_max_num_queries(40):
        assert officers.assign_officers(many, runner, actor=SYSTEM, now=NOW) == 30
    assert Duty.objects.open().filter(person=runner).count() == 30
