"""信用承诺：先办结后核查；履行的算数，没履行的退回去，它后面的跟着等。"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW
from tests.permits.serving import AGO, TODAY, by, seen, step
from xushi.duties.models import Duty
from xushi.journal.models import Event
from xushi.permits import actions, committing
from xushi.permits.models import Commitment
from xushi.permits.services_following import follow_services
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import User

pytestmark = pytest.mark.django_db


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
