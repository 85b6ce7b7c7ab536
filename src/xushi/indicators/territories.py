"""街场园区的得分：同一套体系说明，只留分下去的指标，目标换成各自的；同一个打分，没有分到的不计。"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import Http404

from xushi.core.months import Month
from xushi.indicators.assembling import Held
from xushi.indicators.carried import below
from xushi.indicators.checks import children_of
from xushi.indicators.figures import Scored, held_of, scored_below, spec_kept
from xushi.indicators.models import Indicator, Observation, Version
from xushi.indicators.models_tasks import Target
from xushi.indicators.reading_board import Line, full_of
from xushi.indicators.rules import period_words, shown
from xushi.indicators.spec import Spec
from xushi.units.models import Unit


@dataclass(frozen=True)
class Places:
    """A system as its territories are scored by it: what each carries, and the figures of each; four queries."""

    version: Version
    spec: Spec | None
    targets: tuple[Target, ...]
    rows: list[Held]

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {one.unit.name: one.unit for one in self.targets}

    @cached_property
    def cards(self) -> dict[str, Indicator]:
        return {one.indicator.code: one.indicator for one in self.targets}

    @cached_property
    def carries(self) -> dict[str, dict[str, Target]]:
        """By unit and indicator; only what the version in use scores."""
        known = {node.data or code for code, node in self.spec.nodes.items()} if self.spec else set()
        made: dict[str, dict[str, Target]] = {}
        for one in self.targets:
            if one.indicator.code in known:
                made.setdefault(one.unit.name, {})[one.indicator.code] = one
        return made

    @cached_property
    def periods(self) -> list[str]:
        """The months of the year of which some territory has a figure of what it carries, the latest first."""
        year = str(self.version.year)
        found = {one.period for one in self.rows
                 if one.period[:4] == year and one.indicator in self.carries.get(one.unit, ())}  # fmt: skip
        return sorted(found, reverse=True)

    @cached_property
    def settled(self) -> str:
        """The latest month of which more than half of them have a figure of their own; else the latest of any."""
        for period in self.periods:
            units = {one.unit for one in self.rows if one.period == period and one.unit in self.carries}
            if len(units) * 2 > len(self.carries):
                return period
        return self.periods[0] if self.periods else ""

    def scored(self, period: str) -> Scored | None:
        """None where nothing is handed down or nobody has a figure yet; Refused names what cannot be scored."""
        if self.spec is None or not self.periods:
            return None
        return scored_below(self.version, self.spec, self._laid(period), period)

    def _laid(self, period: str) -> list[Held]:
        """Their figures; a gap in what a unit carries is missing, what it does not carry does not apply to it."""
        columns = dict.fromkeys(code for held in self.carries.values() for code in held)
        rows = [one for one in self.rows if one.unit in self.carries and one.period <= period
                and (one.indicator not in columns or one.indicator in self.carries[one.unit])]  # fmt: skip
        known = {(one.unit, one.indicator) for one in rows if one.period[:4] == period[:4]}
        gaps = [
            Held(unit, code, period, status="missing" if code in held else "not_applicable")
            for unit, held in self.carries.items() for code in columns if (unit, code) not in known
        ]  # fmt: skip
        return [*rows, *gaps]


def places_of(code: str) -> Places:
    """The version in use of a system, and what is handed down of it to territories; 404 where there is none."""
    used = Version.objects.exclude(used_at=None).filter(system__code=code).select_related("system")
    version = used.order_by("-year", "-used_at").first()
    if version is None:
        raise Http404
    targets = tuple(
        Target.objects.filter(indicator__system=version.system_id, year=version.year, replaced_at=None)
        .filter(unit__kind__in=Unit.TERRITORY_KINDS).select_related("unit", "indicator").order_by("unit__path", "pk")
    )  # fmt: skip
    carried: dict[str, dict[str, float]] = {}
    for one in targets:
        carried.setdefault(one.indicator.code, {})[one.unit.name] = one.value
    return Places(version, below(spec_kept(version), carried), targets, _figures(version, targets))


def _figures(version: Version, targets: Sequence[Target]) -> list[Held]:
    """This year's figures of those units and the end of the year before; one query."""
    names = {one.unit_id: one.unit.name for one in targets}
    rows = (
        Observation.objects.standing()
        .filter(participant__system=version.system_id, participant__unit__in=list(names))
        .filter(Q(period__startswith=f"{version.year}-") | Q(period=f"{version.year - 1}-12"))
        .order_by("participant__place", "participant_id", "indicator_id", "period")
        .values_list(
            "participant__unit", "indicator__code", "period", "vintage", "low", "high", "rank", "status", "state",
            "made_up",
        )
    )  # fmt: skip
    return [held_of(names[row[0]], *row[1:]) for row in rows]


def months_of(today: date) -> list[str]:
    """The months of which figures may be kept: the last twelve that are over, the latest first."""
    return [str(Month.of(today).plus(-back)) for back in range(1, 13)]


def carrying(indicator: Indicator, years: set[int]) -> list[Target]:
    """The standing targets of the territories that carry an indicator, of the latest of these years; one query."""
    rows = indicator.targets.filter(year__in=years, replaced_at=None, unit__kind__in=Unit.TERRITORY_KINDS)
    held = list(rows.select_related("unit").order_by("unit__path"))
    last = max((one.year for one in held), default=0)
    return [one for one in held if one.year == last]


def latest_of(indicator: Indicator, targets: Sequence[Target]) -> dict[int, str]:
    """What was kept last of each unit, in words: 58.5（2018年1—7月）; one query."""
    rows = (
        Observation.objects.standing()
        .filter(indicator=indicator, participant__unit__in=[one.unit_id for one in targets]).exclude(low=None)
        .order_by("period").values_list("participant__unit", "low", "period")
    )  # fmt: skip
    return {unit: f"{shown(low, indicator.places)}（{period_words(period)}）" for unit, low, period in rows}


@dataclass(frozen=True, slots=True)
class Place:
    """One territory: points, place, what it carries, and what costs it most."""

    unit: Unit
    score: float | None
    rank: int | None
    lines: tuple[Line, ...]

    @property
    def score_text(self) -> str:
        return shown(self.score, 2)

    @property
    def known(self) -> int:
        return sum(one.value is not None for one in self.lines)

    @property
    def made_up(self) -> bool:
        return any(one.made_up for one in self.lines)

    @property
    def most(self) -> Line | None:
        """What it loses most on; the first of those that lose alike."""
        losing = [one for one in self.lines if one.lost > 0]
        return max(losing, key=lambda one: one.lost) if losing else None


def rows_of(places: Places, board: Scored | None) -> list[Place]:
    """Every territory that carries something, the best first; those without a score after them, in the tree's order."""
    made = [
        Place(
            places.units[name], board.score(board.top, name) if board else None,
            board.rank(board.top, name) if board else None, tuple(_lines(places, board, name)),
        )
        for name in places.carries
    ]  # fmt: skip
    return sorted(made, key=lambda one: (one.rank is None, one.rank or 0))


def _lines(places: Places, board: Scored | None, unit: str) -> Iterable[Line]:
    spec = places.spec
    assert spec is not None
    parents = children_of(spec)
    left = {one.code: one.waits_for for one in board.left_out} if board else {}
    for code, node in spec.nodes.items():
        column = node.data or code
        if code in parents or column not in places.carries[unit]:
            continue
        target = places.carries[unit][column]
        held = board.assembled.cells.get((unit, column)) if board else None
        known = held is not None and held.low is not None
        yield Line(
            code, places.cards[column], target.value, held.low if held else None,
            held.period if held and known else "", bool(held and held.made_up),
            board.rank(code, unit) if board else None, board.score(code, unit) if board else None,
            full_of(spec, code), _sign(spec, code), left.get(code, ""),
            (node.score or spec.defaults.score).form == "deduct", board.period if board else "",
            target_made_up=target.made_up, rule_made_up=spec.made_up(code, "marks") or spec.made_up(code, "score"),
        )  # fmt: skip


def _sign(spec: Spec, code: str) -> int:
    return -1 if (spec.nodes[code].direction or spec.defaults.direction) == "negative" else 1


def full_words(board: Scored | None) -> str:
    """满分2.00; "" where the scheme gives no marks."""
    if board is None:
        return ""
    full = board.result.plan.full[board.result.plan.root]
    return f"满分{shown(float(full), 2)}" if not math.isnan(full) else ""


def conclusion(rows: Sequence[Place], cards: Mapping[str, Any]) -> str:
    """页首: 9个街场园区按分到的1项指标打分，汤泉街道0.93分最高，4个单位0.00分最低."""
    if not rows:
        return "还没有分给街场园区的目标"
    said = f"{len(rows)}个街场园区按分到的{len(cards)}项指标打分"
    ranked = [one for one in rows if one.rank is not None]
    if not ranked:
        return f"{said}，还没有数"
    if len(ranked) == 1 or ranked[0].rank == ranked[-1].rank:
        return (
            f"{said}，都是{ranked[0].score_text}分"
            if len(ranked) > 1
            else f"{said}，只有{ranked[0].unit.name}有数"
        )
    return f"{said}，{_words(ranked, ranked[0])}最高，{_words(ranked, ranked[-1])}最低"


def _words(ranked: Sequence[Place], one: Place) -> str:
    alike = [other for other in ranked if other.rank == one.rank]
    return f"{one.unit.name if len(alike) == 1 else f'{len(alike)}个单位'}{one.score_text}分"
