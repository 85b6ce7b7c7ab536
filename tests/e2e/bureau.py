"""浏览器测试的督办小区：紫光项目应开未开，领导、重大办、国土、桥林各一人，国土另有负责人。"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import LazySettings
from playwright.sync_api import Page, expect

from tests.e2e.town import WAN, run_worker
from tests.supervision.world import World, at
from tests.supervision.world import build as build_world
from xushi.core.months import Month
from xushi.core.text import name_key, search_text
from xushi.progress.warnings import refresh_alerts
from xushi.registry.models import AnnualPlan, Category, Listing, Project


@dataclass(frozen=True)
class Bureau:
    world: World
    project: Project


def build(settings: LazySettings) -> Bureau:
    set_clock(settings, at(5, 10))
    world = build_world()
    kind = Category.objects.create(code="industrial", name="产业", path="0001.")
    name = "紫光项目"
    project = Project.objects.create(
        name=name, name_key=name_key(name), search_text=search_text(name), category=kind, territory=world.town,
        responsible_unit=world.land, total_investment=320_000 * WAN, difficulty="拆迁未清，无作业面",
        leader=world.people["leader"],
    )  # fmt: skip
    Listing.objects.create(project=project, year=2018, level="district", stage=1)
    AnnualPlan.objects.create(
        project=project, year=2018, planned_investment=120_000 * WAN, start_month=Month(2018, 3),
        completion_month=Month(2020, 12), proposed_at=at(3, month=1),
    )  # fmt: skip
    refresh_alerts(now=at(5, 3))
    run_worker()
    return Bureau(world, project)


def set_clock(settings: LazySettings, moment: datetime) -> None:
    """Everybody's clock stands at this moment from now on."""
    settings.XUSHI_NOW = moment
    Path(settings.XUSHI_HOME, "demo-clock").unlink(missing_ok=True)


def badge(page: Page) -> int:
    """The number on 待办, wherever this width shows it; 0 where there is none."""
    found = page.locator("[data-nav=duties] .badge >> visible=true")
    return int(found.first.inner_text()) if found.count() else 0


def see_badge(page: Page, count: int) -> None:
    """After the worker's next second the badge says this, on a page that is drawn anew."""
    run_worker()
    page.goto("/duties/")
    expect(page.locator(".duties-tabs")).to_be_visible()
    assert badge(page) == count, page.locator("main").inner_text()
    assert page.locator(".duty").count() == count


def rolling(page: Page) -> str:
    """What the rolling reminder of the first page says; "" where it is gone."""
    page.goto("/")
    strip = page.locator(".rolling >> visible=true")
    return strip.first.inner_text() if strip.count() else ""


def day(month: int, number: int) -> str:
    return date(2018, month, number).isoformat()
