"""开工之前的一程，四个单位各做各的：招商局签约，属地申报准入，部门答复、批手续，重大办送审、决定、列计划、认定开工。"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.admission.builders import CLAUSE, CODE, category, industry
from tests.e2e.conftest import Open
from tests.e2e.town import overflow, run_worker, sign_in
from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.permits import waiting
from tests.signings.builders import summit
from xushi.registry.models import Project
from xushi.signings.models import Signing
from xushi.signings.rules import Stage
from xushi.units.models import Role, Unit, User

TODAY = NOW.date().isoformat()
NAME = "宁芯先进封测基地"
pytestmark = pytest.mark.both  # what one office writes sets off what the next one sees, on PostgreSQL too


@dataclass(frozen=True)
class Offices:
    invest: User
    town: User
    hall: User
    office: User
    leader: User


@pytest.fixture
def offices(live_server: LiveServer, settings: LazySettings) -> Offices:
    settings.XUSHI_NOW = NOW
    Path(settings.XUSHI_HOME, "demo-clock").unlink(missing_ok=True)
    root = UnitFactory(name="浦口区", kind=Unit.Kind.DISTRICT)
    tracks = waiting.catalogue(root)
    tracks.catalogue.version = 999  # the newest: what follows takes this one
    tracks.catalogue.save()
    hall = tracks.departments["other"]
    tracks.catalogue.permits.update(department=hall)
    people = Offices(
        invest=_person("区投促局", Role.DEPARTMENT, Unit.Kind.DEPARTMENT, root),
        town=_person("江浦街道", Role.TERRITORY, Unit.Kind.SUBDISTRICT, root),
        hall=appoint(UserFactory(name="审批局的人"), Role.DEPARTMENT, unit=hall),
        office=_person("区重大办", Role.OFFICE, Unit.Kind.OFFICE, root),
        leader=appoint(UserFactory(name="区领导"), Role.LEADER, unit=root),
    )
    industry()
    category()
    summit()
    run_worker()
    return people


def _person(name: str, role: Role, kind: str, root: Unit) -> User:
    unit = UnitFactory(name=name, kind=kind, parent=root)
    return appoint(
        UserFactory(name=f"{name}的人"), role, unit=unit, scope=root if role == Role.OFFICE else unit
    )


def fill(page: Page, prefix: str = "", **typed: str) -> None:
    for name, value in typed.items():
        field = page.locator(f"[name='{prefix}{name}']")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def sheet(page: Page, name: str, button: str) -> None:
    """Send the sheet that is open."""
    page.locator(f"#{name}").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status").first).to_be_visible()


def sign_at_the_fair(invest: Page) -> Signing:
    invest.goto("/signings/new/")
    event = invest.locator("[name=event] option").nth(1).inner_text()
    fill(
        invest, event=event, name=NAME, enterprise="南京宁芯封测有限公司", credit_code=CODE, amount="62000",
        signed_on=TODAY, category="先进制造业", territory="江浦街道", responsible_unit="区投促局",
    )  # fmt: skip
    invest.get_by_role("button", name="记下").click()
    expect(invest.get_by_role("status").filter(has_text="已记下")).to_be_visible()
    for stage in ("注册公司", "拿地"):
        invest.locator("[data-sheet-open=step-reach] >> visible=true").first.click()
        options = invest.locator("[name=reach-stage] option").all_inner_texts()
        label = next(one for one in options if stage[:2] in one or stage in one)
        fill(invest, "reach-", stage=label, on=TODAY)
        sheet(invest, "step-reach", "走到一步")
    return Signing.objects.get()


def apply_for_it(town: Page) -> None:
    town.goto("/admission/new/")
    fill(
        town, name=NAME, enterprise="南京宁芯封测有限公司", credit_code=CODE, industry="集成电路封测（主导）",
        category="先进制造业", territory="江浦街道", investment="62,000", land="88", output="115,000", tax="3,080",
        energy="9,430", rnd="7,130", production="2020-06", capacity_year="2021", content="先进封装测试线",
        fit="集成电路", environment="接管后无危废", breach="投资、投产、税收三项", funding="2019年6月前四成",
        breach_clause=CLAUSE,
    )  # fmt: skip
    town.get_by_role("button", name="提交申报").click()
    expect(town.get_by_role("status").filter(has_text="已申报")).to_be_visible()


def admit(office: Page, hall: Page) -> None:
    office.goto("/admission/")
    office.get_by_role("link", name=NAME).first.click()
    address = office.url
    office.locator("[data-sheet-open=step-judge] >> visible=true").first.click()
    for measure in ("fit", "environment", "breach"):
        fill(office, "judge-", **{measure: "符合"})
    office.locator("#step-judge button.btn-primary").click()
    office.locator("[data-sheet-open=step-send] >> visible=true").first.click()
    for box in office.locator("#step-send input[type=checkbox]").all():
        box.set_checked("区行政审批局" in box.locator("xpath=..").inner_text())
    office.locator("#step-send button.btn-primary").click()
    expect(office.get_by_role("status").first).to_be_visible()
    hall.goto(address)
    hall.locator("[data-sheet-open^=opinion-] >> visible=true").first.click()
    hall.locator("[id^=opinion-].is-open label.option, [id^=opinion-] label.option").filter(
        has_text="同意"
    ).first.click()
    hall.get_by_role("button", name="交意见").click()
    expect(hall.get_by_role("status").filter(has_text="已答")).to_be_visible()
    office.goto(address)
    form = office.locator("#decide")
    form.locator("label.option").filter(has_text="准入").first.click()
    form.locator("[name=decide-votes_admitted]").fill("7")
    form.get_by_role("button", name="形成决定").click()
    expect(office.get_by_role("status").filter(has_text="会审准入")).to_be_visible()


def permit(town: Page, hall: Page, project: Project) -> None:
    """The town hands in, the hall approves, one step after the other; what waits for a step is not offered before."""
    address = f"/permits/project/{project.pk}/"
    for code in ("filing", "environment", "relocation", "supply", "construction"):
        town.goto(address)
        town.locator(f"#step-{code} .step-acts").get_by_role("link", name="报件", exact=True).click()
        town.locator("#act").get_by_role("button", name="报件", exact=True).click()
        expect(town.locator(f"#step-{code}")).to_contain_text("已报件")
        hall.goto(address)
        hall.locator(f"#step-{code} .step-acts").get_by_role("link", name="批准", exact=True).click()
        hall.locator("#act").get_by_role("button", name="批准", exact=True).click()
        expect(hall.locator(f"#step-{code}")).to_contain_text("已批准")
    expect(town.locator("#step-construction")).to_be_visible()


@pytest.mark.parametrize("width", ["desktop"], indirect=True)
def test_from_the_signing_to_the_start(open_page: Open, offices: Offices) -> None:
    invest, town, hall, office, leader = (
        sign_in(open_page(), person)
        for person in (offices.invest, offices.town, offices.hall, offices.office, offices.leader)
    )
    signing = sign_at_the_fair(invest)
    apply_for_it(town)
    admit(office, hall)
    project = Project.objects.get()
    signing.refresh_from_db()
    assert (signing.project, signing.reached) == (project, Stage.ADMITTED)

    run_worker()  # its permits are laid out
    office.goto(f"/registry/{project.pk}/listings/")
    fill(office, district="前期工作")
    office.get_by_role("button", name="保存名单").click()
    leader.goto("/permits/")
    expect(leader.locator("main")).to_contain_text("1个未开工项目")

    permit(town, hall, project)
    leader.goto(f"/permits/project/{project.pk}/")
    expect(leader.locator("main")).to_contain_text("开工前的手续都齐了")

    office.goto(f"/registry/{project.pk}/edit/")
    fill(office, started_on=TODAY)
    office.get_by_role("button", name="保存").first.click()
    run_worker()
    signing.refresh_from_db()
    assert signing.reached == Stage.STARTED
    leader.goto(f"/projects/{project.pk}/")
    expect(leader.locator("main")).to_contain_text(NAME)
    leader.goto("/signings/")
    expect(leader.locator("main")).to_contain_text("开工")
    leader.goto("/permits/")
    expect(leader.locator("main")).to_contain_text("没有项目在等前期手续")
    assert overflow(leader) == 0
