"""一个街道的项目，走预置的手续目录；项目单位、属地、两个部门、重大办、外人各一人。"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.factories import UnitFactory, UserFactory, appoint
from tests.permits import waiting
from tests.progress.builders import add_project
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING
from xushi.journal.actions import SYSTEM, Actor
from xushi.permits.actions_office import open_tracks
from xushi.permits.models import PermitStep
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

FIRST = date(2018, 6, 4)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING)


def later(day: date, days: int) -> date:
    """So many working days later."""
    return calendar().add(day, days)


@dataclass
class World:
    """filing → environment, relocation → supply → construction; people by name."""

    tracks: waiting.Tracks
    project: Project
    people: dict[str, User] = field(default_factory=dict)

    def by(self, name: str) -> Actor:
        return Actor(by=self.people[name])

    def step(self, code: str) -> PermitStep:
        rows = PermitStep.objects.select_related("permit", "project")
        step: PermitStep = rows.get(project=self.project, permit__code=code)
        return step

    def seen(self, code: str) -> dict[int, int | None]:
        step = self.step(code)
        return {step.pk: step.version}


def build(district: Unit, town: Unit, opened: date = FIRST) -> World:
    tracks = waiting.catalogue(district)
    tracks.permits["construction"].valid_months, tracks.permits["construction"].max_extensions = 3, 2
    tracks.permits["construction"].save()
    tracks.catalogue.version = 999
    tracks.catalogue.save()
    company = UnitFactory(name="紫光存储公司", kind=Unit.Kind.ENTERPRISE, parent=district)
    project = add_project(town, "紫光项目", owner_unit=company, responsible_unit=town)
    world = World(tracks, project)
    office = UnitFactory(name="区重大办", kind=Unit.Kind.OFFICE, parent=district)
    other = UnitFactory(name="星甸街道", kind=Unit.Kind.SUBDISTRICT, parent=district)
    world.people = {
        "owner": appoint(UserFactory(name="厂里人"), Role.OWNER, unit=company),
        "town": appoint(UserFactory(name="街道人"), Role.TERRITORY, unit=town),
        "land": appoint(UserFactory(name="国土人"), Role.DEPARTMENT, unit=tracks.departments["land"]),
        "hall": appoint(UserFactory(name="审批人"), Role.DEPARTMENT, unit=tracks.departments["other"]),
        "office": appoint(UserFactory(name="重大办人"), Role.OFFICE, unit=office, scope=district),
        "leader": appoint(UserFactory(name="区领导"), Role.LEADER, unit=district),
        "stranger": appoint(UserFactory(name="外人"), Role.TERRITORY, unit=other),
    }
    open_tracks([project], actor=SYSTEM, now=at(opened))
    return world


def after(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)
