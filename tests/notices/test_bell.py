"""门铃：PostgreSQL 上一提交就响，没有事就不看库；听不到时照旧隔一会儿看，线断了自己再接。"""

import asyncio
import time
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from tests.notices.conftest import Happen
from tests.notices.streams import Stream
from tests.notices.test_live import clock, meanwhile, run
from xushi.notices import bell
from xushi.notices.bell import Bell, wire
from xushi.notices.views_live import hub
from xushi.notices.watching import Watch
from xushi.notices.writing import write_notices

__all__ = ["clock"]
postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="只有 PostgreSQL 有通知")


async def until(true: Any, seconds: float = 3.0) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.01)
    return time.monotonic() - began


def test_where_nobody_listens_every_look_is_due_and_none_comes_sooner() -> None:
    async def scenario() -> None:
        here = Bell()
        here.open(None)
        assert here.is_due() and here.is_due()
        began = time.monotonic()
        await here.pause()
        assert 0.25 < time.monotonic() - began < 0.6
        await here.close()

    asyncio.run(scenario())


def test_who_hears_looks_at_a_ring_at_once_and_else_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        here = Bell()
        here.hears = True
        assert here.is_due() and not here.is_due()
        await asyncio.sleep(bell.EVERY)
        asyncio.get_running_loop().call_later(0.05, here._rung.set)
        began = time.monotonic()
        await here.pause()
        assert time.monotonic() - began < 0.2 and here.is_due()
        here._rung.set()  # right after a look: others that ring meanwhile are seen by the same
        began = time.monotonic()
        await here.pause()
        assert time.monotonic() - began > 0.2 and here.is_due() and not here.is_due()
        monkeypatch.setattr(bell, "ANYWAY", 0.0)
        assert here.is_due()

    asyncio.run(scenario())


def test_through_a_pool_of_transactions_nothing_is_heard_without_an_address_of_its_own(settings: Any) -> None:
    settings.XUSHI_PGBOUNCER, settings.XUSHI_LISTEN_URL = True, ""
    assert wire() is None
    if connection.vendor == "postgresql":
        settings.XUSHI_LISTEN_URL = "postgresql://direct/xushi"
        assert wire()["conninfo"] == "postgresql://direct/xushi"
        settings.XUSHI_PGBOUNCER, settings.XUSHI_LISTEN_URL = False, ""
        assert wire()["dbname"] == connection.settings_dict["NAME"]


@postgres
@pytest.mark.django_db(transaction=True)
def test_a_commit_rings_and_a_rollback_does_not(happen: Happen, closing: Any, leader_user: Any) -> None:
    with psycopg.connect(**wire(), autocommit=True) as held:
        held.execute("LISTEN xushi")
        with transaction.atomic():
            happen("progress.month.closed", closing)
            transaction.set_rollback(True)
        assert list(held.notifies(timeout=0.3)) == []
        event = happen("progress.month.closed", closing)
        [rung] = held.notifies(timeout=3, stop_after=1)
        assert (rung.channel, rung.payload) == ("xushi", "")
        write_notices(event)
        assert len(list(held.notifies(timeout=3, stop_after=1))) == 1


@postgres
@pytest.mark.django_db(transaction=True)
def test_the_database_is_looked_at_when_something_happened_only(
    happen: Happen, closing: Any, leader_user: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "ANYWAY", 3600.0)
    monkeypatch.setattr(bell, "AGAIN", 0.1)
    looks: list[float] = []
    look = Watch.look
    monkeypatch.setattr(Watch, "look", lambda self: (looks.append(time.monotonic()), look(self))[1])
    leader = signed_in(leader_user)

    async def told(stream: Stream, count: int) -> None:
        event = await meanwhile(happen, "progress.month.closed", closing)
        await meanwhile(write_notices, event)
        assert await stream.until(lambda: stream.heard[-1]["bell"] == count) < 1

    async def scenario() -> None:
        stream = Stream(leader)
        await stream.until(lambda: stream.heard and hub()._bell.hears)
        await told(stream, 1)
        await asyncio.sleep(0.7)
        before = len(looks)
        await asyncio.sleep(1.2)
        assert len(looks) == before
        await meanwhile(_cut_off)
        await until(lambda: not hub()._bell.hears)
        await told(stream, 2)  # by looking, until the wire is laid anew
        await until(lambda: hub()._bell.hears)
        await told(stream, 3)

    run(scenario)


def _cut_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
        )
