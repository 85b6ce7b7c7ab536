"""分区（PostgreSQL）：哪几张表、按哪一列、每年哪一段；现在分成了什么样。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection

REST = "rest"  # the default partition: what no year's takes, so that nothing is ever refused
OPEN_END = "MAXVALUE"


class By(StrEnum):
    MONTH = "month"  # an integer 201808
    DAY = "day"
    EVENT = "event"  # a number of the journal: no date stands in the row, numbers grow with time


@dataclass(frozen=True, slots=True)
class Divided:
    """A table that only grows and that no foreign key points at.

    widened names the unique constraints that take the key in besides: PostgreSQL asks that of every unique constraint
    of a divided table. Only such are named whose columns fix the key, so that they forbid what they forbade.
    """

    table: str
    key: str
    by: By
    words: str
    widened: tuple[str, ...] = ()

    def part(self, year: int | str) -> str:
        return f"{self.table}_{year}"

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
    # 一次关账只关一个月，所以唯一约束里添上月份，禁的还是那些
    Divided("progress_projectmonth", "month", By.MONTH, "月度事实", ("one_fact_per_closing",)),
    Divided("progress_statisticsentry", "month", By.MONTH, "入统"),
    Divided("sites_cameraday", "day", By.DAY, "摄像头每天的动静"),
    Divided("journal_eventrow", "event_id", By.EVENT, "日志明细"),
)


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    bounds: str
    rows: int  # about, as the planner knows it; -1 where it has not looked yet


@dataclass(frozen=True, slots=True)
class Standing:
    """How a table stands: parts is empty where it is not divided."""

    plan: Divided
    parts: tuple[Part, ...]
    rows: int

    @property
    def is_divided(self) -> bool:
        return bool(self.parts)

    def missing(self, years: tuple[int, ...]) -> list[int]:
        """The years that have no part of their own. Of event numbers only this year's is known."""
        wanted = years[:1] if self.plan.by is By.EVENT else years
        names = {part.name for part in self.parts}
        return [year for year in wanted if self.plan.part(year) not in names]


def is_possible() -> bool:
    return connection.vendor == "postgresql"


def years_due(today: date) -> tuple[int, int]:
    """The years that are to have parts: this one and the next."""
    return today.year, today.year + 1


def standings() -> list[Standing]:
    return [Standing(plan, tuple(_parts(plan)), _rows(plan.table)) for plan in DIVIDED]


def strays(plan: Divided) -> bool:
    """Whether rows lie in the default partition."""
    if plan.by is By.EVENT:
        return False
    return bool(ask(f'SELECT EXISTS (SELECT FROM "{plan.part(REST)}")')[0][0])  # noqa: S608


def _parts(plan: Divided) -> Iterator[Part]:
    found = ask(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), c.reltuples::bigint FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass AND c.relispartition"
        " ORDER BY c.relname",
        [f'"{plan.table}"'],
    )
    return (Part(*row) for row in found)


def _rows(table: str) -> int:
    return int(ask("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [f'"{table}"'])[0][0])


def ask(sentence: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sentence, values)
        return list(cursor.fetchall())
