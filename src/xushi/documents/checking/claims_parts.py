"""“其中”后面一样一样列全了的：加起来是全部；未列养、缺编、请假的，是全部减去说了的；本月的不大过累计的。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from xushi.documents.checking.binding import OPERANDS, UNFIT, at_most, sum_of
from xushi.documents.checking.judging import Claim, Claimed, added, claim_of, close_by, of, overlap, taken
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_NO_PART = (*UNFIT, Role.BASE, Role.TARGET, Role.SUM, Role.DUE)
_OVERLAP = re.compile(
    r"同时|兼|高新|规上|规模以上|限上|女|岁|学历|大专|党员|上市|专精|小巨人|亿元|重复|交叉|含[^，]{0,8}$|主要|最大|最多|最高|重点(?!项目)|以上$|新增$"
)
_LONGER = re.compile(r"累计|近[\u4e00-\u9fff\d]{1,3}年|历年|以来|历史")  # of a longer time than the whole
_OPENS_ITS_OWN = re.compile(r"[\u4e00-\u9fff]{0,6}，其中")
_SO_FAR = re.compile(r"^(?:已|累计|实际|完成)")
_WITHIN_IT = re.compile(r"^[\u4e00-\u9fff]{2,8}[中里](?!心|学|小|等|期|间|央|国|华|医)")
_BOTH = re.compile(r"同时|交叉|重复|兼有|重叠")
_AND_SO_ON = re.compile(r"^[\u4e00-\u9fff]{0,6}等(?!级|于|待)")
_OVER_TWO, _OVER_MORE = (
    Decimal("0.06"),
    Decimal("0.12"),
)  # parts that come to more than the whole by this share
_UNDER_TWO, _UNDER_MORE = Decimal("0.015"), Decimal("0.06")  # and to less
_LISTED_FAR = Decimal("0.3")
_PART_OF_A_PART = re.compile(r"^含")  # 14个（含自然资源资产离任审计4个）
_NOT = re.compile(r"^(?:尚|仍|还)?未(?P<stem>[\u4e00-\u9fff]{2,6}?)(?:的|有)?$")
_SHORT = re.compile(r"(?:缺编|空编|缺员|缺额|空缺|缺岗)[^，]{0,2}$")
_STAFF = re.compile(r"应|核定|编制|需|定员")
_OUGHT = re.compile(r"应(?:到|出席|参加|参会|参训|参)[^，。；]{0,10}$")
_CAME = re.compile(r"(?:实到|实际(?:到会|参加|出席|参会)|实参|到会|出席)[^，。；应]{0,6}$")
_ABSENT = re.compile(r"请假|缺席|未到|未参加|未出席|出差|病假|事假|公假|缺勤")
_STOCK = re.compile(r"(?:实有|现有|保有|在册|存续)[\u4e00-\u9fff]{0,10}$")
_FRESH = re.compile(r"(?:今年|本年|年内|当年|全年)?(?:新登记|新增|新设|新注册|新办)[\u4e00-\u9fff]{0,6}$")
_MONTHLY = re.compile(r"(?<![\d—\-至到])(?:当月|本月|\d{1,2}月份?)(?P<words>[\u4e00-\u9fff]{4,14})$")
_CUMULATED = re.compile(
    r"(?:累计|[—\-至到]\d{1,2}月份?(?:累计)?|今年以来)(?:累计)?(?P<words>[\u4e00-\u9fff]{4,14})$"
)
_BY = re.compile(
    r"^[\u4e00-\u9fff]{0,6}：|^[\u4e00-\u9fff]{0,6}[。，；](?:从|按)[\u4e00-\u9fff]{1,8}(?:看|分|划分)[，：]"
)
_SURVEYED = re.compile(r"(?:抽查|检查|排查|抽检|调查|走访|巡查)[\u4e00-\u9fff]{0,10}$")
_FOUND = re.compile(r"^(?:其中)?(?:有|发现有?|仅有|尚有)$")
_ABOVE = re.compile(
    r"(?:以上|上述)(?P<many>[两二三四五六七八九十]|\d{1,2})(?:笔|项|个|类|块|家)[^，。；\d]{0,6}?(?:共|合计|总计)[^，。；\d]{0,8}$"
)
MOST_PARTS = 20


def claims(text: Text) -> Iterator[Claim]:
    """What the parts behind 其中 or a colon come to, and what is left of a whole by its name."""
    for near in text.paragraphs:
        for place, first in enumerate(near):
            if place and _opens(near[place - 1], first, text):
                yield from _listed(text, near[max(0, place - 4) : place], near[place : place + MOST_PARTS])
        yield from _above(near)
        for here in _by_sentence(near):
            yield from _complement(here)
            yield from _short(here)
            yield from _absent(here)
            yield from _stock(here)
            yield from _found(here)
            yield from _month_of_many(here)


def _by_sentence(near: Sequence[Mention]) -> Iterator[list[Mention]]:
    here: list[Mention] = []
    for one in near:
        if here and here[-1].sentence != one.sentence:
            yield here
            here = []
        here.append(one)
    if here:
        yield here


def _opens(before: Mention, first: Mention, text: Text) -> bool:
    """Whether 其中 or a colon stands between two numbers."""
    between = text.regular[before.quantity.end : first.quantity.start]
    return len(between) < 40 and ("其中" in between or bool(_BY.match(between)))


def _listed(text: Text, before: Sequence[Mention], after: Sequence[Mention]) -> Iterator[Claim]:
    """Each measure of the enumeration: 其中续建41个，总投资78.4亿元；新建36个，总投资51.2亿元 has two."""
    first = after[0]
    between = text.regular[before[-1].quantity.end : first.quantity.start]
    likes = list(dict.fromkeys(one.like for one in after if one.kind in OPERANDS))
    rows = {like: _row(text, like, after) for like in likes[:2]}
    made = {
        like: sum_of(whole, row)
        for like, row in rows.items()
        if (whole := _whole(like, before, row)) is not None
    }
    yield from _larger(before, rows.get(first.like, []), between)
    main = made.get(first.like)
    colon = "其中" not in between
    if main is not None and (main.held or _all_of(main, rows[first.like], colon=colon)):
        yield main
    for like, claim in made.items():
        alongside = main is not None and main.held and len(rows[like]) == len(rows[first.like])
        if like != first.like and alongside and close_by(claim, _LISTED_FAR):
            yield claim


def _larger(before: Sequence[Mention], row: Sequence[Mention], between: str) -> Iterator[Claim]:
    """121名，其中省级选派12名，区级选派134名: the second is no more than the whole either."""
    whole = before[-1]
    if "其中" not in between or len(row) != 2 or whole.like != row[0].like or whole.role in _NO_PART:
        return
    one, other = row
    if _LONGER.search(other.phrase):
        return
    deed = one.label[-2:]
    first = re.sub(r"^.*其中，?", "", one.label)[:2]
    if (
        other.label.endswith(deed) or (len(first) == 2 and other.label.startswith(first))
    ) and one.quantity.high <= whole.quantity.low < other.quantity.low:
        yield at_most(other, whole)


def _row(text: Text, like: tuple[Kind, str], after: Sequence[Mention]) -> list[Mention]:
    """The like numbers side by side: once joined by 、 they go on by 、 alone."""
    row: list[Mention] = []
    joint = ""
    for one in after:
        if one.like != like:
            continue
        if one.role in _NO_PART or one.quantity.hedged or (row and "其中" in one.phrase):
            break
        if row and _PART_OF_A_PART.match(one.label):
            continue
        if row:
            between = text.regular[row[-1].quantity.end : one.quantity.start]
            mark = next((sign for sign in "。；，、" if sign in between), "、")
            if mark == "。" or (joint and joint != mark) or len(between) > 40:
                break
            joint = mark
        if row and not _alike(text, row[-1], one, after):
            break
        if row and _OPENS_ITS_OWN.match(text.regular, one.quantity.end):
            break  # 卡在用地环节的9个，其中……: a whole of its own
        row.append(one)
    tail = text.regular[row[-1].quantity.end : row[-1].quantity.end + 8] if row else ""
    behind = text.regular[row[-1].quantity.end : row[-1].quantity.end + 20] if row else ""
    return [] if _AND_SO_ON.match(tail) or _BOTH.search(behind.partition("。")[0]) else row


def _alike(text: Text, before: Mention, one: Mention, after: Sequence[Mention]) -> bool:
    """Told the same way: 需求31.2亿元，已到位20.6亿元 are no two parts; nor is 前期54个，总投资… behind a bare amount."""
    if (_SO_FAR.match(one.label) and not _SO_FAR.match(before.label)) or _WITHIN_IT.match(one.label):
        return False
    between = [
        other for other in after if before.before(other) and other.before(one) and other.like != one.like
    ]
    first = [other for other in after if other.before(before) and other.like != one.like]
    stop = "；" in text.regular[before.quantity.end : one.quantity.start]
    return not (stop and between and not first and before is after[0])


def _whole(like: tuple[Kind, str], before: Sequence[Mention], row: Sequence[Mention]) -> Mention | None:
    if len(row) < 2:
        return None
    fitting = [
        one
        for one in before
        if one.like == like
        and one.role not in (*UNFIT, Role.BASE)
        and not one.quantity.hedged
        and row[0].sentence - one.sentence <= 1
        and one.quantity.high >= max(part.quantity.low for part in row)
    ]
    return fitting[-1] if fitting and fitting[-1] in before[-2:] else None


def _all_of(claim: Claim, row: Sequence[Mention], *, colon: bool) -> bool:
    """Whether the parts are meant as all of it: named in one way, side by side, and as good as adding up."""
    value, computed = claim.value, claim.computed
    if value is None or computed is None or any(_OVERLAP.search(one.label) for one in row):
        return False
    if colon:
        return len(row) > 2 and close_by(claim, _LISTED_FAR)
    two = len(row) == 2
    if computed > value:
        return close_by(claim, _OVER_TWO if two else _OVER_MORE)
    return close_by(claim, _UNDER_TWO if two else _UNDER_MORE) and _one_way(row)


def _one_way(row: Sequence[Mention]) -> bool:
    """地上、地下; 大气类、水类、其他: named alike by the first or the last character, or closed by 其他."""
    names = [re.sub(r"^.*其中|(?:的|有|项目|完成|投资)+$", "", one.label) for one in row]
    if any(not name for name in names):
        return False
    last = {name[-1] for name in names if not name.startswith("其他")}
    return (
        len(last) == 1
        or len({name[0] for name in names}) == 1
        or names[-1].startswith("其他")
        or len(names) > 3
    )


def _less(mention: Mention, whole: Mention, parts: Sequence[Mention]) -> Claim:
    allowed = taken(of(whole.quantity), added(of(one.quantity) for one in parts))
    computed = whole.quantity.value - sum((one.quantity.value for one in parts), Decimal(0))
    operands = (whole.quantity, *(one.quantity for one in parts))
    return claim_of(Claimed.DIFFERENCE, mention.quantity, operands, computed, allowed)


def _complement(here: Sequence[Mention]) -> Iterator[Claim]:
    """1126公里，列养1098公里，未列养28公里."""
    for whole, part, left in zip(here, here[1:], here[2:], strict=False):
        told = _NOT.match(left.label)
        if told is None or not whole.like == part.like == left.like or whole.role in _NO_PART:
            continue
        if not re.search(rf"(?<!未){told['stem']}(?:的|有|了)?$", part.label) or not _holds(whole, part):
            continue
        yield _less(left, whole, [part])


def _holds(whole: Mention, part: Mention) -> bool:
    return whole.quantity.high >= part.quantity.low and part.clause - whole.clause <= 2


def _short(here: Sequence[Mention]) -> Iterator[Claim]:
    """现有5136人，应配5420人，缺编284人."""
    for one, other, left in zip(here, here[1:], here[2:], strict=False):
        if not _SHORT.search(left.label) or not one.like == other.like == left.like:
            continue
        if bool(_STAFF.search(one.label)) == bool(_STAFF.search(other.label)):
            continue
        whole, part = (one, other) if _STAFF.search(one.label) else (other, one)
        yield _less(left, whole, [part])


def _absent(here: Sequence[Mention]) -> Iterator[Claim]:
    """应到287名，实到264名，请假23名: those who did not come, reason by reason."""
    for place, (whole, came) in enumerate(pairwise(here)):
        if whole.like != came.like or not _OUGHT.search(whole.label) or not _CAME.search(came.label):
            continue
        left = []
        for one in here[place + 2 :]:
            if one.like != whole.like or not _ABSENT.search(one.label + one.tail) or one.role in _NO_PART:
                break
            left.append(one)
        if left:
            yield sum_of(whole, [came, *left])


def _stock(here: Sequence[Mention]) -> Iterator[Claim]:
    """实有3.12万户，今年新登记0.45万户: what came this year is among what there is."""
    for whole, part in pairwise(here):
        if whole.like != part.like or whole.kind is not Kind.COUNT or part.clause - whole.clause > 1:
            continue
        if _STOCK.search(whole.label) and _FRESH.search(part.label):
            yield at_most(part, whole)


def _found(here: Sequence[Mention]) -> Iterator[Claim]:
    """抽查57家，有28家未联网: no more than were looked at."""
    for whole, part in pairwise(here):
        if whole.like != part.like or whole.kind is not Kind.COUNT or part.clause - whole.clause != 1:
            continue
        if _SURVEYED.search(whole.label) and _FOUND.match(part.label):
            yield at_most(part, whole)


def _above(near: Sequence[Mention]) -> Iterator[Claim]:
    """（一）0.46亿元；（二）0.38亿元；（三）0.29亿元。以上三笔共需1.13亿元."""
    for place, total in enumerate(near):
        told = _ABOVE.search(total.phrase)
        if told is None:
            continue
        many = number_in(told["many"])
        like = [one for one in near[max(0, place - MOST_PARTS) : place] if one.like == total.like]
        parts = [one for one in like if one.role not in _NO_PART][-many:]
        if len(parts) == many == len(like) and many > 1:
            yield sum_of(total, parts)


def _month_of_many(here: Sequence[Mention]) -> Iterator[Claim]:
    """6月份新开工28.4万平方米，1—6月累计新开工26.9万平方米."""
    for month, many in pairwise(here):
        told, so_far = _MONTHLY.search(month.phrase), _CUMULATED.search(many.phrase)
        if told is None or so_far is None or month.like != many.like:
            continue
        if told["words"].removesuffix("为") != so_far["words"].removesuffix("为"):
            continue
        low = month.quantity.low
        held = overlap(of(many.quantity), (low, max(low, many.quantity.high)))
        yield Claim(
            Claimed.WITHIN, many.quantity.start, many.quantity.end, many.quantity.text, held, (month.quantity,),
            month.quantity.value, of(month.quantity), many.quantity.unit, words=f"当月就有{month.quantity.text}",
            value=many.quantity.value,
        )  # fmt: skip
