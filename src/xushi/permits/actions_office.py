"""成批的：建立手续、换到新版目录、一张表更新许多步、单位撤并时移交、项目变了跟着走。"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.kit.bulk import insert_all, maker
from xushi.kit.listed import listed
from xushi.permits import acting, following, owing, policy, rules
from xushi.permits.models import RUNNING, Catalogue, Permit, PermitStep, Track
from xushi.permits.rules import Place, names_of, open_before
from xushi.permits.selectors_catalogue import in_force
from xushi.permits.table import Who
from xushi.registry.checking import Refused, RowProblem, refuse
from xushi.registry.models import Project
from xushi.units.models import Unit

State = PermitStep.State
AT_ONCE = 1000


@transaction.atomic
def open_tracks(projects: Sequence[Project], *, actor: Actor, now: datetime) -> list[Track]:
    """建立手续: each project begins with the catalogue in force in its district, with the steps that its kind needs.

    A project that has them already keeps what it has. A fixed number of queries.
    """
    held_at = in_force()
    found = {one.pk: held_at.of_unit(one.territory_id) for one in projects}
    follows = {pk: catalogue for pk, catalogue in found.items() if catalogue}
    if len(follows) < len(found) or (not projects and held_at.of() is None):
        raise Refused([RowProblem(0, "catalogue", "还没有发布过手续目录，请区重大办先发布一版。")])
    refuse(
        RowProblem(i, "project", f"“{one.name}”已经退库，不用再建手续。")
        for i, one in enumerate(projects)
        if one.removed_on
    )
    _ask_office(projects, actor)
    held = set(
        Track.objects.filter(listed("project_id", [one.pk for one in projects])).values_list(
            "project_id", flat=True
        )
    )
    fresh = [one for one in projects if one.pk not in held]
    if not fresh:
        return []
    make = maker(Track)
    tracks = [
        make({"project_id": one.pk, "catalogue_id": follows[one.pk].pk, "moved_at": now}) for one in fresh
    ]
    insert_all(tracks)
    for catalogue in dict.fromkeys(follows[one.pk] for one in fresh):
        own = [one for one in fresh if follows[one.pk] == catalogue]
        insert_all(list(_steps(own, list(catalogue.permits.order_by("place", "pk")))))
    following.follow([one.pk for one in fresh])
    one, said = (
        fresh[0] if len(fresh) == 1 else None,
        "、".join(dict.fromkeys(str(follows[p.pk]) for p in fresh)),
    )
    record(
        "permits.track.opened", actor=actor, now=now, subject=one,
        summary=f"建立前期手续：{one or f'{len(fresh)}个项目'}，照{said}",
        rows=[RowChange(project, project.name, {"前期手续": ["", str(follows[project.pk])]}) for project in fresh],
    )  # fmt: skip
    return tracks


def _ask_office(projects: Iterable[Project], actor: Actor) -> None:
    if actor.by is not None and not all(policy.can_open(actor.by, one) for one in projects):
        raise PermissionDenied("建立手续、换目录由区重大办办。")


def needed(permits: Iterable[Permit], kind: str) -> list[Permit]:
    """The permits that a project of this kind needs; no kinds named: every project."""
    return [one for one in permits if not one.kinds or kind in one.kinds]


def _steps(projects: Sequence[Project], permits: Sequence[Permit]) -> Iterator[PermitStep]:
    make = maker(PermitStep)
    by_kind = {kind: needed(permits, kind) for kind in Project.Kind.values}
    for project in projects:
        for permit in by_kind[project.kind]:
            yield make({"project_id": project.pk, "permit_id": permit.pk})


@transaction.atomic
def move_track(project: Project, *, reason: str, actor: Actor, now: datetime) -> Track:
    """换到新版目录, or the district's own: steps are matched by their code and keep what they have.

    What is new is added; what is no longer there stays where something was done in it and goes where nothing was.
    """
    _ask_office([project], actor)
    acting.told(rules.problems_of_words(reason, "写一句为什么换，如“第2版并联了人防审查”。"))
    acting.lock([project.pk])
    track = Track.objects.filter(project=project).first()
    catalogue = in_force().of_unit(project.territory_id)
    if track is None or catalogue is None or track.catalogue_id == catalogue.pk:
        raise Refused([RowProblem(0, "catalogue", "这个项目用的已经是现行的一版目录。")])
    was = str(track.catalogue)
    added, dropped = _matched(project, catalogue)
    track.catalogue, track.moved_at = catalogue, now
    track.save(update_fields=["catalogue", "moved_at"])
    following.follow([project.pk])
    said = f"添{added}步、去掉{dropped}步没动过的"
    record(
        "permits.track.moved", actor=actor, now=now, subject=project,
        summary=f"换手续目录：{project}，由{was}换到{catalogue}，{said}",
        changes={"手续目录": [was, str(catalogue)], "理由": ["", reason.strip()]},
    )  # fmt: skip
    return track


def _matched(project: Project, catalogue: Catalogue) -> tuple[int, int]:
    wanted = {one.code: one for one in needed(catalogue.permits.order_by("place", "pk"), project.kind)}
    steps = list(PermitStep.objects.filter(project=project).select_related("permit"))
    kept, dropped = [], []
    for step in steps:
        if step.permit.code in wanted:
            step.permit = wanted.pop(step.permit.code)
            kept.append(step)
        elif step.state == State.PLANNED:
            dropped.append(step.pk)
    PermitStep.objects.bulk_update(kept, ["permit"])
    PermitStep.objects.filter(pk__in=dropped).delete()
    insert_all([PermitStep(project=project, permit=permit) for permit in wanted.values()])
    return len(wanted), len(dropped)


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step as a sheet tells it: where it stands and its days; code is the permit's in the project's catalogue."""

    project: int
    code: str
    state: str
    submitted_on: date | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    reason: str = ""


REPORTABLE = (State.PLANNED, State.SUBMITTED, State.ACCEPTED, State.APPROVED, State.REFUSED, State.NOT_NEEDED)


@transaction.atomic
def report_steps(rows: Sequence[StepReport], *, actor: Actor, now: datetime) -> list[PermitStep]:
    """一张表更新许多步, all or nothing: every problem of every row at once. Rows that say nothing new are left.

    A fixed number of queries and the writing of what changed.
    """
    acting.lock({row.project for row in rows})
    held = _held(rows, actor)
    refuse(_problems(rows, held, actor, local_day(now)))
    steps = [held[row.project, row.code] for row in rows]
    before = acting.snapshot(steps)
    changed, days = [], calendar()
    for row, step in zip(rows, steps, strict=True):
        if _differs(row, step):
            _write(row, step, days)
            acting.reported(step, actor, now)
            changed.append(step)
    refuse(_skipped(rows, held))
    if changed:
        acting.finish("report", changed, before, actor=actor, now=now, event="reported")
    return changed


def _held(rows: Sequence[StepReport], actor: Actor) -> dict[tuple[int, str], PermitStep]:
    """Every step of these projects that this person sees."""
    seen = PermitStep.objects.all() if actor.by is None else PermitStep.objects.visible_to(actor.by)
    steps = seen.filter(listed("project_id", sorted({row.project for row in rows})))
    return {
        (step.project_id, step.permit.code): step
        for step in steps.select_related(*acting.RELATED).order_by("pk")
    }


def _problems(
    rows: Sequence[StepReport], held: Mapping[tuple[int, str], PermitStep], actor: Actor, today: date
) -> Iterator[RowProblem]:
    told: set[tuple[int, str]] = set()
    for i, row in enumerate(rows):
        key = (row.project, row.code)
        step = held.get(key)
        if step is None:
            yield RowProblem(i, "code", "这个项目没有这一步手续，请对照目录里的名称；还没建手续的先建立。")
            continue
        if key in told:
            yield RowProblem(i, "code", f"“{step}”在表里有两行，请留一行。")
        told.add(key)
        if step.project.removed_on:
            yield RowProblem(i, "project", f"“{step.project.name}”已经退库，手续不再往下办。")
        if not policy.parts_of(actor.by, step):
            yield RowProblem(i, "project", f"“{step}”不归您报，由{Who.SIDE.label}、办理部门或区重大办报。")
        for field, sentence in _wrong(row, today):
            yield RowProblem(i, field, sentence)


def _wrong(row: StepReport, today: date) -> Iterator[tuple[str, str]]:
    """What is wrong with a row by itself."""
    if row.state not in REPORTABLE:
        labels = "、".join(one.label for one in REPORTABLE)
        yield "state", f"状态“{row.state}”不认识，请填：{labels}。"
        return
    days = (("submitted_on", "报件"), ("accepted_on", "受理"), ("decided_on", "办结"))
    last: tuple[str, date] | None = None
    for name, label in days:
        day: date | None = getattr(row, name)
        if day and day > today:
            yield name, f"{label}日期{day}还没到，请填今天或以前的日子。"
        if day and last and day < last[1]:
            yield name, f"{label}日期{day}早于{last[0]}的{last[1]}，请核对。"
        last = (label, day) if day else last
    started = row.state in (State.SUBMITTED, State.ACCEPTED, State.APPROVED, State.REFUSED)
    if started and not row.submitted_on:
        yield "submitted_on", "填哪天报的件；没报件谈不上受理和批准。"
    if row.state == State.ACCEPTED and not row.accepted_on:
        yield "accepted_on", "填哪天受理的。"
    if row.state in (State.APPROVED, State.REFUSED) and not row.decided_on:
        yield "decided_on", "填哪天办结的。"
    if row.state in (State.NOT_NEEDED, State.REFUSED) and not row.reason.strip():
        yield "reason", "写明理由。"
    if row.state == State.PLANNED and (row.submitted_on or row.accepted_on or row.decided_on):
        yield "state", "填了日期，状态却是“待报件”，请改其中一个。"


def _differs(row: StepReport, step: PermitStep) -> bool:
    told = (row.state, row.submitted_on, _accepted(row))
    if told != (step.state, step.submitted_on, step.accepted_on):
        return True
    return row.state in (State.APPROVED, State.REFUSED) and row.decided_on != step.decided_on


def _accepted(row: StepReport) -> date | None:
    """Approved at once, it was taken in on the same day."""
    return row.accepted_on or (row.decided_on if row.state == State.APPROVED else None)


def _write(row: StepReport, step: PermitStep, days: WorkingCalendar) -> None:
    permit = step.permit
    step.state, step.submitted_on = row.state, row.submitted_on
    step.accepted_on = _accepted(row)
    step.decided_on = row.decided_on if row.state in (State.APPROVED, State.REFUSED) else None
    if row.state == State.NOT_NEEDED:
        step.decided_on = row.decided_on
    begun = step.accepted_on or step.submitted_on
    step.due_on = days.add(begun, permit.promised_days) if begun else None
    valid = permit.valid_months if row.state == State.APPROVED and step.decided_on else None
    step.expires_on = rules.months_after(step.decided_on, valid) if valid and step.decided_on else None
    step.reason = row.reason.strip()[: rules.LONGEST_WORDS]


def _skipped(rows: Sequence[StepReport], held: Mapping[tuple[int, str], PermitStep]) -> Iterator[RowProblem]:
    """Prerequisites skipped, as the projects would stand with the whole sheet written; 容缺 apart."""
    tracks = dict(
        Track.objects.filter(listed("project_id", sorted({row.project for row in rows}))).values_list(
            "project_id", "catalogue_id"
        )
    )
    graphs = following.Graphs.of(set(tracks.values()))
    places: dict[int, dict[str, Place]] = defaultdict(dict)
    whole = _whole(held)
    names = {one.permit.code: one.permit.name for one in whole.values()}
    for (project, code), step in whole.items():
        places[project][code] = Place(code, step.state, step.decided_on)
    for i, row in enumerate(rows):
        step = held[row.project, row.code]
        if row.state in (State.PLANNED, State.NOT_NEEDED) or step.lacking:
            continue
        left = open_before(row.code, graphs.needs[tracks[row.project]], places[row.project])
        if left:
            said = f"前面的{names_of(left, names)}还没办完，“{step.permit.name}”不能算报件"
            yield RowProblem(i, "state", f"{said}；先补前面的，或请部门容缺受理。")


def _whole(held: Mapping[tuple[int, str], PermitStep]) -> dict[tuple[int, str], PermitStep]:
    """Also the steps that this person does not see, as they stand."""
    projects = {project for project, _ in held}
    rows = PermitStep.objects.filter(listed("project_id", sorted(projects))).select_related("permit")
    return {(one.project_id, one.permit.code): one for one in rows} | dict(held)


@transaction.atomic
def transfer_unit(unit: Unit, successor: Unit, *, actor: Actor = SYSTEM, now: datetime) -> int:
    """移交: what a dissolved department had in hand is its successor's; the catalogue keeps the old name."""
    rows = PermitStep.objects.filter(Q(state__in=RUNNING) | Q(confirmed_at=None, state__in=owing.TO_CONFIRM))
    steps = list(rows.filter(permit__department=unit).select_related(*acting.RELATED).order_by("pk"))
    if not steps:
        return 0
    owing.owe(steps, now=now, by=None)
    owing.judge(steps, now=now)
    said = {"办理部门": [str(unit), str(successor)]}
    record(
        "permits.step.transferred", actor=actor, now=now,
        summary=f"{unit}撤销，由{successor}承接手续{len(steps)}步",
        rows=[RowChange(step, str(step), said) for step in steps],
    )  # fmt: skip
    return len(steps)


@transaction.atomic
def follow_projects(projects: Collection[int], *, now: datetime) -> int:
    """A project was started, completed or taken off: its steps and their alerts follow. Returns how many there are."""
    acting.lock(projects)
    following.follow(projects)
    rows = PermitStep.objects.filter(listed("project_id", sorted(projects))).exclude(state=State.NOT_NEEDED)
    rows = rows.filter(Q(ready_since__isnull=False) | Q(state__in=(*RUNNING, State.APPROVED)))
    steps = list(rows.select_related(*acting.RELATED).order_by("pk"))
    owing.judge(steps, now=now)
    return len(steps)
