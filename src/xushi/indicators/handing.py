"""分解要看的：每个指标分了没有、合计对不对、谁还没签；一个指标分解时的各单位一行。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xushi.core.clock import local_day
from xushi.indicators.actions_targets import CARRYING
from xushi.indicators.leaving_out import pending
from xushi.indicators.models import Indicator
from xushi.indicators.models_tasks import Target
from xushi.indicators.reading_board import Room
from xushi.indicators.rules import shown
from xushi.indicators.spec import PerUnit
from xushi.units.models import Unit

STATES = {"none": "没分解的", "unsigned": "没签完的", "off": "合计不对的", "done": "都签了的"}


def short_of(target: float | None, parts: Sequence[float]) -> float:
    """How much the parts lack of the district's target, below 0 where they exceed it; rounded as hand_down asks."""
    return 0.0 if target is None else round(target - sum(parts), 6)


@dataclass(frozen=True, slots=True)
class Handed:
    """One indicator: what the district owes, how much of it stands with units, who has signed."""

    card: Indicator
    target: float | None
    waits_for: str
    targets: tuple[Target, ...]

    @property
    def signed(self) -> int:
        return sum(one.signed_at is not None for one in self.targets)

    @property
    def short(self) -> float:
        return short_of(self.target, [one.value for one in self.targets]) if self.card.adds_up else 0.0

    @property
    def state(self) -> str:
        if not self.targets:
            return "none"
        if self.short:
            return "off"
        return "done" if self.signed == len(self.targets) else "unsigned"

    @property
    def mark(self) -> str:
        return {"none": "not_due", "off": "overdue", "unsigned": "pending", "done": "closed"}[self.state]

    @property
    def words(self) -> str:
        """怎么样了: 9个单位，签了8个；合计比全区目标少5."""
        if not self.targets:
            return f"目标没定，等{self.waits_for}" if self.waits_for else "还没分解"
        said = f"{len(self.targets)}个单位，签了{self.signed}个"
        if self.short:
            said += f"；合计比全区目标{'少' if self.short > 0 else '多'}{abs(self.short):g}"
        return said

    @property
    def target_text(self) -> str:
        if self.waits_for:
            return "待定"
        return (
            "没有目标值"
            if self.target is None
            else f"{shown(self.target, self.card.places)}{self.card.measure}"
        )


def target_of(room: Room, code: str) -> tuple[float | None, str]:
    """What the version in use asks of the district for an indicator, and who owes it where it is pending."""
    value = room.spec.nodes[code].references.get("target")
    if isinstance(value, PerUnit):
        value = value.units.get(room.own, value.others)
    return float(value) if isinstance(value, int | float) else None, pending(room.spec, code, room.own)


def handed_of(room: Room) -> list[Handed]:
    """Every indicator of the version in its order, tasks left out: they have steps of their own. One query."""
    held: dict[int, list[Target]] = {}
    rows = Target.objects.filter(indicator__system=room.system, year=room.version.year, replaced_at=None)
    for one in rows.select_related("unit"):
        held.setdefault(one.indicator_id, []).append(one)
    parents = {node.parent for node in room.spec.nodes.values()}
    made = []
    for code, node in room.spec.nodes.items():
        card = room.cards.get(node.data or code)
        if card is not None and code not in parents and card.kind != Indicator.Kind.TASK:
            made.append(Handed(card, *target_of(room, code), tuple(held.get(card.pk, ()))))
    return made


def one_of(room: Room, indicator: Indicator) -> Handed | None:
    return next((one for one in handed_of(room) if one.card.pk == indicator.pk), None)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A target nobody has signed for, and since how many days."""

    target: Target
    card: Indicator
    value_text: str
    days: int
    urged_today: bool


def unsigned_of(rows: Sequence[Handed], today: date) -> list[Unsigned]:
    """没签收的, the longest waiting first."""
    made = [
        Unsigned(
            one, row.card, f"{shown(one.value, row.card.places)}{row.card.measure}", (today - local_day(one.at)).days,
            one.urged_at is not None and local_day(one.urged_at) == today,
        )
        for row in rows for one in row.targets if one.signed_at is None
    ]  # fmt: skip
    return sorted(made, key=lambda one: -one.days)


def conclusion(rows: Sequence[Handed], waiting: Sequence[Unsigned]) -> tuple[str, str]:
    """页首: 86项指标分解了1项，85项还没有；下一行说没签的和合计不对的."""
    none, off = (sum(row.state == state for row in rows) for state in ("none", "off"))
    title = f"{len(rows)}项指标分解了{len(rows) - none}项" + (f"，{none}项还没有" if none else "")
    said = []
    if waiting:
        said.append(f"{len(waiting)}个目标没签收，最早的等了{waiting[0].days}天")
    if off:
        said.append(f"{off}项的合计和全区目标对不上，要重分")
    return title, "；".join(said)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit in the form: what stands, or what was typed."""

    unit: Unit
    value: str
    person: str
    error: str = ""

    @property
    def chosen(self) -> bool:
        return bool(self.value or self.person)


def unit_rows(
    targets: Sequence[Target], typed: Mapping[str, str] | None, errors: Mapping[int, str]
) -> list[UnitRow]:
    """Every unit that may carry a target, territories first; one query."""
    standing = {one.unit_id: one for one in targets}
    made = []
    for unit in Unit.objects.standing().filter(kind__in=CARRYING).order_by("path"):
        was = standing.get(unit.pk)
        value, person = (f"{was.value:.12g}", was.person) if was else ("", "")
        if typed is not None:
            value, person = typed.get(f"v{unit.pk}", "")[:30], typed.get(f"p{unit.pk}", "")[:60]
        made.append(UnitRow(unit, value, person, errors.get(unit.pk, "")))
    return sorted(made, key=lambda one: one.unit.kind not in Unit.TERRITORY_KINDS)
