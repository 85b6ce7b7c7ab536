"""单位表现：按主办单位数派了几件、反馈几件、按期几件，每一步的中位工作日；协办不计。每个数打开它数的清单。"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import share
from xushi.core.months import Month
from xushi.kit.listed import listed
from xushi.kit.once import once
from xushi.kit.phrased import Keys, ask
from xushi.supervision.models import OrderQuerySet
from xushi.supervision.rules import Grade
from xushi.supervision.sight import Sight, in_sight, sight_of
from xushi.supervision.wanted import FLAGS, Moment, Wanted, issued_in
from xushi.units.models import Unit, User

Spans = dict[str, list[int]]

# 每一步：从哪一刻到哪一刻
SPANS = {
    "acknowledge": ("签收", "clock_from", "acknowledged_at"),
    "reply": ("反馈", "clock_from", "replied_at"),
    "verify": ("核验", "last_replied_at", "verified_at"),
    "close": ("销号", "verified_at", "closed_at"),
}
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
    user: User, period: str, now: datetime, steps: Sequence[str] = tuple(SPANS), most: int | None = None
) -> tuple[list[UnitRow], UnitRow]:
    """Every lead unit of the orders issued in a period (2018 or 2018-08), the most first; then all of them together.

    Four queries, one or two more for most. Withdrawn orders and co-handlers are left out. on_time is of the replies
    there are, each by the deadline of its day; a step's days run from when the unit was given the order (again, after
    a rerouting). most stops after so many units, and the last row is of these alone; steps are those whose days are
    wanted.
    """
    sight = sight_of(user)
    only = None if most is None else Keys(_busiest(user, period, most, now))
    counted = ask(_counted, user, sight, period, only, *Moment.of(now))
    leads = [row["lead"] for row in counted]
    units = {unit.pk: unit for unit in ask(_leads, Keys(leads))}
    moments = tuple(dict.fromkeys(name for step in steps for name in SPANS[step][1:]))
    spans = _spans(ask(_moments, user, sight, period, moments, Keys(leads)), moments, steps)
    made = [
        UnitRow(units[row["lead"]], _figures(row, spans[row["lead"]], steps, period, now, units[row["lead"]]))
        for row in counted
    ]
    whole = {f"n_{name}": sum(row[f"n_{name}"] for row in counted) for name in COUNTS}
    together: Spans = {step: [n for own in spans.values() for n in own[step]] for step in steps}
    return made, UnitRow(None, _figures(whole, together, steps, period, now, None))


def _cohort(user: User, sight: Sight, period: str) -> OrderQuerySet:
    cohort: OrderQuerySet = in_sight(user, sight).filter(issued_in(period)).order_by()
    return cohort


def _busiest(user: User, period: str, most: int, now: datetime) -> list[int]:
    """The lead units with the most orders, of those with as many the first of the tree: of a province's thousand units
    only these are then counted in all ways."""
    counted = {one.lead: one.issued for one in issued(user, period, now)}
    least = sorted(counted.values(), reverse=True)[: most + 1]
    if len(least) <= most:
        return list(counted)
    above = [lead for lead, count in counted.items() if count > least[most - 1]]
    as_many = [lead for lead, count in counted.items() if count == least[most - 1]]
    return above + [pk for (pk,) in ask(_of_tree, Keys(as_many), most - len(above))]


class Issued(NamedTuple):
    """What a lead unit was given in a period: how many, how many of them it replied to, and to how many on time."""

    lead: int
    issued: int
    replied: int
    on_time: int


@once
def issued(user: User, period: str, now: datetime) -> list[Issued]:
    """Of every lead unit in sight, as unit_rows counts; a province's thousands of orders are gone through once for the
    sentence above their list and for the units beside it."""
    return [Issued(*row) for row in ask(_issued, user, sight_of(user), period, *Moment.of(now))]


def _issued(user: User, sight: Sight, period: str, *at: Any) -> "QuerySet[Any]":
    moment, (lead, *counted) = Moment(*at), Issued._fields
    asked = {f"n_{name}": Count("pk", filter=_condition(COUNTS[name][1], moment)) for name in counted}
    found: QuerySet[Any] = _cohort(user, sight, period).values_list(lead).annotate(**asked)
    return found


def _of_tree(units: list[int], most: int) -> "QuerySet[Any]":
    found: QuerySet[Any] = Unit.objects.filter(listed("pk", units)).order_by("path").values_list("pk")
    return found[:most]


def _counted(user: User, sight: Sight, period: str, leads: list[int] | None, *at: Any) -> "QuerySet[Any]":
    """A row for each lead unit with its counts, the most first."""
    asked = {
        f"n_{name}": Count("pk", filter=_condition(flag, Moment(*at))) for name, (_, flag) in COUNTS.items()
    }
    cohort = _cohort(user, sight, period)
    of_these = cohort if leads is None else cohort.filter(listed("lead", leads))
    grouped: QuerySet[Any] = of_these.values("lead__path", "lead").annotate(**asked)
    return grouped.order_by("-n_issued", "lead__path")


def _leads(leads: list[int]) -> "QuerySet[Unit]":
    return Unit.objects.filter(listed("pk", leads))


def _moments(
    user: User, sight: Sight, period: str, moments: Sequence[str], leads: list[int]
) -> "QuerySet[Any]":
    """(lead unit, its moments) of each order of these units."""
    of_these = _cohort(user, sight, period).filter(listed("lead", leads))
    found: QuerySet[Any] = of_these.values_list("lead", *moments)
    return found


def _condition(flag: str, at: Moment) -> Q:
    """The very condition of the list that the number opens."""
    return FLAGS[flag].condition(at) if flag else Q(pk__isnull=False)


def _spans(rows: Sequence[Any], moments: Sequence[str], steps: Sequence[str]) -> dict[int, Spans]:
    """{unit: {step: working days of each order that went through it}}."""
    days = Ordinals.over(calendar(), {at for row in rows for at in row[1:] if at})
    places = [(step, moments.index(SPANS[step][1]) + 1, moments.index(SPANS[step][2]) + 1) for step in steps]
    found: dict[int, Spans] = defaultdict(lambda: {step: [] for step in steps})
    for row in rows:
        own = found[row[0]]
        for step, start, end in places:
            if row[start] and row[end] and row[end] >= row[start]:
                own[step].append(days.between(row[start], row[end]))
    return found


@dataclass(frozen=True, slots=True)
class Ordinals:
    """Working days counted once over all the days in question, so that a span costs a subtraction."""

    first: date
    passed: Sequence[int]

    @classmethod
    def over(cls, working: WorkingCalendar, moments: Collection[datetime]) -> "Ordinals":
        if not moments:
            return cls(date(2000, 1, 1), [0])
        first, last = local_day(min(moments)), local_day(max(moments))
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return cls(first, list(accumulate(working.is_working(day) for day in every)))

    def between(self, start: datetime, end: datetime) -> int:
        """As WorkingCalendar.between of the two days."""
        return self._at(end) - self._at(start)

    def _at(self, moment: datetime) -> int:
        return self.passed[(local_day(moment) - self.first).days]


def _figures(
    counted: Mapping[str, int],
    spans: Spans,
    steps: Sequence[str],
    period: str,
    now: datetime,
    unit: Unit | None,
) -> dict[str, Figure]:
    scope = f"主办：{unit}" if unit else "全部主办单位"
    as_of = _month(period, now)
    wanted = Wanted(tab="all", period=period, lead=unit.pk if unit else None)

    def figure(
        name: str, label: str, value: Decimal | None, kind: FigureUnit, flag: str, of: str = ""
    ) -> Figure:
        return Figure(name, label, value, kind, as_of, scope, False, of, wanted.query(flag=flag))

    found = {
        name: figure(name, label, Decimal(counted[f"n_{name}"]), FigureUnit.COUNT, flag)
        for name, (label, flag) in COUNTS.items()
    }
    rate = share(counted["n_on_time"], counted["n_replied"])
    found["rate"] = figure("rate", "按期率", rate, FigureUnit.SHARE, "on_time", "已反馈的件数")
    for step in steps:
        own = spans[step]
        middle = Decimal(str(median(own))) if own else None
        label, of = f"{SPANS[step][0]}中位", f"走完这一步的{len(own)}件"
        found[step] = figure(step, label, middle, FigureUnit.DAYS, "", of)
    return found


def _month(period: str, now: datetime) -> Month:
    last = Month(int(period), 12) if len(period) == 4 else Month.parse(period)
    return min(last, Month.of(local_day(now)))
