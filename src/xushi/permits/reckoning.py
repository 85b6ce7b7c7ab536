"""一天里所有项目共用的：日历、各步要办多久、排好序的目录；一个项目的各步剩几天由它来数。"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from xushi.calendars.selectors import calendar
from xushi.permits.durations import Durations, Ruler, durations
from xushi.permits.learning import learnt
from xushi.permits.models import RUNNING, Permit, Prerequisite
from xushi.permits.outlook import Left, Standing, before_start, left_of
from xushi.permits.path import Graph

DONE = ("approved", "not_needed")
BACK, AHEAD = timedelta(days=1000), timedelta(days=1500)


@dataclass(frozen=True, slots=True)
class Known:
    """One step of a project as the reckoning needs it; since: the day from which its days run, None: they do not."""

    pk: int
    state: str
    since: date | None

    @property
    def standing(self) -> Standing:
        if self.state in DONE:
            return Standing.DONE
        return Standing.WAITING if self.since else Standing.AHEAD


def known(pk: int, state: str, ready_since: date | None, submitted_on: date | None) -> Known:
    """A step handed in before it was ready (容缺) has run since then; one that was refused begins again."""
    if state in RUNNING:
        return Known(pk, state, ready_since or submitted_on)
    return Known(pk, state, ready_since if state == "planned" else None)


Steps = Mapping[str, Known]  # by the permit's code


@dataclass(frozen=True, slots=True)
class Reckoner:
    """takes is by catalogue and code, graphs by catalogue: of each only what must be done before the start."""

    today: date
    ruler: Ruler
    graphs: Mapping[int, Graph]
    takes: Mapping[tuple[int, str], Durations]

    def left(self, catalogue: int, steps: Steps) -> list[Left]:
        """The days each step still takes, in the graph's order; what the project's kind does not need takes none."""
        return [self._left(catalogue, code, steps.get(code)) for code in self.graphs[catalogue].order]

    def _left(self, catalogue: int, code: str, step: Known | None) -> Left:
        takes = self.takes[catalogue, code]
        if step is None:
            return left_of(Standing.DONE, takes, 0)
        elapsed = self.ruler.between(step.since, self.today) if step.since else 0
        return left_of(step.standing, takes, elapsed)

    def graph(self, catalogue: int, steps: Steps) -> Graph:
        """The catalogue's graph, without the waiting of those steps that were taken in early."""
        graph = self.graphs[catalogue]
        held = [steps.get(code) for code in graph.order]
        early = [
            n
            for n, step in enumerate(held)
            if step is not None
            and step.state in RUNNING
            and any(map(_open, map(held.__getitem__, graph.needs[n])))
        ]
        return graph.loosened(early)


def _open(step: Known | None) -> bool:
    return step is not None and step.state not in DONE


def reckoner(catalogues: Collection[int], today: date) -> Reckoner:
    """Four queries, whatever the number of projects."""
    rows = Permit.objects.filter(catalogue__in=catalogues).order_by("pk")
    permits = list(rows.values_list("pk", "catalogue_id", "code", "promised_days", "needed_for_start"))
    codes = {pk: code for pk, _, code, _, _ in permits}
    needs: dict[int, dict[str, list[str]]] = {key: {} for key in catalogues}
    needed: dict[int, list[str]] = defaultdict(list)
    for _, catalogue, code, _, for_start in permits:
        needs[catalogue][code] = []
        if for_start:
            needed[catalogue].append(code)
    edges = Prerequisite.objects.filter(permit__catalogue__in=catalogues).order_by("pk")
    for catalogue, permit, before in edges.values_list("permit__catalogue_id", "permit_id", "needs_id"):
        needs[catalogue][codes[permit]].append(codes[before])
    past = learnt()
    takes = {
        (catalogue, code): past.get(code) or durations((), promised)
        for _, catalogue, code, promised, _ in permits
    }
    graphs = {key: before_start(needs[key], needed[key]) for key in catalogues}
    return Reckoner(today, Ruler(calendar(), today - BACK, today + AHEAD), graphs, takes)
