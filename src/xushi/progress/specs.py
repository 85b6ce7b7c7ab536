"""一组数和每个数的说明：名称、单位、怎么算、分母是谁、背后是哪张清单。"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import share, yi
from xushi.core.months import Month
from xushi.progress.scope import Filters


@dataclass(frozen=True, slots=True)
class Dispute:
    """A published value in the unit of its figure (share 0–1, 亿元, count), and where it was printed."""

    value: Decimal
    source: str


@dataclass(slots=True)
class Group:
    """The sums of one group of projects at a month's end. Counts, and money in 元 (due in twelfths of a 元).

    annual_plan … at_least_100 are over the under-way rows, preliminary_investment over the preliminary ones.
    """

    month: Month
    closed: bool
    filters: Filters
    key: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    whole: bool = False  # the whole district's, not one person's part
    under_way: int = 0
    preliminary: int = 0
    total_investment: int = 0
    preliminary_investment: int = 0
    annual_plan: int = 0
    due_twelfths: int = 0
    cumulative: int = 0
    started: int = 0
    planned_start_this_year: int = 0
    planned_start_by_now: int = 0
    started_of_this_year: int = 0
    started_of_by_now: int = 0
    completed_projects: int = 0
    completed_total_investment: int = 0
    completed_invested_to_date: int = 0
    at_least_10: int = 0
    at_least_50: int = 0
    at_least_100: int = 0
    reported: int = 0
    published: dict[str, Dispute] = field(default_factory=dict)
    recounted: "Group | None" = None

    @property
    def listed(self) -> int:
        return self.under_way + self.preliminary

    @property
    def start_rate_under_way(self) -> Decimal | None:
        """开工率: started / 当年实施."""
        return share(self.started, self.under_way)

    @property
    def start_rate_planned_this_year(self) -> Decimal | None:
        """Started among those planned to start within the year / planned to start within the year."""
        return share(self.started_of_this_year, self.planned_start_this_year)

    @property
    def start_rate_planned_by_now(self) -> Decimal | None:
        """Started among those planned to have started by now / planned to have started by now."""
        return share(self.started_of_by_now, self.planned_start_by_now)

    @property
    def completion_rate(self) -> Decimal | None:
        return share(self.cumulative, self.annual_plan)

    @property
    def scheduled_share(self) -> Decimal | None:
        """序时: the part of the annual plan due by now, weighted by plan where projects have curves of their own."""
        return share(self.due_twelfths, self.annual_plan * 12)

    @property
    def gap_points(self) -> Decimal | None:
        """Completion rate less scheduled share, in points (0–100)."""
        gap = share(self.cumulative * 12 - self.due_twelfths, self.annual_plan * 12)
        return None if gap is None else gap * 100

    @property
    def gap_yuan(self) -> Decimal:
        """Completed less scheduled investment, in 元."""
        return Decimal(self.cumulative * 12 - self.due_twelfths) / 12

    @property
    def on_schedule(self) -> bool:
        """达超序时, compared unrounded."""
        return self.cumulative * 12 >= self.due_twelfths

    def figure(self, name: str) -> Figure:
        """The named number with its scope, denominator, list and doubts."""
        spec = SPECS[name]
        dispute = self.published.get(name)
        again = spec.value(self.recounted) if self.recounted else None
        value = spec.value(self)
        return Figure(
            name=name,
            label=spec.label,
            value=value,
            unit=spec.unit,
            as_of=self.month,
            scope=self.label,
            closed=self.closed,
            denominator=spec.denominator(self) if spec.denominator else "",
            rows=_rows(self.filters, name, self.month),
            published=dispute.value if dispute else None,
            published_source=dispute.source if dispute else "",
            recounted=again if again != value else None,
        )


@dataclass(frozen=True, slots=True)
class Spec:
    label: str
    unit: FigureUnit
    value: Callable[[Group], Decimal | None]
    rows: dict[str, Any]
    denominator: Callable[[Group], str] | None = None


def _count(label: str, column: str, **rows: Any) -> Spec:
    return Spec(label, FigureUnit.COUNT, lambda group: Decimal(getattr(group, column)), rows)


def _money(label: str, column: str, **rows: Any) -> Spec:
    return Spec(label, FigureUnit.YI, lambda group: yi(getattr(group, column)), rows)


def _rate(label: str, column: str, denominator: Callable[[Group], str], **rows: Any) -> Spec:
    return Spec(label, FigureUnit.SHARE, lambda group: getattr(group, column), rows, denominator)


@lru_cache(maxsize=20_000)
def _rows(filters: Filters, name: str, month: Month) -> str:
    """The query string of the list that a figure of these projects counts or sums; a page has a hundred of them."""
    return replace(filters, **SPECS[name].rows).to_query(month=str(month))


UNDER_WAY = {"stage": "under_way"}
SPECS: dict[str, Spec] = {
    "listed": _count("列入计划", "listed"),
    "under_way": _count("当年实施", "under_way", **UNDER_WAY),
    "preliminary": _count("前期工作", "preliminary", stage="preliminary"),
    "total_investment": _money("总投资", "total_investment", **UNDER_WAY),
    "preliminary_investment": _money("前期工作总投资", "preliminary_investment", stage="preliminary"),
    "annual_plan": _money("年度计划投资", "annual_plan", **UNDER_WAY),
    "started": _count("已开工", "started", **UNDER_WAY, state="started"),
    "not_started": Spec(
        "未开工",
        FigureUnit.COUNT,
        lambda g: Decimal(g.under_way - g.started),
        {**UNDER_WAY, "state": "not_started"},
    ),
    "start_rate.under_way": _rate(
        "开工率", "start_rate_under_way", lambda g: f"当年实施{g.under_way}个", **UNDER_WAY
    ),
    "start_rate.planned_this_year": _rate(
        "开工率（按今年应开）",
        "start_rate_planned_this_year",
        lambda g: f"计划今年开工{g.planned_start_this_year}个",
        **UNDER_WAY,
        state="planned_this_year",
    ),
    "start_rate.planned_by_now": _rate(
        "开工率（按目前应开）",
        "start_rate_planned_by_now",
        lambda g: f"计划已应开工{g.planned_start_by_now}个",
        **UNDER_WAY,
        state="planned_by_now",
    ),
    "completed_investment": _money("完成投资", "cumulative", **UNDER_WAY),
    "completion_rate": _rate(
        "完成率", "completion_rate", lambda g: f"年度计划{yi(g.annual_plan)}亿元", **UNDER_WAY
    ),
    "scheduled_share": _rate("序时进度", "scheduled_share", lambda g: "年度计划", **UNDER_WAY),
    "gap_points": Spec("比序时", FigureUnit.POINTS, lambda g: g.gap_points, UNDER_WAY, lambda g: "年度计划"),
    "gap_yi": Spec("比序时", FigureUnit.YI, lambda g: g.gap_yuan / 100_000_000, UNDER_WAY),
    "completed_projects": _count("竣工", "completed_projects", **UNDER_WAY, state="completed"),
    "completed_total_investment": _money(
        "竣工项目总投资", "completed_total_investment", **UNDER_WAY, state="completed"
    ),
    "completed_invested_to_date": _money(
        "竣工项目完成投资（开工以来）", "completed_invested_to_date", **UNDER_WAY, state="completed"
    ),
    "at_least_10": _count("10亿元以上", "at_least_10", **UNDER_WAY, size=10),
    "at_least_50": _count("50亿元以上", "at_least_50", **UNDER_WAY, size=50),
    "at_least_100": _count("100亿元以上", "at_least_100", **UNDER_WAY, size=100),
    "reported": _count("已报月报", "reported", **UNDER_WAY, state="reported"),
}
