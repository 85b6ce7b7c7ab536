"""总览：一个月的全部结论和它们的依据，查询次数不随项目数变。"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from xushi.alerts.lists import WATCHED
from xushi.core.figure import Figure
from xushi.core.money import YUAN_PER_YI, half_up
from xushi.core.months import Month
from xushi.home import alarms as alerting
from xushi.home import conclusions, curves
from xushi.home.months import Choice
from xushi.home.regions import Region, region
from xushi.home.words import Warned
from xushi.kit.addresses import address_of
from xushi.progress import figures
from xushi.progress.board import Board, board
from xushi.progress.figures import Group
from xushi.progress.history import Point, history
from xushi.progress.scope import Filters
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

COLUMNS = (
    "under_way", "started", "start_rate.under_way", "annual_plan", "completed_investment",
    "completion_rate", "gap_points",
)  # fmt: skip
DENOMINATORS = ("start_rate.under_way", "start_rate.planned_this_year", "start_rate.planned_by_now")
MARKS_AT_MOST = 12
LEADING = ("completed_investment", "started", "completed_projects", "preliminary")


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A line as the table draws it: all of it in figures and words, so that equal ones are drawn once."""

    label: str
    head: bool
    cells: tuple[Figure, ...]
    rate: Decimal | None
    due: Decimal | None
    gap: Decimal | None

    @property
    def by_name(self) -> dict[str, Figure]:
        return {figure.name.replace(".", "_"): figure for figure in self.cells}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as the table draws it; low and high are the gaps that the bars of all must hold."""

    label: str
    inside: str
    under_way: Figure
    rate: Figure
    marks: tuple[str, ...]
    count: int
    url: str
    gap: Decimal | None
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Line:
    """One row of the table of levels and categories."""

    label: str
    group: Group
    head: bool = False

    @property
    def short(self) -> str:
        """省市重大, 区级重点: the label where room is scarce."""
        return self.label.removesuffix("项目")

    @cached_property
    def cells(self) -> list[Figure]:
        return [self.group.figure(name) for name in COLUMNS]

    @property
    def by_name(self) -> dict[str, Figure]:
        return self.row.by_name

    @cached_property
    def row(self) -> LevelRow:
        group = self.group
        shares = group.completion_rate, group.scheduled_share, group.gap_points
        return LevelRow(self.label, self.head, tuple(self.cells), *shares)


@dataclass(frozen=True)
class Place:
    """One territory or region: its figures and one mark for each alerted project, at most a dozen."""

    label: str
    group: Group
    alerted: dict[str, int]
    url: str = ""  # the alerts behind the count
    inside: str = ""  # the overview of a region, where there is one

    @property
    def count(self) -> int:
        return sum(self.alerted.values())

    @cached_property
    def marks(self) -> list[str]:
        made: list[str] = []
        for cause in alerting.LOOKED_AT:
            made += [cause.value] * min(self.alerted.get(cause, 0), MARKS_AT_MOST - len(made))
        return made

    @cached_property
    def by_name(self) -> dict[str, Figure]:
        names = ("under_way", "completion_rate", "gap_points")
        return {name: self.group.figure(name) for name in names}

    def row(self, low: Decimal, high: Decimal) -> PlaceRow:
        count, rate = self.by_name["under_way"], self.by_name["completion_rate"]
        marks, gap = tuple(self.marks), self.group.gap_points
        return PlaceRow(self.label, self.inside, count, rate, marks, self.count, self.url, gap, low, high)


@dataclass(frozen=True, slots=True)
class CurveRow:
    """A month of a curve as its table draws it: 元, and the difference in points of the plan."""

    month: Month
    done: int
    due: Decimal
    gap: Decimal | None


@dataclass
class Overview:
    """Everything the overview shows of one month to one person."""

    choice: Choice
    here: Region
    district: Group
    lines: list[Line]
    places: list[Place]
    points: list[Point]
    alarms: alerting.Alarms
    worst: list[Warned]
    why: str = ""
    disputes: list[tuple[str, Figure]] = field(default_factory=list)  # whose number it is, the number
    drifted: list[tuple[str, Figure]] = field(default_factory=list)
    board: Board | None = None  # of a month that not all of its districts have closed

    @property
    def headline(self) -> str:
        return conclusions.headline(
            self.district.completion_rate, self.district.gap_points, self.alarms.total
        )

    @property
    def nothing_yet(self) -> bool:
        """No project stands on the month's list: there is nothing to conclude from."""
        return not self.district.listed

    @cached_property
    def figures(self) -> dict[str, Figure]:
        return {name.replace(".", "_"): self.district.figure(name) for name in figures.SPECS}

    @property
    def wide(self) -> bool:
        """Whether a leading figure has five digits before the point, as a province's do: set smaller on the phone."""
        return any(
            len(self.district.figure(name).text().partition(".")[0]) > len("1,234") for name in LEADING
        )

    @cached_property
    def denominators(self) -> list[Figure]:
        return [self.district.figure(name) for name in DENOMINATORS]

    @property
    def against_schedule(self) -> str:
        """超序时3.5亿元 / 欠序时9.5亿元"""
        yi = half_up(self.district.gap_yuan / YUAN_PER_YI, 1)
        if yi == 0:
            return "与序时持平"
        return f"{'超' if yi > 0 else '欠'}序时{abs(yi):,}亿元"

    @property
    def not_started(self) -> int:
        return self.district.under_way - self.district.started

    @property
    def not_due(self) -> int:
        """Not started and not yet planned to be."""
        group = self.district
        return self.not_started - (group.planned_start_by_now - group.started_of_by_now)

    @cached_property
    def chart(self) -> dict[str, Any] | None:
        return curves.option(self.points)

    @property
    def chart_words(self) -> str:
        return curves.sentence(self.points, self.choice.month)

    @cached_property
    def curve_rows(self) -> tuple[CurveRow, ...]:
        return curve_rows(self.points)

    @cached_property
    def level_rows(self) -> tuple[LevelRow, ...]:
        """The table of levels and categories."""
        return tuple(line.row for line in self.lines)

    @cached_property
    def place_rows(self) -> tuple[PlaceRow, ...]:
        """The table of territories or regions."""
        return tuple(place.row(*self.span) for place in self.places)

    @cached_property
    def span(self) -> tuple[Decimal, Decimal]:
        """The gaps of the territories, in points: the furthest behind (≤0) and ahead (≥0), to scale their bars."""
        gaps = [place.group.gap_points for place in self.places if place.group.gap_points is not None]
        zero = Decimal(0)
        return min([zero, *gaps]), max([zero, *gaps])

    @cached_property
    def levels(self) -> list[Line]:
        """The three lines of the phone: the two lists and the district's industry."""
        heads = [line for line in self.lines if line.head]
        wanted = Filters(category="industrial", region=self.here.key)
        industrial = [line for line in self.lines if line.group.filters == wanted]
        return heads + [Line("重点产业", line.group) for line in industrial]

    @cached_property
    def worst_three(self) -> list[Warned]:
        """The phone's rows: two of 应开未开 and one of 进度滞缓 where there are both."""
        late = [alert for alert in self.worst if alert.cause == alerting.LOOKED_AT[0]]
        slow = [alert for alert in self.worst if alert.cause != alerting.LOOKED_AT[0]]
        chosen = late[: 3 - min(1, len(slow))]
        return chosen + slow[: 3 - len(chosen)]

    @cached_property
    def behind(self) -> list[Place]:
        return [place for place in self.places if (place.group.gap_points or 0) < 0]


def curve_rows(points: list[Point]) -> tuple[CurveRow, ...]:
    """The table view of a curve."""
    return tuple(
        CurveRow(point.month, point.cumulative, curves.due_yuan(point), _gap(point)) for point in points
    )


def _gap(point: Point) -> Decimal | None:
    if not point.plan:
        return None
    return Decimal(point.cumulative * 12 - point.due_twelfths) / (point.plan * 12) * 100


def overview(user: "User", choice: Choice, now: datetime, here: Region | None = None) -> Overview:
    """The overview of one's own tier, or of a region within it."""
    month, here = choice.month, here or region(user)
    whole = Filters(region=here.key)
    if here.split:
        figures.gather(user, month, whole, ("category", "region"))
    district = figures.total(user, month, whole)
    lines = _lines(user, choice, district)
    alarms = alerting.alarms(user, choice, now, here)
    places = _places(user, choice, alarms, here)
    made = Overview(
        choice=choice,
        here=here,
        district=district,
        lines=lines,
        places=places,
        points=[point for point in history(user, month.year, whole) if point.month <= month],
        alarms=alarms,
        worst=alerting.worst(user, choice, now, 6, here),
    )
    gathered = [conclusions.Place(place.label, place.count) for place in places]
    blocks, among = alerting.common_blocks(user, choice, alarms, here)
    made.why = conclusions.where(gathered, alarms.total, blocks, among)
    shown = list(_named(lines))
    if here.split and not choice.closed:
        made.board = board(month, None if here.split.is_root else here.split)
    made.disputes = [(name, figure) for name, figure in shown if figure.disputed]
    made.drifted = [(name, figure) for name, figure in shown if figure.recounted is not None]
    return made


def _named(lines: list[Line]) -> Iterator[tuple[str, Figure]]:
    """Every figure of the table with the words of its row: 省市重大项目·产业."""
    head = ""
    for line in lines:
        head = line.label if line.head else head
        name = head if line.head else f"{head}·{line.label.removeprefix('其中')}"
        for figure in line.cells:
            yield name, figure


def _lines(user: "User", choice: Choice, district: Group) -> list[Line]:
    month, whole = choice.month, district.filters
    joint = figures.total(user, month, whole.narrowed(level="provincial_municipal"))
    industrial = figures.total(user, month, joint.filters.narrowed(category="industrial"))
    lines = [Line("省市重大项目", joint, head=True)] if joint.listed else []
    if industrial.listed:
        lines.append(Line("其中产业", industrial))
    lines.append(Line("区级重点项目", district, head=True))
    branches = figures.portfolio(user, month, filters=whole, by=("category",))
    return lines + [Line(group.label.split("·")[-1], group) for group in _in_order(branches) if group.listed]


def _in_order(groups: list[Group]) -> list[Group]:
    known = ["industrial", "infrastructure", "livelihood", "environment"]
    place = {code: number for number, code in enumerate(known)}
    return sorted(groups, key=lambda group: (place.get(str(group.key["category"]), 9), group.label))


def _places(user: "User", choice: Choice, alarms: alerting.Alarms, here: Region) -> list[Place]:
    """The territories with projects under way, of a city or province its direct children; the slowest first."""
    by = "region" if here.split else "territory"
    groups = figures.portfolio(user, choice.month, filters=Filters(region=here.key), by=(by,))
    shown = [group for group in groups if group.under_way]
    shown.sort(key=lambda group: (group.gap_points is None, group.gap_points or Decimal(0)))
    if not here.split:
        return [_territory(group, alarms) for group in shown]
    units = Unit.objects.in_bulk([group.key["region"] for group in shown])
    return [_region(group, alarms, units[group.key["region"]], choice) for group in shown]


def _territory(group: Group, alarms: alerting.Alarms) -> Place:
    key = group.key["territory"]
    return Place(
        label=group.label.split("·")[-1],
        group=group,
        alerted=dict(alarms.places.get(key or None, {})),
        url=alarms.url(WATCHED, territory=key),
    )


def _region(group: Group, alarms: alerting.Alarms, unit: Unit, choice: Choice) -> Place:
    """A direct child; what stands on the parted unit itself is a territory like any."""
    itself = group.filters.territory is not None
    where = {"territory": unit.pk} if itself else {"region": unit.pk}
    within = unit.kind == Unit.Kind.DISTRICT and not itself
    query = urlencode({"region": unit.pk, "month": choice.month})
    return Place(
        label=str(unit),
        group=group,
        alerted=dict(alarms.places.get(unit.path, {})),
        url=alarms.url(WATCHED, **where),
        inside=f"{address_of('home:overview')}?{query}" if within else "",
    )
