"""清单的一行：从一行事实（或现状）到要印的字。"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xushi.core.money import share
from xushi.core.months import Month
from xushi.duties.followed import Follow
from xushi.kit import amounts
from xushi.registry.models import Project, Stage

OWNER_KINDS = dict(Project.OwnerKind.choices)
LEVEL_WORDS = (("joint_stage", "省市重大"), ("district_stage", "区级重点"))
PHASES = {Stage.UNDER_WAY: "当年实施", Stage.PRELIMINARY: "前期工作"}


@dataclass(slots=True)
class Row:
    """One project of a list at a month's end; values are a fact's columns, money in 元."""

    pk: int
    values: dict[str, Any]
    as_of: Month
    alerts: dict[str, str] = field(default_factory=dict)  # cause → 逾165天
    order: Follow | None = None  # 督办17号, where one is open now

    @property
    def told(self) -> Hashable:
        """Everything it is made of."""
        return self.pk, self.as_of, tuple(self.values.items()), tuple(self.alerts.items()), self.order

    @property
    def name(self) -> str:
        return str(self.values["project_name"])

    @property
    def level(self) -> str:
        return next((word for column, word in LEVEL_WORDS if self.values[column]), "")

    @property
    def level_and_category(self) -> str:
        return " · ".join(part for part in (self.level, self.values["category__name"]) if part)

    @property
    def stage(self) -> str:
        columns = ("district_stage", "joint_stage")
        return next((PHASES[Stage(self.values[c])] for c in columns if self.values[c]), "")

    def unit(self, column: str) -> str:
        return self.values[f"{column}__short_name"] or self.values[f"{column}__name"] or ""

    @property
    def territory(self) -> str:
        return self.unit("territory")

    @property
    def done_text(self) -> str:
        return self.yi("cumulative", 2)

    @property
    def plan_text(self) -> str:
        return self.yi("annual_plan", 2)

    @property
    def owner_kind(self) -> str:
        return str(OWNER_KINDS.get(self.values["owner_kind"], ""))

    def amount(self, column: str) -> int:
        if column == "of_month":
            return int(self.values["cumulative"] - self.values["previous_cumulative"])
        if column == "to_date":
            return int(self.values["invested_before"] + self.values["cumulative"])
        return int(self.values[column])

    def yi(self, column: str, places: int) -> str:
        return amounts.yi(self.amount(column), places)

    def day(self, column: str) -> str:
        day = self.values[column]
        return amounts.cn_date(day, self.as_of.last_day) if day else "—"

    def month(self, column: str, empty: str = "—") -> str:
        value = amounts.month_of(self.values[column])
        return str(value) if value else empty

    @property
    def start_month(self) -> Month | None:
        return amounts.month_of(self.values["start_month"])

    @property
    def not_due(self) -> bool:
        """未到开工期: not started, and not yet planned to be."""
        start = self.start_month
        return not self.values["started"] and (start is None or start > self.as_of)

    @property
    def rate(self) -> Decimal | None:
        return share(self.amount("cumulative"), self.amount("annual_plan"))

    @property
    def due(self) -> Decimal | None:
        return share(self.amount("due_twelfths"), self.amount("annual_plan") * 12)

    @property
    def gap(self) -> Decimal | None:
        """Points (0–100) ahead of the schedule; None while it is not due or has no plan."""
        plan = self.amount("annual_plan")
        if self.not_due or not plan:
            return None
        return Decimal(self.ahead_twelfths) / (plan * 12) * 100

    @property
    def ahead_twelfths(self) -> int:
        """Completed less due, in twelfths of a 元."""
        return self.amount("cumulative") * 12 - self.amount("due_twelfths")

    @property
    def rate_text(self) -> str:
        return "—" if self.not_due else amounts.pct(self.rate)

    @property
    def gap_text(self) -> str:
        return amounts.points(self.gap)

    @property
    def rate_float(self) -> float | None:
        plan, done = self.amount("annual_plan"), self.amount("cumulative")
        return None if not plan or self.not_due else done / plan

    @property
    def gap_float(self) -> float | None:
        plan = self.amount("annual_plan")
        return None if not plan or self.not_due else self.ahead_twelfths / plan / 12 * 100

    @property
    def alert_text(self) -> str:
        return "，".join(self.alerts.values())

    @property
    def state(self) -> str:
        """The mark's name: an open alert first, then what the month says."""
        if self.values["completed"]:
            return "completed"
        for cause in ("overdue_start", "slipping"):
            if cause in self.alerts:
                return cause
        if self.not_due:
            return "not_due"
        gap = self.gap
        return "on_schedule" if gap is not None and gap >= 0 else ""

    @property
    def tone(self) -> str:
        gap = self.gap
        if gap is None:
            return "t-ink3"
        if gap >= 0:
            return "t-green"
        return "t-red" if "overdue_start" in self.alerts else "t-amber"

    @property
    def not_due_words(self) -> str:
        start = self.start_month
        if self.stage == PHASES[Stage.PRELIMINARY]:
            return "前期工作"
        if start is None:
            return "未排开工月份"
        year = "" if start.year == self.as_of.year else f"{start.year}年"
        return f"计划{year}{start.number}月开工"
