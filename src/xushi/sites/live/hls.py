"""HLS（RFC 8216，fMP4 分段）：同样的那些帧，一到几个关键帧合成一段，只留最近几段。"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from xushi.core.clock import BEIJING
from xushi.sites.live.fmp4 import TICKS, Fragment, Header

SHORTEST = 1.0  # seconds of a segment
KEPT, SHOWN = 9, 6
TARGET = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of the list; moment is when its first picture came."""

    number: int
    header: Header
    seconds: float
    moment: float
    data: bytes


@dataclass(slots=True)
class Segments:
    """The newest segments of a run, and the one that is growing. cut: a break before the next segment."""

    ready: deque[Segment] = field(default_factory=lambda: deque(maxlen=KEPT))
    cuts: set[int] = field(default_factory=set)
    _growing: list[Fragment] = field(default_factory=list)
    _number: int = 0
    _cut: bool = False

    def take(self, fragment: Fragment) -> None:
        growing = self._growing
        if fragment.key and growing:
            seconds = (fragment.decode_time - growing[0].decode_time) / TICKS
            other = fragment.header is not growing[0].header
            if seconds >= SHORTEST or other or seconds <= 0:
                self._close(max(seconds, growing[-1].duration / TICKS))
                self._cut = other or seconds <= 0
                growing = self._growing
        if growing or fragment.key:
            growing.append(fragment)

    def broken(self) -> None:
        """The stream ended: what comes next is of another run."""
        self._growing, self._cut = [], True

    def playlist(self) -> str:
        shown = list(self.ready)[-SHOWN:]
        longest = max([TARGET, *(round(one.seconds + 0.499) for one in shown)])
        discontinuities = sum(number < shown[0].number for number in self.cuts) if shown else 0
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{longest}",
                 f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number if shown else 0}",
                 f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuities}"]  # fmt: skip
        header = 0
        for one in shown:
            if one.number in self.cuts and one is not shown[0]:
                lines.append("#EXT-X-DISCONTINUITY")
            if one.header.number != header:
                header = one.header.number
                lines.append(f'#EXT-X-MAP:URI="head-{header}.mp4"')
            at = datetime.fromtimestamp(one.moment, tz=BEIJING).isoformat(timespec="milliseconds")
            lines += [
                f"#EXT-X-PROGRAM-DATE-TIME:{at}",
                f"#EXTINF:{one.seconds:.3f},",
                f"part-{one.number}.m4s",
            ]
        return "\n".join(lines) + "\n"

    def file(self, name: str) -> bytes | None:
        """head-N.mp4 or part-N.m4s; None once it is gone."""
        stem, _, ending = name.partition(".")
        word, _, number = stem.partition("-")
        if not (number.isascii() and number.isdecimal()):
            return None
        if (word, ending) == ("part", "m4s"):
            return next((one.data for one in self.ready if one.number == int(number)), None)
        if (word, ending) == ("head", "mp4"):
            return next((one.header.data for one in self.ready if one.header.number == int(number)), None)
        return None

    def _close(self, seconds: float) -> None:
        first = self._growing[0]
        self._number += 1
        if self._cut:
            self.cuts.add(self._number)
            self._cut = False
        data = b"".join(one.body for one in self._growing)
        moment = first.capture if first.capture is not None else first.arrival
        self.ready.append(Segment(self._number, first.header, seconds, moment, data))
        self.cuts = {number for number in self.cuts if number > self._number - 1000}
        self._growing = []
