"""响应头与流：不许第三方，导出不占满内存。"""

import asyncio
from collections.abc import Callable, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import AsyncRequestFactory, Client, RequestFactory

from xushi.config.middleware import PIECE, FlatStreams
from xushi.units.models import User


def test_every_page_forbids_third_parties(auditor: User, signed_in: Callable[[User], Client]) -> None:
    policy = signed_in(auditor).get("/me")["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy


def stream(made: list[int]) -> Iterator[bytes]:
    for number in range(100):
        made.append(number)
        yield b"x" * (PIECE // 4)


def test_streams_flow_in_pieces_under_asgi() -> None:
    made: list[int] = []

    def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(stream(made))

    request = AsyncRequestFactory().get("/")
    assert isinstance(request, ASGIRequest)
    response = FlatStreams(view)(request)
    assert isinstance(response, StreamingHttpResponse) and response.is_async

    async def read() -> tuple[int, int]:
        flowing = aiter(response.streaming_content)
        first = await anext(flowing)
        seen_by_then = len(made)
        rest = [piece async for piece in flowing]
        return seen_by_then, len(first) + sum(map(len, rest))

    assert asyncio.run(read()) == (4, 100 * (PIECE // 4))


def test_streams_are_left_alone_under_wsgi() -> None:
    response = FlatStreams(lambda request: StreamingHttpResponse(stream([])))(RequestFactory().get("/"))
    assert isinstance(response, StreamingHttpResponse) and not response.is_async


def test_https_is_kept_to_for_a_year_once_it_was_used(client: Client) -> None:
    assert client.get("/healthz/live", secure=True)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get("/healthz/live")
