"""要素保障的判断：哪一类、按什么量、到哪一步；盘子够不够，来不来得及，撞没撞上。"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from xushi.alerts.rules import Cause, Finding, Level
from xushi.calendars.rules import WorkingCalendar
from xushi.core.money import plain
from xushi.registry.rules import Problem

RED_AFTER = 10  # working days past the day it was needed
LONGEST_WORDS = 1000
MOST = 10**15


class Kind(StrEnum):
    """要素; an amount is stored as a whole number of the smallest part: 0.01亩, 元, 户, 0.01吨标煤, 处."""

    LAND = "land"
    QUOTA = "quota"
    FUNDS = "funds"
    DEMOLITION = "demolition"
    ENERGY = "energy"
    UTILITIES = "utilities"
    FOREST = "forest"

    @property
    def label(self) -> str:
        return _WORDS[self][0]

    @property
    def unit(self) -> str:
        return _WORDS[self][1]

    @property
    def scale(self) -> int:
        """How many stored parts make one of the unit that people write."""
        return _WORDS[self][2]

    @property
    def left_word(self) -> str:
        """What the missing rest is called: 资金缺口, 未拆户数 …"""
        return _WORDS[self][3]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in cls]


_WORDS = {
    Kind.LAND: ("供地", "亩", 100, "未供"),
    Kind.QUOTA: ("用地指标", "亩", 100, "指标缺口"),
    Kind.FUNDS: ("资金", "万元", 10_000, "资金缺口"),
    Kind.DEMOLITION: ("征地拆迁", "户", 1, "未拆"),
    Kind.ENERGY: ("能耗指标", "吨标煤", 100, "指标缺口"),
    Kind.UTILITIES: ("水电气配套", "处", 1, "未通"),
    Kind.FOREST: ("林地定额", "亩", 100, "定额缺口"),
}
STOCKED = (Kind.QUOTA, Kind.ENERGY, Kind.FOREST)  # 区里有盘子的


class State(StrEnum):
    ASKED = "asked"
    PROMISED = "promised"
    PARTLY = "partly"
    MET = "met"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATES[self][0]

    @property
    def mark(self) -> str:
        return _STATES[self][1]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in cls]


_STATES = {
    State.ASKED: ("待答复", "pending"),
    State.PROMISED: ("已承诺", "working"),
    State.PARTLY: ("部分落实", "half"),
    State.MET: ("已落实", "closed"),
    State.REFUSED: ("不能保障", "error"),
    State.WITHDRAWN: ("已撤回", "closed"),
}
OPEN = (State.ASKED, State.PROMISED, State.PARTLY)


def state_of(amount: int, promised: int, met: int) -> State:
    """Follows from the figures alone, while the request is open."""
    if met >= amount:
        return State.MET
    if met:
        return State.PARTLY
    return State.PROMISED if promised else State.ASKED


def shown(kind: Kind, amount: int) -> str:
    """120.5亩, 3,000万元."""
    return f"{number(kind, amount)}{kind.unit}"


def number(kind: Kind, amount: int) -> str:
    """The amount as people write it, with thousands separators."""
    whole, _, part = plain(Decimal(amount) / kind.scale).partition(".")
    grouped = f"{int(whole):,}"
    return f"{grouped}.{part}" if part else grouped


def amount_of(kind: Kind, text: str) -> int:
    """What was typed as stored parts; ValueError with a sentence where it is no such amount."""
    try:
        parts = Decimal(text.strip().replace(",", "").replace("，", "")) * kind.scale
    except InvalidOperation:
        raise ValueError(f"“{text[:20]}”不是数，请只填数字，单位是{kind.unit}。") from None
    if not parts.is_finite() or parts < 0 or parts > MOST:
        raise ValueError(f"“{text[:20]}”不合理，请核对，单位是{kind.unit}。")
    if parts != parts.to_integral_value():
        finest = plain(Decimal(1) / kind.scale)
        raise ValueError(f"{kind.label}最细填到{finest}{kind.unit}，请核对“{text[:20]}”。")
    return int(parts)


@dataclass(frozen=True, slots=True)
class RequestInput:
    """One request as it comes: project by key, amount in stored parts of its kind."""

    project: int
    kind: Kind
    amount: int
    needed_by: date
    words: str
    plot: str = ""
    token: str = ""


def problems_of_request(row: RequestInput, today: date) -> Iterator[Problem]:
    if not 0 < row.amount <= MOST:
        yield Problem("amount", f"要多少{row.kind.label}要填大于0的数，单位是{row.kind.unit}。")
    if row.needed_by < today:
        yield Problem("needed_by", f"{row.needed_by}已经过了，请填今天或以后最迟要用的日子。")
    elif row.needed_by.year > today.year + 5:
        yield Problem("needed_by", f"{row.needed_by.year}年太远了，请核对年份。")
    if not row.words.strip():
        yield Problem("words", "写一句用在哪、卡在哪，如“二期厂房桩基要进场，缺新增指标”。")
    elif len(row.words) > LONGEST_WORDS:
        yield Problem("words", f"写了{len(row.words)}字，最多{LONGEST_WORDS}字，请精简。")


def over_stock(kind: Kind, year: int, total: int, promised: int, more: int) -> str:
    """The sentence that refuses a promise beyond what is left of a stock; "" where there is enough."""
    left = total - promised
    if more <= left:
        return ""
    return (
        f"{year}年{kind.label}共{shown(kind, total)}，已承诺{shown(kind, promised)}，只剩{shown(kind, left)}，"
        f"这次要再承诺{shown(kind, more)}，差{shown(kind, more - left)}。请少承诺些，或先追加指标、收回别的承诺。"
    )


def below_promised(kind: Kind, year: int, total: int, promised: int, to: Sequence[tuple[str, int]]) -> str:
    """The sentence that refuses to cut a stock below what is promised: by how much, and to whom; "" where it may be."""
    if total >= promised:
        return ""
    named = "、".join(f"“{name}”{shown(kind, amount)}" for name, amount in to[:5])
    more = f"等{len(to)}个项目" if len(to) > 5 else ""
    short = shown(kind, promised - total)
    return (
        f"{year}年{kind.label}已承诺{shown(kind, promised)}，减到{shown(kind, total)}就差{short}。"
        f"已承诺给{named}{more}，请先收回其中的承诺再减。"
    )


def overdue(kind: Kind, state: State, needed_by: date, today: date, days: WorkingCalendar) -> Finding | None:
    """要素逾期: not met though the day it was needed is past; red after more than ten working days."""
    if state not in OPEN or today <= needed_by:
        return None
    late = days.between(needed_by, today)
    level = Level.RED if late > RED_AFTER else Level.YELLOW
    return Finding(Cause.REQUEST_OVERDUE, level, needed_by, note=f"{kind.label}{state.label}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request as the conflicts look at it."""

    pk: int
    project: int
    project_name: str
    kind: Kind
    year: int
    amount: int
    promised: int
    needed_by: date
    available_on: date | None
    plot: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """冲突: what collides, in a sentence, and the requests it is between."""

    sort: str
    sentence: str
    requests: tuple[Asked, ...]


def conflicts(asked: Iterable[Asked], left: dict[tuple[Kind, int], int]) -> list[Conflict]:
    """Everything that cannot come out; left: what is left of each stock, by kind and year."""
    rows = list(asked)
    return [*_beyond_stock(rows, left), *_same_plot(rows), *_too_late(rows)]


def _beyond_stock(rows: Sequence[Asked], left: dict[tuple[Kind, int], int]) -> Iterator[Conflict]:
    wanting: dict[tuple[Kind, int], list[Asked]] = defaultdict(list)
    for row in rows:
        if row.kind in STOCKED and row.amount > row.promised:
            wanting[row.kind, row.year].append(row)
    for (kind, year), group in sorted(wanting.items()):
        wanted = sum(row.amount - row.promised for row in group)
        have = left.get((kind, year), 0)
        if wanted > have:
            said = (
                f"{year}年{kind.label}还有{len(group)}项要{shown(kind, wanted)}，"
                f"只剩{shown(kind, have)}，差{shown(kind, wanted - have)}"
            )
            yield Conflict("stock", said, tuple(group))


def _same_plot(rows: Sequence[Asked]) -> Iterator[Conflict]:
    plots: dict[tuple[Kind, str], list[Asked]] = defaultdict(list)
    for row in rows:
        if row.plot:
            plots[row.kind, row.plot].append(row)
    for (kind, plot), group in sorted(plots.items()):
        if len({row.project for row in group}) > 1:
            names = "、".join(f"“{row.project_name}”" for row in group[:4])
            yield Conflict("plot", f"{names}都要同一地块{plot.upper()}的{kind.label}", tuple(group))


def _too_late(rows: Sequence[Asked]) -> Iterator[Conflict]:
    for row in sorted(rows, key=lambda one: (one.needed_by, one.pk)):
        if row.available_on and row.available_on > row.needed_by:
            days = (row.available_on - row.needed_by).days
            said = f"“{row.project_name}”{row.needed_by}要用{row.kind.label}，{row.available_on}才能到位，晚{days}天"
            yield Conflict("late", said, (row,))
