"""读储备与计划：每页一个函数，查询个数不随行数变。"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from xushi.core.text import row_number
from xushi.duties.models import Duty
from xushi.duties.reach import places_for, reach_of
from xushi.journal.models import Event
from xushi.planning import policy
from xushi.planning.cover import cover_of
from xushi.planning.models import Declaration, Programme, ProgrammeItem, Proposal, Reserve
from xushi.planning.programme import DUTY
from xushi.planning.rules import Maturity
from xushi.planning.wanted import Wanted
from xushi.registry.models import Category
from xushi.units.models import Unit
from xushi.units.tree import above

if TYPE_CHECKING:
    from xushi.units.models import User

PER_PAGE = 50


def reserve_rows(user: "User", wanted: Wanted) -> "QuerySet[Reserve]":
    """The standing reserve, the ripe first, then the larger."""
    rows = Reserve.objects.visible_to(user).filter(wanted.of_reserve(), left_at=None)
    related = rows.select_related("territory", "category", "project")
    return related.order_by("-maturity", "-total_investment", "pk")  # type: ignore[no-any-return]


def item_rows(user: "User", programme: Programme, wanted: Wanted) -> "QuerySet[ProgrammeItem]":
    rows = ProgrammeItem.objects.visible_to(user).filter(wanted.of_items(), programme=programme)
    related = rows.select_related("territory", "category")
    return related.order_by("stage", "-planned_investment", "-total_investment", "pk")  # type: ignore[no-any-return]


def nearest_programmes(user: "User") -> list[Programme]:
    """Those that people of a place have to do with, the latest first: of each year the nearest over it, which takes in
    what stands there; one query."""
    own = Q(district=None)
    for held in user.appointments_in_force:
        own |= Q(district__path__in=above(held.scope.path))
    seen: list[Programme] = []
    for one in Programme.objects.visible_to(user).filter(own).own_first():
        if not any(nearer.year == one.year for nearer in seen):
            seen.append(one)
    return seen


def programmes(user: "User", year: str = "", q: str = "") -> "QuerySet[Programme]":
    """Every one that this person sees, the latest year first, then by district."""
    rows = Programme.objects.visible_to(user).select_related("district")
    if year:
        rows = rows.filter(year=row_number(year) or 0)
    if q:
        rows = rows.filter(district__name__icontains=q)
    return rows.order_by("-year", F("district__path").asc(nulls_first=True))  # type: ignore[no-any-return]


def years(user: "User") -> list[int]:
    """The years of those that this person sees, the latest first; one query."""
    rows = Programme.objects.visible_to(user).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


def lines_in(user: "User", programmes: Iterable[Programme]) -> dict[int, int]:
    """programme → how many lines of it this person sees that are not left out; one query."""
    rows = ProgrammeItem.objects.visible_to(user).filter(programme__in=programmes, dropped=False)
    return dict(rows.order_by().values_list("programme").annotate(n=Count("pk")))


def page_of(rows: "QuerySet[Any]", number: str) -> "Page[Any]":
    return Paginator(rows, PER_PAGE).get_page(number)


def proposals_of(user: "User", programme: Programme) -> "QuerySet[Proposal]":
    """Those waiting first."""
    rows = Proposal.objects.visible_to(user).filter(programme=programme)
    related = rows.select_related("unit", "by", "decided_by", "item", "reserve")
    return related.order_by("decided_at", "pk")  # type: ignore[no-any-return]


def declarations(user: "User", level: str = "", state: str = "") -> "QuerySet[Declaration]":
    rows = Declaration.objects.visible_to(user).select_related("project__territory", "project__category")
    if level:
        rows = rows.filter(level=level)
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("-year", "level", "pk")  # type: ignore[no-any-return]


def left_out(programme: Programme) -> list[str]:
    """The districts that a programme above them does not take in, as they compile their own that year; two queries."""
    paths = cover_of(programme).without
    return [str(unit) for unit in Unit.objects.filter(path__in=paths).order_by("path")] if paths else []


def withdrawn(programme: Programme) -> Event | None:
    """The last 撤回下达 of a draft, whose words every unit in it is to see; one query, none where it is adopted."""
    if programme.adopted:
        return None
    about = Event.objects.filter(subject_kind=programme._meta.label_lower, subject_id=programme.pk)
    return about.filter(verb="planning.programme.withdrawn").order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Asked:
    """谁还没报建议, of the territories in the districts in which this person works."""

    owing: list[str]
    own: list[str]  # those among them for which this person speaks


def asked(user: "User", programme: Programme) -> Asked:
    """Which territories have yet to say that they are through; two queries."""
    duties = Duty.objects.open().about(programme).filter(kind=DUTY).select_related("unit")
    near = reach_of(user)
    units = [duty.unit for duty in duties.order_by("unit__path") if duty.unit]
    speaking = {unit.pk for unit in policy.proposing_units(user, programme)}
    return Asked(
        [str(unit) for unit in units if near.holds(unit)],
        [str(unit) for unit in units if unit.pk in speaking],
    )


def choices(user: "User", district: Unit | None = None) -> dict[str, list[tuple[Any, str]]]:
    """What lists are narrowed by, in a district or wherever this person reaches; two or three queries."""
    tops = Category.objects.filter(parent=None).values_list("path", "name")
    places = places_for(user)
    if district:
        places = places.filter(path__under=district.path)
    return {
        "maturity": [(one.value, one.label) for one in reversed(Maturity)],
        "source": [(value, label) for value, label in ProgrammeItem.Source.choices],
        "stage": [(1, "当年实施"), (2, "前期工作")],
        "territory": [(unit.pk, str(unit)) for unit in places],
        "category": list(tops),
        "upper": [("1", "省市重大")],
        "dropped": [("1", "不列入的")],
    }
