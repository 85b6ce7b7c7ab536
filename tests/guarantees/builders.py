"""造行：一个街道的项目，一个国土分局，2018年用地指标100亩。"""

from datetime import date
from typing import Any
from uuid import uuid4

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from xushi.guarantees.actions import ask_requests
from xushi.guarantees.models import ResourceRequest, Stock
from xushi.guarantees.rules import Kind, RequestInput
from xushi.guarantees.stocks import set_providers, set_stock
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

MU = Kind.QUOTA.scale
DAY = date(2018, 10, 31)


def land_office(district: Unit) -> User:
    """区国土分局 with one person; it provides quota."""
    unit = UnitFactory(name="区国土分局", kind=Unit.Kind.DEPARTMENT, parent=district)
    set_providers({Kind.QUOTA: unit}, actor=SYSTEM, now=NOW)
    return appoint(UserFactory(name="钱国土"), Role.DEPARTMENT, unit=unit)


def stock(total: int = 100, kind: Kind = Kind.QUOTA) -> Stock:
    return set_stock(kind, 2018, total * kind.scale, "宁国土发〔2018〕12号", actor=SYSTEM, now=NOW)


def ask(project: Project, by: User | None = None, amount: int = 60, **more: Any) -> ResourceRequest:
    """用地指标 unless more says otherwise; amount in the kind's unit."""
    columns: dict[str, Any] = {
        "kind": Kind.QUOTA, "needed_by": DAY, "words": "二期厂房桩基要进场", "token": uuid4().hex
    } | more  # fmt: skip
    row = RequestInput(project.pk, amount=amount * columns["kind"].scale, **columns)
    [made] = ask_requests([row], actor=Actor(by=by), now=NOW)
    return made
