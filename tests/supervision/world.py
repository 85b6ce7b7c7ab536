"""督办测试的小区：重大办、督查室、两个部门、一个街道，各有其人。"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.core.clock import BEIJING
from xushi.journal.actions import Actor
from xushi.supervision.actions import OrderInput, acknowledge_orders, issue_order
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import Appointment, Role, Unit, User

WEDNESDAY = datetime(2018, 9, 5, 10, 6, tzinfo=BEIJING)


def at(day: int, hour: int = 9, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BEIJING)


@dataclass
class World:
    root: Unit
    office: Unit
    land: Unit
    planning: Unit
    town: Unit
    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        """The actor of a person by name."""
        return Actor(by=self.people[name])

    def order(self, *, now: datetime = WEDNESDAY, by: str = "clerk", **given: object) -> SupervisionOrder:
        """An issued order to the land bureau with the town helping."""
        wanted = {"title": "完成二期4户腾地并交地", "lead": self.land, "co_handlers": (self.town,)} | given
        return issue_order(OrderInput(**wanted), actor=self[by], now=now)  # type: ignore[arg-type]

    def taken_on(self) -> SupervisionOrder:
        """An order due on 12 September that the land bureau has acknowledged."""
        order = self.order(due_on=date(2018, 9, 12))
        acknowledge_orders([order], actor=self["handler"], now=at(5, 11, 40))
        return SupervisionOrder.objects.get(pk=order.pk)


def build() -> World:
    root = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    world = World(
        root,
        UnitFactory(name="区重大办", kind=Unit.Kind.OFFICE, parent=root),
        UnitFactory(name="区国土分局", parent=root),
        UnitFactory(name="区规划分局", parent=root),
        UnitFactory(name="桥林街道", kind=Unit.Kind.SUBDISTRICT, parent=root),
    )
    inspectors = UnitFactory(name="区督查室", parent=root)
    for name, role, unit, scope in (
        ("clerk", Role.OFFICE, world.office, root),
        ("chief", Role.OFFICE, world.office, root),
        ("leader", Role.LEADER, root, root),
        ("other_leader", Role.LEADER, root, root),
        ("inspector", Role.INSPECTOR, inspectors, root),
        ("handler", Role.DEPARTMENT, world.land, world.land),
        ("head", Role.DEPARTMENT, world.land, world.land),
        ("planner", Role.DEPARTMENT, world.planning, world.planning),
        ("town", Role.TERRITORY, world.town, world.town),
    ):
        world.people[name] = appoint(UserFactory(username=name, name=name), role, unit=unit, scope=scope)
    Appointment.objects.filter(user=world.people["head"]).update(is_head=True)
    world.people["head"].forget_appointments()
    return world


def act(client: Client, order: SupervisionOrder, verb: str, **data: Any) -> Any:
    """A step as its form on the order's page sends it."""
    return client.post(reverse("supervision:order_act", args=[order.pk, verb]), data)
