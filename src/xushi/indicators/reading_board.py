"""记分牌要的读法：版本、指标卡、打分，一次读齐；页面上每一块从这里取。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404

from xushi.core.text import row_number
from xushi.indicators.assembling import Held
from xushi.indicators.figures import Scored, held_rows, own_name, scored_of, spec_kept
from xushi.indicators.models import Indicator, Scenario, System, Version
from xushi.indicators.rules import gap_words, period_words, shown
from xushi.indicators.spec import Pending, Spec

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True)
class Room:
    """A system as one page needs it: the version in use, its specification, the figures of its year; four queries."""

    system: System
    version: Version
    spec: Spec
    own: str
    rows: list[Held]
    cards: dict[str, Indicator]

    @cached_property
    def periods(self) -> list[str]:
        """The months of the year of which the own district has figures, the latest first."""
        year = str(self.version.year)
        return sorted({one.period for one in self.rows if one.unit == self.own and one.period[:4] == year})[
            ::-1
        ]

    @property
    def stage_period(self) -> str:
        """The month that the specification is about; the latest known where it names none."""
        named = self.spec.period or ""
        return named if named in self.periods or not self.periods else self.periods[0]

    def scored(
        self, period: str = "", *, vintages: Sequence[str] = (), changes: Mapping[str, Any] | None = None
    ) -> Scored:
        return scored_of(
            self.version,
            self.spec,
            self.own,
            self.rows,
            period or self.stage_period,
            vintages=vintages,
            changes=changes,
        )

    @cached_property
    def own_series(self) -> dict[str, dict[str, Held]]:
        """The own district's figures by indicator and month; where there are vintages, the last of them."""
        made: dict[str, dict[str, Held]] = {}
        for one in self.rows:
            if one.unit == self.own and one.low is not None:
                made.setdefault(one.indicator, {})[one.period] = one
        return made

    def latest(self, column: str) -> Held | None:
        """The newest figure of the year."""
        held = self.own_series.get(column, {})
        months = [month for month in held if month.startswith(str(self.version.year))]
        return held[max(months)] if months else None

    def sign(self, code: str) -> int:
        return -1 if (self.spec.nodes[code].direction or self.spec.defaults.direction) == "negative" else 1


def room_of(user: "User", code: str = "", version: int | None = None) -> Room:
    """The system a person asks for, in the version in use of its latest year; 404 where there is none."""
    systems = System.objects.visible_to(user)
    found = Version.objects.filter(system__in=systems).select_related("system")
    if version is not None:
        found = found.filter(pk=version)
    else:
        found = found.exclude(used_at=None)
        found = found.filter(system__code=code) if code else found
    held = found.order_by("system__place", "-year", "-used_at").first()
    if held is None:
        raise Http404
    return room_of_version(held)


def room_of_version(held: Version) -> Room:
    cards = {
        one.code: one
        for one in Indicator.objects.filter(system=held.system_id).select_related("group", "lead")
    }
    rows = held_rows(held.system, f"{held.year}-12")
    return Room(held.system, held, spec_kept(held), own_name(held.system), rows, cards)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for: a month, a vintage first, other values of indicators (a what-if)."""

    period: str = ""
    vintage: str = ""
    values: dict[int, float] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        """ValueError with a sentence where a typed value is no number."""
        values: dict[int, float] = {}
        for name, text in query.items():
            pk = row_number(name.removeprefix("v")) if name.startswith("v") else None
            if pk is None or not str(text).strip():
                continue
            try:
                value = float(str(text).strip()[:30].replace("−", "-").replace("，", ",").replace(",", ""))
            except ValueError as wrong:
                raise ValueError(f"“{str(text)[:20]}”不是数，请填数字，如 68.5。") from wrong
            if not -1e12 < value < 1e12:
                raise ValueError("数太大了，请核对。")
            values[pk] = value
        return cls(query.get("period", "")[:7], query.get("vintage", "")[:40], values)

    @property
    def asks(self) -> bool:
        return bool(self.vintage or self.values)

    def vintages(self, room: Room) -> tuple[str, ...]:
        known = room.spec.vintages
        if self.vintage not in known:
            return ()
        return (self.vintage, *(one for one in known if one != self.vintage))

    def changes(self, room: Room) -> dict[str, float]:
        """As paths of a scenario; only values other than those that stand."""
        by_pk = {card.pk: code for code, card in room.cards.items()}
        at = room.scored(self.period).assembled.cells
        made = {}
        for pk, value in self.values.items():
            held = at.get((room.own, by_pk.get(pk, "")))
            if held is not None and held.low != value:
                made[f"observations.{room.own}.{by_pk[pk]}"] = value
        return made


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator or task in a list: what it was to be, what it is, what that costs."""

    code: str
    card: Indicator
    target: float | None
    value: float | None
    value_period: str
    made_up: bool
    rank: int | None
    score: float | None
    full: float | None
    sign: int
    waits_for: str = ""
    deducted: bool = True
    scored_period: str = ""
    target_made_up: bool = False
    rule_made_up: bool = False

    @property
    def lost(self) -> float:
        return 0.0 if self.full is None or self.score is None else round(self.full - self.score, 6)

    @property
    def lost_text(self) -> str:
        return shown(self.lost, 2) if self.score is not None else "—"

    @property
    def lost_exact(self) -> str:
        """To three places, so that what is lost and what is left come to the full marks."""
        return shown(self.lost, 3) if self.score is not None else "—"

    @property
    def invented(self) -> bool:
        """What is lost rests on a figure, a target or a rule that nobody published."""
        return self.made_up or self.target_made_up or self.rule_made_up

    @property
    def score_exact(self) -> str:
        return shown(self.score, 3)

    @property
    def score_text(self) -> str:
        return shown(self.score, 2)

    @property
    def full_text(self) -> str:
        return shown(self.full, 2)

    @property
    def target_text(self) -> str:
        if self.waits_for:
            return "待定"
        return f"{shown(self.target, self.card.places)}{self._percent}"

    @property
    def value_text(self) -> str:
        return f"{shown(self.value, self.card.places)}{self._percent if self.value is not None else ''}"

    @property
    def _percent(self) -> str:
        return "%" if self.card.measure == "%" else ""

    @property
    def gap_text(self) -> str:
        return gap_words(
            self.value, self.target, sign=self.sign, places=self.card.places, measure=self.card.measure
        )

    @property
    def period_text(self) -> str:
        return period_words(self.value_period)

    @property
    def month_text(self) -> str:
        """1—7月, where the figure shown is of another month than the points beside it; else nothing."""
        if not self.value_period or self.value_period == self.scored_period:
            return ""
        words = period_words(self.value_period)
        same_year = self.value_period[:4] == self.scored_period[:4]
        return words.partition("年")[2] if same_year else words

    @property
    def mark(self) -> str:
        """All of its marks gone, some of them, none; or nothing to judge by."""
        if self.score is None:
            return "not_due"
        if not self.lost:
            return "on_schedule"
        return "overdue" if self.full and self.lost >= self.full * 0.75 else "slipping"

    @property
    def share(self) -> int:
        """How much of the full marks is lost, in per cent, for a bar."""
        return round(self.lost / self.full * 100) if self.full else 0


def full_of(spec: Spec, code: str) -> float | None:
    """Full marks of an indicator: its own, else what its rule gives at most."""
    node = spec.nodes[code]
    rule = node.score or spec.defaults.score
    if node.marks is not None:
        return float(node.marks)
    return float(rule.full) if rule.form == "deduct" else None


def invented(spec: Spec, code: str, name: str) -> bool:
    """A reference that is a figure, and only an example; one that is pending or not there is neither."""
    value = spec.nodes[code].references.get(name)
    return value is not None and not isinstance(value, Pending) and spec.made_up(code, name)


def lines_of(room: Room, board: Scored) -> list[Line]:
    """Every indicator of the version in its order, those left out of the scores too."""
    waiting = {one.code: one.waits_for for one in board.left_out}
    parents = {node.parent for node in room.spec.nodes.values()}
    made = []
    for code, node in room.spec.nodes.items():
        card = room.cards.get(node.data or code)
        if card is None or code in parents:
            continue
        held = room.latest(node.data or code) or board.assembled.cells.get((room.own, node.data or code))
        made.append(
            Line(
                code, card, board.reference(code) if code not in waiting else None, held.low if held else None,
                held.period if held else "", bool(held and held.made_up), board.rank(code), board.score(code),
                full_of(room.spec, code), room.sign(code), waiting.get(code, ""),
                (node.score or room.spec.defaults.score).form == "deduct", board.period,
                target_made_up=code not in waiting and invented(room.spec, code, "target"),
                rule_made_up=room.spec.made_up(code, "marks") or room.spec.made_up(code, "score"),
            )
        )  # fmt: skip
    return made


def saved_scenarios(user: "User", version: Version) -> list[Scenario]:
    """The scenarios this person may see: shared ones and their own; one query."""
    return list(version.scenarios.filter(dropped_at=None).filter(Q(shared=True) | Q(by=user))[:20])
