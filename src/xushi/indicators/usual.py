"""一个数离往常多远：有自己前几个月的比自己的，没有的比别的单位做到各自目标的几成。"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from xushi.indicators.models import Observation, Version
from xushi.indicators.models_tasks import Target
from xushi.indicators.reporting import Item, Key
from xushi.indicators.rules import shown, usual_range

FEW = 3


@dataclass(frozen=True, slots=True)
class Usual:
    """Where a figure usually lies, and a sentence for one that lies elsewhere."""

    low: float
    high: float
    words: str


def usual_of(version: Version, items: Sequence[Item]) -> dict[Key, Usual]:
    """By figure; nothing is said where too little is known. Two queries."""
    cards = {one.card.pk for one in items}
    series: dict[tuple[int, int | None], dict[str, float]] = {}
    rows = Observation.objects.standing().filter(indicator__in=cards, period__startswith=f"{version.year}-")
    for indicator, unit, own, period, low in (
        rows.filter(participant__system=version.system_id).exclude(low=None).order_by("period", "pk")
        .values_list("indicator", "participant__unit", "participant__own", "period", "low")
    ):  # fmt: skip
        if low is not None and (own or unit):
            series.setdefault((indicator, None if own else unit), {})[period] = low
    targets = {
        (indicator, unit): value
        for indicator, unit, value in Target.objects.filter(
            indicator__in=cards, year=version.year, replaced_at=None
        ).values_list("indicator", "unit", "value")
    }
    found = ((one.key, _usual(one, series, targets)) for one in items)
    return {key: usual for key, usual in found if usual is not None}


def _usual(
    one: Item, series: dict[tuple[int, int | None], dict[str, float]], targets: dict[tuple[int, int], float]
) -> Usual | None:
    mine = series.get(one.key[:2], {})
    before = [value for period, value in mine.items() if period < one.period]
    places = one.card.places
    if range_ := usual_range(before):
        return _said(range_, "比往常", places)
    if one.target is None or not one.target.value:
        return None
    shares = [
        list(held.values())[-1] / targets[indicator, unit]
        for (indicator, unit), held in series.items()
        if unit is not None and indicator == one.card.pk and unit != one.target.unit_id
        and targets.get((indicator, unit))
    ]  # fmt: skip
    among = among_peers(shares)
    if among is None:
        return None
    ends = sorted(share * one.target.value for share in among)
    return _said((ends[0], ends[1]), "和别的单位比", places)


def _said(range_: tuple[float, float], compared: str, places: int) -> Usual:
    low, high = range_
    return Usual(low, high, f"{compared}（{shown(low, places)}—{shown(high, places)}）差得多")


def among_peers(shares: Sequence[float]) -> tuple[float, float] | None:
    """Where the share of its own target that a unit reaches usually lies: five times the usual distance round the middle.

    None where fewer than three others are known.
    """
    if len(shares) < FEW:
        return None
    middle = median(shares)
    far = max(median(abs(one - middle) for one in shares), 0.05 * abs(middle)) * 5
    return middle - far, middle + far
