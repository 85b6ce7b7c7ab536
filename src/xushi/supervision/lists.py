"""督办清单：读出来的一页，带分栏的数、结论那句话要的数。"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.safestring import SafeString

from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.kit.addresses import address_of
from xushi.kit.among import Among
from xushi.kit.listed import listed as listed_keys
from xushi.kit.phrased import Keys, ask, one_row
from xushi.registry.models import Project
from xushi.supervision import tracks
from xushi.supervision.figures import issued
from xushi.supervision.models import CoHandler, OrderQuerySet, SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.sight import Sight, in_sight, sight_of
from xushi.supervision.table import OPEN, State
from xushi.supervision.wanted import (
    FLAGS,
    SORTS,
    TAB_STATES,
    TABS,
    Moment,
    Wanted,
    tab_condition,
)
from xushi.supervision.words import SOURCES, Said, said
from xushi.units.models import Unit, User

PER_PAGE = 50
SINCE_AT_MOST = 6  # answered ones shown below those in hand
ORDER = SupervisionOrder._meta.label_lower
# districts number from one: the key last, so that a page neither repeats nor leaves out an order
DUE_FIRST = {
    "mine": (F("step_due_at").asc(nulls_last=True), "serial", "pk"),
    "open": (F("due_at").asc(nulls_last=True), "serial", "pk"),
    "verify": (F("step_due_at").asc(nulls_last=True), "serial", "pk"),
    "draft": ("-drafted_at", "-pk"),
    "closed": ("-closed_at", "-serial", "-pk"),
    "all": ("-year", "-serial", "-pk"),
}
NUMBERED = DUE_FIRST["all"]
ANSWERED_LAST = (
    F("step_due_at").asc(nulls_last=True), F("last_replied_at").desc(nulls_last=True), "-serial", "-pk"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One order as the table prints it, all of it in words: what equal ones are drawn alike from."""

    pk: int
    called: str
    url: str
    name: str
    note: str
    lead: str
    helpers: str
    said: Said
    track: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    """One order as the list shows it."""

    order: SupervisionOrder
    said: Said
    note: str
    helpers: str
    track: SafeString
    several: bool = False  # districts with numbers of their own on one page

    @property
    def number(self) -> str:
        """17号, or the whole number beside those of other districts, which each count from one."""
        if self.several and self.order.series_id:
            return self.order.number
        return f"{self.order.serial}号" if self.order.serial else ""

    @property
    def line(self) -> Line:
        order = self.order
        name = f"{self.number} {order.title}" if self.number else order.title
        url = address_of("supervision:order", order.pk)
        lead = str(order.lead)
        return Line(order.pk, order.called, url, name, self.note, lead, self.helpers, self.said, self.track)


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    count: int


@dataclass(slots=True)
class Listed:
    """A page of the list; since are those answered last, shown below the last of those in hand."""

    wanted: Wanted
    tabs: list[Tab]
    rows: list[Row]
    since: list[Row]
    axis: SafeString
    page: Page

    @property
    def count(self) -> int:
        return int(self.page.paginator.count)

    @property
    def several(self) -> bool:
        """Whether districts with numbers of their own stand here beside one another."""
        return any(row.several for row in self.rows)


def narrowed(user: User, wanted: Wanted, now: datetime) -> OrderQuerySet:
    """The orders that the address asks for, within this person's sight, in its order."""
    return _narrowed(user, None, wanted, local_day(now), Moment.of(now))


def _narrowed(user: User, sight: Sight, wanted: Wanted, today: date, at: Moment) -> OrderQuerySet:
    orders = in_sight(user, sight).filter(wanted.within(at), of_tab(user, wanted.tab, today))
    ordered: OrderQuerySet = orders.order_by(*_ways(wanted))
    return ordered


def _ways(wanted: Wanted) -> Sequence[Any]:
    return NUMBERED if wanted.sort == "number" else DUE_FIRST[wanted.tab]


def listed(user: User, wanted: Wanted, now: datetime) -> Listed:
    """One page: a fixed number of queries, whatever it holds."""
    tabs, at = _tabs(user, wanted, now), Moment.of(now)
    count = next(tab.count for tab in tabs if tab.key == wanted.tab)
    page = Paginator(range(count), PER_PAGE).get_page(wanted.page)
    orders = _asked(_of_page, user, wanted, local_day(now), (page.number - 1) * PER_PAGE, *at)
    last = wanted.tab == "open" and not page.has_next() and not wanted.narrowed
    since = _asked(_answered, user, wanted, *at) if last else []
    axis = tracks.axis_of([*orders, *since], now)
    rows = rows_of([*orders, *since], user, axis)
    return Listed(wanted, tabs, rows[: len(orders)], rows[len(orders) :], tracks.draw_axis(axis), page)


def _asked(question: Callable[..., Any], user: User, wanted: Wanted, *rest: Any) -> list[Any]:
    """The words of a list that nothing narrows are kept; those of a search would only fill the room."""
    plain, sight = replace(wanted, page=1), sight_of(user)
    if wanted.narrowed:
        return list(question(user, sight and sight.numbers, plain, *rest))
    return ask(question, user, sight, plain, *rest)


def _of_page(user: User, sight: Sight, wanted: Wanted, today: date, first: int, *at: Any) -> OrderQuerySet:
    page = _narrowed(user, sight, wanted, today, Moment(*at))[first : first + PER_PAGE]
    return _with_names(page, _ways(wanted))


def of_tab(user: User, tab: str, today: date) -> Q:
    """The orders of a tab; 等我办 are those on which this person owes something: the badge beside 督办."""
    if tab != "mine":
        return tab_condition(tab)
    owed = Duty.objects.open().filter(subject_kind=ORDER, listed=True).of(user, today)
    return Q(pk__in=owed.order_by().values("subject_id"))


def _with_names(page: OrderQuerySet, ways: Sequence[Any]) -> OrderQuerySet:
    """Read with their names once it is settled which they are: thousands are put in order for a page of fifty."""
    chosen = SupervisionOrder.objects.filter(Among("pk", page.values("pk")))
    named: OrderQuerySet = chosen.select_related("lead", "project", "instruction").order_by(*ways)
    return named


def _answered(user: User, sight: Sight, wanted: Wanted, *at: Any) -> OrderQuerySet:
    done = (State.REPLIED, State.CLOSED)
    orders = in_sight(user, sight).filter(wanted.within(Moment(*at)), state__in=done)
    return _with_names(orders.order_by(*ANSWERED_LAST)[:SINCE_AT_MOST], ANSWERED_LAST)


def _tabs(user: User, wanted: Wanted, now: datetime) -> list[Tab]:
    any_tab, today, at = replace(wanted, tab="open", sort="due"), local_day(now), Moment.of(now)
    found = _asked(_by_state, user, any_tab, *at)
    ((mine,),) = _asked(_mine, user, any_tab, today, *at) or [(0,)]
    counts = {key: sum(n for state, n, _ in found if state in states) for key, states in TAB_STATES.items()}
    counts |= {"mine": mine, "all": sum(numbered for _, _, numbered in found)}
    return [Tab(key, label, counts[key]) for key, label in TABS.items()]


def _by_state(user: User, sight: Sight, wanted: Wanted, *at: Any) -> "QuerySet[Any]":
    """(state, how many orders are in it, how many of these have a number): what the tabs are told apart by."""
    seen = in_sight(user, sight).order_by()
    first, *rest = (
        seen.filter(part).values_list("state").annotate(n=Count("pk"), numbered=Count("serial"))
        for part in wanted.parts(Moment(*at))
    )
    found: QuerySet[Any] = first.union(*rest, all=True) if rest else first
    return found


def _mine(user: User, sight: Sight, wanted: Wanted, today: date, *at: Any) -> "QuerySet[Any]":
    owed = in_sight(user, sight).filter(wanted.within(Moment(*at)), of_tab(user, "mine", today))
    return one_row(owed, {"n": Count("pk")})


def rows_of(orders: Sequence[SupervisionOrder], user: User, axis: tracks.Axis) -> list[Row]:
    """The rows of orders already read with their names; a query for the leaders' words, one for the co-handlers."""
    pens, helpers, today, now = _pens(orders, user), _helpers(orders), local_day(axis.now), axis.now
    several, made = len({order.series_id for order in orders if order.serial}) > 1, []
    for order in orders:
        told = said(order, now)
        words = tracks.words_of(order, told.deadline, today)
        track = tracks.draw(order, axis, words, pens[order.pk])
        made.append(Row(order, told, note_of(order), helpers.get(order.pk, ""), track, several))
    return made


def note_of(order: SupervisionOrder) -> str:
    """紫光项目 · 分管副区长批示."""
    source = order.source_name
    if source and order.project and source.startswith(order.project.name):
        source = SOURCES.get(order.source_kind, "")
    return " · ".join(part for part in (order.project.name if order.project else "", source) if part)


def _pens(orders: Iterable[SupervisionOrder], user: User) -> Mapping[int, list[datetime]]:
    """When a leader wrote: the words that an order came from, and those written on it since."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for order in orders:
        if order.instruction:
            found[order.pk].append(order.instruction.written_at)
    for pk, at in ask(_written_on, user, Keys([order.pk for order in orders])):
        if at not in found[pk]:
            found[pk].append(at)
    return found


def _written_on(user: User, orders: list[int]) -> "QuerySet[Any]":
    written = Instruction.objects.visible_to(user).filter(
        listed_keys("subject_id", orders), subject_kind=ORDER
    )
    found: QuerySet[Any] = written.order_by().values_list("subject_id", "written_at")
    return found


def _helpers(orders: Sequence[SupervisionOrder]) -> Mapping[int, str]:
    """The co-handlers of each of these orders, named in the order they were asked; one query."""
    found: dict[int, list[str]] = defaultdict(list)
    for helper in ask(_helping, Keys([order.pk for order in orders])):
        found[helper.order_id].append(str(helper.unit))
    return {pk: "、".join(names) for pk, names in found.items()}


def _helping(orders: list[int]) -> "QuerySet[CoHandler]":
    return CoHandler.objects.filter(listed_keys("order", orders)).select_related("unit").order_by("pk")


IN_HAND = ("open", "overdue", "due_today", "unsigned", "verify", "verify_by")


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of the sentence on top; each opens the list that its address asks for."""

    open: int
    overdue: int
    due_today: int
    unsigned: int
    issued: int
    on_time: int
    replied: int
    verify: int
    verify_by: datetime | None
    nearest: SupervisionOrder | None


def summary(user: User, now: datetime) -> Summary:
    """Of everything in sight, what is still open and what was issued this year, the latter as its lists and the units'
    table count: without the confidential ones. Three queries beside that of what is in sight."""
    at, sight = Moment.of(now), sight_of(user)
    (in_hand,) = ask(_in_hand, user, sight, *at) or [(*[0] * (len(IN_HAND) - 1), None)]
    of_year = issued(user, str(at.year), now)
    nearest = ask(_nearest, user, sight, *at)
    return Summary(
        **dict(zip(IN_HAND, in_hand, strict=True)),
        issued=sum(one.issued for one in of_year),
        on_time=sum(one.on_time for one in of_year),
        replied=sum(one.replied for one in of_year),
        nearest=nearest[0] if nearest else None,
    )


def _open(user: User, sight: Sight) -> OrderQuerySet:
    found: OrderQuerySet = in_sight(user, sight).filter(state__in=OPEN)
    return found


def _in_hand(user: User, sight: Sight, *moment: Any) -> "QuerySet[Any]":
    """One row: IN_HAND, in this order."""
    at = Moment(*moment)
    asked = [
        Count("pk", filter=tab_condition("open")),
        Count("pk", filter=FLAGS["overdue"].condition(at)),
        Count("pk", filter=FLAGS["today"].condition(at)),
        Count("pk", filter=FLAGS["unsigned"].condition(at)),
        Count("pk", filter=tab_condition("verify")),
        Min("step_due_at", filter=tab_condition("verify")),
    ]
    return one_row(_open(user, sight), _named(IN_HAND, asked))


def _named(names: Sequence[str], asked: Sequence[Any]) -> dict[str, Any]:
    return {f"n_{name}": one for name, one in zip(names, asked, strict=True)}


def _nearest(user: User, sight: Sight, *moment: Any) -> OrderQuerySet:
    at = Moment(*moment)
    running = _open(user, sight).filter(tab_condition("open"), due_at__gte=at.now, replied_at=None)
    nearest: OrderQuerySet = running.order_by("due_at", "serial")[:1]
    return nearest


def project_of(user: User, wanted: Wanted) -> Project | None:
    """The project that the address names, where it is in sight."""
    if wanted.project is None:
        return None
    found: Any = Project.objects.visible_to(user).filter(pk=wanted.project).first()
    return found  # type: ignore[no-any-return]


def lead_of(wanted: Wanted) -> Unit | None:
    found: Unit | None = Unit.objects.filter(pk=wanted.lead).first() if wanted.lead else None
    return found


def sorts(wanted: Wanted) -> tuple[str, str]:
    """The other order of the rows: its key and what it is called."""
    other = "number" if wanted.sort == "due" else "due"
    return other, SORTS[other]
