"""拉流的各条线程交给事件循环的东西：一拍里来多少，只叫醒它一次。"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

BEAT = 0.08  # seconds that what comes waits for more: each picture older by half of it, far fewer turns of the loop


class Inbox:
    """Acts that threads want done in the event loop, in the order in which they were put."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._woken = False

    def put(self, act: Callable[..., None], *arguments: Any) -> None:
        """From any thread. What is put before the flag is looked at is taken by the turn that lowers it."""
        self._waiting.append((act, arguments))
        if not self._woken:
            self._woken = True
            with suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._loop.call_later, BEAT, self._empty)

    def _empty(self) -> None:
        self._woken = False
        while self._waiting:
            act, arguments = self._waiting.popleft()
            self._loop.call_soon(act, *arguments)
