"""写单位、项目、会议的模板共用的：一张自己的表有哪几栏、一个数怎么记来处。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xushi.core.figure import FigureUnit
from xushi.core.money import share, yi
from xushi.documents.named_scope import Asked, Name, Row, number
from xushi.documents.sourced import Sourced


@dataclass(frozen=True, slots=True)
class Columns:
    """A list of a subject's own: what templates call it, what each column holds."""

    code: str
    title: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spec:
    """What a template about such a subject may use, before one is chosen."""

    title: str
    facts: Mapping[str, str]
    lists: tuple[Columns, ...] = ()
    charts: Mapping[str, str] = field(default_factory=dict)


def day_words(day: date | None) -> str:
    """2018年9月12日; — where there is none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "—"


def short_day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else "—"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a project has invested of its plan by a month's end; 元, due in twelfths of a 元."""

    plan: int
    cumulative: int
    due_twelfths: int

    @property
    def gap(self) -> Decimal | None:
        """In points, negative where behind."""
        found = share(self.cumulative * 12 - self.due_twelfths, self.plan * 12)
        return None if found is None else found * 100

    @property
    def values(self) -> dict[str, tuple[Any, FigureUnit]]:
        return {
            "plan": (yi(self.plan), FigureUnit.YI), "completed": (yi(self.cumulative), FigureUnit.YI),
            "rate": (share(self.cumulative, self.plan), FigureUnit.SHARE), "gap": (self.gap, FigureUnit.POINTS),
        }  # fmt: skip


PROGRESS = {
    "plan": "年度计划投资",
    "completed": "累计完成投资",
    "rate": "完成率",
    "gap": "比序时快慢几个百分点",
}


def progress_cells(
    asked: Asked, before: str, found: Progress | None, scope: str, rows: str
) -> dict[str, Sourced]:
    """plan, completed, rate and gap under the key that begins with `before`; — where the project has none."""
    values = found.values if found else dict.fromkeys(PROGRESS, (None, FigureUnit.YI))
    return {
        name: number(
            asked, f"{before}.{name}", Name(name, label, label), values[name][0], unit=values[name][1], scope=scope,
            rows=rows, closed=asked.closed, as_of=str(asked.month), places=2 if values[name][1] is FigureUnit.YI else 1,
        )
        for name, label in PROGRESS.items()
    }  # fmt: skip


def rows_of(columns: Columns, rows: Iterable[Row]) -> tuple[Columns, tuple[Row, ...]]:
    return columns, tuple(rows)
