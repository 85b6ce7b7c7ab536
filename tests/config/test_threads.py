"""网页的线程：一个接一个的请求用同一条，同时来的各用一条，没做完的不再借出去。"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from asgiref.sync import sync_to_async

from xushi.config.threads import MOST_IDLE, Threads

here = sync_to_async(threading.get_ident)


def test_requests_one_after_another_share_a_thread() -> None:
    async def work() -> set[int]:
        threads, seen = Threads(1), set()
        for _ in range(5):
            async with threads.lent():
                seen |= {await here(), await here()}
            await asyncio.sleep(0.05)
        return seen

    assert len(asyncio.run(work())) == 1


def test_requests_at_the_same_time_have_threads_of_their_own() -> None:
    async def work() -> tuple[list[int], int]:
        threads, both = Threads(MOST_IDLE + 3), threading.Barrier(MOST_IDLE + 3, timeout=5)

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
        threads, go = Threads(2), threading.Event()
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


def requests(threads: Threads, *works: Callable[[], None]) -> "asyncio.Future[list[None]]":
    async def request(work: Callable[[], None]) -> None:
        async with threads.lent():
            await sync_to_async(work)()

    return asyncio.gather(*(request(work) for work in works))


def counted(seconds: float, most: list[int], at_work: list[int]) -> None:
    at_work[0] += 1
    most[0] = max(most[0], at_work[0])
    time.sleep(seconds)
    at_work[0] -= 1


def test_who_comes_first_is_served_first_and_one_at_a_time() -> None:
    order, at_work, most = [], [0], [0]

    def page(number: int) -> None:
        order.append(number)
        counted(0.01, most, at_work)

    async def work() -> None:
        await requests(Threads(1), *(partial(page, number) for number in range(12)))

    asyncio.run(work())
    assert order == list(range(12))
    assert most == [1]


def test_who_waits_for_something_slow_keeps_nobody_waiting_for_long() -> None:
    async def work() -> tuple[int, bool, list[int]]:
        threads, go, done = Threads(1, turn=0.1), threading.Event(), []
        slow = requests(threads, *[partial(go.wait, 5)] * 3)
        await requests(threads, *[partial(done.append, 1)] * 5)
        waiting = not slow.done()
        go.set()
        await slow
        most, at_work = [0], [0]
        await requests(threads, *[partial(counted, 0.01, most, at_work)] * 8)
        return len(done), waiting, most

    done, waiting, most = asyncio.run(work())
    assert done == 5 and waiting
    assert most == [1], "those that were slow give back no second turn"


def test_a_page_that_fails_gives_its_turn_back() -> None:
    async def work() -> list[int]:
        threads, done = Threads(1, turn=60), []
        for _ in range(3):
            with suppress(ZeroDivisionError):
                await requests(threads, lambda: 1 / 0)
        await asyncio.wait_for(requests(threads, partial(done.append, 1)), 5)
        return done

    assert asyncio.run(work()) == [1]


def test_what_was_left_before_its_turn_is_not_done_and_keeps_no_turn() -> None:
    async def work() -> list[str]:
        threads, go, done = Threads(1, turn=60), threading.Event(), []
        first = requests(threads, partial(go.wait, 5))
        await asyncio.sleep(0.05)
        leaves = requests(threads, partial(done.append, "left"))
        await asyncio.sleep(0.05)
        leaves.cancel()
        with suppress(asyncio.CancelledError):
            await leaves
        go.set()
        await first
        await asyncio.wait_for(requests(threads, partial(done.append, "next")), 5)
        return done

    assert asyncio.run(work()) == ["next"]


def test_those_who_wait_hold_no_thread() -> None:
    """Forty at the door are served by the thread, and the connection, that is at work, and the few that are kept: one
    that is done may still be on its way back when the next begins."""

    async def work() -> int:
        threads, seen = Threads(1, turn=60), set()  # a slow machine gives no second turn
        await requests(threads, *[lambda: (seen.add(threading.get_ident()), time.sleep(0.002))] * 40)
        return len(seen)

    assert asyncio.run(work()) <= MOST_IDLE


def test_what_is_begun_comes_before_what_is_not() -> None:
    """A request comes back two or three times: at its end it is not to wait behind all who came meanwhile."""

    async def work() -> list[str]:
        threads, order = Threads(1), []

        async def request(name: str) -> None:
            async with threads.lent():
                for part in "abc":
                    await sync_to_async(lambda part=part: (time.sleep(0.02), order.append(name + part)))()

        await asyncio.gather(*(request(str(number)) for number in range(6)))
        return order

    order = asyncio.run(work())
    ends = [order.index(f"{number}c") for number in range(6)]
    begins = [order.index(f"{number}a") for number in range(6)]
    assert sum(end - begin for begin, end in zip(begins, ends, strict=True)) < 6 * 5, order


def test_a_thread_given_back_waits_for_no_turn() -> None:
    async def work() -> int:
        threads, go = Threads(1), threading.Event()

        async def slow() -> None:
            async with threads.lent():
                await sync_to_async(go.wait)(5)

        async with threads.lent():
            await here()
            busy = asyncio.create_task(slow())
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
        kept = len(threads._idle)
        go.set()
        await busy
        return kept

    assert asyncio.run(work()) == 1


def test_no_more_requests_are_in_hand_than_there_are_connections_for() -> None:
    async def work() -> tuple[int, int]:
        threads, seen, done = Threads(3, most=5), set(), []

        async def request() -> None:
            async with threads.lent():
                seen.add(await here())
                await asyncio.sleep(0.01)
                done.append(await here())

        await asyncio.gather(*(request() for _ in range(40)))
        return len(seen), len(done)

    threads, done = asyncio.run(work())
    assert done == 40
    assert threads <= 2 * 5, "one given back may still be on its way to be lent again"
