"""整改：报了由督查室复核，退回重来，逾期亮预警，能转问题，单位撤了移交。"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOW, UnitFactory
from tests.inspections.builders import DUE, a_visit, found, upload
from xushi.alerts.models import Alert
from xushi.duties.models import Duty
from xushi.inspections import rectifying
from xushi.inspections.acting import NotAllowed
from xushi.inspections.models import Finding
from xushi.inspections.selectors import record_of_unit
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.problems.models import Problem
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def held(subdistrict: Unit, inspector_user: User) -> Finding:
    return found(a_visit(subdistrict), inspector_user)


def kinds(finding: Finding) -> list[str]:
    return list(Duty.objects.open().filter(subject_id=finding.pk).values_list("kind", flat=True))


def test_the_way_of_a_rectification(
    held: Finding, territory_user: User, inspector_user: User, subdistrict: Unit
) -> None:
    unit, inspector = Actor(by=territory_user), Actor(by=inspector_user)
    rectifying.report_fixed({held.pk: 1}, "4户已腾空", [upload()], actor=unit, now=NOW)
    assert kinds(held) == ["finding.verify"]
    rectifying.send_back({held.pk: 2}, "还有1户", date(2018, 9, 21), actor=inspector, now=NOW)
    assert kinds(held) == ["finding.fix"]
    rectifying.report_fixed({held.pk: 3}, "最后1户已腾空", [upload()], actor=unit, now=NOW)
    rectifying.verify({held.pk: 4}, actor=inspector, now=NOW)
    held.refresh_from_db()
    assert (held.state, held.returns, held.photos.filter(kind="after").count()) == ("verified", 1, 2)
    assert kinds(held) == []
    assert [step.verb for step in held.steps.all()] == ["found", "fix", "return", "fix", "verify"]
    assert record_of_unit(inspector_user, subdistrict, 2018) == {
        "found": 1, "mended": 1, "in_time": 1, "returned": 1, "open": 0,
    }  # fmt: skip
    assert Event.objects.filter(verb__startswith="inspections.finding.").count() == 4


def test_a_report_needs_words_and_a_picture(held: Finding, territory_user: User) -> None:
    unit = Actor(by=territory_user)
    with pytest.raises(Refused, match="至少一张"):
        rectifying.report_fixed({held.pk: 1}, "改好了", [], actor=unit, now=NOW)
    with pytest.raises(Refused, match="怎么改的"):
        rectifying.report_fixed({held.pk: 1}, " ", [upload()], actor=unit, now=NOW)
    held.refresh_from_db()
    assert (held.state, held.photos.count()) == ("open", 0)


def test_nobody_verifies_what_they_reported_and_strangers_nothing(
    held: Finding, office_user: User, stranger: User, leader_user: User, territory_user: User
) -> None:
    rectifying.report_fixed({held.pk: None}, "改好了", [upload()], actor=Actor(by=territory_user), now=NOW)
    for person in (territory_user, leader_user):
        with pytest.raises(NotAllowed, match="要由区重大办或督查室"):
            rectifying.verify({held.pk: None}, actor=Actor(by=person), now=NOW)
    with pytest.raises(Refused, match="不在了"):
        rectifying.verify({held.pk: None}, actor=Actor(by=stranger), now=NOW)
    Finding.objects.filter(pk=held.pk).update(fixed_by=office_user)
    with pytest.raises(NotAllowed):
        rectifying.verify({held.pk: None}, actor=Actor(by=office_user), now=NOW)


def test_who_was_slower_is_told_what_was_done(held: Finding, inspector_user: User, office_user: User) -> None:
    rectifying.extend({held.pk: 1}, date(2018, 9, 25), "雨天", actor=Actor(by=inspector_user), now=NOW)
    with pytest.raises(Conflict, match=f"{inspector_user.name}.*改期限"):
        rectifying.withdraw({held.pk: 1}, "看错了", actor=Actor(by=office_user), now=NOW)


def test_late_ones_raise_an_alert_and_mending_clears_it(held: Finding, territory_user: User) -> None:
    rectifying.judge_all(NOW)
    assert not Alert.objects.open().exists()
    rectifying.judge_all(NOW + timedelta(days=5))
    assert Alert.objects.open().get().level == "yellow"
    rectifying.judge_all(NOW + timedelta(days=9))
    alert = Alert.objects.open().get(cause="rectification_due")
    assert (alert.level, alert.since, alert.responsible_unit) == ("red", DUE, held.unit)
    later = NOW + timedelta(days=9)
    rectifying.report_fixed({held.pk: None}, "改好了", [upload()], actor=Actor(by=territory_user), now=later)
    assert not Alert.objects.open().exists()


def test_it_becomes_a_problem_once(held: Finding, office_user: User, inspector_user: User) -> None:
    office = Actor(by=office_user)
    with pytest.raises(NotAllowed):
        rectifying.to_problem({held.pk: None}, "请国土定腾空时间", actor=Actor(by=inspector_user), now=NOW)
    problem = rectifying.to_problem({held.pk: None}, "请国土定腾空时间", actor=office, now=NOW)
    assert problem.project == held.project
    assert "现场督查发现：西侧4户未腾空" in problem.words
    with pytest.raises(Refused, match="已经转过问题"):
        rectifying.to_problem({held.pk: None}, "再转一次试试", actor=office, now=NOW)
    assert Problem.objects.count() == 1
    held.refresh_from_db()
    assert (held.state, held.problem) == ("open", problem)


def test_another_unit_mends_and_a_dissolved_one_passes_on(
    held: Finding, office_user: User, district: Unit
) -> None:
    other, heir = (UnitFactory(name=name, parent=district) for name in ("区水务局", "区自然资源局"))
    rectifying.hand_to({held.pk: None}, other, "归水务", actor=Actor(by=office_user), now=NOW)
    assert [duty.unit for duty in Duty.objects.open().filter(subject_id=held.pk)] == [other]
    assert rectifying.transfer_unit(other, heir, actor=SYSTEM, now=NOW) == 1
    held.refresh_from_db()
    assert held.unit == heir
    assert [duty.unit for duty in Duty.objects.open().filter(subject_id=held.pk)] == [heir]


def test_withdrawn_and_reopened(held: Finding, inspector_user: User, territory_user: User) -> None:
    inspector = Actor(by=inspector_user)
    rectifying.report_fixed({held.pk: None}, "好了", [upload()], actor=Actor(by=territory_user), now=NOW)
    rectifying.verify({held.pk: None}, actor=inspector, now=NOW)
    rectifying.reopen({held.pk: None}, "又堵了", date(2018, 9, 20), actor=inspector, now=NOW)
    assert kinds(held) == ["finding.fix"]
    rectifying.withdraw({held.pk: None}, "看错了标段", actor=inspector, now=NOW)
    held.refresh_from_db()
    assert (held.state, kinds(held)) == ("withdrawn", [])
    assert not Finding.objects.live().exists()
