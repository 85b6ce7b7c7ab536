"""一个小区：若干项目、八个月报、五到八月关账、几条预警，供首页各页的测试。"""

from dataclasses import dataclass, field
from datetime import date, datetime

from tests.factories import NOW, UnitFactory
from xushi.alerts import tally
from xushi.alerts.models import Alert
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.core.text import name_key, search_text
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport
from xushi.registry.models import AnnualPlan, Category, Listing, Project
from xushi.units.models import Unit

WAN = 10_000
AUGUST = Month(2018, 8)
KINDS = ("industrial", "infrastructure", "livelihood", "environment")
NAMES = ("产业", "基础设施", "民生社会事业", "环境整治")


@dataclass
class World:
    """What stands: places in turn hold the projects in turn."""

    places: list[Unit]
    owner: Unit | None = None
    projects: list[Project] = field(default_factory=list)


def categories() -> list[Category]:
    roots = [
        Category.objects.get_or_create(code=code, defaults={"name": name, "path": f"{n:04d}."})[0]
        for n, (code, name) in enumerate(zip(KINDS, NAMES, strict=True), 1)
    ]
    leaf, _ = Category.objects.get_or_create(
        code="advanced_manufacturing",
        defaults={"name": "先进制造业", "path": "0001.0001.", "parent": roots[0]},
    )
    return [*roots, leaf]


def build(
    district: Unit, count: int, *, first: Unit | None = None, owner: Unit | None = None, closed: bool = True
) -> World:
    """count projects: every 5th 前期工作, every 7th not started though due, every 4th on the municipal list."""
    places = [first or UnitFactory(name="江浦街道", kind=Unit.Kind.SUBDISTRICT, parent=district)]
    places += [
        UnitFactory(name=name, kind=Unit.Kind.SUBDISTRICT, parent=district)
        for name in ("桥林镇", "浦口经济开发区")
    ]
    made, kinds = World(places, owner), categories()
    made.projects = _projects(range(count), places, kinds, owner)
    _reports(made.projects)
    if closed:
        for number in range(5, 9):
            close_month(Month(2018, number), actor=SYSTEM, now=NOW)
    _alerts(made.projects)
    return made


def _projects(numbers: range, places: list[Unit], kinds: list[Category], owner: Unit | None) -> list[Project]:
    """The projects of these numbers with their listings and plans; the first of all is the owner's."""
    made = Project.objects.bulk_create(
        _project(n, places[n % 3], kinds[n % 5], None if n else owner) for n in numbers
    )
    standing = [*zip(numbers, made, strict=True)]
    Listing.objects.bulk_create(listing for n, project in standing for listing in _listings(n, project))
    AnnualPlan.objects.bulk_create(_plan(n, project) for n, project in standing)
    return made


def _project(n: int, place: Unit, kind: Category, owner: Unit | None) -> Project:
    name = f"{place.name}第{n}号工程"
    late = n % 7 == 3
    return Project(
        name=name, name_key=name_key(name), search_text=search_text(name), category=kind, territory=place,
        responsible_unit=place, owner_unit=owner, total_investment=(n + 1) * 7_000 * WAN,
        started_on=None if late else date(2018, 1 + n % 6, 15),
        completed_on=date(2018, 7, 20) if n % 11 == 10 else None,
        difficulty="征地拆迁" if late else "", owner_kind="private",
    )  # fmt: skip


def _listings(n: int, project: Project) -> list[Listing]:
    stage, levels = 2 if n % 5 == 4 else 1, ("district", "municipal")[: 1 if n % 4 else 2]
    return [Listing(project=project, year=2018, level=level, stage=stage) for level in levels]


def _plan(n: int, project: Project) -> AnnualPlan:
    return AnnualPlan(
        project=project, year=2018, planned_investment=(n + 3) * 1_237 * WAN, start_month=Month(2018, 1 + n % 6),
        completion_month=Month(2018, 12), proposed_at=NOW,
    )  # fmt: skip


def _reports(projects: list[Project]) -> None:
    MonthlyReport.objects.bulk_create(
        MonthlyReport(
            project=project, month=Month(2018, month), state=MonthlyReport.State.ACCEPTED, submitted_at=NOW,
            cumulative=(n + 3) * 1_237 * WAN * month * (60 + n % 50) // 1200,
        )
        for n, project in enumerate(projects) for month in range(1, 9)
    )  # fmt: skip


def _alerts(projects: list[Project]) -> None:
    for n, project in enumerate(projects):
        if n % 5 == 4 or not (n % 7 == 3 or n % 7 == 5):
            continue
        late = n % 7 == 3
        Alert.objects.create(
            subject_kind="registry.project", subject_id=project.pk, subject_name=project.name,
            cause="overdue_start" if late else "slipping", level="red" if late else "yellow",
            since=date(2018, 3, 31), month=AUGUST, points=None if late else -12 - n % 3,
            opened_at=datetime(2018, 9, 5, 3, 0, tzinfo=BEIJING), changed_at=NOW,
            territory=project.territory, responsible_unit=project.responsible_unit, owner_unit=project.owner_unit,
        )  # fmt: skip
    tally.recount()


def grow(here: World, count: int) -> None:
    """count further projects, with the months closed anew over all of them."""
    from xushi.progress.models import MonthClosing, ProjectMonth, SummaryCell

    kinds, start = categories(), len(here.projects)
    more = _projects(range(start, start + count), here.places, kinds, None)
    _reports(more)
    here.projects += more
    for table in (SummaryCell, ProjectMonth, MonthClosing):
        table.objects.all().delete()
    for number in range(5, 9):
        close_month(Month(2018, number), actor=SYSTEM, now=NOW)
    _alerts(more)
