"""记一次现场：送两次只记一次，别人先写了不覆盖，发现跟着改、动过的不回头。"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOW
from tests.inspections.builders import DUE, a_visit, add_round, add_team, finding, found, record, sent
from xushi.duties.models import Duty
from xushi.inspections import actions, rectifying
from xushi.inspections.entries import read_entry
from xushi.inspections.models import Finding, SentEntry, VisitRecord
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.registry.checking import Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_what_the_phone_sends_stands_on_the_visit(subdistrict: Unit, inspector_user: User) -> None:
    visit = a_visit(subdistrict, kind="start")
    done = record(visit, inspector_user, finding(key=uuid4()), really_started=False)
    visit.refresh_from_db()
    held = VisitRecord.objects.get(visit=visit)
    assert (done.outcome, done.version, visit.version, visit.state) == ("taken", 2, 2, "done")
    assert (str(held.seen_rate), held.really_started, held.signed_name) == ("0.4180", False, "王工")
    assert held.answers.count() == 6
    assert held.signature.read().startswith(b"\x89PNG")
    [one] = Finding.objects.all()
    assert (one.unit, one.due_on, one.state, one.project) == (subdistrict, DUE, "open", visit.project)
    assert [duty.kind for duty in Duty.objects.open().filter(unit=subdistrict)] == ["finding.fix"]
    event = Event.objects.get(verb="inspections.visit.recorded")
    kinds = {row.subject_kind for row in event.rows.all()}
    assert kinds == {"inspections.visit", "registry.project", "inspections.finding"}


def test_the_same_entry_twice_changes_nothing(subdistrict: Unit, inspector_user: User) -> None:
    visit = a_visit(subdistrict)
    told = sent(visit, finding())
    first = actions.record_visit(visit=visit, entry=read_entry(told), device="p", by=inspector_user, now=NOW)
    later = told | {"sent_at": (NOW + timedelta(hours=3)).isoformat()}
    again = actions.record_visit(
        visit=visit, entry=read_entry(later), device="p", by=inspector_user, now=NOW + timedelta(hours=3)
    )
    assert (again.outcome, again.version, again.entry_id, again.again) == (
        first.outcome, first.version, first.entry_id, True,
    )  # fmt: skip
    assert (SentEntry.objects.count(), Finding.objects.count()) == (1, 1)
    assert Event.objects.filter(verb="inspections.visit.recorded").count() == 1


def test_what_others_wrote_is_not_overwritten_and_a_person_chooses(
    subdistrict: Unit, inspector_user: User, office_user: User
) -> None:
    visit = a_visit(subdistrict)
    record(visit, inspector_user, finding("甲写的"))
    other = record(visit, office_user, finding("乙写的"), words="乙看到的", seen_rate="0.6")
    assert other.conflict
    assert (other.others["by"], other.others["findings"]) == (inspector_user.name, ["甲写的"])
    assert VisitRecord.objects.get().words == "主体施工至三层。"
    assert [one.words for one in Finding.objects.live()] == ["甲写的"]
    actions.choose_entry(entry=other.entry_id, take=True, by=office_user, now=NOW)
    assert VisitRecord.objects.get().words == "乙看到的"
    assert [one.words for one in Finding.objects.live()] == ["乙写的"]
    assert [one.outcome for one in SentEntry.objects.order_by("pk")] == ["replaced", "taken"]
    with pytest.raises(Refused, match="已经有人选过"):
        actions.choose_entry(entry=other.entry_id, take=False, by=office_user, now=NOW)


def test_a_declined_entry_leaves_everything_as_it_is(
    subdistrict: Unit, inspector_user: User, office_user: User
) -> None:
    visit = a_visit(subdistrict)
    record(visit, inspector_user, finding("甲写的"))
    other = record(visit, office_user, words="乙看到的")
    actions.choose_entry(entry=other.entry_id, take=False, by=inspector_user, now=NOW)
    assert VisitRecord.objects.get().words == "主体施工至三层。"
    assert SentEntry.objects.get(pk=other.entry_id).outcome == "declined"


def test_the_phone_that_wrote_last_may_mend_its_own(subdistrict: Unit, inspector_user: User) -> None:
    visit, key = a_visit(subdistrict), uuid4()
    record(visit, inspector_user, finding("写错了", key), finding("多写的"))
    visit.refresh_from_db()
    done = record(visit, inspector_user, finding("西侧4户未腾空", key, severity=3))
    assert (done.outcome, done.version) == ("taken", 3)
    assert [(one.words, one.severity) for one in Finding.objects.live()] == [("西侧4户未腾空", 3)]
    assert Finding.objects.get(words="多写的").state == "withdrawn"
    assert not Duty.objects.open().filter(subject_id=Finding.objects.get(words="多写的").pk).exists()


def test_a_finding_that_has_gone_on_is_not_turned_back(
    subdistrict: Unit, inspector_user: User, office_user: User
) -> None:
    visit = a_visit(subdistrict)
    one = found(visit, inspector_user)
    rectifying.add_note({one.pk: None}, "已约3户", actor=Actor(by=office_user), now=NOW)
    visit.refresh_from_db()
    record(visit, inspector_user, finding("另一件"))
    one.refresh_from_db()
    assert (one.state, one.words) == ("open", "西侧4户未腾空。")
    assert Finding.objects.live().count() == 2


def test_a_phone_with_a_wrong_clock_is_put_right_and_said(subdistrict: Unit, inspector_user: User) -> None:
    visit, behind = a_visit(subdistrict), NOW - timedelta(days=2)
    entry = read_entry(sent(visit, at=behind))
    actions.record_visit(visit=visit, entry=entry, device="p", by=inspector_user, now=NOW)
    held = VisitRecord.objects.get()
    assert held.skew_seconds == 2 * 24 * 3600
    assert held.phone_ended_at == behind - timedelta(minutes=5)
    assert held.ended_at == NOW - timedelta(minutes=5)


def test_who_does_not_look_records_nothing(
    subdistrict: Unit, territory_user: User, leader_user: User, stranger: User, department_user: User,
    inspector_user: User,
) -> None:  # fmt: skip
    visit = a_visit(subdistrict)
    for person in (territory_user, leader_user, stranger, department_user):
        with pytest.raises(PermissionDenied, match="由督查组来记"):
            record(visit, person)
    held = add_round(10)
    joined = a_visit(
        subdistrict, "二期", held=held, team=add_team(held, inspector_user, "二组", department_user)
    )
    assert record(joined, department_user).outcome == "taken"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"seen_rate": "41.8"}, "0%到1000%"),
        ({"findings": [finding("")]}, "没写问题"),
        ({"findings": [finding(due_on="")]}, "没有整改期限"),
        ({"findings": [finding(**{"class": "gold"})]}, "看不懂"),
        ({"findings": [finding(unit=99999999)]}, "责任单位不在了"),
        ({"answers": [{"item": 99999999, "verdict": "ok"}]}, "联网更新检查单"),
        ({"started_at": "2018-09-12T08:00:00"}, "要带时区"),
        ({"place": {"lng": 500, "lat": 3}}, "经纬度不对"),
        ({"signature": {"png": "bm90IGEgcG5n", "name": "王工"}}, "请重签"),
        ({"signature": {"strokes": [[[0, 0], [1, 1]]], "name": ""}}, "姓名"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_whole(
    subdistrict: Unit, inspector_user: User, told: dict[str, Any], sentence: str
) -> None:
    visit = a_visit(subdistrict)
    with pytest.raises(Refused, match=sentence):
        record(visit, inspector_user, **told)
    assert not SentEntry.objects.exists()
    assert not Finding.objects.exists()


def test_arriving_moves_no_version(subdistrict: Unit, inspector_user: User) -> None:
    visit = a_visit(subdistrict)
    held = actions.arrive(visit=visit, by=inspector_user, now=NOW)
    assert (held.state, held.version) == ("under_way", 1)
    assert record(visit, inspector_user).outcome == "taken"
