"""计划调整：逐项写明改什么，一次批许多份，一条日志一个理由；别人先改了的要先看。"""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW, UserFactory, appoint
from tests.progress.district import YI, build
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.actions import Conflict, Refused
from xushi.registry.models import AnnualPlan, Project
from xushi.registry.plan_changes import plan_changes, with_changes
from xushi.registry.plans import decide_plan_revision, decide_plan_revisions, propose_plan_revisions
from xushi.registry.rules import PlanInput
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db
PAGE = "/registry/plans/waiting/"


@pytest.fixture
def colleague(office_user):
    return appoint(
        UserFactory(name="吴科员"), Role.OFFICE, unit=office_user.unit, scope=Unit.objects.get(parent=None)
    )


def given(projects, amount=9 * YI):
    return [PlanInput(project.pk, 2018, amount, start_month=Month(2018, 10)) for project in projects]


def proposed(projects, by, reason="中期调整表"):
    rows = given(projects)
    return propose_plan_revisions(rows, reasons=[reason] * len(rows), actor=Actor(by=by), now=NOW)


def test_each_difference_is_named_old_and_new():
    old = PlanInput(1, 2018, 180_000 * 10_000, 5, Month(2018, 3), None, "主体封顶", None)
    new = replace(
        old, planned_investment=160_000 * 10_000 + 5_000, start_month=None, curve=("0.1",) * 11 + ("1",)
    )
    assert [(c.label, c.old, c.new) for c in plan_changes(old, new)] == [
        ("年度计划", "180,000万元", "160,000.5万元"),
        ("计划开工", "2018年3月", "没有"),
        ("序时", "按月均", "10 10 10 10 10 10 10 10 10 10 10 100"),
    ]
    assert (
        plan_changes(new, replace(new, curve=list(new.curve))) == []
    )  # a list in a row is a tuple in an input


def test_versions_stand_beside_the_one_they_followed(office_user, colleague):
    project = build(closed=0).projects[0]
    [second] = proposed([project], office_user)
    decide_plan_revision(second, approve=False, reason="没有依据", actor=Actor(by=colleague), now=NOW)
    [third] = proposed([project], office_user)
    decide_plan_revision(third, approve=True, actor=Actor(by=colleague), now=NOW)
    told = with_changes(AnnualPlan.objects.filter(project=project).order_by("version"))
    assert [(one.plan.version, one.against.version if one.against else 0) for one in told] == [
        (1, 0),
        (2, 1),
        (3, 1),
    ]
    assert [change.label for change in told[2].changes] == ["年度计划", "计划开工"]


def test_many_are_approved_with_one_reason_and_one_event(office_user, colleague):
    projects = build(closed=0).projects[:5]
    waiting = proposed(projects, office_user)
    decide_plan_revisions(
        waiting, approve=True, reason="区政府常务会议纪要", actor=Actor(by=colleague), now=NOW
    )
    ruling = AnnualPlan.objects.filter(project__in=projects, state="in_force")
    assert set(ruling.values_list("version", "planned_investment", "decided_by")) == {
        (2, 9 * YI, colleague.pk)
    }
    assert AnnualPlan.objects.filter(project__in=projects, state="superseded").count() == 5
    event = Event.objects.get(verb="registry.plan.revised")
    assert "5份年度计划调整。理由：区政府常务会议纪要" in event.summary
    rows = {row.subject_id: row.changes for row in event.rows.all()}
    assert set(rows) == {project.pk for project in projects}
    assert rows[projects[0].pk]["2018年度计划"] == [YI + 7, 9 * YI]


@pytest.mark.parametrize("spoil", ["own", "decided", "gone", "no reason"])
def test_one_that_may_not_be_decided_holds_up_all(spoil, office_user, colleague):
    projects = build(closed=0).projects[:3]
    waiting = proposed(projects[:2], office_user) + proposed(
        projects[2:], colleague if spoil == "own" else office_user
    )
    if spoil == "decided":
        decide_plan_revision(waiting[0], approve=True, actor=Actor(by=colleague), now=NOW)
    if spoil == "gone":
        AnnualPlan.objects.get(pk=waiting[2].pk).delete()
    before = list(AnnualPlan.objects.order_by("pk").values_list("pk", "state"))
    events = Event.objects.count()
    said = {
        "own": "其中1份是自己提的",
        "decided": "已经是“执行”",
        "gone": "1份调整已经撤回",
        "no reason": "不批要写理由",
    }
    with pytest.raises(Refused, match=said[spoil]):
        decide_plan_revisions(waiting, approve=spoil != "no reason", actor=Actor(by=colleague), now=NOW)
    assert list(AnnualPlan.objects.order_by("pk").values_list("pk", "state")) == before
    assert Event.objects.count() == events


def test_a_revision_that_changes_nothing_is_refused():
    project = build(closed=0).projects[0]
    held = AnnualPlan.objects.get(project=project)
    row = PlanInput(project.pk, 2018, held.planned_investment, held.invested_before, held.start_month,
                    held.completion_month, held.goals)  # fmt: skip
    with pytest.raises(Refused, match="没有要调的"):
        propose_plan_revisions([row], reasons=["再报一次"], actor=SYSTEM, now=NOW)


def test_a_proposal_on_an_older_plan_says_what_changed(office_user, colleague):
    project = build(closed=0).projects[0]
    [first] = proposed([project], office_user)
    decide_plan_revision(first, approve=True, actor=Actor(by=colleague), now=NOW)
    with pytest.raises(Conflict, match="第1版已被第2版接替：年度计划由.*改为90,000万元"):
        propose_plan_revisions(
            given([project], 8 * YI), reasons=["另一处"], seen_versions=[1], actor=SYSTEM, now=NOW
        )
    assert not AnnualPlan.objects.filter(state="proposed").exists()


def test_two_people_at_one_plan_the_second_loses_nothing(office_user, colleague, signed_in):
    project = build(closed=0).projects[0]
    address = reverse("registry:plan", args=[project.pk]) + "?year=2018"
    second = signed_in(office_user)
    assert 'name="seen_version" value="1"' in second.get(address).content.decode()
    [first] = proposed([project], office_user)
    decide_plan_revision(first, approve=True, actor=Actor(by=colleague), now=NOW)
    body = {"planned_investment": "77777", "reason": "征地推迟到四季度", "seen_version": "1"}
    answer = second.post(address, body)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "第1版已被第2版接替" in page
    assert "77777" in page
    assert "征地推迟到四季度" in page
    assert 'name="seen_version" value="2"' in page
    assert second.post(address, body | {"seen_version": "2"}).status_code == 302
    assert AnnualPlan.objects.get(state="proposed").planned_investment == 77_777 * 10_000


def test_two_people_at_a_first_plan(office_user, colleague, signed_in):
    project = build(closed=0).projects[0]
    AnnualPlan.objects.filter(project=project).delete()
    address = reverse("registry:plan", args=[project.pk]) + "?year=2018"
    body = {"planned_investment": "5000", "seen_version": "0", "reason": "年初下达"}
    assert signed_in(colleague).post(address, body).status_code == 302
    answer = signed_in(office_user).post(address, body | {"planned_investment": "6000"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "计划刚被调过，第1版已在执行" in page
    assert "6000" in page
    assert AnnualPlan.objects.filter(project=project).count() == 1


def test_the_list_shows_old_and_new_and_decides_the_ticked(office_user, colleague, leader_user, signed_in):
    projects = build(closed=0).projects[:3]
    waiting = proposed(projects, office_user)
    client = signed_in(colleague)
    page = client.get(PAGE).content.decode()
    assert "3份计划调整在等批" in page
    assert "变为27.0亿元" in page
    assert '<span class="t-ink2">10,000.0007万元</span> → <b>90,000万元</b>' in page
    body = {"plan": [waiting[0].pk, waiting[1].pk], "decision": "refuse", "reason": ""}
    refused = client.post(PAGE, body)
    assert refused.status_code == 400
    assert "不批要写理由" in refused.content.decode()
    assert refused.content.decode().count(" checked>") == 2
    assert "已批准2份" in client.post(PAGE, body | {"decision": "approve"}, follow=True).content.decode()
    assert AnnualPlan.objects.filter(state="proposed").count() == 1
    own = signed_in(office_user).get(PAGE).content.decode()
    assert "自己提的，由别人批" in own
    assert f'value="{waiting[2].pk}"' not in own.split("</thead>")[1]


def test_all_means_all_that_were_seen_and_none_of_ones_own(office_user, colleague, signed_in):
    projects = build(closed=0).projects[:5]
    seen = proposed(projects[:2], office_user)
    mine = proposed(projects[2:3], colleague)
    later = proposed(projects[3:4], office_user)
    body = {"all": "1", "last_seen": mine[0].pk, "decision": "approve"}
    assert signed_in(colleague).post(PAGE, body).status_code == 302
    left = set(AnnualPlan.objects.filter(state="proposed").values_list("pk", flat=True))
    assert left == {mine[0].pk, later[0].pk}
    assert {plan.pk for plan in seen}.isdisjoint(left)


def test_the_list_is_narrowed_by_reason(office_user, colleague, signed_in):
    projects = build(closed=0).projects[:3]
    proposed(projects[:1], office_user, "拆迁延后")
    proposed(projects[1:], office_user, "导入：中期调整表.xlsx")
    page = signed_in(colleague).get(PAGE, {"for": "拆迁延后"}).content.decode()
    assert "1份计划调整在等批" in page


def test_only_the_office_decides_and_only_what_it_sees(
    office_user, leader_user, owner_user, territory_user, auditor, signed_in
):
    projects = build(closed=0).projects[:2]
    project = next(one for one in projects if one.territory != territory_user.unit)
    [waiting] = proposed([project], office_user)
    body = {"plan": waiting.pk, "decision": "approve", "reason": "批"}
    for person in (leader_user, owner_user, territory_user, auditor):
        assert signed_in(person).post(PAGE, body).status_code == 403
    narrow = appoint(
        UserFactory(name="园区办"), Role.OFFICE, unit=territory_user.unit, scope=territory_user.unit
    )
    assert signed_in(narrow).post(PAGE, body).status_code == 400
    for odd in ({"decision": ""}, {"decision": "yes"}):
        assert signed_in(office_user).post(PAGE, body | odd).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "proposed"


@pytest.mark.parametrize("odd", ["", "abc", "²", "9" * 40, "-1"])
def test_odd_numbers_find_nothing(odd, office_user, signed_in):
    project = build(closed=0).projects[0]
    client = signed_in(office_user)
    body = {"plan": odd, "decision": "approve"}
    assert client.post(reverse("registry:decide_plan", args=[project.pk]), body).status_code == 404
    assert client.post(PAGE, body).status_code == 400


def test_the_projects_page_shows_what_waits(office_user, colleague, signed_in):
    project = build().projects[0]
    proposed([project], office_user)
    page = signed_in(colleague).get(reverse("home:project", args=[project.pk])).content.decode()
    assert "与第1版比" in page
    assert "→ <b>90,000万元</b>" in page


def test_queries_do_not_grow(office_user, colleague, signed_in):
    projects = build(count=40, closed=0).projects
    client = signed_in(colleague)

    def count() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    proposed(projects[:3], office_user)
    few = count()
    proposed(projects[3:], office_user)
    assert count() == few
    assert Project.objects.count() >= 40
