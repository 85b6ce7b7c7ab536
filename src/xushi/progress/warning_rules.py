"""预警的规矩：一个原因一个判断，只看所给的行、月份和日子。"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from xushi.alerts.rules import BEFORE_START, OF_INDICATORS, ON_SITE, OWED, Cause, Finding, Level, Thresholds
from xushi.core.money import YUAN_PER_YI, half_up
from xushi.core.months import Month
from xushi.progress.standing import Standing
from xushi.progress.usual import usual_month

STATISTICS_FROM = 5_000_000  # 统计入库的起点：计划总投资500万元
TWELFTHS = 12
MOST_POINTS = Decimal(99999)  # 库里四位小数、五位整数

CAUSES = frozenset(Cause) - {*BEFORE_START, *ON_SITE, *OWED, *OF_INDICATORS}  # 别的房间判断的，这里不动


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier closed month of the same year: cumulative and plan in 元, due in twelfths of a 元."""

    month: Month
    cumulative: int
    due_twelfths: int
    annual_plan: int


@dataclass(frozen=True, slots=True)
class Case:
    """What a judgement may look at.

    month is the last closed one. next_reported: whether the report of the month after it is in; None where
    none is owed. judged: False for a project that the closing holds no fact of; then only its dates speak.
    """

    standing: Standing
    month: Month
    today: date
    thresholds: Thresholds
    earlier: Sequence[Earlier] = ()
    next_reported: bool | None = None
    judged: bool = True

    @property
    def started(self) -> bool:
        return _reached(self.standing.started_on, self.today)

    @property
    def completed(self) -> bool:
        return _reached(self.standing.completed_on, self.today)


def findings(
    standing: Standing,
    *,
    month: Month,
    today: date,
    thresholds: Thresholds,
    earlier: Sequence[Earlier] = (),
    next_reported: bool | None = None,
    judged: bool = True,
) -> list[Finding]:
    """Everything there is to warn of in one project: at most one finding per cause, in the order of Cause."""
    case = Case(standing, month, today, thresholds, earlier, next_reported, judged)
    return [finding for rule in RULES if (finding := rule(case))]


def overdue_start(case: Case) -> Finding | None:
    """应开未开：计划开工的月份已经过完，还没有开工；逾期满三个月转红。"""
    planned = case.standing.start_month
    if planned is None or not case.standing.under_way or case.started or case.completed:
        return None
    if case.today <= planned.last_day:
        return None
    level = _by_months(case.today, planned, case.thresholds.overdue_start_red_months)
    return Finding(Cause.OVERDUE_START, level, planned.last_day, note=f"计划{planned.label}开工，还没有开工")


def slipping(case: Case) -> Finding | None:
    """进度滞缓：已开工、未竣工的当年实施项目，到上个关账月慢于序时超过容许；正好等于容许的不算。"""
    standing = case.standing
    if not (case.judged and standing.under_way and case.started) or case.completed:
        return None
    short = standing.due_twelfths - TWELFTHS * standing.cumulative
    level = slip_level(short, standing.due_twelfths, standing.annual_plan, case.thresholds)
    if level is None:
        return None
    return Finding(
        Cause.SLIPPING,
        level,
        _slipping_since(case),
        amount=int(half_up(Decimal(short) / TWELFTHS, 0)),
        points=gap_points(short, standing.annual_plan),
        note=_slip_words(standing, short),
    )


def report_missing(case: Case) -> Finding | None:
    """月报未报：过了次月报送日还没报；关账时仍没报、沿用上月的转红，报来下个月的即解除。"""
    if case.next_reported:
        return None
    due_day = case.thresholds.report_due_day
    if case.judged and case.standing.under_way and not case.standing.reported:
        note = f"{case.month.label}没有报，关账时沿用上月"
        return Finding(Cause.REPORT_MISSING, Level.RED, due_on(case.month, due_day), note=note)
    reporting = case.month.next
    if case.next_reported is None or case.today <= due_on(reporting, due_day):
        return None
    note = f"{reporting.label}月报还没有报"
    return Finding(Cause.REPORT_MISSING, Level.YELLOW, due_on(reporting, due_day), note=note)


def overdue_completion(case: Case) -> Finding | None:
    """竣工逾期：计划竣工的月份已经过完，还没有竣工；逾期满三个月转红。"""
    planned = case.standing.completion_month
    if planned is None or not case.standing.under_way or case.completed or case.today <= planned.last_day:
        return None
    level = _by_months(case.today, planned, case.thresholds.overdue_completion_red_months)
    return Finding(
        Cause.OVERDUE_COMPLETION, level, planned.last_day, note=f"计划{planned.label}竣工，还没有竣工"
    )


def not_in_statistics(case: Case) -> Finding | None:
    """未入统：总投资500万元以上的项目，开工满一个月还没有统计入库；满两个月转红。"""
    started_on, limits = case.standing.started_on, case.thresholds
    if started_on is None or not case.started or not case.standing.under_way:
        return None
    if case.standing.total_investment < STATISTICS_FROM:
        return None
    due = months_after(started_on, limits.not_in_statistics_yellow_months)
    if _reached(case.standing.statistics_entered_on, case.today) or case.today < due:
        return None
    red = case.today >= months_after(started_on, limits.not_in_statistics_red_months)
    note = f"{started_on.year}年{started_on.month}月{started_on.day}日开工，还没有统计入库"
    return Finding(Cause.NOT_IN_STATISTICS, Level.RED if red else Level.YELLOW, due, note=note)


def anomaly(case: Case) -> Finding | None:
    """数据异常：累计比上月还少，或一个月超过平常（usual_month）的三倍，或开工以来的投资超过总投资。"""
    if not case.judged:
        return None
    words = "；".join(_oddities(case))
    return Finding(Cause.ANOMALY, Level.YELLOW, case.month.last_day, note=words) if words else None


RULES: tuple[Callable[[Case], Finding | None], ...] = (
    overdue_start,
    slipping,
    report_missing,
    overdue_completion,
    not_in_statistics,
    anomaly,
)


def slip_level(short: int, due: int, plan: int, thresholds: Thresholds) -> Level | None:
    """The level of a shortfall, exactly: short and due in twelfths of a 元, plan in 元.

    points: short against the year's plan; ratio: short against what was due. None within the tolerance.
    """
    whole = due if thresholds.slipping_by == "ratio" else TWELFTHS * plan
    if whole <= 0 or short <= 0:
        return None
    percent = Fraction(100 * short, whole)
    if percent > Fraction(thresholds.slipping_red):
        return Level.RED
    return Level.YELLOW if percent > Fraction(thresholds.slipping_yellow) else None


def gap_points(short: int, plan: int) -> Decimal | None:
    """Points of the year's plan against the schedule, negative when behind, as figures print them."""
    if plan <= 0:
        return None
    return max(-Decimal(100 * short) / (TWELFTHS * plan), -MOST_POINTS)


def due_on(month: Month, day: int) -> date:
    """The day by which a month's report must be in: that day of the next month."""
    return month.next.first_day.replace(day=day)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where there is none."""
    last = Month.of(day).plus(months).last_day
    return last.replace(day=min(day.day, last.day))


def _reached(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _by_months(today: date, planned: Month, red_months: int) -> Level:
    """Months are counted from month's end to month's end: planned in May, three months late on 31 August."""
    return Level.RED if today >= planned.plus(red_months).last_day else Level.YELLOW


def _slipping_since(case: Case) -> date:
    """The end of the first month of the unbroken run, up to now, in which the tolerance was exceeded."""
    since = case.month
    for past in sorted(case.earlier, key=lambda past: past.month, reverse=True):
        short = past.due_twelfths - TWELFTHS * past.cumulative
        contiguous = past.month == since.previous
        if not contiguous or slip_level(short, past.due_twelfths, past.annual_plan, case.thresholds) is None:
            break
        since = past.month
    return since.last_day


def _slip_words(standing: Standing, short: int) -> str:
    plan = standing.annual_plan
    if plan <= 0:
        return ""
    done = half_up(Decimal(100 * standing.cumulative) / plan, 1)
    due = half_up(Decimal(100 * standing.due_twelfths) / (TWELFTHS * plan), 1)
    return f"完成{done}%，序时{due}%，差{half_up(Decimal(short) / TWELFTHS / YUAN_PER_YI, 2)}亿元"


def _oddities(case: Case) -> Iterator[str]:
    standing = case.standing
    if standing.cumulative < standing.previous_cumulative:
        yield f"累计{_yi(standing.cumulative)}亿元，比上月的{_yi(standing.previous_cumulative)}亿元还少"
    this_month = standing.cumulative - standing.previous_cumulative
    usual = usual_month((past.month.number, past.cumulative) for past in case.earlier)
    if usual is not None and this_month > usual * Fraction(case.thresholds.anomaly_factor):
        yield f"当月{_yi(this_month)}亿元，平常每月{_yi(int(usual))}亿元"
    if standing.invested_to_date > standing.total_investment:
        yield f"开工以来{_yi(standing.invested_to_date)}亿元，超过总投资{_yi(standing.total_investment)}亿元"


def _yi(yuan: int) -> Decimal:
    return half_up(Decimal(yuan) / YUAN_PER_YI, 2)
