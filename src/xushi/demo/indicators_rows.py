"""演示区指标的数：本区公布的照报告，其余和外区的都是编的（标“示例”），只作打分的输入，得分位次由打分算出来。"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xushi.indicators.spec import Spec

DISTRICTS = (
    "玄武区", "秦淮区", "建邺区", "鼓楼区", "栖霞区", "雨花台区", "江宁区", "浦口区", "六合区", "溧水区", "高淳区",
)  # fmt: skip
OWN = "浦口区"
HALF = "2018-06"
# 报告里的数：指标、到哪个月、数
PUBLISHED = (
    ("全区工业固定资产投资增幅", "2018-06", 10.7),
    ("全区工业固定资产投资增幅", "2018-07", 6.5),
    ("工业技改投资占比", "2018-06", 30.5),
    ("工业技改投资占比", "2018-07", 24.5),
    ("空气质量达到二级标准的天数比例", "2018-07", 60.8),
    ("细颗粒物浓度", "2018-07", 5.0),
)
# 本区没有公布而又不达标的（报告只说8项扣分），数是编的
SHORT = {
    "空气质量达到二级标准的天数比例": 60.5, "细颗粒物浓度": 5.0, "煤炭消费削减量": 18.2, "公共资源交易进场交易总额": 55.8,
    "社会消费品零售总额增幅": 7.2, "进出口总额增幅": 4.5, "农村生活垃圾分类覆盖率": 55.0, "服务业增加值增幅": 8.3,
}  # fmt: skip
AIR_MONTHS = (38.7, 44.6, 50.0, 54.1, 58.7)
AIR_LAST_YEAR = (42.0, 49.0, 52.0, 58.0, 63.0, 66.3, 66.0, 68.0, 70.5, 68.5, 66.5, 64.4)
PM_MONTHS = (9.8, 8.1, 6.9, 6.0, 5.4)
INDUSTRY_MONTHS = (12.4, 12.0, 11.6, 11.9, 11.2)
UPGRADE_MONTHS = (33.0, 32.4, 31.8, 31.5, 31.0)
# 外区的空气：数，或只有位次
AIR: dict[str, float | str] = {
    "高淳区": 74.5, "溧水区": 72.2, "江宁区": 68.9, "六合区": 67.5, "雨花台区": 65.1, "栖霞区": 64.6, "建邺区": "#7",
    "秦淮区": "#8", "鼓楼区": 60.4, "玄武区": "#11",
}  # fmt: skip
# 外区在基本指标上一共丢多少分（空气另计），在“263”和另四项重点任务上逾期几步
LOST = {
    "江宁区": 3.0, "建邺区": 1.6, "雨花台区": 3.0, "栖霞区": 3.6, "溧水区": 4.4, "鼓楼区": 4.0, "秦淮区": 4.6,
    "玄武区": 5.1, "六合区": 9.2, "高淳区": 9.6,
}  # fmt: skip
STEPS_LATE = {
    "江宁区": (1, 0, 0, 0, 0), "建邺区": (0, 0, 1, 0, 0), "雨花台区": (1, 1, 0, 0, 0), "栖霞区": (1, 0, 0, 1, 0),
    "溧水区": (2, 0, 0, 0, 0), "鼓楼区": (1, 1, 0, 0, 1), "秦淮区": (1, 1, 1, 0, 0), "玄武区": (1, 0, 1, 1, 1),
    "六合区": (2, 2, 1, 1, 0), "高淳区": (2, 0, 0, 1, 0),
}  # fmt: skip
WATCHED = ("“263”专项行动", "重大产业项目推进", "城市精细化管理", "黑臭水体整治", "创业就业促进")
# 追赶超越七项各差全市平均几个百分点：一季度数，半年数
CATCHING: dict[str, tuple[tuple[float, ...], tuple[float, ...] | None]] = {
    "江宁区": ((3, 3, 3, 3, 3, 3, 3), None), "建邺区": ((3, 3, 3, 3, 3, 3, 1), None),
    "雨花台区": ((3, 3, 3, 3, 3, 1, 1), None), "栖霞区": ((3, 3, 3, 3, 3, 3, -1), None),
    "溧水区": ((3, 3, 3, 3, 1, 1, 1), None), "鼓楼区": ((3, 3, 3, 1, 1, 1, -1), (3, 3, 1, 1, 3, 1, -2)),
    "秦淮区": ((3, 3, 1, 1, 1, 1, -1), (3, 3, 1, 1, 1, -1, 1)),
    "浦口区": ((2.4, 2.1, .6, .2, -.8, -1.3, -2.0), (2.6, 2.3, 2.1, 2.0, .5, .3, -.9)),
    "玄武区": ((3, 1, 1, 1, -1, -1, -1), None), "六合区": ((3, 1, 1, -1, -1, -1, -1), None),
    "高淳区": ((1, 1, 1, -1, -1, -1, -1), None),
}  # fmt: skip
HONOURS = {"江宁区": 5, "建邺区": 4, "雨花台区": 3, "栖霞区": 2, "溧水区": 2, "浦口区": 1}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to be kept of a district; text is a number or a rank such as #7."""

    unit: str
    indicator: str
    period: str
    text: float | str
    vintage: str = ""
    made_up: bool = True
    source: str = "示例"


def city_figures(spec: Spec) -> Iterator[Figure]:
    """Every observation of the city's system up to July."""
    base = [code for code, node in spec.nodes.items() if _deducted(node) and node.direction != "negative"]
    base = [code for code in base if _target(spec, code) is not None]
    yield from _own(spec, base)
    for place, unit in enumerate(one for one in DISTRICTS if one != OWN):
        yield from _peer(spec, base, unit, place)
    catch = [code for code, node in spec.nodes.items() if node.parent == "追赶超越"]
    for unit, (quarter, half) in CATCHING.items():
        for code, first, second in zip(catch, quarter, half or quarter, strict=True):
            yield Figure(unit, code, HALF, first, "一季度数")
            yield Figure(unit, code, HALF, second, "半年数")
    for unit in DISTRICTS:
        yield Figure(unit, "国家和省级表彰试点", HALF, HONOURS.get(unit, 0))


def _deducted(node: Any) -> bool:
    return node.score is not None and node.score.form == "deduct"


def _target(spec: Spec, code: str) -> float | None:
    value = spec.nodes[code].references.get("target")
    return float(value) if isinstance(value, int | float) else None


def _own(spec: Spec, base: list[str]) -> Iterator[Figure]:
    known = {(code, period) for code, period, _ in PUBLISHED}
    for code, period, value in PUBLISHED:
        yield Figure(OWN, code, period, value, made_up=False, source="发改局2018年9月27日报告")
    for place, code in enumerate([*base, "细颗粒物浓度"]):
        if (code, HALF) not in known:
            yield Figure(OWN, code, HALF, SHORT.get(code) or _reached(spec, code, place))
    series = {
        "空气质量达到二级标准的天数比例": AIR_MONTHS, "细颗粒物浓度": PM_MONTHS,
        "全区工业固定资产投资增幅": INDUSTRY_MONTHS, "工业技改投资占比": UPGRADE_MONTHS,
    }  # fmt: skip
    for code, months in series.items():
        for number, value in enumerate(months, 1):
            yield Figure(OWN, code, f"2018-{number:02d}", value)
    for number, value in enumerate(AIR_LAST_YEAR, 1):
        yield Figure(OWN, "空气质量达到二级标准的天数比例", f"2017-{number:02d}", value)


def _reached(spec: Spec, code: str, place: int) -> float:
    """A little more than the target asks, but no share beyond a hundred."""
    target = _target(spec, code) or 0
    more = round(target * (1 + place % 5 / 100), 2)
    return more if target < 90 or target > 100 else min(more, 100.0)


def _peer(spec: Spec, base: list[str], unit: str, place: int) -> Iterator[Figure]:
    """A district that loses LOST points over nine indicators; the rest it reaches."""
    air = "空气质量达到二级标准的天数比例"
    yield Figure(unit, air, HALF, AIR[unit])
    yield Figure(unit, "细颗粒物浓度", HALF, round(-1.2 - place / 10, 1))
    rest = [code for code in base if code != air]
    losing = {rest[(place * 11 + step * 7) % len(rest)]: (step + 2) / 54 * LOST[unit] for step in range(9)}
    for number, code in enumerate(rest):
        target = _target(spec, code)
        assert target is not None
        yield Figure(unit, code, HALF, _short(spec, code, target, losing[code]) if code in losing
                     else _reached(spec, code, number + place))  # fmt: skip
    late = dict(zip(WATCHED, STEPS_LATE[unit], strict=True))
    tasks = [code for code, node in spec.nodes.items() if node.parent == "重点工作任务"]
    for code in tasks:
        yield Figure(unit, code, HALF, late.get(code, 0))


def _short(spec: Spec, code: str, target: float, points: float) -> float:
    """So far below the target that it costs about these points."""
    rule: Any = spec.nodes[code].score
    steps = points / rule.take
    if rule.whole == "up":
        return float(target - round(steps))
    short: float = target * (1 - steps / 100) if rule.relative else target - steps
    return round(short, 2)
