"""关键路径：一张手续图上各步最早最晚哪天办，宽裕几天，全程要多少个工作日；一步快一周，全程能快几天。

Offsets are working days from the day the count begins (0); a step of n days that starts at offset s ends at s + n.
The length is the longest chain (Kelley and Walker 1959); total float = latest start - earliest start.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """One step: days it still takes (0 where it is done), what must be done before, the offset it waits for."""

    key: str
    days: int
    needs: tuple[str, ...] = ()
    earliest: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """When one step can and must run, in offsets, and by how many days it may slip without moving the whole."""

    early_start: int
    early_finish: int
    late_start: int
    late_finish: int

    @property
    def float(self) -> int:
        return self.late_start - self.early_start


@dataclass(frozen=True, slots=True)
class Path:
    """The whole: its steps in an order that can be worked, each with its span; chain is one longest chain."""

    order: tuple[str, ...]
    spans: Mapping[str, Span]
    length: int
    chain: tuple[str, ...]

    @property
    def critical(self) -> tuple[str, ...]:
        """Every step that has no day to spare."""
        return tuple(key for key in self.order if not self.spans[key].float)


class CatalogueCycle(Exception):
    """手续互为前置: the steps in a ring, each before the next."""

    def __init__(self, ring: Sequence[str]) -> None:
        self.ring = tuple(ring)
        super().__init__(
            f"前置手续绕成了圈：{'→'.join([*self.ring, self.ring[0]])}。去掉其中一条前置再发布。"
        )


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph put in order once, to be walked with other days as often as wanted.

    needs[i] are the places, in order, of what stands before the i-th step; what a step needs outside is done.
    """

    order: tuple[str, ...]
    needs: tuple[tuple[int, ...], ...]

    def loosened(self, places: Collection[int]) -> "Graph":
        """With these steps waiting for nothing: taken in before what stands ahead of them was done (容缺)."""
        if not places:
            return self
        return Graph(self.order, tuple(() if n in places else needs for n, needs in enumerate(self.needs)))


def graph_of(needs: Mapping[str, Iterable[str]]) -> Graph:
    """{step: what it needs} in a workable order, alphabetical where free; CatalogueCycle names a ring."""
    import networkx  # large, and needed where a catalogue is read

    drawn = networkx.DiGraph()
    drawn.add_nodes_from(needs)
    drawn.add_edges_from((before, key) for key, all_before in needs.items() for before in all_before)
    drawn.remove_nodes_from([key for key in drawn if key not in needs])
    try:
        order = tuple(networkx.lexicographical_topological_sort(drawn))
    except networkx.NetworkXUnfeasible:
        raise CatalogueCycle(_ring(networkx.find_cycle(drawn))) from None
    places = {key: place for place, key in enumerate(order)}
    return Graph(order, tuple(tuple(sorted(places[key] for key in drawn.pred[step])) for step in order))


def _ring(cycle: Iterable[Any]) -> list[str]:
    """A ring of the graph, begun at its first name, so that the sentence is the same each time."""
    ring = [before for before, _ in cycle]
    first = ring.index(min(ring))
    return [*ring[first:], *ring[:first]]


def starts(graph: Graph, days: Sequence[int], earliest: Sequence[int] = ()) -> tuple[list[int], int]:
    """The earliest start of each step, in the graph's order, and the length of the whole; one pass."""
    begun: list[int] = []
    ended: list[int] = []
    for place, needs in enumerate(graph.needs):
        start = earliest[place] if earliest else 0
        for before in needs:
            start = max(start, ended[before])
        begun.append(start)
        ended.append(start + days[place])
    return begun, max(ended, default=0)


def latest(graph: Graph, days: Sequence[int], length: int) -> list[int]:
    """The latest finish of each step that leaves the length as it is; one pass backwards."""
    ends = [length] * len(days)
    for place in range(len(days) - 1, -1, -1):
        start = ends[place] - days[place]
        for before in graph.needs[place]:
            ends[before] = min(ends[before], start)
    return ends


def chain(graph: Graph, days: Sequence[int], begun: Sequence[int], length: int) -> list[int]:
    """Places of one longest chain, first step first: from the last end back through what each start waited for.

    Steps of no days (done, not needed) are left out; where two chains are equally long, the first in order.
    """
    found: list[int] = []
    place = next((n for n, start in enumerate(begun) if days[n] and start + days[n] == length), None)
    while place is not None:
        if days[place]:
            found.append(place)
        start, needs = begun[place], graph.needs[place]
        place = next((n for n in needs if start and begun[n] + days[n] == start), None)
    return found[::-1]


def critical_path(nodes: Iterable[Node]) -> Path:
    """The whole of these steps; CatalogueCycle names a ring."""
    held = {node.key: node for node in nodes}
    graph = graph_of({key: node.needs for key, node in held.items()})
    days = [held[key].days for key in graph.order]
    begun, length = starts(graph, days, [held[key].earliest for key in graph.order])
    ends = latest(graph, days, length)
    spans = {
        key: Span(begun[n], begun[n] + days[n], ends[n] - days[n], ends[n])
        for n, key in enumerate(graph.order)
    }
    return Path(graph.order, spans, length, tuple(graph.order[n] for n in chain(graph, days, begun, length)))


def week_gain(nodes: Iterable[Node], key: str, days: int = 5) -> int:
    """By how many working days the whole gets shorter if this step takes so many fewer (never less than none)."""
    held = list(nodes)
    faster = [
        Node(one.key, max(one.days - days, 0), one.needs, one.earliest) if one.key == key else one
        for one in held
    ]
    return critical_path(held).length - critical_path(faster).length
