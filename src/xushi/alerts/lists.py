"""预警清单：网址里要看哪些、怎么分组，读出来的页。"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.utils.safestring import SafeString

from xushi.alerts import tally
from xushi.alerts.models import CAUSE_ORDER, Alert, AlertQuerySet
from xushi.alerts.policy import can_set_thresholds
from xushi.alerts.rules import OF_INDICATORS, Cause, Level
from xushi.alerts.selectors import WORST_FIRST, own_first
from xushi.alerts.words import AGES, Row, mark_of, row_of
from xushi.duties.followed import Follow, followed
from xushi.kit import amounts
from xushi.kit.among import Among
from xushi.kit.drawn import drawn
from xushi.kit.phrased import ask
from xushi.units.models import Role, User
from xushi.units.tree import under

PER_PAGE = 50
_PLACED = {"territory": "territory", "unit": "responsible_unit"}
GROUPINGS = {
    "cause": "按原因",
    "territory": "按属地",
    "leader": "按挂钩领导",
    "age": "按时间",
    "none": "不分组",
}
WATCHED = "any"  # the two causes of the first screen, one alert to a project
INDICATORS = "indicators"  # 考核指标的几种，合成一栏
_CAUSES = {
    WATCHED: frozenset({Cause.OVERDUE_START, Cause.SLIPPING}),
    INDICATORS: frozenset(OF_INDICATORS),
}
_AGES = {age.key: age for age in AGES}
_ALLOWED: dict[str, tuple[str, Any]] = {
    "cause": ("原因", {*Cause, *_CAUSES}),
    "level": ("级别", set(Level)),
    "age": ("时间", _AGES),
    "group": ("分组", GROUPINGS),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; group is a key of GROUPINGS, cause one of Cause, WATCHED, INDICATORS or "" for all.

    territory and unit (责任单位) are 0 where they are not filled in; region is a unit whose subtree the territory is in.
    """

    cause: str = ""
    level: str = ""
    age: str = ""
    region: int | None = None
    territory: int | None = None
    unit: int | None = None
    leader: int | None = None
    group: str = "cause"
    page: int = 1

    @property
    def narrowed(self) -> bool:
        placed = any(one is not None for one in (self.region, self.territory, self.unit))
        return bool(self.cause or self.level or self.age or self.leader) or placed

    @property
    def causes(self) -> frozenset[str]:
        return _CAUSES.get(self.cause, frozenset({self.cause} if self.cause else Cause))

    @property
    def tallied(self) -> Q:
        """What of it the tally can answer."""
        wanted = Q(level=self.level) if self.level else Q()
        wanted &= Q(territory__in=under(self.region).values("pk")) if self.region else Q()
        wanted &= Q() if self.territory is None else Q(territory=self.territory or None)
        return wanted & (Q() if self.unit is None else Q(responsible_unit=self.unit or None))

    def condition(self, today: date) -> Q:
        """Everything but the cause, which the tabs choose."""
        wanted = self.tallied
        wanted &= Q(leader=self.leader) if self.leader else Q()
        return wanted & (_AGES[self.age].condition(today) if self.age else Q())


def read(query: Mapping[str, Any]) -> Wanted:
    """ValueError with a Chinese sentence for what cannot be understood."""
    texts = {
        name: str(query.get(name) or "").strip()
        for name in (*_ALLOWED, "region", "territory", "unit", "leader", "page")
    }
    for name, (label, allowed) in _ALLOWED.items():
        if texts[name] and texts[name] not in allowed:
            raise ValueError(f"没有“{texts[name]}”这个{label}，请从页上的筛选里选。")
    return Wanted(
        cause=texts["cause"],
        level=texts["level"],
        age=texts["age"],
        region=_number(texts["region"]),
        territory=_number(texts["territory"]),
        unit=_number(texts["unit"]),
        leader=_number(texts["leader"]),
        group=texts["group"] or ("none" if texts["cause"] in set(Cause) else "cause"),
        page=_number(texts["page"]) or 1,
    )


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 12:
        raise ValueError(f"“{text}”不是编号，请从页上的筛选里选。")
    return int(text)


@dataclass(frozen=True, slots=True)
class Tab:
    """One cause with its alerts within the other filters, and how many of them are red."""

    cause: str
    label: str
    count: int
    red: int

    @property
    def mark(self) -> str:
        return "behind" if self.cause == INDICATORS else mark_of(self.cause)


class Line(NamedTuple):
    """One alert as the table prints it, all of it in words; act is what may be done about it: instruct, order or ""."""

    pk: int
    mark: str
    tone: str
    url: str
    name: str
    cause: str
    level: str
    red: bool
    place: str
    leader: str
    note: str
    since: str
    amount: str
    order: Follow | None
    act: str

    @property
    def row(self) -> SafeString:
        return drawn("alerts/_row.html", self)


@dataclass(slots=True)
class Group:
    """A heading and its rows on this page; count is over all pages. narrower: parameters that show it alone."""

    label: str
    count: int
    key: Any = None
    narrower: str = ""
    rows: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Listed:
    """A page of the list with what stands around it."""

    wanted: Wanted
    tabs: list[Tab]
    groups: list[Group]
    page: Page

    @property
    def shown_tabs(self) -> list[Tab]:
        """The tabs as they are shown: those of indicators as one, in front where there are any."""
        of_indicators = [tab for tab in self.tabs if tab.cause in _CAUSES[INDICATORS]]
        count, red = sum(tab.count for tab in of_indicators), sum(tab.red for tab in of_indicators)
        tabs = [tab for tab in self.tabs if tab not in of_indicators]
        folded = [Tab(INDICATORS, "考核指标", count, red)]
        return [*(folded if count or self.wanted.cause == INDICATORS else []), *tabs]

    @property
    def count(self) -> int:
        """Alerts of all causes within the other filters."""
        return sum(tab.count for tab in self.tabs)

    @property
    def red(self) -> int:
        return sum(tab.red for tab in self.tabs)

    @property
    def watched(self) -> int:
        return sum(tab.count for tab in self.tabs if tab.cause in _CAUSES[WATCHED])


def listed(user: User, wanted: Wanted, today: date) -> Listed:
    """One page of open alerts, the worst first within its groups: a fixed number of queries."""
    tabs = _tabs(_of_tabs(user, wanted, today))
    chosen = _chosen(user, wanted, today)
    groups = _groups(chosen, wanted, today, tabs)
    pages = Paginator(_in_sequence(chosen, user, _in_order(groups, wanted, today)), PER_PAGE)
    pages.count = sum(tab.count for tab in tabs if tab.cause in wanted.causes)  # known already
    page = pages.get_page(wanted.page)
    if wanted.group in ("none", "cause"):
        page.object_list = ask(_page_of, user, replace(wanted, page=page.number), today)
    alerts = list(page)
    by_key = {group.key: group for group in groups}
    orders, act = followed(user, alerts), _act(user)
    for alert in alerts:
        row = row_of(alert, today, orders.get(alert.pk))
        by_key[_key(alert, wanted.group, today)].rows.append(_line(row, today, act))
    return Listed(wanted, tabs, [group for group in groups if group.rows], page)


def _within(user: User, wanted: Wanted, today: date) -> AlertQuerySet:
    found: AlertQuerySet = Alert.objects.open().visible_to(user).filter(wanted.condition(today))
    return found


def _chosen(user: User, wanted: Wanted, today: date) -> AlertQuerySet:
    within = _within(user, wanted, today)
    return within.filter(cause__in=wanted.causes) if wanted.cause else within


def _in_sequence(alerts: AlertQuerySet, user: User, first: Sequence[Any]) -> AlertQuerySet:
    return alerts.select_related("territory", "leader").order_by(*own_first(user, *first, *WORST_FIRST))


def _page_of(user: User, wanted: Wanted, today: date) -> "QuerySet[Any]":
    """Of the groups whose order is known beforehand; read with their names once it is settled which they are."""
    first = _in_order((), wanted, today)
    ordered = _in_sequence(_chosen(user, wanted, today), user, first)
    page = ordered[(wanted.page - 1) * PER_PAGE : wanted.page * PER_PAGE]
    return _in_sequence(Alert.objects.filter(Among("pk", page.values("pk"))), user, first)


def _line(row: Row, today: date, act: str) -> Line:
    alert = row.alert
    return Line(
        pk=alert.pk,
        mark=row.mark,
        tone=row.tone,
        url=row.url,
        name=alert.subject_name,
        cause=row.cause,
        level=row.level,
        red=row.red,
        place=str(alert.territory or amounts.NONE),
        leader=alert.leader.name if alert.leader else amounts.NONE,
        note=alert.note,
        since=amounts.cn_date(alert.since, today),
        amount=row.amount,
        order=row.order,
        act=act if row.orderable else "",
    )


def _act(user: User) -> str:
    """What this person may do about an alert on which nothing is running."""
    if user.has_role(Role.LEADER):
        return "instruct"
    return "order" if can_set_thresholds(user) else ""


def _of_tabs(user: User, wanted: Wanted, today: date) -> Any:
    """Rows of cause, level and n: from the tally, unless what is wanted goes beyond its columns."""
    if wanted.leader or wanted.age:
        within = _within(user, wanted, today)
        return within.order_by().values("cause", "level").annotate(n=Count("pk"))
    if not wanted.tallied:
        return tally.by_level(user)
    return tally.grouped(user, "cause", "level", within=wanted.tallied)


def _tabs(counted: Any) -> list[Tab]:
    counts, reds = Counter[str](), Counter[str]()
    for row in counted:
        counts[row["cause"]] += row["n"]
        reds[row["cause"]] += row["n"] if row["level"] == Level.RED else 0
    return [Tab(cause.value, cause.label, counts[cause], reds[cause]) for cause in CAUSE_ORDER]


def _groups(alerts: AlertQuerySet, wanted: Wanted, today: date, tabs: Sequence[Tab]) -> list[Group]:
    """The groups with their counts over all pages, in the order they are shown; one query at most."""
    if wanted.group == "none":
        return [Group("", 0)]
    if wanted.group == "cause":
        shown = [tab for tab in tabs if tab.count and tab.cause in wanted.causes]
        return [Group(tab.label, tab.count, tab.cause, f"cause={tab.cause}") for tab in shown]
    if wanted.group == "age":
        tallies = alerts.order_by().aggregate(
            **{f"n{i}": Count("pk", filter=age.condition(today)) for i, age in enumerate(AGES)}
        )
        return [Group(age.label, tallies[f"n{i}"], age.key, f"age={age.key}") for i, age in enumerate(AGES)]
    name = f"{wanted.group}__name"
    missing = "未填属地" if wanted.group == "territory" else "没有挂钩领导"
    found = alerts.order_by().values_list(wanted.group, name).annotate(n=Count("pk"))
    return [
        Group(label or missing, n, key, f"{wanted.group}={key}" if key else "")
        for key, label, n in sorted(found, key=lambda row: (-row[2], row[1] or ""))
    ]


def _in_order(groups: Sequence[Group], wanted: Wanted, today: date) -> list[Any]:
    """The order of the groups, for the database."""
    if wanted.group in ("none", "cause") or not groups:
        return ["cause_rank"] if wanted.group == "cause" else []
    if wanted.group == "age":
        return [_rank([age.condition(today) for age in AGES])]
    column = wanted.group
    return [
        _rank([Q(**{f"{column}__isnull": True}) if g.key is None else Q(**{column: g.key}) for g in groups])
    ]


def _rank(conditions: Sequence[Q]) -> Case:
    return Case(
        *(When(condition, then=rank) for rank, condition in enumerate(conditions)),
        default=len(conditions),
        output_field=IntegerField(),
    )


def _key(alert: Alert, group: str, today: date) -> Any:
    if group == "none":
        return None
    if group == "age":
        days = (today - alert.since).days
        return next(age.key for age in AGES if days >= age.least or age.least == 0)
    return alert.cause if group == "cause" else getattr(alert, f"{group}_id")


def choices(user: User) -> dict[str, list[tuple[int, str]]]:
    """The territories, units and leaders that have open alerts within this person's sight: two queries."""
    places = ask(_places, user)
    return {
        **{
            kind: sorted(
                {(row[column], row[f"{column}__name"]) for row in places if row[column]},
                key=lambda row: row[1],
            )
            for kind, column in _PLACED.items()
        },
        "leader": ask(_leaders, user),
    }


def _places(user: User) -> "QuerySet[Any]":
    columns = [name for column in _PLACED.values() for name in (column, f"{column}__name")]
    return tally.grouped(user, *columns)


def _leaders(user: User) -> "QuerySet[Any]":
    theirs = Alert.objects.open().visible_to(user).exclude(leader=None).values("leader")
    return User.objects.filter(pk__in=theirs).order_by("name").values_list("pk", "name")


def last_cleared(user: User) -> Alert | None:
    """The alert that was cleared last, for a list that is empty."""
    cleared = Alert.objects.exclude(cleared_at=None).visible_to(user)
    found: Alert | None = cleared.order_by("-cleared_at", "-pk").first()
    return found
