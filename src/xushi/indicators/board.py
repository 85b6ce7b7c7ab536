"""记分牌：一句话、四个得分和位次、扣分项、省监测、假如做到。"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xushi.indicators.figures import Scored
from xushi.indicators.models import Indicator
from xushi.indicators.reading_board import Line, Room, Wanted, lines_of
from xushi.indicators.rules import Rung, Standing, days_left, ladder, period_words, shown, standing_of

MOST_LOST = 5
SLIDERS = 4


@dataclass(frozen=True, slots=True)
class Kpi:
    """One part of the score: points, place, and the place it would have."""

    code: str
    name: str
    score: str
    rank: int | None
    rungs: list[Rung]


def kpis_of(room: Room, board: Scored, tried: Scored | None = None) -> list[Kpi]:
    """The whole and its parts, as the specification has them."""
    codes = [board.top, *(code for code, node in room.spec.nodes.items() if node.parent == board.top)]
    among = len(board.units)
    return [
        Kpi(
            code, room.spec.nodes[code].name or code, shown(board.score(code), 2), board.rank(code),
            ladder(board.rank(code), among, tried.rank(code) if tried else None),
        )
        for code in codes
    ]  # fmt: skip


def deductions(lines: Sequence[Line]) -> list[Line]:
    """What costs points under a rule of deduction, the most first."""
    return sorted((one for one in lines if one.lost > 0 and one.deducted), key=lambda one: -one.lost)


def kinds_words(lines: Sequence[Line]) -> str:
    """指标4、重点任务4: how many of each kind."""
    kinds = {Indicator.Kind.BASE: "指标", Indicator.Kind.TASK: "重点任务", Indicator.Kind.OTHER: "其他"}
    counts = ((word, sum(one.card.kind == kind for one in lines)) for kind, word in kinds.items())
    return "、".join(f"{word}{count}" for word, count in counts if count)


@dataclass(frozen=True, slots=True)
class Headline:
    """parts: words, and the query of the list they count."""

    title: str
    parts: list[tuple[str, str]]


def headline(room: Room, board: Scored, lines: Sequence[Line], lost: Sequence[Line]) -> Headline:
    """上半年得195.63分，全市各区第9；丢分最多的是…；with counts by kind."""
    said = period_words(board.period)
    rank = f"，{len(board.units)}个区里第{board.rank(board.top)}" if board.rank(board.top) else ""
    most = "和".join(_by_group(lost)[:2])
    title = f"{said}得{shown(board.score(board.top), 2)}分{rank}" + (f"；丢分集中在{most}" if most else "")
    parts = []
    kinds = {Indicator.Kind.BASE: "指标", Indicator.Kind.TASK: "重点任务"}
    for kind, word in kinds.items():
        of_kind = [one for one in lines if one.card.kind == kind]
        if of_kind:
            losing = sum(one.lost > 0 for one in of_kind)
            parts.append((f"{len(of_kind)}项{word}有{losing}项扣分", f"kind={kind}&lost=1"))
    added = [one for one in lines if one.card.kind == Indicator.Kind.ADDED]
    if added:
        waiting = sum(bool(one.waits_for) for one in added)
        parts.append((f"市增补{len(added)}项中{waiting}项目标值未定", "kind=added&waits=1"))
    return Headline(title, parts)


def _by_group(lost: Sequence[Line]) -> list[str]:
    """The working groups by what their indicators lose, the most first: 生态环境（6.20分）."""
    sums: dict[str, float] = {}
    for one in lost:
        name = one.card.group.name.removesuffix("组") if one.card.group else one.card.name
        sums[name] = sums.get(name, 0) + one.lost
    return [
        f"{name}（{shown(points, 2)}分）" for name, points in sorted(sums.items(), key=lambda one: -one[1])
    ]


def rests_on(board: Scored) -> str:
    """上半年的数；外区3个数只知位次；1,098个是示例数."""
    told = []
    if board.assembled.carried:
        told.append(f"{board.assembled.carried}个数沿用较早的月份")
    if board.assembled.ranked_only:
        told.append(f"外区{board.assembled.ranked_only}个数只知位次，按前后两家估")
    if board.assembled.made_up:
        told.append(f"{len(board.assembled.cells)}个数里{board.assembled.made_up}个是示例，只作打分的输入")
    return "；".join(told)


@dataclass(frozen=True, slots=True)
class Slider:
    """One indicator that can be tried: from where to where, what stands, what is tried, what it gives back."""

    card: Indicator
    low: float
    high: float
    step: float
    value: float
    tried: float
    target: float | None
    gain: str
    value_text: str
    target_at: int | None


def sliders_of(
    room: Room, board: Scored, lost: Sequence[Line], wanted: Wanted, asked: Sequence[int] = ()
) -> list[Slider]:
    """The dearest deductions that have a target, and whatever else was asked for."""
    keys = set(asked) | set(wanted.values)
    first = [one for one in lost if one.target is not None][:SLIDERS]
    more = [one for one in lines_of(room, board) if one.card.pk in keys and one not in first]
    return [made for one in [*first, *more] if (made := _slider(room, board, one, wanted)) is not None]


def _slider(room: Room, board: Scored, line: Line, wanted: Wanted) -> Slider | None:
    held = board.assembled.cells.get((room.own, line.card.code))
    if held is None or held.low is None or line.target is None:
        return None
    value, target, places = held.low, line.target, line.card.places
    tried = wanted.values.get(line.card.pk, value)
    reach = max(abs(target - value), 10.0**-places)
    low, high = min(value, target, tried) - reach / 2, max(value, target, tried) + reach / 2
    if line.card.measure == "%" and value >= 0 and target >= 0:
        low, high = max(low, 0.0), max(min(high, 100.0), value, target)
    if line.card.measure not in ("%", "个百分点") and min(value, target) >= 0:
        low = max(low, 0.0)
    low, high = round(low, places), round(high, places)
    gain = _gain(room, board, line, wanted)
    at = round((target - low) / (high - low) * 100) if high > low else None
    return Slider(line.card, low, high, 10.0**-places, value, tried, target, gain, shown(value, places), at)


def _gain(room: Room, board: Scored, line: Line, wanted: Wanted) -> str:
    """What this one alone gives, in points of the whole."""
    tried = wanted.values.get(line.card.pk)
    if tried is None:
        return ""
    alone = Wanted(board.period, "", {line.card.pk: tried})
    changes = alone.changes(room)
    if not changes:
        return ""
    after = room.scored(board.period, changes=changes)
    return _more((after.score(board.top) or 0) - (board.score(board.top) or 0))


def _more(points: float) -> str:
    return f"+{shown(points, 2)}" if points > 0 else shown(points, 2)


@dataclass(frozen=True, slots=True)
class Tried:
    """What comes of a what-if: the whole before and after, the place, and how far to the next."""

    before: str
    after: str
    more: str
    rank: int | None
    rungs: list[Rung]
    next_words: str
    parts: list[tuple[str, str, str, int | None, int | None]]
    up: bool


def tried_of(room: Room, board: Scored, wanted: Wanted) -> tuple[Scored | None, Tried | None]:
    """The what-if of an address; None where it asks for nothing. At most one build."""
    changes, vintages = wanted.changes(room), wanted.vintages(room)
    if not changes and (not vintages or vintages == board.spec.vintages):
        return None, None
    after = room.scored(board.period, vintages=vintages, changes=changes)
    top = board.top
    points = (after.score(top) or 0) - (board.score(top) or 0)
    parts = [
        (room.spec.nodes[code].name or code, shown(board.score(code), 2), shown(after.score(code), 2),
         board.rank(code), after.rank(code))
        for code, node in room.spec.nodes.items()
        if node.parent == top and after.score(code) != board.score(code)
    ]  # fmt: skip
    rungs = ladder(board.rank(top), len(board.units), after.rank(top))
    return after, Tried(
        shown(board.score(top), 2), shown(after.score(top), 2), _more(points), after.rank(top), rungs,
        _next(after), parts, points > 0,
    )  # fmt: skip


def _next(after: Scored) -> str:
    """约第7，距第6还差0.80分."""
    top, rank = after.top, after.rank(after.top)
    if rank is None or rank == 1:
        return "排第1" if rank == 1 else ""
    own = after.score(top) or 0
    ahead = min(
        (score for unit in after.units if (score := after.score(top, unit)) is not None and score > own),
        default=None,
    )
    return f"约排第{rank}" + (f"，距前一位还差{shown(ahead - own, 2)}分" if ahead is not None else "")


@dataclass(frozen=True, slots=True)
class ProvinceBar:
    """The indicators of the province by how they stand; count of those without a clear target beside."""

    name: str
    total: int
    parts: list[tuple[str, str, int, list[str]]]
    unclear: int
    indices: list[Kpi]
    system: str
    period: str


def province_of(room: Room) -> ProvinceBar:
    board = room.scored()
    groups, unclear = standings_of(room, board)
    names = {
        one: [room.cards[room.spec.nodes[code].data or code].name for code in groups[one]] for one in Standing
    }
    order = (Standing.DONE, Standing.ON_SCHEDULE, Standing.UPPER, Standing.BEHIND, Standing.UNCLEAR)
    parts = [(one.value, one.label, len(names[one]), names[one]) for one in order if names[one]]
    total = sum(len(some) for some in names.values())
    return ProvinceBar(
        room.system.name,
        total,
        parts,
        len(unclear),
        kpis_of(room, board),
        room.system.code,
        room.stage_period,
    )


def standings_of(room: Room, board: Scored) -> tuple[dict[Standing, list[str]], list[str]]:
    """The indicators of the first part by how they stand, and those without a target that is a figure."""
    groups: dict[Standing, list[str]] = {one: [] for one in Standing}
    unclear = []
    first = next((code for code, node in room.spec.nodes.items() if node.parent == board.top), "")
    for code, node in room.spec.nodes.items():
        if node.parent != first:
            continue
        column = node.data or code
        if column not in room.cards:
            continue
        known = sum((unit, column) in board.assembled.cells for unit in board.units)
        rank = board.rank(code) if known * 2 > len(board.units) else None
        target = board.reference(code)
        if target is None:
            unclear.append(code)
        held = room.latest(column)
        stands = standing_of(held.low if held else None, target, board.reference(code, "schedule"), rank,
                             known, room.sign(code))  # fmt: skip
        groups[stands].append(code)
    return groups, unclear


@dataclass(frozen=True, slots=True)
class Watch:
    """An indicator of the own district that moved against itself: before, now."""

    card: Indicator
    before: str
    now: str
    before_period: str
    now_period: str


def watched(room: Room) -> list[Watch]:
    """What fell furthest below its own usual month-to-month movement in the latest month; see volatile()."""
    made = []
    for column, series in room.own_series.items():
        card = room.cards.get(column)
        months = sorted(month for month in series if month[:4] == str(room.version.year))
        if card is None or len(months) < 4:
            continue
        values = [float(series[month].low or 0) for month in months]
        code = next(code for code, node in room.spec.nodes.items() if (node.data or code) == column)
        if volatile(values, room.sign(code)):
            made.append(
                Watch(card, shown(values[-2], card.places), shown(values[-1], card.places),
                      period_words(months[-2]), period_words(months[-1]))
            )  # fmt: skip
    return made


def volatile(values: Sequence[float], sign: int = 1) -> bool:
    """Whether the last movement is for the worse and beyond three times the usual one (median of those before).

    Against its own history, not a fixed band: what usually moves by ten may move by ten.
    """
    moves = [abs(after - before) for before, after in pairwise(values[:-1])]
    if len(moves) < 2:
        return False
    usual = sorted(moves)[len(moves) // 2]
    return (values[-2] - values[-1]) * sign > 3 * max(usual, 1e-9)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left to do for a share of days: a sentence and what it rests on."""

    title: str
    note: str
    possible: bool


def outlook_of(card: Indicator, value: float, target: float, period: str) -> Outlook | None:
    if not card.by_days or value >= target:
        return None
    days = days_left(value, target, period, card.places)
    aim = f"{shown(target, 0 if target == int(target) else card.places)}%"
    if days.possible:
        title = f"要达{aim}，余下{days.left}天里须有{days.needed}天"
    else:
        title = f"全年已达不到{aim}：还要{days.needed}天，只余{days.left}天"
    so_far = f"{period_words(period)}{days.passed}天里约{days.good}天"
    note = f"{so_far}；全年须有{days.all_year}天，按四舍五入到{card.places}位小数算。"
    return Outlook(title, note, days.possible)
