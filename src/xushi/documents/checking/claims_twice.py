"""同一样东西隔一句又说一遍：“涉及牵头单位15家……16家牵头单位于每月25日前”，名词一样、数差一点，没有别的说法能解释的。"""

import re
from collections.abc import Collection, Iterator, Sequence

from xushi.documents.checking.binding import OPERANDS, PAST, same_as
from xushi.documents.checking.claims_again import OWN
from xushi.documents.checking.judging import (
    Claim,
    Severity,
    apart_by_a_slip,
    of,
    overlap,
    swapped,
)
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_BACK = 8  # numbers
_OPENS = re.compile(r"^(?:目前|现|现已|全部|全区|全市|全县|上述|这|以上|该|此次|本次|我区|各地)?$")
_NOUN = re.compile(
    r"^(?P<noun>[\u4e00-\u9fff]{2,8}?)(?=均|都|全部|已|于|要|应|须|正|需|总体|将|按|列|在|进展|的|逐|分别|，|。|；|、|$|建设|参加)"
)
_THESE = ("这", "上述", "以上", "该", "此次", "本次")
_OTHERS = re.compile(
    r"另|其余|其他|新增|增加|增至|扩大|调整|累计|剩余|余下|减少|其中|同比|合并|撤并|拟|追加|达到|上升|核减|变更"
)
_OF_THE_GOAL = re.compile(r"完成(?:全年|年度|本年)?(?:目标|任务|计划)(?:任务)?$")
_ANYTHING = {"项目", "工程", "企业", "单位", "问题", "建设", "完成", "投资"}
_ALL_OF_IT = re.compile(
    r"^(?:目前，?|现|现已)?(?:[\u4e00-\u9fff]{0,4}(?:将|把|按|以|对))?"
    r"(?:全线|全部|该项目|该工程|上述|这|该笔?|全长|项目|工程)?$"
)
_NO_AGAIN = (Role.CHANGE, Role.MEAN, Role.BASE, Role.REST)
_OF_IT = re.compile(r"的(?:增速|增幅|增长|占比|比重|完成率|降幅)")
_NEAR = 0.34


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """What is told again of the same thing, and not the same."""
    for near in text.paragraphs:
        for place, later in enumerate(near):
            before = near[max(0, place - _BACK) : place]
            if (
                (later.role in _NO and later.kind is not Kind.PERCENT)
                or later.quantity.hedged
                or later.kind not in (*OPERANDS, Kind.PERCENT)
                or PAST.search(later.lead)
            ):
                continue
            if any(one.like == later.like and one.quantity.value == later.quantity.value for one in before):
                continue
            found = _goal(later, before) or _counted(later, before, text) or _measured(later, before, text)
            if found:
                yield same_as(later, found, Severity.WARNING)


_NO = (Role.CHANGE, Role.MEAN, Role.BASE, Role.REST, Role.SHARE, Role.SUM, Role.TARGET, Role.DUE)


def _apart(one: Mention, later: Mention, text: Text) -> bool:
    """Whether something between or beside them says that they are two."""
    between = text.regular[one.quantity.end : later.quantity.start]
    if _OTHERS.search(between) or PAST.search(one.lead) or PAST.search(between):
        return True
    return bool(set(OWN.findall(one.phrase + one.tail)) ^ set(OWN.findall(later.phrase + later.tail)))


def _close(one: Mention, later: Mention) -> bool:
    first, second = float(one.quantity.value), float(later.quantity.value)
    return bool(first) and abs(first - second) <= max(1.0, _NEAR * first)


def _counted(later: Mention, before: Sequence[Mention], text: Text) -> Mention | None:
    """16家牵头单位: counted with its noun, at the head of its clause."""
    noun = _NOUN.match(later.tail)
    if later.kind is not Kind.COUNT or noun is None or not _opens(later, text):
        return None
    name = noun["noun"]
    if len(name) < 4 and later.phrase.strip() not in _THESE:
        return None  # 11个项目: of which, nothing says
    pairs = {name[at : at + 2] for at in range(len(name) - 1)}
    for one in reversed(before):
        if one.like != later.like or one.role in _NO or one.quantity.hedged or not _close(one, later):
            continue
        if one.sentence == later.sentence and one.clause == later.clause:
            continue
        if _together(before, later):
            return None  # 省级2个、市级5个，以上7个小镇
        words = one.phrase[-12:] + "|" + one.tail
        if all(pair in words for pair in pairs) or (
            len(name) == 4 and name[:2] in words and name[2:] in words
        ):
            if any(x.like == later.like and x is not one and x.sentence == later.sentence for x in before):
                return None
            return None if _apart(one, later, text) else one
    return None


def _together(before: Sequence[Mention], later: Mention) -> bool:
    """Whether some of the like numbers before it, side by side, make it."""
    like = [one.quantity.value for one in before if one.like == later.like]
    return any(sum(like[-many:]) == later.quantity.value for many in range(2, len(like) + 1))


def _opens(later: Mention, text: Text) -> bool:
    """At the head of its clause, or behind what was said of the first: 年初确定新建公厕45座……年初确定的46座."""
    phrase = later.phrase.strip()
    if _OPENS.match(phrase):
        return True
    start = later.quantity.start - len(later.phrase)
    said = text.regular[max(0, start - 60) : start]
    return 3 <= len(phrase) <= 7 and phrase[-1] == "的" and phrase[:-1] in said


def _measured(later: Mention, before: Sequence[Mention], text: Text) -> Mention | None:
    """概算总投资4.82亿元……按概算总投资4.28亿元: the same words before it, and a digit or two out of place."""
    if later.kind is Kind.PERCENT:
        return _rated(later, before, text)
    if again := _whole_again(later, before, text):
        return again
    name = re.sub(r"^[^\u4e00-\u9fff]*", "", later.label)[-5:]
    if len(name) < 4:
        return None
    for one in reversed(before):
        alike = one.like == later.like and one.label.endswith(name[-4:]) and one.role not in _NO
        if alike and apart_by_a_slip(one.quantity, later.quantity) and not _apart(one, later, text):
            return one
    return None


def _goal(later: Mention, before: Sequence[Mention]) -> Mention | None:
    """目标为1.5万人，完成全年目标15800人的51.3%: one goal of the sentence has one number."""
    if not _OF_THE_GOAL.search(later.label) or later.tail[:1] != "的":
        return None
    goals = [one for one in before if one.sentence == later.sentence and one.like == later.like]
    goals = [one for one in goals if re.search(r"(?:目标|任务|计划)[\u4e00-\u9fff]{0,2}$", one.label)]
    if len(goals) != 1 or goals[0].quantity.hedged or overlap(of(goals[0].quantity), of(later.quantity)):
        return None
    return goals[0] if _close(goals[0], later) else None


def _whole_again(later: Mention, before: Sequence[Mention], text: Text) -> Mention | None:
    """总投资2.4亿元……该项目2400万元总投资; 征收土地1260亩，目前1206亩征收任务; 全长5.8公里……全线8.5公里清淤工程."""
    noun = re.match(r"[\u4e00-\u9fff]{2,8}", later.tail)
    phrase = later.phrase.strip()
    told = bool(_ALL_OF_IT.match(phrase))
    if noun is None or not (told or (len(phrase) <= 8 and phrase.endswith("的"))):
        return None
    name = noun.group()
    for one in reversed(before):
        if one.like != later.like or one.role in _NO_AGAIN or _apart(one, later, text):
            continue
        words = one.label[-10:] + "|" + one.tail
        pairs = {name[at : at + 2] for at in range(len(name) - 1)} - _ANYTHING
        named = any(pair in words for pair in pairs) or "全长" in one.label
        if not told and name[:3] not in words:
            continue  # 安排更新公交候车亭45座……计划更新的54座候车亭
        if named and (swapped(one.quantity, later.quantity) or _by_ten(one, later)):
            return one
    return None


def _by_ten(one: Mention, later: Mention) -> bool:
    """2.4亿元 and 2400万元: the unit or the point has slipped."""
    more, less = sorted((one.quantity.value, later.quantity.value), reverse=True)
    return bool(less) and one.kind is not Kind.COUNT and more / less in (10, 100, 1000, 10000)


def _rated(later: Mention, before: Sequence[Mention], text: Text) -> Mention | None:
    """增加值增长7.9%……增加值9.7%的增速: of the same thing, with digits that have changed places."""
    name = re.sub(r"^.*[^\u4e00-\u9fff]|的?$", "", later.phrase)[-6:]
    if len(name) < 4 or not _OF_IT.match(later.tail):
        return None
    for one in reversed(before):
        alike = one.like == later.like and name in one.phrase and one.sentence != later.sentence
        if alike and swapped(one.quantity, later.quantity) and not _apart(one, later, text):
            return one
    return None
