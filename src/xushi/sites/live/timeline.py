"""时间轴：摄像头的时间戳怎么乱来，发给浏览器的都一帧接一帧往前走。"""

from dataclasses import dataclass

TICKS = 90_000
LEAP = 5 * TICKS  # a gap or a step back beyond this begins a new stretch
SKEW = 0.001  # of the time passed: so much a camera's quartz may go wrong without being called late
LATE = 5.0  # seconds a picture may come behind the pace of the first before the stream counts as stuck
USUAL = TICKS // 15


@dataclass(slots=True)
class Timeline:
    """Gives each picture its place. What has no stamp, an old one or one far off is placed by when it came."""

    _last_stamp: int | None = None
    _at: int = 0
    _begun: bool = False
    _step: int = USUAL
    _anchor: tuple[int, float] | None = None  # stamp and arrival of the quickest picture so far
    lag: float = 0.0  # seconds the pictures come behind the quickest

    def place(self, stamp: int | None, arrival: float) -> tuple[int, int]:
        """Decode time and duration of the next picture, in ticks; strictly rising."""
        delta = self._delta(stamp)
        if delta is not None:
            self._step = delta
            self._measure(stamp or 0, arrival)
        elif stamp is not None:
            self._anchor = (stamp, arrival)
        if self._begun:
            self._at += self._step
        self._begun = True
        if stamp is not None:
            self._last_stamp = stamp
        return self._at, self._step

    def _delta(self, stamp: int | None) -> int | None:
        if stamp is None or self._last_stamp is None:
            return None
        delta = stamp - self._last_stamp
        return delta if 0 < delta < LEAP else None

    def _measure(self, stamp: int, arrival: float) -> None:
        """How far arrivals fall behind the stamps; the quickest so far is the measure."""
        if self._anchor is None:
            self._anchor = (stamp, arrival)
        passed = arrival - self._anchor[1]
        behind = passed * (1 - SKEW) - (stamp - self._anchor[0]) / TICKS
        if behind < 0:
            self._anchor, behind = (stamp, arrival), 0.0
        self.lag = behind
