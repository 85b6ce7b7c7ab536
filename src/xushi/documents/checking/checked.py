"""查一段文字：断言收齐，逐条重算，对不上的归并成发现。"""

from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

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
from xushi.documents.checking.believed import believed, far_off
from xushi.documents.checking.facts import Facts
from xushi.documents.checking.findings import findings
from xushi.documents.checking.judging import (
    WORKED_OUT,
    Checked,
    Claim,
    Claimed,
    likely,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Table, read

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


def check(
    text: str, tables: Sequence[Table] = (), *, facts: Facts | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Checked:  # fmt: skip
    """Every claim of the text computed anew from the text itself, and held to the database where facts are given.

    A paragraph a line; lines with tabs or bars between short cells are rows of a table. tell hears, before each pass
    over the text, how many of how many are done.
    """
    page = read(text, tables)
    claims = [
        claim
        for reader in _passes(_READERS, 0, tell)
        for claim in reader.claims(page)
        if claim.held or likely(claim)
    ]
    claims = believed(page, claims)
    for reader in _passes(_LEFT_OVER, len(_READERS), tell):  # the surer first
        told = _told(claims)
        sure = {claim.start for claim in claims if claim.held} & told
        more = [
            claim
            for claim in reader.claims(page, sure)
            if (
                claim.start not in told - sure
                and (claim.held or (likely(claim) and not far_off(page, claim)))
            )
            or (claim.held and claim.kind in (Claimed.MEAN, Claimed.SUM))  # read better than by those before
        ]
        claims = believed(page, [*claims, *more])
    rated = {claim.start: claim for claim in claims if claim.kind is Claimed.RATIO}
    claims += adjectives.claims(page, rated)
    claims += claims_database.claims(page, facts) if facts else []
    claims.sort(key=lambda one: (one.start, one.end))
    linked = {claim.start for claim in claims} | {one.start for claim in claims for one in claim.operands}
    unlinked = tuple(
        one.quantity
        for one in page.mentions
        if one.quantity.start not in linked and one.kind not in (Kind.THRESHOLD, Kind.SERIAL)
    )
    return Checked(tuple(claims), tuple(findings(page, claims)), unlinked, facts.notes if facts else ())


def _passes(
    readers: Sequence[ModuleType], before: int, tell: Callable[[int, int], None] | None
) -> Iterator[ModuleType]:
    for number, reader in enumerate(readers, before):
        if tell:
            tell(number, len(_READERS) + len(_LEFT_OVER))
        yield reader
    if tell:
        tell(before + len(readers), len(_READERS) + len(_LEFT_OVER))


def _told(claims: Sequence[Claim]) -> set[int]:
    """Where a number follows from others by some reader, or contradicts another."""
    told = {claim.start for claim in claims if claim.kind in WORKED_OUT or not claim.held}
    return told | {one.start for claim in claims if not claim.held for one in claim.operands}
