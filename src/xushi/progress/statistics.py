"""入统差额台账：报了多少、统计认了多少、还缺什么依据、谁在帮。金额都是元。"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.duties.reach import beyond, reach_of
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.kit.listed import listed
from xushi.progress import policy
from xushi.progress.closed import closing_for
from xushi.progress.intake import AT_ONCE, chunks
from xushi.progress.models import StatisticsEntry
from xushi.progress.rules_report import MOST_YUAN, wan
from xushi.progress.standing import facts_in_sight, live_rows
from xushi.registry.actions import Conflict, Refused, RowProblem
from xushi.registry.models import Project, Stage
from xushi.units.models import Role, Unit
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

THRESHOLD_YUAN = 500 * 10_000  # 统计入库：计划总投资500万元及以上
EVIDENCE = {"contract": "合同", "approval": "批准文件", "dated_photo": "带日期现场照片", "form": "报表"}
UNDER_WAY = (
    Q(provincial_stage=Stage.UNDER_WAY)
    | Q(municipal_stage=Stage.UNDER_WAY)
    | Q(district_stage=Stage.UNDER_WAY)
)
STATES = {"gap": "有差额", "evidence": "缺依据", "none": "未入统", "over": "统计多于月报"}


@dataclass(frozen=True, slots=True)
class StatisticsInput:
    """What statistics recorded of one project up to a month: 元 since 1 January; missing: keys of EVIDENCE."""

    project: int
    month: Month
    recorded: int
    missing: tuple[str, ...] = ()
    helper_unit: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over exactly the rows of a list, 元. built: 已建未统, the gaps above zero; gap = built − over."""

    projects: int
    reported: int
    recorded: int
    built: int
    over: int
    not_entered: int

    @property
    def gap(self) -> int:
        return self.reported - self.recorded


def ledger(user: "User", month: Month) -> "QuerySet[Any]":
    """One row per under-way project of 500万元 and more: reported, recorded, gap; facts where the month is closed.

    Rows carry project_key and project_name; recorded is 0 and entered_month None where statistics has nothing yet.
    """
    closing = closing_for(user, month)
    source: QuerySet[Any] = facts_in_sight(closing) if closing else live_rows(month)
    key = "project_id" if closing else "pk"
    entries = StatisticsEntry.objects.filter(
        project=OuterRef(key), month__gte=Month(month.year, 1), month__lte=month
    ).order_by("-month")
    rows: QuerySet[Any] = (
        source.filter(UNDER_WAY, total_investment__gte=THRESHOLD_YUAN)
        .filter(scoped(user))
        .annotate(
            project_key=F(key),
            recorded=Coalesce(
                Subquery(entries.values("recorded")[:1]), Value(0), output_field=BigIntegerField()
            ),
            entry=Subquery(entries.values("pk")[:1]),
            entered_month=Subquery(entries.values("month")[:1]),
            missing=Subquery(entries.values("missing")[:1]),
        )
        .annotate(gap=F("cumulative") - F("recorded"))
    )
    return rows


def narrowed(rows: "QuerySet[Any]", state: str, territory: int | None) -> "QuerySet[Any]":
    """A state of STATES and a territory; anything else leaves the rows as they are."""
    if territory:
        rows = rows.filter(territory=territory)
    conditions = {
        "gap": Q(gap__gt=0),
        "over": Q(gap__lt=0),
        "none": Q(entry=None, cumulative__gt=0),
        "evidence": Q(entry__in=StatisticsEntry.objects.exclude(missing=[]).values("pk")),
    }
    return rows.filter(conditions[state]) if state in conditions else rows


def totals(rows: "QuerySet[Any]") -> Totals:
    """Sums of exactly these rows; one query."""
    zero = Value(0, output_field=BigIntegerField())
    sums = rows.order_by().aggregate(
        n=Count("pk"),
        sum_reported=Sum("cumulative"),
        sum_recorded=Sum("recorded"),
        sum_built=Sum(Case(When(gap__gt=0, then=F("gap")), default=zero, output_field=BigIntegerField())),
        sum_over=Sum(Case(When(gap__lt=0, then=-F("gap")), default=zero, output_field=BigIntegerField())),
        absent=Count("pk", filter=Q(entry=None, cumulative__gt=0)),
    )
    return Totals(
        projects=sums["n"],
        reported=int(sums["sum_reported"] or 0),
        recorded=int(sums["sum_recorded"] or 0),
        built=int(sums["sum_built"] or 0),
        over=int(sums["sum_over"] or 0),
        not_entered=sums["absent"],
    )


def by_month(user: "User", month: Month) -> list[tuple[Month, Totals]]:
    """已建未统 of each month of the year up to this one; two queries a month, twelve months at most."""
    months = [Month(month.year, number) for number in range(1, month.number + 1)]
    return [(one, totals(ledger(user, one))) for one in months]


def entries_of(rows: Sequence[Any]) -> dict[int, StatisticsEntry]:
    """{entry: StatisticsEntry} of the rows of one page, with the helping unit and the writer."""
    wanted = [row.entry for row in rows if row.entry]
    found = StatisticsEntry.objects.filter(pk__in=wanted).select_related("helper_unit", "by")
    return {entry.pk: entry for entry in found}


@dataclass(frozen=True, slots=True)
class MonthOfProject:
    """One month of a project: what the report and what statistics said, 元; None where nothing was said."""

    month: Month
    reported: int | None
    recorded: int | None
    closed: bool

    @property
    def gap(self) -> int | None:
        return None if self.reported is None or self.recorded is None else self.reported - self.recorded


def history_of(project: Project, month: Month) -> list[MonthOfProject]:
    """The months of the year up to this one; closed months show what the closing fixed."""
    from xushi.progress.history import project_history

    points = {point.month: point for point in project_history(project, month.year)}
    recorded = dict(
        StatisticsEntry.objects.filter(project=project, month__gte=Month(month.year, 1), month__lte=month)
        .order_by("month")
        .values_list("month", "recorded")
    )
    rows, last = [], None
    for number in range(1, month.number + 1):
        one = Month(month.year, number)
        last = recorded.get(one, last)
        point = points.get(one)
        rows.append(
            MonthOfProject(one, point.cumulative if point else None, last, bool(point and point.closed))
        )
    return rows


@transaction.atomic
def record_statistics(
    rows: Sequence[StatisticsInput],
    *,
    actor: Actor,
    now: datetime,
    seen: dict[int, datetime | None] | None = None,
) -> list[StatisticsEntry]:
    """填入统: statistics enters its side. The first amount of a project marks the day it entered the statistics.

    seen: {project: when the entry that the writer saw was written, None for no entry}; Conflict where it moved on.
    """
    projects = _projects(rows, actor)
    held = _held(rows)
    problems = [p for i, row in enumerate(rows) for p in _problems(i, row, projects)]
    problems += _beyond(rows, actor)
    if problems:
        raise Refused(problems)
    _unchanged(held, projects, seen or {})
    changes: dict[int, Changes] = {}
    entries = [_entry(row, held.get((row.project, row.month.key)), changes, actor, now) for row in rows]
    StatisticsEntry.objects.bulk_create([e for e in entries if e.pk is None], batch_size=1000)
    columns = ["recorded", "missing", "helper_unit", "note", "by", "at"]
    StatisticsEntry.objects.bulk_update([e for e in entries if e.pk], columns, batch_size=500)
    _mark_entered(rows, projects, changes, now)
    if changes:
        one = projects[next(iter(changes))] if len(changes) == 1 else None
        record(
            "progress.statistics.recorded",
            actor=actor,
            now=now,
            subject=one,
            summary=f"填入统：{one.name}" if one else f"填入统，{len(changes)}个项目",
            rows=(RowChange(projects[pk], projects[pk].name, found) for pk, found in changes.items()),
        )
    return entries


def _projects(rows: Sequence[StatisticsInput], actor: Actor) -> dict[int, Project]:
    wanted = sorted({row.project for row in rows})
    source = Project.objects.visible_to(actor.by) if actor.by else Project.objects.all()
    found: dict[int, Project] = {}
    for some in chunks(wanted, AT_ONCE):
        locked = Project.objects.select_for_update().filter(pk__in=source.filter(pk__in=some).values("pk"))
        found |= {project.pk: project for project in locked}
    if actor.by and (not policy.can_record_statistics(actor.by) or len(found) != len(wanted)):
        raise PermissionDenied("入统由统计局填写。")
    return found


def _held(rows: Sequence[StatisticsInput]) -> dict[tuple[int, int], StatisticsEntry]:
    months = {row.month for row in rows}
    held: dict[tuple[int, int], StatisticsEntry] = {}
    for some in chunks(sorted({row.project for row in rows}), AT_ONCE):
        entries = StatisticsEntry.objects.filter(project_id__in=some, month__in=months).select_related("by")
        held |= {(entry.project_id, entry.month.key): entry for entry in entries}
    return held


def _problems(i: int, row: StatisticsInput, projects: dict[int, Project]) -> list[RowProblem]:
    found = []
    if row.project not in projects:
        found.append(RowProblem(i, "project", "库里没有这个项目，请先新增项目。"))
    if row.recorded < 0:
        found.append(RowProblem(i, "recorded", "入统累计不能是负数，请核对正负号。"))
    elif row.recorded > MOST_YUAN:
        found.append(
            RowProblem(i, "recorded", f"入统累计{wan(row.recorded)}万元大得不可能，请核对单位是不是万元。")
        )
    unknown = [key for key in row.missing if key not in EVIDENCE]
    if unknown:
        found.append(
            RowProblem(i, "missing", f"没有“{unknown[0]}”这种依据，可用：{'、'.join(EVIDENCE.values())}。")
        )
    if row.helper_unit and not Unit.objects.standing().filter(pk=row.helper_unit).exists():
        found.append(RowProblem(i, "helper_unit", "帮办单位不在单位表里或已撤销，请改选一个。"))
    return found


def _beyond(rows: Sequence[StatisticsInput], actor: Actor) -> Iterator[RowProblem]:
    """Helpers out of the writer's reach, beside those that the ledger has already; one query where nothing is."""
    near = reach_of(actor.by, Role.STATISTICS)
    if not near.beside:
        return
    units = Unit.objects.in_bulk({row.helper_unit for row in rows if row.helper_unit})
    named = StatisticsEntry.objects.filter(listed("project_id", sorted({row.project for row in rows})))
    kept = set(named.values_list("project", "helper_unit"))
    for i, row in enumerate(rows):
        own = [row.helper_unit] if (row.project, row.helper_unit) in kept else ()
        for _, said in beyond(near, [units.get(row.helper_unit or 0)], own):
            yield RowProblem(i, "helper_unit", said)


def _unchanged(
    held: dict[tuple[int, int], StatisticsEntry],
    projects: dict[int, Project],
    seen: dict[int, datetime | None],
) -> None:
    for (project, _), entry in held.items():
        if project in seen and entry.at != seen[project]:
            who = entry.by.name if entry.by else "系统"
            raise Conflict(
                f"“{projects[project].name}”刚由{who}填过{wan(entry.recorded)}万元，你填的还在，看过再存就以你的为准。"
            )


def _entry(
    row: StatisticsInput,
    held: StatisticsEntry | None,
    changes: dict[int, Changes],
    actor: Actor,
    now: datetime,
) -> StatisticsEntry:
    entry = held or StatisticsEntry(project_id=row.project, month=row.month)
    new = {
        "recorded": row.recorded,
        "missing": list(row.missing),
        "helper_unit_id": row.helper_unit,
        "note": row.note.strip()[:300],
    }
    labels = {"recorded": "入统累计", "missing": "缺的依据", "helper_unit_id": "帮办单位", "note": "入统说明"}
    for name, value in new.items():
        was = getattr(entry, name) if held else None
        if was != value and (held or value):
            changes.setdefault(row.project, {})[f"{row.month}{labels[name]}"] = [was, value]
        setattr(entry, name, value)
    entry.by, entry.at = actor.by, now
    return entry


def _mark_entered(
    rows: Sequence[StatisticsInput], projects: dict[int, Project], changes: dict[int, Changes], now: datetime
) -> None:
    fresh = {row.project: projects[row.project] for row in rows if row.recorded > 0}
    entered = [project for project in fresh.values() if project.statistics_entered_on is None]
    for project in entered:
        project.statistics_entered_on = local_day(now)
        project.version += 1
        changes.setdefault(project.pk, {})["统计入库"] = [None, str(local_day(now))]
    Project.objects.bulk_update(entered, ["statistics_entered_on", "version"], batch_size=500)
