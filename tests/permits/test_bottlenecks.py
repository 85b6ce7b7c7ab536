"""卡在哪的数：与一件件数出来的对照；谁看得到哪些；过去的一天照当时的日子算；命令的输出。"""

import json
import random
import statistics
from collections import defaultdict
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, UserFactory, appoint
from tests.permits import waiting
from tests.permits.waiting import Tracks, accepted, approved, waits
from xushi.calendars.selectors import calendar
from xushi.permits.bottlenecks import LONG_PAST, PAST, WITHIN
from xushi.permits.bottlenecks_past import board_at
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.figures import Board, board, board_of
from xushi.permits.models import PermitStep, Supplement
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
TODAY = date(2018, 9, 12)
STATES = ("planned", "submitted", "accepted", "supplement", "approved", "refused", "not_needed")


def ago(days: int) -> date:
    return calendar().add(TODAY, -days)


def told(found: Board) -> list[tuple[str, str, int, int, float, int]]:
    return [
        (q.step.code, q.department, q.waiting, q.overdue, float(q.median), q.amount)
        for q in (row.queue for row in found.rows)
    ]


def wanted(query: str = "") -> Wanted:
    return Wanted.read(QueryDict(query))


def queue_of_three(tracks: Tracks, territory: Unit, other: Unit) -> list[Project]:
    """At relocation: within its promise, five working days past it, thirty past it; the last at construction too."""
    return [
        tracks.project(territory, "刚报的", {"relocation": accepted(ago(4), ago(-26))}),
        tracks.project(territory, "过了的", {"relocation": accepted(ago(35), ago(5))}),
        tracks.project(
            other, "过了很久的",
            {"relocation": accepted(ago(60), ago(30)), "construction": waits(ago(2))},
        ),
    ]  # fmt: skip


def test_waits_medians_limits_and_what_is_held(
    district: Unit, subdistrict: Unit, other_subdistrict: Unit, office_user: User
) -> None:
    queue_of_three(waiting.catalogue(district), subdistrict, other_subdistrict)
    found = board(office_user, wanted(), TODAY)
    yi5 = 500_000_000
    assert told(found) == [
        ("relocation", "区国土分局", 3, 2, 35.0, 3 * yi5),
        ("construction", "区行政审批局", 1, 0, 2.0, yi5),
    ]
    assert [(h.days, h.kind) for h in found.rows[0].queue.heaps] == [(4, WITHIN), (35, PAST), (60, LONG_PAST)]
    assert (found.whole.projects, found.whole.overdue, found.whole.amount) == (3, 2, 3 * yi5)
    assert found.rows[0].queue.step.limit == 30


def test_every_figure_names_its_list(
    district: Unit, subdistrict: Unit, other_subdistrict: Unit, office_user: User
) -> None:
    queue_of_three(waiting.catalogue(district), subdistrict, other_subdistrict)
    found = board(office_user, wanted(), TODAY)
    for row in found.rows:
        for figure in (row.waiting, row.overdue):
            assert found.count(wanted(figure.rows)) == figure.value
    assert found.count(wanted("step=all")) == 4
    assert found.count(wanted("step=relocation&days=30-40")) == 1
    assert found.count(wanted("step=relocation&over=long")) == 1


def test_the_clock_stands_while_a_supplement_is_owed(
    district: Unit, subdistrict: Unit, office_user: User
) -> None:
    tracks = waiting.catalogue(district)
    for name, asked in (("停着的", ago(8)), ("早就过了的", ago(2))):
        project = tracks.project(
            subdistrict, name, {"relocation": ("supplement", {"ready_since": ago(35), "due_on": ago(5)})}
        )
        Supplement.objects.create(step=project.permit_steps.get(), asked_on=asked, words="补一份勘测定界图")
    [row] = board(office_user, wanted(), TODAY).rows
    assert (row.queue.waiting, row.queue.overdue) == (2, 1)
    [same] = board_at(PermitStep.objects.all(), wanted(), TODAY).rows
    assert (same.queue.waiting, same.queue.overdue) == (2, 1)


def random_district(chance: random.Random, tracks: Tracks, places: list[Unit]) -> None:
    for n in range(chance.randint(3, 14)):
        began = ago(chance.randint(-3, 60)) if chance.random() < 0.2 else None
        project = tracks.project(
            chance.choice(places), f"随机{tracks.catalogue.version}-{n}号", {},
            started_on=began, total_investment=chance.randint(1, 900) * 10_000_000,
            removed_on=ago(chance.randint(-3, 60)) if chance.random() < 0.1 else None,
        )  # fmt: skip
        for code in tracks.permits:
            if chance.random() < 0.5:
                _random_step(chance, tracks, project, code)


def _random_step(chance: random.Random, tracks: Tracks, project: Project, code: str) -> None:
    state = chance.choice(STATES)
    ready = ago(chance.randint(0, 90)) if state != "planned" or chance.random() < 0.7 else None
    due = ago(chance.randint(-30, 40)) if ready and state != "planned" else None
    decided = state in ("approved", "refused", "not_needed")
    step = tracks.step(
        project,
        code,
        state,
        ready_since=ready,
        due_on=due,
        decided_on=ago(chance.randint(0, 30)) if decided else None,
    )
    if state == "supplement":
        Supplement.objects.create(step=step, asked_on=ago(chance.randint(0, 45)), words="补")


def by_hand(rows: list[PermitStep], on: date) -> list[tuple[str, str, int, int, float, int]]:
    """One step after another, as one would with a pencil."""
    waits_of: dict[Any, list[tuple[int, bool, int]]] = defaultdict(list)
    for step in rows:
        project = step.project
        decided = step.decided_on is not None and step.decided_on <= on
        gone = any(day is not None and day <= on for day in (project.started_on, project.removed_on))
        if step.ready_since is None or step.ready_since > on or decided or gone:
            continue
        asked = next((s.asked_on for s in step.supplements.all() if s.answered_on is None), None)
        clock = min(asked, on) if asked else on
        late = step.due_on is not None and step.due_on < clock
        key = (step.permit.place, step.permit.code, str(step.permit.department))
        waits_of[key].append((calendar().between(step.ready_since, on), late, project.total_investment))
    return [
        (code, department, len(own), sum(late for _, late, _ in own), statistics.median(d for d, _, _ in own),
         sum(amount for _, _, amount in own))
        for (_, code, department), own in sorted(waits_of.items())
    ]  # fmt: skip


def test_random_districts_agree_with_the_pencil_today_and_on_past_days(
    district: Unit, subdistrict: Unit, other_subdistrict: Unit
) -> None:
    for seed in range(12):
        chance = random.Random(seed)
        tracks = waiting.catalogue(district)
        random_district(chance, tracks, [subdistrict, other_subdistrict])
        seen = PermitStep.objects.filter(permit__catalogue=tracks.catalogue)
        rows = list(seen.select_related("project", "permit__department").prefetch_related("supplements"))
        today = board_of(seen, wanted(), TODAY)
        assert told(today) == by_hand(rows, TODAY), seed
        assert told(board_at(seen, wanted(), TODAY)) == told(today), seed
        assert board_at(seen, wanted(), TODAY).whole == today.whole, seed
        for back in (1, 5, 20, 44):
            on = TODAY - timedelta(days=back)
            assert told(board_at(seen, wanted(), on)) == by_hand(rows, on), (seed, on)


def test_a_past_day_has_the_promise_of_that_day(district: Unit, subdistrict: Unit) -> None:
    """Promised for ago(10); a supplement owed from ago(12) to ago(4) moved it by eight days to ago(2)."""
    tracks = waiting.catalogue(district)
    project = tracks.project(subdistrict, "补过正的", {"relocation": accepted(ago(40), ago(2))})
    Supplement.objects.create(
        step=project.permit_steps.get(), asked_on=ago(12), words="补", answered_on=ago(4)
    )

    def overdue(on: date) -> int:
        [row] = board_at(PermitStep.objects.all(), wanted(), on).rows
        return row.queue.overdue

    assert [overdue(ago(n)) for n in (13, 9, 5, 3, 1)] == [0, 0, 0, 0, 1]
    Supplement.objects.update(
        asked_on=ago(8), answered_on=ago(1)
    )  # asked for when it was already past ago(9)
    assert [overdue(ago(n)) for n in (10, 9, 8, 2)] == [0, 0, 1, 1]


def test_who_sees_what(
    district: Unit, subdistrict: Unit, other_subdistrict: Unit, office_user: User, leader_user: User,
    territory_user: User, stranger: User, owner_user: User, system_admin: User,
) -> None:  # fmt: skip
    tracks = waiting.catalogue(district)
    queue_of_three(tracks, subdistrict, other_subdistrict)
    land = appoint(UserFactory(), Role.DEPARTMENT, unit=tracks.departments["land"])

    def seen(user: User) -> list[tuple[str, int]]:
        return [(row.queue.step.code, row.queue.waiting) for row in board(user, wanted(), TODAY).rows]

    assert seen(office_user) == seen(leader_user) == [("relocation", 3), ("construction", 1)]
    assert seen(territory_user) == [("relocation", 2)]
    assert seen(stranger) == [("relocation", 1), ("construction", 1)]
    assert seen(land) == [("relocation", 3)]
    assert seen(owner_user) == seen(system_admin) == []


def test_begun_projects_only_where_asked_for(district: Unit, subdistrict: Unit, office_user: User) -> None:
    tracks = waiting.catalogue(district)
    tracks.project(subdistrict, "开了工的", {"acceptance": waits(ago(3))}, started_on=date(2018, 3, 1))
    assert board(office_user, wanted(), TODAY).rows == []
    assert len(board(office_user, wanted("started=1"), TODAY).rows) == 1


def test_narrowed_by_place_unit_and_words(
    district: Unit, subdistrict: Unit, other_subdistrict: Unit, office_user: User
) -> None:
    queue_of_three(waiting.catalogue(district), subdistrict, other_subdistrict)

    def many(query: str) -> int:
        return board(office_user, wanted(query), TODAY).whole.projects

    assert many(f"territory={subdistrict.pk}") == 2
    assert many("kind=filing") == 3
    assert many("kind=approval") == 0
    assert many("territory=xyz") == 0


def test_a_dissolved_department_is_its_successor(
    district: Unit, subdistrict: Unit, other_subdistrict: Unit, office_user: User
) -> None:
    tracks = waiting.catalogue(district)
    queue_of_three(tracks, subdistrict, other_subdistrict)
    Unit.objects.filter(pk=tracks.departments["land"].pk).update(
        dissolved_on=ago(20), successor=tracks.departments["other"]
    )
    found = board(office_user, wanted(), TODAY)
    assert {row.queue.department for row in found.rows} == {"区行政审批局"}
    assert found.count(wanted(found.rows[0].waiting.rows)) == 3


def test_as_many_queries_for_many_as_for_few(
    district: Unit, subdistrict: Unit, office_user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tracks = waiting.catalogue(district)
    calendar()
    for count in (2, 12):
        for n in range(count):
            tracks.project(subdistrict, f"{count}-{n}", {"relocation": accepted(ago(n), ago(n - 30))})
        office_user.forget_appointments()
        with django_assert_num_queries(5):
            board(office_user, wanted(), TODAY)


def command(*arguments: str, **options: Any) -> Any:
    out = StringIO()
    call_command("permits", *arguments, stdout=out, **options)
    return json.loads(out.getvalue()) if options.get("json") else out.getvalue()


@pytest.fixture
def clock_of_september() -> Any:
    with override_settings(XUSHI_NOW=NOW):
        yield


def test_the_command_for_machines(
    clock_of_september: None, district: Unit, subdistrict: Unit, other_subdistrict: Unit
) -> None:
    tracks = waiting.catalogue(district)
    queue_of_three(tracks, subdistrict, other_subdistrict)
    tracks.project(subdistrict, "办完的", {"relocation": approved(ago(30), ago(3))})
    assert command("bottlenecks", json=True)[0] == {
        "step": "征地拆迁", "code": "relocation", "department": "区国土分局", "waiting": 3, "overdue": 2,
        "median_days": 35, "limit_days": 30, "projects": 3, "investment": "15",
    }  # fmt: skip
    [earlier] = command("bottlenecks", json=True, as_of=str(ago(4)))
    assert (earlier["waiting"], earlier["overdue"], earlier["median_days"]) == (4, 2, 28.5)


def test_the_command_for_people(
    clock_of_september: None, district: Unit, subdistrict: Unit, other_subdistrict: Unit
) -> None:
    queue_of_three(waiting.catalogue(district), subdistrict, other_subdistrict)
    said = command("bottlenecks")
    assert said.startswith("3个未开工项目里，2个已超承诺时限，都卡在征地拆迁\n")
    assert "征地拆迁（区国土分局）：在等3个，超时限2个，中位35天，时限30天，总投资15.0亿元" in said


def test_when_a_project_can_start(
    clock_of_september: None, district: Unit, subdistrict: Unit, other_subdistrict: Unit
) -> None:
    queue_of_three(waiting.catalogue(district), subdistrict, other_subdistrict)
    found = command("expected-start", "刚报的", json=True)
    assert found["expected"]["likely"] == str(ago(-26))
    assert found["critical_step"] == "征地拆迁"
    assert found["week_gain_days"] == 5
    assert [step["from"] for step in found["steps"]] == ["promised"]
    assert "多半" in command("expected-start", "过了很久")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bottlenecks", "--as-of", "2018/8/31"], "看不懂日期“2018/8/31”"),
        (["bottlenecks", "--as-of", "2018-09-13"], "还没到"),
        (["expected-start"], "要哪个项目"),
        (["expected-start", "没有的"], "没有“没有的”这个项目"),
        (["expected-start", "过了"], "不止一个：过了很久的、过了的"),
    ],
)
def test_refusals_say_how_to_mend(
    clock_of_september: None, district: Unit, subdistrict: Unit, other_subdistrict: Unit,
    arguments: list[str], sentence: str,
) -> None:  # fmt: skip
    queue_of_three(waiting.catalogue(district), subdistrict, other_subdistrict)
    with pytest.raises(CommandError) as refused:
        command(*arguments)
    assert sentence in str(refused.value)
    assert refused.value.returncode == 2
