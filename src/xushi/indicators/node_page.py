"""一个得分怎么来的：任何一个区、任何一块，下级各得几分、怎么汇总；到指标就是一步步的打分。"""

from dataclasses import dataclass

from xushi.indicators.checks import children_of
from xushi.indicators.figures import Scored
from xushi.indicators.indicator_page import Chevron, chevrons
from xushi.indicators.models import Indicator
from xushi.indicators.reading_board import Line, Room, full_of, invented
from xushi.indicators.rules import shown

COMBINED = {
    "sum": "各项相加", "arithmetic": "加权平均", "geometric": "几何平均", "harmonic": "调和平均", "power": "幂平均",
    "penalty": "平均减去不均衡的", "copeland": "两两比", "minimum": "取最低", "maximum": "取最高",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One below: its points and place; nothing where it was left out of the scores."""

    code: str
    name: str
    score: str
    rank: int | None
    full: str


@dataclass(frozen=True, slots=True)
class NodePage:
    """A node of one unit: what it has, and what it comes of."""

    code: str
    name: str
    score: str
    rank: int | None
    among: int
    how: str
    members: list[Member]
    steps: list[Chevron]
    card: Indicator | None
    above: tuple[str, str] | None


def node_of(room: Room, board: Scored, code: str, unit: str) -> NodePage | None:
    """None where the specification has no such node, or no such unit is scored."""
    if code not in room.spec.nodes or unit not in board.units:
        return None
    node, below = room.spec.nodes[code], children_of(room.spec)
    card = None if code in below else room.cards.get(node.data or code)
    form = (node.combine or room.spec.defaults.combine).form
    above = (node.parent, name_of(room, node.parent)) if node.parent else None
    return NodePage(
        code, name_of(room, code), shown(board.score(code, unit), 2), board.rank(code, unit), len(board.units),
        COMBINED.get(form, form) if code in below else "",
        [_member(room, board, one, unit) for one in below.get(code, ())],
        chevrons(board, line_of(room, board, code, card, unit), unit) if card else [], card, above,
    )  # fmt: skip


def name_of(room: Room, code: str) -> str:
    node = room.spec.nodes[code]
    card = room.cards.get(node.data or code)
    return node.name or (card.name if card else code)


def _member(room: Room, board: Scored, code: str, unit: str) -> Member:
    return Member(
        code, name_of(room, code), shown(board.score(code, unit), 2), board.rank(code, unit),
        shown(full_of(room.spec, code), 2) if full_of(room.spec, code) is not None else "",
    )  # fmt: skip


def line_of(room: Room, board: Scored, code: str, card: Indicator, unit: str) -> Line:
    """An indicator of any unit, as of the month that is scored."""
    node = room.spec.nodes[code]
    held = board.assembled.cells.get((unit, node.data or code))
    known = code in board.spec.nodes
    return Line(
        code, card, board.reference(code, unit=unit) if known else None, held.low if held else None,
        held.period if held else "", bool(held and held.made_up), board.rank(code, unit), board.score(code, unit),
        full_of(room.spec, code), room.sign(code), "", (node.score or room.spec.defaults.score).form == "deduct",
        board.period, target_made_up=known and invented(room.spec, code, "target"),
        rule_made_up=room.spec.made_up(code, "marks") or room.spec.made_up(code, "score"),
    )  # fmt: skip
