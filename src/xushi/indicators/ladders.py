"""A ladder of peers: figures of some, of others no more than the place; what the figures then may be.

Everything here is turned so that more is better. Places are counted from 1, the best; those who share a place share
the figure. Between two known figures the unknown ones lie anywhere in the order of their places: once, evenly
spaced (the mean of the ordered draws), else drawn.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .arrays import Array
from .refusals import refuse

TRIES = 200


@dataclass(frozen=True)
class Rung:
    """One unit: the ends of its figure (NaN where only its place is known), the places it may have (0: not said)."""

    unit: str
    low: float
    high: float
    first: int = 0
    last: int = 0

    @property
    def valued(self) -> bool:
        return not np.isnan(self.low)

    @property
    def placed(self) -> bool:
        """Its place is known exactly, or at all where its figure is not."""
        return self.first > 0 and (self.first == self.last or not self.valued)


@dataclass(frozen=True)
class Ladder:
    path: str
    rungs: tuple[Rung, ...]
    of: int
    """How many units were ranked."""
    ends: tuple[float, float] | None
    """The worst and the best figure there can be; None where they do not matter, because only places are scored."""

    def laid(self, chance: np.random.Generator | None = None) -> Array:
        """A figure for every rung: the even one, or one of those that are possible."""
        figures = np.array([self._valued(rung, chance) for rung in self.rungs])
        places = self._settled_places or self._places(figures, chance)
        known = [at for at, rung in enumerate(self.rungs) if rung.valued]
        known.sort(key=lambda at: (places[at], -figures[at]))
        self._in_order(known, figures, places, chance is not None)
        return self._filled(figures, places, known, chance)

    @cached_property
    def _settled_places(self) -> list[int] | None:
        """Everybody's place, where no draw can change it: no range of places, no range of figures without a place."""
        if any(rung.first != rung.last if rung.placed else rung.low != rung.high for rung in self.rungs):
            return None
        return self._places(np.array([self._valued(rung, None) for rung in self.rungs]), None)

    def _valued(self, rung: Rung, chance: np.random.Generator | None) -> float:
        if chance is None or rung.low == rung.high or not rung.valued:
            return (rung.low + rung.high) / 2
        return float(chance.uniform(rung.low, rung.high))

    def _places(self, figures: Array, chance: np.random.Generator | None) -> list[int]:
        """Everybody's place: as said; drawn within what is said; or what is left, by size of the figures."""
        places = [rung.first if rung.placed and rung.first == rung.last else 0 for rung in self.rungs]
        free = self._free(places)
        between = [at for at, rung in enumerate(self.rungs) if rung.placed and not places[at]]
        for at, place in zip(between, self._between(between, free, chance), strict=True):
            places[at] = place
            free.remove(place)
        unsaid = [at for at in range(len(places)) if not places[at]]
        if len(unsaid) < len(free) and unsaid:
            raise refuse(
                self.path,
                f"位次是 {self.of} 个里排的，数据里只有 {len(self.rungs)} 个：请给“{self.rungs[unsaid[0]].unit}”"
                "等有数的单位也写上位次（如 60.8#9/11），或补全单位。",
            )
        for at, place in zip(sorted(unsaid, key=lambda at: -figures[at]), free, strict=False):
            places[at] = place
        return places

    def _free(self, places: list[int]) -> list[int]:
        taken: dict[int, str] = {}
        for place in sorted(set(places) - {0}):
            sharing = [rung.unit for rung, has in zip(self.rungs, places, strict=True) if has == place]
            for slot in range(place, place + len(sharing)):
                if slot in taken or slot > self.of:
                    other = taken.get(slot, "个数")
                    raise refuse(self.path, f"“{sharing[-1]}”的位次 {place} 与“{other}”的对不上。")
                taken[slot] = sharing[0]
        return [slot for slot in range(1, self.of + 1) if slot not in taken]

    def _between(self, who: list[int], free: list[int], chance: np.random.Generator | None) -> list[int]:
        spans = [(self.rungs[at].first, self.rungs[at].last) for at in who]
        open_to = [[slot for slot in free if first <= slot <= last] for first, last in spans]
        for _try in range(TRIES if chance is not None and who and all(open_to) else 0):
            assert chance is not None
            drawn = [int(chance.choice(slots)) for slots in open_to]
            if len(set(drawn)) == len(drawn):
                return drawn
        return self._earliest(who, spans, free)

    def _earliest(self, who: list[int], spans: list[tuple[int, int]], free: list[int]) -> list[int]:
        """One assignment that is possible: each place to whoever has the fewest chances left; middles first."""
        found: dict[int, int] = {}
        for slot in _spread(free, spans):
            waiting = [
                at for at, (first, last) in enumerate(spans) if at not in found and first <= slot <= last
            ]
            if waiting:
                found[min(waiting, key=lambda at: (spans[at][1], spans[at][0]))] = slot
        for at, (first, last) in enumerate(spans):
            if at not in found:
                raise refuse(
                    self.path, f"“{self.rungs[who[at]].unit}”的位次 {first}..{last} 已被别的单位占满。"
                )
        return [found[at] for at in range(len(who))]

    def _in_order(self, known: list[int], figures: Array, places: list[int], drawn: bool) -> None:
        """Known figures must fall with their places. Ranges that overlap are drawn in to that."""
        for better, worse in pairwise(known):
            if figures[worse] <= figures[better]:
                continue
            a, b = self.rungs[better], self.rungs[worse]
            if not drawn and b.low > a.high + 1e-12 * max(abs(a.high), 1):
                raise refuse(
                    self.path,
                    f"“{a.unit}”和“{b.unit}”的数与位次（{places[better]}、{places[worse]}）对不上。",
                )
            figures[worse] = max(min(figures[better], b.high), min(b.low, figures[better]))

    def _filled(
        self, figures: Array, places: list[int], known: list[int], chance: np.random.Generator | None
    ) -> Array:
        posts = {places[at]: float(figures[at]) for at in reversed(known)}
        hidden = sorted({place for place, rung in zip(places, self.rungs, strict=True) if not rung.valued})
        if hidden and (not posts or hidden[0] < min(posts) or hidden[-1] > max(posts)):
            worst, best = self._ends(posts)
            posts = {0: best, **posts, self.of + 1: worst}
        stands = sorted(posts)
        for better, worse in pairwise(stands):
            wanted = [place for place in hidden if better < place < worse]
            if wanted:
                found = self._steps(worse - better - 1, chance)
                for place in wanted:
                    posts[place] = posts[better] + (posts[worse] - posts[better]) * found[place - better - 1]
        return np.array([figure if rung.valued else posts[place]
                         for figure, rung, place in zip(figures, self.rungs, places, strict=True)])  # fmt: skip

    def _ends(self, posts: dict[int, float]) -> tuple[float, float]:
        if self.ends is not None:
            worst, best = self.ends
            return min([worst, *posts.values()]), max([best, *posts.values()])
        if not posts:
            return 0.0, float(self.of + 1)
        step = (max(posts.values()) - min(posts.values())) / len(posts) or 1.0  # only the order counts
        return min(posts.values()) - step * self.of, max(posts.values()) + step * self.of

    def _steps(self, count: int, chance: np.random.Generator | None) -> Array:
        if chance is None:
            return np.arange(1, count + 1) / (count + 1)
        return np.sort(chance.random(count))

    def outermost(self) -> tuple[str, bool] | None:
        """A unit of which only the place is known and who stands beyond every known figure; true where it is better."""
        places = self._places(np.array([self._valued(rung, None) for rung in self.rungs]), None)
        valued = [place for place, rung in zip(places, self.rungs, strict=True) if rung.valued]
        for place, rung in zip(places, self.rungs, strict=True):
            if not rung.valued and (not valued or rung.first < min(valued) or rung.last > max(valued)):
                return rung.unit, not valued or place < min(valued)
        return None

    def bounds(self, figures: Array, places: list[int] | None = None) -> list[tuple[float, float]]:
        """Between which figures each rung lies, those of the nearest known ones on both sides."""
        places = places or self._places(figures, None)
        valued = [(place, rung) for place, rung in zip(places, self.rungs, strict=True) if rung.valued]
        worst, best = self._ends({place: float(figures[at]) for at, place in enumerate(places)})
        found = []
        for figure, rung in zip(figures, self.rungs, strict=True):
            if rung.valued:
                found.append((rung.low, rung.high))
                continue
            if any(place == rung.first == rung.last for place, _ in valued):
                found.append((float(figure), float(figure)))
                continue
            below = [other.low for place, other in valued if place > rung.last]
            above = [other.high for place, other in valued if place < rung.first]
            found.append((max(below, default=worst), min(above, default=best)))
        return found


def _spread(free: list[int], spans: list[tuple[int, int]]) -> list[int]:
    """The free places, those in the middle of what is wanted before its edges, where that is possible for all."""
    if len(spans) != 1:
        return free
    middle = (spans[0][0] + spans[0][1]) / 2
    return sorted(free, key=lambda slot: (abs(slot - middle), slot))
