"""回指：“对这22个应开未开项目”“86个在建项目中”“在完成318.4亿元的基础上”“该项目总投资”——说的是前面说过的那个数。"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xushi.documents.checking.binding import same_as
from xushi.documents.checking.judging import Claim
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_BACK = 3  # paragraphs
_TOLD_BACK = 8  # times the same words were told
_NUMBERS_BACK = 60  # what stands further back is looked at no more
_NOUN = re.compile(r"^(?P<noun>(?:(?![中里内已均全都的逐一限按及和与被需将])[\u4e00-\u9fff]){2,10})")
_POINTING = re.compile(
    r"(?:对|就|将|把|围绕|针对|聚焦|涉及|其余除外)(?:这|上述|以上|全部|所有|(?:本月|本次|本轮|此次|当月)?(?:签发|下达|梳理|排查|发现|派发|交办|列出|认定)的)*$"
    r"|(?:这|上述|以上)$|(?:本月|本次|本轮|此次|当月|已|今年以来|今年|目前|上半年)(?:共|已)?(?:签发|下达|梳理|排查|发现|派发|交办|列出|认定)的$"
)
_PART_OF = re.compile(r"^[\u4e00-\u9fff]{2,10}?(?:当中|之中|中|里)(?=[，有已未尚还均的]|$)")
_ANNEX = re.compile(r"(?P<noun>[\u4e00-\u9fff]{2,12}?)(?:清单|名单|一览表|汇总表|明细表|台账)（?[共计]*$")
_ON_TOP = re.compile(r"在(?P<words>[\u4e00-\u9fff]{4,16})$")
_COUNTED_ON = re.compile(r"在(?P<words>[\u4e00-\u9fff]{3,16})$")
_BASIS = re.compile(r"基础上$")
_EYED = re.compile(r"(?:紧盯|紧扣|围绕|聚焦|盯紧)(?:全区|我区)?$|确保(?:全区|我区)$")
_FOUNDATION = re.compile(r"^的?基础上")
_THE_SAME = re.compile(
    r"^(?:该|此|这个|上述|本)(?:项目|工程|公司|企业|园区|地块)|^项目(?=位于|由|占地|于|总)"
)
_WHOLE = re.compile(r"总投资|总建筑面积|占地(?:面积)?|总面积|注册资本")
_OTHERS = re.compile(
    r"[\u4e00-\u9fff]{2,4}?(?:街道|镇|园区|开发区|片区|板块|集团|农场|社区)|去年|上年|上月|同期|第[一二三四五六七八九十\d]+批|\d{4}年|另|又|新增|其他|其余"
)
_TIME = re.compile(
    r"\d{4}年(?:[末底初]|\d{1,2}月)?|[上下]半年|[一二三四]季度|\d{1,2}[—\-至到]\d{1,2}月|\d{1,2}月[末底份]?|去年|上年|今年|目前|上月|本月"
)
_OWNER = re.compile(
    r"[\u4e00-\u9fff]{2,4}?(?:街道|镇|园区|开发区|高新区|片区|板块|公司|集团|农场|社区|局|办|中心)|全市|全省|全国|省级|市级|区级"
)
_DATED = re.compile(r"\d{4}年|[上下]半年|[一二三四]季度|\d{1,2}月")
_FILLING = re.compile(r"我区|全区|本区|我局|我市|区内|累计|共计|合计|截至|截止")
_INNER = re.compile(r"[共的了]")
_TOLD = (Kind.COUNT, Kind.MONEY, Kind.OTHER, Kind.SCORE, Kind.RANK)
_RATES = (Role.RATE, Role.START_RATE)
_BARE = (Role.OTHER, Role.LISTED, Role.SOLVED)
_WISHED = re.compile(
    r"力争|确保|争取|计划(?=新|完|招|建|实)|拟|将(?=继续|进一步|于|在|力争|实现|完成|新)|预计|目标|新增|再|另"
)
SHORTEST, LONG = 4, 9  # characters
_FILL = re.compile(r"^(?:的|个)|(?:共有|共计|合计|共|有|为|是|达到?|计|的|累计)+$")


class _Told(NamedTuple):
    """A number told, with the times and the owners named before it."""

    mention: Mention
    times: frozenset[str]
    owners: frozenset[str]


def claims(text: Text) -> Iterator[Claim]:
    """What points back at a number told before, or tells it again, and tells another."""
    yield from _pointed_back(text)
    yield from _told_again(text)


def _pointed_back(text: Text) -> Iterator[Claim]:
    for place, later in enumerate(text.mentions):
        if later.quantity.hedged or later.role in (Role.CHANGE, Role.MEAN, Role.BASE, Role.TARGET):
            continue
        before = [
            one
            for one in text.mentions[max(0, place - _NUMBERS_BACK) : place]
            if one.like == later.like and later.paragraph - one.paragraph <= _BACK and not one.quantity.hedged
        ]
        meant = _meant(text, later, before) if before else []
        if not meant or _OTHERS.search(later.phrase):
            continue
        values = {one.quantity.value for one in meant}
        if later.quantity.value in values or len(values) > 1:
            held = [one for one in meant if one.quantity.value == later.quantity.value]
            if held:
                yield same_as(later, held[-1])
            continue
        yield same_as(later, meant[-1])


def _told_again(text: Text) -> Iterator[Claim]:
    """The same long words, of the same time and the same owner, sentences or pages apart, with two numbers."""
    told: dict[tuple[str, Kind, str], list[_Told]] = {}
    for later in text.mentions:
        rate = later.kind is Kind.PERCENT and later.role in (*_RATES, Role.CHANGE)
        if (not rate and (later.kind not in _TOLD or later.role not in _BARE)) or later.quantity.hedged:
            continue
        words = _bare(later.phrase if later.kind is Kind.RANK else later.label)
        if later.role is Role.CHANGE and ("分别" in later.lead or not _DATED.search(later.lead)):
            continue
        if len(words) < (LONG - 2 if rate else SHORTEST) or _WISHED.search(later.lead):
            continue
        firsts = told.setdefault((words, *later.like), [])
        here = _Told(later, frozenset(_TIME.findall(later.lead)), frozenset(_OWNER.findall(later.lead)))
        first = next((one for one in reversed(firsts[-_TOLD_BACK:]) if _of_one_time(one, here, words)), None)
        firsts.append(here)
        if first is not None and first.mention.sentence != later.sentence:
            yield same_as(later, first.mention)


def _bare(words: str) -> str:
    """The words without time, district and filling."""
    bare = _INNER.sub("", _FILLING.sub("", _TIME.sub("", re.sub(r"[^\u4e00-\u9fff\d]", "", words))))
    return re.sub(r"^(?:围绕|针对|对|就|聚焦)|(?:的|项目|为|共|有|达|到|是|只|仅)+$", "", bare)


def _of_one_time(first: _Told, later: _Told, words: str) -> bool:
    """Told of the same time and owner; long words may leave the time out the second time."""
    same = first.times == later.times
    if later.mention.paragraph - first.mention.paragraph > _BACK and not (first.times and same):
        return False  # what a report says far on without a time is of the year to come
    return first.owners == later.owners and (
        (same and bool(first.times)) or (len(words) >= LONG and (not later.times or same))
    )


def _meant(text: Text, later: Mention, before: Sequence[Mention]) -> list[Mention]:
    """The earlier numbers that are of the very thing the later one points back at."""
    if later.kind is Kind.COUNT and (top := _COUNTED_ON.search(later.phrase)) and _BASIS.search(later.tail):
        words = _bare(top["words"])
        return [one for one in before if len(words) >= 3 and _bare(one.label) == words]
    if later.kind is Kind.COUNT:
        noun = _noun(later)
        return [one for one in before if noun and _is_of(one, noun)] if noun else []
    if later.kind is Kind.MONEY and re.search(r"(?:上述|以上|前述|这|该|此)$", later.label):
        told = _NOUN.match(later.tail)
        words = told["noun"][:6] if told else ""
        return [one for one in before if len(words) >= 4 and words in one.label + one.tail]
    if (found := _ON_TOP.search(later.phrase)) and _FOUNDATION.match(later.tail):
        words = found["words"]
        return [one for one in before if one.label.strip().endswith(words) or one.phrase.endswith(words)]
    whole = _WHOLE.search(later.label)
    if whole and _THE_SAME.match(later.lead):
        return [
            one
            for one in before
            if one.paragraph == later.paragraph
            and whole.group() in one.label
            and later.sentence - one.sentence <= 2
        ]
    return []


def _noun(later: Mention) -> str:
    """What the later number counts, where its words point back; empty where they do not."""
    if annex := _ANNEX.search(later.label):
        return annex["noun"]
    noun = _NOUN.match(later.tail)
    if noun is None:
        return ""
    if (
        _POINTING.search(later.label)
        or _EYED.search(later.label)
        or (_PART_OF.match(later.tail) and not later.label)
    ):
        return noun["noun"]
    return ""


def _is_of(one: Mention, noun: str) -> bool:
    """Whether an earlier number counts just this: 在建项目86个, 86个在建项目."""
    if one.role in (Role.CHANGE, Role.MEAN, Role.BASE, Role.TARGET, Role.REST):
        return False
    label = _FILL.sub("", one.label.strip())
    told = _NOUN.match(one.tail)
    tail = told["noun"] if told and not one.shared else ""
    bare = noun.removesuffix("项目") if len(noun) > 4 else noun
    for words in (label, tail):
        if words and (
            words == noun or (len(bare) >= 3 and words.endswith((noun, bare)) and not _OTHERS.search(words))
        ):
            return True
    return False
