"""往外发：一份摘要一条，限度、歇息、免打扰，连不上的只拖自己。"""

import time as clock_time
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.factories import UserFactory, appoint
from tests.notices.conftest import Happen
from tests.notices.sink import Sink, sink
from xushi.config.clock import real
from xushi.core.clock import BEIJING
from xushi.notices import sending
from xushi.notices.channels import Channel
from xushi.notices.gathering import gather
from xushi.notices.models import Attempt, ChannelState, Digest, Notice
from xushi.notices.rules import Quiet
from xushi.notices.sender import Sender, run_once
from xushi.notices.sending import send_due
from xushi.notices.writing import write_notices
from xushi.units.models import Role

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING)
State = Digest.State
NONE = timedelta(0)


@pytest.fixture
def robot() -> Iterator[Sink]:
    with sink() as held:
        yield held


@pytest.fixture
def told(happen: Happen, closing, office_user, leader_user):
    """Each call: one event that the office and the leader hear of."""

    def tell() -> None:
        write_notices(happen("progress.month.closed", closing))

    return tell


def group(robot: Sink, **more) -> Channel:
    return Channel("群", f"json://{robot.address}/robot", unit="区重大办", every=NONE, **more)


def personal(robot: Sink, **more) -> Channel:
    return Channel("短信", f"json://{robot.address}/{{phone}}", personal=True, every=NONE, **more)


def at(moment: datetime):
    return lambda: moment


def test_notices_are_gathered_once_and_sent_as_one_message(robot, told) -> None:
    for _ in range(3):
        told()
    channel = group(robot)
    assert gather([channel], now=NINE) == 6 and gather([channel], now=NINE) == 0
    assert send_due(channel, at(NINE), "http://10.0.0.8") == 1
    assert send_due(channel, at(NINE)) == 0
    [text] = robot.texts
    assert robot.got[0]["title"] == "序时：3件新事"
    assert text.count("月份关账：2018年8月，第1版") == 3
    assert text.endswith("到序时办理：http://10.0.0.8/notices/")
    digest = Digest.objects.get()
    assert (digest.state, digest.attempts, digest.settled_at) == (State.SENT, 1, NINE)
    assert Attempt.objects.get().error == ""


def test_a_digest_waits_until_its_window_is_over_and_takes_in_what_comes_meanwhile(robot, told) -> None:
    channel = group(robot)
    channel = Channel(
        **{name: getattr(channel, name) for name in channel.__slots__} | {"every": timedelta(minutes=5)}
    )
    told()
    gather([channel], now=NINE)
    assert send_due(channel, at(NINE + timedelta(minutes=4, seconds=59))) == 0
    told()
    gather([channel], now=NINE + timedelta(minutes=4))
    assert send_due(channel, at(NINE + timedelta(minutes=5))) == 1
    assert robot.got[0]["title"] == "序时：2件新事"


def test_persons_get_their_own_unless_read_gone_or_without_a_phone(
    robot, told, office_user, leader_user
) -> None:
    leader_user.phone = "13900001111"
    leader_user.save()
    away = appoint(UserFactory(name="停用的", phone="13900002222"), Role.LEADER, unit=leader_user.unit)
    told()
    type(away).objects.filter(pk=away.pk).update(is_active=False)
    channel = personal(robot)
    gather([channel], now=NINE)
    assert send_due(channel, at(NINE)) == 1
    assert robot.paths == ["/13900001111"]
    assert sorted(Digest.objects.values_list("state", flat=True)) == [State.NEEDLESS, State.SENT]
    told()
    gather([channel], now=NINE)
    Notice.objects.filter(reader=leader_user).update(read_at=NINE)
    assert send_due(channel, at(NINE)) == 0
    assert len(robot.got) == 1


def test_what_is_confidential_never_reaches_a_group_and_says_nothing_to_a_person(
    robot, told, leader_user
) -> None:
    leader_user.phone = "13900001111"
    leader_user.save()
    told()
    Notice.objects.update(confidential=True, title="不可外传")
    channels = [group(robot), personal(robot)]
    gather(channels, now=NINE)
    assert [send_due(channel, at(NINE)) for channel in channels] == [0, 1]
    assert robot.texts == ["· 有一件限定阅读的事，请登录看"]


def test_topics_and_names_narrow_a_channel(robot, told) -> None:
    told()
    channels = [group(robot, topics=frozenset({"orders"})), group(robot, only_by_name=True)]
    assert gather(channels, now=NINE) == 2
    assert not Digest.objects.exists() and not Notice.objects.filter(gathered=False).exists()


def test_a_channel_keeps_its_limit(robot, told) -> None:
    channel = group(robot, per_minute=2)
    sent = []
    for second in range(0, 75, 5):
        told()
        now = NINE + timedelta(seconds=second)
        gather([channel], now=now)
        sent.append(send_due(channel, at(now)))
    assert sent == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert robot.got[2]["title"] == "序时：12件新事"  # 等着的合成一条


def test_quiet_hours(robot, told) -> None:
    channel = group(robot, quiet=Quiet(time(22), time(7)))
    told()
    night = NINE.replace(hour=23)
    gather([channel], now=night)
    assert send_due(channel, at(night)) == 0
    assert send_due(channel, at(night + timedelta(hours=8))) == 1


def test_an_unreachable_channel_is_tried_with_growing_pauses_then_sends_all_in_one(robot, told) -> None:
    robot.status = 500
    channel = group(robot)
    told()
    gather([channel], now=NINE)
    now, tries = NINE, []
    for _ in range(400):
        before = Attempt.objects.count()
        send_due(channel, at(now))
        if Attempt.objects.count() > before:
            tries.append(int((now - NINE).total_seconds()))
        now += timedelta(seconds=10)
    assert tries == [0, 30, 90, 210, 450, 930, 1890, 3810]
    state = ChannelState.objects.get()
    assert state.failures == 8 and "500" in state.error and robot.address not in state.error
    told()
    gather([channel], now=now)
    robot.status = 200
    assert send_due(channel, at(now + timedelta(hours=1))) >= 1
    assert sum(text.count("月份关账") for text in robot.texts) == 2
    state.refresh_from_db()
    assert (state.failures, state.paused_until, state.error) == (0, None, "")


def test_what_was_gathered_during_a_failing_try_joins_the_retry(robot, told, monkeypatch) -> None:
    channel = group(robot)
    told()
    gather([channel], now=NINE)
    robot.status = 500

    def slow(*args, **named):
        told()
        gather([channel], now=NINE)
        return deliver(*args, **named)

    deliver = sending.transport.deliver
    monkeypatch.setattr(sending.transport, "deliver", slow)
    send_due(channel, at(NINE))
    digest = Digest.objects.get()
    assert digest.state == State.OPEN and digest.items.count() == 2 and digest.attempts == 1


def test_given_up_after_three_days_and_tried_again_when_a_person_says_so(robot, told) -> None:
    robot.status = 500
    channel = group(robot)
    told()
    gather([channel], now=NINE)
    for hours in range(0, 80, 2):
        send_due(channel, at(NINE + timedelta(hours=hours)))
    digest = Digest.objects.get()
    assert digest.state == State.ABANDONED
    robot.status = 200
    later = NINE + timedelta(days=9)
    assert send_due(channel, at(later)) == 0
    assert sending.send_again(digest, now=later)
    assert send_due(channel, at(later)) == 1
    digest.refresh_from_db()
    assert digest.state == State.SENT and not sending.send_again(digest, now=later)


@pytest.mark.parametrize("schema", ["dingtalk", "wecombot", "feishu"])
def test_robots_by_their_own_plugins(schema: str, robot, told, monkeypatch) -> None:
    from apprise.plugins import dingtalk, feishu, wecombot

    monkeypatch.setattr(
        dingtalk.NotifyDingTalk, "notify_url", f"http://{robot.address}/ding?access_token={{token}}"
    )
    monkeypatch.setattr(feishu.NotifyFeishu, "notify_url", f"http://{robot.address}/fei/{{token}}/")
    init = wecombot.NotifyWeComBot.__init__

    def at_home(self, *args, **named):
        init(self, *args, **named)
        self.api_url = f"http://{robot.address}/wecom?key={self.key}"

    monkeypatch.setattr(wecombot.NotifyWeComBot, "__init__", at_home)
    address = {"dingtalk": "dingtalk://SEC0123@0123456789abcdef"}.get(schema, f"{schema}://0123456789abcdef")
    channel = Channel("群", address, unit="区重大办", every=NONE)
    told()
    gather([channel], now=NINE)
    robot.answer = {
        "errcode": 130101,
        "errmsg": "send too fast 0123456789abcdef",
        "code": 9499,
        "msg": "太快",
    }
    assert send_due(channel, at(NINE)) == 0  # 200，里面却是不收
    error = Digest.objects.get().error
    assert error and "0123456789abcdef" not in error
    robot.answer = {"errcode": 0, "errmsg": "ok", "code": 0}
    assert send_due(channel, at(NINE + timedelta(minutes=1))) == 1
    assert "序时：1件新事" in robot.texts[-1] and "月份关账：2018年8月" in robot.texts[-1]


def test_a_dead_senders_claim_passes_on_before_the_wire_and_not_after(robot, told) -> None:
    channel = group(robot)
    told()
    gather([channel], now=NINE)
    first = sending.claim(channel, NINE)
    assert first is not None and sending.claim(channel, NINE) is None
    later = NINE + sending.LEASE
    second = sending.claim(channel, later)
    assert second is not None and second.claim != first.claim
    assert sending.begin(first, later) is None  # the late one has lost it
    assert sending.begin(second, later) is not None
    assert sending.settle_stale(channel, later + sending.LEASE) == 1
    digest = Digest.objects.get()
    assert digest.state == State.UNKNOWN and "不知对方收到没有" in digest.error
    assert send_due(channel, at(later + timedelta(hours=5))) == 0 and robot.got == []
    sending.mark_sent(second, channel, later + timedelta(hours=6))  # it was only slow
    digest.refresh_from_db()
    assert digest.state == State.SENT


def test_an_idempotent_channel_is_sent_again_under_the_same_key(robot, told) -> None:
    channel = group(robot, idempotent=True)
    told()
    gather([channel], now=NINE)
    digest = sending.claim(channel, NINE)
    sending.begin(digest, NINE)
    sending.transport.deliver(channel, None, "序时", "字", key=f"xushi-{digest.pk}")
    assert send_due(channel, at(NINE + sending.LEASE)) == 1
    assert robot.keys == [f"xushi-{digest.pk}"] * 2 and robot.told == 1


@pytest.mark.django_db(transaction=True)
def test_an_unreachable_channel_does_not_delay_the_others(
    robot, told, settings: LazySettings, tmp_path: Path
) -> None:
    with sink() as slow:
        slow.delay = 2.5
        path = tmp_path / "channels.toml"
        lines = (
            f'["{name}"]\nurl = "json://{one.address}/x"\nunit = "区重大办"\nevery = 0\nquiet = ""\n'
            for name, one in (("慢", slow), ("快", robot))
        )
        path.write_text("\n".join(lines), encoding="utf-8")
        settings.XUSHI_CHANNELS = path
        told()
        sender = Sender(real, pause=0.05)
        began = clock_time.monotonic()
        sender.start()
        try:
            while not robot.got and clock_time.monotonic() - began < 2:
                clock_time.sleep(0.02)
            assert robot.got and not slow.got
        finally:
            sender.stop()
        assert clock_time.monotonic() - began >= 2  # what is on the wire is waited for
    assert set(Digest.objects.values_list("state", flat=True)) == {State.SENT}


def test_run_once_reads_the_file(robot, told, settings: LazySettings, tmp_path: Path) -> None:
    settings.XUSHI_CHANNELS = tmp_path / "channels.toml"
    told()
    assert run_once(at(NINE)) == 0 and not Notice.objects.filter(gathered=False).exists()
    told()
    text = f'["群"]\nurl = "json://{robot.address}/x"\nunit = "区重大办"\nevery = 0\n'
    settings.XUSHI_CHANNELS.write_text(text, encoding="utf-8")
    assert run_once(at(NINE)) == 1
    assert robot.got[0]["title"] == "序时：1件新事"  # from before there was a channel, nothing
