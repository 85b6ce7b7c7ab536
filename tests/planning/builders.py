"""造行：一个小区，一个续建的、一个前期的，一条成熟储备、一条还缺的。"""

from datetime import date
from typing import Any

from tests.factories import NOW
from tests.progress.builders import WAN, add_plan, add_project
from xushi.core.months import Month
from xushi.journal.actions import Actor
from xushi.planning.models import Programme, Reserve
from xushi.planning.programme import compile_programme
from xushi.planning.reserve import propose_reserves
from xushi.planning.rules import Maturity, ReserveInput
from xushi.registry.models import Listing
from xushi.units.models import Unit, User

DUE = date(2018, 10, 15)


def line(territory: Unit, name: str = "射频芯片产业园", **more: Any) -> ReserveInput:
    """A ripe entry: 30,000 万元, 8,000 in its first year, from March 2019."""
    columns: dict[str, Any] = {
        "category": "industrial",
        "territory": territory.pk,
        "responsible_unit": territory.pk,
        "total_investment": 30_000 * WAN,
        "first_year_investment": 8_000 * WAN,
        "maturity": Maturity.RIPE,
        "expected_start": Month(2019, 3),
    } | more
    return ReserveInput(name, **columns)


def reserve(territory: Unit, by: User | None = None, name: str = "射频芯片产业园", **more: Any) -> Reserve:
    return propose_reserves([line(territory, name, **more)], actor=Actor(by=by), now=NOW)[0]


def little_district(territory: Unit) -> None:
    """2018: 汤泉 goes on to 2020, 年内 is due in 2018, 前期 is preliminary, 新入库 stands on no list."""
    on = add_project(territory, "汤泉文旅商业街配套")
    Listing.objects.create(project=on, year=2018, level="municipal", stage=1)
    add_plan(on, 20_000, invested_before=10_000 * WAN, completion_month=Month(2020, 6))
    due = add_project(territory, "年内竣工的厂房")
    add_plan(due, 5_000, completion_month=Month(2018, 11))
    early = add_project(territory, "前期的桥", listed=False)
    Listing.objects.create(project=early, year=2018, level="district", stage=2)
    add_project(territory, "新入库的仓库", listed=False)


def compiled(territory: Unit, office: User) -> Programme:
    little_district(territory)
    reserve(territory)
    reserve(territory, name="康养小镇", maturity=Maturity.SCHEME, lacking="控规局部调整", expected_start=None)
    return compile_programme(2019, proposals_due=DUE, actor=Actor(by=office), now=NOW)
