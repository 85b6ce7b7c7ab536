"""为企服务的清单：容缺还欠的、模拟审批、信用承诺、代办员、套餐；一个项目上的服务。只列本人看得到的。"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xushi.permits.expected import not_started_yet
from xushi.permits.models import (
    WAITING,
    Commitment,
    Package,
    PermitStep,
    Rehearsal,
    ServiceOfficer,
    Track,
)  # fmt: skip
from xushi.permits.packaging import TO_SUBMIT
from xushi.permits.policy import parts_of
from xushi.permits.policy_services import can_assign, held_by, may_serve
from xushi.permits.table import Who
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User

State = PermitStep.State
ON_A_PAGE = 50
LISTS = {
    "lacking": "容缺", "rehearsals": "模拟审批", "commitments": "信用承诺", "officers": "代办员", "packages": "套餐",
}  # fmt: skip
OF_STEP = (
    "step__project__territory__successor", "step__project__responsible_unit__successor",
    "step__project__owner_unit__successor", "step__permit__department__successor",
)  # fmt: skip
OF_PERMIT = tuple(name.removeprefix("step__") for name in OF_STEP)
OF_PROJECT = ("project__territory", "project__responsible_unit", "permit__department__successor")


@dataclass(frozen=True, slots=True)
class Tab:
    """One list: how many are open in it, how many of them are past their day."""

    key: str
    label: str
    count: int
    late: int = 0


def lacking(user: "User") -> QuerySet[PermitStep]:
    """容缺还欠的, the soonest first."""
    rows: QuerySet[PermitStep] = PermitStep.objects.visible_to(user).filter(
        lacking_until__isnull=False, project__removed_on=None
    )
    return rows.select_related(*OF_PROJECT).order_by("lacking_until", "pk")


def rehearsals(user: "User", state: str = "") -> QuerySet[Rehearsal]:
    """What waits for a department, the oldest first; state: those in one state."""
    rows = Rehearsal.objects.visible_to(user).filter(step__project__removed_on=None)
    live = (Rehearsal.State.ASKED, Rehearsal.State.OK)
    rows = rows.filter(state=state) if state in Rehearsal.State.values else rows.filter(state__in=live)
    found: QuerySet[Rehearsal] = rows.select_related(*OF_STEP, "asked_by", "answered_by").order_by(
        "asked_on", "pk"
    )
    return found


def commitments(user: "User", state: str = "") -> QuerySet[Commitment]:
    """待核查的, the soonest first; state: those in one state."""
    rows = Commitment.objects.visible_to(user).filter(step__project__removed_on=None)
    rows = rows.filter(state=state if state in Commitment.State.values else Commitment.State.OPEN)
    found: QuerySet[Commitment] = rows.select_related(*OF_STEP, "checked_by").order_by("check_by", "pk")
    return found


def served(user: "User", today: date, who: str = "") -> QuerySet[Project]:
    """Projects not started that have permits to get, the pressing ones first; who: mine, none (nobody serves) or ""."""
    rows = not_started_yet(Project.objects.visible_to(user), today).filter(track__isnull=False)
    if who == "mine":
        rows = rows.filter(service_officer__person=user)
    elif who == "none":
        rows = rows.filter(service_officer=None)
    pressing = Q(WAITING, due_on__lt=today) | Q(state=State.SUPPLEMENT)
    steps = PermitStep.objects.filter(pressing, project=OuterRef("pk")).order_by()
    rows = rows.annotate(presses=Exists(steps)).select_related(
        "territory", "responsible_unit", "service_officer__person"
    )
    found: QuerySet[Project] = rows.order_by("-presses", "-total_investment", "pk")
    return found


def packages(user: "User") -> list[Package]:
    """套餐 that this person sees: the common ones and those of the districts they have to do with."""
    scopes = [held.scope for held in user.appointments_in_force]
    rows = Package.objects.seen_from(scopes).filter(retired_at=None)
    return list(rows.select_related("district"))


def tabs(user: "User", today: date) -> list[Tab]:
    """Each list with its counts; five queries."""
    owed = (
        lacking(user)
        .order_by()
        .aggregate(count=Count("pk"), late=Count("pk", filter=Q(lacking_until__lt=today)))
    )
    asked = (
        rehearsals(user)
        .order_by()
        .aggregate(count=Count("pk"), late=Count("pk", filter=Q(state=Rehearsal.State.ASKED)))
    )
    open_ = (
        commitments(user)
        .order_by()
        .aggregate(count=Count("pk"), late=Count("pk", filter=Q(check_by__lt=today)))
    )
    mine = served(user, today, "mine").count()
    counted = {
        "lacking": owed, "rehearsals": asked, "commitments": open_, "officers": {"count": mine, "late": 0},
        "packages": {"count": len(packages(user)), "late": 0},
    }  # fmt: skip
    return [Tab(key, label, **counted[key]) for key, label in LISTS.items()]


def said(found: Iterable[Tab]) -> str:
    """容缺还欠3件，1件过期；模拟审批2件等部门看；承诺4份待核查，1份过期."""
    by_key = {one.key: one for one in found}
    owed, asked, signed = by_key["lacking"], by_key["rehearsals"], by_key["commitments"]
    parts = []
    if owed.count:
        parts.append(f"容缺还欠{owed.count}件" + (f"，{owed.late}件过期" if owed.late else ""))
    if asked.late:
        parts.append(f"模拟审批{asked.late}件等部门看")
    if signed.count:
        parts.append(f"承诺{signed.count}份待核查" + (f"，{signed.late}份过期" if signed.late else ""))
    return "；".join(parts) or "没有容缺、模拟、承诺要盯的"


def page_of(rows: Any, number: str) -> Page[Any]:
    return Paginator(rows, ON_A_PAGE).get_page(number)


@dataclass(slots=True)
class Load:
    """What a project's steps ask of its officer."""

    waiting: int = 0
    late: int = 0
    supplements: int = 0


def loads(projects: Iterable[Project], today: date) -> Mapping[int, Load]:
    """By project; one query."""
    found: dict[int, Load] = defaultdict(Load)
    rows = PermitStep.objects.filter(WAITING, project__in=[one.pk for one in projects]).order_by()
    for project, state, due_on in rows.values_list("project_id", "state", "due_on"):
        load = found[project]
        load.waiting += 1
        load.supplements += state == State.SUPPLEMENT
        load.late += state != State.SUPPLEMENT and due_on is not None and due_on < today
    return found


@dataclass(frozen=True, slots=True)
class Offered:
    """A package as one project can use it: names of all its permits, how many are still to be handed in."""

    package: Package
    names: tuple[str, ...]
    left: int


@dataclass(slots=True)
class OfProject:
    """The services on one project's page."""

    officer: ServiceOfficer | None
    packages: list[Offered] = field(default_factory=list)
    rehearsals: list[Rehearsal] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    rehearsable: list[PermitStep] = field(default_factory=list)
    committable: list[PermitStep] = field(default_factory=list)
    side: bool = False
    hall: bool = False
    people: list[tuple[int, str]] = field(default_factory=list)


def of_project(user: "User", project: Project) -> OfProject | None:
    """None where the project has no permits yet; a fixed number of queries."""
    if not Track.objects.filter(project=project).exists():
        return None
    rows = PermitStep.objects.visible_to(user).filter(project=project)
    steps = list(rows.select_related(*OF_PERMIT).order_by("permit__place", "pk"))
    keys = [step.pk for step in steps]
    held = OfProject(ServiceOfficer.objects.filter(project=project).select_related("person").first())
    of = {"step__in": keys}
    held.rehearsals = list(Rehearsal.objects.filter(**of).select_related("step__permit", "answered_by"))
    held.commitments = list(Commitment.objects.filter(**of).select_related("step__permit", "checked_by"))
    live = {one.step_id for one in held.rehearsals if one.state in ("asked", "ok")}
    planned = [step for step in steps if step.state == State.PLANNED]
    held.rehearsable = [step for step in planned if step.ready_since is None and step.pk not in live]
    held.committable = [step for step in planned if step.ready_since is not None]
    held.packages = _offered(steps, project)
    played = [parts_of(user, step) for step in steps]
    held.side = any(parts & {Who.SIDE, Who.OFFICE} for parts in played)
    held.hall = any(parts & {Who.DEPARTMENT, Who.OFFICE} for parts in played)
    held.people = people_for(user) if can_assign(user, project) else []
    return held


def people_for(user: "User") -> list[tuple[int, str]]:
    """Who may be an officer, each with the unit, so that two of one name can be told apart; two queries."""
    people = list(may_serve(user))
    held = {one.user_id: str(one.unit) for one in held_by(people)}
    return [(one.pk, f"{one.name} {held.get(one.pk, '')}".strip()) for one in people]


def _offered(steps: list[PermitStep], project: Project) -> list[Offered]:
    by_code = {step.permit.code: step for step in steps}
    found = []
    for package in Package.objects.at(project.territory.path).filter(retired_at=None):
        own = [by_code[code] for code in package.codes if code in by_code]
        left = sum(step.state in TO_SUBMIT for step in own)
        if left:
            found.append(Offered(package, tuple(step.permit.name for step in own), left))
    return found
