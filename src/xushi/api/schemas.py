"""接口的形状：请求和答复里有哪些项，各是什么单位；都不四舍五入。"""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field

Item = TypeVar("Item")
MOST_ROWS = 1000
LARGEST = 2**63 - 1
Number = Annotated[int, Field(ge=1, le=LARGEST)]
UNITS = (
    "项目、月报的金额是元（整数）；汇总的数（figures）各带 unit：个、亿元、1（0到1的比例）、个百分点；"
    "名字叫 gap_points 的是百分点（慢于序时为负）。小数写成文字，不四舍五入。"
)
Yuan = Annotated[int, Field(description="元")]
Share = Annotated[str | None, Field(description="0到1的比例，小数文字，不四舍五入；没有计划为空")]
Points = Annotated[
    str | None, Field(description="百分点（0到100），小数文字，慢于序时为负；没有计划或还没到开工为空")
]
MonthText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2018-08"])]


class Strict(Schema):
    """What is sent: a field that is not known is a mistake, never passed over."""

    model_config = ConfigDict(extra="forbid")


class ErrorRow(Schema):
    row: int = Field(description="第几行，从0数")
    field: str
    sentence: str


class Error(Schema):
    code: str
    sentence: str = Field(description="哪里不对")
    field: str = ""
    how: str = Field("", description="怎么改")
    rows: list[ErrorRow] = Field(default_factory=list)


class Page(Schema, Generic[Item]):
    items: list[Item]
    next: str | None = Field(None, description="下一页的记号；没有下一页为空")


class Paging(Schema):
    cursor: str | None = Field(None, max_length=100)
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class ProjectQuery(Paging):
    """The filters of the list of projects, by the names that its address uses."""

    month: str | None = None
    q: str | None = None
    level: str | None = None
    stage: str | None = None
    category: str | None = None
    territory: str | None = None
    unit: str | None = None
    leader: str | None = None
    chain: str | None = None
    owner_kind: str | None = None
    size: str | None = None
    state: str | None = None
    alert: str | None = None
    tag: str | None = None
    ceremony: str | None = None
    start: str | None = None


class ProjectOut(Schema):
    id: int
    name: str
    month: str
    closed: bool
    level: str
    stage: str
    category: str
    territory: str
    responsible_unit: str
    owner_unit: str
    leader: str
    total_investment: Yuan
    annual_plan: Yuan
    invested_before: Yuan
    cumulative: Yuan
    of_month: Yuan
    start_month: str | None
    completion_month: str | None
    started: bool
    completed: bool
    reported: bool
    started_on: date | None
    completed_on: date | None
    statistics_entered_on: date | None
    completion_rate: Share
    scheduled_share: Share
    gap_points: Points
    alerts: list[str]


class FigureOut(Schema):
    name: str
    label: str
    value: str | None = Field(description="小数文字，不四舍五入，单位见 unit；算不出为空")
    unit: str = Field(description="value 的单位：个、亿元、1（0到1的比例）、个百分点")
    as_of: str
    scope: str
    closed: bool
    denominator: str
    rows: str = Field(description="它背后的清单：GET /projects 的筛选")


class GroupOut(Schema):
    key: dict[str, Any]
    label: str
    figures: list[FigureOut]


class MonthOut(Schema):
    month: str
    version: int
    closed_at: datetime


class AlertQuery(Paging):
    cause: str | None = None
    level: Literal["yellow", "red"] | None = None


class AlertOut(Schema):
    id: int
    subject_kind: str
    subject_id: int
    subject_name: str
    cause: str
    cause_words: str
    level: str
    since: date
    note: str
    opened_at: datetime


class OrderQuery(Paging):
    state: str | None = None
    project: Number | None = None


class OrderOut(Schema):
    id: int
    number: str
    title: str
    demand: str
    urgency: str
    state: str
    state_words: str
    project: int | None
    lead: str
    issued_at: datetime | None
    due_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    version: int


class DutyOut(Schema):
    id: int
    kind: str
    number: str
    title: str
    note: str
    issuer: str
    url: str
    since: datetime
    due_at: datetime | None


class ProblemQuery(Paging):
    state: str | None = None
    project: Number | None = None


class ProblemOut(Schema):
    id: int
    project: int
    problem_class: int
    class_words: str
    title: str
    words: str
    state: str
    state_words: str
    lead: str
    due_on: date | None
    reported_at: datetime
    version: int


class StepQuery(Paging):
    project: Number | None = None
    state: str | None = None
    code: str | None = None


class StepOut(Schema):
    id: int
    project: int
    code: str
    name: str
    state: str
    state_words: str
    planned_on: date | None
    submitted_on: date | None
    accepted_on: date | None
    decided_on: date | None
    due_on: date | None
    version: int


class ScoreOut(Schema):
    code: str
    name: str
    score: float | None
    rank: int | None


class BoardOut(Schema):
    system: str
    name: str
    version: str
    period: str
    own: str
    digest: str = Field(description="说明和数的摘要：同一摘要，同一得分")
    scores: list[ScoreOut]


class ReportIn(Strict):
    project: Number
    month: MonthText
    cumulative: int = Field(ge=0, le=LARGEST, description="今年1月起的累计，元")
    physical_progress: str = Field("", max_length=2000)
    facts: str = Field("", max_length=2000)
    started_on: date | None = None
    completed_on: date | None = None
    explanation: str = Field("", max_length=2000)
    difficulty_kinds: list[str] = Field(default_factory=list, max_length=20)
    difficulty: str = Field("", max_length=2000)
    based_on_version: Annotated[int, Field(ge=0, le=LARGEST)] | None = None


class ReportsIn(Strict):
    rows: list[ReportIn] = Field(min_length=1, max_length=MOST_ROWS)


class ProblemIn(Strict):
    project: Number
    problem_class: Number
    words: str = Field(max_length=2000)
    title: str = Field("", max_length=60)


class ProblemsIn(Strict):
    rows: list[ProblemIn] = Field(min_length=1, max_length=MOST_ROWS)


class StepIn(Strict):
    project: Number
    code: str = Field(min_length=1, max_length=50)
    state: str = Field(max_length=12)
    submitted_on: date | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    reason: str = Field("", max_length=300)


class StepsIn(Strict):
    rows: list[StepIn] = Field(min_length=1, max_length=MOST_ROWS)


class OrderSeen(Strict):
    """version: the order as the other side last read it; 409 where it has moved on since."""

    version: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class ReplyIn(OrderSeen):
    words: str = Field(min_length=1, max_length=5000)


class Written(Schema):
    sentence: str
    ids: list[int]
