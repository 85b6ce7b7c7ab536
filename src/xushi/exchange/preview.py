"""预览：不写一个字，先说清整批会新增、改动什么，哪几格要改，总数会变成多少。"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum

from xushi.exchange import kinds
from xushi.exchange.comparing import (
    CHANGED,
    NEW,
    UNCHANGED,
    Comparison,
    Difference,
    compare_projects,
    match_rows,
    refuse_doubles,
)
from xushi.exchange.comparing_kinds import compare_listings, compare_plans, compare_reports, compare_revisions
from xushi.exchange.comparing_permits import compare_permits
from xushi.exchange.kinds import Kind
from xushi.exchange.layout import find_layout
from xushi.exchange.lookups import Lookups
from xushi.exchange.maps import SheetMap
from xushi.exchange.matching import Index
from xushi.exchange.sheets import Sheet
from xushi.exchange.understanding import Problem, Understanding, understand
from xushi.journal.models import Event
from xushi.permits.models import PermitStep
from xushi.progress.policy import reportable
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(slots=True)
class Preview:
    """Everything the page shows and the commit needs. Nothing of it has been written."""

    kind: Kind
    found: Understanding
    comparison: Comparison
    problems: list[Problem]
    counts: dict[str, int]
    absent: list[str]
    totals: list[tuple[str, int, int]]
    fingerprint: str = ""
    year: int | None = None
    differences: list[Difference] = field(default_factory=list)

    @property
    def must(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.must]

    @property
    def checks(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.must]

    @property
    def rows(self) -> int:
        return len(self.found.rows)

    @property
    def ready(self) -> bool:
        """Nothing left to mend and something to write."""
        return not self.problems and bool(self.counts[NEW] + self.counts[CHANGED])

    @property
    def skipped(self) -> int:
        return len(self.found.skipped)

    @property
    def understood(self) -> int:
        return len(self.found.notes)


def preview(
    sheet: Sheet,
    kind: Kind,
    told: SheetMap,
    *,
    today: date,
    answers: Mapping[str, str] | None = None,
    user: "User | None" = None,
    year: int | None = None,
) -> Preview:
    """Read and compare a sheet. user None is the command line: everything may be touched."""
    given = dict(answers or {})
    layout = find_layout(
        sheet, kind, mapping=told.columns, only_mapped=told.only_mapped, unit=told.amount_unit
    )
    lookups = Lookups.load(dict(told.create) if user is None else {}, user)
    found = understand(sheet, kind, layout, told, lookups, given, year or layout.title_year)
    comparison = Comparison(found, lookups, _index(kind, user), today)
    match_rows(comparison)
    refuse_doubles(comparison, year)
    _compare(comparison, kind, year, user)
    if not found.rows and not found.problems:
        found.ask_sheet("sheet", "表头下面没有一行数据。请核对是不是选错了工作表。")
    problems = sorted(found.problems, key=lambda p: (p.row, p.column, not p.must))
    counts = {status: sum(row.status == status for row in found.rows) for status in (NEW, CHANGED, UNCHANGED)}
    if kind.key == kinds.REVISIONS:
        counts["new_projects"] = len(comparison.new_projects)
    return Preview(
        kind, found, comparison, problems, counts, _absent(comparison, year), _totals(comparison, year),
        _fingerprint(comparison, counts), year, comparison.differences,
    )  # fmt: skip


def _compare(comparison: Comparison, kind: Kind, year: int | None, user: "User | None") -> None:
    if kind.key == kinds.PROJECTS:
        compare_projects(comparison, comparison.good())
    elif kind.key == kinds.LISTINGS:
        compare_listings(comparison, year)
    elif kind.key == kinds.PLANS:
        compare_plans(comparison, year)
    elif kind.key == kinds.REPORTS:
        with transaction.atomic():
            compare_reports(comparison)
    elif kind.key == kinds.PERMITS:
        compare_permits(comparison, user)
    else:
        compare_revisions(comparison)


def _index(kind: Kind, user: "User | None") -> Index:
    rows = Project.objects.values_list("pk", "code", "name", "name_key")
    visible = None
    if user is not None and kind.key == kinds.REPORTS:
        may = reportable(user, Event.Channel.IMPORT)
        visible = set(Project.objects.filter(may).values_list("pk", flat=True))
    elif user is not None and kind.key == kinds.PERMITS:
        visible = set(PermitStep.objects.visible_to(user).values_list("project_id", flat=True))
    elif user is not None and not sees_everything(user):
        visible = set(Project.objects.visible_to(user).values_list("pk", flat=True))
    return Index.of(rows, visible)


def _absent(comparison: Comparison, year: int | None) -> list[str]:
    """Projects one would expect in this sheet and that are not there; they are left as they are."""
    index, kind = comparison.index, comparison.found.kind.key
    here = {row.target for row in comparison.found.rows if row.target is not None}
    if kind == kinds.PROJECTS:
        expected = set(index.names)
    elif kind in (kinds.REVISIONS, kinds.PERMITS):
        return []
    else:
        expected = _expected(kind, comparison, year)
    missing = sorted(pk for pk in expected - here if index.may(pk) and pk in index.names)
    return [index.names[pk] for pk in missing]


def _expected(kind: str, comparison: Comparison, year: int | None) -> set[int]:
    years = {row.values["year"] for row in comparison.found.rows if row.values.get("year")}
    years |= {row.values["month"].year for row in comparison.found.rows if row.values.get("month")}
    years = years or ({year} if year else set())
    if kind == kinds.PLANS:
        plans = AnnualPlan.objects.filter(year__in=years, state=AnnualPlan.State.IN_FORCE)
        return set(plans.values_list("project_id", flat=True))
    levels = {row.values["level"] for row in comparison.found.rows if row.values.get("level")}
    listed = Listing.objects.filter(year__in=years)
    listed = listed.filter(level__in=levels) if kind == kinds.LISTINGS else listed.filter(stage=1)
    return set(listed.values_list("project_id", flat=True))


def _totals(comparison: Comparison, year: int | None) -> list[tuple[str, int, int]]:
    """(what, before, after) in 元: the registry's total before the import and after it."""
    kind = comparison.found.kind.key
    if kind == kinds.PROJECTS:
        before = Project.objects.filter(removed_on=None).aggregate(s=Sum("total_investment"))["s"] or 0
        gain = sum(project.total_investment for _, project in comparison.new_projects)
        gain += sum(new - old for old, new in _pairs(comparison, "total_investment"))
        return [("总投资", before, before + gain)]
    if kind == kinds.PLANS:
        return [_plan_total(comparison, year) for year in _years(comparison)]
    return []


def _pairs(comparison: Comparison, name: str) -> list[list[Any]]:
    return [row.changes[name] for row, _, _ in comparison.amended if name in row.changes]


def _years(comparison: Comparison) -> list[int]:
    return sorted({plan.year for _, plan in [*comparison.payload, *comparison.revised]})


def _plan_total(comparison: Comparison, year: int) -> tuple[str, int, int]:
    plans = AnnualPlan.objects.filter(year=year, state=AnnualPlan.State.IN_FORCE, project__removed_on=None)
    held = dict(plans.values_list("project_id", "planned_investment"))
    new = {
        p.project: p.planned_investment
        for _, p in [*comparison.payload, *comparison.revised]
        if p.year == year
    }
    return f"{year}年度计划", sum(held.values()), sum({**held, **new}.values())


def _fingerprint(comparison: Comparison, counts: dict[str, int]) -> str:
    """What the person saw: a commit of something else is refused."""
    digest = hashlib.sha256(repr(sorted(counts.items())).encode())
    for difference in comparison.differences:
        digest.update(repr((difference.row, difference.label, difference.old, difference.new)).encode())
    return digest.hexdigest()[:16]
