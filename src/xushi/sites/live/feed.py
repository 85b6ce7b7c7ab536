"""一个在看的人还没收到的那几帧：跟不上就丢到最近的关键帧，不攒内存。"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from xushi.sites.live.fmp4 import Fragment

MOST_BEHIND = 1.0  # seconds a viewer may be behind when a keyframe comes, before they are moved on to it
MOST_BYTES = 4 << 20
AT_ONCE = 64 << 10  # bytes, or one picture: what is joined is a copy for this viewer alone


class Feed:
    """The queue of one viewer. Pictures are shared by all viewers, so that a queue holds no copy."""

    def __init__(self, begin_with: Iterable[Fragment] = ()) -> None:
        self._queue: deque[Fragment] = deque(begin_with)
        self._bytes = sum(len(one.body) for one in self._queue)
        self._wake = asyncio.Event()
        self._starved = False  # too much was waiting: nothing until the next keyframe
        self._over = False
        self._header = 0
        self.dropped = 0
        if self._queue:
            self._wake.set()

    def give(self, fragment: Fragment) -> None:
        waiting = self._queue
        if fragment.key:
            self._starved = False
            if waiting and fragment.arrival - waiting[0].arrival > MOST_BEHIND:
                self._forget()
        elif self._starved:
            self.dropped += 1
            return
        elif self._bytes > MOST_BYTES:
            self._forget()
            self._starved = True
            return
        waiting.append(fragment)
        self._bytes += len(fragment.body)
        self._wake.set()

    def end(self) -> None:
        self._over = True
        self._wake.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """What goes over the wire: a header before the first picture and whenever it changes, then picture by picture."""
        while not self._over or self._queue:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            parts: list[bytes] = []
            until = self._bytes - AT_ONCE
            while self._queue and (not parts or self._bytes > until):
                parts += self._next()
            yield b"".join(parts)

    def _next(self) -> list[bytes]:
        fragment = self._queue.popleft()
        self._bytes -= len(fragment.body)
        if fragment.header.number == self._header:
            return [fragment.times, fragment.body]
        self._header = fragment.header.number
        return [fragment.header.data, fragment.times, fragment.body]

    def _forget(self) -> None:
        self.dropped += len(self._queue)
        self._queue.clear()
        self._bytes = 0
