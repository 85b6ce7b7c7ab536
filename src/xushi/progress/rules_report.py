"""月报的判断：一行月报合不合理，只看所给的数。金额都是元。"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from xushi.core import money
from xushi.core.months import Month

MOST_YUAN = 9 * 10**13  # 与 standing.MOST_YUAN 同：再大只能是填错
ABSURD_TIMES_PLAN = 100
ABSURD_TIMES_TOTAL = 3  # 一年投的比总投资还多几倍，说明也解释不了
LEAST_LETTERS = 4
USUAL_FACTOR = Decimal(3)
DIFFICULTY_KINDS = {
    "funds": "资金",
    "demolition": "拆迁",
    "planning": "规划",
    "land": "土地",
    "permits": "手续",
    "statistics": "入统",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class ReportInput:
    """One project's report of a month. cumulative: 元 since 1 January.

    based_on_version: the version of the report that the writer saw (0: there was none); None where nobody looked.
    """

    project: int
    month: Month
    cumulative: int
    physical_progress: str = ""
    facts: str = ""
    started_on: date | None = None
    completed_on: date | None = None
    explanation: str = ""
    difficulty_kinds: tuple[str, ...] = ()
    difficulty: str = ""
    based_on_version: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What the year had before this month: the latest counted report, the month's amount in it, the usual month."""

    cumulative: int = 0
    last_amount: int = 0
    month: Month | None = None
    usual: Fraction | None = None

    def months_until(self, month: Month) -> int:
        return month.number - (self.month.number if self.month else 0)


@dataclass(frozen=True, slots=True)
class Standard:
    """What a report is judged against: the project's name, its plan of the year (None: none) and its life so far.

    total: 总投资 in 元; 0 where it is not known.
    """

    name: str
    plan: int | None
    past: Past
    started_on: date | None = None
    completed_on: date | None = None
    listed: bool = True
    total: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with one field and how to mend it.

    proposed: a cumulative (元) that would be plausible; explainable: an explanation is enough.
    """

    field: str
    sentence: str
    proposed: int | None = None
    explainable: bool = False


def doubts_of(
    row: ReportInput, standard: Standard, *, today: date, factor: Decimal = USUAL_FACTOR
) -> Iterator[Doubt]:
    """Everything that keeps this report from being taken; explained doubts are not named."""
    if row.month > Month.of(today):
        yield Doubt("month", f"{row.month.label}还没到，请核对月份。")
    if not standard.listed:
        yield Doubt(
            "project", f"“{standard.name}”不在{row.month.year}年的项目名单里，请先由重大办列入名单再报。"
        )
    amount = doubt_of_amount(row, standard, factor=factor)
    if left := unexplained(amount, row.explanation):
        yield left
    yield from _doubts_of_dates(row, standard, today)
    unknown = [kind for kind in row.difficulty_kinds if kind not in DIFFICULTY_KINDS]
    if unknown:
        known = "、".join(DIFFICULTY_KINDS.values())
        yield Doubt("difficulty_kinds", f"没有“{unknown[0]}”这类问题，可选：{known}。")


def explains(text: str) -> bool:
    """Whether this is a sentence: some letters, not one of them over and over; punctuation explains nothing."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= LEAST_LETTERS and len(set(letters)) >= LEAST_LETTERS - 1


def unexplained(doubt: Doubt | None, explanation: str) -> Doubt | None:
    """The doubt that is left; a hollow explanation is told so."""
    if doubt is None or not doubt.explainable or not explanation.strip():
        return doubt
    if explains(explanation):
        return None
    return replace(
        doubt, sentence=f"{doubt.sentence}数字说明要写成一句话，说清为什么，不能只写标点或一两个字。"
    )


def doubt_of_amount(row: ReportInput, standard: Standard, *, factor: Decimal = USUAL_FACTOR) -> Doubt | None:
    """The first doubt about the cumulative amount, explained or not; None where it is plausible."""
    past = standard.past
    if row.cumulative < 0:
        return Doubt("cumulative", "累计完成投资不能是负数，请核对正负号。")
    if _absurd(row.cumulative, standard.plan):
        return _absurd_doubt(row, standard)
    if standard.total and row.cumulative > ABSURD_TIMES_TOTAL * standard.total:
        return _beyond_the_project(row, standard)
    if row.cumulative < past.cumulative:
        return _falling(row, past, factor)
    return _jumping(row, standard, factor)


def _absurd(cumulative: int, plan: int | None) -> bool:
    return cumulative > MOST_YUAN or (bool(plan) and cumulative > ABSURD_TIMES_PLAN * (plan or 0))


def _absurd_doubt(row: ReportInput, standard: Standard) -> Doubt:
    in_yuan = row.cumulative // money.YUAN_PER_WAN
    proposed = in_yuan if standard.past.cumulative <= in_yuan <= (standard.plan or 0) * 3 else None
    against = f"超过年度计划{wan(standard.plan)}万元的100倍" if standard.plan else "大得不可能"
    mend = f"像是按元填的，若改为{wan(proposed)}万元就合适。" if proposed else "请核对单位是不是万元。"
    return Doubt("cumulative", f"累计{wan(row.cumulative)}万元，{against}。{mend}", proposed)


def _beyond_the_project(row: ReportInput, standard: Standard) -> Doubt:
    tenth = row.cumulative // 10
    whole = row.cumulative % (10 * money.YUAN_PER_WAN) == 0
    fits = whole and standard.past.cumulative <= tenth <= (standard.plan or 0)
    mend = f"若多填了一位，应为{wan(tenth)}万元。" if fits else "请核对累计和单位。"
    return Doubt(
        "cumulative",
        f"累计{wan(row.cumulative)}万元，超过总投资{wan(standard.total)}万元的{ABSURD_TIMES_TOTAL}倍。"
        f"{mend}数字无误的，请重大办先改总投资再报。",
        tenth if fits else None,
    )


def _falling(row: ReportInput, past: Past, factor: Decimal) -> Doubt:
    less = past.cumulative - row.cumulative
    together = past.cumulative + row.cumulative
    most = (past.usual or past.last_amount) * Fraction(factor)
    proposed = together if 0 < row.cumulative <= most else None
    mend = f"若填的是当月数，累计为{wan(together)}万元；" if proposed else "请核对累计；"
    return Doubt(
        "cumulative",
        f"累计{wan(row.cumulative)}万元，比上月的{wan(past.cumulative)}万元少{wan(less)}万元。"
        f"{mend}确实核减的，写一句说明。",
        proposed,
        explainable=True,
    )


def _jumping(row: ReportInput, standard: Standard, factor: Decimal) -> Doubt | None:
    past = standard.past
    amount = row.cumulative - past.cumulative
    if past.usual is None:
        return _more_than_the_plan(amount, row, standard)
    months = past.months_until(row.month)
    most = past.usual * Fraction(factor) * months
    if amount <= most:
        return None
    by_last = 0 < past.last_amount * Fraction(factor) * months < amount
    base, name = (Fraction(past.last_amount), "上月") if by_last else (past.usual, "平常每月")
    times = money.half_up(Decimal(amount) * base.denominator / base.numerator, 1)
    guess, proposed = _guess(amount, past, most)
    mend = f"若填{wan(proposed)}，累计为{wan(past.cumulative + proposed)}万元。" if proposed else ""
    return Doubt(
        "cumulative",
        f"是{name}的{times}倍，{guess}。{mend}"
        if guess
        else f"是{name}的{times}倍。请核对，数字无误的写一句说明。",
        None if proposed is None else past.cumulative + proposed,
        explainable=True,
    )


def _guess(amount: int, past: Past, most: Fraction) -> tuple[str, int | None]:
    """What may have happened, and the month's amount that would then be meant."""
    if amount % (10 * money.YUAN_PER_WAN) == 0 and amount // 10 <= most:
        return "可能多填了一位", amount // 10
    if 0 < amount - past.cumulative <= most:
        return "可能把累计填成了当月", amount - past.cumulative
    if 0 < amount // money.YUAN_PER_WAN <= most and amount // money.YUAN_PER_WAN >= (past.usual or 0) // 10:
        return "可能是按元填的", amount // money.YUAN_PER_WAN
    return "", None


def _more_than_the_plan(amount: int, row: ReportInput, standard: Standard) -> Doubt | None:
    """While three months are not yet known, a month is held against the whole year's plan."""
    plan = standard.plan or 0
    if not plan or amount <= plan:
        return None
    tenth = amount // 10 if amount // 10 <= plan else None
    mend = f"若多填了一位，应为{wan(tenth)}万元；" if tenth else "请核对单位；"
    said = f"{'当月' if standard.past.month else '第一次报数就是'}{wan(amount)}万元"
    return Doubt(
        "cumulative",
        f"{said}，超过全年计划{wan(plan)}万元。{mend}数字无误的写一句说明。",
        None if tenth is None else standard.past.cumulative + tenth,
        explainable=True,
    )


def _doubts_of_dates(row: ReportInput, standard: Standard, today: date) -> Iterator[Doubt]:
    if row.started_on and standard.plan is None:
        yield Doubt(
            "started_on",
            f"“{standard.name}”没有{row.month.year}年的年度计划，不能报开工；请重大办先下达年度计划，或去掉开工日期。",
        )
    for name, word, day, known in (
        ("started_on", "开工", row.started_on, standard.started_on),
        ("completed_on", "竣工", row.completed_on, standard.completed_on),
    ):
        if not day:
            continue
        if known and known != day:
            yield Doubt(
                name,
                f"{word}日期已认定为{_day(known)}，与这里的{_day(day)}不同；要改请联系重大办修改项目资料。",
            )
        elif day > min(today, row.month.last_day):
            yield Doubt(name, f"{word}日期{_day(day)}晚于{row.month.label}底，请核对日期，或等那个月再报。")
    started = row.started_on or standard.started_on
    if row.completed_on and not started:
        yield Doubt("completed_on", "还没有开工日期就报竣工，请先填开工日期。")
    elif row.completed_on and started and row.completed_on < started:
        yield Doubt("completed_on", f"竣工日期早于开工日期{_day(started)}，请核对这两个日期。")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def wan(yuan: int | None) -> str:
    """元 → 万元 as people write it: 16,660 or 2,160.5."""
    if yuan is None:
        return "—"
    value = money.wan(abs(yuan))
    text = f"{value:,f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:,f}"
    return f"−{text}" if yuan < 0 else text
