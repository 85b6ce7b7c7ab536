"""准入的动作：申报到决定，决定到项目和承诺，一件只定一次，没答的按规则计，谁都越不过。"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.admission.builders import (
    CLAUSE,
    CODE,
    MU,
    NUMBERS,
    STANDARDS,
    WAN,
    answered,
    applied,
    decided,
    decision,
    department,
    industry,
    row,
    sent,
)
from tests.factories import NOW, UnitFactory
from tests.progress.builders import add_project
from xushi.admission import actions, deciding, opinions, promising, snapshots, standards
from xushi.admission.measures import JUDGED, Item, Measure
from xushi.admission.models import Application, Breach, Condition, Decision
from xushi.admission.models_standards import CriterionSet
from xushi.admission.promising import DeliveryInput, check_delivery, meet_condition, settle_breach
from xushi.admission.rules import ConditionInput, Silence, Terms, Votes
from xushi.admission.selectors import medians
from xushi.admission.sittings import plan_sitting
from xushi.admission.table import Answer, Outcome, State
from xushi.duties.actions import transfer_duties
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db


def how(by: User | None, now: Any = NOW) -> dict[str, Any]:
    return {"actor": Actor(by=by), "now": now}


def owed(kind: str) -> list[str]:
    return [str(duty.unit) for duty in Duty.objects.open().filter(kind=kind).order_by("pk")]


def verbs() -> list[str]:
    rows = Event.objects.filter(verb__startswith="admission.").order_by("pk")
    return [verb.removeprefix("admission.") for verb in rows.values_list("verb", flat=True)]


@pytest.fixture
def scene(district: Unit, subdistrict: Unit, office_user: User, territory_user: User) -> SimpleNamespace:
    units = [department(district, name) for name in ("区环保局", "区经信局")]
    return SimpleNamespace(
        town=subdistrict, office=office_user, applicant=territory_user, people=units,
        units=[person.unit for person in units],
    )  # fmt: skip


def test_an_application_without_a_code_or_with_a_wrong_check_digit_is_refused(scene: SimpleNamespace) -> None:
    for code, said in (("", "填统一社会信用代码"), (CODE[:-1] + "0", "校验不通过")):
        with pytest.raises(Refused, match=said):
            applied(scene.town, scene.applicant, credit_code=code)
    assert not Application.objects.exists()


def test_an_application_is_owed_acceptance_and_sent_twice_is_one(scene: SimpleNamespace) -> None:
    given = row(scene.town)
    [made] = actions.apply([given], **how(scene.applicant))
    assert actions.apply([given], **how(scene.applicant)) == [made]
    assert (made.state, made.responsible_unit, made.credit_code) == (State.SUBMITTED, scene.town, CODE)
    assert owed("admission.accept") == ["区重大办"]
    assert verbs()[-1] == "application.submitted"
    with pytest.raises(Refused, match="已有一件在审的申请"):
        applied(scene.town, scene.applicant)


def test_nobody_applies_for_another_place_or_industry_without_thresholds(
    scene: SimpleNamespace, other_subdistrict: Unit
) -> None:
    with pytest.raises(Refused, match="请选本单位所在"):
        applied(other_subdistrict, scene.applicant)
    bare = standards.add_industry("航天", leading=False, **how(scene.office))
    with pytest.raises(Refused, match="还没有发布门槛"):
        applied(scene.town, scene.applicant, industry=bare.pk)


def test_returned_amended_and_submitted_again(scene: SimpleNamespace) -> None:
    made = applied(scene.town, scene.applicant)
    actions.send_back({made.pk: 1}, "亩均税收口径不对", **how(scene.office))
    assert (owed("admission.accept"), owed("admission.mend")) == ([], ["江浦街道"])
    with pytest.raises(Conflict, match="退回补正"):
        actions.amend({made.pk: 1}, row(scene.town), **how(scene.applicant))
    more = row(scene.town, numbers=replace(NUMBERS, tax=3_600 * WAN))
    again = actions.amend({made.pk: 2}, more, **how(scene.applicant))
    assert (again.state, again.tax) == (State.SUBMITTED, 3_600 * WAN)
    event = Event.objects.order_by("pk").last()
    assert event is not None
    assert event.changes["达产年税收"] == ["3,080万元", "3,600万元"]
    assert owed("admission.mend") == []


def test_each_unit_has_its_own_clock_and_the_office_owes_the_meeting_once_all_have_answered(
    scene: SimpleNamespace,
) -> None:
    made = sent(scene.town, scene.office, scene.units[:1])
    later = NOW + timedelta(days=3)
    actions.send_for_opinions({made.pk: None}, scene.units, **how(scene.office, later))
    first, second = made.opinions.order_by("pk")
    assert second.due_at - first.due_at >= timedelta(days=1)
    assert owed("admission.opinion") == ["区环保局", "区经信局"]
    opinions.give(first, Answer.AGREED, "", **how(scene.people[0], later))
    assert (owed("admission.opinion"), owed("admission.decide")) == (["区经信局"], [])
    opinions.give(second, Answer.CONDITIONAL, "先签接管协议", **how(scene.people[1], later))
    assert (owed("admission.opinion"), owed("admission.decide")) == ([], ["区重大办"])
    with pytest.raises(Refused, match="都已经在答复"):
        actions.send_for_opinions({made.pk: None}, scene.units, **how(scene.office, later))


def test_a_unit_answers_for_itself_only_and_says_why(scene: SimpleNamespace) -> None:
    made = sent(scene.town, scene.office, scene.units)
    first = made.opinions.order_by("pk")[0]
    for person in (scene.people[1], scene.applicant):
        with pytest.raises(PermissionDenied):
            opinions.give(first, Answer.AGREED, "", **how(person))
    with pytest.raises(Refused, match="写明理由"):
        opinions.give(first, Answer.OPPOSED, " ", **how(scene.people[0]))
    opinions.give(first, Answer.OPPOSED, "废水没有出路", seen="waiting", **how(scene.people[0]))
    with pytest.raises(Conflict, match="不同意"):
        opinions.give(first, Answer.AGREED, "", seen="waiting", **how(scene.people[0]))
    given = opinions.give(made.opinions.order_by("pk")[1], Answer.AGREED, "", **how(scene.office))
    assert (given.by_unit, made.notes.last().facts) == ("区重大办", "区经信局同意（区重大办代录）")


def test_nothing_is_decided_while_a_deadline_runs(scene: SimpleNamespace) -> None:
    made = sent(scene.town, scene.office, scene.units)
    with pytest.raises(Refused, match="区环保局.*期限没到"):
        decided(made, scene.office)
    assert not Decision.objects.exists()


def test_whoever_is_late_is_counted_by_the_rule_and_named(scene: SimpleNamespace) -> None:
    made = sent(scene.town, scene.office, scene.units)
    opinions.give(made.opinions.order_by("pk")[0], Answer.AGREED, "", **how(scene.people[0]))
    made.refresh_from_db()
    late = made.opinions.order_by("pk")[1].due_at + timedelta(days=1)
    found = deciding.decide({made.pk: made.version}, decision(), **how(scene.office, late))
    [agreed, silent] = found.snapshot["opinions"]
    assert (agreed["answer"], silent["answer"], silent["unit"]) == ("agreed", "silent", "区经信局")
    assert "超时1个工作日未答，按同意计" in silent["words"]
    assert owed("admission.opinion") == []


def test_silence_is_counted_daily_once_the_grace_is_over(scene: SimpleNamespace) -> None:
    standards.set_terms(Terms(silence=Silence.NONE), "区政府会议纪要", **how(scene.office))
    made = sent(scene.town, scene.office, scene.units)
    due = made.opinions.first().due_at
    assert opinions.count_silent(due + timedelta(hours=1)) == 0
    assert opinions.count_silent(due + timedelta(days=14)) == 2
    assert opinions.count_silent(due + timedelta(days=14)) == 0
    assert {(one.answer, one.words) for one in made.opinions.all()} == {
        ("silent", "逾期满3个工作日未答，按无意见计")
    }
    assert verbs()[-1] == "opinion.silent"
    assert owed("admission.decide") == ["区重大办"]


def test_two_offices_deciding_at_once_make_one_decision(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    seen = made.version
    deciding.decide({made.pk: seen}, decision(), **how(scene.office))
    with pytest.raises(Conflict, match="附条件.*现在是“附条件准入”"):
        deciding.decide({made.pk: seen}, decision(Outcome.REFUSED), **how(scene.office))
    with pytest.raises(Refused, match="形成决定只能在“会审中”时办"):
        deciding.decide({made.pk: None}, decision(Outcome.REFUSED), **how(scene.office))
    assert Decision.objects.count() == 1


def test_the_admitted_becomes_a_project_with_what_was_agreed(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    agreed = NUMBERS.having(Item.LAND, 88 * MU)
    conditions = [
        ConditionInput("用地由100亩核减为88亩"),
        ConditionInput("开工前签废水接管协议", date(2018, 12, 31)),
    ]
    found = decided(made, scene.office, decision(agreed=agreed, conditions=conditions))
    made.refresh_from_db()
    project = made.project
    assert project is not None
    assert (project.name, project.total_investment, project.territory) == (
        made.name,
        NUMBERS.investment,
        scene.town,
    )
    assert "用地88亩" in project.content and project.scale == "用地88亩"
    promised = {one.of_item: (one.amount, one.first_year) for one in made.promises.all()}
    assert promised[Item.LAND] == (88 * MU, 2020)
    assert promised[Item.TAX] == (3_080 * WAN, 2021)
    kept = {one.scored.measure: one.scored.met for one in snapshots.scored_in(found.snapshot)}
    assert all(kept.values()) and len(kept) == 8
    assert owed("admission.condition") == ["江浦街道", "江浦街道"]
    rows = Event.objects.get(verb="admission.application.decided").rows
    assert rows.filter(subject_kind="registry.project", subject_id=project.pk).exists()
    assert Event.objects.filter(verb="registry.project.registered", subject_id=project.pk).exists()


def test_a_project_of_the_same_name_is_joined_only_where_that_is_said(scene: SimpleNamespace) -> None:
    project = add_project(scene.town, "宁芯先进封测基地")
    made = answered(scene.town, scene.office, scene.units)
    with pytest.raises(Refused, match="库里已有"):
        decided(made, scene.office)
    assert not Project.objects.exclude(pk=project.pk).exists()
    decided(made, scene.office, decision(join_existing=True))
    made.refresh_from_db()
    assert made.project == project


def test_the_deferred_may_be_resumed_and_the_refused_not(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    decided(made, scene.office, decision(Outcome.DEFERRED))
    with pytest.raises(Refused, match="形成决定只能"):
        deciding.decide({made.pk: None}, decision(), **how(scene.office))
    actions.amend(
        {made.pk: None}, row(scene.town, numbers=replace(NUMBERS, land=88 * MU)), **how(scene.applicant)
    )
    actions.resume({made.pk: None}, **how(scene.office))
    deciding.decide({made.pk: None}, decision(Outcome.REFUSED), **how(scene.office))
    made.refresh_from_db()
    assert (made.state, made.project, made.promises.count()) == (State.REFUSED, None, 0)
    assert [one.outcome for one in made.decisions.order_by("pk")] == ["deferred", "refused"]
    with pytest.raises(Refused, match="恢复会审只能"):
        actions.resume({made.pk: None}, **how(scene.office))


def test_a_decision_stays_explained_whatever_changes_later(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    before = decided(made, scene.office).snapshot
    harder = [replace(one, threshold=one.threshold * 2 if one.threshold else None) for one in STANDARDS]
    standards.publish(industry(), 2018, harder, "提高门槛", **how(scene.office))
    Unit.objects.filter(pk=scene.units[0].pk).update(name="区生态环境局")
    again = Decision.objects.get()
    assert again.snapshot == before
    assert before["criteria"]["version"] == 1
    assert before["opinions"][0]["unit"] == "区环保局"
    assert medians(2018, [scene.town])[Measure.INVESTMENT_PER_MU] == Decimal("1.24")


def test_thresholds_are_published_in_versions_and_applications_keep_theirs(scene: SimpleNamespace) -> None:
    made = applied(scene.town, scene.applicant)
    with pytest.raises(Conflict, match="第1版"):
        standards.publish(industry(), 2018, STANDARDS, "改", seen=0, **how(scene.office))
    new = standards.publish(industry(), 2018, STANDARDS[:5], "第5次常务会议", seen=1, **how(scene.office))
    assert (new.version, new.criteria.count()) == (2, 5)
    made.refresh_from_db()
    assert made.criteria.version == 1
    actions.renew_criteria({made.pk: None}, **how(scene.office))
    made.refresh_from_db()
    assert made.criteria == new
    with pytest.raises(Refused, match="已经是现行"):
        actions.renew_criteria({made.pk: None}, **how(scene.office))
    assert standards.set_for(industry(), 2030) == new
    assert standards.set_for(industry(), 2017) is None
    with pytest.raises(PermissionDenied):
        standards.publish(industry(), 2019, STANDARDS, "改", **how(scene.applicant))
    with pytest.raises(Refused, match="亩均税收的门槛要大于0"):
        standards.publish(industry(), 2019, [replace(STANDARDS[2], threshold=0)], "改", **how(scene.office))
    assert CriterionSet.objects.filter(industry=industry()).count() == 2


def test_promises_are_checked_and_two_short_years_open_a_breach(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    decided(made, scene.office)
    tax = made.promises.get(item=Item.TAX)

    def check(year: int, amount: int, now: Any) -> None:
        rows = [DeliveryInput(tax.pk, amount * WAN)]
        check_delivery(made, year, rows, f"税务局{year}年入库数", **how(scene.applicant, now))

    with pytest.raises(Refused, match="2021年还没过完"):
        check(2021, 3_000, NOW)
    later = NOW.replace(year=2023, month=2)
    with pytest.raises(Refused, match="从2021年起核对"):
        check(2020, 3_000, later)
    assert promising.open_checks(later) == 1
    assert owed("admission.check") == ["江浦街道"]
    check(2021, 2_000, later)
    assert (verbs()[-1], Breach.objects.count()) == ("promise.short", 0)
    check(2022, 2_000, later)
    breach = Breach.objects.get()
    assert (breach.year, breach.clause) == (2022, CLAUSE)
    assert owed("admission.breach") == ["区重大办"]
    assert owed("admission.check") == []
    assert promising.open_checks(later) == 0
    with pytest.raises(PermissionDenied):
        settle_breach(breach, "返还", **how(scene.applicant, later))
    settle_breach(breach, "返还奖补300万元", **how(scene.office, later))
    assert owed("admission.breach") == []


def test_a_condition_is_met_once_with_how(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    decided(made, scene.office)
    condition = Condition.objects.get()
    with pytest.raises(PermissionDenied):
        meet_condition(condition, "改了红线", **how(scene.people[0]))
    with pytest.raises(Refused, match="怎样落实"):
        meet_condition(condition, " ", **how(scene.applicant))
    meet_condition(condition, "红线图已改", **how(scene.applicant))
    with pytest.raises(Refused, match="已经落实"):
        meet_condition(condition, "再报", **how(scene.applicant))
    assert owed("admission.condition") == []


def test_a_dissolved_units_opinion_is_its_successors(scene: SimpleNamespace, district: Unit) -> None:
    made = sent(scene.town, scene.office, scene.units)
    successor = UnitFactory(name="区生态环境局", kind=Unit.Kind.DEPARTMENT, parent=district)
    old, other = scene.units
    for unit in (old, other):
        transfer_duties(unit, successor, now=NOW)
        opinions.transfer_unit(unit, successor, actor=SYSTEM, now=NOW)
    first, second = made.opinions.order_by("pk")
    assert (first.unit, first.answer) == (successor, "waiting")
    assert (second.unit, second.answer) == (other, "silent")
    assert "意见见区生态环境局" in second.words
    assert owed("admission.opinion") == ["区生态环境局"]


def test_sittings_are_numbered_within_their_month_and_take_applications(scene: SimpleNamespace) -> None:
    first, second = (plan_sitting(NOW + timedelta(days=n), **how(scene.office)) for n in (0, 1))
    assert str(second) == f"{NOW.month}月第2次会审"
    made = applied(scene.town, scene.applicant)
    actions.put_on({made.pk: 1}, first, **how(scene.office))
    made.refresh_from_db()
    assert made.sitting == first
    with pytest.raises(Refused, match="已经过了"):
        plan_sitting(NOW - timedelta(days=2), **how(scene.office))


def test_files_are_all_kept_or_none(scene: SimpleNamespace, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    pdf = SimpleUploadedFile("能评.pdf", b"%PDF-1.4 x\n%%EOF\n")
    fake = SimpleUploadedFile("可研.pdf", b"<html>")
    with pytest.raises(Refused, match="不是PDF"):
        actions.apply([row(scene.town)], uploads=[pdf, fake], **how(scene.applicant))
    assert not Application.objects.exists()
    pdf.seek(0)
    [made] = actions.apply([row(scene.town)], uploads=[pdf], **how(scene.applicant))
    [kept] = made.files.all()
    assert (kept.name, kept.is_pdf) == ("能评.pdf", True)


def test_only_the_office_sends_judges_and_decides(scene: SimpleNamespace, leader_user: User) -> None:
    made = answered(scene.town, scene.office, scene.units)
    for person in (scene.applicant, scene.people[0], leader_user):
        with pytest.raises(PermissionDenied):
            deciding.decide({made.pk: None}, decision(), **how(person))
        with pytest.raises(PermissionDenied):
            actions.judge({made.pk: None}, dict.fromkeys(JUDGED, True), **how(person))
    with pytest.raises(PermissionDenied):
        actions.withdraw({made.pk: None}, "不办了", **how(leader_user))
    actions.withdraw({made.pk: None}, "企业改在外区选址", **how(scene.applicant))
    assert owed("admission.opinion") == owed("admission.decide") == []


def test_votes_against_the_outcome_write_nothing(scene: SimpleNamespace) -> None:
    made = answered(scene.town, scene.office, scene.units)
    with pytest.raises(Refused, match="票数最多的是“不准入”"):
        decided(made, scene.office, decision(votes=Votes(conditional=2, refused=5)))
    assert not Decision.objects.exists()
