"""起止与期限：历时几天、几个工作日、几年规划、早于印发的期限、文号的年份、附件几、第几条。"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from xushi.documents.checking.judging import Claim, Claimed
from xushi.documents.checking.quantities import number_in
from xushi.documents.checking.reading import Text

_DAY = r"(?:(?P<{0}y>\d{{4}})\s*年\s*)?(?P<{0}m>\d{{1,2}})\s*月\s*(?P<{0}d>\d{{1,2}})\s*日"
_SPAN = re.compile(
    _DAY.format("a")
    + r"(?:（[^）]{0,8}）)?[^，。；\d]{0,8}(?:，)?\s*(?:至|到|—|-)\s*"
    + _DAY.format("b")
    + r"(?P<rest>[^。；\n]{0,24})"
)
_TERM = re.compile(
    r"(?:历时|共|为期|工期|连续|用时|持续|计|时长|公示期|会期|期限)(?:约|为|共)?\s*(?P<n>\d{1,4}|[一二三四五六七八九十百]{1,5})\s*(?P<unit>天|日|个工作日)"
)
_TERM_BEFORE = re.compile(
    r"(?:公示期|期限|会期|展期|为期)(?:为|共)?\s*(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?P<unit>天|日|个工作日)，"
    r"(?:[\u4e00-\u9fff]{0,4}[自从为])?$"
)
_YEARS = re.compile(
    r"(?P<a>\d{4})\s*年?\s*(?:至|到|—|-)\s*(?P<b>\d{4})\s*年(?!\d|底|末)[^。；\d]{0,14}(?:规划期|为期|期限|周期|实施期|服务期|合同期|有效期|共)(?:限)?(?:为|共)?"
    r"\s*(?P<n>\d{1,2}|[一二两三四五六七八九十])年"
)
_YEARS_BEFORE = re.compile(
    r"(?:未来|今后|近|过去|连续|前|后)?(?P<n>[两二三四五六七八九十]|\d{1,2})年(?:[\u4e00-\u9fff]{0,4})（(?P<a>\d{4})\s*年?\s*(?:至|到|—|-)\s*(?P<b>\d{4})\s*年?）"
)
_DUE = re.compile(r"(?:请)?(?:务必)?(?:于|在)(?P<all>" + _DAY.format("a") + r")(?:[\u4e00-\u9fff]{0,4})前")
_ISSUED = re.compile(_DAY.format("a") + r"\s*印发")
_NUMBERED = re.compile(
    r"(?P<y>\d{4})\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?[^。；\n〔]{0,60}(?:印发|下发|发布|出台|制发)[^。；\n〔]{0,60}"
    r"(?P<all>[\u4e00-\u9fff]{1,8}〔(?P<z>\d{4})〕\s*\d{1,4}\s*号)"
)
_ANNEXES = re.compile(r"附件\s*[：:]?\s*1[.．、]")
_ANNEX = re.compile(r"附件\s*(?P<n>\d{1,2})(?![\d.．、])")
_ITEM = re.compile(r"(?:^|[\n：])[ ]{0,4}(?:附件[：:][ ]{0,4})?(?P<n>\d{1,2})[.．、](?!\d)")
_ARTICLES = re.compile(
    r"(?:共|全文)[^，。；]{0,6}?(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,5})条[^。\n]{0,40}?(?P<all>第\s*(?P<m>\d{1,3}|[一二三四五六七八九十百]{1,5})\s*条)"
)
_ON_THE_DAY = re.compile(r"(?:会议|活动|签约|仪式|考试|培训)?当日[，]?(?:即|（)" + _DAY.format("a"))
_HOLIDAYS = (1, 2, 4, 5, 6, 9, 10)  # months in which a weekday may be free


def claims(text: Text) -> Iterator[Claim]:
    """Days counted against their dates, and what cannot be of a date, a number or a list."""
    regular = text.regular
    yield from _terms(regular)
    yield from _years(regular)
    yield from _overdue(regular)
    yield from _numbered(regular)
    yield from _annexes(regular)
    yield from _articles(regular)
    yield from _on_the_day(regular)


def _claim(start: int, end: int, text: str, held: bool, words: str, computed: int | None = None) -> Claim:
    return Claim(
        Claimed.DATE,
        start,
        end,
        text,
        held,
        computed=None if computed is None else Decimal(computed),
        words=words,
    )


def _dated(match: "re.Match[str]", name: str, year: int) -> date | None:
    try:
        return date(year, int(match[f"{name}m"]), int(match[f"{name}d"]))
    except ValueError:
        return None


def _terms(regular: str) -> Iterator[Claim]:
    for match in _SPAN.finditer(regular):
        year = int(match["ay"] or match["by"] or 2021)
        if not 1900 <= year <= 2100:
            continue
        first = _dated(match, "a", year)
        last = _dated(match, "b", int(match["by"] or year))
        if first is None or last is None:
            continue
        backwards = last < first
        if backwards and (match["by"] or int(match["am"]) != int(match["bm"])):
            continue
        if backwards:
            start = match.start("bm")
            yield _claim(
                start, match.end("bd") + 1, regular[start : match.end("bd") + 1], held=False, words="止早于起"
            )
            continue
        term, offset = _TERM.search(match["rest"]), match.start("rest")
        if term is None:  # 公示期为7天，时间为6月7日至6月11日
            offset = max(0, match.start() - 24)
            term = _TERM_BEFORE.search(regular[offset : match.start()])
        if term is None:
            continue
        days = (last - first).days
        told = number_in(term["n"])
        if "工作日" in term["unit"]:
            if not match["ay"]:
                continue
            number = sum((first + timedelta(one)).weekday() < 5 for one in range(min(days, 400) + 1))
            held = told == number or (
                told < number and any(m in _HOLIDAYS for m in (first.month, last.month))
            )
        else:
            number, held = days + 1, told in (days, days + 1)
        start, end = offset + term.start("n"), offset + term.end("unit")
        yield _claim(start, end, regular[start:end], held, f"起止之间是{number}{term['unit']}", number)


def _years(regular: str) -> Iterator[Claim]:
    for pattern in (_YEARS, _YEARS_BEFORE):
        for match in pattern.finditer(regular):
            first, last = int(match["a"]), int(match["b"])
            if not 1900 <= first < last <= 2100:
                continue
            told = number_in(match["n"])
            start, end = match.start("n"), match.end("n") + 1
            held = told in (last - first, last - first + 1)
            yield _claim(start, end, regular[start:end], held, f"{first}年到{last}年是{last - first + 1}年")


def _overdue(regular: str) -> Iterator[Claim]:
    """A paper cannot ask for something by a day before it was issued."""
    issued = [match for match in _ISSUED.finditer(regular) if match["ay"]]
    if len(issued) != 1:
        return
    day = _dated(issued[0], "a", int(issued[0]["ay"]))
    for match in _DUE.finditer(regular):
        due = _dated(match, "a", int(match["ay"])) if match["ay"] else None
        if due is None or day is None:
            continue
        yield _claim(*match.span("all"), match["all"], due >= day, "早于印发的日子")


def _numbered(regular: str) -> Iterator[Claim]:
    """A paper issued in 2020 has no number of 2021."""
    for match in _NUMBERED.finditer(regular):
        held = int(match["z"]) <= int(match["y"])
        yield _claim(*match.span("all"), match["all"], held, f"印发是{match['y']}年")


def _annexes(regular: str) -> Iterator[Claim]:
    """附件4 where only three are listed."""
    begun = _ANNEXES.search(regular)
    if begun is None:
        return
    number = 0
    for match in _ITEM.finditer(regular, begun.start()):
        if int(match["n"]) != number + 1:
            break
        number += 1
    if number < 2:
        return
    for match in _ANNEX.finditer(regular, 0, begun.start()):
        yield _claim(*match.span(), match.group(), int(match["n"]) <= number, f"列出的附件是{number}个")


def _articles(regular: str) -> Iterator[Claim]:
    """共三十八条，其中第39条."""
    for match in _ARTICLES.finditer(regular):
        number = number_in(re.sub(r"^.*章", "", match["n"]))
        yield _claim(*match.span("all"), match["all"], number_in(match["m"]) <= number, f"一共{number}条")


def _on_the_day(regular: str) -> Iterator[Claim]:
    """会议定于10月16日……会议当日即10月18日."""
    day = re.compile(_DAY.format("a"))
    for match in _ON_THE_DAY.finditer(regular):
        before = list(day.finditer(regular, max(0, match.start() - 120), match.start()))
        if len(before) != 1:
            continue
        held = (before[0]["am"], before[0]["ad"]) == (match["am"], match["ad"])
        start = match.start("am")
        yield _claim(start, match.end(), regular[start : match.end()], held, f"前面写的是{before[0].group()}")
