"""为企服务的页：谁看哪张清单，谁办得了；填的不丢，慢的听说；查询数不随件数长。"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.config.test_refusals import everything
from tests.factories import UserFactory, appoint
from tests.permits.world import World, at, build, later
from tests.progress.builders import add_project
from xushi.config import clock
from xushi.permits import actions, committing, officers, packaging, rehearsing, urls_catalogue, urls_services
from xushi.permits.actions_office import open_tracks
from xushi.permits.models import Commitment, Package, PermitStep, Rehearsal, ServiceOfficer
from xushi.permits.selectors_services import of_project
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TODAY, SOON = date(2018, 6, 19), date(2018, 7, 17)
NOW = at(TODAY)
EVERYBODY = frozenset({
    "owner", "town", "land", "hall", "office", "leader", "stranger", "system_admin", "security_admin", "auditor",
})  # fmt: skip
OFFICE, SIDE = frozenset({"office"}), frozenset({"office", "town", "owner"})
READERS = frozenset({"office", "leader", "town", "stranger", "land", "hall"})
HALL = frozenset({"hall", "office"})


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it, who writes to it and with what."""

    name: str
    args: tuple[Any, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)


PAGES = (
    *(Page(name, (), READERS) for name in ("catalogue", "catalogue_compare", "catalogue_export", "catalogue_print")),
    Page("catalogue_version", (1,), READERS),
    Page("draft", (), OFFICE),
    Page("draft_begin", writes=OFFICE),
    Page("draft_publish", writes=OFFICE, body={"reason": "x"}),
    Page("draft_discard", writes=OFFICE),
    Page("catalogue_give_up", writes=OFFICE),
    Page("draft_new", (), frozenset(), OFFICE, {"name": "假"}),
    Page("draft_permit", ("filing",), frozenset(), OFFICE, {"name": "假"}),
    Page("draft_remove", ("filing",), writes=OFFICE),
    Page("services", (), READERS),
    Page("assign", writes=OFFICE | {"town"}, body={"id": "project", "person": "town"}),
    Page("package_new", (), OFFICE, OFFICE, {"name": "假", "codes": ["filing", "environment"]}),
    Page("package", ("package",), OFFICE, OFFICE, {"name": "假", "codes": ["filing", "environment"]}),
    Page("package_retire", ("package",), writes=OFFICE),
    Page("package_submit", ("project", "package"), SIDE, SIDE, {"on": str(TODAY)}),
    Page("rehearse", ("supply",), SIDE, SIDE, {"on": str(TODAY), "words": "假"}),
    Page("commit", ("environment",), SIDE | HALL, SIDE | HALL,
         {"on": str(TODAY), "signer": "假", "words": "假", "check_by": str(SOON)}),
    *(Page("rehearsal", ("rehearsal", verb), HALL, HALL, {"on": str(TODAY), "state": "ok", "opinion": "假"})
      for verb in ("answer", "take_up")),
    Page("rehearsal", ("rehearsal", "withdraw"), SIDE, SIDE),
    Page("check", ("commitment",), HALL, HALL, {"on": str(TODAY), "kept": "kept", "words": "假"}),
)  # fmt: skip


@pytest.fixture
def world(
    district: Unit, subdistrict: Unit, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> World:
    settings.MEDIA_ROOT = tmp_path
    found = build(district, subdistrict)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
        found.people[role.value] = appoint(UserFactory(name=role.label), role, unit=district)
    return found


@pytest.fixture
def held(world: World) -> dict[str, Any]:
    """备案以承诺办结、待核查；施工许可模拟等部门看；一个套餐；代办员是街道的人。"""
    town = {"actor": world.by("town"), "now": NOW}
    signed = committing.commit(world.seen("filing"), "厂长", "材料属实", SOON, TODAY, **town)
    asked = rehearsing.ask_rehearsal(world.seen("construction"), "方案、图审", TODAY, **town)
    package = packaging.save_package(
        None, "并着报", ["environment", "relocation"], actor=world.by("office"), now=NOW
    )
    officers.assign_officers([world.project], world.people["town"], **town)
    return {
        "project": world.project.pk, "package": package.pk, "rehearsal": asked.pk, "commitment": signed.pk,
        "environment": world.step("environment").pk, "supply": world.step("supply").pk, "town": world.people["town"].pk,
    }  # fmt: skip


def address(page: Page, held: dict[str, Any]) -> str:
    return reverse(f"permits:{page.name}", args=[held.get(arg, arg) for arg in page.args])


def body(page: Page, held: dict[str, Any]) -> dict[str, Any]:
    return {
        key: held.get(value, value) if isinstance(value, str) else value for key, value in page.body.items()
    }


def test_every_address_has_its_rule() -> None:
    own = (*urls_catalogue.urlpatterns, *urls_services.urlpatterns)
    assert {one.name for one in own} == {page.name for page in PAGES}


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_who_reads_and_who_may_not_write_writes_nothing(
    name: str, world: World, held: dict[str, Any], signed_in: SignIn
) -> None:
    client, wrong = signed_in(world.people[name]), []
    before = everything(("permits", "duties", "alerts"))
    for page in PAGES:
        if page.reads:
            status = client.get(address(page, held)).status_code
            if status not in ((200, 302) if name in page.reads else (403, 404)):
                wrong.append((page.name, *page.args, status))
        if name not in page.writes and page.writes:
            answer = client.post(address(page, held), body(page, held))
            told = answer.status_code in (403, 404) or (page.name == "assign" and answer.status_code == 302)
            if not told:
                wrong.append(("POST", page.name, *page.args, answer.status_code))
    assert not wrong
    assert everything(("permits", "duties", "alerts")) == before


def test_who_is_not_signed_in_is_asked_to(held: dict[str, Any]) -> None:
    for page in PAGES:
        for answer in (Client().get(address(page, held)), Client().post(address(page, held))):
            assert answer.headers["Location"].startswith(reverse("units:login")), page.name


def test_a_form_from_elsewhere_writes_nothing(world: World, held: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        if page.writes:
            assert client.post(address(page, held), body(page, held)).status_code == 403, page.name


def lists(client: Client, which: str, query: str = "") -> str:
    answer = client.get(f"{reverse('permits:services')}?list={which}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_list_and_the_conclusion(world: World, held: dict[str, Any], signed_in: SignIn) -> None:
    step = world.step("supply")
    actions.accept_lacking(
        {step.pk: step.version}, "拆迁尾户三户", SOON, TODAY, actor=world.by("land"), now=NOW
    )
    client = signed_in(world.people["town"])
    text = lists(client, "lacking")
    assert "容缺还欠1件；模拟审批1件等部门看；承诺1份待核查" in text
    assert "拆迁尾户三户" in text
    assert "等部门看" in lists(client, "rehearsals")
    assert "材料属实" in lists(client, "commitments")
    assert "材料属实" not in lists(client, "commitments", "&state=kept")
    assert "紫光项目" in lists(client, "officers", "&who=mine")
    assert "紫光项目" not in lists(client, "officers", "&who=none")
    assert "环评、征地拆迁" in lists(client, "packages")
    assert "容缺" in lists(client, "nothing&page=x&state=zzz")
    other = signed_in(world.people["stranger"])
    for which in ("lacking", "rehearsals", "commitments", "officers"):
        assert "紫光项目" not in lists(other, which)
    assert "没有容缺、模拟、承诺要盯的" in lists(other, "lacking")
    assert "紫光项目" not in lists(signed_in(world.people["land"]), "rehearsals")  # 不是它的一步
    assert "紫光项目" in lists(signed_in(world.people["land"]), "lacking")


def test_what_is_past_its_day_is_red_and_counted(
    world: World, held: dict[str, Any], signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(later(SOON, 1)))
    text = lists(signed_in(world.people["office"]), "commitments")
    assert "承诺1份待核查，1份过期" in text
    assert "t-red bold" in text
    monkeypatch.setattr(clock, "now", lambda: at(SOON))  # 当天不算
    assert (
        "过期"
        not in lists(signed_in(world.people["office"]), "commitments")
        .split("<main")[1]
        .split("source-note")[0]
    )


def test_the_way_of_a_rehearsal_by_its_pages(world: World, signed_in: SignIn) -> None:
    owner, hall = signed_in(world.people["owner"]), signed_in(world.people["hall"])
    step = world.step("construction")
    url = reverse("permits:rehearse", args=[step.pk])
    assert "5个工作日内看过" in owner.get(url).content.decode()
    bad = owner.post(url, {"on": "2030-01-01", "words": "方案"})
    assert bad.status_code == 422
    assert "还没到" in bad.content.decode()
    assert ">方案</textarea>" in bad.content.decode().replace("\n", "")
    assert owner.post(url, {"on": str(TODAY), "words": "方案", "version": step.version}).status_code == 302
    asked = Rehearsal.objects.get()
    url = reverse("permits:rehearsal", args=[asked.pk, "answer"])
    assert hall.post(url, {"on": str(TODAY), "state": "", "opinion": "x"}).status_code == 422
    assert (
        hall.post(url, {"on": str(TODAY), "state": "ok", "opinion": "看过", "version": 9}).status_code == 409
    )
    done = hall.post(url, {"on": str(TODAY), "state": "ok", "opinion": "看过", "version": 1})
    assert done["Location"] == f"{reverse('permits:steps', args=[world.project.pk])}#step-construction"
    assert (
        owner.post(reverse("permits:rehearsal", args=[asked.pk, "withdraw"]), {"version": 2}).status_code
        == 302
    )
    asked.refresh_from_db()
    assert (asked.state, asked.opinion) == ("withdrawn", "看过")
    assert hall.get(reverse("permits:rehearsal", args=[asked.pk, "burn"])).status_code == 404


def test_the_way_of_a_commitment_by_its_pages(world: World, signed_in: SignIn) -> None:
    owner, hall = signed_in(world.people["owner"]), signed_in(world.people["hall"])
    step = world.step("filing")
    url = reverse("permits:commit", args=[step.pk])
    given = {"on": str(TODAY), "signer": "厂长", "words": "属实", "check_by": str(TODAY), "version": 1}
    assert "不晚于签字" in owner.post(url, given).content.decode()
    assert owner.post(url, given | {"check_by": str(SOON)}).status_code == 302
    signed = Commitment.objects.get()
    assert world.step("filing").state == "approved"
    url = reverse("permits:check", args=[signed.pk])
    assert "属实" in hall.get(url).content.decode()
    assert (
        hall.post(url, {"on": str(TODAY), "kept": "broken", "words": "材料是假的", "version": 1}).status_code
        == 302
    )
    assert world.step("filing").state == "planned"
    late = hall.post(url, {"on": str(TODAY), "kept": "kept", "words": "真的", "version": 1})
    assert late.status_code == 409
    assert "没有履行" in late.content.decode()


def test_a_package_from_making_to_handing_in(world: World, signed_in: SignIn) -> None:
    office, owner = signed_in(world.people["office"]), signed_in(world.people["owner"])
    new = reverse("permits:package_new")
    bad = office.post(new, {"name": "一起报", "codes": ["environment"]})
    assert bad.status_code == 422
    assert 'value="一起报"' in bad.content.decode()
    assert office.post(new, {"name": "一起报", "codes": ["environment", "relocation"]}).status_code == 302
    package = Package.objects.get()
    url = reverse("permits:package", args=[package.pk])
    assert (
        office.post(url, {"name": "改名", "codes": ["filing", "environment"], "version": 9}).status_code
        == 409
    )
    submit = reverse("permits:package_submit", args=[world.project.pk, package.pk])
    refused = owner.post(submit, {"on": str(TODAY)})
    assert refused.status_code == 422
    assert refused.content.decode().count("还没办完") == 2
    filing = world.step("filing")
    actions.submit({filing.pk: filing.version}, TODAY, actor=world.by("hall"), now=NOW)
    actions.approve({filing.pk: None}, TODAY, actor=world.by("hall"), now=NOW)
    assert "环评、征地拆迁" in owner.get(submit).content.decode()
    assert owner.post(submit, {"on": str(TODAY), "words": "一并"}).status_code == 302
    assert {world.step(code).state for code in ("environment", "relocation")} == {"submitted"}
    retire = reverse("permits:package_retire", args=[package.pk])
    assert office.post(retire, {"version": 1}).status_code == 302
    assert owner.get(submit).status_code == 404
    assert office.get(url).status_code == 404


def test_an_officer_is_chosen_from_the_list(world: World, signed_in: SignIn) -> None:
    town, url = signed_in(world.people["town"]), reverse("permits:assign")
    assert town.post(url, {"id": world.project.pk, "person": world.people["stranger"].pk}).status_code == 302
    assert not ServiceOfficer.objects.exists()
    assert town.post(url, {"id": "x", "person": ""}, follow=True).content.decode().count("先勾选") == 1
    given = {"id": world.project.pk, "person": world.people["town"].pk, "back": "https://evil.example/"}
    answer = town.post(url, given)
    assert answer["Location"] == f"{reverse('permits:services')}?list=officers"
    assert ServiceOfficer.objects.get().person == world.people["town"]
    assert "街道人" in lists(town, "officers", "&who=mine")


def test_what_a_project_page_is_told(world: World, held: dict[str, Any]) -> None:
    told = {
        name: of_project(world.people[name], world.project) for name in ("owner", "hall", "leader", "town")
    }
    owner, hall, leader, town = (told[name] for name in ("owner", "hall", "leader", "town"))
    assert owner
    assert hall
    assert leader
    assert town
    assert (owner.side, owner.hall, hall.side, hall.hall, leader.side, leader.hall) == (
        True, False, False, True, False, False,
    )  # fmt: skip
    assert [step.permit.code for step in owner.rehearsable] == ["supply", "acceptance"]  # 施工许可已经提过
    assert {step.permit.code for step in owner.committable} == {"environment", "relocation"}
    assert [(one.package.name, one.left) for one in owner.packages] == [("并着报", 2)]
    assert owner.officer
    assert not owner.people
    assert {name.split()[0] for _, name in town.people} >= {"街道人", "重大办人"}
    assert of_project(world.people["office"], add_project(world.project.territory, "没建手续的")) is None


def test_the_queries_do_not_grow(world: World, held: dict[str, Any], signed_in: SignIn) -> None:
    client = signed_in(world.people["office"])

    def asked() -> dict[str, int]:
        found = {}
        for which in ("lacking", "rehearsals", "commitments", "officers", "packages"):
            lists(client, which)
            with CaptureQueriesContext(connection) as queries:
                lists(client, which)
            found[which] = len(queries)
        return found

    PermitStep.objects.filter(pk=held["supply"]).update(lacking="x", lacking_until=SOON)
    few = asked()
    for n in range(12):
        made = add_project(world.project.territory, f"别的{n}")
        open_tracks([made], actor=world.by("office"), now=NOW)
        PermitStep.objects.filter(project=made).update(lacking="欠", lacking_until=date(2018, 7, 1))
        step = PermitStep.objects.get(project=made, permit__code="construction")
        Rehearsal.objects.create(step=step, asked_on=TODAY, words="方案")
        Commitment.objects.create(step=step, signer="甲", words="乙", signed_on=TODAY, check_by=SOON)
        Package.objects.create(name=f"套{n}", codes=["filing", "supply"])
        officers.assign_officers([made], world.people["town"], actor=world.by("office"), now=NOW)
    assert asked() == few


def test_the_project_page_shows_them_to_each_by_their_part(
    world: World, held: dict[str, Any], signed_in: SignIn
) -> None:
    url = reverse("permits:steps", args=[world.project.pk])
    owner, hall, leader = (
        signed_in(world.people[name]).get(url).content.decode() for name in ("owner", "hall", "leader")
    )
    for text in (owner, hall, leader):
        assert "代办员：<b>街道人</b>" in text
        assert "立项备案承诺：<b>待核查</b>" in text
    check = reverse("permits:check", args=[held["commitment"]])
    package = reverse("permits:package_submit", args=[world.project.pk, held["package"]])
    assert check in hall
    assert check not in owner + leader
    assert package in owner
    assert package not in hall + leader
    assert reverse("permits:rehearse", args=[held["supply"]]) in owner
