"""关账的页：还差什么、关、重开要理由、每版都在；谁能看、谁能按。"""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.progress.builders import AUGUST, JULY, add_report, given_year
from xushi.config import clock
from xushi.core.clock import BEIJING
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import close_month
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "/progress/closing/"


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def office(office_user: User, signed_in: SignIn) -> Client:
    return signed_in(office_user)


@pytest.fixture
def july_closed(subdistrict: Unit) -> MonthlyReport:
    """July closed, August sent and waiting."""
    project = given_year(subdistrict)
    close_month(JULY, actor=SYSTEM, now=NOW)
    return add_report(project, AUGUST, 16_660, state="submitted")


def test_it_says_what_lacks_and_does_not_close(july_closed: MonthlyReport, office: Client) -> None:
    page = office.get(PAGE).content.decode()
    assert "2018年8月还差1个项目，不能关账" in page
    assert "去审1份" in page
    assert "汤泉文旅商业街配套" in page
    answer = office.post(reverse("progress:close", args=["2018-08"]), follow=True).content.decode()
    assert "还有1个项目的2018年8月月报没有审核通过" in answer
    assert not MonthClosing.objects.filter(month=AUGUST).exists()


def test_closing_fixes_the_month_and_links_its_figures(july_closed: MonthlyReport, office: Client) -> None:
    MonthlyReport.objects.filter(pk=july_closed.pk).update(state="accepted")
    page = office.get(PAGE).content.decode()
    assert "2018年8月可以关账" in page
    assert "2018年1—8月的数就此定下" in page
    answer = office.post(reverse("progress:close", args=["2018-08"]), follow=True).content.decode()
    assert "2018年8月已关账，第1版的数定下了。" in answer
    assert '?month=2018-08">看定下的数' in answer
    assert "2018年9月还没过完，10月1日起才能关账" in answer


def test_reopening_needs_a_reason_and_leaves_both_versions(
    july_closed: MonthlyReport, office: Client, office_user: User
) -> None:
    address = reverse("progress:reopen", args=["2018-07"])
    assert "重开要写理由" in office.post(address, {"reason": " "}, follow=True).content.decode()
    page = office.post(address, {"reason": "漏报一笔"}, follow=True).content.decode()
    assert "2018年7月已重开，第1版留着" in page
    assert "周敏重开：漏报一笔" in page
    office.post(reverse("progress:close", args=["2018-07"]))
    assert list(MonthClosing.objects.order_by("version").values_list("version", "reopen_reason")) == [
        (1, "漏报一笔"),
        (2, ""),
    ]
    page = office.get(PAGE).content.decode()
    assert "2018年7月第1版" in page
    assert "2018年7月第2版" in page


def test_leaders_read_and_nobody_else_acts(
    july_closed: MonthlyReport,
    leader_user: User,
    territory_user: User,
    owner_user: User,
    stranger: User,
    signed_in: SignIn,
) -> None:
    page = signed_in(leader_user).get(PAGE).content.decode()
    assert "还差1个项目" in page
    assert "写明理由，重开" not in page
    for user in (territory_user, owner_user, stranger):
        assert signed_in(user).get(PAGE).status_code == 403
    for user in (leader_user, territory_user, owner_user, stranger):
        client = signed_in(user)
        assert client.post(reverse("progress:close", args=["2018-08"])).status_code == 403
        assert client.post(reverse("progress:reopen", args=["2018-07"]), {"reason": "改"}).status_code == 403


def test_a_year_without_closings_starts_with_the_running_month(office: Client, subdistrict: Unit) -> None:
    given_year(subdistrict)
    page = office.get(PAGE).content.decode()
    assert "还没有关过账。" in page
    assert datetime(2018, 9, 12, tzinfo=BEIJING) < NOW


def test_queries_do_not_grow(subdistrict: Unit, office_user: User, signed_in: SignIn) -> None:
    def count(projects: int) -> int:
        for i in range(projects):
            given_year(subdistrict, f"{projects}之{i}")
        client = signed_in(office_user)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    assert count(5) == count(45)


@pytest.fixture
def two(at_work: None) -> dict[str, User]:
    """A city of two districts with an office each; August accepted in 甲区, still waiting in 乙区."""
    root = UnitFactory(name="某市", kind=Unit.Kind.DISTRICT)
    people = {"市": appoint(UserFactory(name="市办"), Role.OFFICE, unit=root, scope=root)}
    for name, state in (("甲区", "accepted"), ("乙区", "submitted")):
        one = UnitFactory(name=name, kind=Unit.Kind.DISTRICT, parent=root)
        street = UnitFactory(name=f"{name}街道", kind=Unit.Kind.SUBDISTRICT, parent=one)
        project = given_year(street, name=f"{name}项目")
        add_report(project, AUGUST, 16_660, state=state)
        people[name] = appoint(UserFactory(name=f"{name}办"), Role.OFFICE, unit=one, scope=one)
    close_month(JULY, actor=SYSTEM, now=NOW)
    return people


def test_each_district_closes_on_its_own_page_and_the_city_sees_who_has(
    two: dict[str, User], signed_in: SignIn
) -> None:
    close = reverse("progress:close", args=["2018-08"])
    city = signed_in(two["市"])
    page = city.get(PAGE).content.decode()
    assert "2018年8月：2个区里0个已关账" in page and "乙区（差1个）" in page and "关甲区的账" in page
    own = signed_in(two["甲区"])
    assert "2018年8月可以关账" in own.get(PAGE).content.decode()
    assert "甲区2018年8月已关账，第1版的数定下了。" in own.post(close, follow=True).content.decode()
    assert "2018年8月还差1个项目，不能关账" in signed_in(two["乙区"]).get(PAGE).content.decode()
    city = signed_in(two["市"])
    page = city.get(PAGE).content.decode()
    assert "2018年8月：2个区里1个已关账" in page and "重开甲区" in page and "关乙区的账" not in page
    overview = city.get("/overview/?month=2018-08").content.decode()
    assert "2个区里1个已关账" in overview and "没关的：乙区（差1个）" in overview and "暂定" in overview
    MonthlyReport.objects.filter(month=AUGUST).update(state="accepted")
    second = Unit.objects.get(name="乙区")
    answer = city.post(close, {"district": second.pk}, follow=True).content.decode()
    assert "乙区2018年8月已关账" in answer and "2018年8月第1版" in answer
    assert "个已关账" not in city.get("/overview/?month=2018-08").content.decode()


def test_no_district_acts_for_another(two: dict[str, User], signed_in: SignIn) -> None:
    own, first = signed_in(two["乙区"]), Unit.objects.get(name="甲区")
    for name, typed in (("close", {}), ("reopen", {"reason": "改数"})):
        answer = own.post(reverse(f"progress:{name}", args=["2018-08"]), typed | {"district": first.pk})
        assert answer.status_code == 403
    assert own.post(reverse("progress:close", args=["2018-08"]), {"district": 10**9}).status_code == 404
    assert not MonthClosing.objects.filter(month=AUGUST).exists()
    july = reverse("progress:version", args=["2018-07", 1])
    assert own.get(july, {"district": first.pk}).status_code == 404
    assert own.get(july, {"district": Unit.objects.get(name="乙区").pk}).status_code == 200
    assert signed_in(two["市"]).get(july, {"district": first.pk}).status_code == 200
