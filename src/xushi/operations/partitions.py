"""分区（PostgreSQL）：哪几张表、按哪一列、每年哪一段，年里要不要再按区；现在分成了什么样。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection

from xushi.progress.places import Districts

REST = "rest"  # the default partition: what no year's (no district's) takes, so that nothing is ever refused
OPEN_END = "MAXVALUE"
LOCKS_A_PART = 200  # one who reads every part locks it and its indexes, about 20; ten of them at once


class By(StrEnum):
    MONTH = "month"  # an integer 201808
    DAY = "day"
    EVENT = "event"  # a number of the journal: no date stands in the row, numbers grow with time


@dataclass(frozen=True, slots=True)
class Divided:
    """A table that only grows and that no foreign key points at.

    district is the column with the district of a row, where it can have no other. The years stand above the districts:
    whoever reads knows the month, not always the district, and so leaves the other years alone at one glance.

    widened names the unique constraints that take the keys in besides: PostgreSQL asks that of every unique constraint
    of a divided table. Only such are named whose columns fix the keys, so that they forbid what they forbade.
    """

    table: str
    key: str
    by: By
    words: str
    widened: tuple[str, ...] = ()
    district: str = ""

    def part(self, year: int | str, district: int | str = "") -> str:
        return f"{self.table}_{year}_{district}" if district != "" else f"{self.table}_{year}"

    def district_of(self, part: str) -> int:
        """The district whose part of a year this is; -1 of the default part."""
        last = part.rpartition("_")[2]
        return int(last) if last.isdecimal() else -1

    def keys(self, *, by_district: bool) -> tuple[str, ...]:
        """The columns it is divided by."""
        return (self.key, self.district) if by_district else (self.key,)

    def year_range(self, year: int) -> tuple[str, str]:
        """The first value of a year and the first of the next, as SQL."""
        if self.by is By.MONTH:
            return str(year * 100 + 1), str((year + 1) * 100 + 1)
        return f"'{year}-01-01'", f"'{year + 1}-01-01'"

    @property
    def year_of(self) -> str:
        """The year of a row, as SQL."""
        return f'"{self.key}" / 100' if self.by is By.MONTH else f'EXTRACT(year FROM "{self.key}")::int'


DIVIDED = (
    # 一次关账只关一个区的一个月，所以唯一约束里添上月份和区，禁的还是那些
    Divided(
        "progress_projectmonth",
        "month",
        By.MONTH,
        "月度事实",
        ("one_fact_per_closing",),
        district="district_id",
    ),
    # 项目会换属地，摄像头跟着项目走，入统与动静都不由关账定死，抄一个区就会有两个；日志明细没有区
    Divided("progress_statisticsentry", "month", By.MONTH, "入统"),
    Divided("sites_cameraday", "day", By.DAY, "摄像头每天的动静"),
    Divided("journal_eventrow", "event_id", By.EVENT, "日志明细"),
)


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    bounds: str
    rows: int  # about, as the planner knows it; -1 where it has not looked yet
    parts: "tuple[Part, ...]" = ()  # of a year, where that is divided by district


@dataclass(frozen=True, slots=True)
class Standing:
    """How a table stands: parts is empty where it is not divided."""

    plan: Divided
    parts: tuple[Part, ...]
    rows: int

    @property
    def is_divided(self) -> bool:
        return bool(self.parts)

    @property
    def is_by_district(self) -> bool:
        return any(part.parts for part in self.parts)

    @property
    def leaves(self) -> int:
        """How many parts hold rows."""
        return sum(len(part.parts) or 1 for part in self.parts)

    def missing(self, years: tuple[int, ...]) -> list[int]:
        """The years that have no part of their own. Of event numbers only this year's is known."""
        wanted = years[:1] if self.plan.by is By.EVENT else years
        names = {part.name for part in self.parts}
        return [year for year in wanted if self.plan.part(year) not in names]

    def missing_districts(self, year: int, districts: Iterable[int]) -> list[int]:
        """Those without a part of their own in a year that is divided by district."""
        own = next((part.parts for part in self.parts if part.name == self.plan.part(year)), ())
        names = {part.name for part in own}
        return [one for one in districts if own and self.plan.part(year, one) not in names]

    def rests(self) -> list[str]:
        """The names of the default parts."""
        if self.plan.by is By.EVENT:
            return []
        split = [part.name for part in self.parts if part.parts]
        return [self.plan.part(REST), *(f"{name}_{REST}" for name in split)]


def is_possible() -> bool:
    return connection.vendor == "postgresql"


def years_due(today: date) -> tuple[int, int]:
    """The years that are to have parts: this one and the next."""
    return today.year, today.year + 1


def districts_due() -> list[int]:
    """The districts that close months of their own: those with none below them, where there are several."""
    districts = Districts()
    return [one.pk for one in districts.all if not districts.below(one)] if districts.several else []


def standings() -> list[Standing]:
    return [Standing(plan, tuple(_parts(plan.table)), _rows(plan.table)) for plan in DIVIDED]


def strays(standing: Standing) -> list[str]:
    """The default parts that rows lie in."""
    return [name for name in standing.rests() if ask(f'SELECT EXISTS (SELECT FROM "{name}")')[0][0]]  # noqa: S608


def locks_short(leaves: int) -> int:
    """What max_locks_per_transaction must be for so many parts with rows; 0 where it is enough."""
    ((own, sessions),) = ask(
        "SELECT current_setting('max_locks_per_transaction')::int,"
        " current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int"
    )
    needed = -(-leaves * LOCKS_A_PART // sessions)
    return needed if needed > own else 0


def _parts(table: str) -> Iterator[Part]:
    found = ask(
        "SELECT i.inhparent = %s::regclass, p.relname, c.relname, pg_get_expr(c.relpartbound, c.oid), c.reltuples::bigint"
        " FROM pg_partition_tree(%s::regclass) t JOIN pg_class c ON c.oid = t.relid"
        " JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE t.level > 0 ORDER BY c.relname",
        [f'"{table}"'] * 2,
    )
    for is_first, _, name, bounds, rows in found:
        if is_first:
            below = tuple(Part(*row) for _, parent, *row in found if parent == name)
            yield Part(name, bounds, sum(max(one.rows, 0) for one in below) if below else rows, below)


def _rows(table: str) -> int:
    return int(ask("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [f'"{table}"'])[0][0])


def ask(sentence: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sentence, values)
        return list(cursor.fetchall())
