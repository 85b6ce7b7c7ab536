"""各页：重大办、属地、外人、领导；表单不靠脚本；后到的人看到新的、填的还在；查询个数固定；导出、印、命令。"""

import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import NOW
from tests.progress.builders import WAN, add_project
from tests.signings.builders import CODE, line, seen, signing, summit, went
from xushi.config import clock
from xushi.journal.actions import SYSTEM
from xushi.signings import actions
from xushi.signings.models import Signing, SigningEvent, StageLimit
from xushi.signings.recording import sign
from xushi.signings.rules import Stage
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def one(subdistrict: Unit, other_subdistrict: Unit) -> Signing:
    return went(signing(summit(), subdistrict), (Stage.COMPANY, date(2018, 6, 17)))


@pytest.fixture
def office(office_user: User, signed_in: SignIn) -> Client:
    return signed_in(office_user)


@pytest.fixture
def town(territory_user: User, signed_in: SignIn) -> Client:
    return signed_in(territory_user)


def page(held: Signing) -> str:
    return reverse("signings:signing", args=[held.pk])


def take(client: Client, held: Signing, verb: str, **body: object) -> object:
    """One step by its form, at the version it stands at."""
    typed = {f"{verb}-{name}": value for name, value in body.items()}
    version = body.pop("version", None) or seen(held)[held.pk]
    return client.post(reverse("signings:step", args=[held.pk, verb]), {"version": version, **typed})


def typed(event: SigningEvent, territory: Unit, **more: object) -> dict[str, object]:
    return {
        "event": event.pk, "name": "数据标注基地", "enterprise": "甲数据公司", "credit_code": CODE, "kind": "domestic",
        "amount": "85,000", "signed_on": "2018-05-10", "category": "industrial", "territory": territory.pk,
        "responsible_unit": territory.pk, "content": "", "leader": "", "follower": "",
    } | more  # fmt: skip


def test_a_territory_records_a_signing_without_script(one: Signing, town: Client, subdistrict: Unit) -> None:
    form = town.get("/signings/new/")
    assert form.context["form"].initial["territory"] == subdistrict.pk
    wrong = town.post(
        "/signings/new/", typed(one.event, subdistrict, credit_code=CODE[:-1] + "1", amount="-5")
    )
    text = wrong.content.decode()
    assert (wrong.status_code, "校验位对不上" in text, "不能是负数" in text) == (422, True, True)
    assert 'value="甲数据公司"' in text
    answer = town.post("/signings/new/", typed(one.event, subdistrict), follow=True)
    assert "9月26日前跟进一次" in answer.content.decode()
    made = Signing.objects.get(name="数据标注基地")
    assert (made.amount, made.recorded_by.name) == (85_000 * WAN, "王街道")


def test_what_others_see(one: Signing, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    for name, there in (
        ("office_user", True),
        ("leader_user", True),
        ("territory_user", True),
        ("stranger", False),
    ):
        client = signed_in(request.getfixturevalue(name))
        assert client.get(page(one)).status_code == (200 if there else 404), name
        assert (one.name in client.get("/signings/").content.decode()) is there, name
    for name in ("owner_user", "auditor", "system_admin"):
        assert signed_in(request.getfixturevalue(name)).get("/signings/").status_code == 403, name


def test_a_leader_reads_and_is_offered_nothing(one: Signing, leader_user: User, signed_in: SignIn) -> None:
    client = signed_in(leader_user)
    assert client.get(page(one)).context["offered"] == []
    assert "记一个签约" not in client.get("/signings/").content.decode()


def test_the_conclusion_stands_first(one: Signing, office: Client) -> None:
    text = office.get("/signings/").content.decode()
    assert "1个签约项目开工0个；各步的中位天数都在目标以内" in text
    assert "走到注册公司的1个里1个还在等地，压着3.0亿元，其中1个超目标" in text


def test_stage_by_stage_by_the_forms(one: Signing, office: Client, town: Client) -> None:
    assert take(town, one, "reach", stage="3", on="2018-07-20", words="").status_code == 302
    assert take(town, one, "reach", stage="4", on="2018-08-01", words="").status_code == 403
    assert take(office, one, "reach", stage="4", on="2018-08-01", words="").status_code == 302
    assert (
        take(town, one, "follow", words="等列入计划", next_on="2018-09-20", stuck="年度名单").status_code
        == 302
    )
    late = take(office, one, "reach", stage="2", on="2018-06-01", words="")
    assert (late.status_code, "已经在2018-06-17走到了" in late.content.decode()) == (422, True)
    assert take(office, one, "take_back", words="会审没过").status_code == 302
    one.refresh_from_db()
    assert (one.stage, one.stuck) == (Stage.LAND, "年度名单")
    text = office.get(page(one)).content.decode()
    assert "会审没过" in text
    assert "等列入计划" in text


def test_letting_go_and_bringing_back(one: Signing, office: Client, town: Client) -> None:
    without = take(town, one, "lapse", cause="", words="", on="2018-09-12")
    assert (without.status_code, "选一个原因" in without.content.decode()) == (422, True)
    assert take(town, one, "lapse", cause="site", words="地没谈成", on="2018-09-12").status_code == 302
    listed = office.get("/signings/?state=lapsed").content.decode()
    assert "选址没谈成：地没谈成" in listed
    assert "选址没谈成1个、3.0亿元" in listed
    assert [step.verb for step in office.get(page(one)).context["offered"]] == ["restore"]
    assert take(office, one, "restore", words="换了地块").status_code == 302


def test_whoever_is_slower_keeps_what_they_typed(one: Signing, office: Client, town: Client) -> None:
    first = seen(one)[one.pk]
    take(town, one, "follow", words="谈过", next_on="2018-09-20", stuck="")
    late = office.post(
        reverse("signings:step", args=[one.pk, "follow"]),
        {"version": first, "follow-words": "我也谈过", "follow-next_on": "2018-09-25", "follow-stuck": ""},
    )
    text = late.content.decode()
    assert (late.status_code, "刚被别人办过" in text, "我也谈过" in text) == (409, True, True)


def test_linking_by_name_and_becoming_a_project(one: Signing, office: Client, subdistrict: Unit) -> None:
    unknown = take(office, one, "link", name="没有的")
    assert (unknown.status_code, "项目库里没有“没有的”" in unknown.content.decode()) == (422, True)
    project = add_project(subdistrict, "射频芯片产业园一期")
    assert "射频芯片产业园一期" in office.get(page(one)).content.decode()  # alike: offered by name
    assert take(office, one, "link", name="射频芯片 产业园一期").status_code == 302
    one.refresh_from_db()
    assert (one.project, one.stage) == (project, Stage.LISTED)
    assert take(office, one, "unlink", words="挂错了").status_code == 302
    assert take(office, one, "register").status_code == 302
    one.refresh_from_db()
    assert one.project.name == one.name


def test_the_office_keeps_events_and_limits(one: Signing, office: Client) -> None:
    body = {"name": "金洽会", "held_on": "2018-06-21", "published_count": "11", "published_amount": "1900000"}
    assert "写明出处" in office.post("/signings/events/", body).content.decode()
    assert office.post("/signings/events/", body | {"published_source": "报告"}).status_code == 302
    event = SigningEvent.objects.get(name="金洽会")
    assert event.published_amount == 1_900_000 * WAN
    assert "待核" in office.get("/signings/events/").content.decode()
    where = reverse("signings:event", args=[event.pk])
    changed = body | {"published_source": "报告", "name": "金洽会上会", "version": "1"}
    assert office.post(where, changed).status_code == 302
    assert office.post(where, changed).status_code == 409
    days = {f"stage{n}": "20" for n in range(1, 6)}
    assert office.post("/signings/limits/", days | {"stage1": "0"}).status_code == 422
    assert office.post("/signings/limits/", days).status_code == 302
    assert set(StageLimit.objects.values_list("days", flat=True)) == {20}


def test_export_print_and_command_are_what_the_page_lists(
    one: Signing, office: Client, subdistrict: Unit
) -> None:
    signing(one.event, subdistrict, "=HYPERLINK(1)")
    answer = office.get("/signings/export/?at=1")
    rows = list(
        load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    )
    assert [row[0] for row in rows[1:-1]] == ["'=HYPERLINK(1)"]
    assert rows[1][rows[0].index("签约投资额（万元）")] == 30_000
    printed = office.get("/signings/print/").content.decode()
    assert "2个签约项目开工0个" in printed
    assert "射频芯片产业园公司" in printed
    out = io.StringIO()
    call_command("signings", "funnel", "--json", stdout=out)
    stages = json.loads(out.getvalue())["stages"]
    assert [(row["stage"], row["count"], row["amount"]) for row in stages[:3]] == [
        ("signed", 2, "6"), ("company", 1, "3"), ("land", 0, "0"),
    ]  # fmt: skip
    assert (stages[0]["median_days"], stages[0]["limit_days"], stages[1]["late"]) == (38, 45, 1)
    with pytest.raises(CommandError, match="有的是：集成电路峰会"):
        call_command("signings", "funnel", "--event", "没有的", stdout=out)


def test_the_queries_do_not_grow(one: Signing, office: Client, subdistrict: Unit) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as held:
            assert office.get(address).status_code == 200
        return len(held)

    pages = ("/signings/", "/signings/?state=lapsed", "/signings/events/", "/signings/print/", page(one))
    gone = signing(one.event, subdistrict, "没谈成的")
    actions.lapse(seen(gone), "site", "地没谈成", actor=SYSTEM, now=NOW)
    for address in pages:
        queries(address)
    before = [queries(address) for address in pages]
    more = sign([line(one.event, subdistrict, f"项目{n}") for n in range(40)], actor=SYSTEM, now=NOW)
    actions.lapse({row.pk: None for row in more[:20]}, "funds", "停了", actor=SYSTEM, now=NOW)
    for _ in range(5):
        actions.follow_up(seen(one), "又谈", date(2018, 9, 20), actor=SYSTEM, now=NOW)
    assert [queries(address) for address in pages] == before
    assert max(before) < 30


@pytest.mark.parametrize("query", ["page=99", "page=x", "at=x&state=y", "q=%E5%9C%B0"])
def test_an_odd_address_still_answers(query: str, one: Signing, office: Client) -> None:
    assert office.get(f"/signings/?{query}").status_code == 200
