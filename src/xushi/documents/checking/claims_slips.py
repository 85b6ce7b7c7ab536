"""写错一个数字的：率、差、平均、乘积、结余，别的读法都没认领时，近旁的几个数照算只差一个数字、或颠倒了两个数字的。

Whatever the words between: numbers that would follow from one another but for one digit were meant to. How far that
may be chance is reckoned (so many digits, so many ways tried), and only what hardly can be is told.
"""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from xushi.documents.checking import rows
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    claim_of,
    slipped,
    written,
)
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role
from xushi.documents.checking.ways import Way, ways_to

_BACK = 7  # numbers before that are tried
_CHANCE = 0.22  # of a number being a digit off by chance, over all ways tried


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """Numbers that follow from those near them, or would but for a digit; told: what other readers have tied."""
    yield from rows.of_text(text)
    for near in text.paragraphs:
        for place, one in enumerate(near):
            if one.quantity.start in told or one.quantity.hedged or one.role is Role.DUE:
                continue
            before = [x for x in near[max(0, place - _BACK) : place] if one.sentence - x.sentence <= 1]
            if claim := _told(one, list(ways_to(one, before))):
                yield claim
        yield from rows.of_paragraph(near, told, text)


def _told(one: Mention, ways: Sequence[Way]) -> Claim | None:
    """By the first way that holds; else by the first that a slip of the pen would explain, and chance would not."""
    made = [claim_of(way.kind, one.quantity, way.operands, way.value, way.allowed) for way in ways]
    if held := next((claim for claim in made if claim.held), None):
        return held
    value = one.quantity.value
    made = [claim for claim in made if claim.computed and value / 3 <= claim.computed <= value * 3]
    found = [claim for claim in made if slipped(claim) or _other_side(claim)]
    if not found or _by_chance(one) * len({claim.computed for claim in made}) > _CHANCE:
        return None
    return found[0]


def _other_side(claim: Claim) -> bool:
    """62.9% where 37.1% was meant."""
    if claim.kind is not Claimed.RATIO or claim.computed is None or claim.value is None:
        return False
    return abs(100 - claim.computed - claim.value) <= Decimal("0.05")


def _by_chance(one: Mention) -> float:
    """How likely a number of as many digits is one digit off another."""
    many = len(written(one.quantity.text)[0])
    return (9 * many + many - 1) / (9 * 10 ** (many - 1)) if many else 1.0
