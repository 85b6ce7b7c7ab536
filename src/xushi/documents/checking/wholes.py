"""整体与各部分：稿子自己说了这就是全部的，各部分加起来等于整体；各不相干的，加起来不超过它。"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from xushi.documents.checking.binding import OPERANDS, exceeds, sum_of
from xushi.documents.checking.claims_any import comes_near
from xushi.documents.checking.judging import Claim
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_LITTLE = Decimal("0.15")  # of the whole
SLIP = Decimal("0.3")  # of what is printed: further off, the numbers are of something else
UNFIT = (Role.CHANGE, Role.MEAN, Role.BASE, Role.DUE)
_MANY = re.compile(
    r"(?P<many>[两二三四五六七八九]|\d)(?:级|类|块|方|部分|个?渠道|个?档次|个?部分|个?方面|种情形|项|个?批次|期|家|个?街道|个?园区|个?单位|个)"
)
_SHARED = re.compile(r"分担|组成|构成|承担|分摊|筹集|筹措|分为|分成|包括|分别|其中|由|按|：|中$")
_NONE_ELSE = re.compile(r"^(?:，|、)?(?:没有|无|未出现|未发现|未有|零)(?!法|需|障碍|论)[\u4e00-\u9fffⅠ-Ⅻ]")
_A_DEED = re.compile(r"^(?!比|较|同比|环比)[\u4e00-\u9fff]{2,6}(?:提升|增加|提高)$")
_OPPOSITES = (
    ("高于", "低于"),
    ("超过", "不足"),
    ("快于", "慢于"),
    ("达到", "未达到"),
    ("增长", "下降"),
    ("盈利", "亏损"),
    ("上升", "下降"),
)
_OVERLAPS = re.compile("其中|同时|兼|重复|交叉|累计|既|又|另有|均")
_BOTH = (
    ("男", "女"), ("城镇", "农村"), ("新建", "续建"), ("公办", "民办"), ("境内", "境外"), ("已", "未"), ("线上", "线下"),
)  # fmt: skip


def plain(one: Mention) -> bool:
    return one.kind in OPERANDS and not one.quantity.hedged and one.role not in UNFIT


def complete(here: Sequence[Mention], told: Collection[int], text: Text) -> Iterator[Claim]:
    """680万元由三级分担，其中420、180、60; 11个断面中，Ⅱ类3个、Ⅲ类6个、Ⅳ类1个，无Ⅴ类: the text says that this is all."""
    for place, whole in enumerate(here):
        if whole.quantity.start in told:
            return  # what stands behind it is part of it
        if not plain(whole):
            continue
        parts = _parts(whole, here[place + 1 :])
        alike = whole.label[-3:] and whole.label[-3:] == parts[0].label[-3:] if parts else False
        if len(parts) < 2 or alike or any(one.quantity.start in told for one in parts):
            continue
        made = sum_of(whole, parts)
        alone = place == 0 and all(one.role is not Role.SUM for one in here)
        if _is_listed(parts, text) and alone and comes_near(made, _LITTLE):
            yield from (one for one in (made,) if exceeds(one, whole))
        elif _is_all(whole, parts, text):
            if made.held or comes_near(made, SLIP):
                yield made
        elif _excludes(parts, text) and exceeds(made, whole):
            yield from (one for one in (made,) if comes_near(one, Decimal("0.5")))
        return


def _parts(whole: Mention, after: Sequence[Mention]) -> list[Mention]:
    """The like numbers right behind, all of them smaller; rates and how many kinds there are stand between."""
    parts: list[Mention] = []
    for one in after:
        of_kinds = (
            one.like == (Kind.COUNT, "个") != whole.like and one.quantity.text[0] in "两二三四五六七八九"
        )
        if one.kind in (Kind.PERCENT, Kind.POINTS) or of_kinds:
            continue
        deed = one.role is Role.CHANGE and _A_DEED.match(one.label) and not one.quantity.hedged
        if one.like != whole.like or not (plain(one) or deed) or one.quantity.value >= whole.quantity.value:
            break
        parts.append(one)
    return parts


def _is_all(whole: Mention, parts: Sequence[Mention], text: Text) -> bool:
    """Whether the text says so: as many as it counts, nothing else, 分别为, or the two that there are."""
    between = text.regular[whole.quantity.end : parts[0].quantity.start]
    behind = text.regular[parts[-1].quantity.end : parts[-1].quantity.end + 12]
    said = _MANY.search(between) or _MANY.search(whole.label)
    many = said and number_in(said["many"])
    if many == len(parts) and _SHARED.search(between):
        return True
    states = all(re.search("已|正在|完成|在建|未", one.label) for one in parts)
    if _NONE_ELSE.match(behind) and (states or re.search("中|其中|：|按", between)):
        return True
    if re.match("其他|其余|其它", parts[-1].label):
        return True
    names = [re.sub("^其中", "", one.label) for one in parts]
    if all(len(name) >= 3 and name in whole.label for name in names):
        return True  # 人大建议和政协提案231件，其中人大建议94件、政协提案127件
    return _both(parts) or bool(re.search("分别[为是]", between) and re.search("共|合计|总", whole.label))


def _is_listed(parts: Sequence[Mention], text: Text) -> bool:
    """共94座，正常79座、带病12座、停运6座: one after another, without a word of some being both."""
    between = text.regular[parts[0].quantity.end : parts[-1].quantity.end + 24]
    in_turn = all(one.clause - before.clause == 1 for before, one in pairwise(parts))
    listed = "、" in between or any("分别" in one.label for one in parts)
    return len(parts) >= 3 and in_turn and listed and not _OVERLAPS.search(between)


def _excludes(parts: Sequence[Mention], text: Text) -> bool:
    """高于平均的6个，低于平均的3个; 车间类17个，上云类24个，其余为平台类: none of them is another's."""
    behind = text.regular[parts[-1].quantity.end : parts[-1].quantity.end + 24]
    if re.match(r"，(?:其余|其他|剩余)", behind) or "不重复计算" in behind:
        return True
    if len(parts) != 2:
        return False
    start = re.match("(?:其中)?(?P<verb>用于|投向|拨付给?|安排给?|投入)", parts[0].label)
    if start and parts[1].label.startswith(start["verb"]):
        return True
    for one, other in _OPPOSITES:
        if one in parts[0].label and other in parts[1].label:
            return parts[0].label.rpartition(one)[2] == parts[1].label.rpartition(other)[2]
    return False


def _both(parts: Sequence[Mention]) -> bool:
    """男代表156名、女代表68名: there is no third."""
    if len(parts) != 2:
        return False
    one, other = (re.sub("^其中", "", part.label) for part in parts)
    return any(a in one and b in other and one.replace(a, "", 1) == other.replace(b, "", 1) for a, b in _BOTH)
