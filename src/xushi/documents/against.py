"""勾稽用的库里的数：一个月的名数换成可以和稿里比的事实。比的是全区的数，只看得到一部分的人不比。"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from xushi.core.figure import FigureUnit
from xushi.core.months import Month
from xushi.documents.checking.facts import Fact, Facts
from xushi.documents.checking.units import Kind
from xushi.documents.named import Figures, OpenMonth, figures_of
from xushi.documents.sourced import Sourced
from xushi.progress.closed import closing_for, last_month_for
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

_PROJECTS = (
    "joint", "joint_industrial", "provincial", "provincial_industrial", "municipal", "municipal_industrial", "district",
    "district_industrial", "manufacturing", "services", "infrastructure", "livelihood", "environment",
)  # fmt: skip
_OF_PROJECTS = (
    "listed", "under_way", "preliminary", "total_investment", "preliminary_investment", "annual_plan", "started",
    "not_started", "start_rate", "start_rate_this_year", "start_rate_by_now", "completed_investment", "completion_rate",
    "gap", "completed_projects", "completed_total_investment", "completed_invested_to_date", "at_least_10", "at_least_50",
    "at_least_100",
)  # fmt: skip
_OTHERS = (
    ("orders", ("issued", "replied", "on_time")),
    ("inspections", ("rounds", "seen", "urged")),
    ("admission", ("passed",)),
    ("city", ("score", "rank")),
)
_BATCHES = "problem_batches"
_UNITS = {
    str(FigureUnit.YI): (Kind.MONEY, Decimal(10**8)),
    str(FigureUnit.SHARE): (Kind.PERCENT, Decimal(100)),
    str(FigureUnit.POINTS): (Kind.POINTS, Decimal(1)),
    "分": (Kind.SCORE, Decimal(1)),
}


class NoMonth(Exception):
    """There is nothing of that month to compare with; the sentence says why."""


def facts_of(user: "User", month: Month, *, now: datetime) -> Facts:
    """What the database says of a month as the whole district sees it. NoMonth where it says nothing of that month.

    An open month is told as open. Who sees a part only gets no facts: the texts speak of the whole district.
    """
    if not sees_everything(user):
        return Facts(month.year, month.number, notes=("只看得到一部分项目的，不和全区的数比。",))
    last = last_month_for(user)
    closed = closing_for(user, month) is not None
    if not closed and last is not None and month <= last:
        raise NoMonth(f"{month.label}没有关账，库里没有这个月的数可比；最近关账的是{last.label}。")
    try:
        figures = figures_of(user, month, now=now, open_month=True)
    except OpenMonth as problem:
        raise NoMonth(str(problem)) from problem
    if not closed and not any(figures[f"{scope}.listed"].value for scope in ("district", "joint")):
        raise NoMonth(f"库里没有{month.label}的数：既没有关账，也没有当年的名单。")
    notes = () if closed else (f"{month.label}还没有关账，库里的数还会动；和它对不上的只作提醒。",)
    return Facts(month.year, month.number, tuple(_facts(figures)), notes)


def _facts(figures: Figures) -> Iterator[Fact]:
    for scope in _PROJECTS:
        for measure in _OF_PROJECTS:
            yield from _fact(scope, measure, figures[f"{scope}.{measure}"])
    for scope, measures in _OTHERS:
        for measure in measures:
            yield from _fact(scope, measure, figures[f"{scope}.{measure}"])
    for number, row in figures.lists.keyed(_BATCHES).items():
        for column in ("projects", "problems"):
            cell = row[column]
            if isinstance(cell, Sourced):
                yield from _fact(f"batch.{number}", column, cell)


def _fact(scope: str, measure: str, one: Sourced) -> Iterator[Fact]:
    if one.value is None:
        return
    kind, factor = _UNITS.get(one.unit, (Kind.RANK if measure == "rank" else Kind.COUNT, Decimal(1)))
    value = abs(one.value) if kind is Kind.POINTS else one.value
    yield Fact(
        scope,
        measure,
        kind,
        value * factor,
        f"{one.scope}·{one.label}",
        one.printed,
        _when(one),
        one.closed,
        one.rows,
    )


def _when(one: Sourced) -> str:
    """2018年8月底 for a month's figure, 截至2018年9月12日 for what is told up to a day."""
    parts = [int(part) for part in one.as_of.split("-")]
    if len(parts) == 2:
        return f"{parts[0]}年{parts[1]}月底"
    return f"截至{parts[0]}年{parts[1]}月{parts[2]}日"
