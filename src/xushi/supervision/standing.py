"""哪件预警、哪个问题后面有在办的督办单：给下面的房间看的号。"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet

from xushi.alerts.models import Alert
from xushi.duties.followed import Follow, Heard, follows, hears
from xushi.inspections.models import Finding
from xushi.kit.addresses import address_of
from xushi.kit.among import Among
from xushi.kit.listed import listed
from xushi.kit.phrased import Keys, ask
from xushi.problems.models import Problem, ProblemNote
from xushi.registry.models import Project
from xushi.supervision.models import Instruction, OrderStep, SupervisionOrder

if TYPE_CHECKING:
    from datetime import datetime

    from xushi.units.models import User

SAID = ("plan", "report", "assist", "reply", "ask_extension")
TOLD = ("report", "joined", "note", "solve")
ALERT, FINDING, PROBLEM, PROJECT = (model._meta.label_lower for model in (Alert, Finding, Problem, Project))


def _open(user: "User", condition: Q, *names: str) -> "QuerySet[Any]":
    """The open orders in sight, nearest deadline first."""
    orders = SupervisionOrder.objects.open().few_visible_to(user).filter(condition)
    return orders.order_by("due_at", "serial").values_list("pk", "serial", *names)


def follow(pk: int, serial: int | None, due_at: "datetime | None" = None) -> Follow:
    """督办17号, and where it opens."""
    return Follow(f"督办{serial}号", address_of("supervision:order", pk), due_at)


def of_problems(user: "User", problems: Collection[Model]) -> dict[int, Follow]:
    """Orders that came of a problem, or of a leader's words about it."""
    keys = [problem.pk for problem in problems]
    found: dict[int, Follow] = {}
    for pk, serial, kind, source, subject in ask(_of_problems, user, Keys(keys)):
        found.setdefault(source if kind == PROBLEM else subject, follow(pk, serial))
    return found


def _of_problems(user: "User", problems: list[int]) -> "QuerySet[Any]":
    said = Instruction.objects.filter(listed("subject_id", problems), subject_kind=PROBLEM)
    own = Q(listed("source_id", problems), source_kind=PROBLEM)
    names = ("source_kind", "source_id", "instruction__subject_id")
    return _open(user, own | Q(Among("instruction", said.values("pk"))), *names)


def of_findings(user: "User", findings: Collection[Model]) -> dict[int, Follow]:
    """Orders that came of a finding on a site."""
    keys = [finding.pk for finding in findings]
    found: dict[int, Follow] = {}
    for pk, serial, source in ask(_of_findings, user, Keys(keys)):
        found.setdefault(source, follow(pk, serial))
    return found


def _of_findings(user: "User", findings: list[int]) -> "QuerySet[Any]":
    return _open(user, Q(listed("source_id", findings), source_kind=FINDING), "source_id")


def of_alerts(user: "User", alerts: Collection[Model]) -> dict[int, Follow]:
    """Orders that came of an alert, else those about its project."""
    rows: dict[int, Any] = {alert.pk: alert for alert in alerts}
    projects = {alert.subject_id for alert in rows.values() if alert.subject_kind == PROJECT}
    of_alert: dict[int, Follow] = {}
    of_project: dict[int, Follow] = {}
    for pk, serial, kind, source, project in ask(_of_alerts, user, Keys(rows), Keys(projects)):
        if kind == ALERT:
            of_alert.setdefault(source, follow(pk, serial))
        if project:
            of_project.setdefault(project, follow(pk, serial))
    about = {pk: of_project.get(row.subject_id) for pk, row in rows.items() if row.subject_kind == PROJECT}
    return {pk: follow for pk, follow in about.items() if follow} | {
        pk: follow for pk, follow in of_alert.items() if pk in rows
    }


def _of_alerts(user: "User", alerts: list[int], projects: list[int]) -> "QuerySet[Any]":
    wanted = Q(listed("source_id", alerts), source_kind=ALERT) | Q(listed("project_id", projects))
    return _open(user, wanted, "source_kind", "source_id", "project")


def of_projects(user: "User", projects: Collection[Model]) -> dict[int, Follow]:
    """Orders about a project."""
    found: dict[int, Follow] = {}
    keys = [project.pk for project in projects]
    for pk, serial, project, due_at in ask(_of_projects, user, Keys(keys)):
        found.setdefault(project, follow(pk, serial, due_at))
    return found


def _of_projects(user: "User", projects: list[int]) -> "QuerySet[Any]":
    return _open(user, Q(listed("project_id", projects)), "project", "due_at")


def heard_of_projects(user: "User", projects: Collection[Model]) -> dict[int, Heard]:
    """What units last said of each project, in their orders or its problems: two queries."""
    keys = [project.pk for project in projects]
    orders = SupervisionOrder.objects.issued().visible_to(user).filter(project__in=keys).order_by()
    problems = Problem.objects.visible_to(user).filter(project__in=keys).order_by()
    said = OrderStep.objects.filter(order__in=orders.values("pk"), verb__in=SAID).order_by("at", "pk")
    told = ProblemNote.objects.filter(problem__in=problems.values("pk"), verb__in=TOLD).order_by("at", "pk")
    found: dict[int, Heard] = {}
    for rows, name, page in ((said, "order", "supervision:order"), (told, "problem", "problems:problem")):
        for project, pk, at, words in rows.values_list(f"{name}__project", name, "at", "words"):
            if project not in found or found[project].at < at:
                found[project] = Heard(at, words, address_of(page, pk))
    return found


def register() -> None:
    follows(PROJECT, of_projects)
    follows(PROBLEM, of_problems)
    follows(FINDING, of_findings)
    follows(ALERT, of_alerts)
    hears(PROJECT, heard_of_projects)
