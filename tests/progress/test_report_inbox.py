"""收月报：四个栏目的数与清单相等，成批审核，退回、催报、沿用；查询次数不随项目增多。"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.progress.builders import AUGUST, WAN, add_report, given_year
from xushi.config import clock
from xushi.journal.actions import SYSTEM
from xushi.progress import actions
from xushi.progress.actions import ReportInput
from xushi.progress.models import MonthlyReport
from xushi.progress.models_reports import Reminder
from xushi.registry.models import Project
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
INBOX = "/progress/reports/"


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def office(office_user: User, signed_in: SignIn) -> Client:
    return signed_in(office_user)


def sent(territory: Unit, name: str) -> MonthlyReport:
    project = given_year(territory, name)
    [report] = actions.submit_reports([ReportInput(project.pk, AUGUST, 16_660 * WAN)], actor=SYSTEM, now=NOW)
    return report


def test_tabs_count_what_they_list(subdistrict: Unit, office: Client) -> None:
    reports = [sent(subdistrict, f"报了{i}") for i in range(3)]
    given_year(subdistrict, "没报")
    actions.accept_reports(reports[:1], actor=SYSTEM, now=NOW)
    actions.return_report(reports[1], "外立面不对", actor=SYSTEM, now=NOW)
    page = office.get(INBOX, {"month": "2018-08"})
    assert page.context["counts"] == {"submitted": 1, "returned": 1, "missing": 1, "settled": 1}
    for tab, name in (
        ("submitted", "报了2"),
        ("returned", "报了1"),
        ("missing", "没报"),
        ("settled", "报了0"),
    ):
        shown = office.get(INBOX, {"month": "2018-08", "tab": tab})
        assert [row["project"].name for row in shown.context["rows"]] == [name]
    assert "外立面不对" in office.get(INBOX, {"month": "2018-08", "tab": "returned"}).content.decode()


def test_bulk_accept_takes_each_at_the_version_read(subdistrict: Unit, office: Client) -> None:
    reports = [sent(subdistrict, f"报了{i}") for i in range(2)]
    ticked = [f"{report.pk}:1" for report in reports]
    MonthlyReport.objects.filter(pk=reports[1].pk).update(version=2)
    stale = office.post(reverse("progress:accept"), {"month": "2018-08", "report": ticked}, follow=True)
    assert "在你看过之后又报了一次" in stale.content.decode()
    assert not MonthlyReport.objects.filter(month=AUGUST, state="accepted").exists()
    ticked[1] = f"{reports[1].pk}:2"
    done = office.post(reverse("progress:accept"), {"month": "2018-08", "report": ticked}, follow=True)
    assert "2份2018年8月月报审核通过。" in done.content.decode()
    none = office.post(reverse("progress:accept"), {"month": "2018-08"}, follow=True)
    assert "还没选月报，先勾选再审。" in none.content.decode()


def test_return_needs_a_reason(subdistrict: Unit, office: Client) -> None:
    report = sent(subdistrict, "报了")
    address = reverse("progress:return", args=[report.pk])
    assert "退回要写理由" in office.post(address, {"reason": ""}, follow=True).content.decode()
    office.post(address, {"reason": "与台账不符", "version": "1"})
    report.refresh_from_db()
    assert report.state == "returned"


def test_one_or_all_are_reminded(subdistrict: Unit, office: Client) -> None:
    projects = [given_year(subdistrict, f"没报{i}") for i in range(3)]
    address = reverse("progress:remind")
    office.post(address, {"month": "2018-08", "only": projects[1].pk, "project": [p.pk for p in projects]})
    assert [r.project for r in Reminder.objects.all()] == [projects[1]]
    page = office.post(address, {"month": "2018-08", "all": "1"}, follow=True).content.decode()
    assert "已催2个项目报2018年8月月报。" in page
    assert (
        "今天都催过了" in office.post(address, {"month": "2018-08", "all": "1"}, follow=True).content.decode()
    )


def test_carrying_over_from_the_list(subdistrict: Unit, office: Client) -> None:
    project = given_year(subdistrict, "没报")
    address = reverse("progress:carry")
    chosen = {"month": "2018-08", "project": [project.pk]}
    assert "沿用上月要写理由" in office.post(address, chosen, follow=True).content.decode()
    office.post(address, chosen | {"reason": "停工"})
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 14_500 * WAN


def test_leaders_read_strangers_see_nothing_and_neither_acts(
    subdistrict: Unit, leader_user: User, stranger: User, territory_user: User, signed_in: SignIn
) -> None:
    report = sent(subdistrict, "报了")
    assert "报了" in signed_in(leader_user).get(INBOX, {"month": "2018-08"}).content.decode()
    assert signed_in(stranger).get(INBOX, {"month": "2018-08"}).context["rows"] == []
    for user in (leader_user, stranger, territory_user):
        client = signed_in(user)
        assert "data-pick" not in client.get(INBOX, {"month": "2018-08"}).content.decode()
        for address in (
            reverse("progress:accept"),
            reverse("progress:remind"),
            reverse("progress:carry"),
            reverse("progress:return", args=[report.pk]),
        ):
            assert client.post(address, {"month": "2018-08"}).status_code == 403


@pytest.mark.parametrize("tab", ["submitted", "returned", "missing", "settled"])
def test_queries_do_not_grow_with_the_rows(
    subdistrict: Unit, office_user: User, signed_in: SignIn, tab: str
) -> None:
    state = {"submitted": "submitted", "returned": "returned", "settled": "accepted"}.get(tab)

    def count(projects: int) -> int:
        for i in range(projects):
            project = given_year(subdistrict, f"{projects}之{i}")
            if state:
                add_report(project, AUGUST, 16_000, state=state)
        client = signed_in(office_user)
        client.get(INBOX, {"month": "2018-08", "tab": tab})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(INBOX, {"month": "2018-08", "tab": tab}).status_code == 200
        return len(queries)

    assert count(5) == count(45)


def test_queries_of_my_list_and_of_the_form_do_not_grow(
    subdistrict: Unit, territory_user: User, signed_in: SignIn
) -> None:
    def count(projects: int) -> tuple[int, int]:
        for i in range(projects):
            add_report(given_year(subdistrict, f"{projects}之{i}"), AUGUST, 16_000, state="returned")
        client = signed_in(territory_user)
        one = Project.objects.order_by("pk").first()
        assert one
        addresses = ("/progress/mine/?month=2018-08", reverse("progress:report", args=[one.pk, "2018-08"]))
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found[0], found[1]

    assert count(5) == count(45)
