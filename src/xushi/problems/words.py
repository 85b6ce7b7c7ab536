"""问题事项的话：一步叫什么、期限怎么说、多久了。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from xushi.core.clock import BEIJING
from xushi.problems.models import Problem, ProblemNote
from xushi.problems.rules import Horizon
from xushi.problems.table import TABLE

STEP_WORDS = {step.verb: step.name for step in TABLE} | {
    "report": "报问题",
    "joined": "又报",
    "merge": "并入",
    "merged": "合并",
    "note": "进展",
    "met": "上会",
    "transfer": "移交",
    "read": "已阅",
    "solve": "报办结",
}
STEP_MARKS = {
    "report": "pending", "amend": "pending", "joined": "pending", "assign": "working", "note": "working",
    "send_back": "needs_coordination", "decline": "needs_coordination", "return": "needs_coordination",
    "solve": "disputed", "verify": "passed", "close": "closed", "reopen": "needs_coordination",
}  # fmt: skip
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago a problem was reported, in days; most is None for no limit."""

    key: str
    label: str
    least: int
    most: int | None

    def condition(self, today: date) -> Q:
        """By the Beijing day of the report."""
        latest = _midnight(today - timedelta(days=self.least) + timedelta(days=1))
        found = Q(reported_at__lt=latest)
        if self.most is not None:
            found &= Q(reported_at__gte=_midnight(today - timedelta(days=self.most)))
        return found


AGES = (
    Age("7", "7天以内", 0, 7),
    Age("30", "8—30天", 8, 30),
    Age("90", "31—90天", 31, 90),
    Age("over90", "90天以上", 91, None),
)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as a row says it: 今天17:00, 逾3天, 9月18日; tone colours it."""

    text: str
    tone: str


def due_of(problem: Problem, horizon: Horizon) -> Due:
    if problem.due_on is None:
        return Due("—", "")
    pressing = horizon.pressing(problem.status, problem.due_on)
    day = short_day(problem.due_on, horizon.today)
    if pressing == "overdue":
        days = (horizon.today - problem.due_on).days
        return Due(f"逾{days}天" if days else "已过今天17:00", "red")
    if pressing == "soon":
        return Due("今天17:00" if problem.due_on == horizon.today else day, "amber")
    return Due(day, "")


def short_day(day: date, today: date) -> str:
    """9月18日, with the year where it is another."""
    said = f"{day.month}月{day.day}日"
    return said if day.year == today.year else f"{day.year}年{said}"


def weekday(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


def step_word(note: ProblemNote) -> str:
    return STEP_WORDS.get(note.verb, note.verb)


def step_mark(note: ProblemNote) -> str:
    return STEP_MARKS.get(note.verb, "closed")
