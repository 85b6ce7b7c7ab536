"""一个指标的走势图：今年粗、去年细、目标一条横线，差的那一段画出来。颜色只用令牌的名字。"""

from collections.abc import Mapping
from typing import Any

from xushi.indicators.rules import shown

Series = Mapping[str, float]
"""Figures by month, 2018-07: those of last year too."""


def chart_of(
    series: Series, target: float | None, year: int, *, sign: int = 1, places: int = 1, ahead: bool = False
) -> dict[str, Any]:
    """The option of a chart; `ahead` draws the way that is left to the target instead of what is short of it."""
    now = _newest(series, year)
    lines = [_this_year(series, year, now, places), _last_year(series, year - 1, places)]
    said = ""
    if target is not None:
        said = f"目标{shown(target, places)}"
        lines.append(_target(target, said))
        short = now is not None and (target - now[1]) * sign > 0
        if now is not None and short:
            lines.append(_way(now, target) if ahead else _gap(now, target, places))
    axis = {"axisLine": {"show": False}, "axisTick": {"show": False}, "axisLabel": {"color": "var(--ink3)"}}
    return {
        "grid": {"left": 40, "right": max(72, 24 + 8 * len(said)), "top": 16, "bottom": 28},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": _months(now), "boundaryGap": False, **axis},
        "yAxis": {"type": "value", "scale": True, "splitLine": {"lineStyle": {"color": "var(--line)"}}, **axis},
        "series": lines,
    }  # fmt: skip


def _newest(series: Series, year: int) -> tuple[int, float] | None:
    """The newest figure of the year and where its month stands, from 0."""
    known = [month for month in series if month.startswith(f"{year}-")]
    return (int(max(known)[5:]) - 1, series[max(known)]) if known else None


def _months(now: tuple[int, float] | None) -> list[Any]:
    """1月…12月, that of the newest figure in bold."""
    names: list[Any] = [f"{number}月" for number in range(1, 13)]
    if now is not None:
        names[now[0]] = {
            "value": names[now[0]],
            "textStyle": {"fontWeight": "bold", "color": "var(--ink)"},
        }
    return names


def _along(series: Series, year: int) -> list[float | None]:
    return [series.get(f"{year}-{number:02d}") for number in range(1, 13)]


def _line(name: str, data: list[Any], width: float, colour: str, **more: Any) -> dict[str, Any]:
    token = f"var(--{colour})"
    return {"type": "line", "name": name, "data": data, "symbol": "none", "connectNulls": True,
            "lineStyle": {"width": width, "color": token}, "itemStyle": {"color": token}, **more}  # fmt: skip


def _said_at_end(words: str, colour: str, weight: str = "normal") -> dict[str, Any]:
    label = {"show": True, "formatter": words, "color": f"var(--{colour})", "fontWeight": weight}
    return {"endLabel": label, "labelLayout": {"moveOverlap": "shiftY"}}


def _this_year(series: Series, year: int, now: tuple[int, float] | None, places: int) -> dict[str, Any]:
    if now is None:
        return _line("今年", _along(series, year), 2.75, "ink")
    label = {"show": True, "position": "bottom", "formatter": shown(now[1], places), "color": "var(--ink)",
             "fontWeight": "bold"}  # fmt: skip
    point = {"coord": list(now), "symbol": "circle", "symbolSize": 8, "label": label}
    mark = {"silent": True, "itemStyle": {"color": "var(--ink)"}, "data": [point]}
    return _line("今年", _along(series, year), 2.75, "ink", markPoint=mark)


def _last_year(series: Series, year: int, places: int) -> dict[str, Any]:
    values = _along(series, year)
    known = [value for value in values if value is not None]
    more = _said_at_end(f"去年{shown(known[-1], places)}", "ink3") if values[-1] is not None else {}
    return _line("去年", values, 1.25, "line2", **more)


def _target(target: float, said: str) -> dict[str, Any]:
    return _line("目标", [target] * 12, 2, "ink", **_said_at_end(said, "ink", "bold"))


def _gap(now: tuple[int, float], target: float, places: int) -> dict[str, Any]:
    """An upright of amber stripes from the newest figure to the target, and how far that is."""
    at, value = now
    stripes = {"width": 8, "type": [3, 2.5], "cap": "butt", "color": "var(--amber-fill)"}
    ends = [{"coord": [at, target], "symbol": "none"}, {"coord": [at, value], "symbol": "none"}]
    words = f"{'低' if value < target else '高'}{shown(abs(target - value), places)}"
    label = {"show": True, "position": "right" if at < 11 else "left", "distance": 8, "formatter": words,
             "color": "var(--amber)", "fontWeight": "bold"}  # fmt: skip
    point = {
        "coord": [at, target - (target - value) * 0.3],
        "symbol": "circle",
        "symbolSize": 1,
        "label": label,
    }
    upright = {"silent": True, "lineStyle": stripes, "label": {"show": False}, "data": [ends]}
    return _line("", [], 0, "amber-fill", markLine=upright, markPoint={"silent": True, "data": [point]})


def _way(now: tuple[int, float], target: float) -> dict[str, Any]:
    """达标所需: from the newest figure to the target at the end of the year."""
    data: list[float | None] = [None] * 12
    data[now[0]], data[11] = now[1], target
    made = _line("达标所需", data, 1.5, "ink3")
    made["lineStyle"]["type"] = [4, 4]
    if 11 - now[0] > 2:
        label = {"show": True, "position": "bottom", "formatter": "达标所需", "color": "var(--ink2)"}
        middle = [
            (now[0] + 12) // 2,
            now[1] + (target - now[1]) * ((now[0] + 12) // 2 - now[0]) / (11 - now[0]),
        ]
        made["markPoint"] = {"silent": True, "data": [{"coord": middle, "symbol": "circle", "symbolSize": 1,
                                                       "label": label}]}  # fmt: skip
    return made
