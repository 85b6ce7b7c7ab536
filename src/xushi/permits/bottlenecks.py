"""卡在哪：每个环节在每个单位排着多少项目、等了多少天、超没超承诺时限；一句话的结论。纯判断，不碰库。"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xushi.calendars.rules import WorkingCalendar

RED_AFTER = 10  # working days past the promised date
ONE = timedelta(days=1)
WITHIN, PAST, LONG_PAST = "within", "past", "long_past"
KINDS = {WITHIN: "时限内", PAST: "超时限", LONG_PAST: f"超时限{RED_AFTER}个工作日以上"}


def kind_of(over: int | None) -> str:
    """over: working days past the promised date; None: not past it (on a rest day right after it: 0)."""
    if over is None:
        return WITHIN
    return LONG_PAST if over > RED_AFTER else PAST


def red_from(calendar: WorkingCalendar, today: date) -> date:
    """The latest promised date that lies more than ten working days back."""
    day, passed = today, 0
    while passed <= RED_AFTER:
        passed += calendar.is_working(day)
        day -= ONE
    return day


@dataclass(frozen=True, slots=True)
class Heap:
    """Projects that wait alike: at one step and unit, for as many working days, as far past the promise; 元."""

    step: str
    unit: int
    days: int
    kind: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a queue is a queue for: limit is the promised time in working days, place its order in the catalogue."""

    code: str
    name: str
    limit: int
    place: int


@dataclass(frozen=True, slots=True)
class Queue:
    """一个环节在一个责任单位: heaps from the shortest wait to the longest; unit 0: nobody has been named yet."""

    step: Step
    unit: int
    department: str
    heaps: tuple[Heap, ...]

    @property
    def key(self) -> str:
        return f"{self.step.code}~{self.unit}"

    @property
    def waiting(self) -> int:
        return sum(heap.count for heap in self.heaps)

    @property
    def overdue(self) -> int:
        return sum(heap.count for heap in self.heaps if heap.kind != WITHIN)

    @property
    def long_past(self) -> int:
        return sum(heap.count for heap in self.heaps if heap.kind == LONG_PAST)

    @property
    def amount(self) -> int:
        return sum(heap.amount for heap in self.heaps)

    @property
    def overdue_amount(self) -> int:
        return sum(heap.amount for heap in self.heaps if heap.kind != WITHIN)

    @property
    def longest(self) -> int:
        return max((heap.days for heap in self.heaps), default=0)

    @property
    def median(self) -> Decimal:
        """The middle wait; between the two middle ones where their number is even."""
        low, high = self._nth((self.waiting - 1) // 2), self._nth(self.waiting // 2)
        return Decimal(low + high) / 2

    def _nth(self, n: int) -> int:
        for heap in self.heaps:
            if n < heap.count:
                return heap.days
            n -= heap.count
        return 0


def queues(heaps: Iterable[Heap], steps: dict[str, Step], departments: dict[int, str]) -> list[Queue]:
    """One queue per step and unit, in the catalogue's order."""
    found: dict[tuple[str, int], dict[tuple[int, str], Heap]] = defaultdict(dict)
    for heap in heaps:
        same = found[heap.step, heap.unit]
        held = same.get((heap.days, heap.kind))
        count, amount = (held.count, held.amount) if held else (0, 0)
        same[heap.days, heap.kind] = Heap(
            heap.step, heap.unit, heap.days, heap.kind, count + heap.count, amount + heap.amount
        )
    made = [
        Queue(steps[code], unit, departments.get(unit, ""), tuple(same[key] for key in sorted(same)))
        for (code, unit), same in found.items()
    ]
    return sorted(made, key=lambda queue: (queue.step.place, queue.step.code, queue.department))


@dataclass(frozen=True, slots=True)
class Load:
    """One responsible unit over all its steps: a project that waits at two of them counts twice; 元."""

    unit: int
    department: str
    waiting: int
    overdue: int
    amount: int


def loads(rows: Iterable[Queue]) -> list[Load]:
    """Units by how many wait past the limit, then by how many wait."""
    held: dict[int, list[Queue]] = defaultdict(list)
    for queue in rows:
        held[queue.unit].append(queue)
    made = [
        Load(
            unit,
            own[0].department,
            waiting=sum(queue.waiting for queue in own),
            overdue=sum(queue.overdue for queue in own),
            amount=sum(queue.amount for queue in own),
        )
        for unit, own in held.items()
    ]
    return sorted(made, key=lambda load: (-load.overdue, -load.waiting, load.department))


def choke_points(rows: Sequence[Queue], *, by_amount: bool = False) -> list[Queue]:
    """堵点: the queues that hold most, by overdue and waiting projects, or by the investment that waits in them."""
    if by_amount:
        return sorted(rows, key=lambda queue: (-queue.amount, -queue.waiting, queue.key))
    return sorted(rows, key=lambda queue: (-queue.overdue, -queue.waiting, -queue.amount, queue.key))


@dataclass(frozen=True, slots=True)
class Whole:
    """All queues together, each project once; 元."""

    projects: int
    overdue: int
    amount: int


def conclusion(rows: Sequence[Queue], whole: Whole, started: bool = False) -> str:
    """150个未开工项目里，54个已超承诺时限，四成多卡在征地拆迁."""
    if not whole.projects:
        return "没有项目在等前期手续"
    who = "在等手续的项目" if started else "未开工项目"
    if not whole.overdue:
        return f"{whole.projects:,}个{who}在等前期手续，都在承诺时限内"
    worst = choke_points(rows)[0]
    said = f"{whole.projects:,}个{who}里，{whole.overdue:,}个已超承诺时限，"
    return f"{said}{tenths(worst.overdue, whole.overdue)}卡在{worst.step.name}"


TENTHS = "零一二三四五六七八九"


def tenths(part: int, whole: int) -> str:
    """四成多, 一半, 全部, 不到一成: as people say it, never more than is true."""
    if part >= whole:
        return "都" if whole > 1 else ""
    if part * 2 == whole:
        return "一半"
    full, rest = divmod(part * 10, whole)
    if not full:
        return "不到一成"
    return f"{TENTHS[full]}成{'多' if rest else ''}"
