"""哪件预警、哪个问题后面有在办的督办单：给下面的房间看的号。"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q
from django.urls import reverse

from xushi.alerts.models import Alert
from xushi.duties.followed import Follow, follows
from xushi.problems.models import Problem
from xushi.registry.models import Project
from xushi.supervision.models import Instruction, SupervisionOrder

if TYPE_CHECKING:
    from xushi.units.models import User

ALERT, PROBLEM, PROJECT = (model._meta.label_lower for model in (Alert, Problem, Project))


def _open(user: "User", condition: Q, *names: str) -> Any:
    """The open orders in sight, nearest deadline first: one query."""
    orders = SupervisionOrder.objects.open().visible_to(user).filter(condition)
    return orders.order_by("due_at", "serial").values_list("pk", "serial", *names)


def follow(pk: int, serial: int | None) -> Follow:
    """督办17号, and where it opens."""
    return Follow(f"督办{serial}号", reverse("supervision:order", args=[pk]))


def of_problems(user: "User", problems: Collection[Model]) -> dict[int, Follow]:
    """Orders that came of a problem, or of a leader's words about it."""
    keys = [problem.pk for problem in problems]
    own = Q(source_kind=PROBLEM, source_id__in=keys)
    words = Instruction.objects.filter(subject_kind=PROBLEM, subject_id__in=keys).order_by().values("pk")
    said = Q(instruction__in=words)
    names = ("source_kind", "source_id", "instruction__subject_id")
    found: dict[int, Follow] = {}
    for pk, serial, kind, source, subject in _open(user, own | said, *names):
        found.setdefault(source if kind == PROBLEM else subject, follow(pk, serial))
    return found


def of_alerts(user: "User", alerts: Collection[Model]) -> dict[int, Follow]:
    """Orders that came of an alert, else those about its project."""
    rows: dict[int, Any] = {alert.pk: alert for alert in alerts}
    projects = {alert.subject_id for alert in rows.values() if alert.subject_kind == PROJECT}
    wanted = Q(source_kind=ALERT, source_id__in=list(rows)) | Q(project__in=projects)
    of_alert: dict[int, Follow] = {}
    of_project: dict[int, Follow] = {}
    for pk, serial, kind, source, project in _open(user, wanted, "source_kind", "source_id", "project"):
        if kind == ALERT:
            of_alert.setdefault(source, follow(pk, serial))
        if project:
            of_project.setdefault(project, follow(pk, serial))
    about = {pk: of_project.get(row.subject_id) for pk, row in rows.items() if row.subject_kind == PROJECT}
    return {pk: follow for pk, follow in about.items() if follow} | {
        pk: follow for pk, follow in of_alert.items() if pk in rows
    }


def of_projects(user: "User", projects: Collection[Model]) -> dict[int, Follow]:
    """Orders about a project."""
    found: dict[int, Follow] = {}
    keys = [project.pk for project in projects]
    for pk, serial, project in _open(user, Q(project__in=keys), "project"):
        found.setdefault(project, follow(pk, serial))
    return found


def register() -> None:
    follows(PROJECT, of_projects)
    follows(PROBLEM, of_problems)
    follows(ALERT, of_alerts)
