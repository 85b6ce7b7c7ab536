"""读签约：一页清单，一个签约的来龙去脉，表单里可选的；查询个数不随行数变。"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When

from xushi.duties.reach import Reach, places_for
from xushi.kit.phrased import Key, ask
from xushi.registry.containers import of_several
from xushi.registry.models import Category, Project
from xushi.signings.models import LIVE, Signing, SigningEvent, SigningStage
from xushi.signings.rules import Stage, over, pressing, through, waited
from xushi.signings.wanted import Limits, Wanted
from xushi.units.models import Appointment, Role, Unit, User

if TYPE_CHECKING:
    from collections.abc import Iterable

PER_PAGE = 50
LISTED = ("event", "territory", "responsible_unit", "follower", "project", "category")


def found(user: User, wanted: Wanted, limits: Limits, today: date) -> "QuerySet[Signing]":
    """What this person sees of what is wanted: those that wait first, the longest first; then the started, the lapsed."""
    rows = Signing.objects.visible_to(user).filter(wanted.condition(limits, today))
    going = Case(
        When(state="lapsed", then=Value(2)), When(stage__gte=Stage.STARTED, then=Value(1)), default=Value(0)
    )
    return rows.select_related(*LISTED).order_by(going, "stage_on", "pk")  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Line:
    """One signing as lists show it; days: how long it has been at its stage."""

    signing: Signing
    days: int
    over: int
    mark: str
    overdue: int  # days past the day of the next follow-up

    @property
    def waits(self) -> bool:
        return not self.signing.lapsed and self.signing.stage < Stage.STARTED


def lines(signings: "Iterable[Signing]", limits: Limits, today: date) -> list[Line]:
    return [line_of(signing, limits, today) for signing in signings]


def line_of(signing: Signing, limits: Limits, today: date) -> Line:
    stage = signing.reached
    if signing.lapsed:
        return Line(signing, waited(signing.stage_on, signing.lapsed_on or today), 0, "closed", 0)
    days, limit = waited(signing.stage_on, today), limits.get(stage)
    if stage >= Stage.STARTED:
        return Line(signing, days, 0, "completed" if stage == Stage.COMPLETED else "on_schedule", 0)
    overdue = waited(signing.next_on, today) if signing.next_on else 0
    return Line(signing, days, over(days, limit), pressing(days, limit), max(overdue, 0))


def page_of(rows: "QuerySet[Signing]", number: str) -> "Page[Signing]":
    return Paginator(rows, PER_PAGE).get_page(number)


def summed(rows: "QuerySet[Signing]") -> dict[str, int]:
    """How many and how much (元) a list holds; one query."""
    made = rows.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    return {"count": made["count"], "amount": made["amount"] or 0}


@dataclass(frozen=True, slots=True)
class Reached:
    """One stage on a signing's own page: the day, what it took to the next, its limit."""

    stage: Stage
    row: SigningStage | None
    took: int | None
    limit: int | None
    current: bool

    @property
    def over(self) -> int:
        return over(self.took or 0, self.limit)


def track(signing: Signing, limits: Limits, today: date) -> list[Reached]:
    """All seven stages of one signing; one query. The one it stands at runs to today, or to the day it lapsed."""
    rows = {Stage(row.stage): row for row in signing.stages.all()}
    passed = through({stage: row.reached_on for stage, row in rows.items()})
    end = signing.lapsed_on or today
    made = []
    for stage in Stage:
        here, current = passed.get(stage), stage == signing.reached
        following = passed.get(stage.following) if stage.following else None
        days = None
        if here and (following or (current and stage < Stage.STARTED)):
            days = ((following or end) - here).days
        made.append(Reached(stage, rows.get(stage), days, limits.get(stage), current))
    return made


def alike(signing: Signing, most: int = 5) -> list[Project]:
    """Projects of the registry that may be this one: of the same name, or whose owner has the same code."""
    seen = Project.objects.filter(removed_on=None).select_related("territory")
    names = seen.filter(name_key__contains=signing.name_key)
    if signing.credit_code:
        names = names | seen.filter(owner_unit__code=signing.credit_code)
    return list(names.order_by("name")[:most])


def of_project(user: User, project: Project) -> list[Signing]:
    """What this project was signed as; one query."""
    return ask(_of_project, user, Key(project.pk))


def _of_project(user: User, project: int) -> "QuerySet[Signing]":
    rows: QuerySet[Signing] = Signing.objects.visible_to(user).filter(project=project).select_related("event")
    return rows.order_by("signed_on", "pk")


def causes(user: User) -> list[tuple[str, str, int, int]]:
    """流失的原因: code, word, how many, how much (元); the most first."""
    rows = Signing.objects.visible_to(user).exclude(LIVE).order_by().values("lapsed_cause")
    counted = rows.annotate(n=Count("pk"), total=Sum("amount")).order_by("-n", "-total")
    return [
        (row["lapsed_cause"], Signing.Cause(row["lapsed_cause"]).label, row["n"], row["total"])
        for row in counted
    ]


def choices(user: User) -> dict[str, list[tuple[Any, str]]]:
    """What lists are narrowed by; three queries, for whoever is of a part of the tree one or two more."""
    return {
        "event": named_events(SigningEvent.objects.visible_to(user)),
        "territory": [(unit.pk, str(unit)) for unit in places_for(user)],
        "category": list(Category.objects.filter(parent=None).values_list("path", "name")),
        "state": list(Signing.State.choices),
        "at": Stage.choices(),
    }


def named_events(rows: "QuerySet[SigningEvent]") -> list[tuple[int, str]]:
    """The latest first, each by its name; with its district where they are of several."""
    held = list(rows.select_related("district").order_by("-held_on", "-pk"))
    several = of_several(held)
    return [
        (one.pk, f"{one.name}（{one.district}）" if several and one.district else one.name) for one in held
    ]


def following_units() -> "QuerySet[Unit]":
    """Who can follow up: departments, territories, the office."""
    kinds = (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT, Unit.Kind.LEADING_GROUP, Unit.Kind.WORKING_GROUP)
    return Unit.objects.standing().exclude(kind__in=kinds).order_by("path")  # type: ignore[no-any-return]


def people_of(units: "Iterable[int]", near: Reach, kept: int | None = None) -> list[tuple[int, str]]:
    """Who holds office in these units, with the unit behind the name: within reach, or named already; one query."""
    return _named(Appointment.objects.filter(unit__in=list(units)), near, kept)


def leaders(near: Reach, kept: int | None = None) -> list[tuple[int, str]]:
    return _named(Appointment.objects.filter(role=Role.LEADER), near, kept)


def _named(held: "QuerySet[Appointment]", near: Reach, kept: int | None) -> list[tuple[int, str]]:
    if near.beside:
        held = held.filter(near.units("unit__") | Q(user=kept or 0))
    rows = held.filter(ended_at=None, user__is_active=True).select_related("user", "unit")
    named = {one.user_id: f"{one.user.name}（{one.unit}）" for one in rows.order_by("user__name", "pk")}
    return list(named.items())
