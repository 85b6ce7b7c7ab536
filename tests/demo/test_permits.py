"""演示区的手续：台账一次录入，每一行都与一步步办出来的一样；一百五十个没开工的各在一步等着。"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from tests.conftest import Once
from xushi.alerts.models import Alert
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.demo.builder import NOW, YEAR_BEGAN, _register
from xushi.demo.categories import plant_categories
from xushi.demo.companies import owners_of
from xushi.demo.people import settle
from xushi.demo.permits import ENTERED, enter_ledger
from xushi.demo.permits_rows import QUEUES, spots
from xushi.demo.reporting import District
from xushi.demo.rows import build_rows
from xushi.duties.models import Duty
from xushi.permits import figures
from xushi.permits.bottlenecks import conclusion
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.expected import reckon_all
from xushi.permits.following import Graphs, follow
from xushi.permits.models import RUNNING, ExpectedStart, PermitStep, StepDuration, Supplement, Track
from xushi.permits.owing import judge_all
from xushi.permits.rules import Place, months_after, moved_on, open_before, ready_on
from xushi.registry.models import Project
from xushi.units.models import User

ROWS = build_rows()
TODAY = local_day(NOW)


def ledger() -> None:
    """The district with its projects as they stand in September, without the year's reports; then the ledger."""
    chance = Random(912)
    owners = owners_of(ROWS, chance)
    people = settle(sorted(owners.values()), now=YEAR_BEGAN)
    plant_categories()
    projects = _register(ROWS, owners, (), people, chance)
    for row, project in zip(ROWS, projects, strict=True):
        project.started_on, project.completed_on = row.started_on, row.completed_on
    Project.objects.bulk_update(projects, ["started_on", "completed_on"])
    district = District(ROWS, {project.name: project for project in projects}, people)
    enter_ledger(district, now=ENTERED)


@pytest.fixture(scope="module")
def entered(once: Once) -> Iterator[None]:
    with once(ledger):
        yield


district_wide = [pytest.mark.django_db, pytest.mark.usefixtures("entered")]


class TestPlaces:
    def test_everyone_that_has_not_started_stands_somewhere(self) -> None:
        waiting = {row.name for row in ROWS if not row.started}
        assert set(spots(ROWS)) == waiting
        assert Counter(row.stage for row in ROWS if not row.started) == {2: 86, 1: 64}

    def test_a_queue_is_as_long_as_its_waits(self) -> None:
        stands = Counter(spot.waits[0].code for spot in spots(ROWS).values())
        for queue in QUEUES:
            named = 4 if queue.code == "relocation" else 0
            assert stands[queue.code] == len(queue.waits) + named

    def test_the_trouble_a_project_names_is_where_it_stands(self) -> None:
        by_name = {row.name: row for row in ROWS}
        for name, spot in spots(ROWS).items():
            code, said = spot.waits[0].code, by_name[name].difficulty
            assert ("拆迁" in said) <= (code == "relocation"), name
            assert ("招标" in said) <= (code == "tender"), name
            assert ("用地规划" in said) <= (code == "land_permit"), name

    def test_those_the_picture_names(self) -> None:
        found = spots(ROWS)
        days = {"紫光项目": 165, "桥林新城安置房三期": 131, "顶山安置房二期": 112, "博郡项目二期": 48}
        assert {name: found[name].waits[0].days for name in days} == days

    def test_it_is_the_same_at_every_call(self) -> None:
        assert spots(build_rows()) == spots(ROWS)


class TestLedger:
    pytestmark = district_wide

    def test_the_steps_that_follow_are_as_following_would_set_them(self) -> None:
        assert follow(list(Project.objects.values_list("pk", flat=True))) == []

    def test_a_decided_step_could_be_worked_on_when_all_before_it_was_done(self) -> None:
        needs = _needs()
        for project, steps in _by_project().items():
            places = {one.permit.code: Place(one.permit.code, one.state, one.decided_on) for one in steps}
            for step in (one for one in steps if one.permit.code != "project_code" and one.decided_on):
                if step.lacking:
                    assert open_before(step.permit.code, needs, places)
                    continue
                ready = ready_on(step.permit.code, needs, places, local_day(ENTERED))
                if not step.permit.needed_for_start:
                    assert ready is not None
                    ready = max(ready, step.project.completed_on)
                assert step.ready_since == ready, (project, step)

    def test_the_days_are_in_order_and_none_is_to_come(self) -> None:
        for step in _steps():
            days = [step.ready_since, step.submitted_on, step.accepted_on, step.decided_on]
            known = [day for day in days if day]
            assert known == sorted(known), step
            assert all(day <= local_day(ENTERED) for day in known), step
            if step.state in ("accepted", "supplement", "approved"):
                assert step.submitted_on and step.accepted_on, step
            assert (step.decided_on is not None) == (step.state in ("approved", "not_needed")), step
            assert (step.state == "not_needed") <= bool(step.reason), step

    def test_the_promise_runs_from_the_intake_and_stands_while_a_supplement_is_owed(self) -> None:
        days, stops = calendar(), _stops()
        for step in _steps():
            begun = step.accepted_on or step.submitted_on or step.ready_since
            if begun is None:
                assert step.due_on is None
                continue
            due = days.add(begun, step.permit.promised_days)
            for one in stops.get(step.pk, ()):
                assert begun <= one.asked_on <= (one.answered_on or TODAY), step
                if one.answered_on:
                    due = moved_on(due, one.asked_on, one.answered_on, days)
                    assert one.answered_on <= step.decided_on, step
            assert step.due_on == due, step

    def test_a_supplement_is_open_where_the_step_says_so(self) -> None:
        owed = set(Supplement.objects.filter(answered_on=None).values_list("step_id", flat=True))
        assert owed == {step.pk for step in _steps() if step.state == "supplement"}
        assert len(owed) >= 5
        assert Supplement.objects.exclude(answered_on=None).count() > 200

    def test_what_is_valid_for_a_time_lapses_then(self) -> None:
        for step in _steps():
            months = step.permit.valid_months
            held = step.state == "approved" and months
            assert bool(step.expires_on) == bool(held)
            if held:
                assert step.extensions <= step.permit.max_extensions
                assert step.expires_on == months_after(step.decided_on, months * (1 + step.extensions))

    def test_one_permit_lapses_soon_and_one_was_extended(self) -> None:
        held = [step for step in _steps() if step.expires_on and not step.project.started_on]
        assert sorted((step.expires_on, step.extensions) for step in held) == [
            (date(2018, 9, 20), 0),
            (date(2018, 9, 28), 1),
        ]
        assert all(step.lacking and step.lacking_until > TODAY for step in held)

    def test_whoever_broke_ground_had_everything(self) -> None:
        for step in _steps():
            if step.project.started_on and step.permit.needed_for_start:
                assert step.state in ("approved", "not_needed"), step
                assert step.decided_on <= step.project.started_on, step

    def test_every_project_has_a_track_and_the_steps_of_its_kind(self) -> None:
        assert Track.objects.count() == Project.objects.count() == 450
        for steps in _by_project().values():
            kind = steps[0].project.kind
            assert all(not one.permit.kinds or kind in one.permit.kinds for one in steps)
        sizes = Counter((steps[0].project.kind, len(steps)) for steps in _by_project().values())
        assert sizes == {("filing", 22): 97, ("approval", 27): 353}


class TestBoard:
    pytestmark = district_wide

    def test_the_sentence_comes_from_the_rows(self) -> None:
        board = figures.board(User.objects.get(username="office"), Wanted(), TODAY)
        said = "150个未开工项目里，54个已超承诺时限，四成多卡在征地拆迁"
        assert conclusion(board.queues, board.whole) == said
        queues = {queue.step.code: (queue.waiting, queue.overdue) for queue in board.queues}
        assert queues["relocation"] == (39, 23)
        assert queues["supply"] == (26, 7)
        assert queues["land_permit"] == (22, 9)
        assert queues["environment"] == (14, 3)
        assert max(queue.longest for queue in board.queues) == 165

    def test_durations_are_learnt_and_every_start_can_be_expected(self) -> None:
        assert reckon_all(NOW) == 150
        learnt = {one.code: one for one in StepDuration.objects.all()}
        assert len(learnt) > 20
        long_tail = learnt["relocation"]
        assert long_tail.late > long_tail.likely * 1.3 > long_tail.early
        starts = ExpectedStart.objects.all()
        assert starts.count() == 150
        assert all(
            TODAY < one.early <= one.likely <= one.late < TODAY + timedelta(days=900) for one in starts
        )

    def test_what_is_late_is_warned_of(self) -> None:
        judge_all(NOW)
        late = Alert.objects.open().filter(cause="step_overdue")
        assert late.count() == 54
        assert set(late.values_list("level", flat=True)) == {"yellow", "red"}

    def test_whoever_has_a_step_in_hand_owes_it(self) -> None:
        owed = Duty.objects.open().filter(subject_kind="permits.permitstep")
        running = [step for step in _steps() if step.state in RUNNING]
        assert {step.pk for step in running} <= set(owed.values_list("subject_id", flat=True))
        assert owed.filter(kind="permit.begin").count() == 2


def _steps() -> list[PermitStep]:
    return list(PermitStep.objects.select_related("permit", "project").order_by("pk"))


def _by_project() -> dict[int, list[PermitStep]]:
    found: dict[int, list[PermitStep]] = {}
    for step in _steps():
        found.setdefault(step.project_id, []).append(step)
    return found


def _needs() -> Any:
    [needs] = Graphs.of({Track.objects.values_list("catalogue_id", flat=True).first()}).needs.values()
    return needs


def _stops() -> dict[int, list[Supplement]]:
    found: dict[int, list[Supplement]] = {}
    for one in Supplement.objects.order_by("asked_on"):
        found.setdefault(one.step_id, []).append(one)
    return found
