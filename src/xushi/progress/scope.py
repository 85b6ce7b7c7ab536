"""口径：一组筛选，既能算数，也能打开数背后的清单。"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q

from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.registry.models import Category, Stage
from xushi.units.models import Unit
from xushi.units.tree import under

YI = 100_000_000

LEVELS = {
    "provincial_municipal": "省市重大项目",
    "provincial": "省级重大项目",
    "municipal": "市级重大项目",
    "district": "区级重点项目",
}
STAGE_COLUMNS = {
    "provincial_municipal": "joint_stage",
    "provincial": "provincial_stage",
    "municipal": "municipal_stage",
    "district": "district_stage",
}
NO_KEY, NO_WORD = 0, "none"  # 未填：编号写作0，文字写作none
STAGES = {"under_way": Stage.UNDER_WAY, "preliminary": Stage.PRELIMINARY}
STATES = {
    "started": "已开工",
    "not_started": "未开工",
    "completed": "本年竣工",
    "behind": "慢于序时",
    "ahead": "达超序时",
    "planned_this_year": "计划今年开工",
    "planned_by_now": "计划已应开工",
    "overdue_start": "应开未开",
    "reported": "已报月报",
    "not_reported": "未报月报",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What rows a figure speaks of. level is a key of LEVELS; category a code, descendants included; region a unit,
    whose subtree the territory stands in.
    """

    level: str = "district"
    stage: str | None = None
    category: str | None = None
    region: int | None = None
    territory: int | None = None
    unit: int | None = None
    leader: int | None = None
    chain: int | None = None
    owner_kind: str | None = None
    size: int | None = None
    state: str | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> "Filters":
        """Read filters from a query string; ValueError with a Chinese sentence where one is unknown."""
        values: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            text = str(query.get(name) or "").strip()
            if text:
                values[name] = _number(name, text) if name in _NUMBERS else text
        filters = cls(**values)
        filters.check()
        return filters

    def check(self) -> None:
        for name, allowed in (("level", LEVELS), ("stage", STAGES), ("state", STATES)):
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise ValueError(f"没有“{value}”这个{_LABELS[name]}，可用：{'、'.join(allowed)}。")

    def to_query(self, **more: str) -> str:
        return _query(self, tuple(more.items()))

    def narrowed(self, **more: Any) -> "Filters":
        return replace(self, **more)

    @property
    def stage_column(self) -> str:
        return STAGE_COLUMNS[self.level]


@lru_cache(maxsize=4000)  # a page of figures asks for a hundred of them, every page for the same
def _query(filters: Filters, more: tuple[tuple[str, str], ...]) -> str:
    values = {field.name: getattr(filters, field.name) for field in fields(filters)} | dict(more)
    return urlencode({name: value for name, value in values.items() if value is not None})


_NUMBERS = {"region", "territory", "unit", "leader", "chain", "size"}
_LABELS = {"level": "级别", "stage": "阶段", "state": "状态"}


def _number(name: str, text: str) -> int:
    number = row_number(text)
    if number is None:
        raise ValueError(f"“{text[:20]}”不是编号，请从清单的筛选里选。")
    return number


def cell_condition(filters: Filters) -> Q:
    """The filters that a summary cell can answer: level, stage, category, region, territory."""
    condition = _listed(filters)
    if filters.region:
        condition &= Q(territory__in=under(filters.region).values("pk"))
    if filters.territory:
        condition &= Q(territory=filters.territory)
    return condition


def district_condition(filters: Filters) -> Q | None:
    """The same of cells by district; None where those do not tell apart what is asked for."""
    if filters.territory is not None:
        return None
    condition = _listed(filters)
    if filters.region:
        if not Unit.objects.filter(pk=filters.region, kind=Unit.Kind.DISTRICT).exists():
            return None
        condition &= Q(district__in=under(filters.region).values("pk"))
    return condition


def _listed(filters: Filters) -> Q:
    column = filters.stage_column
    condition = Q(**{column: STAGES[filters.stage]}) if filters.stage else Q(**{f"{column}__gt": 0})
    if filters.category:
        condition &= Q(category__in=categoriesunder(filters.category))
    return condition


def row_condition(filters: Filters, month: Month) -> Q:
    """All filters, over facts or live rows alike."""
    condition = cell_condition(filters)
    for name, column in _ROW_COLUMNS.items():
        value = getattr(filters, name)
        if value is not None:
            condition &= _equals(column, value)
    if filters.size:
        condition &= Q(total_investment__gte=filters.size * YI)
    if filters.state:
        condition &= state_condition(filters.state, month)
    return condition


def _equals(column: str, value: Any) -> Q:
    """A filter's value against its column; NO_KEY or NO_WORD stands for rows where nothing is filled in."""
    if value == NO_WORD:
        return Q(**{column: ""})
    return Q(**{f"{column}__isnull": True}) if value == NO_KEY else Q(**{column: value})


_ROW_COLUMNS = {"unit": "responsible_unit", "leader": "leader", "chain": "chain", "owner_kind": "owner_kind"}


def state_condition(state: str, month: Month) -> Q:
    this_year = Q(start_month__gte=Month(month.year, 1), start_month__lte=Month(month.year, 12))
    behind = Q(cumulative__lt=F("due_twelfths") / 12.0)
    return {
        "started": Q(started=True),
        "not_started": Q(started=False),
        "completed": Q(completed=True),
        "behind": behind,
        "ahead": ~behind,
        "planned_this_year": this_year,
        "planned_by_now": Q(start_month__lte=month),
        "overdue_start": Q(start_month__lte=month, started=False),
        "reported": Q(reported=True),
        "not_reported": Q(reported=False),
    }[state]


def categoriesunder(code: str) -> Any:
    """Primary keys of a category and its descendants; none where the code is unknown."""
    root = Category.objects.filter(code=code).values("path")[:1]
    from django.db.models import Subquery
    from django.db.models.functions import Length, Substr

    wanted = Category.objects.annotate(root=Subquery(root)).filter(root__isnull=False)
    return wanted.annotate(head=Substr("path", 1, Length("root"))).filter(head=F("root")).values("pk")
