"""各页：重大办、属地、外人、领导、企业；表单不靠脚本；后到的人看到新的；查询个数固定；导出与打印。"""

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import NOW
from tests.planning.builders import compiled, line, reserve
from tests.progress.builders import WAN, add_project
from xushi.config import clock
from xushi.journal.actions import SYSTEM
from xushi.planning.models import Declaration, Programme, ProgrammeItem, Proposal, Reserve
from xushi.planning.reserve import propose_reserves
from xushi.registry.models import AnnualPlan, Listing
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
YEAR = "/planning/2019/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def plan(subdistrict: Unit, other_subdistrict: Unit, office_user: User) -> Programme:
    return compiled(subdistrict, office_user)


@pytest.fixture
def office(office_user: User, signed_in: SignIn) -> Client:
    return signed_in(office_user)


@pytest.fixture
def town(territory_user: User, signed_in: SignIn) -> Client:
    return signed_in(territory_user)


def typed(territory: Unit, **more: object) -> dict[str, object]:
    return {
        "name": "数据标注基地", "maturity": "2", "category": "industrial", "territory": territory.pk,
        "responsible_unit": territory.pk, "total_investment": "85,000", "first_year_investment": "20000",
        "lacking": "定投资主体",
    } | more  # fmt: skip


def test_a_territory_puts_in_its_own_and_no_others(
    plan: Programme, town: Client, subdistrict: Unit, other_subdistrict: Unit
) -> None:
    answer = town.post("/planning/reserve/new/", typed(other_subdistrict))
    assert answer.status_code == 422
    assert "要有一个是您自己的单位" in answer.content.decode()
    assert town.post("/planning/reserve/new/", typed(subdistrict)).status_code == 302
    made = Reserve.objects.get(name="数据标注基地")
    assert (made.total_investment, made.proposed_unit) == (85_000 * WAN, "江浦街道")
    again = town.post("/planning/reserve/new/", typed(subdistrict, name="数据 标注基地"))
    assert "储备里已有“数据标注基地”" in again.content.decode()
    negative = town.post("/planning/reserve/new/", typed(subdistrict, name="乙", total_investment="-1"))
    assert "总投资不能是负数" in negative.content.decode()


def test_what_others_see(plan: Programme, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    entry, one = Reserve.objects.get(name="康养小镇"), ProgrammeItem.objects.get(name="前期的桥")
    own = [reverse("planning:entry", args=[entry.pk]), reverse("planning:item", args=[one.pk])]
    for name in ("office_user", "leader_user", "territory_user"):
        client = signed_in(request.getfixturevalue(name))
        assert [client.get(page).status_code for page in own] == [200, 200], name
        assert "康养小镇" in client.get("/planning/").content.decode()
    for name in ("stranger", "department_user"):
        client = signed_in(request.getfixturevalue(name))
        assert [client.get(page).status_code for page in own] == [404, 404], name
        assert "康养小镇" not in client.get("/planning/").content.decode()
        assert "前期的桥" not in client.get(YEAR).content.decode()
    for name in ("owner_user", "system_admin", "auditor"):
        client = signed_in(request.getfixturevalue(name))
        assert {client.get(page).status_code for page in (*own, "/planning/", YEAR)} == {403}, name


def test_the_conclusion_and_the_comparison(plan: Programme, office: Client, town: Client) -> None:
    text = office.get(YEAR).content.decode()
    said = "2019年计划2个、1.8亿元，个数比2018年持平，计划投资少0.7亿元；省市重大1个（持平），数量和体量还没有都高于今年"
    assert said in text
    assert "续建2个" in text
    assert said in town.get(YEAR).content.decode()  # all of it is its own
    assert "江浦街道" in office.get(YEAR, {"by": "territory"}).content.decode()
    upper = office.get(YEAR, {"stage": "1", "upper": "1"}).context["page"]
    assert [row.name for row in upper] == ["汤泉文旅商业街配套"]


def test_every_figure_opens_a_list_of_its_length(plan: Programme, office: Client) -> None:
    context = office.get(YEAR).context
    figures = [one for one in (*context["sources"], *context["totals"]) if one.unit == "个"]
    for figure in figures:
        assert office.get(f"{YEAR}?{figure.rows}").context["page"].paginator.count == figure.value, (
            figure.name
        )
    for row in (context["compared"].whole, context["compared"].upper, *context["compared"].rows):
        assert office.get(f"{YEAR}?{row.rows}").context["page"].paginator.count == row.new.count
    for one in office.get("/planning/").context["ripeness"]:
        assert office.get(f"/planning/?{one.count.rows}").context["page"].paginator.count == one.count.value


def test_the_office_reviews_adopts_and_takes_back(plan: Programme, office: Client) -> None:
    one = ProgrammeItem.objects.get(name="前期的桥")
    without = office.post(f"{YEAR}review/", {"pick": f"{one.pk}:1", "act": "drop", "reason": ""})
    assert (without.status_code, "不列入要写理由" in without.content.decode()) == (422, True)
    assert f'value="{one.pk}:1" data-pick aria-label="选“前期的桥”" checked' in without.content.decode()
    office.post(f"{YEAR}review/", {"pick": f"{one.pk}:1", "act": "drop", "reason": "缓"})
    late = office.post(f"{YEAR}review/", {"pick": f"{one.pk}:1", "act": "keep"})
    assert (late.status_code, "刚被别人改过" in late.content.decode()) == (409, True)
    assert office.post(f"{YEAR}adopt/").status_code == 302
    assert Listing.objects.filter(year=2019, level="district").count() == 3
    assert "撤回下达" in office.get(YEAR).content.decode()
    assert office.post(f"{YEAR}undo/", {"reason": "重编"}).status_code == 302
    assert not AnnualPlan.objects.filter(year=2019).exists()


def test_a_proposal_goes_its_way_without_script(plan: Programme, office: Client, town: Client) -> None:
    one = ProgrammeItem.objects.get(name="汤泉文旅商业街配套")
    page = reverse("planning:item", args=[one.pk])
    assert "年度计划超过了总投资" in town.post(
        page, {"kind": "change", "planned": "60000", "reason": "加快"}
    ).content.decode().replace("“汤泉文旅商业街配套”的", "")
    assert town.post(page, {"kind": "change", "planned": "12000", "reason": "加快"}).status_code == 302
    entry = Reserve.objects.get(name="康养小镇")
    assert (
        town.post(reverse("planning:step", args=[entry.pk, "propose"]), {"reason": "能开工"}).status_code
        == 302
    )
    keys = list(Proposal.objects.values_list("pk", flat=True))
    assert "2条待审" in office.get(YEAR).content.decode()
    assert office.post(f"{YEAR}proposals/", {"pick": keys, "act": "accept"}).status_code == 302
    assert ProgrammeItem.objects.get(pk=one.pk).planned_investment == 12_000 * WAN
    assert town.post(f"{YEAR}finish/").status_code == 302
    assert "江浦街道已经报完" in town.post(f"{YEAR}finish/").content.decode()


def test_only_the_office_decides(plan: Programme, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    for name in ("territory_user", "leader_user", "department_user", "owner_user"):
        client = signed_in(request.getfixturevalue(name))
        for verb in ("review", "adopt", "undo"):
            assert client.post(f"{YEAR}{verb}/", {"reason": "x"}).status_code == 403, (name, verb)
        assert client.post("/planning/compile/", {"year": 2020}).status_code == 403
        assert client.post("/planning/declarations/", {"name": "x"}).status_code == 403
        assert client.post("/planning/declarations/step/", {"act": "send"}).status_code == 403
    assert not Programme.objects.get().adopted


def test_declaring_on_the_page(plan: Programme, office: Client, town: Client) -> None:
    where = "/planning/declarations/"
    body = {"name": "汤泉文旅商业街 配套", "level": "provincial", "year": "2018", "stage": "1"}
    unknown = office.post(where, body | {"name": "没有的"})
    assert (unknown.status_code, "项目库里没有“没有的”" in unknown.content.decode()) == (422, True)
    assert office.post(where, body).status_code == 302
    row = Declaration.objects.get()
    assert (
        office.post(f"{where}step/", {"pick": row.pk, "act": "send", "on": "2018-09-03"}).status_code == 302
    )
    odd = office.post(f"{where}step/", {"pick": row.pk, "act": "accept", "on": "九月"})
    assert (odd.status_code, "看不懂" in odd.content.decode()) == (422, True)
    assert office.post(f"{where}step/", {"pick": row.pk, "act": "accept"}).status_code == 302
    assert Listing.objects.filter(year=2018, level="provincial").count() == 1
    assert "已列入" in town.get(where).content.decode()


def test_export_and_print_are_what_the_page_lists(plan: Programme, office: Client, town: Client) -> None:
    answer = town.get(f"{YEAR}export/?stage=1")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:-1]] == ["汤泉文旅商业街配套", "射频芯片产业园"]
    assert rows[1][rows[0].index("年度计划（万元）")] == 10_000
    printed = office.get(f"{YEAR}print/").content.decode()
    assert "新入库的仓库" in printed
    assert "2019年重大项目计划（草案）" in printed


def test_the_queries_do_not_grow(
    plan: Programme, office: Client, subdistrict: Unit, office_user: User
) -> None:
    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as held:
            assert office.get(page).status_code == 200
        return len(held)

    pages = ("/planning/", YEAR, f"{YEAR}?by=territory", f"{YEAR}proposals/", "/planning/declarations/")
    for page in pages:
        queries(page)
    before = [queries(page) for page in pages]
    for number in range(30):
        add_project(subdistrict, f"项目{number}", listed=False)
    propose_reserves([line(subdistrict, f"储备{n}") for n in range(30)], actor=SYSTEM, now=NOW)
    office.post("/planning/compile/", {"year": 2019, "proposals_due": "2018-10-15"}, follow=True)
    assert ProgrammeItem.objects.count() == 64
    assert [queries(page) for page in pages] == before


def test_a_double_of_a_saved_entry_is_told(plan: Programme, office: Client, subdistrict: Unit) -> None:
    entry = reserve(subdistrict, name="丙")
    page = reverse("planning:entry", args=[entry.pk])
    assert office.post(page, typed(subdistrict, name="丙", version=1)).status_code == 302
    late = office.post(page, typed(subdistrict, name="丙二", version=1))
    assert late.status_code == 422
    assert "刚被别人改过" in late.content.decode()
    assert 'value="丙二"' in late.content.decode()
