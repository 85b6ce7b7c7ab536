"""不能报的：说明只是标点；一年投的比总投资还多几倍；还没到、没列入的月份。"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.progress.builders import AUGUST, WAN, given_year
from xushi.config import clock
from xushi.core.months import Month
from xushi.progress.models import MonthlyReport
from xushi.progress.rules_report import Past, ReportInput, Standard, doubts_of, explains
from xushi.registry.models import Project
from xushi.units.models import Unit, User

SignIn = Callable[[User], Client]
PLAN, TOTAL = 80_000 * WAN, 200_000 * WAN
STANDARD = Standard("甲项目", PLAN, Past(), total=TOTAL)


def sentences(cumulative: int, explanation: str = "", standard: Standard = STANDARD) -> list[str]:
    row = ReportInput(1, AUGUST, cumulative * WAN, explanation=explanation)
    return [doubt.sentence for doubt in doubts_of(row, standard, today=date(2018, 9, 12))]


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("。", False),
        ("……！！，，", False),
        ("无误", False),
        ("12345", False),
        ("啊啊啊啊啊", False),
        ("", False),
        ("集中支付", True),
        ("设备款集中支付，有发票可查。", True),
    ],
)
def test_an_explanation_is_a_sentence(text: str, enough: bool) -> None:
    assert explains(text) is enough


def test_punctuation_explains_nothing() -> None:
    [said] = sentences(90_000, "。")
    assert "超过全年计划80,000万元" in said and "不能只写标点" in said
    assert "不能只写标点" not in sentences(90_000)[0]
    assert sentences(90_000, "设备款集中支付") == []


def test_three_times_the_whole_project_cannot_be_explained() -> None:
    assert sentences(600_000, "设备款集中支付") == []  # exactly three times
    [said] = sentences(600_001, "设备款集中支付")
    assert "超过总投资200,000万元的3倍" in said and "请重大办先改总投资再报" in said
    assert "应为" not in said
    [tenfold] = sentences(790_000, "设备款集中支付")
    assert "若多填了一位，应为79,000万元" in tenfold
    assert sentences(600_001, "设备款集中支付", Standard("甲", PLAN, Past())) == []  # no total is known


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def project(subdistrict: Unit, at_work: None) -> Project:
    return given_year(subdistrict)


def send(client: Client, project: Project, amount: str, explanation: str) -> str:
    sent = {
        "act": "submit",
        "entered": "cumulative",
        "amount": amount,
        "physical_progress": "主体结构封顶",
        "explanation": explanation,
        "has_difficulty": "no",
        "based_on": "0",
    }
    answer = client.post(reverse("progress:report", args=[project.pk, AUGUST]), sent)
    return answer.content.decode() if answer.status_code == 422 else f"{answer.status_code}"


@pytest.mark.django_db
def test_the_form_takes_neither(project: Project, territory_user: User, signed_in: SignIn) -> None:
    client = signed_in(territory_user)
    Project.objects.filter(pk=project.pk).update(total_investment=20_000 * WAN)
    page = send(client, project, "36,100", "。")
    assert "不能只写标点或一两个字" in page
    page = send(client, project, "70,000", "设备款集中支付，有发票可查")
    assert "超过总投资20,000万元的3倍" in page
    assert not MonthlyReport.objects.filter(project=project, month=AUGUST).exists()
    assert send(client, project, "36,100", "设备款集中支付，有发票可查") == "302"
    assert MonthlyReport.objects.get(project=project, month=AUGUST).cumulative == 36_100 * WAN


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("month", "why"),
    [(Month(2018, 12), "2018年12月还没到，不能报"), (Month(1900, 1), "不在1900年的项目名单里")],
)
def test_a_month_that_cannot_be_reported_says_so(
    month: Month, why: str, project: Project, territory_user: User, leader_user: User, signed_in: SignIn
) -> None:
    for user in (territory_user, leader_user):
        answer = signed_in(user).get(reverse("progress:report", args=[project.pk, month]))
        assert answer.status_code == 404
        assert why in answer.content.decode()
