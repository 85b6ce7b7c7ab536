"""数字：储备有多少，明年计划有多少，比今年多还是少；每个数都打开它背后的清单。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import yi
from xushi.core.months import Month
from xushi.planning.cover import cover_of
from xushi.planning.models import Programme, ProgrammeItem, Reserve
from xushi.planning.rules import NEEDS, Comparison, Maturity, Side
from xushi.planning.wanted import Wanted
from xushi.registry.containers import within_wide
from xushi.registry.models import AnnualPlan, Category, Listing, ListLevel, Project, Stage
from xushi.units.models import Unit
from xushi.units.policy import scoped, sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

UNDER_WAY = Q(dropped=False, stage=Stage.UNDER_WAY)
UPPER = Q(provincial=True) | Q(municipal=True)
UPPER_LEVELS = (ListLevel.PROVINCIAL, ListLevel.MUNICIPAL)
DIMENSIONS = {"category": "类别", "territory": "属地"}
Sides = dict[Any, tuple[Side, Side]]  # by key: (whole, 省市重大)


@dataclass(frozen=True, slots=True)
class Ripeness:
    """储备 of one maturity: count, total investment and planned first-year investment."""

    maturity: Maturity
    count: Figure
    total: Figure
    first_year: Figure

    @property
    def needs(self) -> str:
        return NEEDS[self.maturity]


def _figure(
    name: str, label: str, number: int, unit: FigureUnit, today: date, rows: str, scope: str
) -> Figure:
    value = Decimal(number) if unit is FigureUnit.COUNT else yi(number)
    return Figure(name, label, value, unit, Month.of(today), scope, closed=False, rows=rows)


def ripeness(user: "User", wanted: Wanted, today: date) -> list[Ripeness]:
    """The standing reserve that this person sees, by maturity, the ripe first; one query."""
    standing = Reserve.objects.visible_to(user).filter(wanted.common(), left_at=None).order_by()
    found = standing.values("maturity").annotate(
        n=Count("pk"), total=Sum("total_investment"), first=Sum("first_year_investment")
    )
    by_key = {row["maturity"]: row for row in found}
    made = []
    for maturity in reversed(Maturity):
        row = by_key.get(maturity.value, {"n": 0, "total": 0, "first": 0})
        rows = f"maturity={maturity.value}"
        how = (today, rows, "储备")
        made.append(
            Ripeness(
                maturity,
                _figure("reserve_count", maturity.label, row["n"], FigureUnit.COUNT, *how),
                _figure("reserve_total", "总投资", row["total"], FigureUnit.YI, *how),
                _figure("reserve_first_year", "首年计划", row["first"], FigureUnit.YI, *how),
            )
        )
    return made


@dataclass(frozen=True, slots=True)
class Compared:
    """A programme beside the year before: the whole, 省市重大, and each row of one dimension."""

    whole: Comparison
    upper: Comparison
    rows: list[Comparison]


def compare(user: "User", programme: Programme, by: str) -> Compared:
    """Both years by category or territory, for what this person sees: six queries, however many rows.

    The year before counts what stands where the programme takes in from, and nothing of a neighbour's.
    """
    if by not in DIMENSIONS:
        raise ValueError(f"不能按“{by}”分，可用：{'、'.join(DIMENSIONS)}。")
    column = f"{by}_id"
    names = _names(by)
    new = _rolled(_new_sides(user, programme, column), names)
    old = _rolled(_old_sides(user, programme, column), names)
    rows = [
        Comparison(label, new.get(key, _NONE)[0], old.get(key, _NONE)[0], f"stage=1&{by}={key}")
        for key, label in dict(names.values()).items()
        if key in new or key in old
    ]
    rows.sort(key=lambda row: row.more_planned)
    whole, upper = ([_added(side[i] for side in sides.values()) for sides in (new, old)] for i in (0, 1))
    return Compared(
        Comparison("全部", whole[0], whole[1], "stage=1"),
        Comparison("省市重大", upper[0], upper[1], "stage=1&upper=1"),
        rows,
    )


_NONE = (Side(), Side())


def _names(by: str) -> dict[int, tuple[Any, str]]:
    """Stored key → (what the list's address calls it, what people call it); leaves stand under their top category."""
    if by == "territory":
        return {unit.pk: (unit.pk, str(unit)) for unit in Unit.objects.filter(kind__in=Unit.TERRITORY_KINDS)}
    categories = list(Category.objects.all())
    tops = {one.path: one.name for one in categories if one.parent_id is None}
    return {one.pk: (top, tops[top]) for one in categories for top in [one.path[: one.path.index(".") + 1]]}


def _new_sides(user: "User", programme: Programme, column: str) -> Sides:
    lines = ProgrammeItem.objects.visible_to(user).filter(UNDER_WAY, programme=programme).order_by()
    found = lines.values(column).annotate(
        n=Count("pk"),
        planned=Sum("planned_investment"),
        upper=Count("pk", filter=UPPER),
        upper_planned=Sum("planned_investment", filter=UPPER),
    )
    return {
        row[column]: (Side(row["n"], row["planned"] or 0), Side(row["upper"], row["upper_planned"] or 0))
        for row in found
    }


def _old_sides(user: "User", programme: Programme, column: str) -> Sides:
    """The projects under way on a list of the year before, and their plans in force.

    The lists are asked for apart from the project, so that a database reads them once and not once a project.
    """
    base, cover = programme.year - 1, cover_of(programme)
    lists = Listing.objects.filter(year=base, stage=Stage.UNDER_WAY)
    under_way, above = lists.values("project"), lists.filter(level__in=UPPER_LEVELS).values("project")
    projects = (
        Project.objects.visible_to(user)
        .filter(cover.on("territory"), pk__in=under_way, removed_on=None)
        .order_by()
    )
    counts = projects.values(column).annotate(n=Count("pk"), upper=Count("pk", filter=Q(pk__in=above)))
    plans = AnnualPlan.objects.filter(
        scoped(user, "project__"),
        cover.on("project__territory"),
        year=base,
        state=AnnualPlan.State.IN_FORCE,
        project__in=under_way,
        project__removed_on=None,
    )
    sums = (
        plans.order_by()
        .values(f"project__{column}")
        .annotate(
            planned=Sum("planned_investment"),
            upper=Sum("planned_investment", filter=Q(project__in=above)),
        )
    )
    amounts = {row[f"project__{column}"]: (row["planned"] or 0, row["upper"] or 0) for row in sums}
    made: Sides = {}
    for row in counts:
        planned, planned_upper = amounts.get(row[column], (0, 0))
        made[row[column]] = (Side(row["n"], planned), Side(row["upper"], planned_upper))
    return made


def _rolled(sides: Sides, names: dict[int, tuple[Any, str]]) -> Sides:
    rolled: Sides = {}
    for key, (whole, upper) in sides.items():
        name = names[key][0] if key in names else key
        held = rolled.get(name, _NONE)
        rolled[name] = (_added((held[0], whole)), _added((held[1], upper)))
    return rolled


def _added(sides: Iterable[Side]) -> Side:
    count = planned = 0
    for side in sides:
        count, planned = count + side.count, planned + side.planned
    return Side(count, planned)


def scope_of(user: "User", programme: Programme) -> str:
    """Whose figures a person is shown: of the programme's district, or of the part of it that they see; "" is all."""
    whole = within_wide(user, programme.district) if programme.district else sees_everything(user)
    return programme.whose if whole else user.unit_name


def programme_figures(user: "User", programme: Programme, today: date) -> list[Figure]:
    """编入多少: what goes on, what is admitted, the ripe reserve, what units proposed; preliminary; not taken in."""
    lines = ProgrammeItem.objects.visible_to(user).filter(programme=programme).order_by()
    sources = ProgrammeItem.Source
    found = lines.aggregate(
        **{source.value: Count("pk", filter=Q(source=source, dropped=False)) for source in sources},
        preliminary=Count("pk", filter=Q(dropped=False, stage=Stage.PRELIMINARY)),
        dropped=Count("pk", filter=Q(dropped=True)),
    )
    told = [(source.value, source.label, f"source={source.value}") for source in sources]
    told += [("preliminary", "其中前期工作", "stage=2"), ("dropped", "不列入", "dropped=1")]
    return [
        _figure(name, label, found[name], FigureUnit.COUNT, today, rows, str(programme))
        for name, label, rows in told
    ]


def comparison_figures(compared: Compared, programme: Programme, today: date) -> list[Figure]:
    """The four of the conclusion: how many and how much, the whole and 省市重大."""
    made = []
    for name, one in (("whole", compared.whole), ("upper", compared.upper)):
        how = (today, one.rows, str(programme))
        word = "当年实施" if name == "whole" else "省市重大"
        made.append(_figure(f"{name}_count", word, one.new.count, FigureUnit.COUNT, *how))
        made.append(_figure(f"{name}_planned", f"{word}计划投资", one.new.planned, FigureUnit.YI, *how))
    return made
