"""项目清单：同一组条件数数、合计、翻页、导出。"""

from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from xushi.alerts.models import Alert, AlertQuerySet
from xushi.alerts.rules import Cause
from xushi.alerts.selectors import open_of_stage
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.home import words
from xushi.home.columns import CHOSEN, COLUMNS, SORTS, computed
from xushi.home.ordering import open_orders
from xushi.home.rows import Row
from xushi.home.wanted import ANY, DEFAULT_SORT, Wanted
from xushi.kit.listed import listed
from xushi.kit.phrased import Keys, add_up, ask
from xushi.progress import figures, sources
from xushi.progress.closed import closing_for
from xushi.progress.models import MonthClosing, ProjectMonth
from xushi.progress.scope import Filters
from xushi.progress.standing import current_closing
from xushi.registry.models import Stage, Watch
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

PAGE = 50
AT_ONCE = 1000
PROJECT = "registry.project"
FIRST = (Cause.OVERDUE_START, Cause.SLIPPING)  # the two causes of the first screen
_PLAIN = (
    "project_name", "total_investment", "annual_plan", "cumulative", "previous_cumulative", "due_twelfths",
    "invested_before", "start_month", "completion_month", "started_on", "completed_on",
    "statistics_entered_on", "started", "completed", "reported", "owner_kind", "joint_stage",
    "district_stage", "category__name", "leader__name", "chain__name",
    *(f"{unit}__{name}" for unit in ("territory", "responsible_unit", "owner_unit")
      for name in ("name", "short_name")),
)  # fmt: skip
_RENAMED = {
    "person": "responsible_person",
    "code": "code",
    "difficulty": "difficulty",
}  # of the project itself
_EVERY = (*_PLAIN, *_RENAMED)


@dataclass(frozen=True)
class Found:
    """The rows of a list, unordered, put together when they are looked at; prefix reaches the project from a row, key
    names the project's id.

    stood is the moment whose alerts the rows carry; None for the alerts open now. unbounded: all facts of the month,
    narrowed by nothing but the list they stand on, which is what the indexes of whole months answer.
    """

    made: "Callable[[], QuerySet[Any]]"
    month: Month
    prefix: str
    key: str
    stood: datetime | None = None
    whole: Filters | None = None  # the filters that say it all, where nothing else narrows the list
    unbounded: bool = False
    asked: "Asked | None" = None  # what it was found by, where nothing else has narrowed it since

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        rows: QuerySet[Any] = self.made()
        return rows

    def totals(self, user: "User") -> dict[str, int]:
        if self.whole:
            return figures.sums(user, self.month, self.whole)
        return figures.totals(self.rows, self.month)


Asked = tuple["User", Month, MonthClosing | None, Wanted, datetime | None]


def find(user: "User", month: Month, wanted: Wanted, stood: datetime | None = None) -> Found:
    """What this person sees of what is wanted, at a month's end, with the alerts that stood at a moment."""
    closing = closing_for(user, month)
    plain = replace(wanted, sort=DEFAULT_SORT, columns=CHOSEN, page=1)
    asked = None if wanted.words else (user, month, closing, plain, stood)  # few search for the same words
    return replace(_found(user, month, closing, wanted, stood), asked=asked)


def _found(
    user: "User", month: Month, closing: MonthClosing | None, wanted: Wanted, stood: datetime | None
) -> Found:
    prefix, key = ("project__", "project_id") if closing else ("", "pk")
    condition = Q()
    for word in wanted.words.split():
        condition &= Q(**{f"{prefix}search_text__contains": name_key(word)})
    if wanted.alert:
        condition &= Q(**{f"{key}__in": alerted(user, wanted.alert, stood)})
    if wanted.tag:
        condition &= Q(**{f"{prefix}tags": wanted.tag})
    if wanted.ceremony:
        condition &= Q(**{f"{prefix}ceremonies": wanted.ceremony})
    if wanted.watched:
        condition &= Q(**{f"{prefix}watches__user": user.pk})
    if wanted.start:
        condition &= Q(start_month=wanted.start, started=False)
    whole = None if condition else wanted.filters
    plain = whole == Filters(level=wanted.filters.level, stage=wanted.filters.stage)
    unbounded = plain and bool(prefix) and sees_everything(user)

    def made() -> "QuerySet[Any]":
        return sources.rows(user, month, closing, wanted.filters).filter(condition)

    return Found(made, month, prefix, key, stood, whole, unbounded)


def alerted(user: "User", cause: str, stood: datetime | None = None) -> "QuerySet[Any]":
    """The projects with an open alert of this cause; "any" is either of the two of the first screen."""
    causes = FIRST if cause == ANY else [cause]
    found: QuerySet[Any] = standing(user, stood).filter(cause__in=causes).values("subject_id")
    return found


def standing(user: "User", stood: datetime | None) -> "AlertQuerySet":
    """The alerts of projects that this person sees and that are open now, or stood open at a moment."""
    every: AlertQuerySet = Alert.objects.open() if stood is None else Alert.objects.open_at(stood)
    return every.visible_to(user).filter(subject_kind=PROJECT)


def ordered(found: Found, wanted: Wanted) -> "QuerySet[Any]":
    """The rows in the order asked for; rows without the value come last either way, ties by id."""
    name = SORTS[wanted.sort_key]
    expression = computed(name, found.month)
    rows = found.rows
    if name == "gap" and found.unbounded:
        rows, name = of_month(found), "ahead"
    elif expression is not None:
        rows = rows.annotate(in_order=expression)
        name = "in_order"
    value = F(name)
    order = value.desc(nulls_last=True) if wanted.descending else value.asc(nulls_last=True)
    return rows.order_by(order, "pk")


def of_month(found: Found) -> "QuerySet[Any]":
    """The same facts, told by their month too: the indexes that hold whole months in order begin with it. Not for
    less than a month, which SQLite would pick out of all of it.
    """
    rows: QuerySet[Any] = found.rows.filter(month=found.month)
    return rows


def page(found: Found, wanted: Wanted, user: "User", today: date) -> list[Row]:
    """The rows of one page: their ids in order first, then the words of those fifty."""
    order = (wanted.sort, wanted.page)
    if found.asked:
        keys = ask(_page_keys, *found.asked, *order)
        read = ask(_page_rows, *found.asked, Keys(keys))
    else:
        keys = list(_page(found, *order))
        read = list(_of_keys(found, keys))
    by_key = {row["pk"]: row for row in read}
    rows = [_row(by_key[key], found.month) for key in keys if key in by_key]
    return _told(user, today, found.stood, rows)


def _page_keys(
    user: "User", month: Month, closing: MonthClosing | None, wanted: Wanted, stood: datetime | None,
    sort: str, number: int,
) -> "QuerySet[Any]":  # fmt: skip
    return _page(_found(user, month, closing, wanted, stood), sort, number)


def _page_rows(
    user: "User", month: Month, closing: MonthClosing | None, wanted: Wanted, stood: datetime | None,
    keys: Collection[int],
) -> "QuerySet[Any]":  # fmt: skip
    return _of_keys(_found(user, month, closing, wanted, stood), keys)


def _page(found: Found, sort: str, number: int) -> "QuerySet[Any]":
    start = (number - 1) * PAGE
    keys: QuerySet[Any] = ordered(found, Wanted(sort=sort)).values_list("pk", flat=True)[start : start + PAGE]
    return keys


def _of_keys(found: Found, keys: Collection[int]) -> "QuerySet[Any]":
    return _read(found, _by_key(found).filter(listed("pk", keys)))


def every(
    found: Found, wanted: Wanted, user: "User", today: date, more: Collection[str] = ()
) -> Iterator[Row]:
    """All rows in order, for an export: the ids first, then rows and their alerts some at a time.

    So only ids are sorted and held, 8 bytes each; a sort of whole rows would hold them all. Of the rows, their
    alerts and their orders only what the columns are made of is read, and more of the row where it is asked for.
    """
    names = {"project_name", *more, *(name for key in wanted.columns for name in COLUMNS[key].needs)}
    keys = array("q", ordered(found, wanted).values_list("pk", flat=True).iterator(chunk_size=AT_ONCE))
    source = _by_key(found)
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        read = _read(found, source.filter(listed("pk", some)), names)
        by_key = {values["pk"]: _row(values, found.month) for values in read}
        rows = [by_key[key] for key in some if key in by_key]
        yield from _told(user, today, found.stood, rows, wanted.columns)


def _by_key(found: Found) -> "QuerySet[Any]":
    """Where rows are read whose keys the list has just given out: facts by nothing but their keys, since SQLite
    may otherwise go through the whole closing for some of them."""
    return ProjectMonth.objects.all() if found.prefix else found.rows


def chosen(found: Found, projects: list[int]) -> Found:
    """The same list narrowed to chosen projects."""
    rows = found.rows.filter(**{f"{found.key}__in": projects})
    return replace(found, made=lambda: rows, whole=None, asked=None)


def _read(found: Found, rows: "QuerySet[Any]", names: Collection[str] = _EVERY) -> "QuerySet[Any]":
    """These columns of Row, and the ids of the row and of its project."""
    own = {name: F(f"{found.prefix}{column}") for name, column in _RENAMED.items() if name in names}
    plain = [name for name in names if name not in _RENAMED]
    if not found.prefix:  # a project's own columns need no other name, and may have none
        plain += [name for name, column in _RENAMED.items() if name in names and name == column]
        own = {name: value for name, value in own.items() if name not in plain}
    return rows.values("pk", *plain, subject=F(found.key), **own)


def _row(values: dict[str, Any], month: Month) -> Row:
    return Row(pk=values["subject"], values=values, as_of=month)


Alerts = dict[int, dict[str, str]]


def _told(
    user: "User",
    today: date,
    stood: datetime | None,
    rows: list[Row],
    wanted: Collection[str] = ("alert", "order"),
) -> list[Row]:
    """The rows with their alerts, and of the present with their open orders: two queries at most."""
    projects = [row.pk for row in rows]
    alerts = _alerts(user, today, stood, projects) if "alert" in wanted else {}
    orders = open_orders(user, projects) if "order" in wanted and not stood else {}
    for row in rows:
        row.order = orders.get(row.pk)
    return [_warned(row, alerts, stood) for row in rows]


def _warned(row: Row, alerts: Alerts, stood: datetime | None) -> Row:
    """The row with its alerts. How far one slipped is kept of the last judgement only: what an older month knew is
    in its facts."""
    row.alerts = alerts.get(row.pk, {})
    if stood and Cause.SLIPPING in row.alerts:
        gap = row.gap
        row.alerts[Cause.SLIPPING] = words.slip(gap) if gap is not None and gap < 0 else Cause.SLIPPING.label
    return row


def _alerts(user: "User", today: date, stood: datetime | None, projects: list[int]) -> Alerts:
    """project → {cause: 逾165天}, from one query; the days to today, or to the day of the moment they stood."""
    today = local_day(stood) if stood else today
    found: Alerts = {}
    for project, cause, points, since in ask(_open_of, user, stood, Keys(projects)):
        found.setdefault(project, {})[cause] = words.amount(cause, points, since, today)
    return found


def _open_of(user: "User", stood: datetime | None, projects: list[int]) -> "QuerySet[Any]":
    # read at once: for a cursor PostgreSQL would look for a way to the first rows, and go through every alert
    open_now = standing(user, stood).filter(listed("subject_id", projects))
    return open_now.order_by("cause").values_list("subject_id", "cause", "points", "since")


def _kept(user: "User", base: Found) -> dict[str, int] | None:
    """How many of all under way have an open alert, by the tally; None where it cannot say that of this list."""
    closing = current_closing(base.month) if base.unbounded and base.stood is None else None
    return open_of_stage(user, FIRST, {closing.pk}, Stage.UNDER_WAY) if closing else None


def _watched(asked: Asked) -> int:
    """How many of these the person watches: few are watched, so those are asked whether they are in the list."""
    return int(add_up(_watched_ones, *asked)["n"]) if ask(_any_watch, asked[0]) else 0


def _watched_ones(
    user: "User", month: Month, closing: MonthClosing | None, wanted: Wanted, stood: datetime | None
) -> tuple["QuerySet[Any]", dict[str, Any]]:
    base = _found(user, month, closing, wanted, stood)
    here = base.rows.filter(**{base.key: OuterRef("project")})
    return Watch.objects.filter(Exists(here), user=user.pk), {"n": Count("pk")}


def _any_watch(user: "User") -> "QuerySet[Any]":
    return Watch.objects.filter(user=user.pk).values_list("pk")[:1]


@dataclass(frozen=True, slots=True)
class Tab:
    """A list worth a name of its own; query is what it asks for beside the month."""

    key: str
    label: str
    query: dict[str, str]
    count: int = 0
    mark: str = ""


def tabs(user: "User", month: Month, due: Month, stood: datetime | None = None) -> list[Tab]:
    """The lists over the list with their counts, a fixed number of queries; due is the month whose starts are
    looked at."""
    plain = Filters(stage="under_way")
    closing = closing_for(user, month)
    base = _found(user, month, closing, Wanted(filters=plain), stood)
    here: dict[str, str] = {"stage": "under_way"}

    def listed(**more: str) -> int:
        return figures.count(user, month, plain.narrowed(**more))

    def asked(**more: Any) -> Asked:
        return user, month, closing, Wanted(filters=plain, **more), stood

    def among(**more: Any) -> int:
        return _count(asked(**more))

    kept = _kept(user, base)

    def warned(cause: Cause) -> Tab:
        count = among(alert=cause.value) if kept is None else kept[cause]
        return Tab(cause, cause.label, here | {"alert": cause.value}, count, cause.value)

    joint = {"level": "provincial_municipal"}
    industrial = {"category": "industrial"}
    return [
        Tab("all", "全部", here, listed()),
        warned(Cause.OVERDUE_START),
        warned(Cause.SLIPPING),
        Tab("joint", "省市重大", here | joint, listed(**joint)),
        Tab("industrial", "重点产业", here | industrial, listed(**industrial)),
        Tab("watched", "我盯的", here | {"watched": "1"}, _watched(asked())),
        Tab("start", f"{due.number}月该开工", here | {"start": str(due)}, among(start=due)),
    ]  # fmt: skip


def _count(asked: Asked) -> int:
    return int(add_up(_how_many, *asked)["n"])


def _how_many(
    user: "User", month: Month, closing: MonthClosing | None, wanted: Wanted, stood: datetime | None
) -> tuple["QuerySet[Any]", dict[str, Any]]:
    found = _found(user, month, closing, wanted, stood)
    by_month = wanted.start and _found(user, month, closing, replace(wanted, start=None), stood).unbounded
    return of_month(found) if by_month else found.rows, {"n": Count("*")}
