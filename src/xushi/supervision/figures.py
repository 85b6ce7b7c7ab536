"""单位表现：按主办单位数派了几件、反馈几件、按期几件，每一步的中位工作日；协办不计。每个数打开它数的清单。"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from statistics import median
from typing import Any

from django.db.models import Count

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import share
from xushi.core.months import Month
from xushi.supervision.models import OrderRating, SupervisionOrder
from xushi.supervision.rules import Grade
from xushi.supervision.table import AT_UNIT
from xushi.supervision.wanted import Wanted, issued_in
from xushi.units.models import Unit, User

# 每一步：从哪一刻到哪一刻
SPANS = {
    "acknowledge": ("签收", "clock_from", "acknowledged_at"),
    "reply": ("反馈", "clock_from", "replied_at"),
    "verify": ("核验", "last_replied_at", "verified_at"),
    "close": ("销号", "verified_at", "closed_at"),
}
COLUMNS = ("lead", "state", "due_at", "replied_at", "on_time", "returns", "extensions")
COUNTS = {
    "issued": ("派发", ""),
    "replied": ("已反馈", "replied"),
    "on_time": ("按期反馈", "on_time"),
    "overdue": ("逾期未反馈", "overdue"),
    "returned": ("退回过", "returned"),
    "extended": ("延期过", "extended"),
} | {f"grade_{grade}": (f"评价{label}", grade) for grade, label in Grade.choices()}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One lead unit in a period, or all of them where unit is None; figures by name."""

    unit: Unit | None
    figures: dict[str, Figure]

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    @property
    def on_time_of(self) -> str:
        """4/4: on time of those that replied."""
        return f"{self['on_time'].text()}/{self['replied'].text()}"

    @property
    def medians(self) -> list[Figure]:
        return [self[name] for name in SPANS]


def unit_rows(
    user: User, period: str, now: datetime, steps: Sequence[str] = tuple(SPANS)
) -> tuple[list[UnitRow], UnitRow]:
    """Every lead unit of the orders issued in a period (2018 or 2018-08), the most first; then all of them together.

    Five queries. Withdrawn orders and co-handlers are left out. on_time is of the replies there are, each by the
    deadline of its day; a step's days run from when the unit was given the order (again, after a rerouting).
    steps are those whose median days are wanted: each costs two columns of every order.
    """
    cohort = SupervisionOrder.objects.visible_to(user).filter(issued_in(period))
    by_unit: dict[int, list[dict[str, Any]]] = defaultdict(list)
    moments = sorted({name for step in steps for name in SPANS[step][1:]})
    for row in cohort.order_by().values(*{*COLUMNS, *moments}):
        by_unit[row["lead"]].append(row)
    rated: dict[int, Counter[str]] = defaultdict(Counter)
    graded = OrderRating.objects.filter(order__in=cohort.order_by().values("pk")).values(
        "order__lead", "grade"
    )
    for row in graded.annotate(n=Count("order", distinct=True)).order_by():
        rated[row["order__lead"]][row["grade"]] = row["n"]
    units, whole = Unit.objects.in_bulk(by_unit), [row for rows in by_unit.values() for row in rows]
    spans = _spans(whole, steps, Ordinals.over(calendar(), whole, moments))
    made = [
        UnitRow(units[pk], _figures(rows, rated[pk], spans, period, now, units[pk]))
        for pk, rows in by_unit.items()
    ]
    made.sort(key=lambda row: (-(row["issued"].value or 0), row.unit.path if row.unit else ""))
    all_rated: Counter[str] = sum(rated.values(), Counter())
    return made, UnitRow(None, _figures(whole, all_rated, spans, period, now, None))


@dataclass(frozen=True, slots=True)
class Ordinals:
    """Working days counted once over all the days in question, so that a span costs a subtraction."""

    first: date
    passed: Sequence[int]

    @classmethod
    def over(
        cls, working: WorkingCalendar, rows: Iterable[dict[str, Any]], moments: Sequence[str]
    ) -> "Ordinals":
        days = {local_day(row[name]) for row in rows for name in moments if row[name]}
        if not days:
            return cls(date(2000, 1, 1), [0])
        first, last = min(days), max(days)
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return cls(first, list(accumulate(working.is_working(day) for day in every)))

    def between(self, start: datetime, end: datetime) -> int:
        """As WorkingCalendar.between of the two days."""
        return self._at(end) - self._at(start)

    def _at(self, moment: datetime) -> int:
        return self.passed[(local_day(moment) - self.first).days]


def _spans(rows: Iterable[dict[str, Any]], steps: Sequence[str], days: Ordinals) -> dict[str, dict[int, int]]:
    """{step: {row: working days}} of the rows that went through it."""
    found: dict[str, dict[int, int]] = {step: {} for step in steps}
    for row in rows:
        for step in steps:
            _, start, end = SPANS[step]
            if _runs(row[start], row[end]):
                found[step][id(row)] = days.between(row[start], row[end])
    return found


def _figures(
    rows: Sequence[dict[str, Any]],
    rated: Counter[str],
    spans: dict[str, dict[int, int]],
    period: str,
    now: datetime,
    unit: Unit | None,
) -> dict[str, Figure]:
    counted = {
        "issued": len(rows),
        "replied": sum(row["replied_at"] is not None for row in rows),
        "on_time": sum(row["on_time"] is True for row in rows),
        "overdue": sum(
            bool(row["state"] in AT_UNIT and row["due_at"] and row["due_at"] < now) for row in rows
        ),
        "returned": sum(row["returns"] > 0 for row in rows),
        "extended": sum(row["extensions"] > 0 for row in rows),
    } | {f"grade_{grade}": rated[grade] for grade, _ in Grade.choices()}
    scope = f"主办：{unit}" if unit else "全部主办单位"
    as_of = _month(period, now)
    wanted = Wanted(tab="all", period=period, lead=unit.pk if unit else None)

    def figure(
        name: str, label: str, value: Decimal | None, kind: FigureUnit, flag: str, of: str = ""
    ) -> Figure:
        return Figure(name, label, value, kind, as_of, scope, False, of, wanted.query(flag=flag))

    found = {
        name: figure(name, label, Decimal(counted[name]), FigureUnit.COUNT, flag)
        for name, (label, flag) in COUNTS.items()
    }
    rate = share(counted["on_time"], counted["replied"])
    found["rate"] = figure("rate", "按期率", rate, FigureUnit.SHARE, "on_time", "已反馈的件数")
    for name, taken in spans.items():
        own = [taken[id(row)] for row in rows if id(row) in taken]
        middle = Decimal(str(median(own))) if own else None
        label, of = f"{SPANS[name][0]}中位", f"走完这一步的{len(own)}件"
        found[name] = figure(name, label, middle, FigureUnit.DAYS, "", of)
    return found


def _runs(start: datetime | None, end: datetime | None) -> bool:
    return start is not None and end is not None and end >= start


def _month(period: str, now: datetime) -> Month:
    last = Month(int(period), 12) if len(period) == 4 else Month.parse(period)
    return min(last, Month.of(local_day(now)))
