"""页面的入口：一页从头到尾在一条线程里一口气做完，不在中途回事件循环。"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xushi.config import alive
from xushi.config.threads import Seat, Threads

_seat: ContextVar[Seat] = ContextVar("seat")


class PagesHandler(ASGIHandler):
    """Django's own, with every middleware and view called as under WSGI: all of ours are synchronous.

    Left to itself Django goes into a thread to see to its connections, for the middleware, to call the view and to see
    to its connections again, and comes back to the event loop each time; while many pages are made that is what keeps
    threads, and connections to the database, waiting for each other.
    """

    def __init__(self, threads: Threads) -> None:
        super().__init__()
        self._threads = threads

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        async with self._threads.lent() as seat:
            _seat.set(seat)
            seat.trifling = True  # until the page is made only signals are sent
            await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        seat = _seat.get()
        seat.trifling = False
        answer: HttpResponseBase = await sync_to_async(self._page)(request, seat)
        return answer

    def _page(self, request: HttpRequest, seat: Seat) -> HttpResponseBase:
        """The page, with what Django does by signals before and after on the thread whose connections they are."""
        reset_queries()
        close_old_connections()
        alive.trust_the_quiet()
        answer: HttpResponseBase = super().get_response(request)
        if not answer.streaming:  # what streams is read on this thread yet, and ends there
            close_old_connections()
            alive.note_use()
            seat.leave()
        return answer
