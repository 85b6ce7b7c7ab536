"""再说一遍的：“这64.5公里管网”“该笔1.8亿元贷款”“上述8个县”“54座的计划任务”，240公顷（3060亩），78.6%与22.4%。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import OPERANDS, same_as
from xushi.documents.checking.judging import Claim, Claimed, Severity, added, claim_of, of, overlap, scaled
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_BACK = 8  # numbers
_SLIP = Decimal("0.4")
_THIS = re.compile(r"(?:这|该笔?|上述|以上|此|前述|这笔|该批|这批|这一|上面)$")
_UNFIT = (Role.CHANGE, Role.MEAN, Role.BASE, Role.DUE)
_SIZES = {
    "公顷": Decimal(15),
    "亩": Decimal(1),
    "平方公里": Decimal(1500),
    "平方米": Decimal("0.0015"),
}  # of a 亩
_OF_A_METRE = {"公里": 1000, "千米": 1000, "米": 1}
_ABOUT = re.compile(r"^(?:对|将|就|把)(?!上年|去年|往年|历年|其余|剩余|未)[^，]{0,8}的$")
_COMPLEMENTS = (
    ("出租率", "空置率"), ("入住率", "空置率"), ("合格率", "不合格率"), ("按期办结率", "逾期率"), ("按期率", "逾期率"),
    ("覆盖率", "未覆盖率"), ("开工率", "未开工率"), ("通过率", "未通过率"), ("达标率", "超标率"), ("使用率", "闲置率"),
    ("利用率", "闲置率"), ("男性", "女性"), ("参与率", "未参与率"), ("签约率", "未签约率"),
)  # fmt: skip


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """One quantity told twice, in other words or another unit; told: where other readers have spoken already."""
    for near in text.paragraphs:
        for place, later in enumerate(near):
            before = near[max(0, place - _BACK) : place]
            if later.quantity.start in told or not _plain(later):
                continue
            found = _pointed_at(later, before) or _attributed(later, before) or _off_by_a_place(later, before)
            found = found or _all_of_them(later, before)
            if found:
                yield found
        yield from _converted(near, text)
    for _, group in groupby(text.mentions, key=lambda one: one.sentence):
        yield from _complement(list(group), told)


def _plain(one: Mention) -> bool:
    return one.kind in (*OPERANDS, Kind.PERCENT) and not one.quantity.hedged and one.role not in _UNFIT


def _pointed_at(later: Mention, before: Sequence[Mention]) -> Claim | None:
    """对7个县开展督查，现将情况向上述8个县反馈; 申请贷款1.5亿元。该笔1.8亿元贷款."""
    if not _THIS.search(later.label) or later.kind is Kind.PERCENT:
        return None
    like = [one for one in before if one.like == later.like and _plain(one)]
    if not like or any(overlap(of(one.quantity), of(later.quantity)) for one in like):
        return None
    same = [
        one for one in like if _noun(later) and (_noun(later) in one.tail[:8] or _noun(later) in one.label)
    ]
    one = (same or like)[-1]
    if len(same or like) != 1 or abs(one.quantity.value - later.quantity.value) > one.quantity.value * _SLIP:
        return None
    return same_as(later, one, Severity.WARNING)


def _noun(one: Mention) -> str:
    found = re.match(r"[\u4e00-\u9fff]{1,2}", one.tail.lstrip("的"))
    return found[0] if found else ""


def _attributed(later: Mention, before: Sequence[Mention]) -> Claim | None:
    """新建改建公厕45座。54座的计划任务中; 全长8.6公里。6800米的线路上: digits changed places in what is known already."""
    if not (
        re.match(r"的(?:总)?[\u4e00-\u9fff]{2}", later.tail)
        or _THIS.search(later.label)
        or re.fullmatch("(?:该|这|此)(?:项目|工程|笔|批)", later.label)
    ):
        return None
    like = [
        one
        for one in before
        if _measure(one) == _measure(later) and _plain(one) and one.sentence != later.sentence
    ]
    if any(_digits(one) == _digits(later) for one in like):
        return None
    turned = [one for one in like if _is_turned(_digits(one), _digits(later))]
    return same_as(later, turned[0], Severity.WARNING) if len(turned) == 1 and turned[0] is like[-1] else None


def _measure(one: Mention) -> tuple[Kind, str]:
    """What it is measured in, whichever unit it is told in."""
    return (one.kind, "米") if one.quantity.unit in _OF_A_METRE else one.like


def _digits(one: Mention) -> str:
    value = one.quantity.value * _OF_A_METRE.get(one.quantity.unit, 1)
    return re.sub(r"\D", "", f"{value.normalize():f}")


def _is_turned(first: str, second: str) -> bool:
    apart = [at for at in range(min(len(first), len(second))) if first[at] != second[at]]
    return (
        len(first) == len(second)
        and len(apart) == 2
        and sorted(first) == sorted(second)
        and apart[1] - apart[0] == 1
    )


def _all_of_them(later: Mention, before: Sequence[Mention]) -> Claim | None:
    """确定县级重点项目58个。……56个重点项目要逐一明确责任单位: all of them are spoken of."""
    said = re.match(
        r"(?P<noun>[\u4e00-\u9fff]{2,8}?)(?:要|须|应|必须|全部|共|均|都|逐一|已全部|已有|中|$)", later.tail
    )
    about = _ABOUT.match(later.label)
    bare = later.label in ("", "对", "目前", "这", "全区", "全县", "全市")
    if said is None or not (about or bare) or later.kind is not Kind.COUNT:
        return None
    if later.tail == said["noun"] and not about:
        return None
    near = [
        one
        for one in before
        if one.like == later.like and later.sentence - one.sentence in (1, 2) and _plain(one)
    ]
    same = [one for one in near if said["noun"][:2] in one.phrase[-16:] or said["noun"] in one.tail[:10]]
    if len(near) != 1 or not same or overlap(of(same[0].quantity), of(later.quantity)):
        return None
    one = same[0]
    if abs(one.quantity.value - later.quantity.value) > one.quantity.value * Decimal("0.3"):
        return None
    return same_as(later, one, Severity.WARNING)


def _off_by_a_place(later: Mention, before: Sequence[Mention]) -> Claim | None:
    """总投资4.2亿元……4200万元的总投资额度: the same digits, ten times off, of the same matter."""
    if later.kind is not Kind.MONEY or not re.match(r"的", later.tail):
        return None
    for one in reversed(before):
        if one.like != later.like or not _plain(one) or not one.quantity.value:
            continue
        times = later.quantity.value / one.quantity.value
        noun = re.match(r"的(?P<noun>[\u4e00-\u9fff]{3})", later.tail)
        if (
            times in (Decimal(10), Decimal("0.1"), Decimal(100), Decimal("0.01"))
            and noun
            and noun["noun"] in one.label
        ):
            return same_as(later, one, Severity.WARNING)
    return None


def _converted(near: Sequence[Mention], text: Text) -> Iterator[Claim]:
    """240公顷（3060亩）: one area in two units."""
    for one, other in pairwise(near):
        units = (one.quantity.unit, other.quantity.unit)
        between = text.regular[one.quantity.end : other.quantity.start]
        if (
            one.kind is Kind.MONEY
            and one.like == other.like
            and between in ("，即", "（即", "，合", "，折合", "，也就是")
        ):
            yield same_as(other, one)
            continue
        if (
            between not in ("（", "（约", "（折合", "（合", "，折合", "，合", "，约合", "（约合")
            or units[0] == units[1]
        ):
            continue
        if units[0] not in _SIZES or units[1] not in _SIZES:
            continue
        factor = _SIZES[units[0]] / _SIZES[units[1]]
        allowed, value = scaled(of(one.quantity), factor), one.quantity.value * factor
        wide = abs(value) * (
            Decimal("0.05") if "约" in between or other.quantity.hedged else Decimal("0.005")
        )
        yield claim_of(
            Claimed.TWICE, other.quantity, (one.quantity,), value, (allowed[0] - wide, allowed[1] + wide),
            words=f"{one.quantity.text}折合{value.normalize():f}{units[1]}",
        )  # fmt: skip


def _complement(here: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """出租率78.6%，空置率22.4%: together a hundred."""
    for one, other in pairwise([one for one in here if one.kind is Kind.PERCENT]):
        pair = next(
            (
                names for names in _COMPLEMENTS
                if one.label.rstrip("为达约是").endswith(names[0]) and other.label.rstrip("为达约是").endswith(names[1])
            ),
            None,
        )  # fmt: skip
        if pair is None or one.quantity.hedged or other.quantity.hedged or other.quantity.start in told:
            continue
        low, high = added((of(one.quantity),))
        rest = 100 - one.quantity.value
        yield claim_of(Claimed.DIFFERENCE, other.quantity, (one.quantity,), rest, (100 - high, 100 - low))
