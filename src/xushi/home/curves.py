"""走势图：实际、序时、差的那一段，写成 ECharts 读得懂的 JSON。"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xushi.core.money import YUAN_PER_YI, half_up
from xushi.core.months import Month
from xushi.progress.history import Point

TWELFTHS_PER_YI = YUAN_PER_YI * 12


def _yi(yuan: int) -> float:
    return round(yuan / YUAN_PER_YI, 4)


def words_of(yuan: int | Decimal, places: int = 1) -> str:
    return f"{half_up(Decimal(yuan) / YUAN_PER_YI, places):,}"


def due_yuan(point: Point) -> Decimal:
    return Decimal(point.due_twelfths) / 12


def sentence(points: Sequence[Point], month: Month) -> str:
    """What the drawing says, for those who cannot see it: where it stands now and where it was furthest behind."""
    if not points:
        return "这一年还没有关账的月份。"
    last = points[-1]
    text = (
        f"到{last.month.number}月完成{words_of(last.cumulative)}亿元，序时{words_of(due_yuan(last))}亿元，"
        f"全年计划{words_of(last.plan)}亿元"
    )
    behind = max(points, key=lambda point: due_yuan(point) - point.cumulative)
    short = due_yuan(behind) - behind.cumulative
    if short > 0 and behind is not last and half_up(short / YUAN_PER_YI, 1):
        text += f"；{behind.month.number}月最多慢{words_of(short)}亿元"
    return text + "。"


def option(points: Sequence[Point], *, hatched: bool = False) -> dict[str, Any] | None:
    """The ECharts option of a year's curve; None where there is nothing to draw."""
    if not points:
        return None
    last = points[-1]
    by_number = {point.month.number: point for point in points}
    series = [_schedule(points), _actual(by_number, last)]
    if hatched:
        series = [*_gap(by_number), *series]
    return {
        "grid": _margins(last),
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "boundaryGap": False,
            "data": [_tick(number, last.month.number) for number in range(13)],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "var(--line)"}},
            "axisLabel": {"interval": 0, "color": "var(--ink2)"},
        },
        "yAxis": {
            "type": "value",
            "splitNumber": 4,
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
            "axisLabel": {"color": "var(--ink2)"},
        },
        "series": series,
    }


def _margins(last: Point) -> dict[str, int]:
    """Room for the numbers beside the drawing: those of a province are longer than a district's."""
    most = max(last.plan, last.cumulative)
    on_axis, at_end = f"{float(_yi(most)) * 1.2:,.0f}", words_of(most)
    return {
        "left": max(44, 14 + 7 * len(on_axis)),
        "right": max(78, 36 + 7 * len(at_end)),
        "top": 28,
        "bottom": 26,
    }


def _tick(number: int, current: int) -> dict[str, Any]:
    shown = number == current or (number > 0 and number % 2 == 0 and abs(number - current) != 1)
    style = {"fontWeight": "bold", "color": "var(--ink)"} if number == current else {}
    return {"value": f"{number}月" if shown else " " * (number + 1), "textStyle": style}


def _schedule(points: Sequence[Point]) -> dict[str, Any]:
    """Due at each closed month, then straight to the plan at the year's end."""
    last = points[-1]
    data: list[Any] = [0.0] + [None] * 12
    for point in points:
        data[point.month.number] = round(point.due_twelfths / TWELFTHS_PER_YI, 4)
    if last.month.number < 12:
        data[last.month.number] = _labelled(
            data[last.month.number], f"序时{words_of(due_yuan(last))}", "left", bold=False
        )
        data[last.month.number]["label"]["offset"] = [0, -8]
    data[12] = _labelled(_yi(last.plan), f"计划{words_of(last.plan)}", "right", bold=False, size=0)
    return {
        "type": "line",
        "name": "序时",
        "data": data,
        "connectNulls": True,
        "symbol": "circle",
        "symbolSize": 0,
        "itemStyle": {"color": "var(--surface)", "borderColor": "var(--ink3)", "borderWidth": 2},
        "lineStyle": {"type": "dashed", "width": 1.5, "color": "var(--ink3)"},
    }


def _actual(by_number: dict[int, Point], last: Point) -> dict[str, Any]:
    data: list[Any] = [0.0] + [None] * 12
    for number, point in by_number.items():
        data[number] = _yi(point.cumulative)
    ahead = last.cumulative * 12 >= last.due_twelfths
    label = _labelled(_yi(last.cumulative), f"实际{words_of(last.cumulative)}", "right", bold=True, size=9)
    on_the_axis = last.cumulative * 10 < last.plan  # below it stand the months
    label["label"]["offset"] = [4, -12 if on_the_axis or (ahead and last.month.number == 12) else 12]
    data[last.month.number] = label
    return {
        "type": "line",
        "name": "实际",
        "data": data,
        "connectNulls": True,
        "symbol": "circle",
        "symbolSize": 0,
        "itemStyle": {"color": "var(--ink)"},
        "lineStyle": {"width": 2.75, "color": "var(--ink)"},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"type": "solid", "width": 1.5, "color": "var(--ink)"},
            "data": [{"xAxis": last.month.number}],
        },
    }


def _labelled(value: Any, text: str, position: str, *, bold: bool, size: int = 8) -> dict[str, Any]:
    return {
        "value": value,
        "symbolSize": size,
        "label": {
            "show": True,
            "formatter": text,
            "position": position,
            "color": "var(--ink)" if bold else "var(--ink2)",
            "fontWeight": "bold" if bold else "normal",
        },
    }


def _gap(by_number: dict[int, Point]) -> list[dict[str, Any]]:
    """The stretch between the two lines, hatched amber where behind."""
    floor: list[Any] = [0.0] + [None] * 12
    short: list[Any] = [0.0] + [None] * 12
    for number, point in by_number.items():
        floor[number] = _yi(point.cumulative)
        short[number] = round(max(point.due_twelfths / TWELFTHS_PER_YI - _yi(point.cumulative), 0.0), 4)
    plain = {"type": "line", "stack": "gap", "symbol": "none", "silent": True, "lineStyle": {"width": 0}}
    quiet = {"connectNulls": True, "tooltip": {"show": False}}
    return [
        {**plain, **quiet, "data": floor, "areaStyle": {"color": "transparent"}},
        {**plain, **quiet, "data": short, "areaStyle": {"color": "hatch(--amber-fill)", "opacity": 1}},
    ]
