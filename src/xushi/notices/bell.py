"""门铃：数据库里有了新事，各台机器上的每个网页进程都听得到；听不到的照旧隔一会儿去看。

A trigger on the journal and on the notices rings at each commit that adds to them (LISTEN/NOTIFY of PostgreSQL). The ring
says nothing but that there is something: what it is, is read from the tables as ever, so a ring too many or one that was
lost costs a look or a moment, never a message.
"""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import connections

EVERY = 0.3  # seconds between two looks, at least; where nobody can listen, also at most
ANYWAY = 3.0  # seconds after which the database is looked at without a ring
AGAIN = 5.0  # seconds until a wire that broke is laid anew
CHANNEL = "xushi"  # as in the trigger

log = logging.getLogger(__name__)


def wire() -> dict[str, Any] | None:
    """How the server is reached for listening; None on SQLite, and where only a pool of transactions leads to it."""
    database = connections["default"]
    if database.vendor != "postgresql" or (settings.XUSHI_PGBOUNCER and not settings.XUSHI_LISTEN_URL):
        return None
    if settings.XUSHI_LISTEN_URL:
        return {"conninfo": settings.XUSHI_LISTEN_URL, "connect_timeout": 5, **_LIVELY}
    own = {"cursor_factory", "context", "prepare_threshold"}
    return {name: value for name, value in database.get_connection_params().items() if name not in own}


# 断了的线几十秒内就知道，不等内核放弃
_LIVELY = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


class Bell:
    """The bell of one event loop."""

    def __init__(self) -> None:
        self.hears = False
        self._rung = asyncio.Event()
        self._looked = 0.0
        self._listening: asyncio.Task[None] | None = None

    def open(self, to: dict[str, Any] | None) -> None:
        """Listen from now on; to is what wire() says."""
        if to is not None and self._listening is None:
            self._listening = asyncio.ensure_future(self._listen(to))

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        self._listening, self.hears = None, False

    def is_due(self) -> bool:
        """Whether the database is to be looked at now: always where nobody listens."""
        now = time.monotonic()
        if self.hears and not self._rung.is_set() and now - self._looked < ANYWAY:
            return False
        self._rung.clear()
        self._looked = now
        return True

    async def pause(self) -> None:
        """Until it rings, or for EVERY seconds; a ring right after a look waits for the others, too."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), EVERY)
            await asyncio.sleep(max(self._looked + EVERY - time.monotonic(), 0))

    async def _listen(self, to: dict[str, Any]) -> None:
        import psycopg

        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**to, autocommit=True) as held:
                    await held.execute(f"LISTEN {CHANNEL}")
                    self.hears = True
                    self._rung.set()  # what happened meanwhile was rung to nobody
                    async for _ in held.notifies():
                        self._rung.set()
            except (psycopg.Error, OSError) as problem:
                log.warning("听不到数据库的通知，先每%g秒看一次：%s", EVERY, problem)
            finally:
                self.hears = False
            await asyncio.sleep(AGAIN)
