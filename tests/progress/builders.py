"""造行：项目、名单、计划、月报，只为月报和入统的测试。"""

from typing import Any

from tests.factories import NOW
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.progress.models import MonthlyReport
from xushi.registry.models import AnnualPlan, Category, Listing, Project
from xushi.units.models import Unit

WAN = 10_000
JUNE, JULY, AUGUST = Month(2018, 6), Month(2018, 7), Month(2018, 8)


def add_project(territory: Unit, name: str, *, listed: bool = True, **fields: Any) -> Project:
    """A project of 50,000 万元 on the district's list of 2018, 当年实施."""
    category, _ = Category.objects.get_or_create(
        code="industrial", defaults={"name": "产业", "path": "0001."}
    )
    columns = {"total_investment": 50_000 * WAN, "responsible_unit": territory} | fields
    project = Project.objects.create(
        name=name, name_key=name_key(name), category=category, territory=territory, **columns
    )
    if listed:
        Listing.objects.create(project=project, year=2018, level="district", stage=1)
    return project


def add_plan(project: Project, wan: int, **fields: Any) -> AnnualPlan:
    return AnnualPlan.objects.create(
        project=project, year=2018, planned_investment=wan * WAN, proposed_at=NOW, **fields
    )


def add_report(project: Project, month: Month, wan: int, **fields: Any) -> MonthlyReport:
    columns = {"state": MonthlyReport.State.ACCEPTED, "submitted_at": NOW} | fields
    return MonthlyReport.objects.create(project=project, month=month, cumulative=wan * WAN, **columns)


def given_year(territory: Unit, name: str = "汤泉文旅商业街配套") -> Project:
    """14,500 万元 by July, 1,850 of them in July, of a plan of 28,600."""
    project = add_project(territory, name)
    add_plan(project, 28_600)
    add_report(project, JUNE, 12_650)
    add_report(project, JULY, 14_500, physical_progress="主体施工至三层。")
    return project
