"""一路画面一个编码线程，有人拉才编；几个人拉同一路，编一次。"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np

from xushi.sites.sim.bars import Plane
from xushi.sites.sim.encoder import Encoder, headers
from xushi.sites.sim.modes import Mode, Part
from xushi.sites.sim.picture import Moment, Picture, Spec
from xushi.sites.sim.rtp import CLOCK, Packetiser, nals_of

ODD = 4  # pictures that come before the first keyframe of an odd start
PLAYS = {
    Mode.DROPPING: 5.0,
    Mode.SILENT: 3.0,
    Mode.CHATTY: 1.0,
    Mode.RESIZING: 4.0,
}  # seconds until it happens
BACKLOG = 4 << 20  # bytes a slow puller may be behind before pictures are left out for them


class Puller(Protocol):
    """Somebody who pulls a stream."""

    def give(self, packets: bytes, *, key: bool) -> None: ...
    def drop(self) -> None: ...


class Studio:
    """One picture, encoded while anybody pulls it."""

    def __init__(self, part: Part, spec: Spec, moment: Moment, *, with_bars: bool = True) -> None:
        self.part, self.spec = part, spec
        self.hevc = part.mode is Mode.H265
        self._moment, self._with_bars = moment, with_bars
        self._headers: list[bytes] = []
        self._pullers: set[Puller] = set()
        self._turn = 0  # which run of the thread is the one in force
        self._stuck: list[bytes] = []
        self._stuffing = np.random.default_rng(part.number)

    def headers(self) -> list[bytes]:
        if not self._headers and self.part.mode not in (Mode.AUDIO, Mode.ODD_START):
            self._headers = headers(self.spec, hevc=self.hevc)
        return self._headers

    def join(self, puller: Puller) -> None:
        self._pullers.add(puller)
        if len(self._pullers) == 1:
            self._turn += 1
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._run, args=(self._turn, loop), daemon=True, name="studio").start()

    def leave(self, puller: Puller) -> None:
        self._pullers.discard(puller)
        if not self._pullers:
            self._turn += 1

    def _run(self, turn: int, loop: asyncio.AbstractEventLoop) -> None:
        """The thread: a picture each 1/rate second, until nobody pulls any more."""
        try:
            for packets, key in self._pictures(lambda: turn == self._turn):
                loop.call_soon_threadsafe(self._give, turn, packets, key)
            loop.call_soon_threadsafe(self._ended, turn)
        except RuntimeError:
            return  # the loop has been closed

    def _pictures(self, wanted: Callable[[], bool]) -> Iterator[tuple[bytes, bool]]:
        mode, spec = self.part.mode, self.spec
        picture = Picture(self.part, spec, self._moment, with_bars=self._with_bars)
        encoder, packetiser = Encoder(spec, hevc=self.hevc), Packetiser(hevc=self.hevc)
        began, count, reported = time.monotonic(), 0, -1.0
        while wanted():
            elapsed = count / spec.rate
            late = began + elapsed - time.monotonic()
            if late > 0:
                time.sleep(late)
            elif late < -1:  # the machine is too slow: leave pictures out rather than tell the wrong time
                count += round(-late * spec.rate)
                elapsed = count / spec.rate
            if elapsed >= PLAYS.get(mode, elapsed + 1):
                if mode is Mode.DROPPING:
                    return
                if mode in (Mode.SILENT, Mode.CHATTY):
                    time.sleep(0.2)
                    if mode is Mode.CHATTY:
                        yield packetiser.report(self._moment(), int(elapsed * CLOCK)), False
                    continue
                if encoder.spec == spec:
                    smaller = replace(spec, width=spec.width // 2, height=spec.height // 2)
                    encoder = Encoder(smaller)
                    picture = Picture(self.part, smaller, self._moment, with_bars=self._with_bars)
            frame, moment = picture.at_once()
            moment = self._moment() if mode is Mode.FROZEN else moment
            unit = self._unit(encoder, frame, count)
            stamp = int(elapsed * CLOCK) if mode is not Mode.ODD_START or count > ODD else 0
            lead = b""
            if elapsed - reported >= 1 or reported < 0:
                lead, reported = packetiser.report(moment, stamp), elapsed
            count += 1
            if mode is Mode.ODD_START and count <= 1:
                continue  # the first keyframe is never sent
            if mode is Mode.NOISE:
                noise = self._stuffing.integers(0, 256, 1200, dtype=np.uint8).tobytes()
                yield lead + packetiser.packet(b"\x01" + noise, stamp, marker=True), True
                continue
            yield lead + packetiser.unit(nals_of(unit), stamp), (count - 1) % spec.rate == 0

    def _unit(self, encoder: Encoder, frame: Plane, count: int) -> bytes:
        """The coded picture. A frozen camera gives its first second again and again, as a stuck encoder does."""
        if self.part.mode is not Mode.FROZEN:
            return encoder.encode(frame)
        if len(self._stuck) < self.spec.rate:
            self._stuck.append(encoder.encode(frame))
        return self._stuck[count % self.spec.rate]

    def _give(self, turn: int, packets: bytes, key: bool) -> None:
        if turn == self._turn:
            for puller in list(self._pullers):
                puller.give(packets, key=key)

    def _ended(self, turn: int) -> None:
        if turn == self._turn:
            for puller in list(self._pullers):
                puller.drop()
