"""项目库的写入：都是成批的，一次一个事务、一条日志；一行有错，整批不写。"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xushi.core.text import name_key, search_text, tidy
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.kit.bulk import insert_all, maker, update_all
from xushi.registry import policy
from xushi.registry.ceremonies import hold_ceremonies
from xushi.registry.checking import (
    Conflict,
    Refused,
    RowProblem,
    all_problems,
    among,
    check_stages,
    check_versions,
    known_projects,
    refuse,
    taken,
    telling_doubles,
)
from xushi.registry.lookup import Lookup, out_of_reach
from xushi.registry.models import (
    AnnualPlan,
    Listing,
    ListLevel,
    Project,
    ProjectRevision,
)
from xushi.registry.pictures import COLUMN_OF, COPIED, differences, picture, retagged, tags_of
from xushi.registry.rules import (
    ListingInput,
    PlanInput,
    ProjectInput,
    RevisionInput,
    problems_of_plan,
    problems_of_project,
)

__all__ = [
    "Conflict",
    "Lookup",
    "Refused",
    "RowProblem",
    "amend_projects",
    "among",
    "hold_ceremonies",
    "list_projects",
    "plan_row",
    "record_revisions",
    "register_projects",
    "remove_projects",
    "set_plans",
]


@transaction.atomic
def register_projects(
    rows: Sequence[ProjectInput], *, actor: Actor, now: datetime, kept: Collection[int] = ()
) -> list[Project]:
    """新增项目. Refused where a name or code is taken, a category unknown, or a row's own figures are wrong.

    kept: primary keys of units out of the actor's reach that are named already by what becomes a project.
    """
    lookup = Lookup.of(rows)
    refuse(all_problems(rows, problems_of_project))
    refuse([*lookup.unknown(rows), *taken(rows)])
    refuse([*_elsewhere(rows, actor), *out_of_reach(rows, actor, lambda _: kept)])
    make = maker(Project)
    projects = [make(_columns(row, lookup)) for row in rows]
    with telling_doubles(rows):
        insert_all(projects)
    _tag(projects, rows, lookup)
    added: Changes = {"新增": [None, True]}
    record(
        "registry.project.registered",
        actor=actor,
        now=now,
        subject=projects[0] if len(projects) == 1 else None,
        summary=f"新增项目：{projects[0].name}" if len(projects) == 1 else f"新增{len(projects)}个项目",
        rows=[RowChange(project, project.name, added) for project in projects],
    )
    return projects


def _elsewhere(rows: Sequence[ProjectInput], actor: Actor) -> list[RowProblem]:
    """The rows on a territory that the actor's office does not answer for."""
    if actor.by is None:
        return []
    own = policy.may_stand_on(actor.by, {row.territory for row in rows})
    sentence = "这个属地不在您的管辖范围里，请改选本区的属地。"
    return [RowProblem(i, "territory", sentence) for i, row in enumerate(rows) if row.territory not in own]


def _units_of(project: Project | None) -> tuple[int | None, ...]:
    return (project.responsible_unit_id, project.owner_unit_id) if project else ()


@transaction.atomic
def amend_projects(
    rows: Sequence[tuple[int, ProjectInput]],
    *,
    actor: Actor,
    now: datetime,
    seen_versions: dict[int, int] | None = None,
) -> list[Project]:
    """修改项目: (primary key, the whole new content). Rows without a difference are left as they are.

    seen_versions: the version each editor saw; Conflict where the row has moved on since.
    """
    inputs = [row for _, row in rows]
    lookup = Lookup.of(inputs)
    refuse(all_problems(inputs, problems_of_project))
    held = {p.pk: p for p in among(Project.objects.select_for_update(), "pk", [pk for pk, _ in rows])}
    refuse([*lookup.unknown(inputs), *taken(inputs, keep=[pk for pk, _ in rows])])
    standing = [held.get(pk) for pk, _ in rows]
    refuse([*_elsewhere(inputs, actor), *out_of_reach(inputs, actor, lambda i: _units_of(standing[i]))])
    check_versions(held, seen_versions or {})
    before = {pk: picture(project) for pk, project in held.items()}
    tags = tags_of(held)
    changed: list[Project] = []
    changes: dict[int, Changes] = {}
    for pk, row in rows:
        project = _filled(held[pk], row, lookup)
        moved = differences(before[pk], picture(project)) | retagged(tags[pk], row)
        if moved:
            project.version += 1
            changed.append(project)
            changes[pk] = moved
    if changed:
        _tag(changed, [row for pk, row in rows if pk in changes], lookup)
        columns = [*COPIED, "name", "name_key", "search_text", "category", "chain", "version"]
        with telling_doubles(inputs, keep=[pk for pk, _ in rows]):
            update_all(changed, columns)
        _record_rows("registry.project.amended", "修改项目", changed, changes, actor, now)
    return changed


@transaction.atomic
def remove_projects(
    projects: Sequence[Project], reason: str, *, actor: Actor, now: datetime, on: date
) -> None:
    """退库: the project leaves the lists from that day; its history and closed months stay."""
    if not reason.strip():
        raise Refused([RowProblem(0, "reason", "退库要写理由。")])
    Project.objects.filter(pk__in=[project.pk for project in projects]).update(removed_on=on)
    changes: dict[int, Changes] = {p.pk: {"退库": [None, f"{on} {reason}"]} for p in projects}
    _record_rows("registry.project.removed", f"退库（{reason}）", list(projects), changes, actor, now)


@transaction.atomic
def list_projects(
    rows: Sequence[ListingInput],
    *,
    actor: Actor,
    now: datetime,
    seen_stages: Sequence[int] | None = None,
) -> int:
    """列入名单: sets the stage of each project × year × level; returns how many rows changed.

    seen_stages: the stage that the writer of each row saw (0: on no list); Conflict where it has moved on since.
    """
    refuse(known_projects(rows))
    refuse(
        RowProblem(i, "level", f"没有“{row.level}”这个级别，可用：省级、市级、区级。")
        for i, row in enumerate(rows)
        if row.level not in ListLevel.values
    )
    held = {
        (x.project_id, x.year, x.level): x
        for x in among(Listing.objects.all(), "project_id", {row.project for row in rows})
    }
    check_stages(rows, held, seen_stages)
    new, moved = [], []
    changes: dict[int, Changes] = {}
    for row in rows:
        listing = held.get((row.project, row.year, row.level))
        was = listing.stage if listing else None
        if was == row.stage:
            continue
        changes.setdefault(row.project, {})[f"{row.year}年{ListLevel(row.level).label}名单"] = [
            was,
            row.stage,
        ]
        if listing is None:
            new.append(Listing(project_id=row.project, year=row.year, level=row.level, stage=row.stage))
        else:
            listing.stage = row.stage
            moved.append(listing)
    insert_all(new)
    update_all(moved, ["stage"])
    _record_changes("registry.listing.set", "列入名单", changes, actor, now)
    return len(new) + len(moved)


@transaction.atomic
def set_plans(
    rows: Sequence[PlanInput], *, actor: Actor, now: datetime, reason: str = ""
) -> list[AnnualPlan]:
    """下达年度计划: the first version of a year comes into force; a project that has one needs a revision instead."""
    refuse(all_problems(rows, problems_of_plan))
    refuse(known_projects(rows))
    in_force = AnnualPlan.objects.filter(state=AnnualPlan.State.IN_FORCE).values_list("project_id", "year")
    having = set(among(in_force, "project_id", {row.project for row in rows}))
    refuse(
        RowProblem(i, "planned_investment", f"{row.year}年计划已经下达，改动请走计划调整，旧计划会留着。")
        for i, row in enumerate(rows)
        if (row.project, row.year) in having
    )
    plans = [plan_row(row, actor, now, version=1, reason=reason) for row in rows]
    insert_all(plans)
    changes: dict[int, Changes] = {
        row.project: {f"{row.year}年计划": [None, row.planned_investment]} for row in rows
    }
    _record_changes("registry.plan.set", "下达年度计划", changes, actor, now)
    return plans


@transaction.atomic
def record_revisions(rows: Sequence[RevisionInput], *, actor: Actor, now: datetime) -> int:
    """记下总投资与计划竣工的历次值; a day already recorded is replaced. The project takes the latest values."""
    refuse(known_projects(rows))
    revisions = [
        ProjectRevision(project_id=row.project, **{k: v for k, v in asdict(row).items() if k != "project"})
        for row in rows
    ]
    ProjectRevision.objects.bulk_create(
        revisions,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["project", "as_of"],
        update_fields=["total_investment", "planned_completion_on", "stated_change", "source", "reason"],
    )
    latest: dict[int, RevisionInput] = {}
    for row in sorted(rows, key=lambda row: row.as_of):
        latest[row.project] = row
    changes = _take_latest(latest)
    _record_changes("registry.revision.recorded", f"记下{len(rows)}次投资与工期调整", changes, actor, now)
    return len(revisions)


def _take_latest(latest: dict[int, RevisionInput]) -> dict[int, Changes]:
    changes: dict[int, Changes] = {}
    projects = list(among(Project.objects.all(), "pk", latest))
    dated = ProjectRevision.objects.order_by("as_of").values_list("project_id", "as_of")
    newest = dict(among(dated, "project_id", latest))
    for project in projects:
        row = latest[project.pk]
        if newest[project.pk] > row.as_of:
            continue
        was = project.total_investment
        if row.total_investment is not None and row.total_investment >= 0:
            project.total_investment = row.total_investment
        if row.planned_completion_on:
            project.planned_completion_on = row.planned_completion_on
        changes[project.pk] = {"总投资": [was, project.total_investment]}
    update_all(projects, ["total_investment", "planned_completion_on"])
    return changes


def plan_row(
    row: PlanInput,
    actor: Actor,
    now: datetime,
    *,
    version: int,
    reason: str,
    state: AnnualPlan.State = AnnualPlan.State.IN_FORCE,
) -> AnnualPlan:
    """One version of a plan, not yet saved; one that is in force was decided by whoever set it."""
    decided = state == AnnualPlan.State.IN_FORCE
    columns = {
        k: v for k, v in asdict(row).items() if k not in ("project", "start_month", "completion_month")
    }
    columns["curve"] = list(row.curve) if row.curve else None
    return AnnualPlan(
        project_id=row.project,
        start_month=row.start_month,
        completion_month=row.completion_month,
        version=version,
        reason=reason,
        proposed_by=actor.by,
        proposed_at=now,
        decided_by=actor.by if decided else None,
        decided_at=now if decided else None,
        state=state,
        **columns,
    )


def _filled(project: Project, row: ProjectInput, lookup: Lookup) -> Project:
    for name, value in _columns(row, lookup).items():
        setattr(project, name, value)
    return project


def _columns(row: ProjectInput, lookup: Lookup) -> dict[str, Any]:
    """What a row says, by the columns of a project."""
    return {
        "name": tidy(row.name),
        "name_key": name_key(row.name),
        "search_text": search_text(row.name, row.code),
        "category_id": lookup.categories[row.category],
        "chain_id": lookup.chains.get(row.chain),
        **{column: getattr(row, name) for name, column in COLUMN_OF.items()},
    }


def _tag(projects: Sequence[Project], rows: Sequence[ProjectInput], lookup: Lookup) -> None:
    through = Project.tags.through
    through._default_manager.filter(project_id__in=[p.pk for p in projects if p.version > 1]).delete()
    through._default_manager.bulk_create(
        [
            through(project_id=project.pk, tag_id=lookup.tags[tag])
            for project, row in zip(projects, rows, strict=True)
            for tag in dict.fromkeys(row.tags)
        ],
        batch_size=2000,
    )


def _record_rows(
    verb: str,
    what: str,
    projects: Sequence[Project],
    changes: dict[int, Changes],
    actor: Actor,
    now: datetime,
) -> None:
    only = projects[0] if len(projects) == 1 else None
    record(
        verb,
        actor=actor,
        now=now,
        subject=only,
        summary=f"{what}：{only.name}" if only else f"{what}，{len(projects)}个项目",
        changes=changes[only.pk] if only else {},
        rows=() if only else (RowChange(p, p.name, changes[p.pk]) for p in projects),
    )


def _record_changes(verb: str, what: str, changes: dict[int, Changes], actor: Actor, now: datetime) -> None:
    if changes:
        projects = list(among(Project.objects.only("pk", "name"), "pk", changes))
        _record_rows(verb, what, projects, changes, actor, now)
