"""一页一口气做完：只借一次线程；分段送的还在那条线程里读完、收尾；客人走了、页面出错，线程都还回来。"""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from xushi.config.pages import PagesHandler
from xushi.config.threads import Seat, Threads

seen: dict[str, list[int]] = {}


def note(what: str) -> None:
    seen.setdefault(what, []).append(threading.get_ident())


def plain(request: HttpRequest) -> HttpResponse:
    note("view")
    answer = HttpResponse("好" * 1000)
    answer._resource_closers.append(lambda: note("closed"))
    return answer


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        note("part")
        yield "一"
        note("part")
        yield "二"

    note("view")
    answer = StreamingHttpResponse(parts())
    answer._resource_closers.append(lambda: note("closed"))
    return answer


def wrong(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [
    path("plain", plain),
    path("stream", stream),
    path("wrong", wrong),
    path("", include("xushi.config.urls")),
]


class Counting(Threads):
    def __init__(self) -> None:
        super().__init__()
        self.turns = 0

    def do(self, seat: Seat, *work: Any) -> None:
        self.turns += 1
        super().do(seat, *work)


@pytest.fixture
def threads(settings: Any) -> Iterator[Counting]:
    settings.ROOT_URLCONF, settings.MIDDLEWARE, settings.DEBUG = __name__, [], False
    seen.clear()
    yield Counting()


async def ask(handler: PagesHandler, where: str) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/{where}", "query_string": b"", "headers": []}
    await handler(scope, receive, send)
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent)


def asked(threads: Counting, *pages: str) -> list[tuple[int, bytes]]:
    async def work() -> list[tuple[int, bytes]]:
        handler = PagesHandler(threads)
        return [await ask(handler, page) for page in pages]

    return asyncio.run(work())


def idle(threads: Counting) -> int:
    """How many threads wait to be lent; one that has just answered takes a moment to come back."""
    for _ in range(500):
        if threads._idle:
            break
        time.sleep(0.01)
    return len(threads._idle)


def test_a_page_takes_one_turn_and_its_thread_is_free_when_it_is_made(threads: Counting) -> None:
    [(status, body)] = asked(threads, "plain")
    assert (status, body.decode()) == (200, "好" * 1000)
    assert threads.turns == 1
    assert seen["closed"] == [threading.get_ident()], "a trifle, done on the spot"
    assert seen["view"] != seen["closed"]
    assert idle(threads) == 1


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_what_streams_is_read_and_closed_on_the_thread_of_its_page(threads: Counting) -> None:
    [(status, body)] = asked(threads, "stream")
    assert (status, body.decode()) == (200, "一二")
    assert len(seen["part"]) == 2
    assert {*seen["view"], *seen["part"], *seen["closed"]} == set(seen["view"])
    assert idle(threads) == 1


def test_a_page_that_fails_gives_its_thread_back(threads: Counting) -> None:
    statuses = [status for status, _ in asked(threads, "wrong", "plain", "wrong", "plain")]
    assert statuses == [500, 200, 500, 200]
    assert len(set(seen["view"])) == 1
    assert idle(threads) == 1
