"""一个小区的项目、计划和月报，给数字的测试用：两街道、三类别、十二个项目。"""

from dataclasses import dataclass
from datetime import date, datetime

from tests.factories import UnitFactory
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport
from xushi.registry.actions import list_projects, register_projects, set_plans
from xushi.registry.models import Category, Project
from xushi.registry.rules import ListingInput, PlanInput, ProjectInput
from xushi.units.models import Unit

YI = 10**8
JANUARY = datetime(2018, 1, 2, 9, 0, tzinfo=BEIJING)


@dataclass
class District:
    root: Unit
    territories: list[Unit]
    projects: list[Project]


def city_of(names: str) -> tuple[Unit, list[Unit]]:
    """某市 and a district for each letter of names, of one town each; nothing stands there yet."""
    city = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    districts = [UnitFactory(name=f"{name}区", kind=Unit.Kind.DISTRICT, parent=city) for name in names]
    for one in districts:
        UnitFactory(name=f"{one.name}某街道", kind=Unit.Kind.SUBDISTRICT, parent=one)
    return city, districts


def build(count: int = 12, months: int = 3, closed: int = 2) -> District:
    """count projects with plans, `months` accepted monthly reports each, the first `closed` months closed."""
    root = Unit.objects.filter(parent=None).first() or UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    towns = list(Unit.objects.filter(kind=Unit.Kind.SUBDISTRICT))
    while len(towns) < 2:
        towns.append(UnitFactory(kind=Unit.Kind.SUBDISTRICT, parent=root))
    _categories()
    leaves = ["advanced_manufacturing", "modern_services", "infrastructure"]
    projects = register_projects(
        [
            ProjectInput(
                name=f"第{i}号项目",
                category=leaves[i % 3],
                territory=towns[i % 2].pk,
                responsible_unit=towns[i % 2].pk,
                total_investment=(i + 1) * 7 * YI + 33,
                started_on=date(2018, 1 + i % 4, 15) if i % 5 else None,
                completed_on=date(2018, 2, 20) if i == 1 else None,
                owner_kind="private" if i % 2 else "state",
            )
            for i in range(count)
        ],
        actor=SYSTEM,
        now=JANUARY,
    )
    _list_and_plan(projects)
    _report(projects, months)
    for number in range(1, closed + 1):
        close_month(Month(2018, number), actor=SYSTEM, now=datetime(2018, number + 1, 8, 9, tzinfo=BEIJING))
    return District(root, towns, projects)


def slow_district() -> District:
    """The same; no. 4, started in January, has invested nothing when February closes."""
    district = build(closed=1)
    february = Month(2018, 2)
    MonthlyReport.objects.filter(project=district.projects[4], month=february).update(cumulative=0)
    close_month(february, actor=SYSTEM, now=datetime(2018, 3, 8, 9, tzinfo=BEIJING))
    return district


def _categories() -> None:
    industrial = Category.objects.create(code="industrial", name="产业", path="0001.")
    for n, (code, name) in enumerate(
        [("advanced_manufacturing", "先进制造业"), ("modern_services", "现代服务业")], 1
    ):
        Category.objects.create(code=code, name=name, parent=industrial, path=f"0001.{n:04d}.")
    Category.objects.create(code="infrastructure", name="基础设施", path="0002.")


def _list_and_plan(projects: list[Project]) -> None:
    lists = [ListingInput(p.pk, 2018, "district", 2 if i % 6 == 5 else 1) for i, p in enumerate(projects)]
    lists += [ListingInput(p.pk, 2018, "municipal", 1) for p in projects[1:5]]
    lists += [ListingInput(p.pk, 2018, "provincial", 2 if i else 1) for i, p in enumerate(projects[4:7])]
    list_projects(lists, actor=SYSTEM, now=JANUARY)
    own_curve = ("0", "0.03", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1")
    plans = [
        PlanInput(
            p.pk,
            2018,
            planned_investment=(i + 1) * YI + 7,
            invested_before=i * YI,
            start_month=Month(2017 + i % 2, 1 + i % 6),
            curve=own_curve if i == 3 else None,
        )
        for i, p in enumerate(projects)
    ]
    set_plans(plans, actor=SYSTEM, now=JANUARY)


def _report(projects: list[Project], months: int) -> None:
    MonthlyReport.objects.bulk_create(
        MonthlyReport(project=p, month=Month(2018, m), state="accepted", cumulative=m * (i + 1) * YI // 11)
        for i, p in enumerate(projects)
        for m in range(1, months + 1)
    )
