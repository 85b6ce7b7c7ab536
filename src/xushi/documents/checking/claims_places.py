"""位次、日子、星期、月份、编号：不会有的名次、没有的日子、对不上的件数。"""

import calendar
import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from xushi.documents.checking.binding import Around, around
from xushi.documents.checking.judging import Claim, Claimed, claim_of
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention, Role

_AMONG = re.compile(
    r"^[\u4e00-\u9fff]{0,2}(区|县|市|街道|街镇|街场|镇|乡|单位|园区|开发区|高新区|板块|城市|省份|部门|地区|片区|功能区|村|社区|企业|学校)"
    r"|^[\u4e00-\u9fff]{2,14}(?:考核|评比|排名|评价|测评)中?$"
)
_UNITS_AMONG = ("个", "家", "所", "名", "位")
_UP = re.compile(r"(上升|前进|前移|提升|提高|进位?|晋位)了?$")
_DOWN = re.compile(r"(下降|后退|后移|下滑|退位?)了?$")
_DAY = re.compile(
    r"(?:(?P<year>\d{4})[ ]*年[ ]*)?(?<!\d)(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
    r"(?:[（，]?(?:星期|周)(?P<week>[一二三四五六日天]))?"
)
_MONTHS = re.compile(r"(?<![\d.])(?P<first>\d{1,2})\s*[—\-至到]\s*(?P<last>\d{1,2})\s*月(?!\s*\d)")
_MONTH = re.compile(
    r"(?<![\d.—\-至到/个])(?P<month>1[3-9]|[2-9]\d|00?)\s*月(?=份|底|末|初|中旬|上旬|下旬|\s*\d)"
)
_AHEAD, _BEHIND = 14, 16  # characters between a series and its number
_SERIES = re.compile(
    r"(?:第\s*)?(?<![\d.])(?P<first>\d{1,6})\s*(?P<unit>号|期|批)?\s*起?\s*[—\-至到]\s*(?:第\s*|[\u4e00-\u9fff]{0,8}〔\d{4}〕\s*)?(?P<last>\d{1,6})\s*(?:号|期|批)"
)
_PIECES = ("件", "份", "个", "期", "批", "项", "张", "封", "次", "条")
_COUNTED_AFTER = re.compile(r"(共|计|合计|共计)(有|为)?$")


def claims(text: Text) -> Iterator[Claim]:
    """Ranks within a count, moves of a rank, days that are, weekdays of days, series and their number."""
    for near in text.paragraphs:
        for one in around(near):
            found = _rank(one) or _moved(one)
            if found:
                yield found
    yield from _days(text)
    yield from _series(text)


def _rank(at: Around) -> Claim | None:
    """排名第12 among 11 cannot be."""
    if at.mention.kind is not Kind.RANK:
        return None
    counts = [
        one
        for one in at.here
        if one.kind is Kind.COUNT and one.quantity.unit in _UNITS_AMONG and _AMONG.match(one.tail)
        and one.label[-1:] not in ("前", "后")
    ]  # fmt: skip
    if not counts:
        return None
    count = counts[-1].quantity
    words = f"参评的只有{count.text}"
    return claim_of(
        Claimed.RANK, at.mention.quantity, (count,), count.value, (Decimal(1), count.high), words=words
    )


def _moved(at: Around) -> Claim | None:
    """由第8名升至第6名，上升2位: the places between the two ranks of the sentence."""
    mention = at.mention
    if mention.kind is not Kind.COUNT or mention.quantity.unit not in ("位", "名", "个"):
        return None
    if not _UP.search(mention.label) and not _DOWN.search(mention.label):
        return None
    ranks = [one for one in at.here if one.kind is Kind.RANK]
    if len(ranks) < 2 or not re.search(
        r"由|从|比|较|上年|去年|上月|上季|上期|上次", ranks[-2].phrase + ranks[-1].phrase
    ):
        return None
    own = [one for one in ranks[:-1] if not re.search(r"由|从|比|较|上年|去年|同期", one.phrase)]
    one, other = (own or ranks)[-1 if own else -2].quantity, ranks[-1].quantity
    places = abs(one.value - other.value)
    return claim_of(Claimed.DIFFERENCE, mention.quantity, (one, other), places, (places, places))


def _days(text: Text) -> Iterator[Claim]:
    for match in _DAY.finditer(text.regular):
        month, day = int(match["month"]), int(match["day"])
        year = int(match["year"] or 2020)  # without a year 29 February may be
        held = year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
        words = "没有这一天，请核对月和日"
        if held and match["week"] and match["year"]:
            weekday = "一二三四五六日"[date(year, month, day).weekday()]
            held, words = match["week"].replace("天", "日") == weekday, f"这一天是星期{weekday}"
        yield Claim(Claimed.DATE, *match.span(), match.group(), held, words=words)
    for match in _MONTHS.finditer(text.regular):
        held = 1 <= int(match["first"]) < int(match["last"]) <= 12
        yield Claim(Claimed.DATE, *match.span(), match.group(), held, words="月份的起止不对")
    for match in _MONTH.finditer(text.regular):
        yield Claim(Claimed.DATE, *match.span(), match.group(), False, words="一年只有12个月")


def _series(text: Text) -> Iterator[Claim]:
    """1号至16号 are 16 pieces, wherever in the sentence their number stands."""
    starts = [start for start, _ in text.sentences]
    for match in _SERIES.finditer(text.regular):
        sentence = bisect_right(starts, match.start()) - 1
        here = [
            one
            for one in text.between(match.start() - _AHEAD * 2, match.end() + _BEHIND + 1)
            if one.sentence == sentence
            and one.kind is Kind.COUNT
            and one.quantity.unit in _PIECES
            and one.role is not Role.CHANGE
        ]
        told = _told(match, here)
        number = Decimal(int(match["last"]) - int(match["first"]) + 1)
        if told is None or number < 1:
            continue
        words = f"{match['first']}号到{match['last']}号是{number}{told.quantity.unit}"
        yield claim_of(Claimed.SERIAL, told.quantity, (), number, (number, number), words=words)


def _told(match: "re.Match[str]", here: list[Mention]) -> Mention | None:
    """The number of the series: 共…件 behind it, else the last counted right before it."""
    behind = [
        one
        for one in here
        if 0 <= one.quantity.start - match.end() <= _BEHIND
        and (
            _COUNTED_AFTER.search(one.label)
            or one.quantity.start == match.end()
            or (
                one.quantity.start - match.end() <= 5
                and one.label[-3:] in ("督办单", "通报", "纪要", "批示件")
            )
        )
    ]
    ahead = [one for one in here if 0 <= match.start() - one.quantity.end <= _AHEAD]
    return next(iter(behind), None) or (ahead[-1] if ahead else None)
