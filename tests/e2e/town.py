"""浏览器测试的小区：十二个项目，二月已关账，三月只差一份月报。"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import LazySettings
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, UnitFactory, UserFactory, appoint
from tests.progress import district
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

WAN = 10_000
MARCH = Month(2018, 3)
APRIL_4 = datetime(2018, 4, 4, 9, 0, tzinfo=BEIJING)


@dataclass(frozen=True)
class Town:
    """late: the under-way project whose report of March is not in and whose investment trails far behind."""

    late: Project
    reporter: User
    office: User
    leader: User


def build(settings: LazySettings) -> Town:
    settings.XUSHI_NOW = APRIL_4
    Path(settings.XUSHI_HOME, "demo-clock").unlink(missing_ok=True)
    root = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    UnitFactory(name="江浦街道", kind=Unit.Kind.SUBDISTRICT, parent=root)
    UnitFactory(name="桥林街道", kind=Unit.Kind.SUBDISTRICT, parent=root)
    late = district.build(count=12, months=3, closed=0).projects[4]
    reports = MonthlyReport.objects.filter(project=late)
    reports.filter(month=MARCH).delete()
    for month, cumulative in ((1, 100), (2, 220)):
        reports.filter(month=Month(2018, month)).update(cumulative=cumulative * WAN)
        closed_at = datetime(2018, month + 1, 8, 9, tzinfo=BEIJING)
        close_month(Month(2018, month), actor=SYSTEM, now=closed_at)
    desk = UnitFactory(name="区重大办", kind=Unit.Kind.OFFICE, parent=root)
    people = Town(
        late=late,
        reporter=appoint(UserFactory(username="wang", name="王街道"), Role.TERRITORY, unit=late.territory),
        office=appoint(UserFactory(username="zhou", name="周敏"), Role.OFFICE, unit=desk, scope=root),
        leader=appoint(UserFactory(username="chen", name="陈区长"), Role.LEADER, unit=root),
    )
    run_worker()
    return people


def run_worker() -> None:
    """What the worker beside the web server does in its next second."""
    call_command("worker", once=True)


def sign_in(page: Page, user: User, to: str = "/") -> Page:
    """Through the login page, as people do."""
    page.goto(to)
    page.get_by_label("账号").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".login-form")).to_have_count(0)
    return page


def overflow(page: Page) -> int:
    """How many px the page is wider than its window; 0 when nothing sticks out."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide
