"""发现：对不上的断言里，一个写错的数只说一次，靠它立着的话跟着它走，不另立一处。"""

from collections.abc import Iterator, Sequence

from xushi.documents.checking.judging import WORDS, Claim, Claimed, Finding, shown
from xushi.documents.checking.reading import Text


def findings(page: Text, claims: Sequence[Claim]) -> list[Finding]:
    """One finding for a wrong number; the words that lean on it go with it, not beside it."""
    wrong = [claim for claim in claims if not claim.held]
    leaning: dict[int, list[Claim]] = {}
    for claim in wrong:
        if claim.about is not None:
            leaning.setdefault(claim.about, []).append(claim)
    return [
        _finding(page, claim, leaning.get(claim.start, [])) for claim in _once_each(_not_following(wrong))
    ]


def _not_following(wrong: Sequence[Claim]) -> list[Claim]:
    """Without differences that are wrong because they are parts of a wrong sum, or of a wrong rate or mean."""
    summed = {one.start for claim in wrong if claim.kind is Claimed.SUM for one in claim.operands}
    rates = {claim.start for claim in wrong if claim.kind in (Claimed.RATIO, Claimed.MEAN)}
    return [
        claim
        for claim in wrong
        if claim.kind is not Claimed.DIFFERENCE
        or not (claim.start in summed or any(one.start in rates for one in claim.operands))
    ]


def _once_each(wrong: Sequence[Claim]) -> Iterator[Claim]:
    """Without what leans on another, stands within it, or is wrong only for a number that is told wrongly itself."""
    apart = {claim.start for claim in wrong if claim.kind is Claimed.DIFFERENCE}
    slips = {claim.start for claim in wrong if claim.kind in (Claimed.TWICE, Claimed.WITHIN)}
    told, worded = (0, 0), False
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
            continue
        if claim.start >= 0:
            told, worded = (claim.start, claim.end), claim.kind is Claimed.ADJECTIVE
        yield claim


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
