"""预警的词：原因、级别、阈值、判断。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Cause(StrEnum):
    """原因 chooses mark and colour; the level is a word and an order."""

    OVERDUE_START = "overdue_start"
    SLIPPING = "slipping"
    REPORT_MISSING = "report_missing"
    OVERDUE_COMPLETION = "overdue_completion"
    NOT_IN_STATISTICS = "not_in_statistics"
    ANOMALY = "anomaly"

    @property
    def label(self) -> str:
        return _CAUSE_LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(cause.value, cause.label) for cause in cls]


_CAUSE_LABELS = {
    Cause.OVERDUE_START: "应开未开",
    Cause.SLIPPING: "进度滞缓",
    Cause.REPORT_MISSING: "月报未报",
    Cause.OVERDUE_COMPLETION: "竣工逾期",
    Cause.NOT_IN_STATISTICS: "未入统",
    Cause.ANOMALY: "数据异常",
}


class Level(StrEnum):
    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> str:
        return {"yellow": "黄色", "red": "红色"}[self.value]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(level.value, level.label) for level in cls]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A district's tolerances. Points are of the annual plan (0–100); months are whole months."""

    slipping_yellow: Decimal = Decimal(10)
    slipping_red: Decimal = Decimal(30)
    slipping_by: str = "points"  # points: 计划的百分点; ratio: 应完成额的百分比
    overdue_start_red_months: int = 3
    overdue_completion_red_months: int = 3
    not_in_statistics_yellow_months: int = 1
    not_in_statistics_red_months: int = 2
    anomaly_factor: Decimal = Decimal(3)
    report_due_day: int = 5  # 次月几日前要报


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement about one subject. since is the day it should have been done by; amount is 元."""

    cause: Cause
    level: Level
    since: date
    amount: int | None = None
    points: Decimal | None = None
    note: str = ""
