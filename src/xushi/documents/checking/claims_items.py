"""一条一条列出来的：“上述四项”“下列七项”“以上5个附件”，和列出的条数对。"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xushi.documents.checking.judging import Claim, Claimed
from xushi.documents.checking.quantities import number_in
from xushi.documents.checking.reading import Text

_NUMERAL = r"[一二三四五六七八九十]{1,3}"
_FORMS = (
    re.compile(rf"（(?P<n>{_NUMERAL}|\d{{1,2}})）"),
    re.compile(rf"(?:(?<=[：；。，\n])|^)[ \u3000]{{0,4}}(?P<n>{_NUMERAL})、"),
    re.compile(rf"(?:(?<=[：；。，\n])|^)[ \u3000]{{0,4}}(?P<n>{_NUMERAL})(?:是|要|、)"),
    re.compile(r"(?:(?<=[：；。，\n])|^)[ \u3000]{0,4}第(?P<n>[一二三四五六七八九十]{1,3})[，、]"),
    re.compile(r"(?:(?<=[：；。，\n])|^)[ \u3000]{0,4}(?P<n>\d{1,2})[.．、](?!\d)"),
)
_AFTER = re.compile(
    rf"(?:上述|以上|这|前述)(?P<n>{_NUMERAL}|\d{{1,2}})(?P<unit>大?项|个|条|点|件|大?类|份|步|款|方面)"
)
_BEFORE = re.compile(
    rf"(?:下列|以下|如下|下述)(?P<n>{_NUMERAL}|\d{{1,2}})(?P<unit>大?项|个|条|点|件|大?类|份|步|款|方面)"
    rf"|(?P<n2>{_NUMERAL}|\d{{1,2}})(?P<unit2>大?项|个|条|点|件|方面)[\u4e00-\u9fff]{{0,10}}如下"
    rf"|(?:抓好|做好|突出|抓住|开展|强化|确定|明确|提出|采取|形成|议定)(?:了|以下|如下)?(?P<n3>{_NUMERAL}|\d{{1,2}})(?P<unit3>项|个|方面|条|点)(?:重点)?(?:工作|任务|举措|措施|方面|要求|意见|事项|建议)?(?=：|。)"
)
_TOPICS = re.compile(
    rf"(?P<n>{_NUMERAL}|\d{{1,2}})(?P<unit>个|项|条)(?:重点|主要|具体|突出)?(?:议题|事项|问题|方面|任务|环节|短板|原因|举措|措施)[\u4e00-\u9fff]{{0,10}}(?=：)"
)
_MORE = re.compile(rf"[，；。]{_NUMERAL}(?:是|要)")
_REACH = 120  # characters from a list to the words that count it
_LONG = 20_000  # characters of an item that is a chapter
_FAR = 400  # characters from one item to the next


@dataclass(frozen=True, slots=True)
class _Items:
    """Items 1, 2, … of one form, from the first mark to the last."""

    start: int
    last: int
    number: int


def claims(text: Text) -> Iterator[Claim]:
    """What counts a list right before or right behind it."""
    lists = [found for form in _FORMS for found in _runs(form, text.regular)]
    for match in _AFTER.finditer(text.regular):
        ended = [
            one for one in lists if one.last < match.start() and _follows(text.regular, one, match.start())
        ]
        if ended:
            yield _counted(match, number_in(match["n"]), max(ended, key=lambda one: (one.last, one.number)))
    for match in _TOPICS.finditer(text.regular):
        begun = [one for one in lists if 0 <= one.start - match.end() <= 2]
        skips = any(_MORE.search(text.regular, one.last + 4, one.last + 60) for one in begun)
        skips = skips or any(_goes_on(text.regular, one) for one in begun[:1])
        if begun and not skips and not _BEFORE.search(text.regular, match.start() - 6, match.end() + 4):
            yield _counted(match, number_in(match["n"]), begun[0])
    for match in _BEFORE.finditer(text.regular):
        begun = [one for one in lists if 0 <= one.start - match.end() <= _REACH]
        between = text.regular[match.end() : begun[0].start] if begun else ""
        if match["n3"] and any(_MORE.search(text.regular, one.last + 4, one.last + 60) for one in begun):
            continue  # 一是……二是……四是: one is left out, and told of elsewhere
        if begun and _goes_on(text.regular, min(begun, key=lambda one: one.start)):
            continue
        closed = match["n3"] and text.regular[match.end() : match.end() + 1] == "。" and len(between) <= 2
        if begun and (closed or "：" in between + text.regular[begun[0].start : begun[0].start + 1]):
            yield _counted(
                match,
                number_in(match["n"] or match["n2"] or match["n3"]),
                min(begun, key=lambda one: one.start),
            )


def _runs(form: "re.Pattern[str]", regular: str) -> Iterator[_Items]:
    """Runs that begin at 1 and leave out none."""
    start = last = number = 0
    for match in form.finditer(regular):
        which = number_in(match["n"])
        if number and which == number + 1 and match.start() - last <= _FAR:
            last, number = match.start(), which
            continue
        if number > 1:
            yield _Items(start, last, number)
        start, last, number = (match.start(), match.start(), 1) if which == 1 else (0, 0, 0)
    if number > 1:
        yield _Items(start, last, number)


def _goes_on(regular: str, items: _Items) -> bool:
    """Whether the next item stands further off than the others: long ones, a page each."""
    marks = "一二三四五六七八九十"
    if items.number >= len(marks):
        return False
    mark = marks[items.number]
    later = regular[items.last + _FAR : items.last + _LONG]
    return bool(re.search(rf"\n[ \u3000]{{0,4}}(?:（{mark}）|{mark}是|{mark}、|第{mark}[，、])", later))


def _follows(regular: str, items: _Items, place: int) -> bool:
    """Whether the words that count stand behind the last item, in its paragraph or the next."""
    between = regular[items.last : place]
    return len(between) <= _REACH and between.strip().count("\n") <= 1


def _counted(match: "re.Match[str]", told: int, items: _Items) -> Claim:
    number = Decimal(items.number)
    return Claim(
        Claimed.SERIAL, match.start(), match.end(), match.group(), told == items.number, (), number, (number, number),
        "条", words=f"列出的是{items.number}条", value=Decimal(told),
    )  # fmt: skip
