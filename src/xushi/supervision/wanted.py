"""督办清单的网址：要看哪些、怎么排；每个数字打开的就是这里的一句。"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q

from xushi.core.clock import BEIJING, local_day
from xushi.core.months import Month
from xushi.core.text import regular, row_number
from xushi.supervision.models import CoHandler, Extension, OrderRating
from xushi.supervision.rules import Grade, Urgency
from xushi.supervision.table import AT_UNIT, ENDED, ISSUED_ONES, NOT_ISSUED, OPEN, State
from xushi.supervision.words import SOURCES
from xushi.units.models import Unit

TABS = {
    "mine": "等我办",
    "open": "在办",
    "verify": "待核验",
    "draft": "拟稿待签",
    "closed": "已销号",
    "all": "全部",
}
IN_HAND = OPEN - {State.REPLIED}
TAB_STATES = {
    "open": IN_HAND,
    "verify": frozenset({State.REPLIED}),
    "draft": NOT_ISSUED,
    "closed": frozenset({State.CLOSED}),
}
SORTS = {"due": "按期限", "number": "按文号"}
SOURCE_CHOICES = {**SOURCES, "none": "直接派"}
EVERY_YEAR = "all"
QUERY_AT_MOST = 60
NEAR = 3  # days ahead


class Moment(NamedTuple):
    """The moment a list is read at and what is reckoned from it, each by itself, as kit.phrased.ask wants it."""

    now: datetime
    tonight: datetime  # the end of its day
    near: datetime  # the end of the third day on
    year: int

    @classmethod
    def of(cls, now: datetime) -> "Moment":
        day = local_day(now)
        return cls(now, day_after(day, 0), day_after(day, NEAR), day.year)


@dataclass(frozen=True, slots=True)
class Flag:
    """One more condition on a list, as figures and the filter 只看 ask for it."""

    label: str
    condition: Callable[[Moment], Q]
    chosen: bool = True  # offered in the filter; else only behind a figure


def day_after(day: date, days: int) -> datetime:
    """The end of the day so many days on."""
    return datetime.combine(day + timedelta(days=days + 1), time(0), BEIJING)


def due_by(end: datetime) -> Q:
    """At the unit, overdue or due before this moment."""
    return Q(state__in=AT_UNIT, due_at__lt=end)


def _rated(grade: str) -> Callable[[Moment], Q]:
    return lambda at: Q(pk__in=OrderRating.objects.filter(grade=grade).values("order"))


FLAGS: dict[str, Flag] = {
    "overdue": Flag("逾期", lambda at: Q(state__in=AT_UNIT, due_at__lt=at.now)),
    "today": Flag("今天到期", lambda at: Q(state__in=AT_UNIT, due_at__range=(at.now, at.tonight))),
    "soon": Flag("逾期或三天内到期", lambda at: due_by(at.near)),
    "unsigned": Flag("过时未签收", lambda at: Q(state=State.ISSUED, acknowledge_by__lt=at.now)),
    "returned": Flag("退回过", lambda at: Q(returns__gt=0)),
    "extended": Flag("延期过", lambda at: Q(extensions__gt=0)),
    "asked": Flag(
        "等答复延期",
        lambda at: Q(pk__in=Extension.objects.filter(state=Extension.State.ASKED).values("order")),
    ),
    "replied": Flag("已反馈", lambda at: Q(replied_at__isnull=False), chosen=False),
    "on_time": Flag("按期反馈", lambda at: Q(on_time=True)),
    "late": Flag("逾期反馈", lambda at: Q(on_time=False)),
} | {grade: Flag(f"评价{label}", _rated(grade), chosen=False) for grade, label in Grade.choices()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for. year "" is this year with what is still open of earlier ones; "all" every year.

    period (2018 or 2018-08) is the time of issue that the figures of units count by: issued and not withdrawn.
    """

    tab: str = "open"
    year: str = ""
    period: str = ""
    lead: int | None = None
    unit: int | None = None
    urgency: str = ""
    source: str = ""
    project: int | None = None
    flag: str = ""
    q: str = ""
    sort: str = "due"
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return any(
            (self.period, self.lead, self.unit, self.urgency, self.source, self.project, self.flag, self.q)
        )

    def query(self, **changes: Any) -> str:
        """The address of this list with some things changed, without what is the default."""
        return _address(self, tuple(changes.items()))

    def within(self, at: Moment) -> Q:
        """Everything but the tab."""
        wanted = self._year(at.year) if not self.period else issued_in(self.period)
        for name in ("lead", "project", "urgency"):
            if value := getattr(self, name):
                wanted &= Q(**{name: value})
        if self.unit:
            wanted &= _with(self.unit)
        if self.source:
            wanted &= Q(source_kind="" if self.source == "none" else self.source)
        if self.flag:
            wanted &= FLAGS[self.flag].condition(at)
        return wanted & (found(self.q) if self.q else Q())

    def parts(self, at: Moment) -> list[Q]:
        """within, told apart by state where it names some beside a year: an index leads to each part by itself, to the
        ended ones of this year among those of all years."""
        if self.period or self.year:
            return [self.within(at)]
        whole = replace(self, year=EVERY_YEAR).within(at)
        return [Q(state__in=OPEN | NOT_ISSUED) & whole, Q(state__in=ENDED, year=at.year) & whole]

    def _year(self, year: int) -> Q:
        if self.year == EVERY_YEAR:
            return Q()
        if self.year:
            return Q(year=int(self.year)) | Q(state__in=NOT_ISSUED)
        return Q(year=year) | Q(state__in=OPEN | NOT_ISSUED)


@lru_cache(5000)
def _address(wanted: Wanted, changes: tuple[tuple[str, Any], ...]) -> str:
    held = {one.name: getattr(wanted, one.name) for one in fields(wanted)} | {"page": 1} | dict(changes)
    plain = Wanted()
    return urlencode([(name, v) for name, v in held.items() if v != getattr(plain, name) and v is not None])


def _with(unit: int) -> Q:
    """The unit leads or helps; where it is a district in a larger tree, any unit of that district does. One query."""
    district = Unit.objects.filter(pk=unit, kind=Unit.Kind.DISTRICT, parent__isnull=False).first()
    if district is None:
        return Q(lead=unit) | Q(pk__in=CoHandler.objects.filter(unit=unit).values("order"))
    own = Unit.objects.under(district.path).values("pk")
    return Q(lead__in=own) | Q(pk__in=CoHandler.objects.filter(unit__in=own).values("order"))


def tab_condition(tab: str) -> Q:
    """The orders of a tab; 全部 is every one that has a number. Whose 等我办 it is, only lists.py knows."""
    states = TAB_STATES.get(tab)
    return Q(serial__isnull=False) if states is None else Q(state__in=states)


def issued_in(period: str) -> Q:
    """Issued within a year or a month and not withdrawn; ValueError for what is neither.

    The confidential ones are left out: units are judged by the same orders whoever asks.
    """
    if len(period) == 4 and period.isdecimal() and 1900 <= int(period) <= 2200:
        start, end = (datetime(int(period) + n, 1, 1, tzinfo=BEIJING) for n in (0, 1))
    else:
        month = Month.parse(period)
        start, end = (datetime(m.year, m.number, 1, tzinfo=BEIJING) for m in (month, month.next))
    return Q(issued_at__gte=start, issued_at__lt=end, state__in=ISSUED_ONES, confidential=False)


def found(words: str) -> Q:
    """17, 17号, 督办17号 or a whole number finds that order; other words the title, the project, the source, the unit."""
    bare = regular(words).removeprefix("督办").strip()
    serial = bare.rpartition("〕")[2].removesuffix("号")
    if serial.isdecimal() and len(serial) < 8:
        wanted = Q(serial=int(serial))
        return wanted & Q(number__startswith=bare.partition("〕")[0]) if "〕" in bare else wanted
    return (
        Q(title__icontains=bare)
        | Q(project__search_text__contains="".join(bare.split()).casefold())
        | Q(source_name__icontains=bare)
        | Q(lead__name__icontains=bare)
        | Q(lead__short_name__icontains=bare)
    )


_ALLOWED: dict[str, tuple[str, Any]] = {
    "tab": ("分栏", TABS),
    "urgency": ("急缓", dict(Urgency.choices())),
    "source": ("来源", SOURCE_CHOICES),
    "flag": ("条件", FLAGS),
    "sort": ("次序", SORTS),
}


def read(query: Mapping[str, Any]) -> Wanted:
    """ValueError with a Chinese sentence for what cannot be understood."""
    held: dict[str, Any] = {}
    for name, (label, allowed) in _ALLOWED.items():
        text = str(query.get(name) or "").strip()
        if text and text not in allowed:
            raise ValueError(f"没有“{text}”这个{label}，请从页上的筛选里选。")
        held[name] = text or getattr(Wanted(), name)
    for name in ("lead", "unit", "project", "page"):
        held[name] = _number(str(query.get(name) or ""))
    held["page"] = held["page"] or 1
    held["year"] = _year_of(str(query.get("year") or "").strip())
    held["period"] = str(query.get("period") or "").strip()
    if held["period"]:
        issued_in(held["period"])
    held["q"] = str(query.get("q") or "").strip()[:QUERY_AT_MOST]
    return Wanted(**held)


def _year_of(text: str) -> str:
    if text in ("", EVERY_YEAR) or (text.isdecimal() and len(text) == 4 and text != "0000"):
        return text
    raise ValueError(f"“{text}”不是年份，请从页上的筛选里选。")


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    number = row_number(text)
    if number is None:
        raise ValueError(f"“{text}”不是编号，请从页上的筛选里选。")
    return number
