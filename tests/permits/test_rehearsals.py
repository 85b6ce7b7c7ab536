"""模拟审批：前面的没办完，部门先看；看过可行的到时候转正式受理，谁能提、谁能看，填错了怎么说。"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW
from tests.permits.serving import AGO, TODAY, by, seen, step
from tests.permits.waiting import Tracks
from xushi.calendars.selectors import calendar
from xushi.duties.models import Duty
from xushi.journal.models import Event, EventRow
from xushi.permits import actions, rehearsing
from xushi.permits.models import PermitStep, Rehearsal
from xushi.permits.services_following import follow_services
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import User

pytestmark = pytest.mark.django_db


def rehearsed(project: Project, side: User) -> Rehearsal:
    return rehearsing.ask_rehearsal(
        seen(step(project, "construction")), "设计方案、图审合格书", TODAY, **by(side)
    )


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
