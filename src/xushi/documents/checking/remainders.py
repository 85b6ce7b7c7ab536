"""其余、剩余、还差：全部减去已经说了的。另外还有多少的，不是这里的“其余”。"""

import re
from collections.abc import Sequence
from decimal import Decimal

from xushi.documents.checking.binding import OPERANDS, Around
from xushi.documents.checking.judging import Claim, Claimed, added, claim_of, of, taken
from xushi.documents.checking.roles import Mention, Role

_LEFT = re.compile(r"未|没|需|待|才|正在|缺")
_MAYBE = re.compile(r"(尚有|还有|另有?)的?[^，]{0,6}$")
_CARRIED = re.compile(r"滚存|上年|往年|历年|累计")  # of more years than the numbers beside it
_UNFIT = (Role.REST, Role.CHANGE, Role.MEAN, Role.BASE, Role.SHARE)
_FAR = Decimal("0.35")


def remainder(at: Around) -> Claim | None:
    """其余25件: what the whole leaves when the parts told are taken from it; one way that fits is enough."""
    mention = at.mention
    if mention.role is not Role.REST or mention.kind not in OPERANDS or _CARRIED.search(mention.label):
        return None
    told = [
        one
        for one in at.before
        if one.like == mention.like and one.role not in _UNFIT and one.sentence >= mention.sentence - 1
    ][-8:]
    if len(told) < 2:
        return None
    made = [
        _left(mention, told[start], told[since:])
        for start in range(len(told) - 1)
        for since in range(start + 1, len(told))
    ]
    if len(told) == 2 and told[0].quantity.high < told[1].quantity.low and not _MAYBE.search(mention.label):
        made.append(_left(mention, told[1], told[:1]))  # 完成114亿元，对照195.2亿元的计划，还需81.2亿元
        if not any(one.held for one in made) and told[0].sentence == told[1].sentence == mention.sentence:
            return made[-1] if _close(made[-1], told[1]) else None
    fits = next((one for one in made if one.held), None)
    here = [one for one in told if one.sentence == mention.sentence]
    if fits or len(here) < 2 or (_MAYBE.search(mention.label) and not _LEFT.search(mention.tail)):
        return fits
    among = [one for one in here if one.scope == here[-1].scope and one is not here[0]]
    whole, parts = (here[0], among) if len(here) > 2 and "其中" in mention.lead else (here[-2], here[-1:])
    claim = _left(mention, whole, parts)
    size = max(abs(whole.quantity.value), Decimal(1))
    near = claim.computed is not None and abs(claim.computed - mention.quantity.value) <= size * _FAR
    return claim if near and whole.quantity.value > parts[-1].quantity.value else None


def _close(claim: Claim, whole: Mention) -> bool:
    value, computed = claim.value, claim.computed
    return value is not None and computed is not None and abs(computed - value) <= whole.quantity.value * _FAR


def _left(mention: Mention, whole: Mention, parts: Sequence[Mention]) -> Claim:
    allowed = taken(of(whole.quantity), added(of(one.quantity) for one in parts))
    computed = whole.quantity.value - sum((one.quantity.value for one in parts), Decimal(0))
    operands = (whole.quantity, *(one.quantity for one in parts))
    return claim_of(Claimed.DIFFERENCE, mention.quantity, operands, computed, allowed)
