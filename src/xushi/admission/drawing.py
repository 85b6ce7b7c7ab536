"""门槛条和期限条：所有门槛对齐到一条线；中性的量，只有和门槛的差有颜色。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xushi.admission.models import Opinion
from xushi.admission.rules import days_over
from xushi.admission.scoring import Scored
from xushi.admission.snapshots import threshold_said
from xushi.admission.table import Answer
from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import local_day
from xushi.core.money import half_up

THRESHOLD_SPAN = Decimal("1.6")  # a row reaches to 160 % of its threshold
LIMIT_SPAN = Decimal("1.4")  # and to 140 % of a unit's deadline
LINE = half_up(100 / THRESHOLD_SPAN, 2)
LIMIT_LINE = half_up(100 / LIMIT_SPAN, 2)


@dataclass(frozen=True, slots=True)
class Bar:
    """Percentages of the row's width: the neutral fill, then the difference; middle: the triangle, None: none."""

    neutral: Decimal
    gap_from: Decimal
    gap_width: Decimal
    good: bool
    middle: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion as the page shows it."""

    scored: Scored
    bar: Bar | None

    @property
    def mark(self) -> str:
        return {True: "passed", False: "needs_coordination", None: "pending"}[self.scored.met]

    @property
    def tone(self) -> str:
        return {True: "green", False: "amber", None: "ink3"}[self.scored.met]

    @property
    def label(self) -> str:
        return self.scored.measure.label

    @property
    def unit(self) -> str:
        return self.scored.measure.unit

    @property
    def value_text(self) -> str:
        return self.scored.measure.said(self.scored.value) if self.scored.measure.is_computed else ""

    @property
    def threshold_text(self) -> str:
        return threshold_said(self.scored)

    @property
    def gap_text(self) -> str:
        return self.scored.gap_text

    @property
    def verdict(self) -> str:
        """In words, for what is judged, and for ears."""
        if self.scored.measure.is_computed:
            return {True: "达标", False: "没达标", None: "不考核"}[self.scored.met]
        return {True: "符合", False: "不符合", None: "待核定"}[self.scored.met]

    @property
    def spoken(self) -> str:
        reached = self.scored.reached
        share = "" if reached is None else f"，是门槛的{half_up(reached * 100, 0)}%"
        return f"{self.label}{self.value_text}{self.unit}，门槛{self.threshold_text}{share}，{self.verdict}"


def row_of(scored: Scored, middle: Decimal | None = None) -> Row:
    reached = scored.reached
    return Row(scored, None if reached is None else bar_of(reached, THRESHOLD_SPAN, middle, good_above=True))


def bar_of(reached: Decimal, span: Decimal, middle: Decimal | None = None, *, good_above: bool) -> Bar:
    """reached 1 is at the line; beyond the span it is cut off."""
    low, high = sorted((min(reached, span), Decimal(1)))
    above = reached >= 1
    return Bar(
        _percent(low, span), _percent(low, span), _percent(high, span) - _percent(low, span), above == good_above,
        None if middle is None else _percent(min(middle, span), span),
    )  # fmt: skip


def _percent(share: Decimal, span: Decimal) -> Decimal:
    return half_up(max(share, Decimal(0)) / span * 100, 2)


@dataclass(frozen=True, slots=True)
class Asked:
    """One unit's opinion as the page shows it; used: working days taken so far or in all; over: late by."""

    opinion: Opinion
    used: int
    over: int
    bar: Bar
    silent_words: str = ""

    @property
    def is_late(self) -> bool:
        return self.opinion.answer == Answer.WAITING and self.over > 0

    @property
    def mark(self) -> str:
        return "overdue" if self.is_late else self.opinion.given.mark

    @property
    def word(self) -> str:
        return "超时未答" if self.is_late else self.opinion.given.label

    @property
    def note(self) -> str:
        """What it said, else how long it has."""
        one = self.opinion
        if one.answer != Answer.WAITING:
            return one.words
        if self.over:
            return f"超{self.over}个工作日，{self.silent_words}"
        left = one.limit_days - self.used
        return f"还剩{left}个工作日" if left else "今天到期"


def asked_of(opinion: Opinion, today: date, days: WorkingCalendar, silent_words: str = "") -> Asked:
    until = local_day(opinion.at) if opinion.at else today
    used = max(days.between(local_day(opinion.asked_at), until), 0)
    over = days_over(local_day(opinion.due_at), until, days)
    reached = Decimal(used) / opinion.limit_days
    if over:
        reached = max(reached, 1 + Decimal(over) / opinion.limit_days)
    bar = bar_of(reached, LIMIT_SPAN, good_above=False)
    if not over:  # within the limit nothing is coloured
        bar = Bar(_percent(min(reached, Decimal(1)), LIMIT_SPAN), bar.gap_from, Decimal(0), good=True)
    return Asked(opinion, used, over, bar, silent_words)
