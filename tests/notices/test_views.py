"""消息、我的提醒、谁会听到、角标、滚动提醒、通道：谁看得到什么，几次查询。"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.notices.conftest import Happen
from xushi.core.clock import local_day
from xushi.duties.actions import set_duty
from xushi.journal.actions import SYSTEM, Actor, record
from xushi.notices.models import ChannelState, Digest, DigestItem, Mute, Notice
from xushi.notices.recipients import VERBS
from xushi.notices.selectors import reminder
from xushi.notices.topics import TOPICS
from xushi.notices.writing import write_notices
from xushi.supervision.actions import OrderInput, issue_order, withdraw_orders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(settings) -> None:
    settings.XUSHI_NOW = NOW


@pytest.fixture
def told(happen: Happen, closing, office_user, leader_user):
    """So many events that the office and the leader hear of."""

    def tell(times: int = 1) -> None:
        for _ in range(times):
            write_notices(happen("progress.month.closed", closing))

    return tell


def text(client: Client, name: str, *args) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_everybody_sees_their_own_and_opening_one_marks_it_read(
    told, leader_user, territory_user, signed_in
) -> None:
    told(2)
    leader, other = signed_in(leader_user), signed_in(territory_user)
    page = text(leader, "notices:list")
    assert page.count("月份关账：2018年8月") == 2 and "2条未读" in page
    assert "没有未读的消息" in text(other, "notices:list")
    notice = Notice.objects.visible_to(leader_user).first()
    assert other.post(reverse("notices:open", args=[notice.pk])).status_code == 404
    assert leader.get(reverse("notices:open", args=[notice.pk])).status_code == 405
    answer = leader.post(reverse("notices:open", args=[notice.pk]))
    assert (answer.status_code, answer.url) == (302, "/overview/?month=2018-08")
    notice.refresh_from_db()
    assert notice.read_at == NOW
    page = text(leader, "notices:list")
    assert page.index("未读") < page.index("看过的") and "1条未读" in page


def test_read_all_goes_as_far_as_the_page_showed(told, leader_user, signed_in) -> None:
    told(2)
    client = signed_in(leader_user)
    newest = Notice.objects.visible_to(leader_user).latest("pk").pk
    told()
    client.post(reverse("notices:read_all"), {"newest": str(newest)})
    assert Notice.objects.visible_to(leader_user).unread().count() == 1
    for odd in ("", "x", "-1", "9" * 40, "²"):
        assert client.post(reverse("notices:read_all"), {"newest": odd}).status_code == 302
    assert Notice.objects.visible_to(leader_user).unread().count() == 1


def test_preferences(leader_user, signed_in) -> None:
    client = signed_in(leader_user)
    assert text(client, "notices:preferences").count(" checked") == len(TOPICS)
    client.post(reverse("notices:preferences"), {"hear": ["orders", "problems", "nonsense"]})
    assert set(Mute.objects.values_list("topic", flat=True)) == {topic.key for topic in TOPICS} - {
        "orders",
        "problems",
    }
    assert text(client, "notices:preferences").count(" checked") == 2


def test_the_page_prints_every_line_of_the_table(territory_user, signed_in) -> None:
    page = text(signed_in(territory_user), "notices:who")
    for label in VERBS.values():
        assert f">{label}<" in page


@pytest.mark.parametrize(
    "name", ["notices:list", "notices:preferences", "notices:who", "notices:badge", "notices:rolling"]
)
def test_visitors_stay_outside_and_administrators_read_their_own(
    name: str, system_admin, security_admin, auditor, signed_in
) -> None:
    assert Client().get(reverse(name)).status_code == 302
    for user in (system_admin, security_admin, auditor):
        assert signed_in(user).get(reverse(name)).status_code == 200


def test_an_administrator_reads_what_is_addressed_to_them_and_nothing_else(
    system_admin, office_user, signed_in
) -> None:
    with transaction.atomic():
        event = record("operations.backup.overdue", actor=SYSTEM, now=NOW, summary="最近一份好备份是三天前")
    write_notices(event)
    assert set(Notice.objects.values_list("reader", flat=True)) == {system_admin.pk, office_user.pk}
    Notice.objects.filter(reader=office_user).update(words="只给重大办的话")
    page = signed_in(system_admin).get(reverse("notices:list")).content.decode()
    assert "三天前" in page and "只给重大办的话" not in page
    theirs = Notice.objects.get(reader=office_user)
    assert signed_in(system_admin).post(reverse("notices:open", args=[theirs.pk])).status_code == 404


def test_the_bell_counts_to_ninety_nine(told, leader_user, signed_in) -> None:
    client = signed_in(leader_user)
    assert "data-live-bell" in text(client, "notices:who") and "条未读" not in text(client, "notices:who")
    told(3)
    assert "，3条未读" in text(client, "notices:who")
    told(100)
    assert "，99+条未读" in text(client, "notices:who")


def test_the_badge_says_what_the_pages_say(told, leader_user, closing, signed_in) -> None:
    told(2)
    set_duty(subject=closing, kind="x", title="阅反馈", person=leader_user, due_at=None, now=NOW)
    client = signed_in(leader_user)
    first = client.get(reverse("notices:badge"))
    assert (first.json()["bell"], first.json()["todo"]) == (2, 1)
    assert "no-store" in first.headers["Cache-Control"]
    set_duty(subject=closing, kind="x", title="阅反馈", person=leader_user, due_at=NOW, now=NOW)
    assert client.get(reverse("notices:badge")).json()["rev"] != first.json()["rev"]
    quiet = Client()
    assert quiet.get(reverse("notices:badge"), headers={"accept": "application/json"}).status_code == 401


def test_an_overseer_hears_when_an_order_at_a_unit_comes_into_the_reminder_or_leaves_it(
    office_user, leader_user, department_user, signed_in
) -> None:
    """Nobody owes the leader anything here; the rolling reminder changes all the same, so its mark does."""
    client, by, heard = signed_in(leader_user), Actor(by=office_user), []

    def hear() -> None:
        told = client.get(reverse("notices:badge")).json()
        heard.append((told["rev"], told["todo"], "完成腾地" in text(client, "notices:rolling")))

    hear()
    row = OrderInput("完成腾地", department_user.unit, due_on=local_day(NOW) + timedelta(days=1))
    order = issue_order(row, actor=by, now=NOW)
    hear()
    withdraw_orders([order], "重复", actor=by, now=NOW)
    hear()
    assert [one[1:] for one in heard] == [(0, False), (0, True), (0, False)]
    assert heard[0] == heard[2]
    assert heard[0][0] != heard[1][0]


def test_the_rolling_reminder_is_nearest_first_and_goes_when_nothing_is_due(
    closing, subdistrict, territory_user, signed_in
) -> None:
    client = signed_in(territory_user)
    assert "rolling-item" not in text(client, "notices:rolling")
    for kind, number, due in (
        ("a", "督办19号", NOW + timedelta(days=2)),
        ("b", "督办17号", NOW.replace(hour=17, minute=0)),
        ("c", "督办9号", NOW - timedelta(days=3)),
        ("d", "督办30号", NOW + timedelta(days=9)),
    ):
        set_duty(
            subject=closing, kind=kind, title="倒排工期", number=number, note="紫光项目 · 江浦街道", unit=subdistrict,
            due_at=due, now=NOW, url=f"/x/{kind}",
        )  # fmt: skip
    page = text(client, "notices:rolling")
    assert [page.index(words) for words in ("逾3天", "今天17:00到期", "还剩2天")] == sorted(
        page.index(words) for words in ("逾3天", "今天17:00到期", "还剩2天")
    )
    assert "督办17号·紫光项目" in page and "督办30号" not in page and "1/3" in page
    assert 'href="/x/b"' in page
    assert "今天17:00到期" in text(client, "home:home")


@pytest.mark.parametrize(
    ("due", "again"),
    [
        (timedelta(hours=8, minutes=30), 3600),
        (timedelta(seconds=100), 101),
        (-timedelta(seconds=30), 30),
        (-timedelta(hours=2, minutes=10), 3000),
    ],
)
def test_words_say_how_long_they_stay_true(due: timedelta, again: int, closing, leader_user) -> None:
    set_duty(subject=closing, kind="x", title="阅", person=leader_user, due_at=NOW + due, now=NOW)
    assert reminder(leader_user, NOW).again == again


@pytest.fixture
def stuck(told, leader_user) -> Digest:
    told()
    digest = Digest.objects.create(
        channel="群",
        target="",
        state=Digest.State.UNKNOWN,
        opened_at=NOW,
        not_before=NOW,
        attempts=1,
        error="中断",
    )
    DigestItem.objects.create(digest=digest, notice=Notice.objects.first())
    ChannelState.objects.create(channel="群", failures=3, paused_until=NOW, error="连不上", failed_at=NOW)
    return digest


FILE = '["群"]\nurl = "dingtalk://SECsecretsecret@tokentokentoken"\nunit = "区重大办"\n'


@pytest.mark.parametrize("person", ["office_user", "system_admin"])
def test_the_operators_page_shows_queues_and_errors_but_no_secret_and_no_words(
    person: str, stuck, request, signed_in, settings, tmp_path: Path
) -> None:
    settings.XUSHI_CHANNELS = tmp_path / "channels.toml"
    settings.XUSHI_CHANNELS.write_text(FILE, encoding="utf-8")
    client = signed_in(request.getfixturevalue(person))
    page = text(client, "channels:list")
    for words in (
        "dingtalk，区重大办的群",
        "3次",
        "连不上",
        "不知发到没有",
        "马上再试",
        "对方收到了",
        "等着收进摘要的消息2条",
    ):
        assert words in page
    assert (
        "secret" not in page
        and "token" not in page.replace("csrfmiddlewaretoken", "")
        and "2018年8月" not in page
    )
    client.post(reverse("channels:retry", args=[stuck.pk]))
    stuck.refresh_from_db()
    assert stuck.state == Digest.State.OPEN
    assert client.post(reverse("channels:settle", args=[stuck.pk])).status_code == 302
    stuck.refresh_from_db()
    assert stuck.state == Digest.State.OPEN  # it is not stuck any more: nothing to settle


def test_an_unknown_one_can_be_settled(stuck, office_user, signed_in) -> None:
    client = signed_in(office_user)
    client.post(reverse("channels:settle", args=[stuck.pk]))
    stuck.refresh_from_db()
    assert stuck.state == Digest.State.SENT
    client.post(reverse("channels:retry", args=[stuck.pk]))
    stuck.refresh_from_db()
    assert stuck.state == Digest.State.SENT


@pytest.mark.parametrize(
    "person", ["leader_user", "territory_user", "owner_user", "auditor", "security_admin"]
)
def test_channels_are_the_office_s_and_the_administrator_s(person: str, stuck, request, signed_in) -> None:
    client = signed_in(request.getfixturevalue(person))
    assert client.get(reverse("channels:list")).status_code == 403
    for name in ("channels:retry", "channels:settle"):
        assert client.post(reverse(name, args=[stuck.pk])).status_code == 403
    stuck.refresh_from_db()
    assert stuck.state == Digest.State.UNKNOWN


def test_a_file_that_cannot_be_read_is_said(office_user, signed_in, settings, tmp_path: Path) -> None:
    settings.XUSHI_CHANNELS = tmp_path / "channels.toml"
    assert "还没有往外发的通道" in text(signed_in(office_user), "channels:list")
    settings.XUSHI_CHANNELS.write_text("[", encoding="utf-8")
    assert "channels.toml写得不对" in text(signed_in(office_user), "channels:list")


def test_pages_keep_their_number_of_queries(told, leader_user, office_user, signed_in) -> None:
    def queries(client: Client, name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            text(client, name)
        return len(captured)

    told(2)
    clients = {"notices:list": signed_in(leader_user), "channels:list": signed_in(office_user)}
    for client in clients.values():
        text(client, "notices:who")  # the first request writes the session
    few = {name: queries(client, name) for name, client in clients.items()}
    told(60)
    many = {name: queries(client, name) for name, client in clients.items()}
    assert few == many
