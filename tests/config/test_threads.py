"""网页的线程：一个接一个的请求用同一条，同时来的各用一条，没做完的不再借出去。"""

import asyncio
import threading
from contextlib import suppress

from asgiref.sync import sync_to_async

from xushi.config.threads import MOST_IDLE, Threads

here = sync_to_async(threading.get_ident)


def test_requests_one_after_another_share_a_thread() -> None:
    async def work() -> set[int]:
        threads, seen = Threads(), set()
        for _ in range(5):
            async with threads.lent():
                seen |= {await here(), await here()}
            await asyncio.sleep(0.05)
        return seen

    assert len(asyncio.run(work())) == 1


def test_requests_at_the_same_time_do_not_wait_for_each_other() -> None:
    async def work() -> tuple[list[int], int]:
        threads, both = Threads(), threading.Barrier(MOST_IDLE + 3, timeout=5)

        def meet() -> int:
            both.wait()
            return threading.get_ident()

        async def request() -> int:
            async with threads.lent():
                return await sync_to_async(meet)()

        met = await asyncio.gather(*(request() for _ in range(MOST_IDLE + 3)))
        await asyncio.sleep(0.2)
        return met, len(threads._idle)

    met, kept = asyncio.run(work())
    assert len(set(met)) == MOST_IDLE + 3
    assert kept == MOST_IDLE


def test_a_thread_still_at_work_for_who_has_left_is_not_lent() -> None:
    async def work() -> tuple[int, int, int]:
        threads, go = Threads(), threading.Event()
        made: list[int] = []

        def slow() -> None:
            made.append(threading.get_ident())
            go.wait(5)

        async def leaves() -> None:
            async with threads.lent():
                await sync_to_async(slow)()

        visit = asyncio.create_task(leaves())
        while not made:
            await asyncio.sleep(0.01)
        visit.cancel()
        with suppress(asyncio.CancelledError):
            await visit
        async with threads.lent():
            other = await here()
        go.set()
        await asyncio.sleep(0.2)
        return made[0], other, len(threads._idle)

    left, other, kept = asyncio.run(work())
    assert other != left
    assert kept == 2
