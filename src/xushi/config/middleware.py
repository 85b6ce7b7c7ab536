"""响应头：不许第三方来源，不许内联脚本。"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, StreamingHttpResponse

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PIECE = 64 * 1024


class SecurityHeaders:
    """Every answer says where its parts may come from: from here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response


class NoNulls:
    """A NUL in an address or a field is refused: nobody types it, and PostgreSQL does not take it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        if "\0" in request.path or any(_nulls(fields) for fields in (request.GET, request.POST)):
            raise BadRequest("填的字里有看不见的空字符，请删去重填，或换个地方复制再粘贴。")


def _nulls(fields: QueryDict) -> bool:
    return any("\0" in name or any("\0" in str(v) for v in values) for name, values in fields.lists())


class FlatStreams:
    """Under ASGI, a stream made by a plain iterator flows in pieces; Django alone would hold it whole in memory."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            isinstance(request, ASGIRequest)
            and isinstance(response, StreamingHttpResponse)
            and not response.is_async
        ):
            whole = cast("Iterable[bytes]", response.streaming_content)
            response.streaming_content = _pieces(iter(whole))
        return response


async def _pieces(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    take = sync_to_async(_next_piece, thread_sensitive=True)
    while piece := await take(parts):
        yield piece


def _next_piece(parts: Iterator[bytes]) -> bytes:
    """The next 64 KiB or what is left; b"" at the end."""
    gathered = bytearray()
    for part in parts:
        gathered += part
        if len(gathered) >= PIECE:
            break
    return bytes(gathered)
