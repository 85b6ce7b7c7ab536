"""网页用的线程：用完还回来，下一个请求接着用，连着的数据库也就接着用。

Django alone gives every request under ASGI a thread of its own: its database connection is opened for that one request
and lies about open until the garbage collector comes by.
"""

from asyncio import get_running_loop
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager

from asgiref.sync import ThreadSensitiveContext
from django.db import connections

MOST_IDLE = 8  # threads, and database connections, that a web process keeps for the next request


class Threads:
    """Lends one thread to one request at a time; more than are kept are made when all are out."""

    def __init__(self) -> None:
        self._idle: list[ThreadPoolExecutor] = []

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Within, all that Django does synchronously for this request runs on one lent thread."""
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="page")
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            self._return(thread)

    def _return(self, thread: ThreadPoolExecutor) -> None:
        """A visitor may have left while the page was still being made: only an idle thread is lent again."""
        loop = get_running_loop()

        def idle(_: Future[None]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._keep, thread)

        thread.submit(_nothing).add_done_callback(idle)

    def _keep(self, thread: ThreadPoolExecutor) -> None:
        if len(self._idle) < MOST_IDLE:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


def _nothing() -> None: ...
