"""手续一步的动作：一路办到开工，停表顺延，容缺，失效延期，退回；谁办不了、日子不对、慢了一步都说清楚。"""

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UnitFactory
from tests.permits.world import FIRST, World, at, build, later
from tests.progress.builders import add_project
from xushi.alerts.models import Alert
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.permits import actions, actions_office, owing
from xushi.permits.models import Catalogue, Permit, PermitStep, Prerequisite, Track
from xushi.registry.checking import Conflict, Refused
from xushi.registry.models import Project
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db
D = FIRST


@pytest.fixture
def world(district: Unit, subdistrict: Unit) -> World:
    return build(district, subdistrict)


def done(world: World, code: str, day: date, who: str = "office") -> PermitStep:
    """Handed in, taken in and approved on one day."""
    how: dict[str, Any] = {"actor": world.by(who), "now": at(day)}
    actions.submit(world.seen(code), day, **how)
    actions.accept(world.seen(code), day, **how)
    return actions.approve(world.seen(code), day, **how)


def said(call: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return str(refusal.value)


def test_the_first_step_is_ready_at_once_and_the_next_when_it_is_done(world: World) -> None:
    first, second = world.step("filing"), world.step("relocation")
    assert (first.ready_since, first.due_on) == (D, later(D, 3))
    assert second.ready_since is None
    assert world.step("acceptance").ready_since is None
    done(world, "filing", later(D, 2))
    second = world.step("relocation")
    assert (second.ready_since, second.due_on) == (later(D, 2), later(later(D, 2), 30))
    assert world.step("supply").ready_since is None
    assert world.step("filing").decided_on == later(D, 2)


def test_the_whole_way_by_those_whose_step_it_is(world: World) -> None:
    done(world, "filing", D)
    handed, taken = later(D, 1), later(D, 3)
    step = actions.submit(
        world.seen("environment"), handed, words="报告表", actor=world.by("owner"), now=at(handed)
    )
    assert (step.state, step.confirmed_at, step.due_on) == ("submitted", None, later(handed, 20))
    assert duties(step) == {("permit.accept", "区行政审批局", later(handed, 5))}
    step = actions.accept(world.seen("environment"), taken, actor=world.by("hall"), now=at(taken))
    assert (step.state, step.due_on) == ("accepted", later(taken, 20))
    assert step.confirmed_by == world.people["hall"]
    assert duties(step) == {("permit.decide", "区行政审批局", later(taken, 20))}
    day = later(taken, 10)
    step = actions.approve(
        world.seen("environment"), day, number="浦环审〔2018〕31号", actor=world.by("hall"), now=at(day)
    )
    assert (step.state, step.decided_on, step.reason) == ("approved", day, "浦环审〔2018〕31号")
    assert duties(step) == set()
    event = Event.objects.latest("pk")
    assert event.verb == "permits.step.approved"
    rows = {row.subject_kind: row.changes for row in event.rows.all()}
    assert rows["permits.permitstep"]["状态"] == ["已受理", "已批准"]
    assert rows["registry.project"]["手续"] == ["", "环评"]


def duties(step: PermitStep) -> set[tuple[str, str, date | None]]:
    rows = Duty.objects.open().about(step).select_related("unit")
    return {
        (one.kind, str(one.unit), one.due_at and (one.due_at + timedelta(hours=8)).date()) for one in rows
    }


def test_the_clock_stands_while_a_supplement_is_owed(world: World) -> None:
    done(world, "filing", D)
    actions.submit(world.seen("environment"), D, actor=world.by("owner"), now=at(D))
    actions.accept(world.seen("environment"), D, actor=world.by("hall"), now=at(D))
    asked, answered = later(D, 4), later(D, 11)
    step = actions.ask_supplement(
        world.seen("environment"), "缺地勘报告", asked, actor=world.by("hall"), now=at(asked)
    )
    assert (step.state, step.due_on) == ("supplement", later(D, 20))
    assert duties(step) == {("permit.supplement", "紫光存储公司", None)}
    assert "早于告知补正" in said(
        lambda: actions.answer_supplement(
            world.seen("environment"), D, actor=world.by("owner"), now=at(answered)
        )
    )
    step = actions.answer_supplement(
        world.seen("environment"), answered, actor=world.by("owner"), now=at(answered)
    )
    assert (step.state, step.due_on) == ("accepted", later(D, 27))
    early = later(answered, -1)
    assert "早于上一次补齐" in said(
        lambda: actions.approve(world.seen("environment"), early, actor=world.by("hall"), now=at(answered))
    )


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda w, d: actions.approve(w.seen("filing"), d, actor=w.by("hall"), now=at(d)), "现在是“待报件”，不能“批准”"),
        (lambda w, d: actions.submit(w.seen("filing"), later(d, 1), actor=w.by("owner"), now=at(d)), "还没到"),
        (lambda w, d: actions.submit(w.seen("supply"), d, actor=w.by("owner"), now=at(d)), "前面的“征地拆迁”还没办完"),
        (lambda w, d: actions.not_needed(w.seen("filing"), " ", actor=w.by("owner"), now=at(d)), "写清为什么不用办"),
        (lambda w, d: actions.plan(w.seen("filing"), later(d, -1), actor=w.by("owner"), now=at(d)), "已经过了"),
        (lambda w, d: actions.settle_lacking(w.seen("filing"), d, actor=w.by("hall"), now=at(d)), "不能“容缺补齐”"),
        (lambda w, d: actions.extend_validity(w.seen("filing"), "x", actor=w.by("hall"), now=at(d)), "不能“延期”"),
        (lambda w, d: actions.accept_lacking(w.seen("supply"), "", None, d, actor=w.by("land"), now=at(d)), "容缺要定"),
        (lambda w, d: actions.refuse_step(w.seen("filing"), "x", d, actor=w.by("hall"), now=at(d)), "不能“不予批准”"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(world: World, act: Callable[[World, date], Any], words: str) -> None:
    before = list(PermitStep.objects.order_by("pk").values())
    events = Event.objects.count()
    assert words in said(lambda: act(world, later(D, 2)))
    assert list(PermitStep.objects.order_by("pk").values()) == before
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("code", "verb", "who"),
    [
        ("filing", "submit", "stranger"), ("filing", "submit", "leader"), ("filing", "submit", "land"),
        ("relocation", "accept_lacking", "hall"), ("relocation", "accept_lacking", "owner"),
    ],
)  # fmt: skip
def test_whose_step_it_is_not(world: World, code: str, verb: str, who: str) -> None:
    how: dict[str, Any] = {"actor": world.by(who), "now": at(D)}
    with pytest.raises(Refused) as refusal:
        if verb == "submit":
            actions.submit(world.seen(code), D, **how)
        else:
            actions.accept_lacking(world.seen(code), "先办", later(D, 20), D, **how)
    assert "要由" in str(refusal.value) or "不在了" in str(refusal.value)
    assert world.step(code).state == "planned"


def test_who_was_slower_is_told_what_happened(world: World) -> None:
    seen = world.seen("filing")
    actions.submit(seen, D, actor=world.by("owner"), now=at(D))
    with pytest.raises(Conflict) as conflict:
        actions.submit(seen, D, actor=world.by("town"), now=at(D))
    assert "紫光存储公司厂里人于6月4日9:00办过，现在是“已报件”" in str(conflict.value)


def test_taken_in_early_it_runs_and_what_is_owed_stands_beside_it(world: World) -> None:
    done(world, "filing", D)
    until = later(D, 20)
    step = actions.accept_lacking(
        world.seen("supply"), "征地拆迁未完", until, D, actor=world.by("land"), now=at(D)
    )
    assert (step.state, step.ready_since, step.due_on) == ("accepted", None, later(D, 20))
    assert duties(step) == {
        ("permit.decide", "区国土分局", later(D, 20)),
        ("permit.lacking", "紫光存储公司", until),
    }
    done(world, "relocation", later(D, 5))
    assert world.step("supply").ready_since == later(D, 5)
    step = actions.settle_lacking(
        world.seen("supply"), later(D, 6), actor=world.by("land"), now=at(later(D, 6))
    )
    assert (step.lacking, step.lacking_until) == ("征地拆迁未完", None)
    assert [one[0] for one in duties(step)] == ["permit.decide"]


def ready_to_build(world: World, day: date) -> PermitStep:
    for code in ("filing", "environment", "relocation", "supply"):
        done(world, code, day)
    return done(world, "construction", day)


def test_a_construction_permit_lapses_and_can_be_extended_twice(world: World) -> None:
    step = ready_to_build(world, D)
    assert step.expires_on == date(2018, 9, 4)
    assert duties(step) == {("permit.begin", "紫光存储公司", date(2018, 9, 4))}
    how: dict[str, Any] = {"actor": world.by("hall"), "now": at(date(2018, 9, 3))}
    assert actions.extend_validity(world.seen("construction"), "尾户未搬", **how).expires_on == date(
        2018, 12, 4
    )
    assert actions.extend_validity(world.seen("construction"), "尾户未搬", **how).expires_on == date(
        2019, 3, 4
    )
    assert "最多延期2次" in said(lambda: actions.extend_validity(world.seen("construction"), "再延", **how))
    owing.judge_all(at(date(2019, 3, 5)))
    alert = Alert.objects.get(cause="step_overdue", subject_id=step.pk, cleared_at=None)
    assert (alert.level, alert.note) == ("red", "批文已失效")
    gone = {"actor": world.by("hall"), "now": at(date(2019, 3, 5))}
    step = actions.take_back(world.seen("construction"), "失效，重新报件", **gone)
    assert (step.state, step.expires_on, step.extensions) == ("planned", None, 0)


def test_a_lapsed_permit_is_not_extended(world: World) -> None:
    ready_to_build(world, D)
    how: dict[str, Any] = {"actor": world.by("hall"), "now": at(date(2018, 9, 5))}
    assert "已在2018-09-04失效" in said(
        lambda: actions.extend_validity(world.seen("construction"), "晚了", **how)
    )


def test_what_the_side_reports_the_department_confirms_several_at_once(world: World) -> None:
    how: dict[str, Any] = {"actor": world.by("town"), "now": at(D)}
    actions.submit(world.seen("filing"), D, **how)
    step = actions.accept(world.seen("filing"), D, **how)
    assert {one[0] for one in duties(step)} == {"permit.decide", "permit.confirm"}
    step = actions.approve(world.seen("filing"), D, **how)
    assert duties(step) == {("permit.confirm", "区行政审批局", later(D, 5))}
    assert "要由办理部门或区重大办" in said(lambda: actions.confirm(world.seen("filing"), **how))
    [step] = actions.confirm(world.seen("filing"), actor=world.by("hall"), now=at(D))
    assert step.confirmed_by == world.people["hall"]
    assert duties(step) == set()
    assert "都已经确认过" in said(
        lambda: actions.confirm(world.seen("filing"), actor=world.by("hall"), now=at(D))
    )


def test_a_wrong_approval_taken_back_makes_those_behind_it_wait_again(world: World) -> None:
    done(world, "filing", D)
    assert world.step("relocation").ready_since == D
    actions.take_back(world.seen("filing"), "批错了项目", actor=world.by("hall"), now=at(D))
    assert world.step("relocation").ready_since is None
    assert world.step("relocation").due_on is None
    assert world.step("filing").ready_since == D


def test_refused_it_can_be_handed_in_again(world: World) -> None:
    actions.submit(world.seen("filing"), D, actor=world.by("owner"), now=at(D))
    day = later(D, 2)
    actions.refuse_step(world.seen("filing"), "不符合产业政策", day, actor=world.by("hall"), now=at(day))
    step = actions.submit(world.seen("filing"), day, actor=world.by("owner"), now=at(day))
    assert (step.state, step.decided_on) == ("submitted", None)


def test_a_late_step_is_alarmed_every_night_and_cleared_when_it_is_done(world: World) -> None:
    due = later(D, 3)
    owing.judge_all(at(due))
    assert not Alert.objects.filter(cause="step_overdue")
    owing.judge_all(at(later(due, 1)))
    alert = Alert.objects.get(cause="step_overdue")
    assert (alert.level, alert.since, alert.cleared_at) == ("yellow", due, None)
    owing.judge_all(at(later(due, 11)))
    alert.refresh_from_db()
    assert alert.level == "red"
    done(world, "filing", later(due, 12))
    alert.refresh_from_db()
    assert alert.cleared_at is not None


def test_a_project_that_was_taken_off_or_begun_alarms_no_more(world: World) -> None:
    owing.judge_all(at(later(D, 10)))
    Project.objects.filter(pk=world.project.pk).update(removed_on=later(D, 10))
    actions_office.follow_projects([world.project.pk], now=at(later(D, 10)))
    assert not Alert.objects.filter(cause="step_overdue", cleared_at=None)
    assert "已经退库" in said(
        lambda: actions.submit(world.seen("filing"), D, actor=world.by("office"), now=at(later(D, 10)))
    )


def test_acceptance_begins_with_the_completion(world: World) -> None:
    ready_to_build(world, D)
    assert world.step("acceptance").ready_since is None
    ended = later(D, 60)
    Project.objects.filter(pk=world.project.pk).update(started_on=D, completed_on=ended)
    actions_office.follow_projects([world.project.pk], now=at(ended))
    assert world.step("acceptance").ready_since == ended


def test_a_dissolved_departments_steps_are_its_successors(world: World, district: Unit) -> None:
    done(world, "filing", D)
    actions.submit(world.seen("relocation"), D, actor=world.by("owner"), now=at(D))
    land, heir = world.tracks.departments["land"], UnitFactory(name="区规划资源局", parent=district)
    Unit.objects.filter(pk=land.pk).update(dissolved_on=D, successor=heir)
    land.refresh_from_db()
    assert actions_office.transfer_unit(land, heir, now=at(D)) == 1
    assert duties(world.step("relocation")) == {("permit.accept", "区规划资源局", later(D, 5))}


def test_tracks_are_opened_once_by_the_projects_kind(world: World, subdistrict: Unit) -> None:
    Permit.objects.filter(code="environment").update(kinds=["approval"])
    counts = []
    for many in (1, 5):
        projects = [add_project(subdistrict, f"{many}新{n}") for n in range(many)]
        with CaptureQueriesContext(connection) as asked:
            actions_office.open_tracks(projects, actor=SYSTEM, now=at(D))
        counts.append(len(asked))
        assert not actions_office.open_tracks(projects, actor=SYSTEM, now=at(D))
        steps = PermitStep.objects.filter(project=projects[0])
        assert set(steps.values_list("permit__code", flat=True)) == set(world.tracks.permits) - {
            "environment"
        }
    assert counts[0] == counts[1]


def test_a_project_moves_to_the_newest_catalogue_and_keeps_what_was_done(world: World) -> None:
    done(world, "filing", D)
    assert "已经是现行的一版" in said(
        lambda: actions_office.move_track(world.project, reason="换", actor=world.by("office"), now=at(D))
    )
    newer = Catalogue.objects.create(version=1000, name="新目录", published_at=at(D))
    kept = {
        code: Permit.objects.create(
            catalogue=newer, code=code, name=code, stage=1, legal_days=20, promised_days=10, place=n
        )
        for n, code in enumerate(("filing", "supply", "drawing"))
    }
    Prerequisite.objects.create(permit=kept["supply"], needs=kept["filing"])
    actions_office.move_track(world.project, reason="新版", actor=world.by("office"), now=at(D))
    steps = {
        step.permit.code: step
        for step in PermitStep.objects.filter(project=world.project).select_related("permit")
    }
    assert set(steps) == {"filing", "supply", "drawing"}
    assert {step.permit.catalogue_id for step in steps.values()} == {newer.pk}
    assert steps["filing"].state == "approved"
    assert steps["supply"].ready_since == D
    assert Track.objects.get(project=world.project).catalogue == newer


def report(world: World, code: str, state: str, **more: Any) -> actions_office.StepReport:
    return actions_office.StepReport(world.project.pk, code, state, **more)


def test_a_sheet_of_steps_is_all_or_nothing(world: World) -> None:
    day = later(D, 5)
    rows = [
        report(world, "filing", "approved", submitted_on=D, decided_on=D),
        report(world, "relocation", "accepted", submitted_on=D, accepted_on=later(D, 1)),
        report(world, "environment", "not_needed", reason="豁免"),
    ]
    done_ = actions_office.report_steps(rows, actor=world.by("office"), now=at(day))
    assert [step.state for step in done_] == ["approved", "accepted", "not_needed"]
    assert world.step("relocation").due_on == later(later(D, 1), 30)
    assert Event.objects.latest("pk").verb == "permits.step.reported"
    assert actions_office.report_steps(rows, actor=world.by("office"), now=at(day)) == []


@pytest.mark.parametrize(
    ("code", "state", "more", "words"),
    [
        ("supply", "accepted", {"submitted_on": D, "accepted_on": D}, "还没办完"),
        ("filing", "approved", {"decided_on": D}, "填哪天报的件"),
        ("filing", "approved", {"submitted_on": date(2018, 6, 7), "decided_on": D}, "早于报件"),
        ("filing", "approved", {"submitted_on": D, "decided_on": date(2019, 1, 1)}, "还没到"),
        ("filing", "refused", {"submitted_on": D, "decided_on": D}, "写明理由"),
        ("filing", "odd", {}, "不认识"),
        ("nothing", "planned", {}, "没有这一步"),
        ("filing", "planned", {"submitted_on": D}, "填了日期"),
    ],
)  # fmt: skip
def test_a_bad_row_stops_the_sheet(
    world: World, code: str, state: str, more: dict[str, Any], words: str
) -> None:
    rows = [report(world, "environment", "not_needed", reason="豁免"), report(world, code, state, **more)]
    with pytest.raises(Refused) as refusal:
        actions_office.report_steps(rows, actor=world.by("office"), now=at(later(D, 5)))
    assert words in str(refusal.value)
    assert refusal.value.problems[0].row == 1
    assert world.step("environment").state == "planned"


def test_the_command_lays_out_what_has_no_permits_yet(world: World, subdistrict: Unit) -> None:
    projects = [add_project(subdistrict, f"老项目{n}") for n in range(3)]
    begun = add_project(subdistrict, "已开工的", started_on=D)
    out = StringIO()
    call_command("permits", "open", stdout=out)
    assert "给3个未开工项目建立了手续" in out.getvalue()
    assert all(PermitStep.objects.filter(project=one).exists() for one in projects)
    assert not Track.objects.filter(project=begun)
    call_command("permits", "open", stdout=out)
    assert "都有手续了" in out.getvalue()
    PermitStep.objects.all().delete()
    Track.objects.all().delete()
    Catalogue.objects.exclude(pk=world.tracks.catalogue.pk).delete()  # there is one draft at a time
    Catalogue.objects.update(published_at=None)
    with pytest.raises(CommandError) as refusal:
        call_command("permits", "open", stdout=out)
    assert "还没有发布过手续目录" in str(refusal.value)
