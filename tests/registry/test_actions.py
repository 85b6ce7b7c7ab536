"""项目库的写入：一行有错整批不写，改动都进日志，旧计划留着。"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.progress.district import YI, build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event, EventRow
from xushi.progress.figures import total
from xushi.progress.system import WHOLE_DISTRICT
from xushi.registry.actions import (
    Conflict,
    Refused,
    amend_projects,
    hold_ceremonies,
    list_projects,
    record_revisions,
    register_projects,
    remove_projects,
    set_plans,
)
from xushi.registry.models import AnnualPlan, Listing, Project, ProjectRevision
from xushi.registry.plans import decide_plan_revision, propose_plan_revision
from xushi.registry.rules import (
    CeremonyInput,
    ListingInput,
    PlanInput,
    ProjectInput,
    RevisionInput,
    problems_of_plan,
    problems_of_project,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)


def entry(district, name="紫光项目", **more):
    town = district.territories[0].pk
    return ProjectInput(
        name=name,
        category="modern_services",
        territory=town,
        responsible_unit=town,
        total_investment=320 * YI,
        **more,
    )


def test_registering_is_one_event_with_a_row_each():
    district = build()
    rows = [entry(district, f"新项目{i}", tags=("PPP", "PPP"), chain="集成电路") for i in range(3)]
    projects = register_projects(rows, actor=SYSTEM, now=NOW)
    event = Event.objects.filter(verb="registry.project.registered").latest("pk")
    assert {row.subject_id for row in event.rows.all()} == {p.pk for p in projects}
    assert [tag.name for tag in projects[0].tags.all()] == ["PPP"]
    assert projects[0].chain.name == "集成电路" and "xinxiangmu0" in projects[0].search_text


def test_tags_alone_are_a_change_and_the_journal_says_so():
    district = build()
    row = entry(district, "标签项目", tags=("PPP", "重点"))
    [project] = register_projects([row], actor=SYSTEM, now=NOW)
    amend_projects([(project.pk, replace(row, tags=("外资", "PPP")))], actor=SYSTEM, now=NOW)
    assert {tag.name for tag in project.tags.all()} == {"PPP", "外资"}
    assert Event.objects.latest("pk").changes == {"tags": ["PPP、重点", "PPP、外资"]}
    assert amend_projects([(project.pk, replace(row, tags=("PPP", "外资")))], actor=SYSTEM, now=NOW) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "第 １ 号项目"}, "库里已有“第1号项目”"),
        ({"total_investment": -1}, "总投资不能是负数"),
        ({"total_investment": 10**14}, "多半是单位填错了"),
        ({"category": "nothing"}, "没有“nothing”这个类别"),
        ({"territory": 10**9}, "属地不在单位表里"),
        ({"completed_on": date(2018, 1, 1)}, "没有开工日期"),
        ({"started_on": date(2018, 5, 1), "completed_on": date(2018, 1, 1)}, "早于开工日期"),
        ({"name": "  "}, "项目名称是空的"),
    ],
)
def test_one_bad_row_writes_nothing(change, sentence):
    district = build()
    before = Project.objects.count()
    with pytest.raises(Refused, match=sentence) as refusal:
        register_projects([entry(district), replace(entry(district), **change)], actor=SYSTEM, now=NOW)
    assert {problem.row for problem in refusal.value.problems} == {1}
    assert Project.objects.count() == before


def test_double_codes_in_one_batch_are_refused_naming_the_other():
    district = build()
    code = "2018-320111-39-03-512345"
    with pytest.raises(Refused, match="已经是“甲”的"):
        register_projects(
            [entry(district, "甲", code=code), entry(district, "乙", code=code)], actor=SYSTEM, now=NOW
        )


def test_amending_records_before_and_after_and_meets_a_conflict():
    district = build()
    project = district.projects[0]
    amended = entry(district, "第0号项目", difficulty="拆迁未清")
    [changed] = amend_projects([(project.pk, amended)], seen_versions={project.pk: 1}, actor=SYSTEM, now=NOW)
    assert changed.version == 2
    event = Event.objects.filter(verb="registry.project.amended").latest("pk")
    assert event.changes["difficulty"] == ["", "拆迁未清"]
    assert event.changes["total_investment"] == [project.total_investment, 320 * YI]
    assert amend_projects([(project.pk, amended)], actor=SYSTEM, now=NOW) == []
    with pytest.raises(Conflict, match="刚被别人改过"):
        amend_projects([(project.pk, amended)], seen_versions={project.pk: 1}, actor=SYSTEM, now=NOW)


def test_listing_twice_changes_nothing_the_second_time():
    district = build()
    row = ListingInput(district.projects[0].pk, 2018, "provincial", 1)
    assert list_projects([row], actor=SYSTEM, now=NOW) == 1
    assert list_projects([row], actor=SYSTEM, now=NOW) == 0
    assert list_projects([replace(row, stage=2)], actor=SYSTEM, now=NOW) == 1
    assert Listing.objects.get(project=district.projects[0], level="provincial").stage == 2


def test_a_removed_project_leaves_the_open_month_and_stays_in_the_closed():
    district = build()
    march, february = Month(2018, 3), Month(2018, 2)
    was = (total(WHOLE_DISTRICT, february).under_way, total(WHOLE_DISTRICT, march).under_way)
    remove_projects([district.projects[0]], "投资方退出", actor=SYSTEM, now=NOW, on=date(2018, 3, 20))
    assert (total(WHOLE_DISTRICT, february).under_way, total(WHOLE_DISTRICT, march).under_way) == (
        was[0],
        was[1] - 1,
    )


def test_a_second_plan_needs_a_revision(office_user, leader_user):
    district = build()
    project = district.projects[0]
    row = PlanInput(project.pk, 2018, planned_investment=9 * YI)
    with pytest.raises(Refused, match="请走计划调整"):
        set_plans([row], actor=SYSTEM, now=NOW)
    with pytest.raises(Refused, match="要写理由"):
        propose_plan_revision(row, reason=" ", actor=SYSTEM, now=NOW)
    fixed = total(WHOLE_DISTRICT, Month(2018, 2)).annual_plan
    waiting = propose_plan_revision(row, reason="中期调整", actor=Actor(by=office_user), now=NOW)
    assert AnnualPlan.objects.get(project=project, state="in_force").version == 1
    with pytest.raises(Refused, match="由别人批"):
        decide_plan_revision(waiting, approve=True, actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Refused, match="不批要写理由"):
        decide_plan_revision(waiting, approve=False, actor=Actor(by=leader_user), now=NOW)
    decide_plan_revision(waiting, approve=True, actor=Actor(by=leader_user), now=NOW)
    states = (
        AnnualPlan.objects.filter(project=project)
        .order_by("version")
        .values_list("state", "planned_investment")
    )
    assert list(states) == [("superseded", YI + 7), ("in_force", 9 * YI)]
    assert total(WHOLE_DISTRICT, Month(2018, 2)).annual_plan == fixed
    assert total(WHOLE_DISTRICT, Month(2018, 3)).annual_plan == fixed + 9 * YI - (YI + 7)


def test_revisions_keep_every_value_and_the_project_takes_the_latest():
    district = build()
    pk = district.projects[0].pk
    rows = [
        RevisionInput(pk, date(2018, m, 1), m * YI, date(2020, m, 1), stated_change=YI) for m in (5, 1, 3)
    ]
    record_revisions(rows, actor=SYSTEM, now=NOW)
    assert Project.objects.get(pk=pk).total_investment == 5 * YI
    record_revisions([RevisionInput(pk, date(2018, 2, 1), 2 * YI)], actor=SYSTEM, now=NOW)
    assert Project.objects.get(pk=pk).total_investment == 5 * YI
    assert ProjectRevision.objects.filter(project_id=pk).count() == 4


def test_a_ceremony_keeps_its_ranks():
    district = build()
    row = CeremonyInput("completion", "上半年集中竣工", date(2018, 6, 28), (district.projects[1].pk,), 3, 5)
    [held] = hold_ceremonies([row], actor=SYSTEM, now=NOW)
    assert (held.projects.count(), held.rank_by_investment, held.rank_by_count) == (1, 3, 5)


@pytest.mark.parametrize(
    ("curve", "sentence"),
    [
        (("0.5",) * 11, "要12个数，现在有11个"),
        (("0.1",) * 12, "12月必须是1"),
        (("0.1", "0.05", *("0.5",) * 9, "1"), "只能一月比一月大"),
        (("a",) * 12, "0到1之间"),
        (("nan",) * 12, "12月必须是1"),
        (tuple(str(Decimal(n) / 12) for n in range(1, 12)) + ("1",), None),
    ],
)
def test_curves(curve, sentence):
    found = [p.sentence for p in problems_of_plan(PlanInput(1, 2018, 1, curve=curve))]
    assert (sentence in found[0]) if sentence else found == []


def test_an_odd_code_only_warns():
    [problem] = problems_of_project(ProjectInput("甲", "industrial", 1, 1, 1, code="abc"))
    assert problem.warning and "赋码单" in problem.sentence


def test_ten_thousand_rows_are_one_event():
    district = build(count=2, closed=0)
    register_projects([entry(district, f"批量{i}") for i in range(300)], actor=SYSTEM, now=NOW)
    assert EventRow.objects.filter(event__verb="registry.project.registered").count() == 302
