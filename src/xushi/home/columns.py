"""清单的列：每列怎么排、怎么印、怎么导出。"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, Value
from django.db.models.functions import Cast, NullIf

from xushi.core.months import Month
from xushi.home.rows import Row
from xushi.progress.models import ahead_of_schedule

YI = 100_000_000
MADE_OF = {"of_month": ("cumulative", "previous_cumulative"), "to_date": ("invested_before", "cumulative")}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. text is what the page prints, value what a spreadsheet gets (numbers stay numbers).

    kind is text, yi (亿元), share (0–1), points, date or month; number formats follow from it. needs names the
    values of a row that it is made of, so that an export of many rows reads no others.
    """

    key: str
    label: str
    kind: str
    text: Callable[[Row], str]
    value: Callable[[Row], Any]
    needs: tuple[str, ...] = ()
    sort: str = ""
    chosen: bool = True
    on_page: bool = True

    @property
    def numeric(self) -> bool:
        return self.kind in ("yi", "share", "points")


def _text(
    key: str, label: str, read: Callable[[Row], str], *needs: str, sort: str = "", chosen: bool = False
) -> Column:
    return Column(key, label, "text", lambda row: read(row) or "—", read, needs, sort, chosen)


def _unit(key: str, label: str, column: str, *, chosen: bool = False) -> Column:
    return _text(
        key,
        label,
        lambda row: row.unit(column),
        f"{column}__name",
        f"{column}__short_name",
        sort=key,
        chosen=chosen,
    )


def _money(key: str, label: str, column: str, places: int, *, chosen: bool = True) -> Column:
    return Column(
        key, label, "yi",
        lambda row: row.yi(column, places), lambda row: row.amount(column) / YI,
        MADE_OF.get(column, (column,)), key, chosen,
    )  # fmt: skip


def _date(key: str, label: str, column: str) -> Column:
    return Column(
        key, label, "date",
        lambda row: row.day(column), lambda row: row.values[column], (column,), key, chosen=False,
    )  # fmt: skip


def _month(key: str, label: str, column: str) -> Column:
    return Column(
        key, label, "month",
        lambda row: row.month(column), lambda row: row.month(column, empty=""), (column,), key, chosen=False,
    )  # fmt: skip


_RATE = ("cumulative", "annual_plan", "started", "start_month")
_GAP = (*_RATE, "due_twelfths")
_STAGES = ("joint_stage", "district_stage")

_ALL = (
    _text("kind", "级别·类别", lambda row: row.level_and_category, *_STAGES, "category__name",
          sort="category", chosen=True),
    _unit("territory", "属地", "territory", chosen=True),
    _money("total", "总投资", "total_investment", 1),
    _money("plan", "年度计划", "annual_plan", 2),
    _money("done", "完成", "cumulative", 2),
    Column("bar", "完成率与序时", "bar", lambda row: "", lambda row: None),
    Column("rate", "完成率", "share", lambda row: row.rate_text, lambda row: row.rate_float, _RATE, "rate"),
    Column("gap", "比序时", "points", lambda row: row.gap_text, lambda row: row.gap_float, _GAP, "gap"),
    _text("difficulty", "当前卡点", lambda row: row.values["difficulty"], "difficulty", chosen=True),
    _text("alert", "预警", lambda row: row.alert_text, *_GAP, chosen=True),
    _text("order", "督办", lambda row: row.order.short if row.order else "", chosen=True),
    _money("month_done", "本月完成", "of_month", 2, chosen=False),
    _money("to_date", "开工以来完成", "to_date", 1, chosen=False),
    _text("stage", "阶段", lambda row: row.stage, *_STAGES),
    _unit("unit", "责任单位", "responsible_unit"),
    _unit("owner", "项目单位", "owner_unit"),
    _text("person", "责任人", lambda row: row.values["person"], "person"),
    _text("leader", "挂钩领导", lambda row: row.values["leader__name"] or "", "leader__name", sort="leader"),
    _text("chain", "产业链", lambda row: row.values["chain__name"] or "", "chain__name", sort="chain"),
    _text("owner_kind", "投资主体", lambda row: row.owner_kind, "owner_kind", sort="owner_kind"),
    _month("start", "计划开工", "start_month"),
    _date("started_on", "开工", "started_on"),
    _month("end", "计划竣工", "completion_month"),
    _date("completed_on", "竣工", "completed_on"),
    _date("statistics", "入统", "statistics_entered_on"),
    _text("reported", "月报", lambda row: "已报" if row.values["reported"] else "未报", "reported"),
    _text("code", "项目代码", lambda row: row.values["code"], "code"),
)  # fmt: skip
COLUMNS = {column.key: column for column in _ALL}
CHOSEN = tuple(column.key for column in _ALL if column.chosen)

# 排序键 → 列；比序时、完成率另算
SORTS: dict[str, str] = {
    "name": "project_name",
    "category": "category__path",
    "territory": "territory__path",
    "total": "total_investment",
    "plan": "annual_plan",
    "done": "cumulative",
    "rate": "rate",
    "gap": "gap",
    "month_done": "of_month",
    "to_date": "to_date",
    "unit": "responsible_unit__path",
    "owner": "owner_unit__name",
    "leader": "leader__name",
    "chain": "chain__name",
    "owner_kind": "owner_kind",
    "start": "start_month",
    "started_on": "started_on",
    "end": "completion_month",
    "completed_on": "completed_on",
    "statistics": "statistics_entered_on",
}


def computed(name: str, month: Month) -> Any:
    """The expression behind a computed sort key; None for a plain column.

    Rates are floats here, for order only: what is printed comes from whole numbers.
    """
    if name == "rate":
        return F("cumulative") / NullIf(Cast(F("annual_plan"), FloatField()), Value(0.0))
    if name == "gap":
        return ahead_of_schedule(month)
    if name == "of_month":
        return F("cumulative") - F("previous_cumulative")
    if name == "to_date":
        return F("invested_before") + F("cumulative")
    return None
