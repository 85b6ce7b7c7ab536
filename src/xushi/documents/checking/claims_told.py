"""一句里说全了的：三种办到哪一步的合起来是全部，三级合计，超出65亿元目标多少，全部整改了却还有在改的，一对数说两次。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import same_as, sum_of
from xushi.documents.checking.judging import Claim, Claimed, claim_of, of, taken
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_DONE = re.compile(r"(?:已|全面|完成|办结|建成|竣工|解决|销号)[\u4e00-\u9fff]{0,4}$")
_DOING = re.compile(r"^(?:正在|正|在)[\u4e00-\u9fff]{1,5}$")
_NOT_YET = re.compile(r"^(?:尚未|还未|未|待)[\u4e00-\u9fff]{1,5}$")
_LEVELS = re.compile(
    r"^(?P<many>[两三四五六])(?:级|项|类|者|块|方面|部分|个园区|个平台)(?:合计|共计|总计|共)[\u4e00-\u9fff]{0,4}$"
)
_MANY = "一两三四五六"
_BEYOND, _AIM = (
    re.compile(r"(?:超出|超过|超)$"),
    re.compile(r"^(?:的)?(?:年度|全年)?(?:目标|任务|计划){1,2}$"),
)
_ALL = re.compile(
    r"全部(?:已|按期)?(?P<deed>整改|完成|办结|解决|销号|竣工|开工|反馈|落实)(?:到位|完毕)?(?!率)"
)
_HIGHER, _LOWER = re.compile(r"分别(?:高|快|多)(?:出|于)?$"), re.compile(r"分别(?:低|慢|少)(?:于)?$")
_WISHED = re.compile(r"力争|确保|要求|争取|督促|尽快")


def claims(text: Text) -> Iterator[Claim]:
    """What a sentence tells to the end, held to itself; and a pair of numbers told twice."""
    for number, group in groupby(text.mentions, key=lambda one: one.sentence):
        here = list(group)
        start, end = text.sentences[number]
        yield from _stages(here)
        yield from _levels(here)
        yield from _beyond(here)
        yield from _each_higher(here)
        yield from _all(here, text.regular[start:end], start)
    yield from _pairs(text)


def _stages(here: Sequence[Mention]) -> Iterator[Claim]:
    """36个子项，已完成19个、正在推进12个、尚未启动2个: nothing else can be."""
    for whole, done, doing, not_yet in zip(here, here[1:], here[2:], here[3:], strict=False):
        parts = (done, doing, not_yet)
        if whole.kind is not Kind.COUNT or any(one.like != whole.like for one in parts):
            continue
        if _DONE.search(done.label) and _DOING.match(doing.label) and _NOT_YET.match(not_yet.label):
            yield sum_of(whole, parts)


def _levels(here: Sequence[Mention]) -> Iterator[Claim]:
    """国家级3家、省级27家、市级64家，三级合计94家."""
    for place, total in enumerate(here):
        named = _LEVELS.match(total.label)
        parts = here[max(0, place - _MANY.index(named["many"]) - 1) : place] if named else []
        if named is None or len(parts) != _MANY.index(named["many"]) + 1:
            continue
        if any(one.like != total.like or one.role in (Role.CHANGE, Role.MEAN, Role.BASE) for one in parts):
            continue
        yield sum_of(total, parts)


def _beyond(here: Sequence[Mention]) -> Iterator[Claim]:
    """到位73.2亿元，超出65亿元目标任务8.2亿元."""
    for done, aim, apart in zip(here, here[1:], here[2:], strict=False):
        if (
            not done.like == aim.like == apart.like
            or not _BEYOND.search(aim.label)
            or not _AIM.match(apart.label)
        ):
            continue
        operands = (done.quantity, aim.quantity)
        value = done.quantity.value - aim.quantity.value
        yield claim_of(
            Claimed.DIFFERENCE, apart.quantity, operands, value, taken(of(done.quantity), of(aim.quantity))
        )


def _each_higher(here: Sequence[Mention]) -> Iterator[Claim]:
    """增长8.3%，全省、全市分别为5.9%和6.8%，分别高出2.4个百分点和1.5个百分点."""
    for own, one, other, first, second in zip(here, here[1:], here[2:], here[3:], here[4:], strict=False):
        if (
            not own.kind is one.kind is other.kind is Kind.PERCENT
            or not first.kind is second.kind is Kind.POINTS
        ):
            continue
        higher, lower = _HIGHER.search(first.label), _LOWER.search(first.label)
        if "分别" not in one.label or not (higher or lower) or not re.fullmatch(r"[和、与及]", second.label):
            continue
        for beside, apart in ((one, first), (other, second)):
            more, less = (own, beside) if higher else (beside, own)
            operands = (own.quantity, beside.quantity)
            value = more.quantity.value - less.quantity.value
            yield claim_of(
                Claimed.DIFFERENCE,
                apart.quantity,
                operands,
                value,
                taken(of(more.quantity), of(less.quantity)),
            )


def _all(here: Sequence[Mention], sentence: str, start: int) -> Iterator[Claim]:
    """58个问题，已全部整改到位，其中完成整改53个、正在整改5个."""
    for match in _ALL.finditer(sentence):
        before = [one for one in here if one.quantity.end <= start + match.start() and one.kind is Kind.COUNT]
        after = [one for one in here if one.quantity.start >= start + match.end() and one.kind is Kind.COUNT]
        if (
            not before
            or len(after) < 2
            or "其中" not in after[0].label
            or _WISHED.search(sentence[: match.start()])
        ):
            continue
        whole, done, rest = before[-1], after[0], after[1]
        if match["deed"] not in done.label or not whole.like == done.like == rest.like:
            continue
        if not (_DOING.match(rest.label) or _NOT_YET.match(rest.label)) or not rest.quantity.value:
            continue
        yield Claim(
            Claimed.ADJECTIVE, start + match.start(), start + match.end(), match.group(), False,
            (whole.quantity, done.quantity), done.quantity.value, of(done.quantity), done.quantity.unit,
            words=f"{whole.quantity.text}里还有{rest.quantity.text}{rest.label}",
        )  # fmt: skip


def _pairs(text: Text) -> Iterator[Claim]:
    """412户1036人……412户1063人: one of a pair told again with another beside it."""
    told: dict[tuple[Decimal, str, str], Mention] = {}
    for one, other in pairwise(text.mentions):
        if one.kind is not Kind.COUNT or other.kind is not Kind.COUNT or other.label or one.quantity.hedged:
            continue
        if one.quantity.end != other.quantity.start or one.like == other.like or one.quantity.value < 10:
            continue
        first = told.setdefault((one.quantity.value, one.quantity.unit, other.quantity.unit), other)
        if first is not other and first.paragraph == other.paragraph:
            yield same_as(other, first)
