"""会上布置的：期限不早于开会、印发的那一天；一是、二是、三是，一个不落。"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from xushi.documents.checking.judging import Claim, Claimed, claim_of
from xushi.documents.checking.quantities import Kind, numeral
from xushi.documents.checking.reading import Text

_HELD = re.compile(
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:下午|上午)?，?[^，。；\d]{0,24}?"
    r"(?:召开|主持召开|印发|下发|下达|签发|交办|派发|赴|开展)"
)
_DUE = re.compile(
    r"(?:于|在|须|应|请|限|务必|确保)[^，。；\d]{0,6}(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:之?前|底前|以前)"
)
_PAST = re.compile(r"已|原定|原计划|此前|逾期|未按")
_AMONG = re.compile(r"\s*其中，?")
_LONGER = re.compile(r"累计|历年|以来|平均|含|结转|较|比|同比|减少|多于")
_TAKING_PART = re.compile(r"(?:参加|参评|参与|纳入)[^。；]{2,24}(?:共|有)$")
SLIP = Decimal("1.5")  # times the whole: more than that is of another whole
_ORDINALS = "一二三四五六七八九十"
_POINT = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<ordinal>[一二三四五六七八九十]{1,2})(?P<word>是|要)(?![否一二不素件害道])"
)


def claims(text: Text) -> Iterator[Claim]:
    """What a meeting or a paper asks for, held to its own day; points told one after another."""
    start = 0
    for line in text.regular.splitlines(keepends=True):
        if "月" in line:
            yield from _due_before(text, start, start + len(line))
        if "是" in line or "要" in line:
            yield from _points(text, start, start + len(line))
        start += len(line)
    yield from _more_than_all(text)
    yield from _next_sentence(text)
    yield from _taking_part(text)


def _day(match: "re.Match[str]", year: int) -> date | None:
    try:
        return date(int(match["year"] or year), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _due_before(text: Text, start: int, end: int) -> Iterator[Claim]:
    """9月18日召开例会，要求9月15日前报送: nobody can keep a deadline that has passed."""
    held = _HELD.search(text.regular, start, end)
    day = _day(held, 0) if held else None
    if held is None or day is None:
        return
    for due in _DUE.finditer(text.regular, held.end(), end):
        until = _day(due, day.year)
        if until is None or _PAST.search(text.regular, max(held.end(), due.start() - 20), due.end() + 12):
            continue
        if due["year"] is None and (day - until).days > 180:
            continue  # of the year to come
        span = (due.start("year") if due["year"] else due.start("month"), due.end())
        printed = text.regular[span[0] : span[1]].rstrip("之以底前")
        words = f"早于{day.year}年{day.month}月{day.day}日"
        yield Claim(Claimed.DATE, span[0], span[0] + len(printed), printed, until >= day, words=words)


def _points(text: Text, start: int, end: int) -> Iterator[Claim]:
    """一是、二是、四是: one is missing."""
    last, place = 0, start
    for match in _POINT.finditer(text.regular, start, end):
        number = int(numeral(match["ordinal"]))
        span = (match.start("ordinal"), match.end())
        if last and number > 1:
            missing = _ORDINALS[last] if last < len(_ORDINALS) else ""
            elsewhere = bool(missing) and text.regular.find(f"{missing}{match['word']}", place, span[0]) >= 0
            printed = text.regular[span[0] : span[1]]
            held = number == last + 1 or elsewhere
            yield Claim(
                Claimed.SERIAL, *span, printed, held, words=f"前面是第{last}点，接下来该是第{last + 1}点"
            )
        last = number if last or number == 1 else 0
        place = span[1]


def _more_than_all(text: Text) -> Iterator[Claim]:
    """新增入库项目18个，其中亿元以上项目21个: what stands right behind 其中 is no more than what stands before."""
    for whole, part in pairwise([one for one in text.mentions if one.kind is not Kind.THRESHOLD]):
        if whole.like != part.like or part.kind is not Kind.COUNT:
            continue
        if (
            whole.sentence != part.sentence
            or part.clause - whole.clause != 1
            or not part.phrase.startswith("其中")
        ):
            continue
        if part.quantity.value > whole.quantity.value * SLIP or re.search(r"每|人均", whole.phrase):
            continue
        if whole.quantity.hedged or _LONGER.search(part.phrase + whole.phrase):
            continue
        one = whole.quantity
        yield Claim(
            Claimed.WITHIN, part.quantity.start, part.quantity.end, part.quantity.text,
            part.quantity.low <= one.high, (one,), one.value, (one.low, one.high), one.unit, words=f"全部是{one.text}",
        )  # fmt: skip


def _next_sentence(text: Text) -> Iterator[Claim]:
    """竣工项目34个，总投资198.6亿元。其中，产业项目37个: the first of the sentence before is the whole."""
    groups = {number: list(group) for number, group in groupby(text.mentions, key=lambda one: one.sentence)}
    for number, here in groups.items():
        start, end = text.sentences[number]
        before = [one for one in groups.get(number - 1, []) if one.kind is not Kind.THRESHOLD]
        if (
            not _AMONG.match(text.regular, start, end)
            or not before
            or before[0].paragraph != here[0].paragraph
        ):
            continue
        whole, part = before[0], here[0]
        counted = [one for one in before if one.like == part.like]
        if (
            whole.like != part.like
            or part.kind is not Kind.COUNT
            or len(counted) != 1
            or part.quantity.hedged
        ):
            continue
        if _LONGER.search(part.phrase + whole.phrase) or part.quantity.value > whole.quantity.value * SLIP:
            continue
        one = whole.quantity
        yield Claim(
            Claimed.WITHIN, part.quantity.start, part.quantity.end, part.quantity.text,
            part.quantity.low <= one.high, (one,), one.value, (one.low, one.high), one.unit, words=f"全部是{one.text}",
        )  # fmt: skip


def _taking_part(text: Text) -> Iterator[Claim]:
    """参加考核的县（市、区）共95个，我区位列第98名."""
    for count, rank in pairwise(text.mentions):
        if rank.kind is not Kind.RANK or count.kind is not Kind.COUNT or count.sentence != rank.sentence:
            continue
        if rank.clause - count.clause > 1 or not _TAKING_PART.search(count.lead):
            continue
        one = count.quantity
        words = f"参评的只有{one.text}"
        yield claim_of(Claimed.RANK, rank.quantity, (one,), one.value, (Decimal(1), one.high), words=words)
