"""撤回：记下每一行改前改后的样子；后来没人动过的，整批退回原样。"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import ProtectedError, Q

from xushi.core.months import Month
from xushi.exchange.models import ImportBatch
from xushi.exchange.sheets import Refused
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import EventRow
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.registry.models import AnnualPlan, Listing, Project, ProjectRevision

UNDO_DAYS = 30
Snapshot = dict[str, dict[str, dict[str, Any]]]
_CHILDREN: dict[str, type[models.Model]] = {
    "listings": Listing,
    "plans": AnnualPlan,
    "reports": MonthlyReport,
    "revisions": ProjectRevision,
}
_AT_ONCE = 5000
_UNSAID = ("version", "name_key", "search_text")


def snapshot(kind: str, projects: Iterable[int], when: dict[str, Any]) -> Snapshot:
    """The rows an import of this kind may touch, as they are now: {model: {pk: fields}}.

    when: the months, years or days that the sheet speaks of, as a condition; other rows are not touched.
    """
    held: Snapshot = {}
    pks = sorted(projects)
    for start in range(0, len(pks), _AT_ONCE):
        some = pks[start : start + _AT_ONCE]
        if kind in ("projects", "revisions"):
            _keep(held, Project.objects.filter(pk__in=some))
        if child := _CHILDREN.get(kind):
            _keep(held, child._default_manager.filter(project_id__in=some, **when))
    return held


def _keep(held: Snapshot, rows: Any) -> None:
    found = serializers.serialize("python", rows)
    for row in json.loads(json.dumps(found, cls=DjangoJSONEncoder)):
        held.setdefault(row["model"], {})[str(row["pk"])] = row["fields"]


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
    touched = list(_touched(batch))
    if touched:
        more = f"等{len(touched)}处" if len(touched) > 3 else ""
        raise Refused(f"入库之后又有改动，不能整批撤回：{'；'.join(touched[:3])}{more}。请逐个修改。")
    changes = _restore(batch.undo.get("changed", {}))
    try:
        changes += _remove(batch.undo.get("created", {}))
    except ProtectedError as problem:
        names = sorted({_said(row) for row in problem.protected_objects})[:3]
        raise Refused(f"这批新增的项目已经有了{'、'.join(names)}，不能整批撤回。请先处理它们。") from problem
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


def _touched(batch: ImportBatch) -> Iterable[str]:
    created, changed = batch.undo.get("created", {}), batch.undo.get("changed", {})
    yield from _closed(created, changed)
    for model in {*created, *changed}:
        expected = {pk: after for pk, (_, after) in changed.get(model, {}).items()}
        expected |= {pk: fields for pk, fields in created.get(model, {}).items() if fields is not None}
        now: Snapshot = {}
        pks = sorted(map(int, expected))
        for start in range(0, len(pks), _AT_ONCE):
            _keep(now, apps.get_model(model)._default_manager.filter(pk__in=pks[start : start + _AT_ONCE]))
        for pk, fields in expected.items():
            current = now.get(model, {}).get(pk)
            if current != fields:
                yield _what(model, fields, current)
    yield from _later_events(batch, [int(pk) for pk in created.get("registry.project", {})])


def _closed(created: dict[str, Any], changed: dict[str, Any]) -> Iterable[str]:
    """A closed month's figures never move, so its reports cannot be taken back."""
    reports = [*created.get("progress.monthlyreport", {}).values()]
    reports += [after for _, after in changed.get("progress.monthlyreport", {}).values()]
    months = {Month.parse(fields["month"]) for fields in reports if fields}
    for closing in MonthClosing.objects.filter(month__in=months, reopened_at=None):
        yield f"{closing.month.label}已经关账"


def _later_events(batch: ImportBatch, projects: list[int]) -> Iterable[str]:
    kind = Project._meta.label_lower
    for start in range(0, len(projects), _AT_ONCE):
        some = projects[start : start + _AT_ONCE]
        rows = EventRow.objects.filter(
            subject_kind=kind, subject_id__in=some, event_id__gt=batch.event_id or 0
        )
        for name, summary in rows.values_list("subject_name", "event__summary")[:5]:
            yield f"“{name}”：{summary}"
        yield from _own_events(batch, some, kind)


def _own_events(batch: ImportBatch, projects: list[int], kind: str) -> Iterable[str]:
    from xushi.journal.models import Event

    later = Event.objects.filter(Q(subject_kind=kind, subject_id__in=projects), pk__gt=batch.event_id or 0)
    for name, summary in later.values_list("subject_name", "summary")[:5]:
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
        data = [{"model": label, "pk": int(pk), "fields": before} for pk, (before, _) in rows.items()]
        restored = list(serializers.deserialize("python", data))
        names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        objects: list[Any] = [item.object for item in restored]
        for item in objects:
            if isinstance(item, Project):
                item.version = (
                    rows[str(item.pk)][1]["version"] + 1
                )  # whoever has the page open sees that it moved
        model._default_manager.bulk_update(objects, names, batch_size=200)
        for item in restored:
            for name, values in (item.m2m_data or {}).items():
                if set(map(str, rows[str(item.object.pk)][1][name])) != {
                    str(getattr(v, "pk", v)) for v in values
                }:
                    getattr(item.object, name).set(values)
        changes += [_change(item, rows[str(item.pk)]) for item in objects]
    return changes


def _change(item: Any, pair: list[dict[str, Any]]) -> RowChange:
    before, after = pair
    moved = {name: [after[name], before[name]] for name in before if before[name] != after[name]}
    subject = item if isinstance(item, Project) else item.project
    return RowChange(subject, subject.name, moved)


def _remove(created: dict[str, Any]) -> list[RowChange]:
    changes: list[RowChange] = []
    for label in sorted(created, key=lambda label: label == "registry.project"):
        pks = [int(pk) for pk in created[label]]
        model = apps.get_model(label)
        for start in range(0, len(pks), _AT_ONCE):
            some = model._default_manager.filter(pk__in=pks[start : start + _AT_ONCE])
            rows = list(some if label == "registry.project" else some.select_related("project"))
            for row in rows:
                subject = row if isinstance(row, Project) else row.project
                changes.append(
                    RowChange(Project(pk=subject.pk), subject.name, {"撤回": [str(row)[:200], None]})
                )
            some.delete()
    return changes


def _said(row: Any) -> str:
    return str(row._meta.verbose_name)
