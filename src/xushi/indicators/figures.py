"""指标考核的数都从这里来：一版说明加那个月为止的数，现算现给，谁问都一样；同一道题只算一遍。"""

import hashlib
import json
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.indicators.assembling import Assembled, Held, assembled
from xushi.indicators.leaving_out import LeftOut, without_unready
from xushi.indicators.models import Observation, Participant, System, Version
from xushi.indicators.refusals import refuse
from xushi.indicators.spec import Spec
from xushi.indicators.versions import digest_of, spec_of_version

if TYPE_CHECKING:
    from xushi.indicators.engine import Result

KEPT = 24
_kept: "OrderedDict[str, Result]" = OrderedDict()
_specs: "OrderedDict[str, Spec]" = OrderedDict()


@dataclass(frozen=True)
class Scored:
    """A version scored for a month: what went in, what came out, and what was left out of it."""

    version: Version
    spec: Spec
    assembled: Assembled
    result: "Result"
    left_out: tuple[LeftOut, ...]
    own: str
    digest: str

    @property
    def period(self) -> str:
        return self.assembled.period

    @cached_property
    def _units(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.result.plan.table.units)}

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {code: at for at, code in enumerate(self.result.plan.codes)}

    @property
    def units(self) -> tuple[str, ...]:
        return self.result.plan.table.units

    @property
    def top(self) -> str:
        return self.result.plan.top

    def score(self, code: str, unit: str = "") -> float | None:
        """The score of a unit (the own district) under a node; None where it has none or was left out."""
        value = self._at(self.result.scores, code, unit)
        return None if value is None or math.isnan(value) else value

    def rank(self, code: str, unit: str = "") -> int | None:
        value = self._at(self.result.ranks, code, unit)
        return None if value is None or math.isnan(value) else int(value)

    def _at(self, array: Any, code: str, unit: str) -> float | None:
        if code not in self._codes or (unit or self.own) not in self._units:
            return None
        return float(array[0, self._units[unit or self.own], self._codes[code]])

    def cell(self, code: str, unit: str = "") -> dict[str, Any] | None:
        """The trace of one indicator: input, references, rule, raw, clamped, rounded, score."""
        from xushi.indicators.tracing import cell

        leaves = self.result.plan.leaves
        if code not in leaves:
            return None
        return cell(self.result, self._units[unit or self.own], leaves.index(code))

    def reference(self, code: str, name: str = "target", unit: str = "") -> float | None:
        """A reference of the own district as the specification gives it; None where it is pending or not there."""
        from xushi.indicators.spec import PerUnit

        value: Any = self.spec.nodes[code].references.get(name)
        if isinstance(value, PerUnit):
            value = value.units.get(unit or self.own, value.others)
        return float(value) if isinstance(value, int | float) else None


def spec_kept(version: Version) -> Spec:
    """The specification of a version, read once in a process: it is known by its digest."""
    if version.digest not in _specs:
        _specs[version.digest] = spec_of_version(version)
        while len(_specs) > KEPT:
            _specs.popitem(last=False)
    return _specs[version.digest]


def held_rows(system: System, period: str) -> list[Held]:
    """What is known of the peers up to a month: this year and the end of the year before.

    Of the own district the whole year before, for its series. One query.
    """
    year = int(period[:4])
    rows = (
        Observation.objects.standing()
        .filter(participant__system=system, participant__unit=None, period__lte=period)
        .filter(Q(period__gte=f"{year - 1}-12") | Q(participant__own=True, period__gte=f"{year - 1}-01"))
        .order_by("participant__place", "participant_id", "indicator_id", "period")
        .values_list(
            "participant__name", "indicator__code", "period", "vintage", "low", "high", "rank", "status", "state",
            "made_up",
        )
    )  # fmt: skip
    return [held_of(*row) for row in rows]


def held_of(
    unit: str, code: str, period: str, vintage: str, low: float | None, high: float | None, rank: int | None,
    status: str, state: str, made_up: bool,
) -> Held:  # fmt: skip
    said = "preliminary" if state == Observation.State.WAITING and status == "final" else status
    return Held(unit, code, period, vintage, low, high, rank, said, made_up)


def own_name(system: System) -> str:
    """The own district among its peers; Refused where nobody has said who that is."""
    own = Participant.objects.filter(system=system, own=True).values_list("name", flat=True).first()
    if own is None:
        raise refuse("", f"“{system.name}”还没写明哪个参评单位是本区。")
    return str(own)


def scored(
    version: Version,
    period: str,
    *,
    vintages: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
    rows: Iterable[Held] | None = None,
) -> Scored:
    """Score a version for a month; vintages and changes make it a what-if. Two queries, or one where rows are given.

    Refused names the path that cannot be scored.
    """
    spec, own = spec_kept(version), own_name(version.system)
    return scored_of(version, spec, own, held_rows(version.system, period) if rows is None else rows, period,
                     vintages=vintages, changes=changes)  # fmt: skip


def scored_of(
    version: Version,
    spec: Spec,
    own: str,
    rows: Iterable[Held],
    period: str,
    *,
    vintages: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
) -> Scored:
    """The same from what is already read: no query at all."""
    order = tuple(vintages) or spec.vintages
    table = assembled(rows, period, vintages=order)
    columns = {column for _, column in table.cells}
    if not columns:
        raise refuse("", f"到{period}还没有一个数，先录入或导入再算。")
    ready, left_out = without_unready(spec, columns, own)
    ready = ready.model_copy(update={"period": period, "vintages": order})
    digest = _digest(version.digest, table.text, order, changes or {})
    result = _built(digest, ready, table, changes or {})
    return Scored(version, ready, table, result, left_out, own, digest)


def scored_below(version: Version, spec: Spec, rows: Iterable[Held], period: str) -> Scored:
    """Territories by the specification derived for them; nobody among them is the own district. No query at all.

    What nobody has a figure of is left out, unless its policy gives a score to those without.
    """
    table = assembled(rows, period, vintages=spec.vintages)
    columns = {
        column for (_, column), one in table.cells.items() if one.low is not None or one.rank is not None
    }
    columns |= {
        node.data or code
        for code, node in spec.nodes.items()
        if (node.missing or spec.defaults.missing) in ("zero", "floor")
    }
    ready, left_out = without_unready(spec, columns, "")
    ready = ready.model_copy(update={"period": period})
    digest = _digest(digest_of(spec), table.text, spec.vintages, {})
    return Scored(version, ready, table, _built(digest, ready, table, {}), left_out, "", digest)


def _digest(spec: str, data: str, vintages: Sequence[str], changes: Mapping[str, Any]) -> str:
    asked = json.dumps([spec, list(vintages), dict(changes)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{asked}\n{data}".encode()).hexdigest()


def _built(digest: str, spec: Spec, table: Assembled, changes: Mapping[str, Any]) -> "Result":
    from xushi.indicators.engine import build
    from xushi.indicators.scenario import overlaid, scenario_of

    if digest in _kept:
        _kept.move_to_end(digest)
        return _kept[digest]
    base = _table(spec, table)
    if changes:
        spec, base = overlaid(spec, base, scenario_of({"set": dict(changes)}))
    _kept[digest] = made = build(spec, base)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return made


_tables: "OrderedDict[tuple[str, tuple[str, ...]], Any]" = OrderedDict()


def _table(spec: Spec, table: Assembled) -> Any:
    """The parsed table, kept beside the results: a slider asks for the same one many times."""
    from xushi.indicators.data import table_of

    key = hashlib.sha256(table.text.encode()).hexdigest(), spec.vintages
    if key not in _tables:
        _tables[key] = table_of(table.text, columns=spec.columns, vintages=spec.vintages)
        while len(_tables) > KEPT:
            _tables.popitem(last=False)
    return _tables[key]
