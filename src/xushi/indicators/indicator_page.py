"""一个指标的页：这几分怎么来的，今年走势，同城各区，做到多少能回几分，分解到各处。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xushi.indicators.board import Outlook, outlook_of
from xushi.indicators.charting import chart_of
from xushi.indicators.figures import Scored
from xushi.indicators.models import Indicator, Observation
from xushi.indicators.models_tasks import Target
from xushi.indicators.reading_board import Line, Room, invented, lines_of
from xushi.indicators.rules import Bar, bar_of, days_left, period_words, shown

FORMS = {
    "deduct": "扣分", "bonus": "加分", "brackets": "分档", "pass": "达标得分", "minmax": "最大最小化",
    "value": "按数记分", "rank": "位次记分", "efficacy": "功效系数", "zscore": "标准分", "interval": "区间",
    "ratio": "比值", "curve": "折线",
    "affine": "线性", "goalposts": "标杆", "distance": "距最优",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chevron:
    """One step of the way to a score; tone amber where points are lost, ink for the score itself."""

    label: str
    value: str
    note: str
    tone: str = ""


def chevrons(board: Scored, line: Line, unit: str) -> list[Chevron]:
    """口径 → 现值 → 参照 → 差距 → 规则 → 原始 → 封顶 → 得分, out of the engine's trace alone."""
    cell = board.cell(line.code, unit)
    if cell is None:
        return []
    rule: Any = board.spec.nodes[line.code].score or board.spec.defaults.score
    places, measure = line.card.places, line.card.measure
    held = board.assembled.cells.get((unit, line.card.code))
    said = [
        Chevron("口径", period_words(held.period) if held else period_words(board.period),
                _said(cell, line.card) + ("（示例）" if held and held.made_up else "")),
        Chevron("现值", _with(cell["input"], places, measure), _counted(held, line) or _derived(cell, places)),
    ]  # fmt: skip
    for name, value in list(cell["references"].items())[:2]:
        example = invented(board.spec, line.code, name) if name != "target" else line.target_made_up
        said.append(Chevron("参照", _with(value, places, measure), _reference(name) + _example(example)))
    said += _ruled(rule, cell, line)
    return said


def _example(made_up: bool) -> str:
    return "（示例）" if made_up else ""


def _said(cell: dict[str, Any], card: Indicator) -> str:
    return (
        "，".join(filter(None, (cell.get("vintage", ""), cell.get("source", "") or card.source)))
        or "没有写来源"
    )


def _with(value: float | None, places: int, measure: str) -> str:
    return f"{shown(value, places)}{'%' if measure == '%' and value is not None else ''}"


def _counted(held: Any, line: Line) -> str:
    """129÷212天, of a share of days whose month is known."""
    if not line.card.by_days or held is None or held.low is None or held.low != held.high:
        return ""
    days = days_left(held.low, held.low, held.period, line.card.places)
    return f"约{days.good}÷{days.passed}天"


def _derived(cell: dict[str, Any], places: int) -> str:
    if cell.get("standing"):
        return "只知位次"
    if cell["derived"] != cell["input"] and cell["derived"] is not None:
        return f"换算成{shown(cell['derived'], 2)}"
    return "原数"


def _reference(name: str) -> str:
    names = {
        "target": "年度目标",
        "best": "同组最好",
        "worst": "同组最差",
        "mean": "同组平均",
        "max": "同组最大",
        "min": "同组最小",
    }
    return names.get(name, name)


def _ruled(rule: Any, cell: dict[str, Any], line: Line) -> list[Chevron]:
    score, raw, full = cell["score"], cell["raw"], line.full
    made = []
    if rule.form == "deduct" and raw is not None:
        made += _deducted(rule, cell, line, raw)
    else:
        made.append(
            Chevron("规则", FORMS.get(rule.form, rule.form), _steps(rule) + _example(line.rule_made_up))
        )
        made.append(Chevron("原始分", shown(raw, 3), "没有取舍"))
    made.append(Chevron("得分", shown(score, 2), f"满分{shown(full, 2)}" if full else "", "ink"))
    return made


def _deducted(rule: Any, cell: dict[str, Any], line: Line, raw: float) -> list[Chevron]:
    """差距 → 规则 → 原始扣分 → 扣完为止."""
    off, places = rule.full - raw, line.card.places
    far = abs((cell["treated"] or 0) - line.target) if line.target is not None and off > 0 else 0.0
    tone, per = "amber" if off > 0 else "", "1%" if rule.relative else f"{rule.per:g}"
    plain = off > 0 and rule.per == 1 and rule.whole == "no" and not rule.relative
    capped = f"封顶{rule.full:g}分" if cell["clamped"] != raw else "没有到顶"
    return [
        Chevron("差距", shown(far, places), "个百分点" if line.card.measure == "%" else line.card.measure),
        Chevron("规则", f"{rule.take:g}分", f"每差{per}扣，满分{rule.full:g}{_example(line.rule_made_up)}"),
        Chevron(
            "原始扣分", shown(off, 3), f"{shown(far, places)}×{rule.take:g}" if plain else "没有取舍", tone
        ),
        Chevron("扣完为止", shown(rule.full - cell["clamped"], 2), capped, tone),
    ]


def _steps(rule: Any) -> str:
    return "，".join(f"到{step.at}得{step.score:g}" for step in getattr(rule, "steps", ()))[:60]


@dataclass(frozen=True, slots=True)
class Peer:
    """One district in the list: a dot, or a dashed range where only its place is known. Positions in per cent."""

    place: str
    name: str
    own: bool
    text: str
    dot: float | None
    span: tuple[float, float] | None


def peers_of(room: Room, board: Scored, line: Line) -> tuple[list[Peer], float | None]:
    """Everybody by the figure itself, the best first, on one scale with the target; the target's position beside."""
    table = board.result.plan.table
    column = line.card.code
    if column not in table.columns:
        return [], None
    at = table.periods.index(board.period), slice(None), table.columns.index(column)
    lows, highs = table.low[at], table.high[at]
    known = [i for i in range(len(table.units)) if lows[i] == lows[i]]
    if not known:
        return [], None
    ends = [float(lows[i]) for i in known if lows[i] == highs[i]] or [float(lows[i]) for i in known]
    ends += [line.target] if line.target is not None else []
    low, high = min(ends), max(ends)
    wide = high - low or 1.0

    def place(value: float) -> float:
        """Along the scale, which reaches a tenth beyond what is known exactly; ranges are cut there."""
        return min(max(round((value - low + wide * 0.1) / (wide * 1.2) * 100, 1), 0), 100)

    order = sorted(known, key=lambda i: (-line.sign * (lows[i] + highs[i]) / 2, table.units[i]))
    made = []
    for number, i in enumerate(order, 1):
        unit, exact = table.units[i], lows[i] == highs[i]
        held = board.assembled.cells.get((unit, column))
        ranked = held.rank if held else None
        text = "只有位次" if ranked else shown(float(lows[i]), line.card.places)
        if not exact and not ranked:
            text = f"{shown(float(lows[i]), line.card.places)}—{shown(float(highs[i]), line.card.places)}"
        span = (
            None
            if exact
            else (place(float(lows[i])), max(round(place(float(highs[i])) - place(float(lows[i])), 1), 2))
        )
        made.append(
            Peer(
                str(ranked or number),
                unit,
                unit == room.own,
                text,
                place(float(lows[i])) if exact else None,
                span,
            )
        )
    return made, place(line.target) if line.target is not None else None


@dataclass(frozen=True, slots=True)
class Back:
    """What reaching a level would give back."""

    level: str
    days: str
    points: str
    whole: bool


def gives_back(room: Room, board: Scored, line: Line) -> list[Back]:
    """Four levels from where points begin to come back to the target, each worked out by the engine."""
    held = board.assembled.cells.get((room.own, line.card.code))
    if held is None or held.low is None or line.target is None or line.lost <= 0:
        return []
    rule: Any = board.spec.nodes[line.code].score or board.spec.defaults.score
    value, target, places = held.low, line.target, line.card.places
    begins = _begins(rule, target, line.sign, value)
    levels = [begins + (target - begins) * share for share in (0.0, 0.25, 0.5)] + [target]
    made = []
    for level in dict.fromkeys(round(one, places) for one in levels):
        if level == value:
            continue
        after = room.scored(board.period, changes={f"observations.{room.own}.{line.card.code}": level})
        points = (after.score(line.code) or 0) - (board.score(line.code) or 0)
        gain = f"+{shown(points, 2)}" if points > 0 else "开始回分"
        reached = level == round(target, places)
        made.append(Back(_with(level, places, line.card.measure), _days(line, level), gain, reached))
    return made


def _begins(rule: Any, target: float, sign: int, value: float) -> float:
    """Where a deduction that is used up begins to give back; else where the figure stands."""
    if rule.form != "deduct" or not rule.take:
        return value
    floor = rule.floor or 0
    far = (rule.full - floor) / rule.take * rule.per
    edge = target - sign * (abs(target) * far / 100 if rule.relative else far)
    return edge if (edge - value) * sign > 0 else value


def _days(line: Line, level: float) -> str:
    if not line.card.by_days or line.value is None:
        return ""
    days = days_left(line.value, level, line.value_period, line.card.places)
    return f"{days.needed}天" + ("" if days.possible else f"，只余{days.left}天")


Latest = tuple[float | None, bool, str]
"""A figure, whether it is made up, and how its review stands."""
UNKNOWN: Latest = (None, False, "")


@dataclass(frozen=True, slots=True)
class Share:
    """A target handed down, and how far its unit is."""

    target: Target
    value: float | None
    value_text: str
    gap_text: str
    behind: bool
    bar: Bar | None
    made_up: bool = False
    waiting: bool = False


def shares_of(indicator: Indicator, year: int, sign: int) -> list[Share]:
    """分解, the furthest behind first; three queries at most."""
    targets = list(
        Target.objects.filter(indicator=indicator, year=year, replaced_at=None).select_related("unit")
    )
    rows = (
        Observation.objects.standing()
        .filter(indicator=indicator, participant__unit__in=[one.unit_id for one in targets], period__startswith=str(year))
        .order_by("period").values_list("participant__unit", "low", "made_up", "state")
    )  # fmt: skip
    latest: dict[int | None, Latest] = {
        unit: (low, made_up, state) for unit, low, made_up, state in rows if low is not None
    }
    if indicator.lead_id in {one.unit_id for one in targets} and (held := _district(indicator, year)):
        latest[indicator.lead_id] = held
    made = [_share(one, latest.get(one.unit_id, UNKNOWN), indicator, sign) for one in targets]
    return sorted(made, key=lambda one: 0 if one.value is None else sign * (one.value - one.target.value))


def _district(indicator: Indicator, year: int) -> Latest | None:
    """What the district has come to: also what the unit that answers for it has, where the target is its own."""
    rows = Observation.objects.standing().filter(indicator=indicator, participant__own=True).exclude(low=None)
    found = rows.filter(period__startswith=str(year)).order_by("-period", "-pk")
    held: Latest | None = found.values_list("low", "made_up", "state").first()
    return held


def _share(target: Target, known: Latest, indicator: Indicator, sign: int) -> Share:
    value, made_up, state = known
    waiting = state == Observation.State.WAITING
    if value is None:
        return Share(target, value, shown(value, indicator.places), "—", False, None, made_up, waiting)
    gap = value - target.value
    return Share(target, value, shown(value, indicator.places), f"{'+' if gap > 0 else ''}{shown(gap, indicator.places)}",
                 gap * sign < 0, bar_of(value, target.value, sign), made_up, waiting)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """All that the page of one indicator shows."""

    line: Line
    title: str
    note: str
    chevrons: list[Chevron]
    chart: dict[str, Any] | None
    sentence: str
    points: list[tuple[str, str]]
    peers: list[Peer]
    target_at: float | None
    back: list[Back]
    shares: list[Share]
    outlook: Outlook | None


def page_of(room: Room, board: Scored, indicator: Indicator, now: datetime) -> IndicatorPage | None:
    line = next((one for one in lines_of(room, board) if one.card.pk == indicator.pk), None)
    if line is None:
        return None
    series = {m: one.low for m, one in room.own_series.get(indicator.code, {}).items() if one.low is not None}
    outlook = None
    if line.value is not None and line.target is not None and line.value_period:
        outlook = outlook_of(line.card, line.value, line.target, line.value_period)
    peers, target_at = peers_of(room, board, line)
    back = gives_back(room, board, line)
    return IndicatorPage(
        line, _title(line), _note(line, outlook, back), chevrons(board, line, room.own),
        _chart(room, line, series) if len(series) > 2 else None,
        f"{line.period_text}{line.value_text}，目标{line.target_text}",
        [(period_words(month), shown(value, indicator.places)) for month, value in sorted(series.items())],
        peers, target_at, back, shares_of(indicator, room.version.year, line.sign), outlook,
    )  # fmt: skip


def _chart(room: Room, line: Line, series: dict[str, float]) -> dict[str, Any]:
    return chart_of(series, line.target, room.version.year, sign=line.sign, places=line.card.places)


def _title(line: Line) -> str:
    """优良天数比例60.8%，低于目标16.2个百分点，2分已扣完."""
    name = line.card.name
    if line.waits_for:
        return f"{name}：目标值还没定，等{line.waits_for}"
    said = f"{name}{line.value_text}" if line.value is not None else f"{name}还没有数"
    if line.value is not None and line.target is not None and (line.value - line.target) * line.sign < 0:
        unit = "个百分点" if line.card.measure == "%" else line.card.measure
        far = shown(abs(line.value - line.target), line.card.places)
        said += f"，{'低于' if line.sign > 0 else '高于'}目标{far}{unit}"
    elif line.target is not None and line.value is not None:
        said += "，达到目标"
    if line.lost > 0:
        said += f"，{line.lost_text}分已扣完" if line.full == line.lost else f"，扣{line.lost_text}分"
    return said


def _note(line: Line, outlook: Outlook | None, back: Sequence[Back]) -> str:
    """先到61.0%才开始回分；要达77%，余下153天里须有152天: where points begin, and what the year still asks."""
    begins = f"先到{back[0].level}才开始回分" if back and back[0].points == "开始回分" else ""
    said = "；".join(filter(None, (begins, outlook.title if outlook else "")))
    if said:
        return said + "。"
    return f"在各区里排第{line.rank}。" if line.rank else ""


def history(indicator: Indicator, most: int = 12) -> Sequence[Observation]:
    """What was reported of the own district lately, replaced ones too; one query."""
    rows = Observation.objects.filter(indicator=indicator, participant__own=True)
    return list(
        rows.select_related("reported_by", "reviewed_by").order_by("-reported_at", "-period", "-pk")[:most]
    )
