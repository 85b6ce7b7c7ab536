"""What holds of a specification as a whole: its tree, its weights, what one place says of another."""

from collections.abc import Iterator
from itertools import pairwise

from .refusals import Problem, Refused
from .spec import Defaults, Node, Spec
from .spec_rules import Affine, Curve, Interval, Score, Treat

TOLERANCE = 1e-9


def check(spec: Spec) -> None:
    problems = [*_tree(spec), *_adjustments(spec)]
    problems += [] if problems else [*_weights(spec), *_words(spec)]
    if problems:
        raise Refused(*problems)


def children_of(spec: Spec) -> dict[str, list[str]]:
    """Parents with their children, both in the order they are written."""
    children: dict[str, list[str]] = {code: [] for code in spec.nodes}
    for code, node in spec.nodes.items():
        if node.parent is not None:
            children[node.parent].append(code)
    return {code: found for code, found in children.items() if found}


def _tree(spec: Spec) -> Iterator[Problem]:
    for code, node in spec.nodes.items():
        if node.parent is not None and node.parent not in spec.nodes:
            yield Problem(f"nodes.{code}.parent", f"没有“{node.parent}”这个节点。")
    for code in spec.nodes:
        way = _way_up(spec, code)
        if way and way[-1] == code:
            yield Problem(f"nodes.{code}.parent", f"上下级绕成了圈：{' → '.join([code, *way])}。")
            return
    if not any(node.parent is None for node in spec.nodes.values()):
        yield Problem("nodes", "没有最上面的节点：总要有一个不写 parent。")


def _way_up(spec: Spec, code: str) -> list[str]:
    way: list[str] = []
    at = spec.nodes[code].parent
    while at in spec.nodes and at is not None and at not in way:
        way.append(at)
        if at == code:
            break
        at = spec.nodes[at].parent
    return way


def _weights(spec: Spec) -> Iterator[Problem]:
    for code, members in children_of(spec).items():
        node = spec.nodes[code]
        form = (node.combine or spec.defaults.combine).form
        if form == "sum":
            yield from _marks_of(code, node, {one: spec.nodes[one] for one in members})
            yield from _shares_of(code, [spec.nodes[one].weight for one in members])
        if form in ("sum", "minimum", "maximum"):
            continue
        weighting = node.weighting or spec.defaults.weighting
        if weighting == "given":
            yield from _sum_of(code, {one: spec.nodes[one] for one in members})
        elif weighting == "relative" and all(spec.nodes[one].weight == 0 for one in members):
            yield Problem(f"nodes.{code}", "各下级权重都是 0，没有可以按比例折算的；请至少给一个权重。")


def _sum_of(code: str, members: dict[str, Node]) -> Iterator[Problem]:
    weights = {one: node.weight for one, node in members.items()}
    if all(weight is None for weight in weights.values()):
        return  # nobody has one: all count alike
    for one, weight in weights.items():
        if weight is None:
            yield Problem(f"nodes.{one}.weight", f"“{code}”的其他下级写了权重，这一个没写。")
            return
    total = sum(weight or 0 for weight in weights.values())
    if min(abs(total - 1), abs(total - 100) / 100) > TOLERANCE:
        yield Problem(
            f"nodes.{code}",
            f"各下级权重合计 {total:g}，不是 1 也不是 100。请改权重；要按比例折算，写 weighting: relative。",
        )


def _shares_of(code: str, weights: list[float | None]) -> Iterator[Problem]:
    """A sum multiplies by its weights: 40, 35, 25 would make a hundred times the mean, 0.4, 0.35, 0.3 a bit more."""
    told = [one for one in weights if one is not None]
    total = sum(told)
    if len(told) < max(len(weights), 2):
        return
    if abs(total - 100) / 100 <= TOLERANCE:
        yield Problem(
            f"nodes.{code}",
            "各下级权重合计 100，sum 会把得分放大一百倍。请写 combine: arithmetic（加权平均），或把权重写成 0.4 这样的。",
        )
    elif all(one < 1 for one in told) and abs(total - 1) > TOLERANCE:
        yield Problem(
            f"nodes.{code}",
            f"各下级权重合计 {total:g}，不是 1。请改权重；本来就不要合成 1 的，不写权重，写 marks 满分。",
        )


def _marks_of(code: str, node: Node, members: dict[str, Node]) -> Iterator[Problem]:
    """In a sum the members' full marks make up the group's own, where all are written."""
    if node.marks is None or any(one.marks is None for one in members.values()):
        return
    total = sum((one.marks or 0) * (1 if one.weight is None else one.weight) for one in members.values())
    if abs(total - node.marks) > TOLERANCE * max(total, 1):
        yield Problem(f"nodes.{code}.marks", f"各下级满分合计 {total:g}，和它自己的 {node.marks:g} 不等。")


def _words(spec: Spec) -> Iterator[Problem]:
    children = children_of(spec)
    for code, node in spec.nodes.items():
        if code in children and (node.score or node.data or node.derive):
            yield Problem(f"nodes.{code}", "这是有下级的节点，不能再写 data、derive 或 score。")
        direction = node.direction or spec.defaults.direction
        if (direction == "interval") != (node.interval is not None) and code not in children:
            yield Problem(
                f"nodes.{code}.interval", "direction 是 interval 的要写 interval: [下限, 上限]，别的不写。"
            )
        if node.interval and node.interval[0] > node.interval[1]:
            yield Problem(f"nodes.{code}.interval", "下限比上限大。")
        yield from _of_indicators(f"nodes.{code}", node, code in children)
        yield from _shape(f"nodes.{code}.score", node.score or spec.defaults.score)
        yield from _sourced(f"nodes.{code}.source", node)
    for breaker in spec.rank.breakers:
        if breaker not in spec.nodes:
            yield Problem("rank.tie_breaker", f"没有“{breaker}”这个节点。")
    yield from _cleaned("defaults", spec.defaults)
    for code, node in spec.nodes.items():
        yield from _cleaned(f"nodes.{code}", node)


def _cleaned(path: str, part: Node | Defaults) -> Iterator[Problem]:
    treat, impute = part.treat, part.impute
    if isinstance(treat, Treat) and treat.quantiles and treat.quantiles[0] >= treat.quantiles[1]:
        yield Problem(f"{path}.treat.quantiles", "前一个要小于后一个，如 [0.05, 0.95]。")
    if impute and impute.by == "number" and impute.number is None:
        yield Problem(f"{path}.impute.number", "by: number 要写用哪个数。")


def _of_indicators(path: str, node: Node, group: bool) -> Iterator[Problem]:
    if node.range and node.range[0] >= node.range[1]:
        yield Problem(f"{path}.range", "前一个要小于后一个。")
    if group and (node.range or node.cohort):
        yield Problem(path, "range 和 cohort 写在指标上，有下级的节点不写。")
    if not group and node.coverage is not None:
        yield Problem(f"{path}.coverage", "这是指标，没有下级可数；coverage 写在有下级的节点上。")


def _shape(path: str, score: Score) -> Iterator[Problem]:
    if isinstance(score, Affine) and score.shape == "exponential" and min(score.low, score.high) <= 0:
        yield Problem(path, "shape: exponential 要求 low 和 high 都大于零。")
    if score.floor is not None and score.cap is not None and score.floor > score.cap:
        yield Problem(path, f"下限 floor（{score.floor:g}）比上限 cap（{score.cap:g}）大。")
    if isinstance(score, Curve) and any(after[0] <= before[0] for before, after in pairwise(score.points_at)):
        yield Problem(f"{path}.points_at", "各点的数要一个比一个大：从小到大写，不重复。")
    if isinstance(score, Interval) and _backwards(score.lower, score.upper):
        yield Problem(path, "下限 lower 比上限 upper 大。")


def _backwards(lower: float | str, upper: float | str) -> bool:
    return not isinstance(lower, str) and not isinstance(upper, str) and lower > upper


def _sourced(path: str, node: Node) -> Iterator[Problem]:
    for what in node.source if isinstance(node.source, dict) else ():
        if what not in ("marks", "weight", "score", *node.references):
            yield Problem(
                f"{path}.{what}",
                "依据写 marks、weight、score 的，或 references 里写了的参照值的；或整个写一句。",
            )


def _adjustments(spec: Spec) -> Iterator[Problem]:
    for place, one in enumerate(spec.adjustments):
        path = f"adjustments.{place}"
        if one.node not in spec.nodes:
            yield Problem(f"{path}.node", f"没有“{one.node}”这个节点。")
        if one.gate is not None and one.gate not in spec.nodes:
            yield Problem(f"{path}.gate", f"没有“{one.gate}”这个节点。")
        if sum(value is not None for value in (one.points, one.veto, one.gate)) != 1:
            yield Problem(path, "points（加减分）、veto（否决）、gate（门槛）三样写且只写一样。")
        if one.gate is not None and (one.below is None or one.limit is None):
            yield Problem(path, "门槛要写 below（低于多少）和 limit（最多得多少）。")
        if one.points is not None and not one.evidence:
            yield Problem(f"{path}.evidence", "加减分要写依据。")
