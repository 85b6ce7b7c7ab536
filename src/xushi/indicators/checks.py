"""What holds of a specification as a whole: its tree, its weights, what one place says of another."""

from collections.abc import Iterator

from .refusals import Problem, Refused
from .spec import Node, Spec

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
        if form in ("sum", "minimum", "maximum", "penalty"):
            continue
        if (node.weighting or spec.defaults.weighting) == "given":
            yield from _sum_of(code, {one: spec.nodes[one] for one in members})


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
    if spec.rank.tie_breaker and spec.rank.tie_breaker not in spec.nodes:
        yield Problem("rank.tie_breaker", f"没有“{spec.rank.tie_breaker}”这个节点。")


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
