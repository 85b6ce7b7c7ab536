"""同一个数前后两说：“上述18件”，“已通过会审的33个”，或同样的话、同样的月份、说了两个数。"""

import re
from collections.abc import Iterator

from xushi.documents.checking.binding import same_as
from xushi.documents.checking.judging import Claim
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_LOOK_BACK = 12  # numbers
_AGAIN = re.compile(r"(?P<pointed>上述|以上|前述|这|该)$|(?:对|在)?已(?P<done>[\u4e00-\u9fff]{4,10})的$")
_DATE = re.compile(
    r"^[\d—\-至到年月日份末底上下半前第一二三四季度]+(?=[\u4e00-\u9fff]{4})|\d{4}年|\d{1,2}月份?|截至|截止"
)
_LOOSE = re.compile(
    r"全年(?=[\u4e00-\u9fff]{4})|全区|我区|全市|我市|区内|其中|目前|今年以来|今年|累计|共有|共计|一共|已经|达到|总的看|总体看|来看|[共已的有和及是为达约]"
)
_CLASS = re.compile(r"[万亿]元?以[上下内][^，\d]{0,16}$")
_WISHED = re.compile(r"力争|确保|争取|计划|拟|将|要|预计|目标|推进(?!办|组)|加快|新增|新建|再")
_MORE_OF = re.compile(r"新增|新建|再")
_POINTING = re.compile(
    r"^[\u4e00-\u9fff，]{0,6}?(?:紧盯|盯紧|盯牢|围绕|聚焦|抓牢|抓好|抓实)(?=全区|我区|全市|当年|在建)"
)
OWN = re.compile(
    r"[\u4e00-\u9fff]{2,4}?(?:街道|镇|园区|开发区|片区|板块|公司|集团|农场|社区|局|办)|去年|上年|上月|同期|当月|本月|第[一二三四五六七八九十\d]+批"
    r"|\d{4}年|[一二三四]季度|[上下]半年|全市|全省|全国|省级|市级|区级"
)
_QUIET = (
    Role.CHANGE, Role.MEAN, Role.BASE, Role.SHARE, Role.DONE_RATE, Role.SUM, Role.REST, Role.TARGET, Role.DUE, Role.RATE,
    Role.START_RATE,
)  # fmt: skip
_TOLD = (Kind.COUNT, Kind.MONEY, Kind.OTHER, Kind.SCORE)
_SURE = (Role.OTHER, Role.LISTED, Role.SOLVED)


def claims(text: Text) -> Iterator[Claim]:
    """What is told a second time."""
    yield from _pointed_at(text)
    yield from _same_words(text)


def _pointed_at(text: Text) -> Iterator[Claim]:
    """上述18件督办单: how many there were has been said before."""
    for place, later in enumerate(text.mentions):
        again = _AGAIN.search(later.label) if later.kind is Kind.COUNT else None
        noun = re.match(r"[\u4e00-\u9fff]{2,6}", later.tail)
        if not again or not noun:
            continue
        wanted = again["done"] or noun.group()[:2]
        meant = [
            one
            for one in text.mentions[max(0, place - _LOOK_BACK) : place]
            if one.like == later.like
            and one.paragraph >= later.paragraph - 1
            and (wanted in one.label + one.tail or noun.group()[:4] in one.phrase + one.tail)
        ]
        if meant:
            like = [
                one for one in text.mentions[max(0, place - _LOOK_BACK) : place] if one.like == later.like
            ]
            held = next((one for one in like if one.quantity.value == later.quantity.value), meant[-1])
            yield same_as(later, held)


def _same_words(text: Text) -> Iterator[Claim]:
    """The same words of six characters or more, of the same months and the same places, with two numbers."""
    told: dict[tuple[str, str, Kind, str], Mention] = {}
    for mention in text.mentions:
        if mention.kind not in _TOLD or mention.quantity.hedged or mention.role in _QUIET:
            continue
        classed = _CLASS.search(mention.phrase)  # 亿元以上项目: the class is part of the words
        label = mention.phrase if classed else _DATE.sub("", _POINTING.sub("", mention.label.strip()))
        words = _LOOSE.sub("", re.sub(r"[^\u4e00-\u9fff\d]" if classed else r"[^\u4e00-\u9fff]", "", label))
        if len(words) < (5 if mention.role in _SURE else 8):
            continue
        noun = re.match(r"[\u4e00-\u9fff]{2}", mention.tail) if mention.kind is Kind.COUNT else None
        key = (words, noun.group() if noun else "", *mention.like)
        first = told.setdefault(key, mention)
        if first is mention or not _of_one(first, mention):
            continue
        yield same_as(mention, first)


def _of_one(first: Mention, later: Mention) -> bool:
    """Of the same months, and of the same places and years as far as the sentences name them."""
    if later.period != first.period and later.period and first.period:
        return False
    if first.paragraph != later.paragraph and not (_so_far(first) and _so_far(later)):
        return False
    if _wished(first, later) or _wished(later, first):
        return False
    return set(OWN.findall(first.lead)) == set(OWN.findall(later.lead))


def _wished(one: Mention, other: Mention) -> bool:
    """Something to come; 新增 of one and the same months is not, nor what one is told to keep an eye on."""
    told = one.lead.removesuffix(one.label) + _POINTING.sub("", one.label)
    if one.period == other.period and (one.period or one.paragraph == other.paragraph):
        told = _MORE_OF.sub("", told)
    return bool(_WISHED.search(told))


def _so_far(one: Mention) -> bool:
    """Told up to now, or of months that are named: what stands pages apart without that is of other times."""
    return bool(re.search(r"累计|截[至止]|目前", one.lead[-40:])) or one.period is not None
