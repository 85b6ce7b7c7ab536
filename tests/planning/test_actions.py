"""动作：储备、编制、建议、下达、撤回、申报；两个人同时、重名、已下达，都说得清。"""

from datetime import date, datetime

import pytest

from tests.factories import NOW
from tests.planning.builders import DUE, compiled, line, little_district, reserve
from tests.progress.builders import WAN, add_project
from xushi.core.clock import BEIJING
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.notices.writing import write_notices
from xushi.planning import adopting, declaring, programme, proposing
from xushi.planning import reserve as reserving
from xushi.planning.models import Declaration, Programme, ProgrammeItem, Proposal, Reserve
from xushi.planning.proposing import ProposalInput
from xushi.planning.rules import Maturity
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.registry.plans import propose_plan_revision
from xushi.registry.rules import PlanInput
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2019, 1, 2, 9, tzinfo=BEIJING)


@pytest.fixture
def by(office_user: User) -> Actor:
    return Actor(by=office_user)


@pytest.fixture
def plan(subdistrict: Unit, office_user: User) -> Programme:
    return compiled(subdistrict, office_user)


def item(name: str) -> ProgrammeItem:
    return ProgrammeItem.objects.get(name=name)


def test_a_name_in_full_width_is_the_same_name(subdistrict: Unit, by: Actor) -> None:
    little_district(subdistrict)
    reserve(subdistrict, name="5G产业园")
    with pytest.raises(Refused, match="储备里已有“5G产业园”，全角半角和空格不同也算同名"):
        reserving.propose_reserves([line(subdistrict, "５Ｇ 产业园")], actor=by, now=NOW)
    with pytest.raises(Refused, match="项目库里已有“汤泉文旅商业街配套”，请挂到这个项目上"):
        reserving.propose_reserves([line(subdistrict, "汤泉 文旅商业街配套")], actor=by, now=NOW)
    twice = [line(subdistrict, "一样"), line(subdistrict, "一 样")]
    with pytest.raises(Refused, match="储备里已有“一 样”"):
        reserving.propose_reserves(twice, actor=by, now=NOW)
    assert Reserve.objects.count() == 1


def test_who_amends_an_old_version_is_told(subdistrict: Unit, by: Actor) -> None:
    little_district(subdistrict)
    entry = reserve(subdistrict)
    rows = [(entry.pk, line(subdistrict, total_investment=40_000 * WAN))]
    assert reserving.amend_reserves(rows, seen={entry.pk: 1}, actor=by, now=NOW)[0].version == 2
    with pytest.raises(Conflict, match="刚被别人改过"):
        reserving.amend_reserves(rows, seen={entry.pk: 1}, actor=by, now=NOW)
    assert reserving.amend_reserves(rows, seen={entry.pk: 2}, actor=by, now=NOW) == []
    changed = Event.objects.get(verb="planning.reserve.amended").rows.get().changes
    assert changed == {"总投资": [300_000_000, 400_000_000]}


def test_an_entry_becomes_a_project_once(subdistrict: Unit, by: Actor) -> None:
    little_district(subdistrict)
    entry = reserve(subdistrict)
    project = reserving.register_reserves({entry.pk: 1}, actor=by, now=NOW)[0]
    assert (project.name, project.total_investment) == (entry.name, entry.total_investment)
    with pytest.raises(Refused, match="已经是库里的项目"):
        reserving.register_reserves({entry.pk: 2}, actor=by, now=NOW)
    assert Event.objects.filter(verb__startswith="registry.").count() == 0  # a part of the one event


def test_compiling_takes_what_goes_on_what_is_new_and_what_is_ripe(plan: Programme) -> None:
    lines = {(i.name, i.source, i.stage, i.planned_investment) for i in plan.items.all()}
    assert lines == {
        ("汤泉文旅商业街配套", "carried", 1, 10_000 * WAN),
        ("前期的桥", "carried", 2, 0),
        ("新入库的仓库", "admitted", 2, 0),
        ("射频芯片产业园", "ripe", 1, 8_000 * WAN),
    }
    assert item("汤泉文旅商业街配套").municipal
    assert Duty.objects.open().about(plan).count() == Unit.objects.filter(kind="subdistrict").count()


def test_compiling_again_takes_in_only_what_is_new(plan: Programme, subdistrict: Unit, by: Actor) -> None:
    kept = item("射频芯片产业园")
    programme.review_items(plan, {kept.pk: 1}, dropped=True, reason="地没落实", actor=by, now=NOW)
    add_project(subdistrict, "又一个", listed=False)
    programme.compile_programme(2019, proposals_due=DUE, actor=by, now=NOW)
    assert plan.items.count() == 5
    assert item("射频芯片产业园").dropped


def test_a_year_begun_or_a_late_date_is_refused(by: Actor) -> None:
    with pytest.raises(Refused, match="2018年已经开始，编计划请选2019年"):
        programme.compile_programme(2018, proposals_due=DUE, actor=by, now=NOW)
    with pytest.raises(Refused, match="建议截止日"):
        programme.compile_programme(2019, proposals_due=date(2019, 1, 1), actor=by, now=NOW)


def test_dropping_says_why_and_two_at_once_are_told(plan: Programme, by: Actor) -> None:
    line_ = item("前期的桥")
    with pytest.raises(Refused, match="不列入要写理由"):
        programme.review_items(plan, {line_.pk: 1}, dropped=True, reason=" ", actor=by, now=NOW)
    assert programme.review_items(plan, {line_.pk: 1}, dropped=True, reason="缓", actor=by, now=NOW) == 1
    with pytest.raises(Conflict, match="“前期的桥”刚被别人改过"):
        programme.review_items(plan, {line_.pk: 1}, dropped=False, reason="", actor=by, now=NOW)


@pytest.mark.parametrize(
    ("planned", "stage", "said"),
    [(-1, 1, "不能是负数"), (50_001 * WAN, 1, "超过了总投资"), (1, 2, "不下年度投资计划"), (0, 3, "阶段")],
)
def test_odd_amounts_of_a_line(plan: Programme, by: Actor, planned: int, stage: int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        programme.amend_item(item("汤泉文旅商业街配套"), planned, stage, "", seen=1, actor=by, now=NOW)


def test_a_proposal_accepted_changes_the_programme(
    plan: Programme, subdistrict: Unit, territory_user: User, by: Actor
) -> None:
    town = Actor(by=territory_user)
    spare = Reserve.objects.get(name="康养小镇")
    asked = [
        ProposalInput("add", "控规九月能批", reserve=spare),
        ProposalInput("drop", "业主撤资", item=item("前期的桥")),
        ProposalInput("change", "加快", item=item("汤泉文旅商业街配套"), planned_investment=15_000 * WAN),
    ]
    made = proposing.make_proposals(plan, asked, unit=subdistrict, actor=town, now=NOW)
    with pytest.raises(Refused, match="已经提过"):
        proposing.make_proposals(plan, asked[1:2], unit=subdistrict, actor=town, now=NOW)
    keys = [one.pk for one in made]
    assert proposing.decide_proposals(plan, keys, accept=True, answer="", actor=by, now=NOW) == 3
    assert (item("康养小镇").source, item("康养小镇").stage) == ("proposed", 2)
    assert item("前期的桥").dropped
    assert item("汤泉文旅商业街配套").planned_investment == 15_000 * WAN
    with pytest.raises(Conflict, match="刚被周敏审过（采纳）"):
        proposing.decide_proposals(plan, keys[:1], accept=False, answer="再议", actor=by, now=NOW)


def test_whoever_proposed_hears_what_was_decided(
    plan: Programme, subdistrict: Unit, territory_user: User, stranger: User, by: Actor
) -> None:
    rows = [ProposalInput("drop", "业主撤资", item=item("前期的桥"))]
    town = Actor(by=territory_user)
    one = proposing.make_proposals(plan, rows, unit=subdistrict, actor=town, now=NOW)[0]
    proposing.decide_proposals(plan, [one.pk], accept=False, answer="再等等", actor=by, now=NOW)
    made, decided = Event.objects.filter(verb__startswith="planning.proposals.").order_by("pk")
    assert [notice.reader for notice in write_notices(made)] == [by.by]
    assert [notice.reader for notice in write_notices(decided)] == [territory_user]


def test_a_refusal_of_a_proposal_says_why(plan: Programme, subdistrict: Unit, by: Actor) -> None:
    rows = [ProposalInput("drop", "业主撤资", item=item("前期的桥"))]
    one = proposing.make_proposals(plan, rows, unit=subdistrict, actor=by, now=NOW)[0]
    with pytest.raises(Refused, match="不采纳要写意见"):
        proposing.decide_proposals(plan, [one.pk], accept=False, answer="", actor=by, now=NOW)
    with pytest.raises(Refused, match="还有1条建议没审"):
        adopting.adopt_programme(plan, actor=by, now=NOW)
    proposing.decide_proposals(plan, [one.pk], accept=False, answer="再等等", actor=by, now=NOW)
    assert not item("前期的桥").dropped


def test_a_unit_is_through_once(plan: Programme, subdistrict: Unit, territory_user: User) -> None:
    town = Actor(by=territory_user)
    programme.finish_proposals(plan, [subdistrict], actor=town, now=NOW)
    assert not Duty.objects.open().about(plan).filter(unit=subdistrict).exists()
    with pytest.raises(Refused, match="江浦街道已经报完"):
        programme.finish_proposals(plan, [subdistrict], actor=town, now=NOW)


def test_adopting_is_one_event_and_can_be_taken_back(plan: Programme, by: Actor) -> None:
    before = Event.objects.count()
    adopting.adopt_programme(plan, actor=by, now=NOW)
    assert Event.objects.count() == before + 1
    assert Listing.objects.filter(year=2019, level="district").count() == 4
    assert Listing.objects.filter(year=2019, level="municipal").count() == 1
    planned = AnnualPlan.objects.filter(year=2019, state="in_force")
    assert sum(planned.values_list("planned_investment", flat=True)) == 18_000 * WAN
    assert planned.get(project__name="汤泉文旅商业街配套").invested_before == 30_000 * WAN
    assert Reserve.objects.get(name="射频芯片产业园").project is not None
    assert not Duty.objects.open().about(plan).exists()
    with pytest.raises(Refused, match="已经下达"):
        adopting.adopt_programme(plan, actor=by, now=NOW)
    adopting.undo_adoption(plan, reason="市里另有要求", actor=by, now=NOW)
    assert Event.objects.count() == before + 2
    assert not Listing.objects.filter(year=2019).exists()
    assert not AnnualPlan.objects.filter(year=2019).exists()
    assert Project.objects.filter(name="射频芯片产业园").exists()
    adopting.adopt_programme(plan, actor=by, now=NOW)  # and again
    assert AnnualPlan.objects.filter(year=2019).count() == 2


def test_taking_back_is_refused_once_the_year_began_or_a_plan_was_revised(plan: Programme, by: Actor) -> None:
    adopting.adopt_programme(plan, actor=by, now=NOW)
    with pytest.raises(Refused, match="2019年已经开始"):
        adopting.undo_adoption(plan, reason="晚了", actor=by, now=NEW_YEAR)
    with pytest.raises(Refused, match="撤回要写原因"):
        adopting.undo_adoption(plan, reason="", actor=by, now=NOW)
    on = Project.objects.get(name="汤泉文旅商业街配套")
    propose_plan_revision(PlanInput(on.pk, 2019, 1), reason="调", actor=by, now=NOW)
    with pytest.raises(Refused, match="“汤泉文旅商业街配套”等1个又改过名单或计划"):
        adopting.undo_adoption(plan, reason="改", actor=by, now=NOW)
    assert Listing.objects.filter(year=2019).exists()


def test_a_project_planned_already_is_named(plan: Programme, by: Actor) -> None:
    on = Project.objects.get(name="汤泉文旅商业街配套")
    AnnualPlan.objects.create(project=on, year=2019, planned_investment=1, proposed_at=NOW)
    with pytest.raises(Refused, match="“汤泉文旅商业街配套”已有2019年计划"):
        adopting.adopt_programme(plan, actor=by, now=NOW)


def test_leaving_the_reserve(plan: Programme, by: Actor) -> None:
    ripe, spare = Reserve.objects.get(maturity=Maturity.RIPE), Reserve.objects.get(name="康养小镇")
    with pytest.raises(Refused, match="还在2019年重大项目计划里"):
        reserving.leave_reserve({ripe.pk: 1}, "不做了", actor=by, now=NOW)
    with pytest.raises(Refused, match="出库要写原因"):
        reserving.leave_reserve({spare.pk: 1}, "", actor=by, now=NOW)
    reserving.leave_reserve({spare.pk: 1}, "不做了", actor=by, now=NOW)
    again = reserve(spare.territory, name="康养小镇")  # the name is free again
    assert again.pk != spare.pk


def test_a_declaration_accepted_stands_on_the_list(subdistrict: Unit, by: Actor) -> None:
    project = add_project(subdistrict, "台积电配套")
    how = {"actor": by, "now": NOW}
    row = declaring.prepare_declarations([project], 2018, "provincial", "省级产业", stage=1, **how)[0]
    with pytest.raises(Refused, match="已在申报2018年省级名单"):
        declaring.prepare_declarations([project], 2018, "provincial", "", stage=1, **how)
    with pytest.raises(Conflict, match="现在是“准备中”"):
        declaring.step_declarations([row.pk], "accept", on=date(2018, 9, 1), **how)
    with pytest.raises(Refused, match="还没到"):
        declaring.step_declarations([row.pk], "send", on=date(2018, 9, 13), **how)
    declaring.step_declarations([row.pk], "send", on=date(2018, 9, 3), **how)
    with pytest.raises(Refused, match="早于上报日期"):
        declaring.step_declarations([row.pk], "accept", on=date(2018, 9, 1), **how)
    declaring.step_declarations([row.pk], "accept", on=date(2018, 9, 10), **how)
    assert Listing.objects.get(project=project, level="provincial").stage == 1
    assert Declaration.objects.get().state == "accepted"
    with pytest.raises(Refused, match="已经在2018年省级名单上"):
        declaring.prepare_declarations([project], 2018, "provincial", "", stage=1, **how)


def test_an_accepted_declaration_of_next_year_counts_in_the_programme(plan: Programme, by: Actor) -> None:
    project, how = Project.objects.get(name="前期的桥"), {"actor": by, "now": NOW}
    row = declaring.prepare_declarations([project], 2019, "provincial", "", stage=2, **how)[0]
    for verb in ("send", "accept"):
        declaring.step_declarations([row.pk], verb, on=date(2018, 9, 3), **how)
    assert item("前期的桥").provincial
    adopting.adopt_programme(plan, **how)
    adopting.undo_adoption(plan, reason="重编", **how)
    left = Listing.objects.get(year=2019)  # what the province decided is not the district's to take back
    assert (left.project, left.level) == (project, "provincial")


def test_a_declaration_refused_says_why_and_may_be_made_again(subdistrict: Unit, by: Actor) -> None:
    project = add_project(subdistrict, "台积电配套")
    how = {"actor": by, "now": NOW}
    row = declaring.prepare_declarations([project], 2019, "municipal", "", stage=1, **how)[0]
    declaring.step_declarations([row.pk], "send", on=date(2018, 9, 3), **how)
    with pytest.raises(Refused, match="没列入要写原因"):
        declaring.step_declarations([row.pk], "refuse", on=date(2018, 9, 10), **how)
    declaring.step_declarations([row.pk], "refuse", on=date(2018, 9, 10), reason="体量不够", **how)
    assert not Listing.objects.filter(year=2019).exists()
    assert declaring.prepare_declarations([project], 2019, "municipal", "", stage=1, **how)
    assert Proposal.objects.count() == 0
