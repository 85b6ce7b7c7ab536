"""预警的词：原因、级别、阈值、判断。"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class Cause(StrEnum):
    """原因 chooses mark and colour; the level is a word and an order."""

    OVERDUE_START = "overdue_start"
    SLIPPING = "slipping"
    REPORT_MISSING = "report_missing"
    OVERDUE_COMPLETION = "overdue_completion"
    NOT_IN_STATISTICS = "not_in_statistics"
    ANOMALY = "anomaly"
    ORDER_DUE = "order_due"
    PROBLEM_DUE = "problem_due"
    INSTRUCTION_DUE = "instruction_due"
    STEP_OVERDUE = "step_overdue"
    REQUEST_OVERDUE = "request_overdue"
    SITE_IDLE = "site_idle"
    RECTIFICATION_DUE = "rectification_due"
    CAMERA_OUT = "camera_out"
    SNAPSHOTS_STOPPED = "snapshots_stopped"
    INDICATOR_BEHIND = "indicator_behind"
    INDICATOR_VOLATILE = "indicator_volatile"
    INDICATOR_TURNED = "indicator_turned"
    INDICATOR_PENDING = "indicator_pending"
    INDICATOR_LATE = "indicator_late"

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
    Cause.ORDER_DUE: "督办到期",
    Cause.PROBLEM_DUE: "问题到期",
    Cause.INSTRUCTION_DUE: "批示到期",
    Cause.STEP_OVERDUE: "手续超时",
    Cause.REQUEST_OVERDUE: "要素逾期",
    Cause.SITE_IDLE: "现场停工",
    Cause.RECTIFICATION_DUE: "整改到期",
    Cause.CAMERA_OUT: "摄像中断",
    Cause.SNAPSHOTS_STOPPED: "快照停拍",
    Cause.INDICATOR_BEHIND: "指标落后",
    Cause.INDICATOR_VOLATILE: "指标波动",
    Cause.INDICATOR_TURNED: "指标掉头",
    Cause.INDICATOR_PENDING: "目标未定",
    Cause.INDICATOR_LATE: "指标未报",
}
# 判断的是项目的一步手续、一件要素请求
BEFORE_START = (Cause.STEP_OVERDUE, Cause.REQUEST_OVERDUE)
# 判断的是现场：有没有动静、整改做了没有、摄像头通不通
ON_SITE = (Cause.SITE_IDLE, Cause.RECTIFICATION_DUE, Cause.CAMERA_OUT, Cause.SNAPSHOTS_STOPPED)
# 判断的是人和单位欠的事，不是项目
OWED = (Cause.ORDER_DUE, Cause.PROBLEM_DUE, Cause.INSTRUCTION_DUE)
# 判断的是考核指标，不是项目
OF_INDICATORS = (
    Cause.INDICATOR_BEHIND,
    Cause.INDICATOR_VOLATILE,
    Cause.INDICATOR_TURNED,
    Cause.INDICATOR_PENDING,
    Cause.INDICATOR_LATE,
)


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
    """One judgement about one subject. since is the day it should have been done by.

    amount: 元 short of the schedule. points: against the schedule, negative when behind, as gap_points of figures.
    """

    cause: Cause
    level: Level
    since: date
    amount: int | None = None
    points: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SubjectInfo:
    """What an alert is about, with what decides who sees it; kind is a model label such as registry.project.

    basis is the number of the closing a project was judged by, stage where it stood on the district's list then.
    """

    kind: str
    id: int
    name: str
    territory: int | None = None
    responsible_unit: int | None = None
    owner_unit: int | None = None
    leader: int | None = None
    group: int | None = None
    basis: int | None = None
    stage: int | None = None


SLIPPING_WAYS = {"points": "按年度计划的百分点", "ratio": "按应完成额的百分比"}
THRESHOLD_LABELS = {
    "slipping_yellow": "进度滞缓：黄色，慢多于",
    "slipping_red": "进度滞缓：红色，慢多于",
    "slipping_by": "进度滞缓：怎么算慢",
    "overdue_start_red_months": "应开未开：转红，逾期满",
    "overdue_completion_red_months": "竣工逾期：转红，逾期满",
    "not_in_statistics_yellow_months": "未入统：黄色，开工满",
    "not_in_statistics_red_months": "未入统：转红，开工满",
    "anomaly_factor": "数据异常：一个月超过平常的",
    "report_due_day": "月报：次月几日前要报",
}
THRESHOLD_UNITS = {name: "个月" for name in THRESHOLD_LABELS if name.endswith("_months")} | {
    "slipping_yellow": "",
    "slipping_red": "",
    "anomaly_factor": "倍",
    "report_due_day": "日",
}


@dataclass(frozen=True, slots=True)
class ThresholdProblem:
    """What is wrong with one threshold, and how to mend it."""

    field: str
    sentence: str


class ThresholdsRefused(Exception):
    """Nothing was changed; every problem is named at once."""

    def __init__(self, problems: list[ThresholdProblem]) -> None:
        self.problems = problems
        super().__init__("；".join(problem.sentence for problem in problems))


def thresholds_of(values: Mapping[str, Any]) -> Thresholds:
    """Thresholds from stored or typed values; what is not given keeps its default.

    ThresholdsRefused names everything that cannot be read or makes no sense.
    """
    read: dict[str, Any] = {}
    problems: list[ThresholdProblem] = []
    defaults = asdict(Thresholds())
    for name, value in values.items():
        if name not in defaults:
            problems.append(ThresholdProblem(name, f"没有“{name}”这个阈值。"))
            continue
        try:
            read[name] = _read(value, defaults[name])
        except (ValueError, InvalidOperation):
            sort = "整数" if isinstance(defaults[name], int) else "数"
            problems.append(ThresholdProblem(name, f"“{value}”不是{sort}，请填{sort}。"))
    if not problems:
        problems = list(_senseless(Thresholds(**read)))
    if problems:
        raise ThresholdsRefused(problems)
    return Thresholds(**read)


def as_values(thresholds: Thresholds) -> dict[str, Any]:
    """Thresholds as they are stored: decimals as text."""
    return {
        name: format(value.normalize(), "f") if isinstance(value, Decimal) else value
        for name, value in asdict(thresholds).items()
    }


def _read(value: Any, default: Any) -> Any:
    text = str(value).strip()
    if isinstance(default, Decimal):
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number
    return int(text) if isinstance(default, int) else text


def _senseless(t: Thresholds) -> Iterator[ThresholdProblem]:
    if t.slipping_by not in SLIPPING_WAYS:
        yield ThresholdProblem("slipping_by", "请选按百分点还是按百分比。")
    for name in ("slipping_yellow", "slipping_red"):
        if not 0 <= getattr(t, name) <= 100:
            yield ThresholdProblem(name, "要在0到100之间。")
    if t.slipping_red < t.slipping_yellow:
        yield ThresholdProblem("slipping_red", "红色不能比黄色还宽，请填得不小于黄色。")
    for name in (field.name for field in fields(t) if field.name.endswith("_months")):
        if not 1 <= getattr(t, name) <= 60:
            yield ThresholdProblem(name, "要在1到60个月之间。")
    if t.not_in_statistics_red_months < t.not_in_statistics_yellow_months:
        yield ThresholdProblem("not_in_statistics_red_months", "转红不能早于黄色，请填得不小于黄色。")
    if not 1 < t.anomaly_factor <= 100:
        yield ThresholdProblem("anomaly_factor", "要大于1倍、不超过100倍。")
    if not 1 <= t.report_due_day <= 28:
        yield ThresholdProblem("report_due_day", "要在1到28日之间，这样每个月都有这一天。")
