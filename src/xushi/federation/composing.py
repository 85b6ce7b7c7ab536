"""从一次关账写出汇交件：数都是本区 figures 算的那一组。"""

from dataclasses import dataclass
from typing import Any

from xushi.alerts.rules import Cause
from xushi.federation.rules import COLUMNS, Filing, ProjectRow, Sums
from xushi.progress import figures
from xushi.progress.figures import Filters, Group
from xushi.progress.models import MonthClosing
from xushi.progress.scope import LEVELS
from xushi.progress.standing import fact_rows
from xushi.progress.system import WHOLE_DISTRICT
from xushi.progress.warnings import findings_as_of
from xushi.registry.models import Category, Stage
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this installation is to the level above, and what it lets it see: the projects of one list, or none."""

    code: str
    name: str
    rows_level: str = ""


def compose(identity: Identity, closing: MonthClosing, *, number: int, replaces: str, reason: str) -> Filing:
    """What the district says of a closed month, as the closing in force fixed it."""
    warned = [
        finding.cause for judged in findings_as_of(closing.month, closing) for finding in judged.findings
    ]
    return Filing(
        district=identity.code,
        name=identity.name,
        month=closing.month,
        number=number,
        replaces=replaces,
        reason=reason,
        closing_version=closing.version,
        closed_at=closing.closed_at,
        overdue_starts=warned.count(Cause.OVERDUE_START),
        slipping=warned.count(Cause.SLIPPING),
        sums=tuple(one for level in LEVELS for one in _of_level(closing, level)),
        rows_level=identity.rows_level,
        rows=tuple(_rows(closing, identity.rows_level)) if identity.rows_level else (),
    )


def _of_level(closing: MonthClosing, level: str) -> list[Sums]:
    whole = figures.total(WHOLE_DISTRICT, closing.month, Filters(level=level))
    parts = figures.portfolio(WHOLE_DISTRICT, closing.month, filters=Filters(level=level), by=("category",))
    named = figures.words("category")
    return [
        Sums(level, "", "", _values(whole)),
        *(Sums(level, str(p.key["category"]), named[p.key["category"]], _values(p)) for p in parts),
    ]


def _values(group: Group) -> dict[str, int]:
    return {name: int(getattr(group, name)) for name in COLUMNS}


def _rows(closing: MonthClosing, level: str) -> list[ProjectRow]:
    column = Filters(level=level).stage_column
    facts: Any = fact_rows(closing).filter(**{f"{column}__gt": 0}).order_by("project_name", "pk")
    places = {unit.pk: str(unit) for unit in Unit.objects.all()}
    tops = {top.path: top.name for top in Category.objects.filter(parent=None)}
    kinds = {one.pk: tops[one.path[: one.path.index(".") + 1]] for one in Category.objects.all()}
    return [
        ProjectRow(
            name=fact.project_name,
            territory=places[fact.territory_id],
            category=kinds[fact.category_id],
            under_way=getattr(fact, column) == Stage.UNDER_WAY,
            total_investment=fact.total_investment,
            annual_plan=fact.annual_plan,
            cumulative=fact.cumulative,
            due_twelfths=fact.due_twelfths,
            started=fact.started,
            completed=fact.completed,
        )
        for fact in facts
    ]
