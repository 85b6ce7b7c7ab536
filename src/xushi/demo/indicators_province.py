"""演示区省监测的数：报告只说哪些完成、哪些没有，数都是编的（标“示例”），进展由打分那边判断出来。"""

from collections.abc import Iterator

from xushi.demo.indicators_rows import DISTRICTS, OWN, Figure
from xushi.indicators.spec import Node, Spec

UPPER = {
    "一般公共预算收入占生产总值比重": 8.4,
    "制造业投资占固定资产投资比重": 27.5,
    "服务业增加值占生产总值比重": 55.2,
}
FIRST = ("江宁区", "建邺区", "雨花台区")  # 这三项上排在本区前面的


def province_figures(spec: Spec) -> Iterator[Figure]:
    """The level of every indicator at the end of last year and in June, of all eleven."""
    for number, (_, node) in enumerate(_leaves(spec)):
        code = str(node.data)
        target, schedule = (node.references.get(name) for name in ("target", "schedule"))
        sign = -1 if node.direction == "negative" else 1
        own = _own(code, number, target, schedule, sign)
        alone = target is not None and not isinstance(target, int | float) and code not in UPPER
        for place, unit in enumerate(DISTRICTS):
            if alone and unit != OWN:
                continue  # 目标不明确的，外区也没有报数
            now = own if unit == OWN else _peer(code, own, place, number, sign, unit)
            yield Figure(unit, code, "2018-06", round(now, 3))
            grown = 1 + sign * (0.01 + 0.004 * ((place * 5 + number * 3) % 9))
            yield Figure(unit, code, "2017-12", round(now / grown, 3))


def _leaves(spec: Spec) -> Iterator[tuple[str, Node]]:
    for code, node in spec.nodes.items():
        if node.parent == "水平指数":
            yield code, node


def _own(code: str, number: int, target: object, schedule: object, sign: int) -> float:
    if code in UPPER:
        return UPPER[code]
    if code == "空气质量优良天数比率":
        return 60.5
    if code == "PM25年均浓度":
        return 44.0
    if isinstance(schedule, int | float):
        return float(schedule) * (1 + sign * 0.005)
    if isinstance(target, int | float):
        return float(target) * (1 + sign * 0.01)
    return 40.0 + number


def _peer(code: str, own: float, place: int, number: int, sign: int, unit: str) -> float:
    if code in UPPER:
        return own * (1.05 + place / 200) if unit in FIRST else own * (0.93 - place / 200)
    return own * (1 + sign * ((place * 7 + number * 5) % 11 - 5) / 100)
