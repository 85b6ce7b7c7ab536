"""拉流的线程：多少条一起交东西只叫醒一次；光说话不给画面的摄像头占不了几条线程。"""

import asyncio
import threading
import time

import pytest

from xushi.config import clock
from xushi.sites.live import channel, pull, stillness
from xushi.sites.live.channel import Channel, Manner
from xushi.sites.live.engine import Broken
from xushi.sites.live.inbox import BEAT, Inbox
from xushi.sites.rules import Cause


def test_what_threads_put_is_done_in_order_and_the_loop_is_woken_once() -> None:
    async def scenario() -> tuple[list[tuple[int, int]], int]:
        loop, done, woken = asyncio.get_running_loop(), [], 0
        whole = loop.call_soon_threadsafe

        def counted(*arguments: object) -> object:
            nonlocal woken
            woken += 1
            return whole(*arguments)  # type: ignore[arg-type]

        loop.call_soon_threadsafe = counted  # type: ignore[assignment,method-assign]
        inbox = Inbox(loop)
        threads = [
            threading.Thread(
                target=lambda who=who: [inbox.put(lambda n: done.append((who, n)), n) for n in range(50)]
            )
            for who in range(4)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()  # the loop stands still meanwhile
        await asyncio.sleep(BEAT * 2)
        return done, woken

    done, woken = asyncio.run(scenario())
    for who in range(4):
        assert [n for at, n in done if at == who] == list(range(50))
    assert woken == 1


def test_a_turn_that_fails_does_not_keep_back_what_comes_after_it() -> None:
    async def scenario() -> list[str]:
        loop, done, wrong = asyncio.get_running_loop(), [], []
        loop.set_exception_handler(lambda _, told: wrong.append(told))
        inbox = Inbox(loop)
        inbox.put(lambda: 1 / 0)  # type: ignore[arg-type,return-value]
        inbox.put(lambda: done.append("after"))
        await asyncio.sleep(BEAT * 2)
        assert len(wrong) == 1
        return done

    assert asyncio.run(scenario()) == ["after"]


def test_a_camera_that_talks_without_pictures_holds_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("av")
    from xushi.sites.sim.rtsp import Server

    for module, name, seconds in (
        (stillness, "QUIET", 0.8), (stillness, "FIRST_PICTURE", 1.5),
        (pull, "OPEN_WAIT", 1.5), (pull, "READ_WAIT", 0.8), (pull, "STUCK", 0.5),
        (channel, "AGAIN", (0.2, 0.8)),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, seconds)

    async def scenario() -> tuple[Manner, list[Cause | None], int]:
        sim, manner = Server(clock.real), Manner()
        port = await sim.start("127.0.0.1", 0)

        async def url() -> str:
            return f"rtsp://127.0.0.1:{port}/chatty/1"

        one = Channel(url, time.time, Inbox(asyncio.get_running_loop()), manner=manner)
        stream = await one.stream()
        assert (await anext(stream.pieces))[4:8] == b"ftyp"
        causes, most = [], 0
        for _ in range(70):
            one._touched = time.time()  # somebody keeps looking
            await asyncio.sleep(0.1)
            causes.append(one.cause)
            most = max(most, sum(each.running for each in manner.left))
        with pytest.raises(Broken):
            await one.stream()
        await one.close()
        await sim.stop()
        return manner, causes, most

    manner, causes, most = asyncio.run(scenario())
    assert Cause.SILENT in causes
    assert manner.guarded
    assert most <= 3  # two that hang before it is known what they hang on, and the one at work
