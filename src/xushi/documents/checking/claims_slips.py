"""写错一个数字的：率、差、平均、乘积、结余，别的读法都没认领时，近旁的几个数照算只差一个数字、或颠倒了两个数字的。

Whatever the words between: numbers that would follow from one another but for one digit were meant to. How far that
may be chance is reckoned (so many digits, so many ways tried), and only what hardly can be is told.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise

from xushi.documents.checking.binding import OPERANDS, PAST, at_most, exceeds, sum_of
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    Interval,
    added,
    claim_of,
    close_by,
    directed_by,
    divided,
    of,
    scaled,
    slipped,
    taken,
    written,
)
from xushi.documents.checking.quantities import Kind, Quantity
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role
from xushi.documents.checking.units import SPANS

_BACK = 7  # numbers before that are tried
_CHANCE = 0.22  # of a number being a digit off by chance, over all ways tried
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
_UNFIT = (Role.DUE,)
_NO_PART = (Role.CHANGE, Role.MEAN, Role.BASE, Role.TARGET, Role.SUM)
_NO_WHOLE = (Role.CHANGE, Role.MEAN, Role.BASE)
_AMONG = re.compile(r"其中|分别|包括|^中$|[中里]$|由|：")
_WITHIN = re.compile(r"含|其中|又|[\u4e00-\u9fff]{2}中(?!心|学|小|等|期|间|央)")
_OVERLAP = re.compile(
    r"同时|并存|并有|兼|重复|交叉|既|重叠|多类|均有|一并|高新技术|女|党员|上市|专精特新|主要|技术改造|技改|民间"
)
_SHARES = re.compile(
    r"(?P<many>[两三四])(?:次产业|类|大类|项|者|种|大板块|级)[\u4e00-\u9fff]{0,14}?(?:比重|占比|比例|结构)[\u4e00-\u9fff]{0,6}$"
)
_FROM = re.compile(r"来源|构成|组成|：")
_THAN_OTHERS = re.compile(r"[高低快慢好优]于|[比较](?:全|[\u4e00-\u9fff]{0,4}平均)|全[国省市]")
_AT_THE_END = re.compile(r"(?:月|年|季|期)[底末]|现有|目前")
_CAME, _WENT = (
    re.compile(r"新增|入库|增加|新建|新立|收入|新受理|转入|调入"),
    re.compile(r"退|出库|减少|注销|支出|核销|销号|转出|调出|办结"),
)
_ALREADY = re.compile(r"(?:^|其中)已[\u4e00-\u9fff]{1,6}$")
_LITTLE, _MORE = Decimal("0.25"), Decimal("0.5")  # of the whole
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
_BARE = re.compile(
    r"分别为(?P<row>\d+(?:\.\d+)?(?:[、和]\d+(?:\.\d+)?)+)(?P<unit>[\u4e00-\u9fff]+[^，。；]{0,14})，"
    r"[^，。；\d]{0,8}平均[^，。；\d]{0,6}?(?P<mean>\d+(?:\.\d+)?)"
)
_SPAN = re.compile(r"(?P<first>\d{1,2})\s*[—至到]\s*(?P<last>\d{1,2})\s*月")


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a number may follow from others: of what kind, from which, how much, within what."""

    kind: Claimed
    operands: tuple[Quantity, ...]
    value: Decimal
    allowed: Interval


def claims(text: Text, told: Collection[int]) -> Iterator[Claim]:
    """Numbers that follow from those near them, or would but for a digit; told: what other readers have tied."""
    yield from _bare_rows(text)
    yield from _scores(text)
    for near in text.paragraphs:
        for place, one in enumerate(near):
            if one.quantity.start in told or one.quantity.hedged or one.role in _UNFIT:
                continue
            before = [x for x in near[max(0, place - _BACK) : place] if one.sentence - x.sentence <= 1]
            ways = list(_ways(one, before))
            if claim := _told(one, ways):
                yield claim
        yield from _beyond(near, told, text)
        yield from _done_of(near)
        yield from _columns(near, told, text)
        yield from _hundred(near)
        yield from _natural(near, told)


def _told(one: Mention, ways: Sequence[_Way]) -> Claim | None:
    made = [claim_of(way.kind, one.quantity, way.operands, way.value, way.allowed) for way in ways]
    if held := next((claim for claim in made if claim.held), None):
        return held
    value = one.quantity.value
    made = [claim for claim in made if claim.computed and value / 3 <= claim.computed <= value * 3]
    found = [claim for claim in made if slipped(claim) or _other_side(claim)]
    if not found or _by_chance(one) * len({claim.computed for claim in made}) > _CHANCE:
        return None
    return found[0]


def _other_side(claim: Claim) -> bool:
    """62.9% where 37.1% was meant."""
    if claim.kind is not Claimed.RATIO or claim.computed is None or claim.value is None:
        return False
    return abs(100 - claim.computed - claim.value) <= Decimal("0.05")


def _beyond(near: Sequence[Mention], told: Collection[int], text: Text) -> Iterator[Claim]:
    """合同124份，其中条款完整的97份，存在问题的31份: a little more than the whole, so it was meant to be all of it."""
    for place, whole in enumerate(near):
        if (
            whole.kind not in OPERANDS
            or whole.quantity.hedged
            or whole.role in _NO_WHOLE
            or whole.quantity.value < 5
        ):
            continue
        parts: list[Mention] = []
        for x in near[place + 1 :]:
            if x.sentence != whole.sentence:
                break
            if x.kind is Kind.PERCENT:
                continue
            if (
                x.like != whole.like
                or x.role in _NO_PART
                or x.quantity.hedged
                or _WITHIN.search(x.phrase if parts else "")
            ):
                break
            parts.append(x)
        if len(parts) < 2 or any(x.quantity.start in told for x in (whole, *parts)):
            continue
        if (
            not _FROM.search(text.regular[whole.quantity.end : parts[0].quantity.start])
            and not _AMONG.search(parts[0].phrase + whole.tail)
        ) or _overlap(text.sentence_of(whole.quantity.start)):
            continue
        made = sum_of(whole, parts)
        biggest = max(x.quantity.value for x in parts)
        short = all(len(re.sub(r"^.*其中", "", x.label)) == 2 for x in parts)  # 新开6条、延伸9条、撤并18条
        most = _MORE if short and len(parts) > 2 else _LITTLE
        if exceeds(made, whole) and close_by(made, most) and biggest < whole.quantity.value:
            yield made
            return


def _overlap(sentence: str) -> bool:
    """Whether what is listed may be counted twice, unless the sentence says that it is not."""
    return bool(_OVERLAP.search(re.sub(r"(?:不|无|未)(?:再)?重复|兼职", "", sentence)))


def _done_of(near: Sequence[Mention]) -> Iterator[Claim]:
    """签约1126户，其中已搬迁983户，已拆除1174户: each of them is of the whole."""
    for whole, first, second in zip(near, near[1:], near[2:], strict=False):
        told = "其中" in first.phrase and _ALREADY.search(first.label) and _ALREADY.search(second.label)
        like = whole.like == first.like == second.like and whole.sentence == second.sentence
        if told and like and first.quantity.value <= whole.quantity.value and whole.role not in _NO_WHOLE:
            yield at_most(second, whole)


def _scores(text: Text) -> Iterator[Claim]:
    """总分100分，由重点工作50分、共性目标30分、社会评价25分构成."""
    for near in text.paragraphs:
        for place, whole in enumerate(near):
            row = [
                x
                for x in near[place + 1 : place + 12]
                if x.sentence == whole.sentence and x.like == whole.like
            ]
            if whole.kind is not Kind.SCORE or "总分" not in whole.label or len(row) < 2:
                continue
            behind = text.regular[row[-1].quantity.end : row[-1].quantity.end + 12]
            if "由" in row[0].phrase and re.search("构成|组成", behind):
                yield sum_of(whole, row)


def _columns(near: Sequence[Mention], told: Collection[int], text: Text) -> Iterator[Claim]:
    """13个，总投资58.6亿元。其中，产业7个，总投资41.3亿元；民生4个，总投资9.7亿元……: where the counts make the whole."""
    for place, whole in enumerate(near):
        if place == 0 or whole.quantity.start in told or whole.role in _NO_WHOLE or len(whole.label) < 3:
            continue
        count = near[place - 1]
        rows = list(pairwise(near[place + 1 : place + 13]))[::2]
        rows = [
            (one, other)
            for one, other in rows
            if one.like == count.like and other.like == whole.like and other.label == whole.label
        ]
        if count.kind is not Kind.COUNT or len(rows) < 2 or "其中" not in rows[0][0].lead + rows[0][0].phrase:
            continue
        if sum(one.quantity.value for one, _ in rows) != count.quantity.value:
            continue
        made = sum_of(whole, [other for _, other in rows])
        if close_by(made, Decimal("0.3")):
            yield made


def _bare_rows(text: Text) -> Iterator[Claim]:
    """分别为68、54、43微克每立方米，一季度平均浓度为61微克每立方米: a row whose unit is told once."""
    for match in _BARE.finditer(text.regular):
        row = [Decimal(one) for one in re.split("[、和]", match["row"])]
        halves = [
            Decimal(5).scaleb(-len(one.partition(".")[2]) - 1) for one in re.split("[、和]", match["row"])
        ]
        half = Decimal(5).scaleb(-len(match["mean"].partition(".")[2]) - 1)
        value, many = Decimal(match["mean"]), len(row)
        mean = sum(row, Decimal(0)) / many
        total, slack = sum(row, Decimal(0)), sum(halves, Decimal(0))
        allowed = ((total - slack) / many, (total + slack) / many)
        held = allowed[0] <= value + half and allowed[1] >= value - half
        if held or abs(mean - value) <= value * Decimal("0.3"):
            at = match.start("mean"), match.end("mean")
            yield Claim(
                Claimed.MEAN, *at, match["mean"], held, computed=mean, allowed=allowed, value=value,
                words=f"{match['row']}的平均",
            )  # fmt: skip


def _hundred(near: Sequence[Mention]) -> Iterator[Claim]:
    """三次产业比重分别为12.8%、44.5%和44.7%: as many as there are, so they make a hundred."""
    for place, first in enumerate(near):
        if first.kind is not Kind.PERCENT or not _SHARES.search(first.phrase):
            continue
        many = {"三": 3, "四": 4, "两": 2}.get(_SHARES.search(first.phrase)["many"], 0)  # type: ignore[index]
        row = near[place : place + many]
        if len(row) < many or any(x.kind is not Kind.PERCENT or x.sentence != first.sentence for x in row):
            continue
        if any(len(x.label) > 1 for x in row[1:]) or (
            len(near) > place + many and near[place + many].label in ("、", "和")
        ):
            continue
        quantities = tuple(x.quantity for x in row)
        low, high = added(of(x) for x in quantities)
        total, held = sum((x.value for x in quantities), Decimal(0)), low <= 100 <= high
        last = row[-1].quantity
        yield Claim(
            Claimed.SUM, last.start, last.end, last.text, held, quantities[:-1], total, (low, high), "%",
            words=f"合起来是{total}%，不是100%", value=last.value,
        )  # fmt: skip


def _natural(near: Sequence[Mention], told: Collection[int]) -> Iterator[Claim]:
    """出生率5.46‰，死亡率7.83‰，自然增长率-2.37‰."""
    for born, died, grown in zip(near, near[1:], near[2:], strict=False):
        named = (
            born.label.endswith("出生率") and died.label.endswith("死亡率") and "自然增长率" in grown.label
        )
        if not named or grown.quantity.start in told:
            continue
        value = born.quantity.value - died.quantity.value
        allowed = taken(of(born.quantity), of(died.quantity))
        if re.search(r"[-—−－负]$", grown.label):
            value, allowed = -value, directed_by(-1, allowed)
        yield claim_of(Claimed.DIFFERENCE, grown.quantity, (born.quantity, died.quantity), value, allowed)


def _ways(one: Mention, before: Sequence[Mention]) -> Iterator[_Way]:
    fit = [x for x in before if not x.quantity.hedged and x.role not in (Role.DUE,)]
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
    if one.kind not in OPERANDS:
        return
    like = [x for x in fit if x.like == one.like]
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


def _rates(rate: Mention, fit: Sequence[Mention]) -> Iterator[_Way]:
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
            yield _Way(Claimed.RATIO, (part.quantity, whole.quantity), value, scaled(share, 100))


def _ordered(plain: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    for one, other in combinations(reversed(plain), 2):
        if one.like == other.like and one.quantity.value != other.quantity.value:
            yield (one, other) if one.quantity.value < other.quantity.value else (other, one)


def _growths(fit: Sequence[Mention], sign: int) -> Iterator[_Way]:
    plain = [x for x in fit if x.kind in OPERANDS and x.role not in (Role.CHANGE, Role.MEAN)]
    for less, more in _ordered(plain):
        new, old = (more, less) if sign > 0 else (less, more)
        if old.role is not Role.BASE and not PAST.search(old.phrase):
            continue  # 第二产业172.4亿元，第三产业181.2亿元，增长9.2%: neither is what the other was
        if (times := divided(of(new.quantity), of(old.quantity))) and old.quantity.value:
            value = (new.quantity.value / old.quantity.value - 1) * 100 * sign
            allowed = directed_by(sign, scaled((times[0] - 1, times[1] - 1), 100))
            yield _Way(Claimed.GROWTH, (new.quantity, old.quantity), value, allowed)


def _differences(like: Sequence[Mention], *, changes: bool = False) -> Iterator[_Way]:
    for less, more in _ordered([x for x in like if changes or x.role is not Role.CHANGE]):
        operands = (more.quantity, less.quantity)
        value = more.quantity.value - less.quantity.value
        yield _Way(Claimed.DIFFERENCE, operands, value, taken(of(more.quantity), of(less.quantity)))


def _balances(like: Sequence[Mention]) -> Iterator[_Way]:
    """年初结转、当年收入、当年支出、年末结余."""
    if len(like) >= 3:
        first, more, less = (x.quantity for x in like[-3:])
        value = first.value + more.value - less.value
        yield _Way(
            Claimed.DIFFERENCE, (first, more, less), value, taken(added((of(first), of(more))), of(less))
        )


def _stocks(like: Sequence[Mention]) -> Iterator[_Way]:
    """年初317个，新增46个，退库29个，6月底344个: what there was, what came, what went."""
    came = [x for x in like if _CAME.search(x.label)]
    went = [x for x in like if _WENT.search(x.label)]
    if len(came) == len(went) == 1 and like[0] not in (*came, *went):
        first, more, less = like[0].quantity, came[0].quantity, went[0].quantity
        value = first.value + more.value - less.value
        yield _Way(
            Claimed.DIFFERENCE, (first, more, less), value, taken(added((of(first), of(more))), of(less))
        )


def _sums(like: Sequence[Mention]) -> Iterator[_Way]:
    for many in range(2, len(like) + 1):
        operands = tuple(x.quantity for x in like[-many:])
        value = sum((x.value for x in operands), Decimal(0))
        yield _Way(Claimed.SUM, operands, value, added(of(x) for x in operands))


def _products(one: Mention, fit: Sequence[Mention]) -> Iterator[_Way]:
    """35人，人均68学时，累计2280学时."""
    for mean in (x for x in fit if x.role is Role.MEAN and x.like == one.like):
        for count in (x for x in fit if x.kind is Kind.COUNT and x.like != one.like):
            low, high = mean.quantity.low * count.quantity.low, mean.quantity.high * count.quantity.high
            value = mean.quantity.value * count.quantity.value
            yield _Way(Claimed.MEAN, (mean.quantity, count.quantity), value, (low, high))


def _means(one: Mention, fit: Sequence[Mention]) -> Iterator[_Way]:
    totals = [x for x in fit if x.like == one.like and x.quantity.value > one.quantity.value]
    totals = [x for x in totals if x.sentence == one.sentence] or totals
    counts = [x for x in fit if x.kind is Kind.COUNT and x.like != one.like and x.quantity.exact]
    for total in reversed(totals):
        for count in reversed(counts):
            share = divided(of(total.quantity), of(count.quantity))
            if share and count.quantity.value > 1:
                value = total.quantity.value / count.quantity.value
                yield _Way(Claimed.MEAN, (total.quantity, count.quantity), value, share)
        if re.search(r"日均|每[天日]", one.phrase) and (days := _days(one)):
            value = total.quantity.value / days
            yield _Way(Claimed.MEAN, (total.quantity,), value, scaled(of(total.quantity), Decimal(1) / days))
        if "月均" in one.phrase and (months := _months(one)):
            value = total.quantity.value / months
            yield _Way(
                Claimed.MEAN, (total.quantity,), value, scaled(of(total.quantity), Decimal(1) / months)
            )


def _means_of_row(one: Mention, fit: Sequence[Mention]) -> Iterator[_Way]:
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
    yield _Way(Claimed.MEAN, operands, value, scaled(added(of(x) for x in operands), Decimal(1) / len(row)))


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


def _by_chance(one: Mention) -> float:
    """How likely a number of as many digits is one digit off another."""
    many = len(written(one.quantity.text)[0])
    return (9 * many + many - 1) / (9 * 10 ** (many - 1)) if many else 1.0
