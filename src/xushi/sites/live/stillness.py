"""画面停住了没有：没有新帧、越来越迟、关键帧一模一样，都不是直播。"""

from dataclasses import dataclass, field
from hashlib import blake2b

from xushi.sites.live.fmp4 import Fragment
from xushi.sites.live.timeline import LATE
from xushi.sites.rules import Cause

QUIET = 5.0  # seconds without a picture
SAME_FOR = 8.0  # seconds of keyframes that are the same to the last bit: no sensor gives those
SAME_TIMES = 4
FIRST_PICTURE = 12.0  # seconds a camera may take until its first picture


@dataclass(slots=True)
class Stillness:
    """Watches one connection. began and now are seconds of one clock."""

    began: float
    _last: float = 0.0
    _keys: list[bytes] = field(default_factory=list)  # the last two: encoders number keyframes in turn
    _same_since: float = 0.0
    _same: int = 0

    def again(self, now: float) -> "Stillness":
        """For the next connection: a picture that stood still and comes again is still the same."""
        return Stillness(now, 0.0, self._keys, self._same_since, self._same)

    def see(self, fragment: Fragment) -> None:
        self._last = fragment.arrival
        if not fragment.key:
            return
        picture = blake2b(memoryview(fragment.body)[112:], digest_size=16).digest()
        if picture in self._keys:
            self._same += 1
        else:
            self._same, self._same_since = 0, fragment.arrival
        self._keys = [picture, *self._keys[:1]]

    def cause(self, now: float, lag: float) -> Cause | None:
        """Why what comes is no live picture; None while it is."""
        if not self._last:
            return Cause.SILENT if now - self.began > FIRST_PICTURE else None
        if now - self._last > QUIET:
            return Cause.SILENT
        if self.frozen(self._last) or lag > LATE:
            return Cause.STALE
        return None

    def frozen(self, now: float) -> bool:
        return self._same >= SAME_TIMES and now - self._same_since >= SAME_FOR
