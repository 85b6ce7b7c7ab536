"""共用的工厂：只造行，不走动作；要试动作的测试自己调动作。"""

from datetime import datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from xushi.core.clock import BEIJING
from xushi.units.models import Appointment, Unit, User
from xushi.units.tree import next_path

NOW = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
PASSWORD = "Xushi-2018-pk"


class UnitFactory(DjangoModelFactory):
    """A unit under parent (the root where none is given); the path follows."""

    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"单位{n}")
    kind = Unit.Kind.DEPARTMENT
    parent = None
    path = factory.LazyAttribute(lambda unit: next_path(unit.parent))


class UserFactory(DjangoModelFactory):
    """A person with the password PASSWORD and no appointment; role=… and unit=… give one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    # 不与任何测试里的密码相像：拼成 pk-8021 时，“Fresh-2018-pk”会被判为太像账号
    username = factory.Sequence(lambda n: f"gongwuyuan{n:04d}")
    name = factory.Sequence(lambda n: f"人员{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        role, unit, scope = fields.pop("role", None), fields.pop("unit", None), fields.pop("scope", None)
        user = User.objects.create_user(password=fields.pop("password", PASSWORD), **fields)
        if role:
            appoint(user, role, unit=unit or UnitFactory(), scope=scope)
        return user


def appoint(user: User, role: str, *, unit: Unit, scope: Unit | None = None) -> User:
    """Give a role in a unit over a scope (the unit itself where none is given); returns the person."""
    Appointment.objects.create(
        user=user,
        unit=unit,
        role=role,
        scope=scope or unit,
        unit_name=unit.name,
        started_at=NOW - timedelta(days=365),
    )
    user.__dict__.pop("appointments_in_force", None)
    return user
