"""列在一起的数：逐个列出的平均、加号连着的合计、名次在列出的数里排第几、增量说出的增幅、两个率相比快多少。"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.binding import sum_of
from xushi.documents.checking.judging import (
    Claim,
    Claimed,
    added,
    claim_of,
    directed_by,
    divided,
    of,
    scaled,
    taken,
)
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_JOINED = re.compile(r"^(?:和|及|与|以及)?$|^[\u4e00-\u9fff]{0,10}$")
_MEAN = re.compile(r"平均(?!水平|值为标|线)[\u4e00-\u9fff]{0,6}(?:为|是|达)?$|均(?:分|价)(?:为|是)?$")
_OF_OTHERS = re.compile(r"全市|全省|全国|全区|同类|低于|高于|比|较|超过")
_PLUS = re.compile(r"^[^，。；、]{0,12}[+＋]$")
_TOTAL_OF_PLUS = re.compile(r"^[^，。；]{0,12}[）)]?(?:共|合计|共计|总计|=|＝|等于|为|即)(?:有|计)?$")
_MORE = re.compile(r"快|高|多|领先|超出|好")
_LESS = re.compile(r"慢|低|少|落后|差")
_HELD = re.compile(r"^(?:，)?(?:比|较|与|低于|高于|落后于|领先)")
_BARE_SHARE = re.compile(r"^(?:占到?|占比|比例|占比为|占比达|占了|约占)(?:为|达|达到)?$")
_PART_OF = re.compile(r"^[\u4e00-\u9fff]{2,10}?(?:当中|中|里)(?:$|[，有已未尚还仍被])")
_ALSO = re.compile(r"新增|另|又|同期|去年|上年|累计|以外|之外|共|目标|计划")
_PLACE = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,10}?)(?:综合)?(?:得分|成绩|完成率)?(?:位居|排名|位列|排在|处于|列|居|排|名列)(?:全区|榜单|各?[\u4e00-\u9fff]{0,3}(?:街道|镇|行业|园区|单位|部门|类|区))?"
    r"(?:第(?P<place>\d{1,2}|[一二三四五六七八九十]{1,3})(?:名|位)?|(?P<first>首位|榜首|首)|(?P<last>末位|末尾|倒数第一|最后一位|最后))"
)
_BACKWARDS = re.compile(r"倒数第\s*(?P<place>\d{1,2}|[一二三四五六七八九十]{1,3})")
_AMONG = re.compile(
    r"(?P<many>\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?:[\u4e00-\u9fff]{0,4}?)(?:区县|街道|街镇|乡镇|单位|园区|区|县|市|镇)(?:中|里|当中)?"
)
_LISTED = (Kind.SCORE, Kind.PERCENT, Kind.MONEY, Kind.COUNT, Kind.OTHER)
_NAMED = re.compile(r"^(?:和|及|与|其中|分别为|分别是|依次为|如下：?|排名如下：?)+|(?:为|是|得|达|完成|，)+$")


def claims(text: Text) -> Iterator[Claim]:
    """What follows from numbers that stand in one row."""
    sentences = {
        number: list(group) for number, group in groupby(text.mentions, key=lambda one: one.sentence)
    }
    for number, here in sentences.items():
        yield from _mean_of_row(here)
        yield from _plus(here)
        yield from _grown_by(here)
        yield from _rates_apart(here)
        yield from _bare_share(here)
        yield from _part_of(here)
        start, end = text.sentences[number]
        row = [one for one in (*sentences.get(number - 1, ()), *here) if one.paragraph == here[0].paragraph]
        yield from _place(text, start, end, row)
    yield from _backwards(text, sentences)


def _row_before(here: Sequence[Mention], place: int) -> list[Mention]:
    """The like numbers side by side right before, each a clause of the enumeration."""
    row: list[Mention] = []
    before = list(here[:place])
    if before and before[-1].quantity.unit == "个" and before[-1].clause == here[place].clause:
        before.pop()  # 四个季度平均: how many there are
    for one in reversed(before):
        if one.like != here[place].like or one.role in (Role.CHANGE, Role.SUM):
            break
        if row and not _JOINED.match(row[-1].label):
            break
        row.append(one)
    return row[::-1]


def _mean_of_row(here: Sequence[Mention]) -> Iterator[Claim]:
    """91.5分、88.0分、93.2分和90.3分，平均得分90.8分."""
    for place, mention in enumerate(here):
        if not _MEAN.search(mention.label) or _OF_OTHERS.search(mention.label) or mention.kind is Kind.POINTS:
            continue
        row = _row_before(here, place)
        if len(row) < 2 or any(one.kind is Kind.COUNT and one.quantity.unit == "个" for one in row):
            continue
        total = sum((one.quantity.value for one in row), Decimal(0))
        allowed = scaled(added(of(one.quantity) for one in row), Decimal(1) / len(row))
        operands = tuple(one.quantity for one in row)
        yield claim_of(Claimed.MEAN, mention.quantity, operands, total / len(row), allowed)


def _plus(here: Sequence[Mention]) -> Iterator[Claim]:
    """（52项基本指标+14项重点任务+9项加分指标）共75项."""
    row: list[Mention] = []
    for one, following in pairwise(here):
        if row and row[-1] is one:
            pass
        elif one.quantity.kind in _LISTED:
            row = [one]
        if row and following.like == one.like and _PLUS.match(following.label):
            row.append(following)
            continue
        if len(row) >= 2 and following.like == row[0].like and _TOTAL_OF_PLUS.match(following.label):
            yield sum_of(following, row)
        row = []


def _grown_by(here: Sequence[Mention]) -> Iterator[Claim]:
    """完成52.0亿元，比上年增加8.0亿元，增长18.2%: the increment tells the base."""
    for value, change, rate in zip(here, here[1:], here[2:], strict=False):
        if (
            change.role is not Role.CHANGE
            or change.like != value.like
            or change.kind is Kind.PERCENT  # 增长9%，另一项增长10.6%
            or value.role in (Role.CHANGE, Role.BASE)
        ):
            continue
        if rate.kind is not Kind.PERCENT or rate.role is not Role.CHANGE or rate.clause - change.clause > 1:
            continue
        up, down = re.search(r"增|多|升|涨", change.label), re.search(r"减|少|降|跌", change.label)
        if bool(up) == bool(down) or not re.search(
            r"比|较|同比|去年|上年|环比", change.label + value.lead[-12:]
        ):
            continue
        if re.search(r"序时|目标|计划", change.label + rate.label):
            continue
        base = (
            taken(of(value.quantity), of(change.quantity))
            if up
            else added([of(value.quantity), of(change.quantity)])
        )
        allowed = divided(of(change.quantity), base)
        middle = value.quantity.value - change.quantity.value * (1 if up else -1)
        if allowed is None or middle <= 0:
            continue
        operands = (change.quantity, value.quantity)
        computed = change.quantity.value / middle * 100
        yield claim_of(Claimed.GROWTH, rate.quantity, operands, computed, scaled(allowed, 100))


def _rates_apart(here: Sequence[Mention]) -> Iterator[Claim]:
    """增速（8.3%）比全市平均（6.9%）快1.4个百分点: both may be growth rates."""
    for one, other, apart in zip(here, here[1:], here[2:], strict=False):
        if not one.kind is other.kind is Kind.PERCENT or apart.kind is not Kind.POINTS:
            continue
        more, less = _MORE.search(apart.label), _LESS.search(apart.label)
        if bool(more) == bool(less) or one.role is not Role.CHANGE or not _HELD.match(other.label):
            continue
        if apart.clause - other.clause > 1 or re.search(r"同期|上年|去年|序时", apart.label + other.label):
            continue
        sign = 1 if more else -1
        allowed = directed_by(sign, taken(of(one.quantity), of(other.quantity)))
        computed = (one.quantity.value - other.quantity.value) * sign
        yield claim_of(Claimed.DIFFERENCE, apart.quantity, (one.quantity, other.quantity), computed, allowed)


def _bare_share(here: Sequence[Mention]) -> Iterator[Claim]:
    """收到312件，当场答复215件，占到六成: two numbers before it, and nothing else they could be of."""
    for place, share in enumerate(here):
        if share.kind is not Kind.PERCENT or not _BARE_SHARE.match(share.label):
            continue
        before = here[:place]
        if len(before) != 2 or before[0].like != before[1].like or before[0].kind is not Kind.COUNT:
            continue
        whole, part = before
        if part.quantity.high > whole.quantity.low or share.clause - part.clause != 1:
            continue
        allowed = divided(of(part.quantity), of(whole.quantity))
        if allowed is None:
            continue
        computed = part.quantity.value / whole.quantity.value * 100
        operands = (part.quantity, whole.quantity)
        yield claim_of(Claimed.RATIO, share.quantity, operands, computed, scaled(allowed, 100))


def _part_of(here: Sequence[Mention]) -> Iterator[Claim]:
    """在这112家高新技术企业中，有研发机构的98家: no more than all of them."""
    for whole, part in pairwise(here):
        if whole.kind is not Kind.COUNT or whole.like != part.like or not _PART_OF.match(whole.tail):
            continue
        if part.clause - whole.clause > 1 or part.role is Role.CHANGE or _ALSO.search(part.label):
            continue
        one = whole.quantity
        yield claim_of(
            Claimed.WITHIN,
            part.quantity,
            (one,),
            one.value,
            (Decimal(0), one.high),
            words=f"全部是{one.text}",
        )


def _place(text: Text, start: int, end: int, row: Sequence[Mention]) -> Iterator[Claim]:
    """顶山77.2%，泰山81.5%，沿江84.0%。泰山位居第一: its place among the values that are listed by name."""
    named: dict[str, Mention] = {}
    for one in row:
        name = _NAMED.sub("", re.split(r"[：，]", one.label)[-1])
        if one.kind in _LISTED and 2 <= len(name) <= 10 and one.role is not Role.CHANGE:
            named.setdefault(name, one)
    likes = Counter(one.like for one in named.values())
    main = likes.most_common(1)[0][0] if likes else None
    named = {name: one for name, one in named.items() if one.like == main}
    listed = list(named.values())
    if len(listed) < 3 or any(count > 1 for like, count in likes.items() if like != main):
        return
    for match in _PLACE.finditer(text.regular, start, end):
        own = named.get(match["name"]) or next(
            (one for name, one in named.items() if match["name"].endswith(name)), None
        )
        starting = [one for name, one in named.items() if name.startswith(match["name"])]
        own = own or (starting[0] if len(starting) == 1 else None)
        if own is None or own.quantity.end > match.start():
            continue
        values = sorted((one.quantity.value for one in listed), reverse=True)
        truth = values.index(own.quantity.value) + 1
        worst = len(values) - values[::-1].index(own.quantity.value)
        told = len(values) if match["last"] else 1 if match["first"] else number_in(match["place"])
        held = truth <= told <= worst
        span = (match.start("name") + len(match["name"]), match.end())
        yield Claim(
            Claimed.RANK, *span, text.regular[span[0] : span[1]], held, (own.quantity,), Decimal(truth), None, "名",
            words=f"按列出的数排第{truth}",
        )  # fmt: skip


def _backwards(text: Text, sentences: dict[int, list[Mention]]) -> Iterator[Claim]:
    """十二个区中居第11位，倒数第二."""
    for number, here in sentences.items():
        start, end = text.sentences[number]
        told = _BACKWARDS.search(text.regular, start, end)
        ranks = [
            one
            for one in here
            if one.kind is Kind.RANK and one.quantity.start < (told.start() if told else 0)
        ]
        among = _AMONG.search(text.regular, start, end)
        if told is None or len(ranks) != 1 or among is None or ranks[0].quantity.end > told.start():
            continue
        if told.start() - ranks[0].quantity.end > 4:
            continue
        place = number_in(among["many"]) - int(ranks[0].quantity.value) + 1
        if place < 1:
            continue
        yield Claim(
            Claimed.RANK, *told.span(), told.group(), number_in(told["place"]) == place, (ranks[0].quantity,),
            Decimal(place), None, "名", words=f"{among['many']}个里的{ranks[0].quantity.text}是倒数第{place}",
        )  # fmt: skip
