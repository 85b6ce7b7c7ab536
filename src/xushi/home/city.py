"""各区：一个市看它的区，一句话、一张表、一条累计线。"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xushi.core.months import Month
from xushi.federation import figures
from xushi.federation.figures import City, Line
from xushi.federation.selectors import months_received
from xushi.home import curves
from xushi.kit.amounts import fast_slow, pct
from xushi.progress.history import Point
from xushi.progress.scope import LEVELS

if TYPE_CHECKING:
    from xushi.home.overview import CurveRow

RANKS = {"gap": "比序时", "completion": "完成率", "start": "开工率"}


@dataclass
class Page:
    """A month of a level over the districts; months are those of which anything came."""

    found: City
    months: list[Month]
    by: str

    @property
    def headline(self) -> str:
        group, missing = self.found.total, [short(line) for line in self.found.missing]
        said = f"{len(self.found.lines)}个区"
        if group.completion_rate is None or group.gap_points is None:
            said += "还没有年度计划"
        else:
            gap = fast_slow(group.gap_points)
            against = "与序时持平" if gap == "持平" else f"比序时{gap}"
            said += f"完成{pct(group.completion_rate)}，{against}"
        return said + (f"；{'、'.join(missing)}{self.found.month.number}月数没到" if missing else "")

    @property
    def note(self) -> str:
        behind = [short(line) for line in self.found.behind]
        said = f"{'、'.join(behind)}慢于序时" if behind else "报来的各区都达到序时"
        return f"{said}；开工率统一用“当年实施”做分母，不混用。"

    @property
    def corrected(self) -> list[Line]:
        return [line for line in self.found.lines if line.received and line.received.corrections]

    @property
    def newest(self) -> Line | None:
        """The district that came in last."""
        lines = [line for line in self.found.lines if line.received]
        return max(lines, key=lambda line: line.received.received_at, default=None)  # type: ignore[union-attr]

    @property
    def late(self) -> int:
        return max((line.late for line in self.found.missing), default=0)

    @cached_property
    def points(self) -> list[Point]:
        """The months of the year in which every district of the sum was in: others would not be the same sum."""
        whole = [one for one in figures.curve(self.found) if one.districts == len(self.found.lines)]
        return [
            Point(one.month, one.total.cumulative, one.total.due_twelfths, one.total.annual_plan)
            for one in whole
        ]

    @property
    def chart(self) -> dict[str, Any] | None:
        return curves.option(self.points)

    @property
    def chart_words(self) -> str:
        return curves.sentence(self.points, self.found.month)

    @property
    def curve_rows(self) -> "tuple[CurveRow, ...]":
        from xushi.home.overview import curve_rows

        return curve_rows(self.points)

    @property
    def levels(self) -> dict[str, str]:
        """The district's own list first: it is the one that is looked at most."""
        return dict(reversed(LEVELS.items()))

    @property
    def ranks(self) -> dict[str, str]:
        return RANKS


def short(line: Line) -> str:
    """溧水区 → 溧水; 县、市 keep their word."""
    name = line.district.name
    return name[:-1] if len(name) > 2 and name.endswith("区") else name


def page_of(month: Month, level: str, by: str, *, today: date, due: int) -> Page:
    return Page(figures.city(month, level, today=today, due=due, by=by), months_received(), by)
