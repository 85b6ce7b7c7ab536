"""准入会审的判断：信用代码、申报的数、票数写得对不对，期限过了多久、没答的怎么计。"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from xushi.admission.measures import Item, Measure, Numbers
from xushi.admission.scoring import Judged
from xushi.admission.table import Outcome
from xushi.calendars.rules import WorkingCalendar
from xushi.core.months import Month
from xushi.registry.rules import Problem

LONGEST_WORDS = 1000
MOST_LAND = 30_000 * Item.LAND.scale
MOST_VOTES = 99


class Silence(StrEnum):
    """没答的怎么计."""

    AGREED = "agreed"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"agreed": "按同意计", "none": "按无意见计"}[self.value]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in cls]


@dataclass(frozen=True, slots=True)
class Terms:
    """会审规则, each a district's choice: working days, percent of a promise, years one after another."""

    opinion_days: int = 5
    grace_days: int = 3
    silence: Silence = Silence.AGREED
    kept_percent: int = 90
    breach_years: int = 2

    @property
    def silent_words(self) -> str:
        return f"逾期满{self.grace_days}个工作日未答，{self.silence.label}"


BOUNDS = {
    "opinion_days": ("部门答复期限", 1, 30, "个工作日"),
    "grace_days": ("逾期满几天按规则计", 0, 30, "个工作日"),
    "kept_percent": ("承诺兑现到多少算够", 1, 100, "%"),
    "breach_years": ("连续几年不足算违约", 1, 10, "年"),
}


def problems_of_terms(terms: Terms) -> Iterator[Problem]:
    for name, (label, low, high, unit) in BOUNDS.items():
        if not low <= getattr(terms, name) <= high:
            yield Problem(name, f"{label}要在{low}到{high}{unit}之间。")


@dataclass(frozen=True, slots=True)
class ApplicationInput:
    """One application as it comes: units and industry by key, category by code, numbers in stored parts."""

    name: str
    enterprise: str
    credit_code: str
    industry: int
    category: str
    territory: int
    numbers: Numbers
    production: Month
    capacity_year: int
    content: str = ""
    funding: str = ""
    breach_clause: str = ""
    judged: Mapping[Measure, Judged] = field(default_factory=dict)
    project: int | None = None
    token: str = ""


def problems_of_application(row: ApplicationInput, today: date) -> Iterator[Problem]:
    if not row.name.strip():
        yield Problem("name", "填项目名称，如“先进封测基地”。")
    if not row.enterprise.strip():
        yield Problem("enterprise", "填企业全称，和营业执照上一样。")
    yield from problems_of_code(row.credit_code)
    yield from _problems_of_numbers(row.numbers)
    if row.production < Month.of(today):
        yield Problem("production", f"投产{row.production.label}已经过了，请填计划投产的月份。")
    if not row.production.year <= row.capacity_year <= row.production.year + 10:
        said = f"达产年份要在投产那年（{row.production.year}年）到其后10年之间，承诺从那年起每年核对。"
        yield Problem("capacity_year", said)
    if not row.breach_clause.strip():
        yield Problem("breach_clause", "写明违约责任，如“连续两年税收不到承诺九成，返还奖补并补地价差”。")
    for name, label in (("content", "建设内容"), ("breach_clause", "违约责任"), ("funding", "到资安排")):
        if len(getattr(row, name)) > LONGEST_WORDS:
            yield Problem(name, f"{label}写了{len(getattr(row, name))}字，最多{LONGEST_WORDS}字，请精简。")


def problems_of_code(text: str) -> Iterator[Problem]:
    """统一社会信用代码 (GB 32100): there, 18 long, and its check digit right."""
    code = uscc.compact(text)
    if not code:
        yield Problem("credit_code", "填统一社会信用代码（18位）；企业还没登记的，先登记再申请准入。")
        return
    try:
        uscc.validate(code)
    except InvalidLength:
        yield Problem("credit_code", f"信用代码要18位，现在{len(code)}位，请对照营业执照核对。")
    except InvalidChecksum:
        said = f"信用代码{code}校验不通过：按前17位末位应是{uscc.calc_check_digit(code[:17])}，请对照营业执照核对。"
        yield Problem("credit_code", said)
    except ValidationError:
        yield Problem(
            "credit_code", f"信用代码{code}有不该有的字符（不用I、O、S、V、Z），请对照营业执照核对。"
        )


def _problems_of_numbers(numbers: Numbers) -> Iterator[Problem]:
    for item in (Item.INVESTMENT, Item.OUTPUT, Item.TAX):
        if numbers.of(item) <= 0:
            yield Problem(item.value, f"{item.label}要大于0，单位是{item.unit}。")
    if numbers.land > MOST_LAND:
        yield Problem("land", f"用地{Item.LAND.said(numbers.land)}不合理，请核对单位是不是亩。")
    if 0 < numbers.output < numbers.tax:
        yield Problem("tax", "达产年税收比产值还大，请核对这两个数。")
    if 0 < numbers.output < numbers.rnd:
        yield Problem("rnd", "年研发投入比产值还大，请核对这两个数。")


@dataclass(frozen=True, slots=True)
class Votes:
    """到会表决: how many for each outcome."""

    admitted: int = 0
    conditional: int = 0
    deferred: int = 0
    refused: int = 0

    @property
    def present(self) -> int:
        return self.admitted + self.conditional + self.deferred + self.refused

    def of(self, outcome: Outcome) -> int:
        found: int = getattr(self, outcome.value)
        return found

    @property
    def text(self) -> str:
        """到会9人：附条件7、准入1、缓议1."""
        parts = sorted((one for one in Outcome if self.of(one)), key=lambda one: -self.of(one))
        said = "、".join(f"{one.label}{self.of(one)}" for one in parts)
        return f"到会{self.present}人：{said}"


@dataclass(frozen=True, slots=True)
class ConditionInput:
    words: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """One decision as it comes; agreed: the numbers that are promised, as applied for or as cut at the meeting."""

    outcome: Outcome
    votes: Votes
    reasons: str
    conditions: Sequence[ConditionInput] = ()
    agreed: Numbers | None = None
    join_existing: bool = False


def problems_of_decision(
    row: DecisionInput, missed: Sequence[str], opposed: Sequence[str]
) -> Iterator[Problem]:
    """missed: the criteria not met with the agreed numbers; opposed: the units against."""
    yield from _problems_of_votes(row)
    if row.outcome == Outcome.CONDITIONAL and not row.conditions:
        yield Problem("conditions", "附条件准入要写明条件，一行一条，如“开工前签废水接管协议”。")
    if row.conditions and not row.outcome.lets_in:
        yield Problem("conditions", f"{row.outcome.label}不带条件，请去掉条件或改选“附条件”。")
    if len(row.reasons) > LONGEST_WORDS:
        yield Problem("reasons", f"理由写了{len(row.reasons)}字，最多{LONGEST_WORDS}字，请精简。")
    if row.reasons.strip():
        return
    if not row.outcome.lets_in:
        yield Problem("reasons", f"{row.outcome.label}要写理由，企业和属地要看得明白。")
    elif missed or opposed:
        said = "、".join([*(f"{name}没达标" for name in missed), *(f"{name}不同意" for name in opposed)])
        yield Problem("reasons", f"{said}，仍要{row.outcome.label}的，写明为什么。")


def _problems_of_votes(row: DecisionInput) -> Iterator[Problem]:
    votes = row.votes
    if any(not 0 <= votes.of(one) <= MOST_VOTES for one in Outcome):
        yield Problem("votes", f"每种票数在0到{MOST_VOTES}之间，请核对。")
    elif not votes.present:
        yield Problem("votes", "填各种意见的票数，到会人数由此得出。")
    else:
        most = max(votes.of(one) for one in Outcome)
        if votes.of(row.outcome) < most:
            first = next(one for one in Outcome if votes.of(one) == most)
            said = f"{votes.text}，票数最多的是“{first.label}”，和所选的“{row.outcome.label}”不符，请核对。"
            yield Problem("votes", said)


def days_over(due: date, today: date, days: WorkingCalendar) -> int:
    """How many working days an opinion is late; 0 on its day and before."""
    return max(days.between(due, today), 0)


def is_silent(due: date, today: date, terms: Terms, days: WorkingCalendar) -> bool:
    """没答按规则计: the grace after the deadline is over."""
    return days_over(due, today, days) > terms.grace_days
