"""哪些断言信得过：同一个数别的读法已经对上的、看得出说的是别的数的，都不当真。"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal

from xushi.documents.checking.binding import PAST
from xushi.documents.checking.judging import WORKED_OUT, Claim, Claimed, divided, of, overlap, scaled
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_LOOK_BACK, _HALF, _SAME = 8, Decimal("0.05"), Decimal("0.001")
_FORMERLY = re.compile(r"(?:由|从)(?:年初|上年|去年|上月|同期|上季度?|原来|过去|此前|最初)[^，]{0,8}$")
_AGREED = re.compile(r"(?:合同|原定|计划)(?:工期|期限|时间)(?:为|是)?$")
_SOME = re.compile(r"(?:另有|还有|其中有?|仍有|有)\d+[个家项户件][\u4e00-\u9fff]{2,10}率$")
_NOT_YET = re.compile(r"(?:尚|仍|还)?未(?P<deed>[\u4e00-\u9fff]{2})")


def believed(page: Text, claims: Sequence[Claim]) -> list[Claim]:
    """Without those that another reader of the same number has shown to hold: it knew better what belongs together."""
    held = {
        (claim.kind, claim.start)
        for claim in claims
        if claim.held and claim.kind in (*WORKED_OUT, Claimed.TWICE)
    }
    mentions = {one.quantity.start: one for one in page.mentions}
    return [
        claim
        for claim in claims
        if claim.held
        or not (
            (claim.kind, claim.start) in held
            or _made_before_the_last(page, claim, mentions)
            or _not_yet_of_it(claim, mentions)
            or _together_before(page, claim)
            or _of_a_larger(page, claim)
            or (claim.start in mentions and _of_another(page, claim, mentions[claim.start]))
            or (
                claim.kind is Claimed.WITHIN
                and any(_is_net(mentions.get(one.start)) for one in claim.operands)
            )
        )
    ]


def far_off(page: Text, claim: Claim) -> bool:
    """Whether a rate has another rate, or a list of like things, between itself and what it would be of."""
    if claim.kind is Claimed.SUM:
        first = min((one.start for one in claim.operands), default=-1)
        return (
            first > claim.end
            and page.regular[claim.end : claim.end + 1] == "、"
            and "、" not in claim.printed
        )
    if claim.kind is not Claimed.RATIO or len(claim.operands) != 2:
        return False
    part, whole = sorted(claim.operands, key=lambda one: one.start)
    if page.regular[part.end : whole.start].startswith("、") and whole.end < claim.start:
        return True  # 建议4249件、提案3542件，办结率100%
    between = [one for one in _before(page, claim) if one.quantity.start >= whole.end]
    return whole.end < claim.start and any(
        one.kind is Kind.PERCENT and not re.search("占", one.label) for one in between
    )


def _made_before_the_last(page: Text, claim: Claim, mentions: Mapping[int, Mention]) -> bool:
    """6.5万亩，其中新建4.2万亩、改造提升2.3万亩，完成高效节水灌溉1.8万亩: the first of them make the whole."""
    if claim.kind is Claimed.SUM and _one_of_its_own(page, claim, mentions.get(claim.start)):
        return True
    last = mentions.get(claim.operands[-1].start) if claim.operands else None
    if claim.kind is not Claimed.SUM or claim.value is None or (last and last.role is Role.REST):
        return False
    slack = abs(claim.value) * _SAME
    if any(abs(one.value - claim.value) <= slack for one in claim.operands):
        return True  # 23个重大项目中，计划开工的23个已全部开工，其中5个已经竣工
    if (
        claim.computed is None
        or abs(sum((one.value for one in claim.operands), Decimal(0)) - claim.computed) > slack
    ):
        return False
    firsts = [
        sum((one.value for one in claim.operands[:many]), Decimal(0))
        for many in range(2, len(claim.operands))
    ]
    return any(abs(first - claim.value) <= slack for first in firsts)


def _not_yet_of_it(claim: Claim, mentions: Mapping[int, Mention]) -> bool:
    """收到反馈35份，其中按期反馈29份，仍有7份未反馈: what has not been done is no part of what has."""
    whole = mentions.get(claim.start)
    if claim.kind is not Claimed.SUM or whole is None:
        return False
    parts = [mentions[one.start] for one in claim.operands if one.start in mentions]
    return any((told := _NOT_YET.match(one.tail)) and told["deed"] in whole.label for one in parts)


def _one_of_its_own(page: Text, claim: Claim, whole: Mention | None) -> bool:
    """共47项，已完成21项、推进19项、滞后7项: the 21 are one of the parts themselves."""
    if whole is None or claim.value is None or not claim.operands:
        return False
    total = claim.value + sum((one.value for one in claim.operands), Decimal(0))
    begin, _ = page.sentences[whole.sentence]
    return any(
        one.like == whole.like and abs(one.quantity.value - total) <= total * _SAME
        for one in page.between(begin, whole.quantity.start)
    )


def _together_before(page: Text, claim: Claim) -> bool:
    """省级2个、市级5个，以上7个小镇: told again of both, not of the last."""
    if claim.kind is not Claimed.TWICE or claim.value is None:
        return False
    place = _place(page, claim)
    if place == len(page.mentions):
        return False
    told = page.mentions[place]
    like = [one.quantity.value for one in _before(page, claim) if one.like == told.like]
    return any(sum(like[-many:]) == claim.value for many in range(2, len(like) + 1))


def _is_net(whole: Mention | None) -> bool:
    """净增3所，其中新建4所、撤并1所: what it is made of may be more."""
    return whole is not None and "净" in whole.label


def _of_another(page: Text, claim: Claim, mention: Mention) -> bool:
    """占比由年初的60%提高到; 去年同期月均91.5件; 另有2个项目完成率不足五成: not of the numbers told here."""
    if claim.kind is Claimed.MEAN:
        return bool(
            PAST.search(mention.label) or re.search("后[一-龥\\d]{1,2}个月|[还尚仍]?需", mention.label)
        )
    if claim.kind is Claimed.DIFFERENCE:
        if mention.kind is Kind.RANK and len(claim.operands) == 2:  # 列第37位，比上年后退2位，上年第35位
            one, other = (each.value for each in claim.operands)
            return mention.quantity.value in (one - other, one + other)
        return bool(_AGREED.search(mention.label)) or _between_others(page, claim)
    if claim.kind is not Claimed.RATIO or mention.kind is not Kind.PERCENT:
        return False
    return bool(_FORMERLY.search(mention.label) or (mention.quantity.hedged and _SOME.search(mention.phrase)))


def _between_others(page: Text, claim: Claim) -> bool:
    """我区94.6分，比第一名的95.1分低0.5分，比第三名的93.8分高0.8分: its own number is further off."""
    if len(claim.operands) != 2 or claim.value is None:
        return False
    against = claim.operands[1]
    for one in _before(page, claim):
        other = one.quantity
        if other in claim.operands or (other.kind, other.unit) != (against.kind, against.unit) or other.exact:
            continue
        if abs(abs(other.value - against.value) - abs(claim.value)) < _SAME:
            return True
    return False


def _of_a_larger(page: Text, claim: Claim) -> bool:
    """65个中，达到的51个，占78.5%；未达到的14个，占21.5%: the share is of a whole told before, not of the nearest.

    Also where the two have changed places: 完成4.83万人，超额完成4.5万人的目标，完成目标的107.3%.
    """
    if (
        claim.kind is not Claimed.RATIO
        or len(claim.operands) != 2
        or "%" not in claim.printed
        or not claim.value
    ):
        return False
    part, whole = claim.operands
    others = [one.quantity for one in _before(page, claim)]
    least = whole.value if "总" in page.regular[max(0, claim.start - 8) : claim.start] else part.value
    wholes = [one for one in others if one.value >= least and one not in (part, whole)]
    pairs = [(part, other) for other in wholes if (other.kind, other.unit) == (part.kind, part.unit)]
    pairs += [(whole, part)] if claim.value > 100 else []
    for one, other in pairs:
        share = divided(of(one), of(other))
        if share and overlap((claim.value - _HALF, claim.value + _HALF), scaled(share, 100)):
            return True
    return False


def _place(page: Text, claim: Claim) -> int:
    """Which number of the text it is about, or the first behind the words."""
    return bisect_left(page.mentions, claim.start, key=lambda one: one.quantity.start)


def _before(page: Text, claim: Claim) -> Sequence[Mention]:
    """The last numbers before it."""
    place = _place(page, claim)
    return page.mentions[max(0, place - _LOOK_BACK) : place]
