"""认话：议定的一句话里，哪个单位牵头、哪个配合、几时办完；纯判断，单位与今天由外面给。"""

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xushi.calendars.rules import WorkingCalendar

LEADS = ("牵头", "负责", "主办", "落实", "抓落实", "承办")
HELPS = ("配合", "协办", "协助", "参与", "协同", "积极配合", "做好配合", "予以配合")
WITH = ("会同", "联合", "会商", "商")  # before a name: the named one helps
Mention = tuple[int, int, "Name"]
JOINS = "、，,和与及同"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WEEKDAY = {c: i for i, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
SOON = 300  # days: a bare date further off than this was meant as one that is past


@dataclass(frozen=True, slots=True)
class Name:
    """A unit as words may call it; names are its name and its short name."""

    pk: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A recognised piece of the text: kind is lead, helper or date; label says it in full."""

    start: int
    end: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a sentence was understood to hold: unit keys and a day; spans in the order they stand."""

    lead: int | None
    helpers: tuple[int, ...]
    due_on: date | None
    spans: tuple[Span, ...]


def recognise(
    text: str,
    units: Sequence[Name],
    today: date,
    calendar: WorkingCalendar,
    elsewhere: Collection[str] = (),
) -> Recognised:
    """请区建设局牵头，桥林街道配合，9月19日前迁完 → lead, helper, day. What is not sure is not recognised.

    elsewhere are names of other districts: what is said of 江宁区住建局 is not meant for one's own.
    """
    mentions = list(_mentions(text, units, elsewhere))
    lead = _lead(text, mentions)
    helpers = dict.fromkeys(unit.pk for _, _, unit in mentions if unit.pk != lead)
    days = list(_days(text, today, calendar))
    chosen = next((day for day in days if day[3]), days[0] if days else None)
    spans = [Span(s, e, "lead" if u.pk == lead else "helper", u.names[0]) for s, e, u in mentions]
    if chosen:
        spans.append(Span(chosen[0], chosen[1], "date", _said(chosen[2], today)))
    return Recognised(
        lead, tuple(helpers), chosen[2] if chosen else None, tuple(sorted(spans, key=lambda span: span.start))
    )


def pieces(text: str, found: Recognised) -> Iterator[tuple[str, str]]:
    """The text cut into (piece, kind); kind "" for what was not recognised."""
    at = 0
    for span in found.spans:
        if span.start > at:
            yield text[at : span.start], ""
        yield text[span.start : span.end], span.kind
        at = span.end
    if at < len(text):
        yield text[at:], ""


# ---- units


def aliases(units: Iterable[Name]) -> dict[str, Name]:
    """What a unit may be called: its names, and without the leading 区 or 浦口区; what two units share names neither."""
    called: dict[str, dict[int, Name]] = defaultdict(dict)
    for unit in units:
        for name in unit.names:
            for word in {name, _bare(name)}:
                if len(word) >= 3 or (len(word) == 2 and word in unit.names):
                    called[word][unit.pk] = unit
    return {word: next(iter(held.values())) for word, held in called.items() if len(held) == 1}


def _bare(name: str) -> str:
    """区建设局 → 建设局, 浦口区财政局 → 财政局."""
    at = name.find("区")
    return name[at + 1 :] if 0 <= at <= 2 and len(name) - at > 3 else name


def _mentions(text: str, units: Sequence[Name], elsewhere: Collection[str]) -> Iterator[Mention]:
    """(start, end, unit), the longest name first where names overlap, in the order they stand."""
    called = aliases(units)
    if not called:
        return
    words = {*called, *elsewhere}
    pattern = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    stranger = -1  # where the name of another district ends
    for found in re.finditer(pattern, text):
        if found.group() not in called:
            stranger = found.end()
        elif found.start() != stranger:
            yield found.start(), found.end(), called[found.group()]


def _lead(text: str, mentions: Sequence[Mention]) -> int | None:
    """Who leads: whom 牵头 follows; else the first that is not said to help."""
    roles = [
        (_role(text, mentions, first, last), mentions[first][2].pk) for first, last in _lists(text, mentions)
    ]
    for wanted in ("lead", ""):
        for role, unit in roles:
            if role == wanted:
                return unit
    return None


def _lists(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """The names that stand together (甲、乙和丙), by the places of the first and the last."""
    first = 0
    for i in range(len(mentions)):
        if i + 1 == len(mentions) or text[mentions[i][1] : mentions[i + 1][0]].strip(JOINS):
            yield first, i
            first = i + 1


def _role(text: str, mentions: Sequence[Mention], first: int, last: int) -> str:
    """lead or helper as the words around a list say; "" where they say nothing."""
    before = text[mentions[first - 1][1] if first else 0 : mentions[first][0]].rstrip()
    after = text[
        mentions[last][1] : mentions[last + 1][0] if last + 1 < len(mentions) else len(text)
    ].lstrip()
    if before.endswith(WITH) or after.startswith(HELPS):
        return "helper"
    return "lead" if after.startswith(LEADS) else ""


# ---- days

_DAY = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号]|(?P<end>底))"
    r"|(?P<only>\d{1,2})[日号](?=之?前|以前)"
    r"|(?P<word>今天|今日|明天|明日|后天|本?月底|年底)"
    r"|(?P<week>下|本|这)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:(?P<working>个工作日)(?:之?内|以内)?|(?P<unit>天|日|周|个星期|个月)(?:之?内|以内))"
)
_BY = re.compile(r"之?前|以前")
_WORDS = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2}


def _days(text: str, today: date, calendar: WorkingCalendar) -> Iterator[tuple[int, int, date, bool]]:
    """(start, end, day, whether it is said to be a deadline), in the order they stand; past days are left out."""
    for found in _DAY.finditer(text):
        day = _day(found.groupdict(), today, calendar)
        if day is not None and day >= today:
            limit = _BY.match(text, found.end()) or found["count"] or found["end"]
            yield found.start(), found.end(), day, bool(limit)


def _day(said: dict[str, str | None], today: date, calendar: WorkingCalendar) -> date | None:
    """The day one match means; None where there is no such day."""
    if said["month"]:
        return _of_month(said, today)
    if said["only"]:
        return _next_with(int(said["only"]), today)
    if said["weekday"]:
        return _of_week(said["week"] or "", _WEEKDAY[said["weekday"]], today)
    if said["count"]:
        return _from_now(said, today, calendar)
    return _named(said["word"] or "", today)


def _named(word: str, today: date) -> date:
    if word in _WORDS:
        return today + timedelta(days=_WORDS[word])
    return date(today.year, 12, 31) if word == "年底" else _last(today.year, today.month)


def _from_now(said: dict[str, str | None], today: date, calendar: WorkingCalendar) -> date | None:
    """3个工作日内, 7天内, 两周内, 一个月内."""
    count = _count(said["count"] or "")
    if not count:
        return None
    if said["working"]:
        return calendar.add(today, count)
    if said["unit"] == "个月":
        return _months_on(today, count)
    return today + timedelta(days=count * (1 if said["unit"] in ("天", "日") else 7))


def _of_month(said: dict[str, str | None], today: date) -> date | None:
    """9月19日, 2019年1月8日, 9月底; without a year the next one, unless that is nearly a year off: then it is past."""
    month = int(said["month"] or 0)
    for year in [int(said["year"])] if said["year"] else [today.year, today.year + 1]:
        if not 1 <= month <= 12:
            return None
        day = _last(year, month) if said["end"] else _valid(year, month, int(said["day"] or 0))
        if day is not None and (said["year"] or 0 <= (day - today).days <= SOON):
            return day
    return None


def _next_with(day: int, today: date) -> date | None:
    """19日前: of this month, or of the next where it is over."""
    this = _valid(today.year, today.month, day)
    if this is not None and this >= today:
        return this
    following = _last(today.year, today.month) + timedelta(days=1)
    return _valid(following.year, following.month, day)


def _of_week(which: str, weekday: int, today: date) -> date | None:
    """周五: this week's, or the next one's where that is over; 本周五 stays in this week."""
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=weekday + (7 if which == "下" else 0))
    return day + timedelta(days=7) if not which and day < today else day


def _months_on(today: date, count: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return min(_last(year, month + 1), date(year, month + 1, 1) + timedelta(days=today.day - 1))


def _count(text: str) -> int:
    """3, 十五, 两; 0 where it is no number."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def _valid(year: int, month: int, day: int) -> date | None:
    if not 2000 <= year <= 2100:
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _said(day: date, today: date) -> str:
    words = f"{day.month}月{day.day}日"
    return words if day.year == today.year else f"{day.year}年{words}"
