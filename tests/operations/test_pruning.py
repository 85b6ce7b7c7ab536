"""到期就清：过了期的走，没过的留；一天一次；日志一条不少。"""

import subprocess
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessFailureLog
from django.contrib.sessions.models import Session
from django.core.management import call_command

from tests.factories import NOW, UserFactory
from xushi.api.models import Handled, ServiceAccount
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event, Reaction
from xushi.kit.models import Spent
from xushi.operations import pruning, schedule
from xushi.units import actions
from xushi.units.models import SignedIn, Unit, User

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def event() -> Event:
    return Event.objects.create(verb="test.done", at=NOW, actor_name="系统", summary="办了")


@pytest.mark.django_db
def test_what_is_over_goes_and_what_is_not_stays(settings: Any) -> None:
    settings.XUSHI_LIMITS = {"search": (10, 60)}
    user, service = UserFactory(), UserFactory(username="sheng")
    account = ServiceAccount.objects.create(user=service, purpose="取数", contact="省里", opened_at=NOW)
    edge = {"old": SECOND, "new": -SECOND}
    first, window = event(), int(NOW.timestamp() // 60)
    for name, past in edge.items():
        Session.objects.create(session_key=name, session_data="", expire_date=NOW - past)
        longest = timedelta(seconds=settings.XUSHI_SESSION_SECONDS) + DAY
        SignedIn.objects.create(user=user, session_key=name, opened_at=NOW - longest - past)
        Handled.objects.create(account=account, key=name, digest="", at=NOW - 90 * DAY - past)
        Reaction.objects.create(event=first, name=name, not_before=NOW, done_at=NOW - 90 * DAY - past)
        log = AccessFailureLog.objects.create(username=name, user_agent="", ip_address="10.1.1.1")
        AccessFailureLog.objects.filter(pk=log.pk).update(attempt_time=NOW - 180 * DAY - past)
    Reaction.objects.create(event=first, name="waiting", not_before=NOW - 900 * DAY)
    Spent.objects.create(key="search:1", window=window - 1, count=3)
    Spent.objects.create(key="search:2", window=window, count=3)
    gone = pruning.prune(now=NOW, real=NOW)
    assert gone == {
        "过期的会话": 1, "过期的登录处": 1, "办过的去重号": 1, "办完的反应": 1, "登录失败的记录": 1, "限次的旧数": 1,
    }  # fmt: skip
    assert [Session.objects.get().pk, SignedIn.objects.get().session_key, Handled.objects.get().key] == [
        "new"
    ] * 3
    assert set(Reaction.objects.values_list("name", flat=True)) == {"new", "waiting"}
    assert (AccessFailureLog.objects.get().username, Spent.objects.get().key) == ("new", "search:2")
    assert Event.objects.filter(pk=first.pk).exists()
    assert Event.objects.get(verb=pruning.PRUNED).changes["过期的会话"] == [1, 0]


@pytest.mark.django_db
def test_people_long_gone_are_forgotten_by_the_same_round(district: Unit, settings: Any) -> None:
    gone, service = UserFactory(name="老张", phone="13800000000"), UserFactory(name="老系统")
    ServiceAccount.objects.create(user=service, purpose="取数", contact="省里", opened_at=NOW)
    for user in (gone, service):
        actions.set_account_active(user=user, active=False, reason="离职", actor=SYSTEM, now=NOW - 1200 * DAY)
    assert pruning.prune(now=NOW, real=NOW) == {"离任人员": 1}
    assert set(User.objects.filter(pk__in=[gone.pk, service.pk]).values_list("name", flat=True)) == {
        "离任人员", "老系统",
    }  # fmt: skip
    assert pruning.prune(now=NOW, real=NOW) == {}


@pytest.mark.django_db
def test_once_a_day_whoever_asks(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("retention", "--dry-run")
    assert "过期的会话：0" in capsys.readouterr().out and not Event.objects.exists()
    call_command("retention", "--scheduled")
    call_command("retention", "--scheduled")
    assert Event.objects.filter(verb=pruning.PRUNED).count() == 1
    call_command("retention")
    assert Event.objects.filter(verb=pruning.PRUNED).count() == 2
    done = Event.objects.filter(verb=pruning.PRUNED).latest("pk").at
    assert not pruning.due(done + timedelta(hours=19))


@pytest.mark.django_db
def test_the_worker_begins_it_once_after_three(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []

    def start(*asked: str) -> "subprocess.Popen[bytes]":
        started.append(asked)
        return subprocess.Popen(["true"])

    monkeypatch.setattr(schedule, "_start", start)
    monkeypatch.setattr(schedule, "_tidied", [])
    night = NOW.replace(hour=2, minute=59)
    for later in (0, 1, 2, 60, 24 * 60, 24 * 60 + 1):
        schedule.tidy_up_daily(night + timedelta(minutes=later))
    assert started == [("retention", "--scheduled")] * 2
    pruning.prune(now=night, real=night + timedelta(days=2))
    schedule._tidied.clear()  # the worker has only been started again
    schedule.tidy_up_daily(night + timedelta(days=2, hours=1))
    assert len(started) == 2
