"""一格一个属地、一块一个项目：在建的哪些60天没人看过，多久没看，有没有预警。没有边界图，格子照单位的次序排。"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Count, F, Q, Value, When, Window
from django.db.models.functions import RowNumber

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.inspections.coverage import alarmed, seen_ever, seen_since, unseen
from xushi.inspections.rules import Age, age_of
from xushi.inspections.selectors_plan import under_way
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

MOST = 60  # squares of one tile; the rest is said as a number
SEEN = "seen"
LONGEST_FIRST = (
    F("is_alarmed").desc(),
    F("last_seen").asc(nulls_first=True),
    F("territory__path").asc(),
    F("pk").asc(),
)


@dataclass(frozen=True, slots=True)
class Square:
    """One project that nobody has looked at for sixty days."""

    pk: int
    name: str
    age: Age
    days: int | None  # since the last visit; None where there was none
    alarmed: bool

    @property
    def told(self) -> str:
        """紫光项目：73天没人看过，有预警."""
        ago = Age.NEVER.label if self.days is None else f"{self.days}天没人看过"
        return f"{self.name}：{ago}{'，有预警' if self.alarmed else ''}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One territory: projects under way that were seen within sixty days, that were not, and of these the alarmed."""

    unit: Unit
    seen: int
    unseen: int
    alarmed: int
    squares: Sequence[Square]

    @property
    def more(self) -> int:
        return self.unseen - len(self.squares)

    @property
    def seen_share(self) -> int:
        """Per cent of what is under way."""
        return round(100 * self.seen / (self.seen + self.unseen))


@dataclass(frozen=True, slots=True)
class Board:
    """All tiles by the kind of their territory, and how many projects there are of each age."""

    groups: Sequence[tuple[str, Sequence[Tile]]]
    ages: Sequence[tuple[Age, int]]

    @property
    def tiles(self) -> list[Tile]:
        return [tile for _, tiles in self.groups for tile in tiles]

    @property
    def seen(self) -> int:
        return sum(tile.seen for tile in self.tiles)

    @property
    def unseen(self) -> int:
        return sum(tile.unseen for tile in self.tiles)

    @property
    def alarmed(self) -> int:
        return sum(tile.alarmed for tile in self.tiles)

    @property
    def headline(self) -> str:
        """在建250个里238个60天没人看过，其中176个从没看过."""
        never = dict(self.ages)[Age.NEVER]
        said = f"在建{self.seen + self.unseen}个里{self.unseen}个60天没人看过"
        return f"{said}，其中{never}个从没看过" if never else said


def board(user: "User", month: Month, today: date) -> Board:
    """Three queries, however many projects there are."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for territory, age, n, warned in _counted(user, month, today):
        counts[territory][age] += n
        if age != SEEN:
            counts[territory]["alarmed"] += warned
    squares = _squares(user, month, today)
    units = Unit.objects.in_bulk(list(counts))
    tiles = [_tile(units[pk], told, squares[pk]) for pk, told in counts.items()]
    ages = [(age, sum(told[age] for told in counts.values())) for age in Age]
    return Board(_grouped(tiles), ages)


def _tile(unit: Unit, told: dict[str, int], squares: list[Square]) -> Tile:
    return Tile(unit, told[SEEN], sum(told[age] for age in Age), told["alarmed"], squares)


def _counted(user: "User", month: Month, today: date) -> list[tuple[int, str, int, int]]:
    """(territory, age or seen, how many, of these alarmed)."""
    since = [When(seen_since(today), then=Value(SEEN))]
    since += [
        When(seen_since(today, age.days[1]), then=Value(age.value))
        for age in (Age.SHORT, Age.MIDDLE)
        if age.days and age.days[1]
    ]
    since.append(When(seen_ever(), then=Value(Age.LONG.value)))
    age = Case(*since, default=Value(Age.NEVER.value), output_field=CharField())
    rows = under_way(user, month).annotate(age=age, warned=alarmed()).order_by()
    counted = rows.values("territory", "age").annotate(n=Count("pk"), red=Count("pk", filter=Q(warned=True)))
    return list(counted.values_list("territory", "age", "n", "red"))


def _squares(user: "User", month: Month, today: date) -> dict[int, list[Square]]:
    """{territory: its squares}, the first of the list behind the tile."""
    nth = Window(RowNumber(), partition_by="territory", order_by=LONGEST_FIRST)
    rows = unseen(user, month, today).select_related(None).annotate(nth=nth).filter(nth__lte=MOST)
    made: dict[int, list[Square]] = defaultdict(list)
    for territory, pk, name, last, warned in rows.order_by("nth").values_list(
        "territory", "pk", "name", "last_seen", "is_alarmed"
    ):
        day = local_day(last) if last else None
        age = age_of(day, today) or Age.SHORT
        made[territory].append(Square(pk, name, age, (today - day).days if day else None, warned))
    return made


def _grouped(tiles: list[Tile]) -> list[tuple[str, list[Tile]]]:
    """街道, 场, 园区 in their order, then whatever else; within each as the units stand."""
    kinds: list[str] = [*Unit.TERRITORY_KINDS]
    groups: dict[str, list[Tile]] = defaultdict(list)
    for tile in sorted(tiles, key=lambda one: one.unit.path):
        groups[tile.unit.kind].append(tile)
    order = sorted(groups, key=lambda kind: kinds.index(kind) if kind in kinds else len(kinds))
    return [(Unit.Kind(kind).label, groups[kind]) for kind in order]
