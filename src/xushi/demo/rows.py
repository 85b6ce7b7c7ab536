"""演示区的四百五十行：随机而可重复，加起来与公开报告的每个数相等。"""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from xushi.core.months import Month
from xushi.demo import facts, named
from xushi.demo.balance import balance
from xushi.demo.facts import Share
from xushi.demo.life import date_rows, month_rows
from xushi.demo.names import DIFFICULTIES, SHAPE, Namer, small_works, waiting_works
from xushi.demo.row import AUGUST, Row
from xushi.demo.settle import settle_rows
from xushi.demo.spread import spread
from xushi.demo.works import WORKS

BEGUN = date(2017, 1, 1)  # 已开工，日子后定
IN_AUGUST = date(2018, 8, 20)
JOINT, DISTRICT = "joint", "district"
OTHERS = ("infrastructure", "livelihood", "environment")


def build_rows() -> list[Row]:
    """All 450, the same at every call."""
    chance = random.Random(2018)
    joint = [*named.joint_industrial(), *named.joint_other()]
    district = [*_industrial(chance), *_others(chance)]
    under_way = [*joint, *district]
    settle_rows(under_way, chance)
    namer = Namer(chance, under_way)
    _size_completed(district, namer)
    _size_industrial(district, namer)
    _size_others(district, namer)
    _plan(district, chance)
    _invest_slipping(district, chance)
    sums = {JOINT: facts.JOINT_INDUSTRIAL.done, DISTRICT: facts.DISTRICT_INDUSTRIAL.done} | _other_sums(
        "done"
    )
    wishes = {place: rate / 100 for place, _, rate, *_ in SHAPE}
    balance(under_way, _part, sums, wishes, lambda: min(max(chance.gauss(0.69, 0.06), 0.58), 0.95))
    rows = [*under_way, *_preliminary(namer, chance)]
    for row in rows:
        _dress(row, chance)
    date_rows(rows, chance)
    month_rows(rows, chance)
    named.name_preliminary(rows)
    return rows


def _part(row: Row) -> str:
    if row.industrial:
        return JOINT if row.joint else DISTRICT
    return row.category


def _other_sums(column: str) -> dict[str, int]:
    """What each category that is not industrial comes to, the three joint ones included."""
    return {category: getattr(facts.OTHER_CATEGORIES[category], column) for category in OTHERS}


def _industrial(chance: random.Random) -> list[Row]:
    """55: those with a name, 17 of the June ceremony, 11 that have not started, 18 going of which two slip."""
    rows = named.district_industrial()
    rows += [
        Row(True, False, 1, ceremony=True, started_on=BEGUN, completed_on=_in_spring(chance))
        for _ in range(17)
    ]
    rows += [Row(True, False, 1, start=month) for month in _planned_starts(4, 7, chance)]
    rows += [Row(True, False, 1, started_on=BEGUN, slipping=i < 2) for i in range(18)]
    for row in rows:
        row.category = (
            row.category or chance.choices(["advanced_manufacturing", "modern_services"], [3, 2])[0]
        )
    return rows


def _others(chance: random.Random) -> list[Row]:
    """285: 25 small ones completed, 50 not started, 210 going, of which 30 slip (five only began in August)."""
    rows = named.district_other()
    for category, part in facts.OTHER_CATEGORIES.items():
        new: list[Row] = []
        new += [
            _other(category, started_on=BEGUN, completed_on=_any_day(chance)) for _ in range(part.completed)
        ]
        known = sum(1 for row in rows if row.category == category and not row.started)
        due = facts.OTHER_DUE[category]
        waiting = part.count - part.started - known - due
        new += [_other(category, start=month) for month in _planned_starts(due, waiting, chance)]
        new += [
            _other(category, started_on=BEGUN, slipping=True) for _ in range(part.slipping - part.in_august)
        ]
        new += [_other(category, started_on=IN_AUGUST, slipping=True) for _ in range(part.in_august)]
        known = sum(1 for row in rows if row.category == category) + part.joint
        new += [_other(category, started_on=BEGUN) for _ in range(part.count - known - len(new))]
        rows += new
    return rows


def _other(category: str, **more: object) -> Row:
    return Row(False, False, 1, category=category, **more)  # type: ignore[arg-type]


def _in_spring(chance: random.Random) -> date:
    return date(2018, 4, 1) + timedelta(days=chance.randint(0, 85))


def _any_day(chance: random.Random) -> date:
    return date(2018, 3, 1) + timedelta(days=chance.randint(0, 175))


def _planned_starts(due: int, later: int, chance: random.Random) -> list[Month]:
    """Months planned: due by July, later from September on. Two of August are set apart in settle."""
    return [Month(facts.YEAR, chance.choice((5, 6, 6, 7, 7, 7, 7))) for _ in range(due)] + [
        Month(facts.YEAR, chance.choice((9, 9, 10, 10, 11, 12))) for _ in range(later)
    ]


def _size_completed(rows: Sequence[Row], namer: Namer) -> None:
    """The ceremony's 17 and the 25 small ones: total, to date, plan and done at once."""
    chance = namer.chance
    shown = [row for row in [*named.joint_industrial(), *rows] if row.completed_on and row.name]
    ceremony = [row for row in rows if row.ceremony]
    for row in ceremony:
        namer.name(row, WORKS[row.category])
    known = sum(row.before + row.done for row in shown if row.ceremony)
    _complete(ceremony, facts.CEREMONY_TO_DATE - known, (10_500, 32_000), 150, chance)
    _share_year(ceremony, facts.CEREMONY_REST, chance)
    small = [row for row in rows if row.completed_on and not row.industrial]
    left = facts.COMPLETED_TOTAL - sum(row.total for row in [*shown, *ceremony])
    works = [namer.name(row, small_works(row.category)) for row in small]
    usual = [float(namer.usual(work)) for work in works]
    totals = spread(left, usual, [int(w.low * 0.9) for w in works], [w.high for w in works])
    for row, total in zip(small, totals, strict=True):
        row.total, row.plan = total, total * chance.randint(55, 90) // 100
        row.done, row.before = row.plan, total - row.plan


def _complete(
    rows: Sequence[Row], to_date: int, bounds: tuple[int, int], over: int, chance: random.Random
) -> None:
    """Totals of completed rows; they cost a little less than planned in total (over, 万元)."""
    low, high = bounds
    count = len(rows)
    parts = spread(to_date, _weights(count, chance), [low] * count, [high] * count)
    for row, part in zip(rows, parts, strict=True):
        row.before, row.total = part, part + over


def _share_year(rows: Sequence[Row], year: Share, chance: random.Random) -> None:
    """Of what was invested to date, this year's part, and what was planned for the year."""
    to_date = [row.before for row in rows]
    weights = [part * chance.uniform(0.7, 1.3) for part in to_date]
    done = spread(year.done, weights, [part // 4 for part in to_date], [part * 9 // 10 for part in to_date])
    plans = spread(
        year.plan,
        [x * chance.uniform(0.85, 1.2) for x in done],
        [x * 82 // 100 for x in done],
        [x * 105 // 100 for x in done],
    )
    for row, amount, plan in zip(rows, done, plans, strict=True):
        row.done, row.plan, row.before = amount, plan, row.before - amount


def _size_industrial(rows: Sequence[Row], namer: Namer) -> None:
    """The going and waiting ones stay below ten 亿元: all larger ones have names."""
    open_ = [row for row in rows if row.industrial and not row.name]
    works = [namer.name(row, WORKS[row.category]) for row in open_]
    left = facts.DISTRICT_INDUSTRIAL.total - sum(row.total for row in rows if row.industrial)
    usual = [
        namer.usual(work) * (1.0 if row.started else 0.4) for row, work in zip(open_, works, strict=True)
    ]
    totals = spread(left, usual, [work.low for work in works], [min(work.high, 95_000) for work in works])
    for row, total in zip(open_, totals, strict=True):
        row.total = total


def _size_others(rows: Sequence[Row], namer: Namer) -> None:
    open_ = [row for row in rows if not row.industrial and not row.name]
    works = [
        namer.name(row, WORKS[row.category] if row.started else waiting_works(row.category, 20_000))
        for row in open_
    ]
    left = facts.DISTRICT_OTHER.total - sum(row.total for row in rows if not row.industrial)
    usual = [float(namer.usual(work)) for work in works]
    totals = spread(left, usual, [work.low for work in works], [work.high for work in works])
    for row, total in zip(open_, totals, strict=True):
        row.total = total


def _plan(rows: Sequence[Row], chance: random.Random) -> None:
    """Plans of the rows without one: little for those that have not started, a third or so of the total else."""
    for key, whole in ({DISTRICT: facts.DISTRICT_INDUSTRIAL.plan} | _other_sums("plan")).items():
        part = [row for row in rows if _part(row) == key]
        joint = sum(row.plan for row in named.joint_other() if row.category == key)
        open_ = [row for row in part if not row.plan]
        left = whole - joint - sum(row.plan for row in part)
        weights = [
            row.total * (chance.uniform(0.25, 0.5) if row.started else chance.uniform(0.08, 0.2))
            for row in open_
        ]
        low = [row.total // (8 if row.started else 20) + 50 for row in open_]
        high = [row.total * 7 // 10 if row.started else row.total * 3 // 10 + 60 for row in open_]
        for row, plan in zip(open_, spread(left, weights, low, high), strict=True):
            row.plan = plan


def _invest_slipping(rows: Sequence[Row], chance: random.Random) -> None:
    for i, row in enumerate(row for row in rows if row.slipping and not row.done):
        if row.started_on == IN_AUGUST:
            rate = chance.uniform(0.04, 0.2)
        else:
            rate = chance.uniform(0.2, 0.35) if i % 5 == 0 else chance.uniform(0.4, 0.55)
        row.done = int(row.plan * rate)


def _preliminary(namer: Namer, chance: random.Random) -> list[Row]:
    """86 of next year's: three large industrial ones of the municipal list, 18 other industrial, 65 not industrial."""
    rows = [
        Row(
            True,
            True,
            2,
            "百合路存储芯片基地",
            "advanced_manufacturing",
            "浦口经济开发区",
            "集成电路",
            total=2_600_000,
        ),
        Row(
            True,
            True,
            2,
            "桥林新能源汽车产业城",
            "advanced_manufacturing",
            "桥林街道",
            "新能源汽车",
            total=1_642_000,
        ),
        Row(True, True, 2, "老山国际文旅城", "modern_services", "老山林场", "文旅健康", total=1_000_000),
    ]
    rest = [
        Row(i < facts.PRELIMINARY_INDUSTRIAL, False, 2)
        for i in range(facts.PRELIMINARY_INDUSTRIAL + facts.PRELIMINARY_OTHER)
    ]
    works = []
    for row in rest:
        kinds = ["advanced_manufacturing", "modern_services"] if row.industrial else OTHERS
        row.category = chance.choice(kinds)
        row.territory = chance.choice(SHAPE)[0]
        works.append(namer.name(row, [work for work in WORKS[row.category] if work.high >= 20_000]))
    usual = [namer.usual(work) * 2.0 for work in works]
    totals = spread(facts.PRELIMINARY_REST_TOTAL, usual, [w.low for w in works], [w.high * 2 for w in works])
    for row, total in zip(rest, totals, strict=True):
        row.total = total
    return rows + rest


def _dress(row: Row, chance: random.Random) -> None:
    if not row.owner_kind:
        kinds = (
            ["private"] * 6 + ["foreign", "state", "central_soe"]
            if row.industrial
            else ["government", "government", "state"]
        )
        row.owner_kind = chance.choice(kinds)
    if not row.difficulty and row.stage == 1 and (row.slipping or not row.started):
        row.difficulty = chance.choice(DIFFICULTIES)


def _weights(count: int, chance: random.Random) -> list[float]:
    return [chance.uniform(0.4, 2.2) for _ in range(count)]


__all__ = ["AUGUST", "Row", "build_rows"]
