"""数字：每个环节在每个单位在等几个、超时限几个、中位几天、压着多少投资；每个数都打开它背后的清单。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, Exists, Max, OuterRef, Q, Sum, Value, When

from xushi.calendars.selectors import calendar
from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import yi
from xushi.core.months import Month
from xushi.permits.bottlenecks import (
    LONG_PAST,
    PAST,
    WITHIN,
    Heap,
    Load,
    Queue,
    Step,
    Whole,
    loads,
    queues,
    red_from,
)
from xushi.permits.bottlenecks_plot import Axis, axis_for
from xushi.permits.bottlenecks_wanted import ALL, Wanted
from xushi.permits.durations import Ruler
from xushi.permits.expected import not_started
from xushi.permits.models import WAITING, Permit, PermitStep, Supplement
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

SCOPE = "在等的手续"
BACK = timedelta(days=1500)


@dataclass(frozen=True, slots=True)
class Day:
    """What a day's figures are counted with."""

    today: date
    red: date  # promised by this day or before: more than ten working days past
    ruler: Ruler

    @classmethod
    def of(cls, today: date) -> "Day":
        days = calendar()
        return cls(today, red_from(days, today), Ruler(days, today - BACK, today))

    @property
    def kind(self) -> Case:
        """within, past or long_past, in the database. While a supplement is owed the clock stands: what was not past
        when it was asked for is not past now."""
        stands = Q(state="supplement") & ~Exists(
            Supplement.objects.filter(step=OuterRef("pk"), answered_on=None, asked_on__gt=OuterRef("due_on"))
        )
        return Case(
            When(Q(due_on=None) | Q(due_on__gte=self.today) | stands, then=Value(WITHIN)),
            When(due_on__lte=self.red, then=Value(LONG_PAST)),
            default=Value(PAST),
            output_field=CharField(),
        )


def waiting(seen: Any, wanted: Wanted, today: date) -> Any:
    """The steps that wait today, of what is seen and wanted; begun projects only where they are asked for."""
    rows = seen.filter(WAITING, wanted.condition()).order_by()
    if wanted.started == "1":
        return rows.filter(Q(project__removed_on=None) | Q(project__removed_on__gt=today))
    return rows.filter(not_started(today))


@dataclass(frozen=True, slots=True)
class Row:
    """One queue with its figures."""

    queue: Queue
    waiting: Figure
    overdue: Figure
    median: Figure
    investment: Figure


@dataclass(frozen=True, slots=True)
class Board:
    """Every queue within the scope, in the catalogue's order.

    since: for each number of days waited, the first and the last day of becoming ready that make it.
    """

    rows: list[Row]
    whole: Whole
    day: Day
    since: dict[int, tuple[date, date]]
    keys: dict[int, str]  # the queue of each permit met
    axis: Axis
    projects: Figure
    late: Figure
    amount: Figure

    @property
    def queues(self) -> list[Queue]:
        return [row.queue for row in self.rows]

    @property
    def loads(self) -> list[Load]:
        return loads(self.queues)

    def count(self, wanted: Wanted) -> int:
        """How many rows a list within this scope has."""
        return sum(heap.count for queue in self.queues for heap in queue.heaps if wanted.holds(heap))


def board(user: "User", wanted: Wanted, today: date) -> Board:
    """What this person sees; four queries and the calendar's, whatever waits."""
    return board_of(PermitStep.objects.visible_to(user), wanted, today)


def board_of(seen: Any, wanted: Wanted, today: date) -> Board:
    day, scope = Day.of(today), wanted.scope()
    rows = waiting(seen, scope, today).annotate(past=day.kind)
    grouped = rows.values_list("permit_id", "ready_since", "past").annotate(
        n=Count("pk"), total=Sum("project__total_investment")
    )
    found = list(grouped)
    permits = Permits.of({row[0] for row in found})
    since: dict[int, tuple[date, date]] = {}
    heaps = []
    for permit, ready, past, count, total in found:
        days = day.ruler.between(ready, today)
        low, high = since.get(days, (ready, ready))
        since[days] = (min(low, ready), max(high, ready))
        heaps.append(Heap(permits.codes[permit], permits.units[permit], days, past, count, total))
    return made(heaps, permits, whole_of(rows), day, since, scope)


def whole_of(rows: Any) -> Whole:
    """Each project once, past its limit where any of its steps is; one query."""
    each = rows.values("project").annotate(
        bad=Max(Case(When(past=WITHIN, then=0), default=1)), total=Max("project__total_investment")
    )
    told = each.aggregate(n=Count("project"), over=Sum("bad"), amount=Sum("total"))
    return Whole(told["n"], told["over"] or 0, told["amount"] or 0)


@dataclass(frozen=True, slots=True)
class Permits:
    """Of the permits met: code and answering unit by key; the steps by code, as the newest catalogue has them."""

    codes: dict[int, str]
    units: dict[int, int]
    steps: dict[str, Step]
    names: dict[int, str]

    @classmethod
    def of(cls, keys: Iterable[int]) -> "Permits":
        rows = Permit.objects.filter(pk__in=list(keys)).select_related("department__successor")
        codes, units, steps, names = {}, {}, {}, {0: "还没定单位"}
        for permit in _newest_last(rows.select_related("catalogue")):
            unit = _now(permit.department)
            codes[permit.pk], units[permit.pk] = permit.code, unit.pk if unit else 0
            steps[permit.code] = Step(permit.code, permit.name, permit.promised_days, permit.place)
            if unit:
                names[unit.pk] = str(unit)
        return cls(codes, units, steps, names)


def _newest_last(permits: Iterable[Permit]) -> list[Permit]:
    """As their catalogues were drafted; where several districts have their own, the common ones last."""
    found = list(permits)
    several = len({one.catalogue.district_id for one in found} - {None}) > 1
    return sorted(found, key=lambda one: (several and not one.catalogue.district_id, one.catalogue_id))


def _now(unit: Unit | None) -> Unit | None:
    """A dissolved department's steps are its successor's."""
    return unit.successor if unit and unit.dissolved_on and unit.successor else unit


def made(
    heaps: Iterable[Heap],
    permits: Permits,
    whole: Whole,
    day: Day,
    since: dict[int, tuple[date, date]],
    scope: Wanted,
) -> Board:
    found = queues(heaps, permits.steps, permits.names)
    keys = {pk: f"{code}~{permits.units[pk]}" for pk, code in permits.codes.items()}
    return Board(
        [_row(queue, day, scope) for queue in found], whole, day, since, keys, axis_for(found),
        projects=_figure("projects", "在等的项目", whole.projects, day, scope.but(step=ALL)),
        late=_figure("overdue", "超时限的项目", whole.overdue, day, scope.but(step=ALL, over="1")),
        amount=_figure("investment", "压着的总投资", yi(whole.amount), day, scope.but(step=ALL), FigureUnit.YI),
    )  # fmt: skip


def _row(queue: Queue, day: Day, scope: Wanted) -> Row:
    rows = scope.but(step=queue.step.code, unit=str(queue.unit))
    late = scope.but(step=queue.step.code, unit=str(queue.unit), over="1")
    return Row(
        queue,
        _figure("waiting", "在等", queue.waiting, day, rows),
        _figure("overdue", "超时限", queue.overdue, day, late),
        _figure("median", "等待中位", queue.median, day, rows, FigureUnit.DAYS),
        _figure("investment", "压着的总投资", yi(queue.amount), day, rows, FigureUnit.YI),
    )


def _figure(
    name: str,
    label: str,
    value: int | Decimal,
    day: Day,
    rows: str,
    unit: FigureUnit = FigureUnit.COUNT,
) -> Figure:
    return Figure(name, label, Decimal(value), unit, Month.of(day.today), SCOPE, closed=False, rows=rows)


def over_days(due: date | None, kind: str, day: Day, asked: date | None = None) -> int | None:
    """Working days past the promised date, counted to the day a supplement was asked for; None within it."""
    if due is None or kind == WITHIN:
        return None
    return day.ruler.between(due, asked or day.today)
