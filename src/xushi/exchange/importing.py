"""入库：整批一个事务、一条日志；有一格没改完，一行也不写。"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from xushi.exchange import kinds
from xushi.exchange.comparing_permits import FIELDS
from xushi.exchange.lookups import DEFAULT_CATEGORIES
from xushi.exchange.models import ColumnMap, ImportBatch
from xushi.exchange.preview import Preview
from xushi.exchange.sheets import Refused, address
from xushi.exchange.understanding import Problem, Row
from xushi.exchange.undoing import snapshot, undo_import, written_between
from xushi.journal.actions import Actor, parts_of, record
from xushi.journal.models import Event
from xushi.permits.actions_office import report_steps
from xushi.progress.actions import submit_reports
from xushi.registry import actions as registry
from xushi.registry import plans
from xushi.registry.models import Category, Project
from xushi.units.actions_tree import create_unit
from xushi.units.models import Unit

WHEN = {kinds.REPORTS: "month", kinds.REVISIONS: "as_of", kinds.PROJECTS: "", kinds.PERMITS: ""}

__all__ = ["NotReady", "commit_import", "keep_map", "undo_import"]


class NotReady(Exception):
    """Nothing was written; problems are what is left to mend, at their cells."""

    def __init__(self, sentence: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = list(problems)
        super().__init__(sentence)


@transaction.atomic
def commit_import(
    seen: Preview, batch: ImportBatch, *, actor: Actor, now: datetime, checks_pass: bool = False
) -> Event:
    """Write everything a preview found, through the rooms' own actions; NotReady where something is left to mend.

    checks_pass: what is only to be checked (待核) does not hold it up (the command line; a page asks for each).
    """
    left = seen.must if checks_pass else seen.problems
    if left:
        raise NotReady(f"还有{len(left)}处没改完，一行也没入库。", left)
    if not seen.counts["new"] + seen.counts["changed"]:
        raise NotReady("来表与库里一样，没有要入库的。")
    actor = replace(actor, channel=Event.Channel.IMPORT) if actor.by else actor
    event = record(
        "exchange.import.committed",
        actor=actor,
        now=now,
        subject=batch,
        subject_name=batch.file_name,
        summary=_summary(seen, batch),
    )
    targets, when = _targets(seen), _when(seen)
    before = snapshot(seen.kind.key, targets, when)
    with parts_of(event):
        made = _write(seen, actor, now, batch)
    new = set(made) if seen.kind.key == kinds.REVISIONS else set()
    after = snapshot(seen.kind.key, targets | new, when)
    if seen.kind.key == kinds.REVISIONS:
        after["registry.project"] = {
            pk: fields for pk, fields in after.get("registry.project", {}).items() if int(pk) not in made
        }
    batch.undo = written_between(before, after, made)
    batch.found = _found(seen)
    batch.state, batch.event_id, batch.committed_at = ImportBatch.State.COMMITTED, event.pk, now
    batch.save()
    return event


def keep_map(seen: Preview, sender: str, *, now: datetime) -> None:
    """Remember how this sender's columns were understood, for the next sheet."""
    if not sender:
        return
    labels = {seen.found.layout.labels[at]: name for name, at in seen.found.layout.columns.items()}
    ColumnMap.objects.update_or_create(
        sender=sender,
        kind=seen.kind.key,
        defaults={
            "columns": {**seen.found.told.to_json(), "columns": labels, "only_mapped": False},
            "updated_at": now,
        },
    )


def _write(seen: Preview, actor: Actor, now: datetime, batch: ImportBatch) -> list[int]:
    """Run the actions of this kind; returns the primary keys of projects that were made."""
    comparison = seen.comparison
    units = _made_units(seen, actor, now)
    _make_categories(seen)
    new = [_with_units(project, units) for _, project in comparison.new_projects]
    try:
        made = registry.register_projects(new, actor=actor, now=now) if new else []
    except registry.Refused as refusal:
        raise _refused(seen, refusal, [row for row, _ in comparison.new_projects]) from refusal
    _write_rest(seen, actor, now, [project.pk for project in made], batch)
    return [project.pk for project in made]


def _write_rest(seen: Preview, actor: Actor, now: datetime, made: list[int], batch: ImportBatch) -> None:
    comparison, kind = seen.comparison, seen.kind.key
    rows = [row for row, _ in comparison.payload]
    inputs = [given for _, given in comparison.payload]
    try:
        if comparison.amended:
            rows = [row for row, _, _ in comparison.amended]
            registry.amend_projects(
                [(pk, given) for _, pk, given in comparison.amended], actor=actor, now=now
            )
        elif kind == kinds.LISTINGS:
            registry.list_projects(inputs, actor=actor, now=now)
        elif kind == kinds.PLANS:
            if inputs:
                registry.set_plans(inputs, actor=actor, now=now, reason=f"导入：{batch.file_name}"[:300])
            rows = [row for row, _ in comparison.revised]
            _propose(seen, actor, now, batch)
        elif kind == kinds.REPORTS:
            submit_reports(inputs, actor=actor, now=now)
        elif kind == kinds.PERMITS:
            report_steps(inputs, actor=actor, now=now)
        elif kind == kinds.REVISIONS:
            known = [replace(r, project=made[-1 - r.project]) if r.project < 0 else r for r in inputs]
            registry.record_revisions(known, actor=actor, now=now)
    except registry.Refused as refusal:
        raise _refused(seen, refusal, rows) from refusal


def _propose(seen: Preview, actor: Actor, now: datetime, batch: ImportBatch) -> None:
    """Changed plans wait for a decision; the plan in force stays until then."""
    revised = seen.comparison.revised
    if revised:
        reasons = [row.values.get("reason") or f"导入：{batch.file_name}"[:300] for row, _ in revised]
        plans.propose_plan_revisions([plan for _, plan in revised], reasons=reasons, actor=actor, now=now)


def _refused(seen: Preview, refusal: registry.Refused, rows: Sequence[Row]) -> NotReady:
    problems = []
    for problem in refusal.problems:
        row = rows[problem.row] if problem.row < len(rows) else Row(0, {})
        field = FIELDS.get(problem.field, problem.field) if seen.kind.key == kinds.PERMITS else problem.field
        problems.append(Problem(row.number, seen.found.at(row.number, field), problem.sentence))
    first = problems[0]
    where = address(first.row, max(first.column, 0))
    return NotReady(f"{where}：{first.sentence}整批没有入库。", problems)


def _targets(seen: Preview) -> set[int]:
    comparison = seen.comparison
    if seen.kind.key == kinds.PROJECTS:
        return {pk for _, pk, _ in comparison.amended}
    return {row.target for row, _ in [*comparison.payload, *comparison.revised] if row.target is not None}


def _when(seen: Preview) -> dict[str, Any]:
    """The months, years or days whose rows this import writes; no other month of a project is touched."""
    column = WHEN.get(seen.kind.key, "year")
    said = {
        getattr(given, column) for _, given in [*seen.comparison.payload, *seen.comparison.revised] if column
    }
    return {f"{column}__in": sorted(said)} if column else {}


def _made_units(seen: Preview, actor: Actor, now: datetime) -> dict[int, int]:
    """Units that the map lets us add, made now; {placeholder: primary key}."""
    names, create = seen.comparison.lookups.units, seen.found.told.create
    used = {
        getattr(p, n)
        for _, p in seen.comparison.new_projects
        for n in ("territory", "responsible_unit", "owner_unit")
    }
    wanted = sorted((pk for pk in used if pk is not None and pk < 0), reverse=True)
    if not wanted:
        return {}
    root = Unit.objects.filter(parent=None).order_by("path").first()
    if root is None:
        named = str(create.get("root") or "本区")
        root = create_unit(name=named, kind=Unit.Kind.DISTRICT, parent=None, actor=actor, now=now)
    kind = str(create.get("territory"))
    if kind not in Unit.Kind.values:
        raise Refused(f"列对照 [create] 的 territory 不认识“{kind}”，可用：{'、'.join(Unit.Kind.values)}。")
    return {
        pk: create_unit(name=names.labels[pk], kind=kind, parent=root, actor=actor, now=now).pk
        for pk in wanted
    }


def _with_units(project: Any, units: dict[int, int]) -> Any:
    if not units:
        return project
    names = ("territory", "responsible_unit", "owner_unit")
    return replace(project, **{n: units.get(getattr(project, n), getattr(project, n)) for n in names})


def _make_categories(seen: Preview) -> None:
    """The four top categories, where a map may add them and the registry has none of that code."""
    if not seen.found.told.create.get("category"):
        return
    used = {project.category for _, project in seen.comparison.new_projects}
    for code in sorted(used - set(Category.objects.values_list("code", flat=True))):
        last = Category.objects.filter(parent=None).order_by("-path").values_list("path", flat=True).first()
        number = int(last.split(".")[0]) + 1 if last else 1
        Category.objects.create(code=code, name=DEFAULT_CATEGORIES[code], path=f"{number:04d}.")


def _summary(seen: Preview, batch: ImportBatch) -> str:
    counts = seen.counts
    projects = f"，新建{counts['new_projects']}个项目" if counts.get("new_projects") else ""
    return f"导入{seen.kind.label}：{batch.file_name}，新增{counts['new']}行、改动{counts['changed']}行{projects}"


def _found(seen: Preview) -> dict[str, Any]:
    """What was seen at the commit: counts, totals before and after, sums that did not agree (待核, both values)."""
    return {
        "counts": seen.counts,
        "absent": len(seen.absent),
        "skipped": seen.skipped,
        "understood": seen.understood,
        "totals": [list(total) for total in seen.totals],
        "disputed": [
            {"cell": d.address, "printed": d.printed, "added": d.added, "sentence": d.sentence}
            for d in seen.found.disagreements
        ],
    }


def projects_of(batch: ImportBatch) -> list[int]:
    """The projects this import made or changed."""
    undo = batch.undo
    own = [
        int(pk) for part in ("created", "changed") for pk in undo.get(part, {}).get("registry.project", {})
    ]
    return list(Project.objects.filter(pk__in=own).values_list("pk", flat=True))
