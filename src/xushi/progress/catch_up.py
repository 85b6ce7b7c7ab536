"""追赶：落后的项目今后每月要投多少，最少补上几个项目全盘就回到序时。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet

from xushi.core.months import Month
from xushi.progress.closed import closing_for
from xushi.progress.figures import rows, total
from xushi.progress.schedule import due_twelfths
from xushi.progress.scope import Filters
from xushi.progress.specs import Group
from xushi.registry.models import AnnualPlan
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

TWELFTHS = 12
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Instalment:
    """What to invest in one month, in 元."""

    month: Month
    amount: int


def instalments(needed: int, month: Month, last: Month) -> tuple[Instalment, ...]:
    """needed (元) spread over the months after month up to last, as evenly as whole 元 allow.

    They sum to needed exactly; the larger ones come first. Empty where no month is left; zeros where nothing is needed.
    """
    months = last.since(month)
    if months <= 0:
        return ()
    each, left_over = divmod(max(needed, 0), months)
    return tuple(Instalment(month.plus(n + 1), each + (n < left_over)) for n in range(months))


def to_meet_plan(plan: int, cumulative: int, month: Month) -> tuple[Instalment, ...]:
    """完成全年计划: the investment of each month left of the year, from cumulative (元) at the end of month."""
    return instalments(plan - cumulative, month, Month(month.year, 12))


def to_be_back(
    plan: int, cumulative: int, curve: Sequence[str] | None, month: Month, by: Month
) -> tuple[Instalment, ...]:
    """到某月底回到序时: the investment of each month up to by, the last in which the project may still be behind.

    Money in 元; what is due by then follows the plan's own curve or twelfths, rounded up to a whole 元.
    """
    due = -(-due_twelfths(plan, curve, by) // TWELFTHS)
    return instalments(due - cumulative, month, by)


def fewest(shortfalls: Mapping[int, int], gap: int) -> list[int]:
    """The smallest set of projects whose return to schedule brings the whole portfolio back, largest shortfall first.

    shortfalls: project → how far it is behind (any unit, above 0); gap: how far the portfolio is behind in that
    unit. A project brought back to its schedule adds exactly its shortfall. Empty where gap is 0 or less; every
    project where all of them together are not enough.

    Taking the largest shortfalls first is optimal in the number of projects. Let s1 ≥ s2 ≥ … be the shortfalls and
    k the first count with s1 + … + sk ≥ gap. Any k−1 projects have a sum of at most s1 + … + s(k−1): pair the chosen
    in falling order with s1, s2 …; the i-th largest of a subset is never above the i-th largest of all. But
    s1 + … + s(k−1) < gap by the choice of k. So no set of fewer than k projects reaches the gap.
    """
    chosen: list[int] = []
    for project, shortfall in sorted(shortfalls.items(), key=lambda pair: (-pair[1], pair[0])):
        if gap <= 0:
            break
        chosen.append(project)
        gap -= shortfall
    return chosen


@dataclass(frozen=True, slots=True)
class Behind:
    """One project that trails its schedule and what it takes to catch up. Money in 元."""

    project: int
    name: str
    territory: str
    started: bool
    plan: int
    cumulative: int
    shortfall_twelfths: int
    for_plan: tuple[Instalment, ...]
    to_schedule: tuple[Instalment, ...]
    month: Month
    chosen: bool

    @property
    def shortfall(self) -> Decimal:
        """Scheduled less completed, in 元."""
        return Decimal(self.shortfall_twelfths) / TWELFTHS

    @property
    def monthly_for_plan(self) -> int | None:
        """The most that one of the remaining months asks for; None where the year is over."""
        return self.for_plan[0].amount if self.for_plan else None

    @property
    def monthly_to_schedule(self) -> int | None:
        return self.to_schedule[0].amount if self.to_schedule else None

    @property
    def times_usual(self) -> Decimal | None:
        """What meeting the plan asks of a month, as a multiple of the year's average month so far."""
        if self.monthly_for_plan is None or self.cumulative <= 0:
            return None
        return Decimal(self.monthly_for_plan * self.month.number) / self.cumulative


@dataclass(frozen=True, slots=True)
class Rescue:
    """The fewest projects that bring a portfolio back on schedule. Shortfalls and gap in twelfths of a 元."""

    gap_twelfths: int
    projects: list[int]
    covered_twelfths: int

    @property
    def needed(self) -> bool:
        return self.gap_twelfths > 0

    @property
    def enough(self) -> bool:
        return self.covered_twelfths >= self.gap_twelfths

    @property
    def gap(self) -> Decimal:
        return Decimal(self.gap_twelfths) / TWELFTHS

    @property
    def covered(self) -> Decimal:
        return Decimal(self.covered_twelfths) / TWELFTHS


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The page: the portfolio of a scope, whom to bring back first, and one page of those that trail."""

    month: Month
    by: Month
    group: Group
    rescue: Rescue
    page: Page
    behind: list[Behind]


def months_left(month: Month) -> list[Month]:
    """The months by whose end a project may be back on schedule."""
    return [Month(month.year, number) for number in range(month.number + 1, 13)]


def usual_target(month: Month) -> Month:
    """Two months from the judged one, within the year: time to act, and soon enough to be checked."""
    return min(month.plus(2), Month(month.year, 12))


def catch_up(user: "User", month: Month, by: Month, *, filters: Filters, page: int = 1) -> CatchUp:
    """What it takes to catch up, for the under-way projects of a scope: a fixed number of queries.

    Completed projects are left out: they invest no more.
    """
    scope = filters.narrowed(stage="under_way", state=None)
    group = total(user, month, scope)
    trailing = _trailing(user, month, scope)
    shortfalls = {row["key"]: row["short"] for row in trailing.values("key", "short")}
    rescue = rescue_of(group.due_twelfths - TWELFTHS * group.cumulative, shortfalls)
    pages = Paginator(trailing, PER_PAGE)
    pages.count = len(shortfalls)  # known already
    shown = pages.get_page(page)
    read = _Reader(month, by, frozenset(rescue.projects))
    return CatchUp(month, by, group, rescue, shown, read.rows(shown))


def rescue_of(gap_twelfths: int, shortfalls: Mapping[int, int]) -> Rescue:
    chosen = fewest(shortfalls, gap_twelfths)
    return Rescue(gap_twelfths, chosen, sum(shortfalls[project] for project in chosen))


_COLUMNS = (
    "key",
    "short",
    "project_name",
    "territory_id",
    "started",
    "annual_plan",
    "cumulative",
    "plan_version",
)


def _trailing(user: "User", month: Month, filters: Filters) -> "QuerySet[Any, dict[str, Any]]":
    """The rows of the scope that are behind and not completed, the furthest behind first."""
    key = "project_id" if closing_for(user, month) else "pk"
    found = rows(user, month, filters).filter(completed=False)
    behind = found.annotate(key=F(key), short=F("due_twelfths") - TWELFTHS * F("cumulative")).filter(
        short__gt=0
    )
    ordered: QuerySet[Any, dict[str, Any]] = behind.order_by("-short", "key").values(*_COLUMNS)
    return ordered


@dataclass(slots=True)
class _Reader:
    """Makes Behind of rows: two queries for any number of them."""

    month: Month
    by: Month
    chosen: frozenset[int]

    def rows(self, found: Iterable[dict[str, Any]]) -> list[Behind]:
        listed = list(found)
        curves = self._curves(listed)
        places = {
            unit.pk: str(unit) for unit in Unit.objects.filter(pk__in={row["territory_id"] for row in listed})
        }
        return [self._behind(row, curves.get(row["key"]), places[row["territory_id"]]) for row in listed]

    def _curves(self, listed: Sequence[dict[str, Any]]) -> dict[int, Sequence[str] | None]:
        versions = {row["key"]: row["plan_version"] for row in listed}
        plans = AnnualPlan.objects.filter(project__in=versions, year=self.month.year)
        read = plans.values_list("project_id", "version", "curve")
        return {project: curve for project, version, curve in read if versions[project] == version}

    def _behind(self, row: dict[str, Any], curve: Sequence[str] | None, territory: str) -> Behind:
        plan, cumulative = row["annual_plan"], row["cumulative"]
        return Behind(
            project=row["key"],
            name=row["project_name"],
            territory=territory,
            started=bool(row["started"]),
            plan=plan,
            cumulative=cumulative,
            shortfall_twelfths=row["short"],
            for_plan=to_meet_plan(plan, cumulative, self.month),
            to_schedule=to_be_back(plan, cumulative, curve, self.month, self.by),
            month=self.month,
            chosen=row["key"] in self.chosen,
        )
