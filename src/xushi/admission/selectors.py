"""准入的读法：台面上各栏多少、一页清单、会次、已准入的中位、承诺的核对。"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from xushi.admission.measures import MILLI, Measure
from xushi.admission.models import WAITING_NOW, Application, Breach, Opinion, Promise, Reached, Sitting
from xushi.admission.models_standards import Reviewer
from xushi.admission.scoring import median_reached
from xushi.admission.table import IN, Answer, State
from xushi.core.text import row_number
from xushi.guarantees.policy_units import answered_for
from xushi.units.districts import district_of, districts_of, of_others
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PER_PAGE = 50
LISTED = ("industry", "territory", "sitting")
TABS: dict[str, tuple[str, tuple[State, ...]]] = {
    "waiting": ("待审", (State.SUBMITTED, State.REVIEWING)),
    "in": ("已准入", IN),
    "deferred": ("缓议", (State.DEFERRED,)),
    "refused": ("不准入", (State.REFUSED,)),
    "back": ("退回补正", (State.RETURNED,)),
    "withdrawn": ("已撤回", (State.WITHDRAWN,)),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; ValueError from read where the address is odd."""

    tab: str = "waiting"
    industry: int | None = None
    territory: int | None = None
    q: str = ""
    mine: bool = False
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        tab = query.get("tab", "") or "waiting"
        if tab not in TABS:
            raise ValueError(f"没有“{tab[:20]}”这一栏，请从上面选。")
        return cls(
            tab,
            row_number(query.get("industry", "")),
            row_number(query.get("territory", "")),
            query.get("q", "").strip()[:60],
            query.get("mine") == "1",
            row_number(query.get("page", "")) or 1,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.industry or self.territory or self.q or self.mine)

    def condition(self, user: "User") -> Q:
        wanted = Q(state__in=[state.value for state in TABS[self.tab][1]])
        if self.industry:
            wanted &= Q(industry=self.industry)
        if self.territory:
            wanted &= Q(territory=self.territory)
        if self.mine:
            wanted &= Q(pk__in=owed_opinions(user).values("application"))
        for word in self.q.split():
            wanted &= Q(search_text__contains=word.casefold())
        return wanted


def owed_opinions(user: "User") -> QuerySet[Opinion]:
    """What the units of this person have still to answer."""
    theirs = answered_for(user)
    waiting = Opinion.objects.filter(answer=Answer.WAITING, application__state=State.REVIEWING)
    return waiting.none() if theirs is None else waiting.filter(unit__in=theirs)


def tab_counts(user: "User") -> dict[str, int]:
    """How many stand in each tab: one query."""
    seen = Application.objects.visible_to(user).order_by().values("state").annotate(n=Count("pk"))
    by_state = {one["state"]: one["n"] for one in seen}
    return {tab: sum(by_state.get(state.value, 0) for state in states) for tab, (_, states) in TABS.items()}


def found(user: "User", wanted: Wanted, now: datetime) -> Any:
    """What this person sees of what is wanted, newest first, each with its opinions counted."""
    of_one = Opinion.objects.filter(application=OuterRef("pk")).order_by().values("application")
    counted = {
        "asked": of_one.annotate(n=Count("pk")).values("n"),
        "answered": of_one.exclude(answer=Answer.WAITING).annotate(n=Count("pk")).values("n"),
        "late": of_one.filter(answer=Answer.WAITING, due_at__lt=now).annotate(n=Count("pk")).values("n"),
    }
    seen = Application.objects.visible_to(user).filter(wanted.condition(user))
    return (
        seen.select_related(*LISTED, "criteria")
        .prefetch_related("criteria__criteria", "claims")
        .annotate(**{name: Subquery(rows[:1]) for name, rows in counted.items()})
        .order_by("-submitted_at", "-pk")
    )


def page_of(user: "User", wanted: Wanted, now: datetime) -> Page:
    return Paginator(found(user, wanted, now), PER_PAGE).get_page(wanted.page)


def medians(year: int, places: Iterable[Unit]) -> dict[Measure, Decimal]:
    """The middle of what those admitted this year and the last in the districts of these territories reached, as shares
    of their thresholds: two queries. A district's few say much of each: another's people are shown nothing of them."""
    shares: dict[str, list[Decimal]] = defaultdict(list)
    for measure, milli in _reached(year, places).values_list("measure", "milli"):
        shares[measure].append(Decimal(milli) / MILLI)
    middles = {Measure(measure): median_reached(held) for measure, held in shares.items()}
    return {measure: middle for measure, middle in middles.items() if middle is not None}


def admitted_count(year: int, places: Iterable[Unit]) -> int:
    """How many the median is of."""
    return _reached(year, places).values("decision").distinct().count()


def _reached(year: int, places: Iterable[Unit]) -> "QuerySet[Reached]":
    here = Q(pk__in=[])
    for district in districts_of(places):
        here |= Q(decision__application__territory__path__under=district.path)
    return Reached.objects.filter(here, decision__at__year__gte=year - 1, decision__at__year__lte=year)


def beside(user: "User", application: Application) -> list[Application]:
    """The others of its sitting, else those waiting, itself among them; at most eight, for the tabs over the page."""
    seen = Application.objects.visible_to(user)
    if application.sitting_id:
        rows = seen.filter(sitting=application.sitting_id)
    elif application.is_open:
        rows = seen.filter(WAITING_NOW)
    else:
        return [application]
    held = list(rows.order_by("submitted_at", "pk")[:8])
    return held if application in held else [application, *held[:7]]


def sittings(user: "User", limit: int = 12) -> list[Sitting]:
    """Those this person sees, the latest first, each with how many of its applications they see."""
    of_one = Application.objects.visible_to(user).filter(sitting=OuterRef("pk")).order_by().values("sitting")
    rows = Sitting.objects.visible_to(user).select_related("district")
    rows = rows.annotate(n=Subquery(of_one.annotate(n=Count("pk")).values("n")[:1]))
    return list(rows.order_by("-at", "-pk")[:limit])


def coming_sittings(user: "User", now: datetime) -> list[Sitting]:
    rows = Sitting.objects.visible_to(user).filter(at__gte=now).select_related("district")
    return list(rows.order_by("at", "pk")[:12])


def offered_sittings(user: "User", application: Application, now: datetime) -> list[Sitting]:
    """To come, and for applications from where this one is: the shared ones and those of the districts over it."""
    rows = Sitting.objects.visible_to(user).at(application.territory.path).filter(at__gte=now)
    return list(rows.select_related("district").order_by("at", "pk")[:12])


def offered_units(application: Application) -> list[Unit]:
    """Who can be asked, the usual ones and the territory first, those asked already left out."""
    kinds = (Unit.Kind.DEPARTMENT, *Unit.TERRITORY_KINDS)
    asked = set(application.opinions.values_list("unit", flat=True))
    usual = usual_units(application)
    standing = list(Unit.objects.standing().filter(kind__in=kinds).order_by("path"))
    district = district_of(application.territory)
    others = of_others(standing, district) if district else set()
    rest = [unit for unit in standing if unit.pk not in others]
    every = [*usual, *(unit for unit in rest if unit not in usual)]
    return [unit for unit in every if unit.pk not in asked]


def usual_units(application: Application) -> list[Unit]:
    """Those the district of its territory names, else the common ones."""
    nearest = F("district__path").desc(nulls_last=True)
    known = Reviewer.objects.at(application.territory.path).order_by(nearest, "place", "pk")
    found = list(known.select_related("unit").filter(unit__dissolved_on=None))
    rows = [one for one in found if one.district_id == found[0].district_id]
    return [*(one.unit for one in rows if one.unit_id != application.territory_id), application.territory]


def promises_due(user: "User", year: int) -> QuerySet[Application]:
    """Those let in whose promises are to be checked for a year, those in breach first: with promises and deliveries."""
    due = Promise.objects.filter(application=OuterRef("pk"), first_year__lte=year)
    breached = Breach.objects.filter(promise__application=OuterRef("pk"), settled_at=None)
    seen = Application.objects.visible_to(user).filter(state__in=[state.value for state in IN])
    rows: QuerySet[Application] = (
        seen.filter(Exists(due))
        .annotate(breached=Exists(breached))
        .select_related("territory", "industry", "project")
        .prefetch_related("promises__deliveries", "promises__breaches")
        .order_by("-breached", "capacity_year", "pk")
    )
    return rows


def first_of_sitting(user: "User", sitting: int) -> int | None:
    """The application a sitting opens with; None where this person sees none of it."""
    seen = Application.objects.visible_to(user).filter(sitting=sitting)
    first: int | None = seen.order_by("submitted_at", "pk").values_list("pk", flat=True).first()
    return first
