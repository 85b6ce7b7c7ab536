"""为企服务：套餐一次报几步，代办员替谁跑腿；谁能做，填错了怎么说，做完什么样。"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW, UserFactory, appoint
from tests.permits.serving import AGO, TODAY, by, seen, step
from tests.permits.waiting import Tracks, accepted
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event, EventRow
from xushi.permits import actions, officers, packaging
from xushi.permits.models import Package, PermitStep, ServiceOfficer
from xushi.permits.services_following import follow_services
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db


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
