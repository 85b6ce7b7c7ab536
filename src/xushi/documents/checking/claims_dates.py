"""日子的先后：先开工后竣工、先交办后办结；工期几个月；第三季度是几月到几月；列出的编号有几件。"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from xushi.documents.checking.judging import Claim, Claimed, claim_of
from xushi.documents.checking.quantities import Kind
from xushi.documents.checking.reading import Text
from xushi.documents.checking.roles import Mention

_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})\s*年\s*)?(?P<month>\d{1,2})\s*月(?:\s*(?P<day>\d{1,2})\s*日|(?P<part>上旬|中旬|下旬|初|底|末))?"
    r"|(?P<only>\d{4})\s*年(?P<end>底|末)?"
)
_FROM = re.compile(
    r"(?<![竣未])(?:开工|动工|启动|开始|立项|签约|交办|下达|派发|印发|受理|发现|起算|起始|签发|发出|下发|送达|挂牌|中标|进场|摘牌|备案|会议)"
)
_TO = re.compile(
    r"(?:竣工|投产|完工|建成|交付|办结|反馈|答复|销号|整改到位|完成整改|完成验收|验收|截止|到期|结束|投用|投入使用"
    r"|批复|核发|取得|获批|领取|前(?:完成|办结|反馈|报送|整改|答复|销号))"
)
_GRANTED = re.compile(r"批复|核发|取得|获批|领取")
_ASKED_FOR = re.compile(r"受理|申报|提交|报送|申请")
_WITHIN = 14  # characters between a day and the word that says what happened on it
_LASTED = re.compile(r"(?:历时|用时|为期|持续|前后)(?:约|共|了)?$")
_TERM = re.compile(r"(?:工期|建设周期|周期|历时|用时|时长|为期|建设期|共)(?:约|为|是|共|计)?$")
_IN_TIME = re.compile(
    r"(?P<early>提前|按期|如期|按时)(?:完成|完工|竣工|交付|投用|办结|建成|通车|开工)|(?:逾期|延期|推迟|滞后)(?:完成|完工|竣工|交付|投用|办结|建成|通车|开工)"
)
_PLANNED = re.compile(r"计划|原定|要求|约定|应(?:于|在)|限期|时限")
_CAME = re.compile(r"实际|最终|已于|现已|，于")
_SPAN = re.compile(r"^\s*(?:起)?\s*[—\-至到]\s*$")
_QUARTER = re.compile(
    r"(?P<which>第?[一二三四1234]季度|[上下]半年)[（(]\s*(?P<first>\d{1,2})\s*(?:月)?\s*[—\-至到]\s*(?P<last>\d{1,2})\s*月"
)
_MONTHS_OF = {
    "一": (1, 3), "1": (1, 3), "二": (4, 6), "2": (4, 6), "三": (7, 9), "3": (7, 9), "四": (10, 12), "4": (10, 12),
    "上": (1, 6), "下": (7, 12),
}  # fmt: skip
_NUMBERS = re.compile(
    r"(?P<all>(?:第?\d{1,5}\s*号?、){1,20}第?\d{1,5}\s*号?(?:[和及、]第?\d{1,5}\s*号?)?)\s*(?:等)?(?:共|计|共计)?(?=\s*\d|[一二两三四五六七八九十])"
)


@dataclass(frozen=True, slots=True, order=True)
class _Moment:
    """A day as far as it is told: months counted from the year 0; day 0 where only the month is told."""

    months: int
    day: int
    start: int
    end: int
    dated: bool  # its year is told by itself

    def before(self, other: "_Moment") -> bool:
        if self.months != other.months:
            return self.months < other.months
        return bool(self.day and other.day and self.day < other.day)


def claims(text: Text) -> Iterator[Claim]:
    """Days that come in the wrong order, terms that do not fit their days, quarters, and lists of numbers."""
    terms: dict[int, list[Mention]] = {}
    for one in text.mentions:
        if one.quantity.unit in ("个月", "年", "天") or one.kind is Kind.COUNT:
            terms.setdefault(one.sentence, []).append(one)
    for number, (start, end) in enumerate(text.sentences):
        sentence = text.regular[start:end]
        moments = _moments(sentence, start)
        if len(moments) < 2:
            continue
        yield from _order(text, sentence, start, moments)
        yield from _term(text, moments, terms.get(number, []))
        yield from _in_time(text, sentence, start, moments)
    yield from _quarters(text)
    yield from _listed(text, terms)


def _moments(sentence: str, start: int) -> list[_Moment]:
    """The days of a sentence; one without a year is of the year told before it in the same sentence."""
    found: list[_Moment] = []
    if "月" not in sentence and "年" not in sentence:
        return found
    year = 0
    for match in _MOMENT.finditer(sentence):
        span = (start + match.start(), start + match.end())
        if match["only"]:
            if match["end"]:
                found.append(_Moment(int(match["only"]) * 12 + 11, 31, *span, dated=True))
            year = int(match["only"])
            continue
        month = int(match["month"])
        told = match["year"] is not None
        year = int(match["year"]) if told else year
        if not 1 <= month <= 12 or sentence[match.end() : match.end() + 1] in ("份",):
            continue
        part = {"上旬": 0, "初": 0, "中旬": 0, "下旬": 0, "底": 0, "末": 0}.get(match["part"] or "", 0)
        found.append(_Moment(year * 12 + month - 1, int(match["day"] or part), *span, dated=told))
    return found


def _order(text: Text, sentence: str, start: int, moments: list[_Moment]) -> Iterator[Claim]:
    """开工 before 竣工; the later word with the earlier day is the one that cannot be."""
    told = [(one, _what(sentence, start, moments, place)) for place, one in enumerate(moments)]
    begun = [one for one, what in told if what == "from"]
    ended = [one for one, what in told if what == "to"]
    phases = set(re.findall(r"[一二三四]期", sentence))
    if len(begun) != 1 or len(ended) != 1 or len(phases) > 1 or re.search(r"两次|分别|重新|续建", sentence):
        return
    first, last = begun[0], ended[0]
    if _GRANTED.search(sentence) and not _ASKED_FOR.search(sentence):
        return  # 取得许可，开工: neither waits for the other's day here
    if min(first.months, last.months) < 12 and max(first.months, last.months) >= 12:
        return  # one of them is of a year nobody told
    held = not last.before(first)
    printed = text.regular[last.start : last.end]
    words = f"早于{text.regular[first.start : first.end]}"
    yield Claim(Claimed.DATE, last.start, last.end, printed, held, words="" if held else words)


def _what(sentence: str, start: int, moments: list[_Moment], place: int) -> str:
    """What happened on a day: the nearest word behind it, before the next day and the next mark; else right before it."""
    left, right = moments[place].start - start, moments[place].end - start
    following = moments[place + 1].start - start if place + 1 < len(moments) else len(sentence)
    tail = re.split(r"[，；。、（）]", sentence[right : min(following, right + _WITHIN)])[0]
    for pattern, what in ((_TO, "to"), (_FROM, "from")):
        if pattern.search(tail):
            return what
    previous = moments[place - 1].end - start if place else 0
    lead = re.split(r"[，；。、（）]", sentence[max(previous, left - 10) : left])[-1]
    for pattern, what in ((_TO, "to"), (_FROM, "from")):
        if pattern.search(lead) and not tail.strip(" 前"):
            return what
    return ""


def _in_time(text: Text, sentence: str, start: int, moments: list[_Moment]) -> Iterator[Claim]:
    """计划于2019年6月底竣工，实际于2019年7月18日竣工，提前完成: the word behind the two days."""
    word = _IN_TIME.search(sentence)
    if word is None or len(moments) != 2 or min(one.months for one in moments) < 12:
        return
    planned, came = moments
    ahead = text.regular[max(start, planned.start - 14) : planned.start]
    between = text.regular[planned.end : came.start]
    if start + word.start() < came.end or not _PLANNED.search(ahead) or not _CAME.search(between):
        return
    late = planned.before(came) and not (planned.months == came.months and not planned.day)
    early = came.before(planned)
    held = not late if word["early"] else not early
    words = f"计划是{text.regular[planned.start : planned.end]}"
    span = (start + word.start(), start + word.end())
    yield Claim(Claimed.ADJECTIVE, *span, word.group(), held, words=words)


def _term(text: Text, moments: list[_Moment], here: list[Mention]) -> Iterator[Claim]:
    """2016年3月至2018年2月，工期24个月: counted with or without the month it ends in."""
    for first, last in pairwise(moments):
        if not _SPAN.match(text.regular[first.end : last.start]) or not first.dated:
            continue
        if last.months < 12:
            continue
        yield Claim(
            Claimed.DATE, first.start, last.end, text.regular[first.start : last.end], not last.before(first),
            words="止早于起",
        )  # fmt: skip
    if len(moments) != 2 or moments[1].before(moments[0]) or len({one.months < 12 for one in moments}) > 1:
        return  # one of them is of a year nobody told
    first, last = sorted(moments)
    months = last.months - first.months
    for term in here:
        if term.quantity.unit == "个月" and _TERM.search(term.label) and months > 0:
            told = Decimal(months)
            allowed = (told - 1, told + 1)
            if first.day and last.day:  # told to the day: both days are of the term
                told += Decimal(last.day - first.day + 1) / 30
                allowed = (told - Decimal("0.7"), told + Decimal("0.7"))
            words = "与起止的月份不符"
            yield claim_of(Claimed.DIFFERENCE, term.quantity, (), told, allowed, words=words)
        days = _days_between(first, last)
        if term.quantity.unit == "天" and days and _LASTED.search(term.label):
            words = "与起止的日子不符"
            bounds = (Decimal(days), Decimal(days + 1))
            yield claim_of(Claimed.DATE, term.quantity, (), Decimal(days), bounds, words=words)


def _days_between(first: _Moment, last: _Moment) -> int:
    """0 where one of them is no day, or where they are years apart."""
    if not (first.day and last.day) or last.months - first.months > 11:
        return 0
    try:
        one, other = (
            date(each.months // 12 or 2018, each.months % 12 + 1, each.day) for each in (first, last)
        )
    except ValueError:
        return 0
    return max((other - one).days, 0)


def _quarters(text: Text) -> Iterator[Claim]:
    for match in _QUARTER.finditer(text.regular):
        which = match["which"].removeprefix("第")[0]
        held = (int(match["first"]), int(match["last"])) == _MONTHS_OF[which]
        first, last = _MONTHS_OF[which]
        start = match.start("first")
        end = match.end()
        yield Claim(
            Claimed.DATE,
            start,
            end,
            text.regular[start:end],
            held,
            words=f"{match['which']}是{first}—{last}月",
        )


def _listed(text: Text, counted: dict[int, list[Mention]]) -> Iterator[Claim]:
    """16号、17号、19号共3件: as many as are listed."""
    starts = [start for start, _ in text.sentences]
    for match in _NUMBERS.finditer(text.regular):
        if "号" not in match["all"]:
            continue
        here = counted.get(bisect_right(starts, match.start()) - 1, [])
        told = next((one for one in here if 0 <= one.quantity.start - match.end() <= 2), None)
        if told is None or told.kind is not Kind.COUNT:
            continue
        number = Decimal(len(re.findall(r"\d{1,5}", match["all"])))
        yield claim_of(
            Claimed.SERIAL, told.quantity, (), number, (number, number), words=f"列出的是{number}个号"
        )
