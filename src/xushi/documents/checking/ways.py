"""一个数可能由近旁哪几个数来：率、增幅、相差、结余、合计、乘积、平均，每一种来路各算得多少。"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from xushi.documents.checking.binding import OPERANDS, PAST
from xushi.documents.checking.judging import (
    Claimed,
    Interval,
    added,
    directed_by,
    divided,
    of,
    scaled,
    taken,
)
from xushi.documents.checking.quantities import Kind, Quantity
from xushi.documents.checking.roles import Mention, Role
from xushi.documents.checking.units import SPANS

_RATE = re.compile(
    r"(?:率|占比|比重|比例|进度|占|占[\u4e00-\u9fff]{1,12}的|完成[\u4e00-\u9fff]{0,10}的|相当于[\u4e00-\u9fff]{0,10}的)(?:约|为|达|达到|仅为|仅|是|已达|只有)*$"
)
_NO_RATE = re.compile(
    r"失业|出生|死亡|利率|汇率|税率|费率|容积|绿地率|城镇化|市场|负债|自有|满意|知晓|利润|序时|同比|环比|贡献|增长率|增速"
)
_UP = re.compile(
    r"(?:增长|上升|提高|增加|新增|净增|增幅|增收|增支|追加|调增|溢价|多|高|上涨|超|超出|快|提升)(?:了|约|为|达|出)*$|新增[\u4e00-\u9fff]{2,4}$"
)
_DOWN = re.compile(
    r"(?:下降|减少|降低|回落|净减|降幅|下滑|少|低|压减|压缩|节约|慢|核减|缩短|收窄|下浮)(?:了|约|为|达)*(?:投资|资金|支出)?$"
)
_REST = re.compile(
    r"(?:结余|余额|余|剩|剩余|其余|尚余|尚有|尚欠|还有|仍有|还剩|缺口|差|还差|尚差|未[\u4e00-\u9fff]{1,6})(?:的)?(?:有|为|是|还有)*$"
)
_EACH = re.compile(
    r"(?:平均|均|每[个家项件名人处户批笔月天次亩]|每[\u4e00-\u9fff]{1,4})[\u4e00-\u9fff]{0,8}$"
)
_SUM = re.compile(r"(?:合计|共计|总计|累计|共|一共|总共)[\u4e00-\u9fff]{0,8}$")
_OTHERWISE = re.compile(r"可比|同口径|剔除|扣除|名义|不变价|年均|序时|拉动|加权")
_THAN_OTHERS = re.compile(r"[高低快慢好优]于|[比较](?:全|[\u4e00-\u9fff]{0,4}平均)|全[国省市]")
_AT_THE_END = re.compile(r"(?:月|年|季|期)[底末]|现有|目前")
_CAME, _WENT = (
    re.compile(r"新增|入库|增加|新建|新立|收入|新受理|转入|调入"),
    re.compile(r"退|出库|减少|注销|支出|核销|销号|转出|调出|办结"),
)
_MONTHS = (
    (re.compile("全年"), 12), (re.compile("前三季度"), 9), (re.compile("上半年|下半年"), 6),
    (re.compile("[一二三四]季度"), 3),
)  # fmt: skip
_YEAR = re.compile(r"(?:\d{4}年|去年|上年|今年)(?!\d)[^。月季]*$")
_DAYS = (
    (re.compile("前三季度"), 273), (re.compile("二季度"), 91), (re.compile("[三四]季度"), 92),
    (re.compile("下半年"), 184),
    (re.compile("(?<![\\d—至])(?:1?[13578]|10|12)月份?(?!\\d)"), 31),
    (re.compile("(?<![\\d—至1])[469]月份?(?!\\d)|(?<![\\d—至])11月份?"), 30),
)  # fmt: skip
_EACH_OF = re.compile(r"平均每[个家项件名人处户批笔次座][\u4e00-\u9fff]{1,5}[、和][\u4e00-\u9fff]{1,6}$")
_SPAN = re.compile(r"(?P<first>\d{1,2})\s*[—至到]\s*(?P<last>\d{1,2})\s*月")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a number may follow from others: of what kind, from which, how much, within what."""

    kind: Claimed
    operands: tuple[Quantity, ...]
    value: Decimal
    allowed: Interval


def ways_to(one: Mention, before: Sequence[Mention]) -> Iterator[Way]:
    """Every way in which a number may follow from those before it, by the words right before it."""
    fit = [x for x in before if not x.quantity.hedged and x.role is not Role.DUE]
    label = one.label
    if _OTHERWISE.search(one.phrase):
        return
    if one.kind is Kind.PERCENT:
        if (up := _UP.search(label)) or _DOWN.search(label):
            yield from _growths(fit, 1 if up else -1)
        elif _RATE.search(label) and not _NO_RATE.search(one.phrase):
            yield from _rates(one, fit)
        return
    if one.kind is Kind.POINTS:
        if _THAN_OTHERS.search(label):
            return  # 增长4%、高于全国7.8个百分点: the whole country's is not told
        yield from _differences([x for x in fit if x.kind is Kind.PERCENT], changes=True)
        return
    if one.kind in OPERANDS:
        yield from _amounts(one, fit)


def _amounts(one: Mention, fit: Sequence[Mention]) -> Iterator[Way]:
    """A mean, a difference, a stock or a sum, by the words."""
    label, like = one.label, [x for x in fit if x.like == one.like]
    if _EACH.search(label) or _EACH_OF.search(one.lead):
        yield from _means(one, fit)
        yield from _means_of_row(one, fit)
        return
    if _REST.search(label) or _UP.search(label) or _DOWN.search(label):
        yield from _differences(like)
        if _REST.search(label):
            yield from _balances(like)
    if _AT_THE_END.search(one.phrase) or _REST.search(label):
        yield from _stocks(like)
    if _SUM.search(label):
        yield from _sums([x for x in like if x.sentence == one.sentence])
        yield from _products(one, fit)


def _rates(rate: Mention, fit: Sequence[Mention]) -> Iterator[Way]:
    """Of what its own sentence tells right before it, no other rate between them."""
    here = [x for x in fit if x.sentence == rate.sentence]
    since = max((at for at, x in enumerate(here) if x.kind is Kind.PERCENT), default=-1)
    if not here or since == len(here) - 1 or rate.clause - here[-1].clause > 2:
        return
    plain = [x for x in here if x.kind in OPERANDS and x.role not in (Role.CHANGE, Role.MEAN)]
    plain = [x for x in plain if x.quantity.unit not in SPANS]
    for part, whole in _ordered(plain):
        if (share := divided(of(part.quantity), of(whole.quantity))) and whole.quantity.value:
            value = part.quantity.value / whole.quantity.value * 100
            yield Way(Claimed.RATIO, (part.quantity, whole.quantity), value, scaled(share, 100))


def _ordered(plain: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    for one, other in combinations(reversed(plain), 2):
        if one.like == other.like and one.quantity.value != other.quantity.value:
            yield (one, other) if one.quantity.value < other.quantity.value else (other, one)


def _growths(fit: Sequence[Mention], sign: int) -> Iterator[Way]:
    plain = [x for x in fit if x.kind in OPERANDS and x.role not in (Role.CHANGE, Role.MEAN)]
    for less, more in _ordered(plain):
        new, old = (more, less) if sign > 0 else (less, more)
        if old.role is not Role.BASE and not PAST.search(old.phrase):
            continue  # 第二产业172.4亿元，第三产业181.2亿元，增长9.2%: neither is what the other was
        if (times := divided(of(new.quantity), of(old.quantity))) and old.quantity.value:
            value = (new.quantity.value / old.quantity.value - 1) * 100 * sign
            allowed = directed_by(sign, scaled((times[0] - 1, times[1] - 1), 100))
            yield Way(Claimed.GROWTH, (new.quantity, old.quantity), value, allowed)


def _differences(like: Sequence[Mention], *, changes: bool = False) -> Iterator[Way]:
    for less, more in _ordered([x for x in like if changes or x.role is not Role.CHANGE]):
        operands = (more.quantity, less.quantity)
        value = more.quantity.value - less.quantity.value
        yield Way(Claimed.DIFFERENCE, operands, value, taken(of(more.quantity), of(less.quantity)))


def _balances(like: Sequence[Mention]) -> Iterator[Way]:
    """年初结转、当年收入、当年支出、年末结余."""
    if len(like) >= 3:
        yield _left_of(*(x.quantity for x in like[-3:]))


def _stocks(like: Sequence[Mention]) -> Iterator[Way]:
    """年初317个，新增46个，退库29个，6月底344个: what there was, what came, what went."""
    came = [x for x in like if _CAME.search(x.label)]
    went = [x for x in like if _WENT.search(x.label)]
    if len(came) == len(went) == 1 and like[0] not in (*came, *went):
        yield _left_of(like[0].quantity, came[0].quantity, went[0].quantity)


def _left_of(first: Quantity, more: Quantity, less: Quantity) -> Way:
    allowed = taken(added((of(first), of(more))), of(less))
    return Way(Claimed.DIFFERENCE, (first, more, less), first.value + more.value - less.value, allowed)


def _sums(like: Sequence[Mention]) -> Iterator[Way]:
    for many in range(2, len(like) + 1):
        operands = tuple(x.quantity for x in like[-many:])
        value = sum((x.value for x in operands), Decimal(0))
        yield Way(Claimed.SUM, operands, value, added(of(x) for x in operands))


def _products(one: Mention, fit: Sequence[Mention]) -> Iterator[Way]:
    """35人，人均68学时，累计2280学时."""
    for mean in (x for x in fit if x.role is Role.MEAN and x.like == one.like):
        for count in (x for x in fit if x.kind is Kind.COUNT and x.like != one.like):
            low, high = mean.quantity.low * count.quantity.low, mean.quantity.high * count.quantity.high
            value = mean.quantity.value * count.quantity.value
            yield Way(Claimed.MEAN, (mean.quantity, count.quantity), value, (low, high))


def _means(one: Mention, fit: Sequence[Mention]) -> Iterator[Way]:
    totals = [x for x in fit if x.like == one.like and x.quantity.value > one.quantity.value]
    totals = [x for x in totals if x.sentence == one.sentence] or totals
    counts = [x for x in fit if x.kind is Kind.COUNT and x.like != one.like and x.quantity.exact]
    for total in reversed(totals):
        for count in reversed(counts):
            share = divided(of(total.quantity), of(count.quantity))
            if share and count.quantity.value > 1:
                value = total.quantity.value / count.quantity.value
                yield Way(Claimed.MEAN, (total.quantity, count.quantity), value, share)
        if re.search(r"日均|每[天日]", one.phrase) and (days := _days(one)):
            yield _spread(total.quantity, days)
        if "月均" in one.phrase and (months := _months(one)):
            yield _spread(total.quantity, months)


def _spread(total: Quantity, many: int) -> Way:
    return Way(Claimed.MEAN, (total,), total.value / many, scaled(of(total), Decimal(1) / many))


def _means_of_row(one: Mention, fit: Sequence[Mention]) -> Iterator[Way]:
    """21微克、19微克和26微克，三个月平均为24微克: of as many as the words before it say, else of all in the row."""
    row: list[Mention] = []
    for x in reversed([x for x in fit if x.sentence == one.sentence]):
        if x.like == one.like:
            row.append(x)
        elif row:
            break
    if len(row) < 2:
        return
    operands = tuple(x.quantity for x in reversed(row))
    value = sum((x.value for x in operands), Decimal(0)) / len(row)
    yield Way(Claimed.MEAN, operands, value, scaled(added(of(x) for x in operands), Decimal(1) / len(row)))


def _days(one: Mention) -> int:
    """Of the spell that the sentence names; 0 where none is, or where it may be of a leap year."""
    return next((many for pattern, many in _DAYS if pattern.search(one.lead)), 0)


def _months(one: Mention) -> int:
    span = _SPAN.search(one.lead)
    if span:
        return int(span["last"]) - int(span["first"]) + 1
    return next(
        (many for pattern, many in _MONTHS if pattern.search(one.lead)),
        12 if _YEAR.match(one.lead[: len(one.lead) - len(one.phrase)]) else 0,
    )
