"""撤回：记下每一行改前改后的样子；后来没人动过的，整批退回原样。"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from types import NoneType
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import ProtectedError, Q

from xushi.core.months import Month
from xushi.exchange.models import ImportBatch
from xushi.exchange.sheets import Refused
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event, EventRow
from xushi.kit.bulk import delete_all, insert_all, maker, update_all
from xushi.kit.listed import listed
from xushi.permits import owing
from xushi.permits.models import PermitStep
from xushi.progress.closed import closed_territories
from xushi.progress.models import MonthlyReport
from xushi.progress.turns import report_beside_others
from xushi.registry.models import AnnualPlan, Listing, Project, ProjectRevision

UNDO_DAYS = 30
Snapshot = dict[str, dict[str, dict[str, Any]]]
_CHILDREN: dict[str, type[models.Model]] = {
    "listings": Listing,
    "plans": AnnualPlan,
    "reports": MonthlyReport,
    "revisions": ProjectRevision,
    "permits": PermitStep,
}
_SAID, _LATER = 3, 10
_ENCODER = DjangoJSONEncoder()
_JSON = {NoneType, bool, int, float, str, list, dict}
_UNSAID = ("version", "name_key", "search_text")


def snapshot(kind: str, projects: Iterable[int], when: dict[str, Any]) -> Snapshot:
    """The rows an import of this kind may touch, as they are now: {model: {pk: fields}}.

    when: the months, years or days that the sheet speaks of, as a condition; other rows are not touched.
    """
    held: Snapshot = {}
    pks = list(projects)
    if pks and kind in ("projects", "revisions"):
        _keep(held, Project.objects.filter(listed("pk", pks)))
    if pks and (child := _CHILDREN.get(kind)):
        _keep(held, child._default_manager.filter(listed("project_id", pks), **when))
    return held


def _keep(held: Snapshot, rows: Any) -> None:
    """Add these rows: every column by its field's name, as Django's serialisers write it, read column by column."""
    meta = rows.model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    found = list(rows.values_list("pk", *(field.attname for field in fields)))
    keys = [row[0] for row in found]
    columns = [_written(values) for values in list(zip(*found, strict=True))[1:]]
    names = [field.name for field in fields]
    for field in meta.many_to_many:
        joined: dict[int, list[int]] = {key: [] for key in keys}
        here, there = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        through = field.remote_field.through._default_manager.filter(listed(here, keys))
        for key, other in through.order_by("pk").values_list(here, there):
            joined[key].append(other)
        names.append(field.name)
        columns.append(list(joined.values()))
    kept = held.setdefault(meta.label_lower, {}) if keys else {}
    for key, *values in zip(keys, *columns, strict=True):
        kept[str(key)] = dict(zip(names, values, strict=True))


def _written(values: Sequence[Any]) -> Sequence[Any]:
    """One column in JSON's own types: months, days, moments and decimals as text, each once."""
    if {*map(type, values)} <= _JSON:
        return values
    known: dict[Any, Any] = {}
    for value in {value for value in values if type(value) not in _JSON}:
        known[value] = str(value) if isinstance(value, Month) else _ENCODER.default(value)
    return [value if type(value) in _JSON else known[value] for value in values]


def written_between(before: Snapshot, after: Snapshot, new_projects: Iterable[int]) -> dict[str, Any]:
    """What the import did, for undoing it: rows made (as they were made) and rows changed (before, after)."""
    created: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    for model, rows in after.items():
        old = before.get(model, {})
        made = {pk: fields for pk, fields in rows.items() if pk not in old}
        moved = {pk: [old[pk], fields] for pk, fields in rows.items() if pk in old and old[pk] != fields}
        if made:
            created[model] = made
        if moved:
            changed[model] = moved
    fresh = {str(pk): None for pk in new_projects}
    if fresh:
        created["registry.project"] = fresh
    return {"created": created, "changed": changed}


@transaction.atomic
def undo_import(batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    """Put everything this import wrote back as it was; Refused names what has been touched since."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != ImportBatch.State.COMMITTED or batch.committed_at is None:
        raise Refused("这批没有入库，或已经撤回，不用再撤。")
    if now - batch.committed_at > timedelta(days=UNDO_DAYS):
        raise Refused(f"入库已经超过{UNDO_DAYS}天，不能整批撤回。请逐个修改。")
    left = _left(batch)
    report_beside_others(Month.parse(fields["month"]) for fields in _reports_of(left))
    _lock_projects(left)
    _refuse_touched(batch, left)
    changes = _restore(batch.undo.get("changed", {}))
    try:
        changes += _remove(batch.undo.get("created", {}))
    except ProtectedError as problem:
        names = sorted({_said(row) for row in problem.protected_objects})[:3]
        raise Refused(f"这批新增的项目已经有了{'、'.join(names)}，不能整批撤回。请先处理它们。") from problem
    _owe_again(batch, actor, now)
    batch.state, batch.undone_at = ImportBatch.State.UNDONE, now
    batch.save(update_fields=["state", "undone_at"])
    record(
        "exchange.import.undone",
        actor=actor,
        now=now,
        subject=batch,
        subject_name=batch.file_name,
        summary=f"撤回导入：{batch.file_name}，{len(changes)}行退回原样",
        rows=changes,
    )


def _owe_again(batch: ImportBatch, actor: Actor, now: datetime) -> None:
    """Steps that are as they were ask of departments and owners what they asked then."""
    keys = [int(pk) for pk in batch.undo.get("changed", {}).get(PermitStep._meta.label_lower, {})]
    steps = PermitStep.objects.filter(listed("pk", keys)).select_related(*owing.RELATED).order_by("pk")
    if keys:
        owing.owe(list(steps), now=now, by=actor.by)
        owing.judge(list(steps), now=now)


def _left(batch: ImportBatch) -> dict[str, dict[str, Any]]:
    """{model: {pk: fields}} of every row as the import left it; None for a new project, whose later events tell."""
    left: dict[str, dict[str, Any]] = {}
    for model, made in batch.undo.get("created", {}).items():
        left.setdefault(model, {}).update(made)
    for model, moved in batch.undo.get("changed", {}).items():
        left.setdefault(model, {}).update({pk: after for pk, (_, after) in moved.items()})
    return left


def _lock_projects(left: dict[str, dict[str, Any]]) -> None:
    """Whoever writes to one of these projects meanwhile waits, and then sees that the import is gone."""
    own = {int(pk) for pk in left.get("registry.project", {})}
    own |= {
        fields["project"]
        for label, rows in left.items()
        if label != "registry.project"
        for fields in rows.values()
    }
    list(Project.objects.select_for_update().filter(listed("pk", own)).order_by("pk").values_list("pk"))


def _refuse_touched(batch: ImportBatch, left: dict[str, dict[str, Any]]) -> None:
    """Everything is counted, the first few are named."""
    closed, moved, later = list(_closed(left)), list(_moved(left)), list(_later_events(batch))
    if count := len(closed) + len(moved) + len(later):
        said = [*closed, *(_what(*one) for one in moved[:_SAID]), *later][:_SAID]
        more = f"等{count}处" if count > _SAID else ""
        raise Refused(f"入库之后又有改动，不能整批撤回：{'；'.join(said)}{more}。请逐个修改。")


def _moved(left: dict[str, dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Rows that no longer stand as the import left them: (model, as it left them, as they are)."""
    for model, rows in left.items():
        expected = {pk: fields for pk, fields in rows.items() if fields is not None}
        now: Snapshot = {}
        rows_now = apps.get_model(model)._default_manager.select_for_update()
        _keep(now, rows_now.filter(listed("pk", map(int, expected))))
        held = now.get(model, {})
        for pk, fields in expected.items():
            if held.get(pk) != fields:
                yield model, fields, held.get(pk)


def _closed(left: dict[str, dict[str, Any]]) -> Iterable[str]:
    """A closed month's figures never move, so its reports cannot be taken back."""
    rows = _reports_of(left)
    projects = Project.objects.filter(listed("pk", {fields["project"] for fields in rows}))
    places = dict(projects.values_list("pk", "territory"))
    said = {(Month.parse(fields["month"]), places.get(fields["project"])) for fields in rows}
    closed = closed_territories({month for month, _ in said}, {place for _, place in said if place})
    for month in sorted({month for month, place in said if (month, place) in closed}):
        yield f"{month.label}已经关账"


def _reports_of(left: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [fields for fields in left.get("progress.monthlyreport", {}).values() if fields]


def _later_events(batch: ImportBatch) -> Iterable[str]:
    """What has been done with the new projects since."""
    new = [int(pk) for pk in batch.undo.get("created", {}).get("registry.project", {})]
    if not new:
        return
    own = (listed("subject_id", new), Q(subject_kind=Project._meta.label_lower))
    rows = EventRow.objects.filter(*own, event_id__gt=batch.event_id or 0)
    events = Event.objects.filter(*own, pk__gt=batch.event_id or 0)
    for name, summary in (
        *rows.values_list("subject_name", "event__summary")[:_LATER],
        *events.values_list("subject_name", "summary")[:_LATER],
    ):
        yield f"“{name}”：{summary}"


def _what(model: str, fields: dict[str, Any], current: dict[str, Any] | None) -> str:
    named = apps.get_model(model)._meta
    pk = fields.get("project")
    project = (
        Project.objects.filter(pk=pk).values_list("name", flat=True).first() if pk else fields.get("name")
    )
    if current is None:
        return f"“{project}”的{named.verbose_name}已被删去"
    labels = [
        str(field.verbose_name)
        for field in (*named.fields, *named.many_to_many)
        if field.name in fields
        and field.name not in _UNSAID
        and fields[field.name] != current.get(field.name)
    ][:3]
    return f"“{project}”的{named.verbose_name}改了{'、'.join(labels)}"


def _restore(changed: dict[str, Any]) -> list[RowChange]:
    changes: list[RowChange] = []
    for label, rows in changed.items():
        model = apps.get_model(label)
        moved = {name for before, after in rows.values() for name in before if before[name] != after[name]}
        if model is Project:
            moved.add("version")  # whoever has the page open sees that it moved
        columns = [field for field in model._meta.concrete_fields if field.name in moved]
        make = maker(model)
        restored = [
            make({"id": int(pk)} | {field.attname: _read(field, before[field.name]) for field in columns})
            for pk, (before, _) in rows.items()
        ]
        if model is Project:
            for item in restored:
                item.version = rows[str(item.pk)][1]["version"] + 1
        update_all(restored, [field.name for field in columns])
        for field in model._meta.many_to_many:
            _rejoin(field, {int(pk): pair for pk, pair in rows.items() if field.name in moved})
        changes += _put_back(label, rows)
    return changes


def _read(field: Any, value: Any) -> Any:
    """What a column holds, from the undo's JSON."""
    return value if isinstance(field, models.ForeignKey) else field.to_python(value)


def _rejoin(field: Any, rows: dict[int, list[dict[str, Any]]]) -> None:
    """The tags of each row as they were, where the import changed them."""
    moved = {
        pk: before[field.name]
        for pk, (before, after) in rows.items()
        if before[field.name] != after[field.name]
    }
    through = field.remote_field.through
    here, there = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    if moved:
        through._default_manager.filter(listed(here, moved)).delete()
        insert_all([through(**{here: pk, there: other}) for pk, others in moved.items() for other in others])


def _put_back(label: str, rows: dict[str, Any]) -> Iterable[RowChange]:
    subjects = _subjects(label, {int(pk): after for pk, (_, after) in rows.items()})
    for pk, (before, after) in rows.items():
        moved = {name: [after[name], before[name]] for name in before if before[name] != after[name]}
        yield RowChange(subjects[int(pk)], subjects[int(pk)].name, moved)


def _subjects(label: str, rows: dict[int, Any]) -> dict[int, Project]:
    """The project of each row, with its name alone, by the row's primary key."""
    own = {pk: pk if label == "registry.project" else fields["project"] for pk, fields in rows.items()}
    held = {p.pk: p for p in Project.objects.only("name").filter(listed("pk", {*own.values()}))}
    return {pk: held[project] for pk, project in own.items() if project in held}


def _remove(created: dict[str, Any]) -> list[RowChange]:
    changes: list[RowChange] = []
    for label in sorted(created, key=lambda label: label == "registry.project"):
        model = apps.get_model(label)
        rows = {int(pk): fields for pk, fields in created[label].items()}
        subjects = _subjects(label, rows)
        held = subjects.values() if model is Project else model._default_manager.filter(listed("pk", rows))
        for row in held:
            subject = subjects[row.pk]
            changes.append(RowChange(subject, subject.name, {"撤回": [str(row)[:200], None]}))
        delete_all(model, sorted(rows))
    return changes


def _said(row: Any) -> str:
    return str(row._meta.verbose_name)
