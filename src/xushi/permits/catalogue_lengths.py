"""一版目录按各类项目走一遍：开工前办几项，照时限最快要多少个工作日，最长的一条线是哪几步。不碰数据库。"""

from collections.abc import Sequence
from dataclasses import dataclass

from xushi.permits.catalogue import KINDS, Entry
from xushi.permits.outlook import before_start
from xushi.permits.path import Graph, chain, starts


@dataclass(frozen=True, slots=True)
class Length:
    """One kind of project: permits is how many it takes before the start; days are working days; chain holds codes."""

    kind: str
    label: str
    permits: int
    promised: int
    legal: int
    chain: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """What can be begun at the same time: depth 0 needs nothing, each further one something of the one before."""

    depth: int
    entries: tuple[Entry, ...]


def lengths(entries: Sequence[Entry]) -> list[Length]:
    """Each kind of project, in the registry's order. CatalogueCycle where the prerequisites go in a ring."""
    graph = _before_start(entries)
    known = {one.code: one for one in entries}
    return [_length(kind, label, graph, known) for kind, label in KINDS.items()]


def _length(kind: str, label: str, graph: Graph, known: dict[str, Entry]) -> Length:
    """A permit that the kind does not need takes no days and hands on what it waits for."""
    own = [known[code] for code in graph.order]
    needed = [not one.kinds or kind in one.kinds for one in own]
    promised = [one.promised_days if wanted else 0 for one, wanted in zip(own, needed, strict=True)]
    legal = [one.legal_days if wanted else 0 for one, wanted in zip(own, needed, strict=True)]
    begun, length = starts(graph, promised)
    places = chain(graph, promised, begun, length)
    return Length(
        kind, label, sum(needed), length, starts(graph, legal)[1],
        tuple(own[n].code for n in places), tuple(own[n].name for n in places),
    )  # fmt: skip


def _before_start(entries: Sequence[Entry]) -> Graph:
    needs = {one.code: one.needs for one in entries}
    return before_start(needs, [one.code for one in entries if one.needed_for_start])


def layers(entries: Sequence[Entry]) -> list[Layer]:
    """The graph from left to right; within a layer in the catalogue's order."""
    graph = before_start({one.code: one.needs for one in entries}, [one.code for one in entries])
    depth, _ = starts(graph, [1] * len(graph.order))
    at = dict(zip(graph.order, depth, strict=True))
    return [
        Layer(n, tuple(one for one in entries if at[one.code] == n))
        for n in range(max(depth, default=-1) + 1)
    ]


def said(found: Sequence[Length]) -> str:
    """开工前照承诺时限最快：审批类187个工作日，核准类…，备案类…."""
    told = [f"{one.label}{one.promised}个工作日" for one in found if one.permits]
    return f"从赋码到施工许可，照承诺时限最快：{'，'.join(told)}" if told else "开工前没有要办的手续"
