"""交叉：一个数按任意两项摆开，每一格都能打开它的清单。"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xushi.core.figure import Figure, FigureUnit
from xushi.home.months import Choice
from xushi.progress.figures import SPECS, Filters, Group, portfolio
from xushi.progress.scope import LEVELS

if TYPE_CHECKING:
    from xushi.units.models import User

DIMENSIONS = {"level": "级别", "category": "类别", "territory": "属地", "unit": "责任单位", "leader": "挂钩领导",
              "chain": "产业链", "owner_kind": "投资主体"}  # fmt: skip
FIGURES = {name: f"{spec.label}，{spec.unit}" for name, spec in SPECS.items()}
DOWN, ACROSS, FIGURE = "territory", "category", "completion_rate"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One figure by one or two dimensions; cells[i][j] belongs to rows[i] and columns[j], None where nobody stands."""

    choice: Choice
    down: str
    across: str
    figure: str
    level: str  # a key of LEVELS, where the level is no dimension itself
    rows: list[str]
    columns: list[str]
    cells: list[list[Figure | None]]

    @property
    def lines(self) -> list[tuple[str, list[Figure | None]]]:
        return list(zip(self.rows, self.cells, strict=True))

    @property
    def title(self) -> str:
        parts = [DIMENSIONS[self.down]] + ([DIMENSIONS[self.across]] if self.across else [])
        return f"{self.of}{SPECS[self.figure].label}，按{'×'.join(parts)}"

    @property
    def corner(self) -> str:
        return DIMENSIONS[self.down]

    @property
    def by_level(self) -> bool:
        return "level" in (self.down, self.across)

    @property
    def unit(self) -> FigureUnit:
        return SPECS[self.figure].unit

    @property
    def scope(self) -> str:
        """省级重大项目，: whose figures the page holds; nothing where the levels are its own rows or columns."""
        return "" if self.by_level else f"{LEVELS[self.level]}，"

    @property
    def of(self) -> str:
        """Whose figure it is, where that is not the whole district list."""
        return "" if self.by_level or self.level == Filters().level else LEVELS[self.level]


def cross(user: "User", choice: Choice, query: Mapping[str, Any]) -> Crossing:
    """The crossing that an address asks for; ValueError with a sentence where it names something unknown."""
    down, across = query.get("down") or DOWN, query.get("across", ACROSS)
    figure = query.get("figure") or FIGURE
    for name in filter(None, (down, across)):
        if name not in DIMENSIONS:
            raise ValueError(f"不能按“{name}”分，请从单子里选。")
    level = query.get("level") or Filters().level
    if level not in LEVELS:
        raise ValueError(f"没有“{level}”这个级别，请从单子里选。")
    if figure not in SPECS:
        raise ValueError(f"没有“{figure}”这个数，请从单子里选。")
    if across == down:
        across = ""
    by = [name for name in (down, across) if name]
    groups = portfolio(user, choice.month, filters=Filters(level=level), by=by)
    found = {tuple(_word(group, name) for name in by): group for group in groups if group.listed}
    rows = list(dict.fromkeys(key[0] for key in found))
    columns = list(dict.fromkeys(key[1] for key in found)) if across else [SPECS[figure].label]
    cells = [
        [_cell(found, (row, column) if across else (row,), figure) for column in columns] for row in rows
    ]
    return Crossing(choice, down, across, figure, level, rows, columns, cells)


def _cell(found: dict[tuple[str, ...], Group], key: tuple[str, ...], figure: str) -> Figure | None:
    group = found.get(key)
    return group.figure(figure) if group else None


def _word(group: Group, name: str) -> str:
    """What a group is called along one dimension: its label carries the level first, then each dimension in turn."""
    words = group.label.split("·")
    if name == "level":
        return words[0]
    return words[1 + [dimension for dimension in group.key if dimension != "level"].index(name)]
