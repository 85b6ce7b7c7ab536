"""督办的规矩：三类急缓的时限、延期的条件、文号、按期与否。都是纯判断，日子由外面给。"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import BEIJING, local_day

FARTHEST = timedelta(days=730)


class Urgency(StrEnum):
    URGENT = "urgent"
    ORDINARY = "ordinary"
    COMPLEX = "complex"

    @property
    def label(self) -> str:
        return {"urgent": "紧急", "ordinary": "一般", "complex": "复杂"}[self.value]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in cls]


class Grade(StrEnum):
    """评价: how a closed order was handled."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"

    @property
    def label(self) -> str:
        return {"good": "好", "fair": "一般", "poor": "差"}[self.value]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in cls]


@dataclass(frozen=True, slots=True)
class Terms:
    """A district's time limits, in working days unless named otherwise, and the organ word of its numbers."""

    organ_word: str = "浦重大督"
    acknowledge: int = 1
    reply_urgent: int = 3
    reply_ordinary: int = 10
    reply_complex: int = 30
    rework_urgent: int = 1
    rework_ordinary: int = 3
    rework_complex: int = 5
    verify: int = 3
    close: int = 3
    reroute: int = 1
    decide_extension: int = 1
    route_instruction: int = 1
    read_feedback: int = 3
    extension_notice: int = 2
    extensions_at_most: int = 2

    def reply_days(self, urgency: str) -> int:
        return int(getattr(self, f"reply_{urgency}"))

    def rework_days(self, urgency: str) -> int:
        return int(getattr(self, f"rework_{urgency}"))


TERM_LABELS = {
    "organ_word": "发文机关代字",
    "acknowledge": "签收",
    "reply_urgent": "答复：紧急",
    "reply_ordinary": "答复：一般",
    "reply_complex": "答复：复杂",
    "rework_urgent": "退回重办：紧急",
    "rework_ordinary": "退回重办：一般",
    "rework_complex": "退回重办：复杂",
    "verify": "核验（本办）",
    "close": "销号（本办或领导）",
    "reroute": "改派（本办）",
    "decide_extension": "答复延期申请（本办）",
    "route_instruction": "转办批示（本办）",
    "read_feedback": "领导阅反馈",
    "extension_notice": "延期至迟提前",
    "extensions_at_most": "延期最多",
}
TERM_UNITS = dict.fromkeys(TERM_LABELS, "个工作日") | {"organ_word": "", "extensions_at_most": "次"}


@dataclass(frozen=True, slots=True)
class TermProblem:
    field: str
    sentence: str


class TermsRefused(Exception):
    """Nothing was changed; every problem is named at once."""

    def __init__(self, problems: list[TermProblem]) -> None:
        self.problems = problems
        super().__init__("；".join(problem.sentence for problem in problems))


def terms_of(values: Mapping[str, Any]) -> Terms:
    """Terms from stored or typed values; what is not given keeps its default. TermsRefused names what makes no sense."""
    defaults = asdict(Terms())
    read: dict[str, Any] = {}
    problems: list[TermProblem] = []
    for name, value in values.items():
        if name not in defaults:
            problems.append(TermProblem(name, f"没有“{name}”这一项时限。"))
        elif name == "organ_word":
            read[name] = str(value).strip()
            if not 1 <= len(read[name]) <= 12:
                problems.append(TermProblem(name, "机关代字请写1到12个字，如“浦重大督”。"))
        elif not str(value).strip().isdecimal() or not 1 <= int(str(value)) <= 365:
            problems.append(TermProblem(name, f"“{TERM_LABELS[name]}”请填1到365之间的整数。"))
        else:
            read[name] = int(str(value))
    if problems:
        raise TermsRefused(problems)
    return Terms(**read)


def number_text(organ_word: str, year: int, serial: int) -> str:
    """文号: 浦重大督〔2018〕16号, hexagonal brackets, no leading zeros."""
    return f"{organ_word}〔{year}〕{serial}号"


def at_closing(day: date) -> datetime:
    """17:00 of a day, Beijing time: the hour at which deadlines fall."""
    return datetime.combine(day, time(17), tzinfo=BEIJING)


def due_day_mistake(day: date | None, today: date) -> str:
    """What is wrong with a deadline somebody named; "" where nothing is. Beyond two years is a slip of the pen."""
    if day is None or today <= day <= today + FARTHEST:
        return ""
    if day < today:
        return f"期限{day.month}月{day.day}日已经过了，请改为今天或以后。"
    return f"期限{day.year}年{day.month}月{day.day}日在两年以后，请核对年份。"


def is_late(due_at: datetime | None, moment: datetime) -> bool:
    """Past the deadline; the very minute of it is still in time."""
    return due_at is not None and moment > due_at


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """延期申请: what is asked, against what stands; deadlines aware, days Beijing."""

    due_at: datetime
    wanted: date
    asked_at: datetime
    granted_before: int
    pending: bool = False
    terms: Terms = field(default_factory=Terms)


def last_day_to_ask(due_at: datetime, terms: Terms, calendar: WorkingCalendar) -> date:
    """The last day on which more time can be asked for."""
    return calendar.add(local_day(due_at), -terms.extension_notice)


def can_still_ask(
    due_at: datetime | None, granted_before: int, now: datetime, terms: Terms, calendar: WorkingCalendar
) -> bool:
    """Whether an extension asked for now could be granted at all: in time, and not granted too often before."""
    if due_at is None or granted_before >= terms.extensions_at_most:
        return False
    return local_day(now) <= last_day_to_ask(due_at, terms, calendar)


def extension_problems(request: ExtensionRequest, calendar: WorkingCalendar) -> Iterator[tuple[str, str]]:
    """(field, sentence): at most so many times, asked some working days before the deadline, to a later day."""
    terms, today, due_day = request.terms, local_day(request.asked_at), local_day(request.due_at)
    if request.pending:
        yield "due", "上一次延期申请还没有答复，请等区重大办答复。"
    if request.granted_before >= terms.extensions_at_most:
        yield "due", f"已经延期{request.granted_before}次，最多{terms.extensions_at_most}次，不能再延。"
    last = last_day_to_ask(request.due_at, terms, calendar)
    if today > last:
        yield (
            "due",
            f"延期要在期限前{terms.extension_notice}个工作日申请，最迟{last.month}月{last.day}日；现在已过。",
        )
    if request.wanted <= due_day:
        yield "due", f"新期限要晚于原期限{due_day.month}月{due_day.day}日。"
    elif mistake := due_day_mistake(request.wanted, today):
        yield "due", mistake


def after_suspension(
    due_at: datetime, suspended_at: datetime, resumed_at: datetime, calendar: WorkingCalendar
) -> datetime:
    """The deadline moved on by the working days that the order stood still."""
    stood = max(calendar.between(local_day(suspended_at), local_day(resumed_at)), 0)
    if stood == 0:
        return due_at
    return at_closing(calendar.add(local_day(due_at), stood))
