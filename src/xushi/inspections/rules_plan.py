"""这个月看谁：先看预警，再看久未看的和投资大的，两成随机；为什么看一条条写明。路线一个挨一个走。都是纯判断。"""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from xushi.alerts.rules import Cause
from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import BEIJING
from xushi.core.money import half_up, yi
from xushi.inspections.rules import UNSEEN_AFTER
from xushi.inspections.words import Kind

RANDOM_SHARE = Decimal("0.2")
ALERTED_SHARE = Decimal(
    "0.5"
)  # at most so many because of alerts; the rest by age of the last visit and money
LARGE_FROM = 10 * 10**8  # 元 of the year's plan: worth a reason of its own
HOURS = (time(9, 0), time(10, 30), time(14, 0), time(15, 30))  # the stops of a day
COMPLETED_LATELY = 60  # days in which a completion is still to be looked at
ALERTED, STALE, AT_STAKE, LOT = "alert", "stale", "investment", "random"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open alert of a project: days past, or points behind."""

    cause: Cause
    red: bool
    days: int = 0
    points: Decimal | None = None

    @property
    def words(self) -> str:
        if self.points is not None and self.cause == Cause.SLIPPING:
            return f"慢{half_up(abs(self.points), 1)}"
        return f"{self.cause.label}{self.days}天" if self.days > 0 else self.cause.label

    @property
    def weight(self) -> Decimal:
        """应开未开 before 进度滞缓 before the rest; red before yellow; then how far."""
        first = {Cause.OVERDUE_START: 300, Cause.SLIPPING: 200}.get(self.cause, 100)
        far = abs(self.points) if self.points is not None else Decimal(min(self.days, 360)) / 4
        return Decimal(first + 50 * self.red) + min(far, Decimal(90))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that could be looked at. plan in 元; unseen_days None: never looked at; place in degrees, CGCS2000."""

    project: int
    name: str
    territory: str  # the unit's path: neighbours in the tree are near each other
    plan: int = 0
    unseen_days: int | None = None
    alarms: tuple[Alarm, ...] = ()
    started: bool = True
    completed_on: date | None = None
    completion_due: bool = False
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """One project with everything that speaks for looking at it."""

    candidate: Candidate
    kind: Kind
    reasons: tuple[Reason, ...]

    @property
    def project(self) -> int:
        return self.candidate.project

    @property
    def why(self) -> str:
        return "；".join(reason.words for reason in self.reasons)


def reasons_of(one: Candidate) -> tuple[Reason, ...]:
    """Each in words: 应开未开165天, 71天没看, 年度投资18.0亿元."""
    found = [Reason(ALERTED, alarm.words) for alarm in sorted(one.alarms, key=lambda a: -a.weight)[:2]]
    if one.completed_on is not None:
        found.append(Reason("completion", "申请竣工"))
    elif one.completion_due:
        found.append(Reason("completion", "快到竣工"))
    if one.unseen_days is None:
        found.append(Reason(STALE, "今年没看过"))
    elif one.unseen_days >= UNSEEN_AFTER:
        found.append(Reason(STALE, f"{one.unseen_days}天没看"))
    if one.plan >= LARGE_FROM:
        found.append(Reason(AT_STAKE, f"年度投资{half_up(yi(one.plan), 1)}亿元"))
    return tuple(found)


def alert_weight(one: Candidate) -> Decimal:
    """The worst of its alerts; 0 for none."""
    return max((alarm.weight for alarm in one.alarms), default=Decimal(0))


def calm_weight(one: Candidate, largest: int) -> Decimal:
    """A completion to be looked at (70), how long unseen (up to 60), the money at stake (up to 40)."""
    unseen = Decimal(min(180 if one.unseen_days is None else one.unseen_days, 180)) / 3
    stake = Decimal(40) * one.plan / largest if largest else Decimal(0)
    return unseen + stake + (70 if one.completed_on is not None else 0)


def kind_of(one: Candidate, *, by_lot: bool) -> Kind:
    """What to look at there."""
    if not one.started:
        return Kind.START
    if one.completed_on is not None or one.completion_due:
        return Kind.COMPLETION
    return Kind.QUALITY if by_lot and not one.alarms else Kind.PROGRESS


def propose(candidates: Iterable[Candidate], size: int, seed: str) -> list[Proposed]:
    """Of size projects half by their alerts, three tenths by age of the last visit and money, two tenths by lot.

    What one share cannot fill the next does. The same seed draws the same lot again.
    """
    rows = list(candidates)
    largest = max((one.plan for one in rows), default=0)
    by_lot = min(int(half_up(size * RANDOM_SHARE, 0)), max(len(rows) - 1, 0))
    alarmed = sorted((one for one in rows if one.alarms), key=lambda one: (-alert_weight(one), one.project))
    chosen = alarmed[: int(half_up(size * ALERTED_SHARE, 0))]
    taken = {one.project for one in chosen}
    calm = [one for one in rows if one.project not in taken]
    calm.sort(key=lambda one: (-calm_weight(one, largest), -alert_weight(one), one.project))
    more = max(size - by_lot - len(chosen), 0)
    chosen, rest = chosen + calm[:more], sorted(calm[more:], key=lambda one: one.project)
    lot = random.Random(seed).sample(rest, min(by_lot, len(rest)))  # noqa: S311 - the seed is kept to be drawn again
    made = [Proposed(one, kind_of(one, by_lot=False), reasons_of(one)) for one in chosen]
    return made + [Proposed(one, kind_of(one, by_lot=True), (Reason(LOT, "随机"),)) for one in lot]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of a route: key is the caller's own."""

    key: int
    territory: str
    place: tuple[float, float] | None = None


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres between two places (longitude, latitude), along the sphere."""
    (lng, lat), (lng2, lat2) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lng2 - lng) / 2) ** 2
    return 12_742 * math.asin(math.sqrt(half))


def route(stops: Iterable[Stop]) -> list[Stop]:
    """A sensible order: from the northernmost always to the nearest; a stop without a place goes with its territory.

    What has no place and no neighbour with one comes last, territory by territory.
    """
    rows = sorted(stops, key=lambda one: (one.territory, one.key))
    placed = {one.key: one.place for one in rows if one.place}
    left = sorted((one for one in rows if one.place), key=lambda one: (-placed[one.key][1], one.key))
    way: list[Stop] = []
    while left:
        here = placed[way[-1].key] if way else placed[left[0].key]
        nearest = min(left, key=lambda one: (distance(here, placed[one.key]), one.key))
        left.remove(nearest)
        way.append(nearest)
    return _with_homeless(way, [one for one in rows if not one.place])


def _with_homeless(way: list[Stop], homeless: Sequence[Stop]) -> list[Stop]:
    groups: dict[str, list[Stop]] = defaultdict(list)
    for one in homeless:
        groups[one.territory].append(one)
    made: list[Stop] = []
    last = {one.territory: n for n, one in enumerate(way)}
    for n, one in enumerate(way):
        made.append(one)
        if last[one.territory] == n:
            made += groups.pop(one.territory, [])
    return made + [one for territory in sorted(groups) for one in groups[territory]]


def shared_out(way: Sequence[Stop], teams: int) -> list[list[Stop]]:
    """The route cut into as many stretches as there are teams, as even as can be: neighbours stay together."""
    count = max(teams, 1)
    base, more = divmod(len(way), count)
    made, start = [], 0
    for n in range(count):
        end = start + base + (n < more)
        made.append(list(way[start:end]))
        start = end
    return made


def timetable(count: int, first: date, days: WorkingCalendar) -> list[datetime]:
    """When each stop of one team is, four a working day from the first on."""
    found, day = [], days.add(first, 0)
    for n in range(count):
        if n and n % len(HOURS) == 0:
            day = days.add(day, 1)
        found.append(datetime.combine(day, HOURS[n % len(HOURS)], BEIJING))
    return found


def completing(one: Candidate, today: date) -> Candidate:
    """Completed too long ago to be looked at as a completion: no reason any more."""
    lately = one.completed_on is not None and today - one.completed_on <= timedelta(days=COMPLETED_LATELY)
    return one if lately or one.completed_on is None else replace(one, completed_on=None)
