"""两个率之间：前一年与后一年相差几个百分点、比目标低几个百分点、该写百分点写成了百分比；翻一番是到了两倍。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from xushi.documents.checking.judging import Claim, Claimed, claim_of, directed_by, divided, of, scaled, taken
from xushi.documents.checking.quantities import Kind, numeral
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_UP = re.compile(r"提高|上升|提升|增加|增长|扩大|高出|高(?!于)|快|多")
_DOWN = re.compile(r"下降|降低|回落|减少|下滑|收窄|低(?!于)|慢|少")
_AGAINST = re.compile(
    r"(?:(?P<more>高于|超过|高出|快于|优于)|(?P<less>低于|落后于?|慢于|不及))[^，。；]{0,14}$"
)
_BARE = re.compile(
    r"^(?:的)?(?:[\u4e00-\u9fff]{0,8}?(?:目标|任务|水平|平均值|均值|要求))?(?:值)?(?:达|约|了|为)*$"
)
_YEAR = re.compile(r"(?P<year>\d{4})\s*年|(?P<last>去年|上年)|(?P<now>今年|本年)")
_SAME_TIME = re.compile(
    r"^(?:同比|较上年|比上年|较去年|比去年|一年)?(?:提高|上升|提升|下降|降低|回落|增加|减少)了?$"
)
_RELATIVE = re.compile(r"^(?:的)?(?:水平)?(?:，)?(?:提高|上升|提升|下降|降低|回落)了?$")
_FROM = re.compile(r"(?:比|较|由|从)[^，。；]{0,14}$")
_DOUBLED = re.compile(r"翻(?:了)?(?P<times>一|两|二|三)?(?:番|倍)")
_WISHED = re.compile(r"力争|确保|目标|计划|争取|预计|到\d{4}年|将")


def claims(text: Text) -> Iterator[Claim]:
    """What is said to lie between two percentages, and doublings."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        yield from _held_off(here)
        yield from _of_two_years(here)
        yield from _no_points(here)
        start, end = text.sentences[number]
        yield from _doubled(text, start, end, here)


def _sign(label: str) -> int:
    up, down = _UP.search(label), _DOWN.search(label)
    return 0 if bool(up) == bool(down) else 1 if up else -1


def _apart(points: Mention, new: Mention, old: Mention, sign: int) -> Claim:
    allowed = directed_by(sign, taken(of(new.quantity), of(old.quantity)))
    computed = (new.quantity.value - old.quantity.value) * sign
    return claim_of(Claimed.DIFFERENCE, points.quantity, (new.quantity, old.quantity), computed, allowed)


def _held_off(here: Sequence[Mention]) -> Iterator[Claim]:
    """增长5.4%，低于年初8.0%的预期目标达2.6个百分点: the word stands before the standard."""
    for subject, standard, points in zip(here, here[1:], here[2:], strict=False):
        against = _AGAINST.search(standard.label)
        if against is None or points.kind is not Kind.POINTS or not _BARE.match(points.label):
            continue
        if not subject.kind is standard.kind is Kind.PERCENT or points.clause != standard.clause:
            continue
        if standard.clause - subject.clause != 1 or re.search(r"序时|时序", standard.label + points.label):
            continue
        yield _apart(points, subject, standard, 1 if against["more"] else -1)


def _of_two_years(here: Sequence[Mention]) -> Iterator[Claim]:
    """2021年为98.2%，2022年为97.5%，同比下降0.7个百分点."""
    for old, new, points in zip(here, here[1:], here[2:], strict=False):
        if points.kind is not Kind.POINTS or not old.kind is new.kind is Kind.PERCENT:
            continue
        if (
            not _SAME_TIME.match(points.label)
            or points.clause - new.clause != 1
            or new.clause - old.clause > 1
        ):
            continue
        before, after = _year(old.phrase), _year(new.phrase)
        sign = _sign(points.label)
        if before is None or after is None or after != before + 1 or not sign:
            continue
        if re.sub(r"[\d年为是达到\s]", "", new.label) not in ("", "今", "本"):
            continue
        yield _apart(points, new, old, sign)


def _year(phrase: str) -> int | None:
    """The year a number is told of; 去年 and 今年 follow on each other."""
    told = list(_YEAR.finditer(phrase))
    if len(told) != 1:
        return None
    return int(told[0]["year"]) if told[0]["year"] else 0 if told[0]["last"] else 1


def _no_points(here: Sequence[Mention]) -> Iterator[Claim]:
    """94.3%，较去年底的88.7%提高5.6%: what lies between two percentages is points."""
    for new, old, change in zip(here, here[1:], here[2:], strict=False):
        if not new.kind is old.kind is change.kind is Kind.PERCENT or change.role is not Role.CHANGE:
            continue
        sign = _sign(change.label)
        if not sign or not _RELATIVE.match(change.label) or not _FROM.search(old.label):
            continue
        if change.clause != old.clause or old.clause - new.clause > 1 or new.role is Role.CHANGE:
            continue
        apart = _apart(change, new, old, sign)
        relative = divided(of(new.quantity), of(old.quantity))
        if relative is None or not apart.held:
            continue
        allowed = directed_by(sign, scaled((relative[0] - 1, relative[1] - 1), 100))
        computed = (new.quantity.value / old.quantity.value - 1) * 100 * sign
        yield claim_of(
            Claimed.GROWTH, change.quantity, (new.quantity, old.quantity), computed, allowed,
            words=f"相差的是{change.quantity.text.replace('%', '')}个百分点",
        )  # fmt: skip


def _doubled(text: Text, start: int, end: int, here: Sequence[Mention]) -> Iterator[Claim]:
    """2015年14863元，2020年达到29800元，实现翻一番."""
    for match in _DOUBLED.finditer(text.regular, start, end):
        before = [one for one in here if one.quantity.end <= match.start() and one.kind is not Kind.PERCENT]
        if len(before) != 2 or before[0].like != before[1].like or not match.group().endswith("番"):
            continue
        if _WISHED.search(text.regular[max(start, match.start() - 14) : match.start()]):
            continue
        old, new = before[0].quantity, before[1].quantity
        times = Decimal(2) ** int(numeral(match["times"] or "一"))
        if old.value <= 0 or old.value > new.value:
            continue
        held = new.high >= old.low * times * Decimal("0.98")
        yield Claim(
            Claimed.ADJECTIVE, *match.span(), match.group(), held, (old, new), new.value, of(new), new.unit,
            words=f"{new.text}是{old.text}的{new.value / old.value:.2f}倍",
        )  # fmt: skip
