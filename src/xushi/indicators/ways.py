"""The cheapest set of improvements that reaches a rank, within what each department can spend.

Where the points of the indicators simply add up, this is a whole-number programme, solved to the end by HiGHS. Where they
do not (geometric means, gates, rounded groups …) all sets are tried in order of their cost, up to a number of tries; past
that, step by step, and the answer says so.
"""

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, FiniteFloat

from .arrays import Array
from .data import Table
from .engine import build
from .reading import validated
from .refusals import refuse
from .spec import Spec
from .spec_rules import Part, Positive, Text
from .trying import Start, able, start_of

TRIES, BATCH = 20_000, 512
ADDING = ("sum", "arithmetic")


class Lever(Part):
    """What can be done for an indicator: so much better a step, at most so many steps, at a cost to a department."""

    step: Positive = 1
    most: Annotated[int, Field(ge=1, le=10_000)] = 1
    cost: Annotated[FiniteFloat, Field(ge=0)] = 1
    department: Text = ""
    pace: Literal["cumulative", "monthly", "mean", "level"] | None = None
    target: FiniteFloat | None = None
    best: FiniteFloat | None = None


class Means(Part):
    levers: Annotated[dict[Text, Lever], Field(min_length=1)]
    budgets: dict[Text, Annotated[FiniteFloat, Field(ge=0)]] = {}
    budget: Annotated[FiniteFloat, Field(ge=0)] | None = None


@dataclass(frozen=True)
class Way:
    """A set of improvements, what it costs, and the rank it leads to.

    `proof`: least (nothing cheaper reaches it), none (nothing within the means reaches it), some (a way, maybe not the
    cheapest; every set that costs less than `at_least` was tried).
    """

    steps: dict[str, float]
    cost: float
    rank: int
    reached: bool
    proof: Literal["least", "none", "some"] = "some"
    at_least: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)


Counts = tuple[int, ...]


@dataclass(frozen=True)
class Search:
    start: Start
    rank: int
    codes: tuple[str, ...]
    means: Means

    def steps(self, counts: Counts) -> dict[str, float]:
        return {
            code: self.means.levers[code].step * n for code, n in zip(self.codes, counts, strict=True) if n
        }

    def cost(self, counts: Counts) -> float:
        return sum(self.means.levers[code].cost * n for code, n in zip(self.codes, counts, strict=True))

    def spent(self, counts: Counts) -> dict[str, float]:
        made: dict[str, float] = {}
        for code, n in zip(self.codes, counts, strict=True):
            lever = self.means.levers[code]
            if n:
                made[lever.department] = made.get(lever.department, 0.0) + lever.cost * n
        return made

    def affordable(self, counts: Counts) -> bool:
        if self.means.budget is not None and self.cost(counts) > self.means.budget + 1e-9:
            return False
        spent, limits = self.spent(counts), self.means.budgets
        return all(spent.get(name, 0.0) <= limit + 1e-9 for name, limit in limits.items())

    def ranks(self, many: Sequence[Counts]) -> Array:
        return np.asarray(self.start.tried([self.steps(counts) for counts in many])[1][:, self.start.who])

    def way(self, counts: Counts, proof: Literal["least", "none", "some"], at_least: float) -> Way:
        built = build(self.start.spec, self.start.improved(self.steps(counts)))
        place = int(np.ceil(built.ranks[0, self.start.who, built.plan.root]))
        return Way(
            self.steps(counts),
            self.cost(counts),
            place,
            place <= self.rank,
            proof,
            at_least,
            self.spent(counts),
        )


def cheapest(
    spec: Spec,
    table: Table,
    *,
    unit: str,
    rank: int,
    steps: Mapping[str, float],
    costs: Mapping[str, float],
    most: Mapping[str, int],
    departments: Mapping[str, str] | None = None,
    budgets: Mapping[str, float] | None = None,
    budget: float | None = None,
    tries: int = TRIES,
) -> Way:
    """By steps, costs and departments of each indicator; the same as `cheapest_by`."""
    levers = {
        code: {
            "step": step,
            "cost": costs[code],
            "most": most[code],
            "department": (departments or {}).get(code, ""),
        }
        for code, step in steps.items()
    }
    means = validated(Means, {"levers": levers, "budgets": dict(budgets or {}), "budget": budget})
    return cheapest_by(spec, table, unit=unit, rank=rank, means=means, tries=tries)


def cheapest_by(spec: Spec, table: Table, *, unit: str, rank: int, means: Means, tries: int = TRIES) -> Way:
    start = start_of(spec, table, unit)
    able(start, list(means.levers), "levers")
    unknown = sorted(set(means.budgets) - {lever.department for lever in means.levers.values()})
    if unknown:
        raise refuse(f"budgets.{unknown[0]}", "没有哪一项是这个部门的。")
    if rank < 1:
        raise refuse("--reach", "位次从 1 数起。")
    search = Search(start, rank, tuple(means.levers), means)
    nothing = (0,) * len(search.codes)
    if search.ranks([nothing])[0] <= rank:
        return search.way(nothing, "least", 0.0)
    if adds_up(start, search.codes):
        found = _programme(search)
        if found is None:
            return search.way(_greedy(search), "none", 0.0)
        way = search.way(found, "least", search.cost(found))
        if way.reached:
            return way
    return _in_order(search, tries)


def adds_up(start: Start, codes: Sequence[str]) -> bool:
    """Whether everybody's topmost score is the sum of what each lever does to it by itself."""
    plan, spec = start.result.plan, start.spec
    moved = [frozenset(start.moved({start.column(code)})) for code in codes]
    if sum(map(len, moved)) != len(frozenset().union(*moved)) or start.leans_on_itself():
        return False
    if spec.rank.ties != "min" or spec.rank.decimals is not None or spec.rank.breakers:
        return False
    above = {way for leaf in frozenset().union(*moved) for way in _above(spec, plan.leaves[leaf])}
    guarded = {one.node for one in spec.adjustments if one.points is None}
    return all(
        group.combine.form in ADDING
        and group.weighting in ("given", "relative", "equal")
        and spec.nodes[group.code].decimals is None
        for group in plan.groups
        if group.code in above
    ) and not guarded & (above | {plan.leaves[leaf] for found in moved for leaf in found})


def _above(spec: Spec, code: str) -> Iterator[str]:
    parent = spec.nodes[code].parent
    while parent is not None:
        yield parent
        parent = spec.nodes[parent].parent


def _programme(search: Search) -> Counts | None:
    """Chosen: at most one number of steps of each lever. Whoever stays above is allowed to, up to rank − 1 of them."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    picks = [
        (at, n) for at, code in enumerate(search.codes) for n in range(1, search.means.levers[code].most + 1)
    ]
    alone = [tuple(n if at == place else 0 for place in range(len(search.codes))) for at, n in picks]
    who, (tops, _) = search.start.who, search.start.tops()
    gained = search.start.tried([search.steps(counts) for counts in alone])[0] - tops
    members = next(members for members in search.start.result.plan.cohorts if who in members)
    rivals = [int(at) for at in members if at != who and not np.isnan(tops[at])]
    ahead = gained[:, [who]] - gained[:, rivals]  # picks × rivals: how much nearer each pick brings
    behind = tops[rivals] - tops[who]
    enough = np.maximum(behind, 0) + np.abs(ahead).sum(0) + 1
    count, others = len(picks), len(rivals)
    costs = np.array([search.cost(counts) for counts in alone])
    rows = [
        LinearConstraint(np.hstack([ahead.T, np.diag(enough)]), lb=behind),
        LinearConstraint(np.hstack([np.zeros(count), np.ones(others)])[None], ub=search.rank - 1),
        LinearConstraint(_one_of_each(picks, len(search.codes), others), ub=1),
        *(LinearConstraint(np.hstack([row, np.zeros(others)])[None], ub=limit)
          for row, limit in _limits(search, picks, costs)),
    ]  # fmt: skip
    answer = milp(
        np.hstack([costs, np.zeros(others)]), constraints=rows, integrality=np.ones(count + others),
        bounds=Bounds(0, 1), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    if answer.x is None:
        return None
    counts = [0] * len(search.codes)
    for (at, n), chosen in zip(picks, answer.x[:count], strict=True):
        counts[at] = n if chosen > 0.5 else counts[at]
    return tuple(counts)


def _one_of_each(picks: list[tuple[int, int]], levers: int, others: int) -> Array:
    made = np.zeros((levers, len(picks) + others))
    for column, (at, _) in enumerate(picks):
        made[at, column] = 1
    return made


def _limits(search: Search, picks: list[tuple[int, int]], costs: Array) -> Iterator[tuple[Array, float]]:
    if search.means.budget is not None:
        yield costs, search.means.budget
    for name, limit in search.means.budgets.items():
        own = [search.means.levers[search.codes[at]].department == name for at, _ in picks]
        yield np.where(own, costs, 0.0), limit


def _in_order(search: Search, tries: int) -> Way:
    """All sets in order of their cost; where that takes too long, step by step, and what was proved until then."""
    waiting, tried = _by_cost(search), 0
    while tried < tries:
        batch = list(itertools.islice(waiting, min(BATCH, tries - tried)))
        if not batch:
            return search.way(_greedy(search), "none", 0.0)
        tried += len(batch)
        there = np.flatnonzero(search.ranks(batch) <= search.rank)
        if there.size:
            found = batch[int(there[0])]
            return search.way(found, "least", search.cost(found))
    return search.way(_spared(search, _greedy(search)), "some", search.cost(next(waiting, batch[-1])))


def _by_cost(search: Search) -> Iterator[Counts]:
    """Every affordable set once, the cheapest first."""
    levers = [search.means.levers[code] for code in search.codes]
    waiting: list[tuple[float, Counts, int]] = [(0.0, (0,) * len(levers), 0)]
    while waiting:
        _cost, counts, since = heapq.heappop(waiting)
        yield counts
        for at in range(since, len(levers)):
            if counts[at] < levers[at].most:
                more = (*counts[:at], counts[at] + 1, *counts[at + 1 :])
                if search.affordable(more):
                    heapq.heappush(waiting, (search.cost(more), more, at))


def _greedy(search: Search) -> Counts:
    """Step by step the improvement with most points per cost, until the rank is reached or nothing helps."""
    levers = [search.means.levers[code] for code in search.codes]
    counts = (0,) * len(levers)
    while True:
        more = [
            (*counts[:at], counts[at] + 1, *counts[at + 1 :])
            for at in range(len(levers))
            if counts[at] < levers[at].most
        ]
        more = [one for one in more if search.affordable(one)]
        if not more:
            return counts
        scores, ranks = search.start.tried([search.steps(one) for one in [counts, *more]])
        if ranks[0, search.start.who] <= search.rank:
            return counts
        won = scores[1:, search.start.who] - scores[0, search.start.who]
        worth = won / np.maximum([search.cost(one) - search.cost(counts) for one in more], 1e-12)
        if worth.max() <= 0:
            return counts
        counts = more[int(worth.argmax())]


def _spared(search: Search, counts: Counts) -> Counts:
    """What was needless taken back, the dearest first."""
    if search.ranks([counts])[0] > search.rank:
        return counts
    for at in sorted(range(len(counts)), key=lambda at: -search.means.levers[search.codes[at]].cost):
        while counts[at]:
            fewer = (*counts[:at], counts[at] - 1, *counts[at + 1 :])
            if search.ranks([fewer])[0] > search.rank:
                break
            counts = fewer
    return counts
