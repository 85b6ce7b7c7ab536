"""项目与它的督办单：清单、预警旁边写的“督办17号”，项目页上的一栏。"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F

from xushi.registry.models import Project
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.words import Said, said

if TYPE_CHECKING:
    from xushi.units.models import User

SHOWN = 20


def open_numbers(user: "User", projects: Collection[int]) -> dict[int, str]:
    """{project: 督办17号} of the open order with the nearest deadline, where one is in sight: one query."""
    orders = SupervisionOrder.objects.open().visible_to(user).filter(project__in=projects)
    found: dict[int, str] = {}
    for project, serial in orders.order_by("due_at", "serial").values_list("project", "serial"):
        found.setdefault(project, f"督办{serial}号")
    return found


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order as the project's page tells it."""

    order: SupervisionOrder
    said: Said


def of_project(user: "User", project: Project, now: datetime) -> list[Ordered]:
    """The orders about a project in sight, those open first, nearest deadline first: one query."""
    orders = SupervisionOrder.objects.issued().visible_to(user).filter(project=project).select_related("lead")
    ordered = orders.order_by(F("closed_at").desc(nulls_first=True), "due_at", "serial")
    return [Ordered(order, said(order, now)) for order in ordered[:SHOWN]]
