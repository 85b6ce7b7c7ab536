"""造一个小区的考核：演示区那套体系和数，不建项目，几秒钟就有。"""

from dataclasses import dataclass, field
from typing import Any

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.demo.indicators import LATE, PLACES, indicator_stories
from xushi.demo.people import GROUPS
from xushi.demo.storyline import Storyline
from xushi.units.models import Role, Unit, User


@dataclass
class People:
    units: dict[str, Unit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


@dataclass
class District:
    """As much of the demonstration's district as the indicators ask for."""

    people: People
    reporters: dict[str, User]

    def reporter(self, name: str) -> User:
        return self.reporters[name]


def build(root: Unit, office: User) -> District:
    people = People(users={"office": office})
    for name in GROUPS:
        people.units[name] = UnitFactory(name=name, kind=Unit.Kind.WORKING_GROUP, parent=root)
    for name in ("区环保局", "区发改局"):
        people.units[name] = UnitFactory(name=name, kind=Unit.Kind.DEPARTMENT, parent=root)
    reporters = {}
    for name in PLACES:
        people.units[name] = UnitFactory(name=name, kind=Unit.Kind.SUBDISTRICT, parent=root)
        reporters[name] = appoint(UserFactory(name=f"{name}经发办"), Role.TERRITORY, unit=people.units[name])
    group = people.units["生态环境组"]
    people.users["indicator"] = appoint(UserFactory(name="冯立"), Role.INDICATOR_LEAD, unit=group)
    people.users["environment"] = appoint(
        UserFactory(name="秦环保"), Role.DEPARTMENT, unit=people.units["区环保局"]
    )
    district = District(people, reporters)
    line = Storyline()
    story: Any
    for story in indicator_stories(district):  # type: ignore[arg-type]
        line.add(story)
    line.run()
    return district


__all__ = ["LATE", "build"]
