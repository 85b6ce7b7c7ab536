"""发送的循环：一条线程收进摘要，每个通道一条线程发；连不上的通道只拖自己。"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from xushi.notices.channels import Channels, ChannelsRefused, load
from xushi.notices.gathering import gather
from xushi.notices.sending import send_due

PAUSE = 1.0  # seconds

log = logging.getLogger(__name__)


def run_once(clock: Callable[[], datetime]) -> int:
    """Gather everything and let every channel send what is due now; returns how many digests were taken."""
    channels = configured()
    while gather(channels.all, now=clock()):
        pass
    return sum(send_due(channel, clock, channels.base) for channel in channels.all)


def configured() -> Channels:
    return load(Path(settings.XUSHI_CHANNELS))


class Sender:
    """Sends in the background until stopped; follows changes of the channels' file."""

    def __init__(self, clock: Callable[[], datetime], pause: float = PAUSE) -> None:
        self._clock, self._pause = clock, pause
        self._stop = threading.Event()
        self._channels = Channels()
        self._refused = ""
        self._threads: dict[str, threading.Thread] = {}
        self._gatherer = threading.Thread(
            target=self._loop, args=(self._gather,), name="notices", daemon=True
        )

    def start(self) -> None:
        self._gatherer.start()

    def stop(self, patience: float = 10.0) -> None:
        """Ask all threads to end and wait for them; what one is sending, it finishes."""
        self._stop.set()
        for thread in (self._gatherer, *self._threads.values()):
            if thread.is_alive():
                thread.join(patience)

    def _loop(self, act: Callable[[], bool]) -> None:
        """Act until stopped; act returns False where this thread is no longer needed."""
        needed = True
        while needed and not self._stop.is_set():
            try:
                needed = act()
            except DatabaseError:
                log.exception("发消息时数据库出错，稍后再试")
            finally:
                close_old_connections()
            self._stop.wait(self._pause)
        connection.close()

    def _gather(self) -> bool:
        self._reload()
        while gather(self._channels.all, now=self._clock()) and not self._stop.is_set():
            pass
        for channel in self._channels.all:
            running = self._threads.get(channel.name)
            if running is None or not running.is_alive():
                self._threads[channel.name] = self._sending(channel.name)
        return True

    def _reload(self) -> None:
        try:
            self._channels, self._refused = configured(), ""
        except ChannelsRefused as refused:
            if str(refused) != self._refused:  # said once, not every second
                log.error("通道先照旧用：%s", refused)
            self._refused = str(refused)

    def _sending(self, name: str) -> threading.Thread:
        def send() -> bool:
            channel = self._channels.named(name)
            if channel is None:
                return False
            send_due(channel, self._clock, self._channels.base)
            return True

        thread = threading.Thread(target=self._loop, args=(send,), name=f"notices-{name}", daemon=True)
        thread.start()
        return thread
