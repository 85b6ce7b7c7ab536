"""关键路径：在一千张随机的图上与另一种算法对照；绕成圈的叫得出名字。"""

import random
from functools import cache

import pytest

from xushi.permits.path import CatalogueCycle, Node, critical_path, graph_of, week_gain


def random_nodes(chance: random.Random) -> list[Node]:
    """A graph of up to thirty steps in no particular order; some done (0 days), some that wait for a day."""
    count = chance.randint(1, 30)
    names = [f"s{n:02d}" for n in range(count)]
    chance.shuffle(names)
    nodes = []
    for place, name in enumerate(names):
        before = chance.sample(names[:place], min(place, chance.randint(0, 4)))
        outside = ("done-before",) if chance.random() < 0.1 else ()
        days = 0 if chance.random() < 0.3 else chance.randint(1, 60)
        earliest = chance.randint(0, 90) if chance.random() < 0.15 else 0
        nodes.append(Node(name, days, (*before, *outside), earliest))
    chance.shuffle(nodes)
    return nodes


class Account:
    """A second account: every answer from the longest chains before and behind a step, by recursion."""

    def __init__(self, nodes: list[Node]) -> None:
        held = {node.key: node for node in nodes}
        after = {key: [n.key for n in nodes if key in n.needs] for key in held}

        @cache
        def before(key: str) -> int:
            node = held[key]
            return max([node.earliest, *(before(b) + held[b].days for b in node.needs if b in held)])

        @cache
        def behind(key: str) -> int:
            return max([0, *(held[a].days + behind(a) for a in after[key])])

        self.length = max(before(key) + node.days for key, node in held.items())
        self.start = {key: before(key) for key in held}
        self.spare = {key: self.length - before(key) - held[key].days - behind(key) for key in held}


def replaced(nodes: list[Node], key: str, **changes: int) -> list[Node]:
    fields = {"days": None, "earliest": None} | changes
    return [
        Node(
            n.key,
            n.days if fields["days"] is None else fields["days"],
            n.needs,
            n.earliest if fields["earliest"] is None else fields["earliest"],
        )
        if n.key == key
        else n
        for n in nodes
    ]


@pytest.mark.parametrize("block", range(10))
def test_agrees_with_a_second_account_on_a_thousand_graphs(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        chance = random.Random(seed)
        nodes = random_nodes(chance)
        account, path = Account(nodes), critical_path(nodes)
        assert path.length == account.length, seed
        assert {key: span.early_start for key, span in path.spans.items()} == account.start, seed
        assert {key: span.float for key, span in path.spans.items()} == account.spare, seed
        for node in nodes:
            faster = Account(replaced(nodes, node.key, days=max(node.days - 5, 0)))
            assert week_gain(nodes, node.key) == account.length - faster.length, (seed, node.key)


def test_a_step_may_slip_by_its_float_and_not_a_day_more() -> None:
    for seed in range(100):
        nodes = random_nodes(random.Random(seed))
        path = critical_path(nodes)
        for key, span in path.spans.items():
            slipped = span.early_start + span.float
            assert critical_path(replaced(nodes, key, earliest=slipped)).length == path.length, (seed, key)
            assert critical_path(replaced(nodes, key, earliest=slipped + 1)).length == path.length + 1, (
                seed,
                key,
            )


def test_the_chain_is_an_unbroken_longest_one() -> None:
    for seed in range(300):
        nodes = random_nodes(random.Random(seed))
        path = critical_path(nodes)
        spans = [path.spans[key] for key in path.chain]
        assert all(not span.float for span in spans), seed
        assert [a.early_finish for a in spans[:-1]] == [b.early_start for b in spans[1:]], seed
        if path.chain:
            assert spans[-1].early_finish == path.length, seed


def test_the_order_can_be_worked() -> None:
    for seed in range(100):
        nodes = random_nodes(random.Random(seed))
        done: set[str] = set()
        keys = {node.key for node in nodes}
        needs = {node.key: set(node.needs) & keys for node in nodes}
        for key in critical_path(nodes).order:
            assert needs[key] <= done
            done.add(key)
        assert done == keys


LAND = [
    Node("filing", 0),
    Node("environment", 20, ("filing",)),
    Node("relocation", 40, ("filing",)),
    Node("supply", 30, ("relocation",)),
    Node("permit", 10, ("supply", "environment")),
]


def test_what_a_week_is_worth_on_and_beside_the_critical_path() -> None:
    path = critical_path(LAND)
    assert path.length == 80
    assert path.chain == ("relocation", "supply", "permit")
    assert path.spans["environment"].float == 50
    assert week_gain(LAND, "relocation") == 5
    assert week_gain(LAND, "environment") == 0
    assert week_gain(LAND, "filing") == 0


def test_a_week_is_worth_less_where_another_chain_is_close_behind() -> None:
    nodes = [Node("a", 10), Node("b", 8), Node("end", 5, ("a", "b"))]
    assert week_gain(nodes, "a") == 2


def test_what_is_needed_outside_is_done() -> None:
    assert critical_path([Node("a", 3, ("gone",))]).length == 3


def test_nothing_left_takes_no_days() -> None:
    assert critical_path([]).length == 0
    assert critical_path([Node("a", 0), Node("b", 0, ("a",))]).chain == ()


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ({"A": ["B"], "B": ["A"]}, "A→B→A"),
        ({"A": ["A"]}, "A→A"),
        ({"C": ["B"], "B": ["A"], "A": ["C"], "D": ["A"]}, "A→B→C→A"),
    ],
)
def test_a_ring_is_named(needs: dict[str, list[str]], said: str) -> None:
    with pytest.raises(CatalogueCycle) as refused:
        graph_of(needs)
    assert f"圈：{said}。" in str(refused.value)


def test_random_rings_are_real() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        nodes = random_nodes(chance)
        needs = {node.key: list(node.needs) for node in nodes}
        late, early = chance.choice(nodes).key, chance.choice(nodes).key
        needs[early].append(late)
        try:
            graph_of(needs)
        except CatalogueCycle as cycle:
            ring = [*cycle.ring, cycle.ring[0]]
            assert all(before in needs[key] for before, key in zip(ring, ring[1:], strict=False)), seed
        else:
            assert late != early
