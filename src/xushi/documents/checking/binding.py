"""谁配谁：一个率、一个差、一个平均数的左右，哪几个数可能是它的来路；由近及远，只看前后若干个数。"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xushi.documents.checking.judging import Claim, Claimed, Severity, added, claim_of, divided, of, scaled
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.roles import Mention, Role

BACK, AHEAD = 40, 12  # numbers of the paragraph that a claim looks at, before and after
OPERANDS = (Kind.MONEY, Kind.COUNT, Kind.OTHER)
UNFIT = (Role.MEAN, Role.CHANGE)
PAST = re.compile(r"去年|上年|上月|同期|上期|前年")
RESPECTIVELY = "分别"


@dataclass(frozen=True, slots=True)
class Around:
    """A mention with what stands near it in its paragraph."""

    mention: Mention
    before: Sequence[Mention]
    after: Sequence[Mention]

    @property
    def near(self) -> list[Mention]:
        return [*self.before, self.mention, *self.after]

    @property
    def here(self) -> list[Mention]:
        """What stands before it in its own sentence."""
        return [one for one in self.before if one.sentence == self.mention.sentence]

    @property
    def last(self) -> Mention | None:
        """The number right before it in its sentence."""
        return self.before[-1] if self.before and self.before[-1].sentence == self.mention.sentence else None

    def nearest(self, to: Mention) -> list[Mention]:
        """Of its own scope first, the nearest before first; what stands after comes last."""
        return sorted(
            self.near,
            key=lambda one: (
                one.scope != to.scope,
                to.before(one),
                abs(one.quantity.start - to.quantity.start),
            ),
        )


def around(near: Sequence[Mention]) -> Iterator[Around]:
    """Each mention of a paragraph with its surroundings."""
    for place, mention in enumerate(near):
        yield Around(mention, near[max(0, place - BACK) : place], near[place + 1 : place + 1 + AHEAD])


def sum_of(total: Mention, parts: Sequence[Mention], severity: Severity = Severity.ERROR) -> Claim:
    """The claim that these parts make the total."""
    operands = tuple(one.quantity for one in parts)
    value, allowed = sum((one.value for one in operands), Decimal(0)), added(of(one) for one in operands)
    return claim_of(Claimed.SUM, total.quantity, operands, value, allowed, severity=severity)


def exceeds(made: Claim, whole: Mention) -> bool:
    """Whether the parts make more than the whole, however each of them was rounded."""
    return made.allowed is not None and made.allowed[0] > whole.quantity.high


def same_as(later: Mention, first: Mention, severity: Severity = Severity.ERROR, guess: str = "") -> Claim:
    """The claim that a number is the one that was told before of the same thing; guess: what went wrong, if not."""
    one = first.quantity
    words = f"前面写的是{one.text}{guess}"
    return claim_of(Claimed.TWICE, later.quantity, (one,), one.value, of(one), severity=severity, words=words)


def at_most(part: Mention, whole: Mention) -> Claim:
    """The claim that a part is no more than its whole."""
    one = whole.quantity
    return claim_of(
        Claimed.WITHIN, part.quantity, (one,), one.value, (Decimal(0), one.high), words=f"全部是{one.text}"
    )


def may_hold(whole: Mention, part: Mention) -> bool:
    """Whether one may be the whole of the other: alike, not smaller, no mean and no change."""
    return (
        whole is not part
        and whole.like == part.like
        and whole.role not in UNFIT
        and whole.quantity.high >= part.quantity.low
    )


def ratio(mention: Mention, part: Mention, whole: Mention) -> Claim | None:
    """The claim that a rate is of these two; None where the whole may be nothing."""
    allowed = divided(of(part.quantity), of(whole.quantity))
    if allowed is None or not whole.quantity.value:
        return None
    factor = 1 if mention.kind is Kind.TIMES else 100
    computed = part.quantity.value / whole.quantity.value * factor
    operands = (part.quantity, whole.quantity)
    return claim_of(Claimed.RATIO, mention.quantity, operands, computed, scaled(allowed, factor))


def best(claims: Iterable[Claim | None], lenient: Iterable[Claim | None] = ()) -> Claim | None:
    """One that holds, of those meant or of those that may be meant; else the first of those meant."""
    made = [claim for claim in claims if claim]
    if not made:
        return None
    held = next((claim for claim in made if claim.held), None)
    return held or next((claim for claim in lenient if claim and claim.held), None) or made[0]


def respective(mention: Mention, here: Sequence[Mention], after: Sequence[Mention]) -> tuple[int, int] | None:
    """占比分别为60%和40%: (which of the list behind 分别 this is, how many there are)."""
    if RESPECTIVELY not in mention.lead:
        return None
    start = mention.quantity.start - len(mention.lead) + mention.lead.rindex(RESPECTIVELY)
    listed = [
        one
        for one in (*here, mention, *after)
        if one.kind is mention.kind and one.sentence == mention.sentence and one.quantity.start > start
    ]
    run = [listed[0]] if listed else []
    for one in listed[1:]:
        if not re.match(r"^[和及与以及、，]{0,2}[^，]{0,2}$", one.label):
            break
        run.append(one)
    return (run.index(mention), len(run)) if mention in run and len(run) > 1 else None


def run_before(start: int, here: Sequence[Mention], length: int) -> list[Mention]:
    """The last so many like operands before a place of the sentence, in order; nothing where there are not so many."""
    before = [
        one
        for one in here
        if one.quantity.end <= start and one.kind in OPERANDS and one.role not in (*UNFIT, Role.SUM)
    ]
    if not before:
        return []
    last = before[-length:]
    if (
        len(last) == length and len({one.like for one in last}) == length
    ):  # 居民1134户、企业31家，签约率分别为
        return last
    like = [one for one in before if one.like == before[-1].like]
    return like[-length:] if len(like) >= length else []


_COMMON = re.compile(
    r"[^\u4e00-\u9fff]|全区|全市|我区|我市|全年|年度|当年|今年|本年|上半年|去年|上年|同期|上月|截至|目前|累计|实际|已经|完成|实现|计划"
    r"|总投资|投资|到位|开工|竣工|建设|项目|工程|这一|上述|增幅|基数|比重|比例|共计|合计|月份|[共已的有和年月日底末个项家件亿万元约达到为是至比较份其中]"
)


def own_subject(one: Mention) -> str:
    """What the words before a number say it is of, beyond what is said of every number."""
    return _COMMON.sub("", one.phrase[-40:])


def same_matter(one: Mention, other: Mention) -> bool:
    """In one sentence, or in two of which the later names no matter of its own that the earlier does not."""
    if one.sentence == other.sentence:
        return True
    earlier, later = (one, other) if one.before(other) else (other, one)
    asked, said = own_subject(later), earlier.lead + earlier.tail
    return len(asked) < 2 or any(asked[at : at + 2] in said for at in range(len(asked) - 1))


def together(parts: Sequence[Mention]) -> Mention:
    """Several like numbers taken as one that reaches over all of them."""
    first, last = parts[0].quantity, parts[-1].quantity
    low, high = added(of(one.quantity) for one in parts)
    value = sum((one.quantity.value for one in parts), Decimal(0))
    text = "+".join(one.quantity.text for one in parts)
    return replace(
        parts[-1],
        quantity=replace(last, start=first.start, end=last.end, text=text, value=value, low=low, high=high),
    )


def shares_words(words: str, one: Mention) -> bool:
    """Whether two characters in a row of the words stand beside the number."""
    around_it = one.phrase[-20:] + one.tail
    return any(words[place : place + 2] in around_it for place in range(len(words) - 1))
