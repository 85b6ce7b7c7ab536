"""项目与它的督办单、批示：清单、预警旁边写的“督办17号”，项目页上的一栏。"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from xushi.duties.followed import Follow
from xushi.kit.listed import listed
from xushi.kit.phrased import Key, Keys, ask
from xushi.registry.models import Project
from xushi.supervision.models import Instruction, SupervisionOrder
from xushi.supervision.standing import follow
from xushi.supervision.words import Said, said

if TYPE_CHECKING:
    from xushi.units.models import User

SHOWN = 20
SAID = 5


def open_orders(user: "User", projects: Collection[int]) -> dict[int, Follow]:
    """{project: 督办17号} of the open order with the nearest deadline, where one is in sight: one query."""
    made: dict[int, Follow] = {}
    for project, pk, serial in ask(_open_of, user, Keys(projects)):
        made.setdefault(project, follow(pk, serial))
    return made


def _open_of(user: "User", projects: list[int]) -> "QuerySet[Any]":
    orders = SupervisionOrder.objects.open().few_visible_to(user).filter(listed("project_id", projects))
    return orders.order_by("due_at", "serial").values_list("project", "pk", "serial")


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order as the project's page tells it."""

    order: SupervisionOrder
    said: Said


def of_project(user: "User", project: Project, now: datetime) -> list[Ordered]:
    """The orders about a project in sight, those open first, nearest deadline first: one query."""
    return [Ordered(order, said(order, now)) for order in ask(_of_project, user, Key(project.pk))]


def _of_project(user: "User", project: int) -> "QuerySet[SupervisionOrder]":
    orders = (
        SupervisionOrder.objects.issued().few_visible_to(user).filter(project=project).select_related("lead")
    )
    return orders.order_by(F("closed_at").desc(nulls_first=True), "due_at", "serial")[:SHOWN]


@dataclass(frozen=True, slots=True)
class Instructed:
    """A leader's words as the project's page tells them; orders are those in sight that came of them."""

    instruction: Instruction
    orders: list[SupervisionOrder]

    @property
    def went(self) -> str:
        """已转督办18号 / 待转办."""
        numbers = "、".join(order.called for order in self.orders if order.serial)
        return f"已转{numbers}" if numbers else str(self.instruction.get_state_display())


def said_of(user: "User", project: Project) -> list[Instructed]:
    """The leaders' words about a project that this person may read, the latest first: two queries."""
    words = ask(_said_of, user, Key(project.pk))
    came: dict[int, list[SupervisionOrder]] = {one.pk: [] for one in words}
    for order in ask(_came_of, user, Keys(came)) if came else ():
        came[order.instruction_id].append(order)
    return [Instructed(one, came[one.pk]) for one in words]


def _said_of(user: "User", project: int) -> "QuerySet[Instruction]":
    words = Instruction.objects.visible_to(user).filter(project=project)
    return words.order_by("-written_at", "-pk")[:SAID]


def _came_of(user: "User", words: list[int]) -> "QuerySet[SupervisionOrder]":
    orders = SupervisionOrder.objects.issued().few_visible_to(user).filter(listed("instruction_id", words))
    return orders.order_by("serial", "pk")
