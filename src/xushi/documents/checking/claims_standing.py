"""名次：列出的数里自己排第几、参评的有几个、前移几个位次——名次和数不在一处说的，也对得上。"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xushi.documents.checking.judging import Claim, Claimed, claim_of
from xushi.documents.checking.nearby import Nearby
from xushi.documents.checking.quantities import Kind, number_in
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_MEASURED = (Kind.SCORE, Kind.PERCENT, Kind.MONEY, Kind.COUNT, Kind.OTHER)
_OUT = (Role.BASE, Role.TARGET, Role.DUE, Role.SUM, Role.MEAN, Role.REST, Role.PLAN)
_NUMERAL = r"\d{1,3}|[一二两三四五六七八九十]{1,3}"
_AMONG = re.compile(
    rf"(?P<many>{_NUMERAL})个?[\u4e00-\u9fff]{{0,4}}?(?:区县|街道|街镇|镇街|乡镇|单位|园区|区|县|市|镇|行业|部门|平台)(?:中|里|当中)，?[^，。；\d]{{0,14}}$"
)
_FAMILY = re.compile(r"街道|园区|单位|公司|行业|类|镇|局|业|区|村")
_NAME = re.compile(r"^(?:以及|和|及|与|其中|而)|(?:得分|增长|增速|增幅|完成率|以|得|为|是|达|分别)+$")
_REST_BELOW = re.compile(r"(?:其余|其他)[\u4e00-\u9fff]{0,4}均(?:不足|低于|少于|在)")
_UPSIDE_DOWN = re.compile(r"倒数|由低到高|从低到高|最低|后进|浓度|能耗|投诉|逾期|事故|失业|排放")
_TAKING_PART = re.compile(
    r"参评|参加(?:评|考|测|竞|排)|参与(?:评|考|测|排|竞)|参考单位|纳入(?:考核|评价)|被考核|参赛"
)
_MOVED_FIRST = re.compile(r"(?:前移|上升|前进|提升|后移|下降|后退|下滑)(?:了)?$")
_FROM = re.compile(r"去年|上年|上月|上季|上期|上次|上一")
_NOW = re.compile(r"今年|本月|本年|本季|本期|本次|现|目前|当前")
_END = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,10}?)(?:的?得分|的?成绩|的?完成率|的?增速|的?增幅)?(?:处于|位居|位列|名列|排名|排在|暂列|居|列|排)(?:[\u4e00-\u9fff]{0,6}?)"
    r"(?P<word>首位|榜首|第一(?=[，。；、])|(?P<last>末位|末尾|垫底|倒数第一|最后一名|最后(?=[，。；、])))"
)
_TO = re.compile(
    rf"第(?P<one>{_NUMERAL})(?:名|位)?[^，。；\d]{{0,4}}(?:[升降落跌滑移进退变提][\u4e00-\u9fff]{{0,2}}[至到为])[^，。；\d第]{{0,8}}"
    rf"第(?P<other>{_NUMERAL})(?:名|位)?[^，。；\d]{{0,6}}，[^，。；\d]{{0,6}}?(?:(?P<up>前移|上升|前进|提升)|后移|下降|后退|下滑)(?:了)?(?=\d|[一二两三四五六七八九十])"
)


def claims(text: Text) -> Iterator[Claim]:
    """What a rank says beside the numbers it ranks, and what its moves say."""
    near = Nearby(text)
    for rank in text.mentions:
        if rank.kind is Kind.RANK and not rank.quantity.hedged:
            yield from _own_place(near, rank)
            yield from _among_parties(near, rank)
        elif rank.kind is Kind.COUNT and _MOVED_FIRST.search(rank.label):
            yield from _told_first(near, rank)
    yield from _moved_to(text)
    yield from _first_or_last(near)


def _name(one: Mention) -> str:
    return _NAME.sub("", _NAME.sub("", re.split(r"[：，]", one.label)[-1]))


def _row(near: Nearby, rank: Mention) -> tuple[Mention | None, list[Mention]]:
    """The value the rank is of, and the like values listed around it."""
    place = rank.quantity.start
    ahead = near.before(place, rank.sentence, back=1)
    told = [one for one in ahead if not (one.kind is Kind.COUNT and one.clause == rank.clause)]
    if not told:
        return None, []
    all_near = [*told, *near.after(rank.quantity.end, rank.sentence, onward=1)]
    called = [
        one for one in told if one.kind in _MEASURED and len(_name(one)) >= 2 and _name(one) in rank.phrase
    ]
    own: Mention | None = called[0] if len(called) == 1 else told[-1]
    if called and own is called[0]:
        pass  # 永宁镇居第二位 behind a listing: it says whose place it is
    elif own is None or own.sentence != rank.sentence or rank.clause - own.clause > 1:
        since = near.text.sentences[rank.sentence][0]
        words = near.text.regular[since:place]
        named = [
            one for one in told if one.kind in _MEASURED and 2 <= len(_name(one)) <= 6 and _name(one) in words
        ]
        own = named[0] if len(named) == 1 else None
    if own is None or own.kind not in _MEASURED or own.role in _OUT:
        return None, []
    peers = [
        one for one in all_near if one.like == own.like and one.role not in _OUT and not one.quantity.hedged
    ]
    return own, peers


def _own_place(near: Nearby, rank: Mention) -> Iterator[Claim]:
    """六合7.4%，江宁5.8%，我区6.9%，在三区中排第1; 物业类85件，列第三；供水类98件，其余均不足40件."""
    own, row = _row(near, rank)
    if own is None or len(row) < 3 or _UPSIDE_DOWN.search(rank.lead[-60:] + rank.phrase):
        return
    among = _AMONG.search(near.text.regular[max(0, rank.quantity.start - 36) : rank.quantity.start])
    rest = near.text.regular[rank.quantity.end : rank.quantity.end + 120]
    closed = (among is not None and number_in(among["many"]) == len(row)) or _REST_BELOW.search(
        rest
    ) is not None
    if not (closed or _one_family(row, rank)):
        return
    above = sum(
        one.quantity.low > own.quantity.high or one.quantity.value > own.quantity.value for one in row
    )
    below = sum(one.quantity.value < own.quantity.value for one in row)
    last = len(row) - below if closed else 999
    allowed = (Decimal(above + 1), Decimal(max(last, above + 1)))
    operands = tuple(one.quantity for one in row)
    words = f"按列出的数排第{above + 1}"
    yield claim_of(Claimed.RANK, rank.quantity, operands, allowed[0], allowed, words=words)


def _one_family(row: Sequence[Mention], rank: Mention) -> bool:
    """江浦街道、桥林街道、汤泉街道: each named as one of those the rank is among."""
    for word in set(_FAMILY.findall(rank.label)):
        if all(word in one.label and len(one.label) <= 12 for one in row):
            return True
    return False


def _first_or_last(near: Nearby) -> Iterator[Claim]:
    """江浦92.3分、桥林88.6分、永宁71.5分。桥林得分处于末位: told in a sentence without numbers of its own."""
    for sentence, match in near.found(_END):
        told = near.before(match.start(), sentence, back=1)
        if not told or told[-1].sentence == sentence:
            continue
        row = [
            one
            for one in told
            if one.like == told[-1].like and one.kind in _MEASURED and one.role not in _OUT
        ]
        own = [one for one in row if 2 <= len(_name(one)) <= 8 and match["name"].endswith(_name(one))]
        if len(row) < 3 or len(row) != len(told) or len(own) != 1 or _UPSIDE_DOWN.search(told[0].lead):
            continue
        values = [one.quantity.value for one in row]
        held = own[0].quantity.value == (min(values) if match["last"] else max(values))
        first = own[0].quantity
        yield Claim(
            Claimed.RANK, match.start("word"), match.end(), match["word"], held,
            tuple(one.quantity for one in row), first.value, (first.low, first.high), first.unit,
            words=f"{first.text}在列出的数里不是",
        )  # fmt: skip


def _among_parties(near: Nearby, rank: Mention) -> Iterator[Claim]:
    """共有17家单位参评。……排第18名."""
    told = [
        one
        for one in near.before(rank.quantity.start, rank.sentence, back=2)
        if one.kind is Kind.COUNT and _TAKING_PART.search(one.label + one.tail)
    ]
    if len(told) != 1 or told[0].role in (Role.CHANGE, Role.BASE):
        return
    count = told[0].quantity
    allowed = (Decimal(1), count.high)
    yield claim_of(
        Claimed.RANK, rank.quantity, (count,), count.value, allowed, words=f"参评的只有{count.text}"
    )


def _told_first(near: Nearby, move: Mention) -> Iterator[Claim]:
    """较去年前移5个位次。去年第14名，今年第10名."""
    if move.quantity.unit not in ("位", "名", "个"):
        return
    following = near.after(move.quantity.end, move.sentence, onward=1)
    ranks = [one for one in following if one.kind is Kind.RANK][:3]
    before = [one for one in near.before(move.quantity.start, move.sentence) if one.kind is Kind.RANK]
    if len(ranks) != 2 or before or not re.search(r"位|名", move.quantity.text + move.tail[:2]):
        return
    old = [one for one in ranks if _FROM.search(one.phrase) or one.role is Role.BASE]
    new = [one for one in ranks if one not in old and (_NOW.search(one.phrase) or one is ranks[-1])]
    if len(old) != 1 or len(new) != 1:
        return
    places = abs(old[0].quantity.value - new[0].quantity.value)
    operands = (old[0].quantity, new[0].quantity)
    yield claim_of(Claimed.DIFFERENCE, move.quantity, operands, places, (places, places))


def _moved_to(text: Text) -> Iterator[Claim]:
    """由上月的第6滑落至本月的第9，后退2位."""
    moves = {one.quantity.start: one for one in text.mentions if one.kind is Kind.COUNT}
    for match in _TO.finditer(text.regular):
        move = moves.get(match.end())
        if move is None or move.quantity.unit not in ("位", "名", "个"):
            continue
        one, other = Decimal(number_in(match["one"])), Decimal(number_in(match["other"]))
        places = one - other if match["up"] else other - one
        operands = (move.quantity,)
        named = (f"第{one}", f"第{other}")
        yield claim_of(Claimed.DIFFERENCE, move.quantity, operands, places, (places, places), named=named)
