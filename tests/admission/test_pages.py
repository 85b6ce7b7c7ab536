"""准入的页：没脚本也能申报、答复、决定；后到的人看到新的；结论、并排、存档、履约；查询数不随行数长。"""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.admission.builders import (
    CLAUSE,
    CODE,
    answered,
    applied,
    category,
    decided,
    decision,
    department,
    industry,
    sent,
)
from tests.factories import NOW
from xushi.admission import standards
from xushi.admission.models import Application, Breach, Decision, Delivery, Opinion, Sitting
from xushi.admission.models_standards import ReviewTerms
from xushi.admission.table import Outcome, State
from xushi.config import clock
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TYPED = {
    "name": "宁芯先进封测基地", "enterprise": "南京宁芯封测有限公司", "credit_code": CODE, "investment": "62,000",
    "land": "100", "output": "115000", "tax": "3080", "energy": "9430", "rnd": "7130", "production": "2020-06",
    "capacity_year": "2021",
    "fit": "封装测试", "environment": "废水接管", "breach": "三项写入合同", "breach_clause": CLAUSE, "token": "t1",
}  # fmt: skip
DECIDE = {
    "decide-outcome": "conditional", "decide-votes_conditional": "7", "decide-votes_admitted": "1",
    "decide-votes_deferred": "1", "decide-condition_1": "用地由100亩核减为88亩", "decide-reasons": "核减后达标",
    "decide-investment": "62,000", "decide-land": "88", "decide-output": "115,000", "decide-tax": "3,080",
    "decide-energy": "9,430", "decide-rnd": "7,130",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def scene(district: Unit, subdistrict: Unit, office_user: User, territory_user: User) -> SimpleNamespace:
    people = [department(district, name) for name in ("区环保局", "区经信局")]
    return SimpleNamespace(
        town=subdistrict, office=office_user, applicant=territory_user, people=people,
        units=[person.unit for person in people],
    )  # fmt: skip


def page(client: Client, name: str, *args: Any, **query: Any) -> Any:
    return client.get(reverse(f"admission:{name}", args=args), query)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_territory_applies_without_script(
    scene: SimpleNamespace, signed_in: SignIn, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client, address = signed_in(scene.applicant), reverse("admission:new")
    chosen = {"industry": industry().pk, "category": category().code, "territory": scene.town.pk}
    assert "宁芯" not in text(client.get(address))
    bad = client.post(address, TYPED | chosen | {"credit_code": CODE[:-1] + "0", "land": "百亩"})
    assert bad.status_code == 422
    assert "用地请只填数字" in text(bad)
    assert 'value="南京宁芯封测有限公司"' in text(bad)
    bad = client.post(address, TYPED | chosen | {"credit_code": CODE[:-1] + "0"})
    assert f"按前17位末位应是{CODE[-1]}" in text(bad)
    upload = SimpleUploadedFile("能评.pdf", b"%PDF-1.4\n%%EOF\n")
    good = client.post(address, TYPED | chosen | {"attachments": [upload]})
    made = Application.objects.get()
    assert good.headers["Location"] == reverse("admission:application", args=[made.pk])
    shown = text(client.get(good.headers["Location"]))
    assert "核减用地12亩，亩均税收就达标；还没征求部门意见" in shown
    assert "8项门槛4项达标，差亩均税收4.2万元/亩" in shown
    file = client.get(reverse("admission:file", args=[made.files.get().pk]))
    assert (file.status_code, file.headers["Content-Disposition"][:10]) == (200, "attachment")


def test_a_department_answers_from_its_phone(scene: SimpleNamespace, signed_in: SignIn) -> None:
    made = sent(scene.town, scene.office, scene.units)
    client, one = signed_in(scene.people[0]), made.opinions.order_by("pk")[0]
    assert "1件等本单位答复" in text(page(client, "desk"))
    assert "宁芯" in text(page(client, "desk", mine="1"))
    address = reverse("admission:opine", args=[one.pk])
    bad = client.post(address, {f"o{one.pk}-answer": "opposed", "seen": "waiting"})
    assert (bad.status_code, "不同意的写明理由" in text(bad)) == (422, True)
    good = client.post(
        address, {f"o{one.pk}-answer": "agreed", f"o{one.pk}-words": "符合", "seen": "waiting"}
    )
    assert good.status_code == 302
    slow = client.post(
        address, {f"o{one.pk}-answer": "conditional", f"o{one.pk}-words": "先签", "seen": "waiting"}
    )
    assert (slow.status_code, "请看过再决定要不要改" in text(slow)) == (409, True)
    one.refresh_from_db()
    assert (one.answer, one.by) == ("agreed", scene.people[0])
    assert client.post(reverse("admission:opine", args=[one.pk + 1]), {}).status_code == 403


def test_the_office_sends_judges_sits_and_decides(scene: SimpleNamespace, signed_in: SignIn) -> None:
    made = applied(scene.town, scene.applicant)
    client = signed_in(scene.office)
    planned = client.post(
        reverse("admission:sittings"), {"at": f"{NOW + timedelta(days=2):%Y-%m-%dT14:00}", "place": "301"}
    )
    assert planned.status_code == 302

    def step(verb: str, **typed: Any) -> Any:
        made.refresh_from_db()
        body = {f"{verb}-{name}": value for name, value in typed.items()}
        return client.post(reverse("admission:step", args=[made.pk, verb]), body | {"version": made.version})

    assert step("send").status_code == 422
    assert step("send", units=[unit.pk for unit in scene.units]).status_code == 302
    assert step("judge", fit="1", environment="1", breach="1").status_code == 302
    assert step("sit", sitting=Sitting.objects.get().pk).status_code == 302
    assert step("renew").status_code == 422
    address = reverse("admission:decide", args=[made.pk])
    made.refresh_from_db()
    early = client.post(address, DECIDE | {"version": made.version})
    assert (early.status_code, "期限没到" in text(early)) == (422, True)
    for one in Opinion.objects.all():
        client.post(
            reverse("admission:opine", args=[one.pk]), {f"o{one.pk}-answer": "agreed", "seen": "waiting"}
        )
    used = text(page(client, "application", made.pk, use="tax_per_mu-land"))
    assert 'value="用地由100亩核减为88亩"' in used
    assert 'value="88"' in used
    made.refresh_from_db()
    slow = made.version
    assert client.post(address, DECIDE | {"version": slow}).status_code == 302
    late = client.post(address, DECIDE | {"version": slow, "decide-outcome": "refused"})
    assert (late.status_code, "刚被别人办过" in text(late)) == (409, True)
    assert "你填的理由：核减后达标" in text(late)
    made.refresh_from_db()
    assert (made.state, made.project.name) == (State.CONDITIONAL, made.name)
    shown = text(page(client, "application", made.pk))
    assert "附条件准入，到会9人：附条件7、准入1、缓议1" in shown
    known = text(page(client, "decision", Decision.objects.get().pk))
    assert "88亩" in known and "100亩" in known
    assert "产业项目准入会审表" in text(page(client, "sheet", made.pk))
    assert page(client, "sitting", Sitting.objects.get().pk).headers["Location"].endswith(f"/{made.pk}/")


def test_a_refused_decision_keeps_what_was_typed(scene: SimpleNamespace, signed_in: SignIn) -> None:
    made = answered(scene.town, scene.office, scene.units)
    body = DECIDE | {"version": made.version, "decide-votes_refused": "9"}
    answer = signed_in(scene.office).post(reverse("admission:decide", args=[made.pk]), body)
    assert answer.status_code == 422
    assert "票数最多的是“不准入”" in text(answer)
    assert 'value="用地由100亩核减为88亩"' in text(answer)
    assert not Decision.objects.exists()


def test_what_cannot_be_decided_offers_no_form(
    scene: SimpleNamespace, signed_in: SignIn, leader_user: User
) -> None:
    made = answered(scene.town, scene.office, scene.units)
    for person in (leader_user, scene.applicant, scene.people[0]):
        assert 'name="decide-outcome"' not in text(page(signed_in(person), "application", made.pk))
    assert 'name="decide-outcome"' in text(page(signed_in(scene.office), "application", made.pk))


def test_side_by_side_every_threshold_is_one_line(scene: SimpleNamespace, signed_in: SignIn) -> None:
    first = answered(scene.town, scene.office, scene.units)
    decided(first, scene.office)
    second = applied(scene.town, name="智能底盘零部件")
    client = signed_in(scene.office)
    shown = text(page(client, "compare", of=[first.pk, second.pk]))
    assert "2件并排" in shown and "智能底盘零部件" in shown
    assert shown.count('class="sbar-line" x="62.50%"') == 10
    assert "三角是已准入1个的中位" in shown
    assert "没有可以并排的申请" not in text(page(client, "compare"))
    assert page(client, "compare", of="999999").status_code == 404


def test_promises_are_checked_on_their_page_and_the_clause_is_shown(
    scene: SimpleNamespace, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = answered(scene.town, scene.office, scene.units)
    decided(made, scene.office)
    later = NOW.replace(year=2023, month=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    client = signed_in(scene.applicant)
    assert "2022年要核对1件" in text(page(client, "promises"))
    for year in (2021, 2022):
        address = reverse("admission:check", args=[made.pk, year])
        assert client.post(address, {"tax": "2000", "source": ""}).status_code == 422
        assert client.post(address, {"tax": "2000", "source": "税务局入库数"}).status_code == 302
    assert Delivery.objects.count() == 2
    shown = text(page(client, "application", made.pk))
    assert f"违约责任：{CLAUSE}" in shown
    assert "违约 65%" in shown
    office = signed_in(scene.office)
    assert "1项违约没了结" in text(page(office, "promises"))
    assert (
        office.post(
            reverse("admission:settle", args=[Breach.objects.get().pk]), {"words": "返还"}
        ).status_code
        == 302
    )
    assert Breach.objects.get().settled_words == "返还"


def test_conditions_are_reported_met(scene: SimpleNamespace, signed_in: SignIn) -> None:
    made = answered(scene.town, scene.office, scene.units)
    found = decided(made, scene.office)
    client = signed_in(scene.applicant)
    client.post(reverse("admission:meet", args=[found.conditions.get().pk]), {"words": "红线图已改"})
    assert "红线图已改" in text(page(client, "application", made.pk))


def test_the_office_publishes_thresholds_terms_and_an_industry(
    scene: SimpleNamespace, signed_in: SignIn
) -> None:
    client, held = signed_in(scene.office), industry()
    address = reverse("admission:criterion", args=[held.pk, 2018])
    body = {
        "investment_per_mu": "550",
        "tax_per_mu": "0",
        "fit": "主导",
        "reason": "常务会议",
        "version": "1",
    }
    assert client.post(address, body).status_code == 422
    assert client.post(address, body | {"tax_per_mu": ""}).status_code == 302
    assert client.post(address, body | {"tax_per_mu": ""}).status_code == 409
    newest = standards.set_for(held, 2018)
    assert newest is not None
    assert sorted(one.measure for one in newest.criteria.all()) == ["fit", "investment_per_mu"]
    assert "≥550" in text(page(client, "criteria"))
    typed = {
        "opinion_days": "7",
        "grace_days": "2",
        "silence": "none",
        "kept_percent": "80",
        "breach_years": "3",
    }
    assert client.post(reverse("admission:terms"), typed | {"reason": ""}).status_code == 422
    assert client.post(reverse("admission:terms"), typed | {"reason": "会议纪要"}).status_code == 302
    assert ReviewTerms.objects.get().opinion_days == 7
    client.post(reverse("admission:reviewers"), {"units": [scene.units[1].pk]})
    made = client.post(reverse("admission:criteria"), {"name": "航天", "leading": "on"})
    assert made.status_code == 302
    again = client.post(reverse("admission:criteria"), {"name": "航天"})
    assert (again.status_code, "已有“航天”" in text(again)) == (422, True)


def test_edits_of_a_returned_application_are_told_when_somebody_was_faster(
    scene: SimpleNamespace, signed_in: SignIn
) -> None:
    made = applied(scene.town, scene.applicant)
    client, address = signed_in(scene.applicant), reverse("admission:edit", args=[made.pk])
    assert 'value="62,000"' in text(client.get(address))
    chosen = {
        "industry": industry().pk,
        "category": category().code,
        "territory": scene.town.pk,
        "version": "1",
    }
    assert client.post(address, TYPED | chosen | {"tax": "3600"}).status_code == 302
    slow = client.post(address, TYPED | chosen | {"tax": "3700"})
    assert (slow.status_code, "修改申报" in text(slow), 'value="3700"' in text(slow)) == (409, True, True)
    made.refresh_from_db()
    assert made.tax == 3_600 * 10_000


def test_the_export_says_what_the_list_says(scene: SimpleNamespace, signed_in: SignIn) -> None:
    applied(scene.town, scene.applicant, enterprise="=cmd有限公司")
    answer = page(signed_in(scene.office), "export", tab="waiting")
    sheet = load_workbook(BytesIO(answer.getvalue())).active
    rows = [
        dict(zip([cell.value for cell in sheet[1]], [cell.value for cell in line], strict=True))
        for line in sheet.iter_rows(min_row=2)
    ]
    assert (rows[0]["企业"], rows[0]["亩均税收（万元/亩）"], rows[0]["没达标"]) == (
        "'=cmd有限公司",
        30.8,
        "亩均税收",
    )
    assert page(signed_in(scene.office), "export", tab="x").status_code == 400


def test_an_odd_address_is_told_and_shows_the_list(scene: SimpleNamespace, signed_in: SignIn) -> None:
    answer = page(signed_in(scene.office), "desk", tab="gold")
    assert (answer.status_code, "没有“gold”这一栏" in text(answer)) == (400, True)


@pytest.mark.parametrize("name", ["desk", "application", "compare"])
def test_pages_ask_the_same_number_of_questions_however_many_rows(
    name: str, scene: SimpleNamespace, signed_in: SignIn
) -> None:
    first = sent(scene.town, scene.office, scene.units)
    sent(scene.town, scene.office, scene.units, name="头一件")
    client = signed_in(scene.office)
    args = [first.pk] if name == "application" else []

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page(client, name, *args).status_code == 200
        return len(found)

    asked()
    few = asked()
    for n in range(4):
        made = answered(scene.town, scene.office, scene.units, name=f"申请{n}")
        if n % 2:
            decided(made, scene.office, decision(Outcome.ADMITTED, conditions=[], reasons="一致同意"))
    assert asked() == few
