"""查一段文字：断言收齐，逐条重算，对不上的归并成发现。"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal

from xushi.documents.checking import (
    adjectives,
    claims_again,
    claims_again_said,
    claims_ahead,
    claims_any,
    claims_beside,
    claims_calls,
    claims_changes,
    claims_close,
    claims_closed,
    claims_counted,
    claims_database,
    claims_dates,
    claims_every,
    claims_in_order,
    claims_items,
    claims_left,
    claims_listed,
    claims_means,
    claims_named,
    claims_ordinary,
    claims_pairs,
    claims_parts,
    claims_places,
    claims_plain,
    claims_points,
    claims_ranks,
    claims_rates,
    claims_recalled,
    claims_referring,
    claims_row_words,
    claims_said,
    claims_slips,
    claims_sole,
    claims_standing,
    claims_sums,
    claims_terms,
    claims_told,
    claims_trends,
    claims_twice,
    claims_verdicts,
    claims_whole,
)
from xushi.documents.checking.binding import PAST
from xushi.documents.checking.facts import Facts
from xushi.documents.checking.judging import (
    WORDS,
    Checked,
    Claim,
    Claimed,
    Finding,
    divided,
    likely,
    of,
    overlap,
    scaled,
    shown,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Table, Text, read
from xushi.documents.checking.roles import Mention, Role

_READERS = (
    claims_rates,
    claims_means,
    claims_sums,
    claims_changes,
    claims_places,
    claims_plain,
    claims_ordinary,
    claims_again,
    claims_beside,
    claims_calls,
    claims_dates,
    claims_said,
    claims_referring,
    claims_listed,
    claims_parts,
    claims_points,
    claims_ranks,
    claims_row_words,
    claims_items,
    claims_trends,
    claims_every,
    claims_standing,
    claims_recalled,
    claims_terms,
    claims_told,
    claims_named,
    claims_pairs,
    claims_close,
)

_LEFT_OVER = (
    claims_left, claims_any, claims_whole, claims_closed, claims_sole, claims_ahead, claims_again_said, claims_in_order,
    claims_slips, claims_verdicts, claims_twice, claims_counted,
)  # fmt: skip
_LOOK_BACK, _HALF, _SAME = 8, Decimal("0.05"), Decimal("0.001")
_FORMERLY = re.compile(r"(?:由|从)(?:年初|上年|去年|上月|同期|上季度?|原来|过去|此前|最初)[^，]{0,8}$")
_AGREED = re.compile(r"(?:合同|原定|计划)(?:工期|期限|时间)(?:为|是)?$")
_SOME = re.compile(r"(?:另有|还有|其中有?|仍有|有)\d+[个家项户件][\u4e00-\u9fff]{2,10}率$")
_NOT_YET = re.compile(r"(?:尚|仍|还)?未(?P<deed>[\u4e00-\u9fff]{2})")
_WORKED_OUT = (Claimed.RATIO, Claimed.DIFFERENCE, Claimed.GROWTH, Claimed.MEAN, Claimed.SUM)


def check(text: str, tables: Sequence[Table] = (), *, facts: Facts | None = None) -> Checked:
    """Every claim of the text computed anew from the text itself, and held to the database where facts are given.

    A paragraph a line; lines with tabs or bars between short cells are rows of a table.
    """
    page = read(text, tables)
    claims = [claim for reader in _READERS for claim in reader.claims(page) if claim.held or likely(claim)]
    claims = _believed(page, claims, claims)
    for reader in _LEFT_OVER:  # the surer first
        told = _told(claims)
        sure = {claim.start for claim in claims if claim.held} & told
        more = [
            claim
            for claim in reader.claims(page, sure)
            if (
                claim.start not in told - sure
                and (claim.held or (likely(claim) and not _far_off(page, claim)))
            )
            or (claim.held and claim.kind in (Claimed.MEAN, Claimed.SUM))  # read better than by those before
        ]
        claims = _believed(page, [*claims, *more], [*claims, *more])
    rated = {claim.start: claim for claim in claims if claim.kind is Claimed.RATIO}
    claims += adjectives.claims(page, rated)
    claims += claims_database.claims(page, facts) if facts else []
    claims.sort(key=lambda one: (one.start, one.end))
    findings = tuple(_findings(page, claims))
    linked = {claim.start for claim in claims} | {one.start for claim in claims for one in claim.operands}
    unlinked = tuple(
        one.quantity
        for one in page.mentions
        if one.quantity.start not in linked and one.kind not in (Kind.THRESHOLD, Kind.SERIAL)
    )
    return Checked(tuple(claims), findings, unlinked, facts.notes if facts else ())


def _far_off(page: Text, claim: Claim) -> bool:
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
    here = bisect_left(page.mentions, claim.start, key=lambda one: one.quantity.start)
    between = [
        one for one in page.mentions[max(0, here - _LOOK_BACK) : here] if one.quantity.start >= whole.end
    ]
    return whole.end < claim.start and any(
        one.kind is Kind.PERCENT and not re.search("占", one.label) for one in between
    )


def _believed(page: Text, claims: Sequence[Claim], known: Sequence[Claim]) -> list[Claim]:
    """Without those that another reader of the same number has shown to hold: it knew better what belongs together."""
    held = {
        (claim.kind, claim.start)
        for claim in known
        if claim.held and claim.kind in (*_WORKED_OUT, Claimed.TWICE)
    }
    mentions = {one.quantity.start: one for one in page.mentions}
    return [
        claim
        for claim in claims
        if claim.held
        or not (
            (claim.kind, claim.start) in held
            or _made_before_the_last(claim, mentions)
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


def _made_before_the_last(claim: Claim, mentions: Mapping[int, Mention]) -> bool:
    """6.5万亩，其中新建4.2万亩、改造提升2.3万亩，完成高效节水灌溉1.8万亩: the first of them make the whole."""
    if claim.kind is Claimed.SUM and _one_of_its_own(claim, mentions):
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


def _one_of_its_own(claim: Claim, mentions: Mapping[int, Mention]) -> bool:
    """共47项，已完成21项、推进19项、滞后7项: the 21 are one of the parts themselves."""
    whole = mentions.get(claim.start)
    if whole is None or claim.value is None or not claim.operands:
        return False
    total = claim.value + sum((one.value for one in claim.operands), Decimal(0))
    return any(
        one.like == whole.like and one.before(whole) and one.sentence == whole.sentence
        and abs(one.quantity.value - total) <= total * _SAME
        for one in mentions.values()
    )  # fmt: skip


def _together_before(page: Text, claim: Claim) -> bool:
    """省级2个、市级5个，以上7个小镇: told again of both, not of the last."""
    if claim.kind is not Claimed.TWICE or claim.value is None:
        return False
    place = bisect_left(page.mentions, claim.start, key=lambda one: one.quantity.start)
    if place == len(page.mentions):
        return False
    told = page.mentions[place]
    like = [
        one.quantity.value
        for one in page.mentions[max(0, place - _LOOK_BACK) : place]
        if one.like == told.like
    ]
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
    place = bisect_left(page.mentions, claim.start, key=lambda one: one.quantity.start)
    for one in page.mentions[max(0, place - _LOOK_BACK) : place]:
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
    place = bisect_left(page.mentions, claim.start, key=lambda one: one.quantity.start)
    others = [one.quantity for one in page.mentions[max(0, place - _LOOK_BACK) : place]]
    least = whole.value if "总" in page.regular[max(0, claim.start - 8) : claim.start] else part.value
    wholes = [one for one in others if one.value >= least and one not in (part, whole)]
    pairs = [(part, other) for other in wholes if (other.kind, other.unit) == (part.kind, part.unit)]
    pairs += [(whole, part)] if claim.value > 100 else []
    for one, other in pairs:
        share = divided(of(one), of(other))
        if share and overlap((claim.value - _HALF, claim.value + _HALF), scaled(share, 100)):
            return True
    return False


def _told(claims: Sequence[Claim]) -> set[int]:
    """Where a number follows from others by some reader, or contradicts another."""
    told = {claim.start for claim in claims if claim.kind in _WORKED_OUT or not claim.held}
    return told | {one.start for claim in claims if not claim.held for one in claim.operands}


def _findings(page: Text, claims: Sequence[Claim]) -> list[Finding]:
    """One finding for a wrong number; the words that lean on it go with it, not beside it."""
    wrong = [claim for claim in claims if not claim.held]
    leaning: dict[int, list[Claim]] = {}
    for claim in wrong:
        if claim.about is not None:
            leaning.setdefault(claim.about, []).append(claim)
    summed = {one.start for claim in wrong if claim.kind is Claimed.SUM for one in claim.operands}
    wrong = [claim for claim in wrong if claim.kind is not Claimed.DIFFERENCE or claim.start not in summed]
    rates = {claim.start for claim in wrong if claim.kind in (Claimed.RATIO, Claimed.MEAN)}
    wrong = [
        claim
        for claim in wrong
        if claim.kind is not Claimed.DIFFERENCE or not any(one.start in rates for one in claim.operands)
    ]  # told of the wrong rate: one finding
    apart = {claim.start for claim in wrong if claim.kind is Claimed.DIFFERENCE}
    slips = {claim.start for claim in wrong if claim.kind in (Claimed.TWICE, Claimed.WITHIN)}
    found, told, worded = [], (0, 0), False
    sums: list[object] = []
    for claim in wrong:
        within = told[0] <= claim.start and claim.end <= told[1] and claim.end > 0
        behind = (
            claim.kind is Claimed.DIFFERENCE and worded and 0 <= claim.start - told[1] <= 1
        )  # 超序时进度3.6个百分点
        again = behind or (
            claim.kind is Claimed.ADJECTIVE and told[0] <= claim.start < told[1]
        )  # 超额完成年度目标: told once
        if claim.about is not None or within or again:
            continue
        added_up = (claim.printed, claim.operands) if claim.kind is Claimed.SUM else None
        if added_up and added_up in sums:
            continue  # the same total told before and behind its parts
        sums.append(added_up)
        if claim.kind in (Claimed.RATIO, Claimed.DIFFERENCE) and any(
            one.start in slips or (claim.kind is Claimed.RATIO and one.start in apart)
            for one in claim.operands
        ):
            continue  # wrong for the number told wrongly: one finding
        if claim.start >= 0:
            told, worded = (claim.start, claim.end), claim.kind is Claimed.ADJECTIVE
        found.append(_finding(page, claim, leaning.get(claim.start, [])))
    return found


def _finding(page: Text, claim: Claim, leaning: Sequence[Claim]) -> Finding:
    computed = shown(claim.computed, claim.unit, claim.printed) if claim.computed is not None else ""
    allowed = (
        (
            shown(claim.allowed[0], claim.unit, _finer(claim.printed)),
            shown(claim.allowed[1], claim.unit, _finer(claim.printed)),
        )
        if claim.allowed
        else None
    )
    words = "；".join(
        filter(
            None,
            [WORDS[claim.kind], claim.words, *(f"“{one.printed}”不成立，{one.words}" for one in leaning)],
        )
    )
    return Finding(
        kind=claim.kind,
        start=claim.start,
        end=claim.end,
        sentence=page.sentence_of(claim.start) if claim.start >= 0 else claim.words,
        claimed=page.given[claim.start : claim.end].strip() if claim.start >= 0 else claim.printed,
        computed=computed,
        allowed=allowed,
        operands=(
            *(
                page.given[one.start : one.end].strip() if one.start >= 0 else one.text
                for one in claim.operands
            ),
            *claim.named,
        ),
        severity=claim.severity,
        words=words,
        spans=tuple((one.start, one.end) for one in claim.operands if one.start >= 0),
        dependents=tuple((one.start, one.end, one.printed) for one in leaning),
        source=claim.source,
    )


def _finer(printed: str) -> str:
    """Two more places for the bounds of what rounding allows."""
    whole, point, rest = printed.partition(".")
    if point:
        return f"{whole}.{'00'}{rest}"
    for place, mark in enumerate(printed):
        if mark.isdigit() and not printed[place + 1 : place + 2].isdigit():
            return f"{printed[: place + 1]}.00{printed[place + 1 :]}"
    return printed
