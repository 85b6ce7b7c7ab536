"""储备的写入：提、改、出库、转成项目；都是成批的，一次一个事务、一条日志。"""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from xushi.core.text import name_key, tidy
from xushi.journal.actions import Actor, RowChange, parts_of, record
from xushi.journal.models import Changes, Event
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.planning.models import Programme, ProgrammeItem, Reserve
from xushi.planning.rules import Maturity, ReserveInput, problems_of_reserve
from xushi.registry.actions import register_projects
from xushi.registry.checking import Conflict, Refused, RowProblem, all_problems, among, name_taken, refuse
from xushi.registry.models import Category, Project
from xushi.registry.rules import ProjectInput
from xushi.units.models import Unit

_COPIED = (
    "territory_id", "responsible_unit_id", "project_id", "total_investment", "first_year_investment", "maturity",
    "expected_start", "lacking", "content",
)  # fmt: skip
_SAID = {
    "name": "项目名称", "maturity": "成熟度", "total_investment": "总投资", "first_year_investment": "首年计划投资",
    "expected_start": "预计开工", "lacking": "还缺什么", "content": "建设内容", "territory_id": "属地",
    "responsible_unit_id": "责任单位", "category_id": "类别", "project_id": "库中项目",
}  # fmt: skip


@transaction.atomic
def propose_reserves(rows: Sequence[ReserveInput], *, actor: Actor, now: datetime) -> list[Reserve]:
    """提入储备. Refused where a name is taken (full-width forms too) or a row's own figures are wrong."""
    categories = _checked(rows)
    entries = [
        Reserve(
            proposed_by=actor.by,
            proposed_unit=actor.by.unit_name if actor.by else "",
            proposed_at=now,
            **_columns(row, categories),
        )
        for row in rows
    ]
    with _telling_doubles(rows):
        insert_all(entries)
    _record("planning.reserve.proposed", "提入储备", entries, {}, actor, now)
    return entries


@transaction.atomic
def amend_reserves(
    rows: Sequence[tuple[int, ReserveInput]], *, seen: dict[int, int], actor: Actor, now: datetime
) -> list[Reserve]:
    """改储备: (primary key, the whole new content). seen: the version each editor saw; Conflict where it moved on."""
    inputs = [row for _, row in rows]
    held = _standing([pk for pk, _ in rows], seen)
    categories = _checked(inputs, keep=list(held))
    changed, changes = [], {}
    for pk, row in rows:
        entry = held[pk]
        moved: Changes = {}
        for column, value in _columns(row, categories).items():
            if (was := getattr(entry, column)) != value:
                setattr(entry, column, value)
                moved |= {_SAID[column]: [_plain(was), _plain(value)]} if column in _SAID else {}
        if moved:
            entry.version += 1
            changed.append(entry)
            changes[pk] = moved
    if changed:
        with _telling_doubles(inputs, keep=list(held)):
            _save(changed, ["name", "name_key", "category", *(c.removesuffix("_id") for c in _COPIED)])
        _record("planning.reserve.amended", "修改储备", changed, changes, actor, now)
    return changed


@transaction.atomic
def leave_reserve(seen: dict[int, int], reason: str, *, actor: Actor, now: datetime) -> list[Reserve]:
    """出库: no longer pursued, with the reason; an entry of a programme that is being compiled must leave that first."""
    if not reason.strip():
        refuse([RowProblem(0, "reason", "出库要写原因，以后才查得到。")])
    entries = list(_standing(list(seen), seen).values())
    planned = ProgrammeItem.objects.filter(
        reserve__in=entries, dropped=False, programme__state=Programme.State.DRAFT
    )
    refuse(
        RowProblem(0, "reason", f"“{item.name}”还在{item.programme}里，请先在计划里改成不列入。")
        for item in planned.select_related("programme__district")[:3]
    )
    for entry in entries:
        entry.left_at, entry.left_reason, entry.version = now, reason.strip()[:200], entry.version + 1
    _save(entries, ["left_at", "left_reason"])
    changes: dict[int, Changes] = {entry.pk: {"出库": [None, reason.strip()]} for entry in entries}
    _record("planning.reserve.left", "储备出库", entries, changes, actor, now)
    return entries


@transaction.atomic
def register_reserves(seen: dict[int, int], *, actor: Actor, now: datetime) -> list[Project]:
    """转成项目: each becomes a project of the registry by its action, and keeps its line in the reserve."""
    entries = list(_standing(list(seen), seen).values())
    refuse(
        RowProblem(i, "project", f"“{entry.name}”已经是库里的项目，不用再转。")
        for i, entry in enumerate(entries)
        if entry.project_id
    )
    changes: dict[int, Changes] = {entry.pk: {"转成项目": [None, True]} for entry in entries}
    event = _record("planning.reserve.registered", "储备转成项目", entries, changes, actor, now)
    with parts_of(event):
        rows = [project_of(entry) for entry in entries]
        projects = register_projects(rows, actor=actor, now=now, kept=units_of(entries))
    for entry, project in zip(entries, projects, strict=True):
        entry.project, entry.version = project, entry.version + 1
    _save(entries, ["project"])
    return projects


def units_of(entries: Sequence[Reserve]) -> set[int]:
    """Primary keys of the units that these name already, wherever they are."""
    return {pk for one in entries for pk in (one.territory_id, one.responsible_unit_id) if pk}


def project_of(entry: Reserve) -> ProjectInput:
    """The registry's line of an entry (its category loaded)."""
    return ProjectInput(
        name=entry.name,
        category=entry.category.code,
        territory=entry.territory_id,
        responsible_unit=entry.responsible_unit_id,
        total_investment=entry.total_investment,
        owner_unit=entry.owner_unit_id,
        leader=entry.leader_id,
        content=entry.content,
    )


def _standing(pks: Sequence[int], seen: dict[int, int]) -> dict[int, Reserve]:
    """These entries, locked; Refused where one has left, Conflict where one has moved on since it was seen."""
    found = Reserve.objects.select_for_update(of=("self",)).select_related("category")
    held = {entry.pk: entry for entry in found.filter(listed("pk", pks), left_at=None).order_by("pk")}
    if missing := [pk for pk in pks if pk not in held]:
        refuse([RowProblem(0, "name", f"有{len(missing)}个已经出库或不在了，请刷新储备再选。")])
    for pk, entry in held.items():
        if entry.version != seen.get(pk, entry.version):
            raise Conflict(f"“{entry.name}”刚被别人改过，请看看改了什么再定。")
    return held


def _checked(rows: Sequence[ReserveInput], keep: Sequence[int] = ()) -> dict[str, Category]:
    """The categories by code, once every row has passed."""
    refuse(all_problems(rows, problems_of_reserve))
    categories = {category.code: category for category in Category.objects.all()}
    units = set(Unit.objects.standing().values_list("pk", flat=True))
    refuse([*_unknown(rows, categories, units), *_taken(rows, keep)])
    return categories


def _unknown(
    rows: Sequence[ReserveInput], categories: dict[str, Category], units: set[int]
) -> Iterable[RowProblem]:
    for i, row in enumerate(rows):
        if row.category not in categories:
            yield RowProblem(i, "category", f"没有“{row.category}”这个类别，请从类别表里选。")
        if row.territory not in units or row.responsible_unit not in units:
            yield RowProblem(i, "territory", "属地或责任单位不在单位表里，或已撤销，请改选一个。")


def _taken(rows: Sequence[ReserveInput], keep: Sequence[int]) -> Iterable[RowProblem]:
    keys = [name_key(row.name) for row in rows]
    standing = Reserve.objects.filter(left_at=None).exclude(pk__in=keep)
    named = standing.values_list("name_key", "name", "territory")
    reserved = {key: (name, where) for key, name, where in among(named, "name_key", keys)}
    known = Project.objects.values_list("pk", "name_key", "name", "territory")
    projects = {key: (pk, name, where) for pk, key, name, where in among(known, "name_key", keys)}
    met: set[str] = set()
    for i, (key, row) in enumerate(zip(keys, rows, strict=True)):
        if key in reserved:
            yield RowProblem(i, "name", _reserved(*reserved[key], row.territory))
        elif key in met:
            yield RowProblem(i, "name", _reserved(row.name, row.territory, row.territory))
        elif key in projects and row.project != projects[key][0]:
            yield RowProblem(i, "name", _registered(*projects[key][1:], row.territory))
        met.add(key)


def _reserved(name: str, where: int, here: int) -> str:
    return name_taken(f"储备里已有“{name}”，全角半角和空格不同也算同名。", where, here)


def _registered(name: str, where: int, here: int) -> str:
    return name_taken(f"项目库里已有“{name}”，请挂到这个项目上，不要另起一条。", where, here)


@contextmanager
def _telling_doubles(rows: Sequence[ReserveInput], keep: Sequence[int] = ()) -> Any:
    """Somebody took the same name between the check and the write: said as the check would say it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        refuse(_taken(rows, keep))
        raise


def _columns(row: ReserveInput, categories: dict[str, Category]) -> dict[str, Any]:
    given = asdict(row) | {"expected_start": row.expected_start}
    given |= {f"{name}_id": given[name] for name in ("territory", "responsible_unit", "project")}
    given["lacking"] = "" if row.maturity == Maturity.RIPE else tidy(row.lacking)
    return {
        "name": tidy(row.name),
        "name_key": name_key(row.name),
        "category_id": categories[row.category].pk,
        **{column: given[column] for column in _COPIED},
    }


def _plain(value: Any) -> Any:
    return value.label if hasattr(value, "label") else value


def _save(entries: Sequence[Reserve], names: Sequence[str]) -> None:
    Reserve.objects.bulk_update(entries, [*names, "version"], batch_size=200)


def _record(
    verb: str, what: str, entries: Sequence[Reserve], changes: dict[int, Changes], actor: Actor, now: datetime
) -> Event:
    only = entries[0] if len(entries) == 1 else None
    added: Changes = {"新增": [None, True]}
    return record(
        verb,
        actor=actor,
        now=now,
        subject=only,
        summary=f"{what}：{only.name}" if only else f"{what}，{len(entries)}个",
        rows=[RowChange(entry, entry.name, changes.get(entry.pk, added)) for entry in entries],
    )


__all__ = ["Conflict", "Refused", "amend_reserves", "leave_reserve", "propose_reserves", "register_reserves"]
