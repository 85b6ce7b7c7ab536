"""实时通道：一秒之内推到，登录没了就关，外人进不来，不占线程。"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from tests.factories import NOW, PASSWORD
from tests.notices.conftest import Happen
from tests.notices.streams import Stream
from xushi.duties.actions import end_duties, set_duty
from xushi.duties.models import Delegation
from xushi.journal.actions import SYSTEM
from xushi.notices import live as hubs
from xushi.notices.views_live import MOST_PER_SESSION, hub
from xushi.notices.writing import write_notices
from xushi.units.actions import end_appointment, set_account_active
from xushi.units.middleware import SEEN
from xushi.units.models import Appointment, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock(settings) -> None:
    settings.XUSHI_NOW = NOW


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        try:
            await scenario()
        finally:
            await hub().close()

    asyncio.run(whole())


async def meanwhile(act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What somebody else does in another connection."""

    def alone() -> Any:
        try:
            return act(*arguments, **named)
        finally:
            connections.close_all()

    return await asyncio.to_thread(alone)


def test_a_notice_reaches_its_reader_within_a_second_and_nobody_else(
    happen: Happen, closing, leader_user, territory_user, signed_in
) -> None:
    leader, other = signed_in(leader_user), signed_in(territory_user)

    async def scenario() -> None:
        mine, theirs = Stream(leader), Stream(other)
        await mine.until(lambda: mine.heard)
        await theirs.until(lambda: theirs.heard)
        assert mine.status == 200 and mine.body.startswith(b"retry: ")
        assert mine.heard[0]["bell"] == 0
        event = await meanwhile(happen, "progress.month.closed", closing)
        await meanwhile(write_notices, event)
        assert await mine.until(lambda: mine.heard[-1]["bell"] == 1) < 1
        await asyncio.sleep(0.7)
        assert len(theirs.heard) == 1

    run(scenario)


def test_a_duty_of_a_unit_reaches_its_people_and_who_stands_in(
    happen: Happen, closing, subdistrict, territory_user, office_user, leader_user, signed_in
) -> None:
    Delegation.objects.create(
        user=leader_user, to=office_user, first=NOW.date(), last=NOW.date(), reason="出差", made_at=NOW
    )
    clients = [signed_in(user) for user in (territory_user, office_user, leader_user)]

    def order(**holder: Any) -> None:
        set_duty(subject=closing, kind="x", title="办", due_at=NOW + timedelta(days=1), now=NOW, **holder)
        happen("supervision.order.drafted", closing)

    def finish() -> None:
        end_duties(closing, now=NOW)
        happen("supervision.order.drafted", closing)

    async def scenario() -> None:
        unit, stand_in, leader = streams = [Stream(client) for client in clients]
        for stream in streams:
            await stream.until(lambda s=stream: s.heard)
        await meanwhile(order, unit=subdistrict)
        assert await unit.until(lambda: unit.heard[-1]["todo"] == 1) < 1
        assert unit.heard[-1]["rev"] != unit.heard[0]["rev"]
        await meanwhile(order, person=leader_user)
        assert await leader.until(lambda: leader.heard[-1]["todo"] == 1) < 1
        assert await stand_in.until(lambda: stand_in.heard[-1]["todo"] == 1) < 1
        assert unit.heard[-1]["todo"] == 1
        await meanwhile(finish)
        for stream in streams:
            assert await stream.until(lambda s=stream: s.heard[-1]["todo"] == 0) < 1

    run(scenario)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/live/events", "GET", 401), ("/live/events", "POST", 405), ("/live/else", "GET", 404)],
)
def test_a_visitor_is_refused(path: str, method: str, status: int, db) -> None:
    async def scenario() -> None:
        stream = Stream(path=path, method=method)
        await stream.until(lambda: stream.closed)
        assert stream.status == status and "error" in stream.body.decode()

    run(scenario)


def test_other_hosts_forged_cookies_and_the_unappointed_are_refused(leader_user, settings, signed_in) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = signed_in(leader_user)
    forged = Client()
    forged.cookies[settings.SESSION_COOKIE_NAME] = "nobodyssession"
    must = signed_in(User.objects.create_user("neu", PASSWORD, name="新人", must_change_password=True))

    async def scenario() -> None:
        asked = [
            (Stream(client, host=b"elsewhere.example"), 400),
            (Stream(forged), 401),
            (Stream(must), 403),
        ]
        for stream, status in asked:
            await stream.until(lambda s=stream: s.closed)
            assert stream.status == status

    run(scenario)


def log_out(client: Client, user: User) -> None:
    client.post("/logout")


def leave_office(client: Client, user: User) -> None:
    for held in Appointment.objects.filter(user=user):
        end_appointment(appointment=held, actor=SYSTEM, now=NOW)


def disable(client: Client, user: User) -> None:
    set_account_active(user=user, active=False, reason="停用", actor=SYSTEM, now=NOW)


def forget(client: Client, user: User) -> None:
    Session.objects.all().delete()


def grow_idle(client: Client, user: User) -> None:
    session = client.session
    session[SEEN] = 1
    session.save()


def other_password(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(password="x")


@pytest.mark.parametrize("act", [log_out, leave_office, disable, forget, grow_idle, other_password])
def test_the_stream_ends_with_the_session_or_the_rights(
    act: Callable[[Client, User], None], leader_user, office_user, signed_in, monkeypatch
) -> None:
    monkeypatch.setattr(hubs, "ROUND", 0.5)
    gone, stays = signed_in(leader_user), signed_in(office_user)

    async def scenario() -> None:
        mine, theirs = Stream(gone), Stream(stays)
        await mine.until(lambda: mine.heard)
        await theirs.until(lambda: theirs.heard)
        await meanwhile(act, gone, leader_user)
        await mine.until(lambda: mine.closed)
        assert mine.good_bye
        await asyncio.wait_for(mine.task, 1)
        assert leader_user.pk not in hub().clients
        if act is not forget:
            assert not theirs.closed

    run(scenario)


def test_the_open_stream_keeps_nobody_logged_in(leader_user, signed_in) -> None:
    client = signed_in(leader_user)
    before = dict(client.session)

    async def scenario() -> None:
        stream = Stream(client)
        await stream.until(lambda: stream.heard)
        await stream.leave()

    run(scenario)
    assert dict(client.session) == before


def test_one_session_has_few_streams_and_leaving_frees_them(leader_user, signed_in) -> None:
    client = signed_in(leader_user)

    others = threading.active_count()  # what earlier tests of this process left

    async def scenario() -> None:
        streams = [Stream(client) for _ in range(MOST_PER_SESSION)]
        for stream in streams:
            await stream.until(lambda s=stream: s.heard)
        late = Stream(client)
        await late.until(lambda: late.closed)
        assert late.status == 429
        threads = threading.active_count()
        assert threads - others < 12
        for stream in streams:
            await stream.leave()
        assert hub().clients == {}
        again = Stream(client)
        await again.until(lambda: again.heard)
        assert again.status == 200

    run(scenario)


def test_signs_of_life_and_a_client_that_does_not_swallow(leader_user, signed_in, monkeypatch) -> None:
    monkeypatch.setattr(hubs, "BEAT", 0.2)
    monkeypatch.setattr(hubs, "STALLED", 0.5)
    client = signed_in(leader_user)

    async def scenario() -> None:
        fine, stuck = Stream(client), Stream(client)
        await fine.until(lambda: fine.body.count(b":\n\n") >= 2)
        stuck.scope["stuck"] = True
        [held] = [one for one in hub().clients[leader_user.pk] if one.send.__self__ is stuck]

        async def never(_: Any) -> None:
            await asyncio.sleep(3600)

        held.send = never
        await stuck.until(lambda: held not in hub().clients.get(leader_user.pk, ()))
        assert not fine.closed

    run(scenario)
