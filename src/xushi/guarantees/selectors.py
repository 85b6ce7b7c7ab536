"""要素保障的读法：各类要多少、承诺多少、盘子还剩多少，冲突，一页清单，一件的来龙去脉。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum

from xushi.core.text import row_number
from xushi.duties.reach import EVERYWHERE, Reach
from xushi.guarantees.models import OPEN_NOW, ResourceRequest, Stock
from xushi.guarantees.rules import OPEN, STOCKED, Asked, Conflict, Kind, State, conflicts, shown
from xushi.kit.phrased import Key, ask
from xushi.registry.models import Project
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PER_PAGE = 50
STANDING = (*OPEN, State.MET)
STATES = {"open": "在办的", "late": "逾期的", **{state.value: state.label for state in State}, "all": "全部"}
LISTED = ("project__territory", "owner")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; ValueError from read where the address is odd."""

    kind: str = ""
    state: str = "open"
    q: str = ""
    requests: tuple[int, ...] = ()
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        kind, state = query.get("kind", ""), query.get("state", "") or "open"
        if kind and kind not in Kind._value2member_map_:
            raise ValueError(f"没有“{kind[:20]}”这类要素，请从筛选里选。")
        if state not in STATES:
            raise ValueError(f"没有“{state[:20]}”这个状态，请从筛选里选。")
        keys = (
            tuple(filter(None, map(row_number, query.get("of", "")[:400].split(","))))
            if query.get("of")
            else ()
        )
        return cls(kind, state, query.get("q", "").strip()[:60], keys, row_number(query.get("page", "")) or 1)

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.q or self.requests or self.state != "open")

    def condition(self, today: date) -> Q:
        wanted = Q()
        if self.state == "open":
            wanted &= OPEN_NOW
        elif self.state == "late":
            wanted &= OPEN_NOW & Q(needed_by__lt=today)
        elif self.state != "all":
            wanted &= Q(state=self.state)
        if self.kind:
            wanted &= Q(kind=self.kind)
        if self.requests:
            wanted &= Q(pk__in=self.requests)
        for word in self.q.split():
            wanted &= Q(project__search_text__contains=word.casefold())
        return wanted


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind: what is asked for (without refused and withdrawn), promised, come; and the stock of the year."""

    kind: Kind
    count: int
    late: int
    asked: int
    promised: int
    met: int
    stock: Stock | None

    def said(self, name: str) -> str:
        return shown(self.kind, getattr(self, name))

    @property
    def asked_text(self) -> str:
        return self.said("asked")

    @property
    def promised_text(self) -> str:
        return self.said("promised")

    @property
    def met_text(self) -> str:
        return self.said("met")

    @property
    def gap_text(self) -> str:
        """资金缺口 is what nobody promised; of anything else what has not come."""
        return shown(self.kind, self.asked - (self.promised if self.kind == Kind.FUNDS else self.met))

    @property
    def stock_text(self) -> str:
        """剩40亩，共100亩; a kind that has no stock says so."""
        if self.stock:
            return f"剩{shown(self.kind, self.stock.left)}，共{self.stock.said('total')}"
        return "还没定盘子" if self.kind in STOCKED else "—"


def by_kind(user: "User", year: int, today: date) -> list[KindRow]:
    """What is needed within a year, by kind: two queries."""
    seen = ResourceRequest.objects.visible_to(user)
    needed = Q(needed_by__gte=date(year, 1, 1), needed_by__lte=date(year, 12, 31), state__in=STANDING)
    sums = (
        seen.filter(needed)
        .order_by()
        .values("kind")
        .annotate(
            n=Count("pk", filter=OPEN_NOW),
            late=Count("pk", filter=OPEN_NOW & Q(needed_by__lt=today)),
            a=Sum("amount"),
            p=Sum("promised"),
            m=Sum("met"),
        )
    )
    found: dict[str, dict[str, Any]] = {one["kind"]: dict(one) for one in sums}
    stocks = {one.kind: one for one in Stock.objects.filter(year=year)}
    rows = []
    for kind in Kind:
        count, late, asked, promised, met = (
            found.get(kind.value, {}).get(name, 0) for name in ("n", "late", "a", "p", "m")
        )
        rows.append(KindRow(kind, count, late, asked, promised, met, stocks.get(kind.value)))
    return rows


def collisions(user: "User") -> list[Conflict]:
    """冲突 among the open requests that this person sees: two queries."""
    seen = ResourceRequest.objects.open().visible_to(user).order_by("needed_by", "pk")
    columns = (
        "pk",
        "project",
        "project__name",
        "kind",
        "amount",
        "promised",
        "needed_by",
        "available_on",
        "plot_key",
    )
    asked = [
        Asked(pk, project, name, Kind(kind), needed.year, amount, promised, needed, available, plot)
        for pk, project, name, kind, amount, promised, needed, available, plot in seen.values_list(*columns)
    ]
    left = {(Kind(one.kind), one.year): one.left for one in Stock.objects.all()}
    return conflicts(asked, left)


def found(user: "User", wanted: Wanted, today: date) -> Any:
    """What this person sees of what is wanted, the first needed first."""
    seen = ResourceRequest.objects.visible_to(user).filter(wanted.condition(today))
    return seen.select_related(*LISTED).order_by("needed_by", "pk")


def page_of(user: "User", wanted: Wanted, today: date) -> Page:
    return Paginator(found(user, wanted, today), PER_PAGE).get_page(wanted.page)


def of_project(user: "User", project: Project) -> list[ResourceRequest]:
    """The requests of a project but those withdrawn, the first needed first; one query."""
    return ask(_of_project, user, Key(project.pk))


def _of_project(user: "User", project: int) -> "QuerySet[ResourceRequest]":
    seen = ResourceRequest.objects.visible_to(user).filter(project=project).exclude(state=State.WITHDRAWN)
    requests: QuerySet[ResourceRequest] = seen.select_related("owner", "project").order_by("needed_by", "pk")
    return requests


def projects_to_ask(user: "User", words: str, most: int = 30) -> list[Project]:
    """The projects this person may ask for, those with a name like the words; the first thirty by name."""
    seen = Project.objects.visible_to(user).filter(removed_on=None, completed_on=None)
    for word in words.split():
        seen = seen.filter(search_text__contains=word.casefold())
    return list(seen.select_related("territory").order_by("name")[:most])


def providing_units(near: Reach = EVERYWHERE) -> list[Unit]:
    """Who can provide, within reach: departments, territories, the office; no enterprise and not the district itself."""
    kinds = (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT, Unit.Kind.LEADING_GROUP)
    return list(Unit.objects.standing().filter(near.units()).exclude(kind__in=kinds).order_by("path"))
