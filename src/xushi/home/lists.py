"""项目清单：同一组条件数数、合计、翻页、导出。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.home import words
from xushi.home.columns import SORTS, computed
from xushi.home.rows import Row
from xushi.home.wanted import ANY, Wanted
from xushi.progress import figures
from xushi.progress.models import ProjectMonth
from xushi.progress.scope import Filters
from xushi.registry.models import Watch

if TYPE_CHECKING:
    from xushi.units.models import User

PAGE = 50
PROJECT = "registry.project"
_PLAIN = (
    "project_name", "total_investment", "annual_plan", "cumulative", "previous_cumulative", "due_twelfths",
    "invested_before", "start_month", "completion_month", "started_on", "completed_on",
    "statistics_entered_on", "started", "completed", "reported", "owner_kind", "joint_stage",
    "district_stage", "category__name", "leader__name", "chain__name",
    *(f"{unit}__{name}" for unit in ("territory", "responsible_unit", "owner_unit")
      for name in ("name", "short_name")),
)  # fmt: skip
_DATES = ("started_on", "completed_on", "statistics", "end")  # dear to read, and seldom among the columns


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a list, unordered; prefix reaches the project from a row, key names the project's id."""

    rows: "QuerySet[Any]"
    month: Month
    prefix: str
    key: str
    whole: Filters | None = None  # the filters that say it all, where nothing else narrows the list

    def totals(self, user: "User") -> dict[str, int]:
        if self.whole:
            return figures.sums(user, self.month, self.whole)
        return figures.totals(self.rows, self.month)


def find(user: "User", month: Month, wanted: Wanted) -> Found:
    """What this person sees of what is wanted, at a month's end."""
    source = figures.rows(user, month, wanted.filters)
    prefix, key = ("project__", "project_id") if source.model is ProjectMonth else ("", "pk")
    condition = Q()
    for word in wanted.words.split():
        condition &= Q(**{f"{prefix}search_text__contains": name_key(word)})
    if wanted.alert:
        condition &= Q(**{f"{key}__in": alerted(user, wanted.alert)})
    if wanted.tag:
        condition &= Q(**{f"{prefix}tags": wanted.tag})
    if wanted.ceremony:
        condition &= Q(**{f"{prefix}ceremonies": wanted.ceremony})
    if wanted.watched:
        condition &= Q(**{f"{prefix}watches__user": user.pk})
    if wanted.start:
        condition &= Q(start_month=wanted.start, started=False)
    return Found(source.filter(condition), month, prefix, key, None if condition else wanted.filters)


def alerted(user: "User", cause: str) -> "QuerySet[Any]":
    """The projects with an open alert of this cause; "any" is either of the two of the first screen."""
    causes = [Cause.OVERDUE_START, Cause.SLIPPING] if cause == ANY else [cause]
    open_now = Alert.objects.open().visible_to(user).filter(subject_kind=PROJECT, cause__in=causes)
    found: QuerySet[Any] = open_now.values("subject_id")
    return found


def ordered(found: Found, wanted: Wanted) -> "QuerySet[Any]":
    """The rows in the order asked for; rows without the value come last either way, ties by id."""
    name = SORTS[wanted.sort_key]
    expression = computed(name, found.month)
    rows = found.rows
    if expression is not None:
        rows = rows.annotate(in_order=expression)
        name = "in_order"
    value = F(name)
    order = value.desc(nulls_last=True) if wanted.descending else value.asc(nulls_last=True)
    return rows.order_by(order, "pk")


def page(found: Found, wanted: Wanted, user: "User", today: date, *, judged: bool = True) -> list[Row]:
    """The rows of one page: their ids in order first, then the words of those fifty.

    judged says that the month is the one today's alerts speak of; an older month goes by its own facts.
    """
    start = (wanted.page - 1) * PAGE
    keys = list(ordered(found, wanted).values_list("pk", flat=True)[start : start + PAGE])
    by_key = {row["pk"]: row for row in _read(found, found.rows.filter(pk__in=keys))}
    rows = [_row(by_key[key], found.month) for key in keys if key in by_key]
    if judged:
        alerts = _alerts(user, today, [row.pk for row in rows])
        for row in rows:
            row.alerts = alerts.get(row.pk, {})
    return rows


def every(found: Found, wanted: Wanted, user: "User", today: date, *, judged: bool = True) -> Iterator[Row]:
    """All rows in order, for an export: read in chunks, never held together."""
    alerts = _alerts(user, today, None) if judged else {}
    unused = frozenset(SORTS[key] for key in _DATES if key not in wanted.columns)
    for values in _read(found, ordered(found, wanted), unused).iterator(chunk_size=2000):
        row = _row(values, found.month)
        row.alerts = alerts.get(row.pk, {})
        yield row


def chosen(found: Found, projects: list[int]) -> Found:
    """The same list narrowed to chosen projects."""
    return Found(found.rows.filter(**{f"{found.key}__in": projects}), found.month, found.prefix, found.key)


def _read(found: Found, rows: "QuerySet[Any]", unused: frozenset[str] = frozenset()) -> "QuerySet[Any]":
    """The columns of Row, but those that nobody asked for."""
    own = {name: F(f"{found.prefix}{name}") for name in ("code", "difficulty")} if found.prefix else {}
    names = ["pk", *(name for name in _PLAIN if name not in unused)]
    names += [] if found.prefix else ["code", "difficulty"]
    extra = {"person": F(f"{found.prefix}responsible_person"), "subject": F(found.key), **own}
    return rows.values(*names, **extra)


def _row(values: dict[str, Any], month: Month) -> Row:
    return Row(pk=values["subject"], values=values, as_of=month)


def _alerts(user: "User", today: date, projects: list[int] | None) -> dict[int, dict[str, str]]:
    """project → {cause: 逾165天}, from one query."""
    open_now = Alert.objects.open().visible_to(user).filter(subject_kind=PROJECT)
    if projects is not None:
        open_now = open_now.filter(subject_id__in=projects)
    found: dict[int, dict[str, str]] = {}
    columns = open_now.order_by("cause").values_list("subject_id", "cause", "points", "since")
    for project, cause, points, since in columns.iterator():
        found.setdefault(project, {})[cause] = words.amount(cause, points, since, today)
    return found


@dataclass(frozen=True, slots=True)
class Tab:
    """A list worth a name of its own; query is what it asks for beside the month."""

    key: str
    label: str
    query: dict[str, str]
    count: int = 0
    mark: str = ""


def tabs(user: "User", month: Month, due: Month) -> list[Tab]:
    """The lists over the list with their counts, a fixed number of queries; due is the month whose starts are
    looked at."""
    plain = Filters(stage="under_way")
    base = find(user, month, Wanted(filters=plain))
    here: dict[str, str] = {"stage": "under_way"}

    def listed(**more: str) -> int:
        return figures.count(user, month, plain.narrowed(**more))

    def among(projects: "QuerySet[Any]") -> int:
        return base.rows.filter(**{f"{base.key}__in": projects}).count()

    def warned(cause: Cause) -> Tab:
        return Tab(
            cause, cause.label, here | {"alert": cause.value}, among(alerted(user, cause)), cause.value
        )

    joint = {"level": "provincial_municipal"}
    industrial = {"category": "industrial"}
    return [
        Tab("all", "全部", here, listed()),
        warned(Cause.OVERDUE_START),
        warned(Cause.SLIPPING),
        Tab("joint", "省市重大", here | joint, listed(**joint)),
        Tab("industrial", "重点产业", here | industrial, listed(**industrial)),
        Tab("watched", "我盯的", here | {"watched": "1"},
            among(Watch.objects.filter(user=user).values("project"))),
        Tab("start", f"{due.number}月该开工", here | {"start": str(due)},
            base.rows.filter(start_month=due, started=False).count()),
    ]  # fmt: skip
