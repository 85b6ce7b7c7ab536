"""对着什么写：项目、预警、问题、督办单；事由从库里来，主办协办先替人选好。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse

from xushi.alerts.models import Alert
from xushi.alerts.words import Row as AlertRow
from xushi.alerts.words import row_of
from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.duties.reach import Reach
from xushi.duties.words import day_words, deadline_words
from xushi.guarantees.models import ResourceRequest
from xushi.inspections.models import Finding
from xushi.problems.models import Problem
from xushi.registry.models import Project
from xushi.signings.models import Signing
from xushi.signings.rules import waited
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.recognising import Name, Recognised, recognise
from xushi.supervision.table import State
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PROJECT = Project._meta.label_lower
KINDS = ("order", "problem", "finding", "request", "signing", "alert", "project")
OFFERED = (
    Unit.Kind.OFFICE,
    Unit.Kind.DEPARTMENT,
    Unit.Kind.SUBDISTRICT,
    Unit.Kind.FARM,
    Unit.Kind.PARK,
    Unit.Kind.WORKING_GROUP,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What words are written about. query is its place in an address; context is kept with the words."""

    query: str = ""
    kind: str = ""
    id: int | None = None
    name: str = ""
    url: str = ""
    mark: str = ""
    marked: str = ""
    asked: str = ""
    context: str = ""
    project: Project | None = None
    lead: Unit | None = None
    co_handlers: tuple[Unit, ...] = ()
    order: SupervisionOrder | None = None

    @property
    def key(self) -> str:
        """What a draft about it is kept under."""
        return f"instruction-{self.query.replace('=', '-') or 'free'}"


def subject_of(user: "User", query: Mapping[str, Any], now: datetime) -> Subject:
    """What the address names, as this person may see it; 404 for anything else. Nothing named: free words."""
    for kind in KINDS:
        text = str(query.get(kind) or "")
        if text:
            pk = row_number(text)
            if pk is None:
                raise Http404
            return _READERS[kind](user, pk, now)
    return Subject()


def _one(rows: Any, pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _project(user: "User", pk: int, now: datetime) -> Subject:
    project = _one(_projects().visible_to(user), pk)
    alerts = Alert.objects.open().visible_to(user).filter(subject_kind=PROJECT, subject_id=pk)
    rows = [row_of(alert, local_day(now)) for alert in alerts.order_by("level_rank", "cause_rank")]
    return _about_project(project, rows, f"project={pk}", PROJECT, pk, project.name)


def _alert(user: "User", pk: int, now: datetime) -> Subject:
    related = ("territory__successor", "responsible_unit__successor")
    alert = _one(Alert.objects.visible_to(user).select_related(*related), pk)
    row = row_of(alert, local_day(now))
    if alert.subject_kind != PROJECT:
        return _about_alert(alert, row)
    project = _one(_projects(), alert.subject_id)
    name = f"{project.name}{row.cause}"
    return _about_project(project, [row], f"alert={pk}", Alert._meta.label_lower, pk, name)


def _about_alert(alert: Alert, row: AlertRow) -> Subject:
    """An alert of something that is no project: an indicator, a camera, a step. What is owed already has its own page."""
    if not row.orderable:
        raise Http404
    units = [_standing(unit) for unit in (alert.responsible_unit, alert.territory)]
    offered = [unit for unit in units if unit and unit.kind in OFFERED]
    said = f"{row.cause}，{row.amount}{'：' + alert.note if alert.note else ''}"
    return Subject(
        query=f"alert={alert.pk}",
        kind=Alert._meta.label_lower,
        id=alert.pk,
        name=f"{alert.subject_name}{row.cause}",
        url=row.url,
        mark=row.mark,
        marked=f"{row.cause}，{row.amount}",
        asked=str(alert.responsible_unit or alert.territory or ""),
        context=f"{alert.subject_name}。{said}",
        lead=offered[0] if offered else None,
        co_handlers=tuple(dict.fromkeys(unit for unit in offered[1:] if unit != offered[0])),
    )


def _about_project(
    project: Project, rows: Iterable[AlertRow], query: str, kind: str, pk: int, name: str
) -> Subject:
    rows = list(rows)
    lead, helpers = units_for(project)
    said = [f"{row.cause}，{row.amount}{'：' + row.alert.note if row.alert.note else ''}" for row in rows]
    return Subject(
        query=query,
        kind=kind,
        id=pk,
        name=name,
        url=reverse("home:project", args=[project.pk]),
        mark=rows[0].mark if rows else "",
        marked=f"{rows[0].cause}，{rows[0].amount}" if rows else "",
        asked=str(project.territory),
        context=f"{project.name}。{'；'.join(said)}" if said else project.name,
        project=project,
        lead=lead,
        co_handlers=helpers,
    )


def _problem(user: "User", pk: int, now: datetime) -> Subject:
    related = ("project__territory", "project__responsible_unit", "lead", "reported_unit", "batch")
    problem = _one(Problem.objects.visible_to(user).select_related(*related), pk)
    raising = problem.raisings.select_related("by").order_by("-at").first()
    lead, helpers = units_for(problem.project)
    if problem.lead:
        others = [*problem.co_units.all(), *([lead] if lead else []), *helpers]
        lead, helpers = problem.lead, tuple(dict.fromkeys(unit for unit in others if unit != problem.lead))
    return Subject(
        query=f"problem={pk}",
        kind=Problem._meta.label_lower,
        id=pk,
        name=problem.title,
        url=reverse("problems:problem", args=[pk]),
        mark=problem.mark,
        marked=problem.label,
        asked=_asked(problem, raising, now),
        context=f"{problem.words}{chr(10) + raising.words if raising else ''}",
        project=problem.project,
        lead=lead,
        co_handlers=helpers,
    )


def _finding(user: "User", pk: int, now: datetime) -> Subject:
    related = (
        "project__territory__successor",
        "project__responsible_unit__successor",
        "unit__successor",
        "visit__round",
    )
    found = _one(Finding.objects.visible_to(user).select_related(*related), pk)
    lead, helpers = units_for(found.project)
    mending = _standing(found.unit)
    if mending and mending.kind in OFFERED:
        others = [*([lead] if lead else []), *helpers]
        lead, helpers = mending, tuple(dict.fromkeys(unit for unit in others if unit != mending))
    today = local_day(now)
    return Subject(
        query=f"finding={pk}",
        kind=Finding._meta.label_lower,
        id=pk,
        name=str(found),
        url=reverse("inspections:finding", args=[pk]),
        mark=found.mark,
        marked=f"{found.status.label}，{day_words(found.due_on, today)}前改",
        asked=f"{found.visit.round}{day_words(local_day(found.found_at), today)}发现",
        context=f"{found.get_finding_class_display()}，{found.get_severity_display()}。{found.words}",
        project=found.project,
        lead=lead,
        co_handlers=helpers,
    )


def _request(user: "User", pk: int, now: datetime) -> Subject:
    related = ("project__territory", "project__responsible_unit", "owner", "asked_unit")
    request = _one(ResourceRequest.objects.visible_to(user).select_related(*related), pk)
    lead, helpers = units_for(request.project)
    others = [*([lead] if lead else []), *helpers]
    today = local_day(now)
    return Subject(
        query=f"request={pk}",
        kind=ResourceRequest._meta.label_lower,
        id=pk,
        name=str(request),
        url=reverse("guarantees:request", args=[pk]),
        mark=request.mark,
        marked=request.label,
        asked=f"{request.asked_unit or ''}{day_words(local_day(request.asked_at), today)}提出",
        context=f"{request.what}，{day_words(request.needed_by, today)}前要用。{request.words}",
        project=request.project,
        lead=request.owner,
        co_handlers=tuple(dict.fromkeys(unit for unit in others if unit != request.owner)),
    )


def _signing(user: "User", pk: int, now: datetime) -> Subject:
    related = ("event", "territory__successor", "responsible_unit__successor", "project")
    signing = _one(Signing.objects.live().visible_to(user).select_related(*related), pk)
    units = [unit for unit in (_standing(signing.responsible_unit), _standing(signing.territory)) if unit]
    days = waited(signing.stage_on, local_day(now))
    return Subject(
        query=f"signing={pk}",
        kind=Signing._meta.label_lower,
        id=pk,
        name=signing.name,
        url=reverse("signings:signing", args=[pk]),
        mark="needs_coordination",
        marked=f"{signing.reached.label}{days}天，{signing.reached.waiting}",
        asked=str(signing.event),
        context=f"{signing.event}签约，走到{signing.reached.label}{days}天，{signing.reached.waiting}。{signing.stuck}",
        project=signing.project,
        lead=units[0],
        co_handlers=tuple(dict.fromkeys(unit for unit in units[1:] if unit != units[0])),
    )


def _asked(problem: Problem, raising: Any, now: datetime) -> str:
    """区重大办9月11日提请 / 桥林街道9月10日报送."""
    today = local_day(now)
    if raising:
        who = raising.by.unit_name if raising.by else ""
        return f"{who}{day_words(local_day(raising.at), today)}提请"
    return f"{problem.reported_unit or ''}{day_words(local_day(problem.reported_at), today)}报送"


def _order(user: "User", pk: int, now: datetime) -> Subject:
    rows = SupervisionOrder.objects.open().visible_to(user)
    order = _one(rows.select_related("lead", "project", "instruction"), pk)
    last = order.steps.exclude(words="").order_by("-pk").first()
    said = f"{last.unit_name}{last.by_name}：{last.words}" if last else order.demand
    return Subject(
        query=f"order={pk}",
        kind=SupervisionOrder._meta.label_lower,
        id=pk,
        name=order.called,
        url=reverse("supervision:order", args=[pk]),
        mark="working",
        marked=f"{State(order.state).label}，{deadline_words(order.due_at, now)}",
        asked=f"{order.called} · {order.lead}",
        context=f"{order.title}。{said[:300]}",
        project=order.project,
        lead=order.lead,
        co_handlers=tuple(helper.unit for helper in order.helpers.select_related("unit")),
        order=order,
    )


_READERS = {
    "project": _project, "alert": _alert, "problem": _problem, "finding": _finding, "request": _request,
    "signing": _signing, "order": _order,
}  # fmt: skip


def _projects() -> Any:
    return Project.objects.select_related("territory__successor", "responsible_unit__successor")


def units_for(project: Project) -> tuple[Unit | None, tuple[Unit, ...]]:
    """Who leads and who helps before anybody has chosen: the responsible unit, then the territory."""
    wanted = [_standing(project.responsible_unit), _standing(project.territory)]
    units = list(dict.fromkeys(unit for unit in wanted if unit and unit.kind in OFFERED))
    return (units[0], tuple(units[1:])) if units else (None, ())


def _standing(unit: Unit | None) -> Unit | None:
    return unit.successor if unit and unit.dissolved_on else unit


def offered_units(near: Reach, kept: Iterable[int | None] = ()) -> Any:
    """Who can be given something to do by somebody who reaches so far, in the tree's order; kept are named already."""
    units = Unit.objects.standing().filter(kind__in=OFFERED).order_by("path")
    return units.filter(near.units_or(kept))


def unit_names(near: Reach) -> list[Name]:
    """Every unit within reach that can be given something to do, as words may call it: one query."""
    rows = offered_units(near).values_list("pk", "name", "short_name")
    return [Name(pk, tuple(dict.fromkeys((short or name, name)))) for pk, name, short in rows]


def understood(text: str, now: datetime, calendar: WorkingCalendar, near: Reach) -> Recognised:
    return recognise(text, unit_names(near), local_day(now), calendar, _districts(near))


def _districts(near: Reach) -> list[str]:
    """What the districts out of reach are called; no query where none is."""
    if not near.beside:
        return []
    rows = Unit.objects.filter(path__in=near.beside).values_list("name", "short_name")
    return [name for names in rows for name in names if len(name) > 1]
