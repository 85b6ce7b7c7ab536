"""预计开工：读各步到哪、剩几天，算出最早、多半、最晚，存一行；项目的手续动了重算它，每夜重算全部。"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from xushi.core.clock import local_day
from xushi.kit.listed import listed
from xushi.kit.phrased import Key, ask_first
from xushi.permits.durations import Durations
from xushi.permits.learning import learn
from xushi.permits.models import ExpectedStart, PermitStep, Track
from xushi.permits.outlook import Left, opens, outlook, worth
from xushi.permits.path import latest, starts
from xushi.permits.reckoning import DONE, Known, Reckoner, Steps, known, reckoner
from xushi.registry.models import AnnualPlan, Project

AT_ONCE = 2000
READ = ("project_id", "permit__code", "pk", "state", "ready_since", "submitted_on")
WRITTEN = (
    "early",
    "likely",
    "late",
    "critical_step",
    "week_gain",
    "week_worth",
    "computed_on",
    "computed_at",
)


def not_started(today: date) -> Q:
    """Whose start can still be expected: neither begun nor taken off the registry by today."""
    began = Q(project__started_on=None) | Q(project__started_on__gt=today)
    stays = Q(project__removed_on=None) | Q(project__removed_on__gt=today)
    return began & stays


def not_started_yet(projects: Any, today: date) -> Any:
    """The same of projects themselves."""
    began = Q(started_on=None) | Q(started_on__gt=today)
    return projects.filter(began, Q(removed_on=None) | Q(removed_on__gt=today), completed_on=None)


def reckon_all(now: datetime) -> int:
    """Every night: learn how long steps take, then every project's expected start in one pass; returns how many."""
    learn(now)
    return reckon(None, now=now)


def reckon(projects: Collection[int] | None, *, now: datetime) -> int:
    """The expected start of these projects (None: of all) as of now; a project that began has none. Returns how many.

    What was reckoned for a later day than an event's own stays of that later day.
    """
    held = ExpectedStart.objects.all() if projects is None else _of(ExpectedStart.objects, projects)
    last = held.aggregate(last=Max("computed_at"))["last"]
    now = max(now, last) if last else now
    today = local_day(now)
    tracks: Any = Track.objects.all() if projects is None else _of(Track.objects, projects)
    rows = list(
        tracks.filter(not_started(today)).order_by("project_id").values_list("project_id", "catalogue_id")
    )
    shared = reckoner({catalogue for _, catalogue in rows}, today)
    for start in range(0, len(rows), AT_ONCE):
        _write(dict(rows[start : start + AT_ONCE]), shared, now)
    gone = held.exclude(project__in=tracks.filter(not_started(today)).values("project"))
    gone.delete()
    return len(rows)


def _of(rows: Any, projects: Collection[int]) -> Any:
    return rows.filter(listed("project_id", sorted(projects)))


@transaction.atomic
def _write(catalogues: dict[int, int], shared: Reckoner, now: datetime) -> None:
    """Some projects with their catalogues; three queries and one write."""
    steps = steps_of(catalogues)
    plans = _plans(catalogues, shared.today.year)
    made = [
        _row(project, catalogue, steps.get(project, {}), plans.get(project, (0, None)), shared, now)
        for project, catalogue in catalogues.items()
    ]
    ExpectedStart.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["project"], update_fields=WRITTEN
    )


def steps_of(projects: Collection[int]) -> dict[int, dict[str, Known]]:
    """{project: {code: how far}}; one query."""
    found: dict[int, dict[str, Known]] = defaultdict(dict)
    rows = _of(PermitStep.objects, projects).order_by()
    for project, code, pk, state, ready, submitted in rows.values_list(*READ).iterator(chunk_size=5000):
        found[project][code] = known(pk, state, ready, submitted)
    return found


Plan = tuple[int, Sequence[str] | None]


def _plans(projects: Collection[int], year: int) -> dict[int, Plan]:
    """年度计划 in force: (元, its curve)."""
    rows = _of(AnnualPlan.objects, projects).filter(year=year, state=AnnualPlan.State.IN_FORCE)
    return {
        pk: (amount, curve)
        for pk, amount, curve in rows.values_list("project_id", "planned_investment", "curve")
    }


def _row(
    project: int, catalogue: int, steps: Steps, plan: Plan, shared: Reckoner, now: datetime
) -> ExpectedStart:
    graph, left = shared.graph(catalogue, steps), shared.left(catalogue, steps)
    found = outlook(graph, left)
    today, ruler = shared.today, shared.ruler
    likely = opens(ruler, today, found.likely)
    sooner = opens(ruler, today, found.likely - found.gain)
    return ExpectedStart(
        project_id=project,
        early=opens(ruler, today, found.early),
        likely=likely,
        late=opens(ruler, today, found.late),
        critical_step_id=None if found.critical is None else steps[graph.order[found.critical]].pk,
        week_gain=found.gain,
        week_worth=worth(plan[0], plan[1], today.year, sooner, likely) if found.gain else 0,
        computed_on=today,
        computed_at=now,
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step that is still to be done before the start. float: working days it may slip; gain: what a week brings."""

    step: PermitStep
    left: Left
    takes: Durations
    begins: date
    ends: date
    float: int

    @property
    def critical(self) -> bool:
        return not self.float


@dataclass(frozen=True, slots=True)
class Detail:
    """预计开工 of one project as of today, with every step still to be done, in the order they end."""

    expected: ExpectedStart
    lengths: tuple[int, int, int]
    stretches: list[Stretch]

    @property
    def critical(self) -> Stretch | None:
        """The step it hangs on now."""
        pk = self.expected.critical_step_id
        return next((one for one in self.stretches if one.step.pk == pk), None)


def _catalogue_of(project: int, today: date) -> "QuerySet[Any]":
    tracks = Track.objects.filter(not_started(today), project=project)
    return tracks.order_by("pk").values_list("catalogue_id", flat=True)[:1]


def detail_of(project: Project, now: datetime) -> Detail | None:
    """Reckoned afresh, nothing written; None where the project has no permits to follow or has begun."""
    today = local_day(now)
    catalogue = ask_first(_catalogue_of, Key(project.pk), today)
    if catalogue is None:
        return None
    shared, own = reckoner([catalogue], today), [project.pk]
    steps = steps_of(own).get(project.pk, {})
    graph, left = shared.graph(catalogue, steps), shared.left(catalogue, steps)
    row = _row(project.pk, catalogue, steps, _plans(own, today.year).get(project.pk, (0, None)), shared, now)
    found = outlook(graph, left)
    days = [one[1] for one in left]
    begun, length = starts(graph, days)
    ends = latest(graph, days, length)
    rows = PermitStep.objects.filter(project=project).select_related("permit__department__successor")
    by_pk = {step.pk: step for step in rows}
    stretches = [
        Stretch(
            step=by_pk[steps[code].pk],
            left=left[n],
            takes=shared.takes[catalogue, code],
            begins=shared.ruler.add(today, begun[n]),
            ends=shared.ruler.add(today, begun[n] + days[n]),
            float=ends[n] - days[n] - begun[n],
        )
        for n, code in enumerate(graph.order)
        if code in steps and steps[code].state not in DONE
    ]
    stretches.sort(key=lambda one: (one.ends, one.step.permit.place))
    return Detail(row, (found.early, found.likely, found.late), stretches)
