"""预计开工：照库里的各步算，一个和全部算得一样；学本区的实际用时；开了工的、退了库的没有。"""

import random
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW
from tests.permits import waiting
from tests.permits.waiting import accepted, approved, waits
from tests.progress.builders import WAN, add_plan
from xushi.calendars.selectors import calendar
from xushi.permits.expected import detail_of, reckon, reckon_all
from xushi.permits.learning import learn, learnt
from xushi.permits.models import ExpectedStart, PermitStep, StepDuration
from xushi.registry.models import Project
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db
TODAY = date(2018, 9, 12)


def working(days: int) -> date:
    return calendar().add(TODAY, days)


def ago(days: int) -> date:
    return calendar().add(TODAY, -days)


def held_up(tracks: waiting.Tracks, territory: Unit, name: str = "紫光项目") -> Project:
    """At relocation for ten working days, the environment's review not begun."""
    return tracks.project(
        territory, name,
        {
            "filing": approved(ago(40), ago(38)),
            "environment": waits(ago(38)),
            "relocation": accepted(ago(10), ago(-20)),
            "supply": "planned",
            "construction": "planned",
            "acceptance": "planned",
        },
    )  # fmt: skip


def test_three_dates_the_step_it_hangs_on_and_what_a_week_brings(district: Unit, subdistrict: Unit) -> None:
    tracks = waiting.catalogue(district)
    project = held_up(tracks, subdistrict)
    add_plan(project, 12_000)
    assert reckon([project.pk], now=NOW) == 1
    row = ExpectedStart.objects.get(project=project)
    # 30 - 10 of the relocation, 20 of the supply, 7 of the permit; nothing is known of the district's own times
    assert (row.early, row.likely, row.late) == (working(47), working(47), working(47))
    assert row.critical_step is not None
    assert row.critical_step.permit.code == "relocation"
    assert row.week_gain == 5
    days = (working(47) - working(42)).days
    months = {11: 30, 12: 31}
    expected = sum(
        12_000 * WAN / 12 / months[day.month]
        for day in (working(42) + timedelta(days=n) for n in range(days))
        if day.year == 2018
    )
    assert abs(row.week_worth - expected) <= 1
    assert row.computed_on == TODAY


def test_own_durations_widen_the_range_once_five_are_known(district: Unit, subdistrict: Unit) -> None:
    tracks = waiting.catalogue(district)
    project = held_up(tracks, subdistrict)
    for n, took in enumerate((12, 14, 16, 18, 20)):
        started = ago(200)
        tracks.project(
            subdistrict, f"办过的{n}号", {"supply": approved(started, calendar().add(started, took))},
            started_on=date(2018, 1, 5),
        )  # fmt: skip
    assert learn(NOW) == 1
    assert learnt()["supply"].known == 5
    reckon([project.pk], now=NOW)
    row = ExpectedStart.objects.get(project=project)
    # quantiles of 12 … 20: 13.6, 16, 18.4
    assert (row.early, row.likely, row.late) == (working(41), working(43), working(45))
    detail = detail_of(project, NOW)
    assert detail is not None
    sources = {one.step.permit.code: one.takes.source for one in detail.stretches}
    assert sources["supply"] == "本区办过的5件"
    assert sources["relocation"] == "承诺时限"


def test_what_is_no_longer_known_is_forgotten(district: Unit, subdistrict: Unit) -> None:
    StepDuration.objects.create(code="gone", early=1, likely=2, late=3, known=5, learnt_at=NOW)
    assert learn(NOW) == 0
    assert not StepDuration.objects.exists()


def test_floats_and_order_of_what_is_left(district: Unit, subdistrict: Unit) -> None:
    project = held_up(waiting.catalogue(district), subdistrict)
    detail = detail_of(project, NOW)
    assert detail is not None
    told = [(s.step.permit.code, s.begins, s.ends, s.float) for s in detail.stretches]
    assert told == [
        ("environment", TODAY, working(1), 39),  # 20 promised, 38 gone: not before tomorrow
        ("relocation", TODAY, working(20), 0),
        ("supply", working(20), working(40), 0),
        ("construction", working(40), working(47), 0),
    ]
    assert detail.critical is detail.stretches[1]
    assert detail.lengths == (47, 47, 47)


def test_no_start_is_expected_of_what_began_or_left(district: Unit, subdistrict: Unit) -> None:
    tracks = waiting.catalogue(district)
    began, removed, going = (held_up(tracks, subdistrict, name) for name in ("开工的", "退库的", "在等的"))
    assert reckon_all(NOW) == 3
    Project.objects.filter(pk=began.pk).update(started_on=TODAY)
    Project.objects.filter(pk=removed.pk).update(removed_on=TODAY)
    assert reckon_all(NOW) == 1
    assert list(ExpectedStart.objects.values_list("project", flat=True)) == [going.pk]
    assert detail_of(Project.objects.get(pk=began.pk), NOW) is None


def test_all_permits_in_hand_means_now(district: Unit, subdistrict: Unit) -> None:
    tracks = waiting.catalogue(district)
    steps: dict[str, Any] = dict.fromkeys(("filing", "environment", "relocation", "supply"), "not_needed")
    project = tracks.project(subdistrict, "齐了的", steps | {"construction": approved(ago(9), ago(2))})
    reckon(None, now=NOW)
    row = ExpectedStart.objects.get(project=project)
    assert (row.early, row.late, row.critical_step, row.week_gain) == (TODAY, TODAY, None, 0)


def test_a_refused_step_begins_again(district: Unit, subdistrict: Unit) -> None:
    tracks = waiting.catalogue(district)
    project = tracks.project(
        subdistrict, "被退的", {"construction": ("refused", {"ready_since": ago(50), "decided_on": ago(1)})}
    )
    reckon([project.pk], now=NOW)
    assert ExpectedStart.objects.get(project=project).likely == working(7)


def test_a_step_taken_in_early_waits_for_nothing(district: Unit, subdistrict: Unit) -> None:
    tracks = waiting.catalogue(district)
    project = tracks.project(
        subdistrict, "容缺的",
        {"relocation": waits(ago(5)), "supply": ("accepted", {"submitted_on": ago(2), "accepted_on": ago(2)})},
    )  # fmt: skip
    reckon([project.pk], now=NOW)
    row = ExpectedStart.objects.get(project=project)
    assert row.likely == working(25)  # the relocation's rest; the supply is done before it
    assert row.critical_step is not None
    assert row.critical_step.permit.code == "relocation"


def test_an_event_handled_late_does_not_turn_the_day_back(district: Unit, subdistrict: Unit) -> None:
    project = held_up(waiting.catalogue(district), subdistrict)
    reckon([project.pk], now=NOW + timedelta(days=7))
    later = ExpectedStart.objects.get(project=project)
    reckon([project.pk], now=NOW)
    again = ExpectedStart.objects.get(project=project)
    assert (again.likely, again.computed_on) == (later.likely, later.computed_on)


def test_reckoning_twice_changes_nothing(district: Unit, subdistrict: Unit) -> None:
    held_up(waiting.catalogue(district), subdistrict)
    reckon_all(NOW)
    before = list(ExpectedStart.objects.values())
    reckon_all(NOW)
    assert list(ExpectedStart.objects.values()) == before


def random_rows(chance: random.Random) -> dict[str, Any]:
    names = [f"s{n:02d}" for n in range(chance.randint(1, 14))]
    return {
        name: (name, chance.randint(0, 40), tuple(chance.sample(names[:n], min(n, chance.randint(0, 3)))),
               chance.random() < 0.4)
        for n, name in enumerate(names)
    }  # fmt: skip


def test_random_projects_agree_with_a_second_account(district: Unit, subdistrict: Unit) -> None:
    """Promised days only, counted by recursion from the rows of the database."""
    for seed in range(25):
        chance = random.Random(seed)
        rows = random_rows(chance)
        tracks = waiting.catalogue(district, rows)
        project = tracks.project(subdistrict, f"随机{seed}号", {})
        left: dict[str, int] = {}
        for code, (_, days, _, _) in rows.items():
            state = chance.choice(("approved", "planned", "waits", "refused", "absent"))
            left[code] = 0 if state in ("approved", "absent") else days
            if state == "absent":
                continue
            gone = chance.randint(0, 60)
            if state == "waits":
                tracks.step(project, code, ready_since=ago(gone))
                left[code] = max(1, days - gone)
            else:
                tracks.step(project, code, state)

        @cache
        def end(code: str, left=left, rows=rows) -> int:
            return left[code] + max((end(before) for before in rows[code][2]), default=0)

        length = max((end(code) for code, row in rows.items() if row[3]), default=0)
        reckon([project.pk], now=NOW)
        found = ExpectedStart.objects.get(project=project)
        assert found.likely == (working(length) if length else TODAY), seed
        assert (found.critical_step is None) == (length == 0), seed


def test_one_by_one_and_all_at_once_are_the_same(
    district: Unit, subdistrict: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tracks = waiting.catalogue(district)
    projects = [held_up(tracks, subdistrict, f"{n}号") for n in range(6)]
    for n, project in enumerate(projects):
        PermitStep.objects.filter(project=project, permit__code="relocation").update(ready_since=ago(n * 7))
    for project in projects:
        reckon([project.pk], now=NOW)
    singly = list(
        ExpectedStart.objects.order_by("project").values("project", "early", "likely", "late", "week_gain")
    )
    ExpectedStart.objects.all().delete()
    with django_assert_num_queries(12):
        reckon(None, now=NOW)
    together = ExpectedStart.objects.order_by("project").values(
        "project", "early", "likely", "late", "week_gain"
    )
    assert list(together) == singly
    assert len({row["likely"] for row in singly}) > 3
    with django_assert_num_queries(12):
        reckon([projects[0].pk], now=NOW)
