"""收月报要先知道的：项目、计划、前几个月的数、已有的月报，成批读出来。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import Q, QuerySet

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.kit.listed import listed
from xushi.progress.models import MonthlyReport
from xushi.progress.rules_report import DIFFICULTY_KINDS, Past, ReportInput, Standard, wan
from xushi.progress.standing import COUNTED
from xushi.progress.usual import usual_month
from xushi.registry.actions import Conflict, RowProblem
from xushi.registry.models import AnnualPlan, Listing, Project

Item = TypeVar("Item")
AT_ONCE = 5000  # 一句 IN 里最多这么多个，两种数据库都放得下

FIELDS = {
    "cumulative": "年内累计",
    "physical_progress": "形象进度",
    "facts": "当月情况",
    "started_on": "开工日期",
    "completed_on": "竣工日期",
    "explanation": "异常数说明",
    "difficulty_kinds": "问题类别",
    "difficulty": "问题说明",
}


@dataclass(frozen=True, slots=True)
class ReportProblem(RowProblem):
    """proposed: a cumulative (元) that would be taken; explainable: an explanation is enough."""

    proposed: int | None = None
    explainable: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """What somebody else reported meanwhile: differences are {项: [别人报的, 你填的]}."""

    project: int
    name: str
    by: str
    at: datetime | None
    version: int
    differences: dict[str, list[Any]]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """(项, 已报的, 你填的) as a page prints them."""
        return [(label, _shown(theirs), _shown(mine)) for label, (theirs, mine) in self.differences.items()]

    @property
    def sentence(self) -> str:
        when = _moment(self.at) if self.at else "刚才"
        what = "；".join(
            f"{label}：{_shown(theirs)}，你填的是{_shown(mine)}"
            for label, (theirs, mine) in self.differences.items()
        )
        return (
            f"“{self.name}”{when}已由{self.by or '系统'}报过。{what or '内容与你填的相同'}。"
            "你填的都还在，看过再交一次就以你的为准。"
        )


class ReportConflict(Conflict):
    """Somebody else reported on what the writer had not seen; nothing was written."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = list(clashes)
        super().__init__("".join(clash.sentence for clash in self.clashes[:5]))


class Known(NamedTuple):
    """What a report needs of its project."""

    name: str
    started_on: date | None
    completed_on: date | None
    total_investment: int
    territory_id: int


@dataclass
class Intake:
    """Everything a batch of reports is judged against, read in a handful of queries."""

    projects: dict[int, Known]
    plans: dict[tuple[int, int], int]
    listed: set[tuple[int, int]]
    held: dict[tuple[int, int], MonthlyReport]
    history: dict[tuple[int, int], dict[int, int]] = field(default_factory=dict)
    started: dict[int, date] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[ReportInput]) -> "Intake":
        ids = sorted({row.project for row in rows})
        years = {row.month.year for row in rows}
        intake = cls(projects={}, plans={}, listed=set(), held={})
        for pk, *known in _locked_projects(ids).values_list("pk", *Known._fields):
            intake.projects[pk] = Known(*known)
        of_years = (listed("project_id", ids), Q(year__in=years))
        intake.listed = set(Listing.objects.filter(*of_years).values_list("project_id", "year"))
        plans = AnnualPlan.objects.filter(*of_years, state=AnnualPlan.State.IN_FORCE)
        amounts = plans.values_list("project_id", "year", "planned_investment")
        intake.plans = {(project, year): amount for project, year, amount in amounts}
        intake._read_reports(ids, years, {row.month for row in rows})
        return intake

    def _read_reports(self, projects: Sequence[int], years: set[int], months: set[Month]) -> None:
        first, last = Month(min(years), 1), max(months)
        reports = MonthlyReport.objects.filter(listed("project_id", projects))
        for report in reports.filter(month__in=months).select_related("submitted_by"):
            self.held[report.project_id, report.month.key] = report
        counted = reports.filter(state__in=COUNTED, month__gte=first, month__lt=last)
        for project, month, cumulative in counted.values_list("project_id", "month", "cumulative"):
            self.history.setdefault((project, month.year), {})[month.number] = cumulative

    def territory_of(self, project: int) -> int | None:
        known = self.projects.get(project)
        return known.territory_id if known else None

    def standard(self, row: ReportInput) -> Standard:
        project = self.projects[row.project]
        year = (row.project, row.month.year)
        return Standard(
            name=project.name,
            plan=self.plans.get(year),
            past=past_of(self.history.get(year, {}), row.month),
            started_on=project.started_on or self.started.get(row.project),
            completed_on=project.completed_on,
            listed=year in self.listed,
            total=project.total_investment,
        )

    def take(self, row: ReportInput) -> None:
        """The row counts for the later months of the same batch."""
        self.history.setdefault((row.project, row.month.year), {})[row.month.number] = row.cumulative
        if row.started_on:
            self.started.setdefault(row.project, row.started_on)

    def clash(self, row: ReportInput) -> Clash | None:
        held = self.held.get((row.project, row.month.key))
        seen = row.based_on_version
        if held is None or seen is None or held.version == seen:
            return None
        return Clash(
            project=row.project,
            name=self.projects[row.project].name,
            by=held.submitted_by.name if held.submitted_by else "",
            at=held.submitted_at,
            version=held.version,
            differences=differences(held, row),
        )


def lock_projects(projects: Iterable[int]) -> None:
    """Whoever reports on one of these, accepts or returns its reports meanwhile waits until this transaction is done."""
    list(_locked_projects(projects).values_list("pk"))


def _locked_projects(projects: Iterable[int]) -> "QuerySet[Project]":
    """By key, so that two who lock several wait for each other in one direction; the second sees the first's version."""
    return Project.objects.select_for_update().filter(listed("pk", sorted(set(projects)))).order_by("pk")


def past_of(cumulatives: dict[int, int], month: Month) -> Past:
    """cumulatives: {month number: counted cumulative} of the month's year; only earlier months are looked at."""
    earlier = sorted((number, amount) for number, amount in cumulatives.items() if number < month.number)
    if not earlier:
        return Past()
    number, cumulative = earlier[-1]
    before_number, before = earlier[-2] if len(earlier) > 1 else (0, 0)
    last_amount = (cumulative - before) // (number - before_number)
    return Past(cumulative, last_amount, Month(month.year, number), usual_month(earlier))


def differences(held: MonthlyReport, row: ReportInput) -> dict[str, list[Any]]:
    """{项: [已报的, 这次的]} of what differs."""
    return {
        label: [plain(getattr(held, name)), plain(getattr(row, name))]
        for name, label in FIELDS.items()
        if plain(getattr(held, name)) != plain(getattr(row, name))
    }


def plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return list(value)
    return value if value is None or isinstance(value, (int, str)) else str(value)


def chunks(items: Sequence[Item] | Iterable[Item], size: int) -> Iterator[list[Item]]:
    whole = list(items)
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def _shown(value: Any) -> str:
    if isinstance(value, int):
        return f"{wan(value)}万元"
    if isinstance(value, list):
        return "、".join(DIFFICULTY_KINDS.get(str(kind), str(kind)) for kind in value) or "没有"
    return str(value or "空")


def _moment(at: datetime) -> str:
    from xushi.core.clock import BEIJING

    day, clock = local_day(at), at.astimezone(BEIJING)
    return f"{day.month}月{day.day}日{clock.hour}:{clock.minute:02d}"
