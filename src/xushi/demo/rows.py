"""演示区的四百五十行：随机而可重复，加起来与公开报告的每个数相等。"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from xushi.core.months import Month
from xushi.demo import facts
from xushi.demo.facts import YI, Share
from xushi.demo.named import NAMED, Named
from xushi.demo.names import Namer
from xushi.demo.spread import spread

AUGUST = Month(facts.YEAR, facts.CLOSED)
# 全区累计投资占到八月底的份额：春节慢，六月赶
PACE = (0.055, 0.127, 0.262, 0.385, 0.508, 0.680, 0.842, 1.0)


@dataclass(slots=True)
class Row:
    """One project of the district; amounts in 万元. industrial/joint say which part of the report counts it."""

    industrial: bool
    joint: bool
    stage: int  # 1 当年实施 2 前期工作
    name: str = ""
    category: str = ""
    territory: str = ""
    chain: str = ""
    owner_kind: str = ""
    difficulty: str = ""
    provincial: bool = False
    ceremony: bool = False
    total: int = 0
    plan: int = 0
    done: int = 0
    before: int = 0
    start: Month | None = None  # 计划开工
    started_on: date | None = None
    completed_on: date | None = None
    completion: Month | None = None  # 计划竣工
    slipping: bool = False
    fixed: bool = False
    months: list[int] = field(default_factory=list)  # 1—8月累计

    @property
    def started(self) -> bool:
        return self.started_on is not None

    @property
    def rate(self) -> float:
        return self.done / self.plan if self.plan else 0.0


def build_rows() -> list[Row]:
    """All 450, the same at every call."""
    chance = random.Random(2018)
    rows = [
        *_joint_industrial(chance),
        *_joint_other(chance),
        *_district_industrial(chance),
        *_district_other(chance),
        *_preliminary(chance),
    ]
    _date_the_rest(rows, chance)
    Namer(chance).dress(rows)
    for row in rows:
        row.months = _monthly(row, chance)
    return rows


def _of(named: Named, *, joint: bool) -> Row:
    columns = {name: getattr(named, name) for name in Named.__slots__}
    return Row(joint=joint, stage=1, fixed=True, **columns)


def _joint_industrial(chance: random.Random) -> list[Row]:
    """21 large ones; 紫光 alone has not started, three slip; the four of a hundred 亿元 are on the provincial list."""
    rows = [_of(named, joint=True) for named in NAMED if named.name in _JOINT_NAMES]
    sizes = [268.0, 212.0, 92.5, 81.0, 66.4, 58.9, 42.0, 36.5, 31.0, 27.5, 21.0, 17.0]
    rest = [Row(True, True, 1, total=int(size * YI), started_on=date(2017, 1, 1)) for size in sizes]
    for row in rest[:2]:
        row.provincial = True
    for row in rest[3:6]:
        row.slipping = True
    _fill(rows, rest, facts.JOINT_INDUSTRIAL, chance)
    return rows + rest


_JOINT_NAMES = {
    "紫光项目", "台积电晶圆厂一期", "欣铨项目", "依维柯新能源整车技改", "科学城研发载体一期",
    "先进封装测试基地", "轨道交通装备产业园", "第三代半导体中试线", "智能电网装备厂",
}  # fmt: skip


def _joint_other(chance: random.Random) -> list[Row]:
    parts = [(600_000, 140_000, 170_000), (488_000, 110_000, 127_000), (400_000, 85_000, 100_000)]
    rows = [Row(False, True, 1, total=t, plan=p, done=d, started_on=date(2017, 1, 1)) for t, p, d in parts]
    share = facts.JOINT_OTHER
    if (sum(r.total for r in rows), sum(r.plan for r in rows), sum(r.done for r in rows)) != (
        share.total, share.plan, share.done
    ):  # fmt: skip
        raise ValueError("省市三个非产业项目与报告对不上")
    return rows


def _district_industrial(chance: random.Random) -> list[Row]:
    rows = [_of(named, joint=False) for named in NAMED if named.name not in _JOINT_NAMES]
    ceremony = _completed_ceremony(chance)
    waiting = [Row(True, False, 1) for _ in range(11)]
    for row, plan in zip(
        waiting, spread(22_000, _weights(11, chance), [800] * 11, [4_000] * 11), strict=True
    ):
        row.plan, row.total = plan, plan * 2
    going = [Row(True, False, 1, started_on=date(2017, 1, 1)) for _ in range(21)]
    going[0].total, going[1].total = 128_000, 116_000
    share = facts.DISTRICT_INDUSTRIAL
    known = [*rows, *ceremony, *waiting]
    left = share.total - sum(r.total for r in known) - going[0].total - going[1].total
    for row, total in zip(
        going[2:], spread(left, _weights(19, chance), [9_000] * 19, [99_000] * 19), strict=True
    ):
        row.total = total
    _fill(known, going, share, chance, most=1.25)
    return known + going


def _completed_ceremony(chance: random.Random) -> list[Row]:
    """The 17 smaller industrial ones of the June ceremony; 台积电 and 欣铨 are the other two of its 19."""
    count = facts.CEREMONY - 2
    big = sum(named.done + named.before for named in NAMED if named.ceremony)
    to_date = spread(
        facts.CEREMONY_TO_DATE - big, _weights(count, chance), [10_500] * count, [30_000] * count
    )
    done = spread(235_000, [float(x) for x in to_date], [5_000] * count, to_date)
    plans = spread(220_000, [float(x) for x in done], [4_500] * count, [int(x * 1.1) for x in done])
    rows = []
    for whole, part, plan in zip(to_date, done, plans, strict=True):
        day = date(2018, 4, 1) + timedelta(days=chance.randint(0, 85))
        rows.append(
            Row(True, False, 1, total=whole + 300, plan=plan, done=part, before=whole - part, ceremony=True,
                started_on=date(2017, 1, 1), completed_on=day, fixed=True)
        )  # fmt: skip
    return rows


def _district_other(chance: random.Random) -> list[Row]:
    """285: 25 small ones completed, 50 not started, 210 going, of which 34 slip (five only began in August)."""
    completed = _completed_other(chance)
    waiting = [Row(False, False, 1) for _ in range(50)]
    for row, plan in zip(
        waiting, spread(140_000, _weights(50, chance), [600] * 50, [9_000] * 50), strict=True
    ):
        row.plan = plan
    late = [
        Row(False, False, 1, slipping=True, started_on=date(2018, 8, 20))
        for _ in range(facts.STARTED_IN_AUGUST)
    ]
    for row in late:
        row.plan = chance.randint(3_000, 9_000)
        row.done = row.plan * chance.randint(4, 20) // 100
        row.fixed = True
    slow = facts.SLIPPING - facts.STARTED_IN_AUGUST - 3 - 1
    going = [Row(False, False, 1, started_on=date(2017, 1, 1), slipping=i < slow) for i in range(205)]
    known = [*completed, *waiting, *late]
    _fill(known, going, facts.DISTRICT_OTHER, chance, totals=[*waiting, *late, *going])
    return known + going


def _completed_other(chance: random.Random) -> list[Row]:
    count = facts.COMPLETED - facts.COMPLETED_INDUSTRIAL
    industrial = sum(n.total for n in NAMED if n.completed_on) + facts.CEREMONY_TO_DATE + 17 * 300
    industrial -= sum(n.done + n.before for n in NAMED if n.ceremony)
    totals = spread(
        facts.COMPLETED_TOTAL - industrial, _weights(count, chance), [800] * count, [9_000] * count
    )
    rows = []
    for total in totals:
        plan = total * chance.randint(55, 90) // 100
        day = date(2018, 2, 20) + timedelta(days=chance.randint(0, 185))
        rows.append(Row(False, False, 1, total=total, plan=plan, done=plan, before=total - plan, fixed=True,
                        started_on=date(2017, 1, 1), completed_on=day))  # fmt: skip
    return rows


def _fill(known: Sequence[Row], rest: Sequence[Row], share: Share, chance: random.Random, *,
          most: float = 1.2, totals: Sequence[Row] = ()) -> None:  # fmt: skip
    """Give the rest their plan, total and done, so that the part adds up to its share."""
    plan_left = share.plan - sum(row.plan for row in known)
    weights = [row.total * chance.uniform(0.6, 1.4) if row.total else chance.uniform(0.3, 3) for row in rest]
    high = [int(row.total * 0.8) if row.total else plan_left // 12 for row in rest]
    for row, plan in zip(rest, spread(plan_left, weights, [1_000] * len(rest), high), strict=True):
        row.plan = plan
    if totals:
        left = share.total - sum(row.total for row in known if row not in totals)
        factors = [row.plan * chance.uniform(1.5, 5) for row in totals]
        low = [int(row.plan * 1.25) + 200 for row in totals]
        for row, total in zip(
            totals, spread(left, factors, low, [row.plan * 12 for row in totals]), strict=True
        ):
            row.total = total
    _invest(known, rest, share, chance, most)


def _invest(
    known: Sequence[Row], rest: Sequence[Row], share: Share, chance: random.Random, most: float
) -> None:
    slow = [row for row in rest if row.slipping]
    for i, row in enumerate(slow):
        rate = chance.uniform(0.15, 0.35) if i % 4 == 0 else chance.uniform(0.38, 0.55)
        row.done = int(row.plan * rate)
    steady = [row for row in rest if not row.slipping]
    left = share.done - sum(row.done for row in known) - sum(row.done for row in slow)
    aim = left / sum(row.plan for row in steady)
    weights = [row.plan * max(chance.gauss(aim, 0.08) - 0.57, 0.01) for row in steady]
    low = [row.plan * 57 // 100 + 1 for row in steady]
    high = [int(row.plan * most) for row in steady]
    for row, done in zip(steady, spread(left, weights, low, high), strict=True):
        row.done = done


def _preliminary(chance: random.Random) -> list[Row]:
    rows = [Row(True, True, 2, total=total) for total in (2_600_000, 1_642_000, 1_000_000)]
    industrial, other = facts.PRELIMINARY_INDUSTRIAL, facts.PRELIMINARY_OTHER
    rest = [Row(i < industrial, False, 2) for i in range(industrial + other)]
    count = len(rest)
    sums = spread(facts.PRELIMINARY_REST_TOTAL, _weights(count, chance), [3_000] * count, [400_000] * count)
    for row, total in zip(rest, sums, strict=True):
        row.total = total
    return rows + rest


def _weights(count: int, chance: random.Random) -> list[float]:
    return [chance.uniform(0.4, 2.2) for _ in range(count)]


def _date_the_rest(rows: Sequence[Row], chance: random.Random) -> None:
    """Planned starts, real starts, ends, and what was invested before the year."""
    under_way = [row for row in rows if row.stage == 1]
    _plan_late_starts(under_way, chance)
    for row in under_way:
        if row.fixed and row.start:
            _end(row, chance)
            continue
        if row.started and row.started_on != date(2018, 8, 20):
            _start(row, chance)
        _end(row, chance)
    for row in rows:
        if row.stage == 2:
            row.start = Month(2019, chance.randint(1, 12))


def _plan_late_starts(under_way: Sequence[Row], chance: random.Random) -> None:
    """22 should have started by now, the other 42 are due later in the year; those of August were due before."""
    waiting = [row for row in under_way if not row.started and row.start is None]
    chance.shuffle(waiting)
    named = sum(1 for row in under_way if not row.started and row.start and row.start <= AUGUST)
    due = facts.OVERDUE_START - named
    for i, row in enumerate(waiting):
        # 两个八月才到期，其余七月前就到期：七月底比八月底多三个
        month = (8 if i < 2 else chance.randint(3, 7)) if i < due else chance.randint(9, 12)
        row.start = Month(facts.YEAR, month)
    for row in under_way:
        if row.started_on == date(2018, 8, 20):
            row.start = Month(facts.YEAR, chance.randint(5, 7))
            row.started_on = date(2018, 8, chance.randint(15, 29))


def _start(row: Row, chance: random.Random) -> None:
    new = row.completed_on is None and not row.joint and chance.random() < 0.38
    row.start = (
        Month(2018, chance.randint(1, 4))
        if new
        else Month(2016 + chance.randint(0, 1), chance.randint(1, 12))
    )
    row.started_on = row.start.first_day + timedelta(days=chance.randint(0, 27))
    if not new and not row.before:
        room = max(row.total - row.done - max(row.plan - row.done, 0) - 50, 0)
        row.before = int(room * chance.uniform(0.2, 0.85)) if room else 0


def _end(row: Row, chance: random.Random) -> None:
    if row.completed_on:
        row.completion = Month.of(row.completed_on).plus(chance.randint(0, 2))
    elif row.completion is None:
        row.completion = Month(2018, 12).plus(chance.randint(0, 30))


def _monthly(row: Row, chance: random.Random) -> list[int]:
    """Cumulative 万元 at the end of January … August; never falling, ending at what is done."""
    if row.stage == 2 or not row.done:
        return [0] * 8
    first = row.started_on.month if row.started_on and row.started_on.year == 2018 else 1
    last = min(row.completed_on.month, 8) if row.completed_on else 8
    first = min(first, last)
    steps = [
        (PACE[m - 1] - (PACE[m - 2] if m > 1 else 0)) * chance.uniform(0.8, 1.2)
        if first <= m <= last
        else 0.0
        for m in range(1, 9)
    ]
    whole, gathered, months = sum(steps), 0.0, []
    for step in steps:
        gathered += step
        months.append(round(row.done * gathered / whole))
    if row.slipping and first < 8:  # 七月就已经慢了：七月底留在红线以下
        months[6] = min(months[6], int(row.plan * 0.47))
        months[:6] = [min(m, months[6]) for m in months[:6]]
    elif not row.completed_on and row.started and first < 8:  # 七月也不算慢
        months[6] = max(months[6], min(row.plan * 49 // 100 + 1, row.done))
    return months


__all__ = ["AUGUST", "Row", "build_rows", "replace"]
