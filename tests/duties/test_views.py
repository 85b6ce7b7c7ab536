"""待办页：本人、陌生人、领导；分组、已办、翻页、委托。"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.duties.factories import owed
from tests.factories import NOW, UnitFactory, UserFactory, appoint
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.duties.models import Delegation, Duty
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
LIST, LEAVE = reverse("duties:list"), reverse("duties:leave")
TODAY = local_day(NOW)


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def page(client: Client, address: str = LIST) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_owed_stands_in_groups_nearest_first(
    subdistrict: Unit, territory_user: User, signed_in: SignedIn
) -> None:
    for kind, days in (("以后的", 9), ("今天的", 0), ("逾期的", -3), ("本周的", 2), ("无期的", None)):
        due = None if days is None else NOW.replace(hour=17, minute=0) + timedelta(days=days)
        owed(
            subdistrict, unit=subdistrict, kind=kind, title=kind, due_at=due, number="督办17号", issuer="区重大办",
            note="紫光项目 · 桥林街道", quote="今天现场会办，务必给结果。", mark="working", url="/supervision/1",
        )  # fmt: skip
    text = page(signed_in(territory_user))
    assert "5件待办，1件已逾期，1件今天到期" in text
    order = [text.index(f">{title}</a>") for title in ("逾期的", "今天的", "本周的", "以后的", "无期的")]
    assert order == sorted(order)
    for words in (
        "逾3天",
        "17:00",
        "还剩8小时",
        "2天",
        "9月14日",
        "周五",
        "督办17号 · 区重大办",
        "办理中",
        "务必给结果",
    ):
        assert words in text
    assert 'href="/supervision/1"' in text


def test_each_sees_their_own(
    subdistrict: Unit, territory_user: User, stranger: User, leader_user: User, signed_in: SignedIn
) -> None:
    owed(subdistrict, unit=subdistrict, title="腾地并交地")
    owed(subdistrict, person=leader_user, kind="instruction.read", title="阅反馈")
    seen = {user: page(signed_in(user)) for user in (territory_user, stranger, leader_user)}
    assert ["腾地并交地" in text for text in seen.values()] == [True, False, False]
    assert ["阅反馈" in text for text in seen.values()] == [False, False, True]
    assert "没有待办" in seen[stranger]


def test_administrators_are_kept_out(auditor: User, signed_in: SignedIn) -> None:
    assert signed_in(auditor).get(LIST).status_code == 403
    assert Client().get(LIST).status_code == 302


def test_the_badge_counts_the_list(subdistrict: Unit, territory_user: User, signed_in: SignedIn) -> None:
    for number in range(3):
        owed(subdistrict, unit=subdistrict, kind=f"k{number}")
    nav = signed_in(territory_user).get(LIST).context["nav"]
    (item,) = [item for item in nav["items"] if item.key == "duties"]
    assert (item.badge, item.current) == (3, True)
    assert "duties" in [tab.key for tab in nav["tabs"]]


def test_done_ones_are_reachable_and_paged(
    subdistrict: Unit, territory_user: User, office_user: User, signed_in: SignedIn
) -> None:
    for number in range(60):
        owed(subdistrict, unit=subdistrict, kind=f"k{number}", title=f"第{number}件", due_at=NOW)
    Duty.objects.update(done_at=NOW - timedelta(days=1), done_by=office_user)
    Duty.objects.filter(kind="k7").update(done_at=NOW + timedelta(days=2))
    client = signed_in(territory_user)
    text = page(client, f"{LIST}?tab=done")
    assert "已办<span" in text
    assert text.index("第7件") < text.index("第59件")
    assert "逾2天" in text
    assert "按时" in text
    assert f"{office_user.name}办结" in text
    assert "第1—50件，共60件" in text
    assert "第51—60件" in page(client, f"{LIST}?tab=done&page=2")
    assert "第1—50件" in page(client, f"{LIST}?tab=done&page=无")


def test_a_page_costs_the_same_however_long_the_list(
    district: Unit, subdistrict: Unit, territory_user: User, signed_in: SignedIn
) -> None:
    client = signed_in(territory_user)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, address)
        return len(queries)

    def fill(numbers: range) -> None:
        for number in numbers:
            person = {"person": territory_user} if number % 2 else {"unit": subdistrict}
            owed(UnitFactory(parent=district), kind=f"k{number}", due_at=NOW, **person)

    fill(range(2))
    page(client)
    few = cost(LIST)
    fill(range(2, 40))
    assert cost(LIST) == few <= 16
    Duty.objects.filter(kind__in=["k0", "k1"]).update(done_at=NOW, done_by=territory_user)
    few = cost(f"{LIST}?tab=done")
    Duty.objects.update(done_at=NOW, done_by=territory_user)
    assert cost(f"{LIST}?tab=done") == few <= 16


def test_a_leave_is_made_shown_and_ended(
    subdistrict: Unit, territory_user: User, signed_in: SignedIn
) -> None:
    colleague = appoint(UserFactory(name="韩雪"), Role.TERRITORY, unit=subdistrict)
    owed(subdistrict, person=territory_user, kind="a", title="本人的事")
    mine, theirs = signed_in(territory_user), signed_in(colleague)
    assert "本人的事" not in page(theirs)
    days = {"first": f"{TODAY:%Y-%m-%d}", "last": f"{TODAY + timedelta(days=2):%Y-%m-%d}"}
    answer = mine.post(LEAVE, {"to": colleague.pk, "reason": "出差", **days})
    assert (answer.status_code, answer["Location"]) == (302, LEAVE)
    assert "委托给韩雪" in page(mine, LEAVE)
    text = page(theirs)
    assert "本人的事" in text
    assert "代王街道" in text
    assert "正代王街道办待办，到9月14日" in text
    delegation = Delegation.objects.get()
    end = reverse("duties:end_leave", args=[delegation.pk])
    assert theirs.post(end).status_code == 404
    assert mine.get(end).status_code == 405
    assert mine.post(end).status_code == 302
    assert "本人的事" not in page(theirs)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "请选委托给谁"),
        ({"to": "999999"}, "不能委托给这个人"),
        ({"last": "2018-09-01"}, "止日早于起日"),
        ({"first": "明天"}, "看不懂这个日子"),
    ],
)
def test_a_leave_that_cannot_be_says_why(
    given: dict[str, str], words: str, subdistrict: Unit, territory_user: User, signed_in: SignedIn
) -> None:
    colleague = appoint(UserFactory(), Role.TERRITORY, unit=subdistrict)
    data = (
        {"to": colleague.pk, "first": "2018-09-12", "last": "2018-09-13", "reason": ""}
        if given
        else {"reason": ""}
    )
    answer = signed_in(territory_user).post(LEAVE, data | given)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Delegation.objects.exists()


def test_nobody_delegates_to_a_stranger(territory_user: User, stranger: User, signed_in: SignedIn) -> None:
    data = {"to": stranger.pk, "first": "2018-09-12", "last": "2018-09-13"}
    assert signed_in(territory_user).post(LEAVE, data).status_code == 400
    assert not Delegation.objects.exists()
