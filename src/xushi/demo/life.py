"""一行的日子和月数：何时开工、何时竣工、以前投了多少、每月报到多少。万元。"""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from xushi.core.months import Month
from xushi.demo.facts import YI
from xushi.demo.row import Row

# 全区累计投资占到八月底的份额：春节慢，六月赶
PACE = (0.057, 0.132, 0.264, 0.385, 0.508, 0.680, 0.842, 1.0)
LATE_COMPLETIONS, ODD_MONTHS = 3, 2
YEAR_BEGAN = date(2018, 1, 1)


def date_rows(rows: Sequence[Row], chance: random.Random) -> None:
    for row in rows:
        if row.stage == 2:
            row.start = Month(2019, chance.randint(1, 12))
        elif row.started:
            _start(row, chance)
            _invest_before(row, chance)
        if row.stage == 1:
            _end(row, chance)
    _leave_late([row for row in rows if row.slipping and not row.industrial])


def _start(row: Row, chance: random.Random) -> None:
    """Rows with a planned month have their day; the others began last year or before, or in this spring."""
    if row.start or row.started_on is None:
        return
    if Month.of(row.started_on) == Month(2018, 8):
        row.start = Month(2018, chance.randint(5, 7))
        row.started_on = date(2018, 8, chance.randint(15, 29))
        return
    new = row.completed_on is None and chance.random() < 0.38
    row.start = (
        Month(2018, chance.randint(1, 4))
        if new
        else Month(2016 + chance.randint(0, 1), chance.randint(1, 12))
    )
    late = 1 if new and chance.random() < 0.15 else 0
    row.started_on = row.start.plus(late).first_day + timedelta(days=chance.randint(0, 27))


def _invest_before(row: Row, chance: random.Random) -> None:
    if row.before or row.completed_on or row.started_on is None or row.started_on >= YEAR_BEGAN:
        return
    room = row.total - max(row.plan, row.done) - 50
    row.before = int(room * chance.uniform(0.15, 0.8)) if room > 0 else 0


def _end(row: Row, chance: random.Random) -> None:
    if row.completion:
        return
    if row.completed_on:
        row.completion = Month.of(row.completed_on).plus(chance.randint(0, 2))
        return
    if not row.started and row.start:
        row.completion = row.start.plus(6 + min(int((row.total / YI) ** 0.5 * chance.uniform(4, 8)), 42))
        return
    left = max(row.total - row.before - row.done, 0) / max(row.plan, 1)
    row.completion = Month(2018, 12).plus(min(int(left * chance.uniform(5, 11)), 48))


def _leave_late(slow: Sequence[Row]) -> None:
    """A few that slip should have been completed by now: small ones, with little left to do."""
    old = [row for row in slow if row.started_on and row.started_on < YEAR_BEGAN]
    for number, row in enumerate(sorted(old, key=lambda row: row.total)[:LATE_COMPLETIONS]):
        row.completion = Month(2018, 5 + number)
        row.before = max(row.total - row.plan - 20, 0)


def month_rows(rows: Sequence[Row], chance: random.Random) -> None:
    for row in rows:
        row.months = row.months or _monthly(row, chance)
    calm = [row for row in rows if row.steady and not row.joint and row.rate > 0.76 and row.before]
    for row in calm[:: max(len(calm) // ODD_MONTHS, 1)][:ODD_MONTHS]:
        row.months = _leaping(row)


def _monthly(row: Row, chance: random.Random) -> list[int]:
    """Cumulative at the end of January … August; never falling, ending at what is done."""
    if row.stage == 2 or not row.done:
        return [0] * 8
    first = row.started_on.month if row.started_on and row.started_on.year == 2018 else 1
    last = row.completed_on.month if row.completed_on else 8
    steps = [(PACE[m - 1] - (PACE[m - 2] if m > 1 else 0)) * chance.uniform(0.8, 1.2) for m in range(1, 9)]
    steps = [step if first <= number <= last else 0.0 for number, step in enumerate(steps, 1)]
    if row.started_on and row.started_on >= YEAR_BEGAN:
        steps[first - 1] *= (31 - row.started_on.day) / 31
    whole, gathered, months = sum(steps), 0.0, []
    for step in steps:
        gathered += step
        months.append(round(row.done * gathered / whole))
    return _judged_in_july(row, months) if first < 8 else months


def _judged_in_july(row: Row, months: list[int]) -> list[int]:
    """What slips now slipped a month ago too, and nothing else did."""
    if row.slipping:
        months[6] = min(months[6], int(row.plan * 0.47))
    elif row.steady:
        months[6] = max(months[6], min(row.plan * 49 // 100 + 1, row.done))
    months[:6] = [min(month, months[6]) for month in months[:6]]
    return months


def _leaping(row: Row) -> list[int]:
    """Half the plan by July in even steps, and the rest at once in August: 数据异常 for the office to look into."""
    july = row.plan * 49 // 100 + 1
    return [july * number // 7 for number in range(1, 8)] + [row.done]
