"""拉一路：一条线程从摄像头取包，改封成一帧一片，交回事件循环。不解码，不转码。"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from xushi.sites.live import fmp4, h264
from xushi.sites.live.causes import NoPicture, cause_of
from xushi.sites.live.fmp4 import Fragment, Header
from xushi.sites.live.timeline import TICKS, Timeline
from xushi.sites.redirects import leads_elsewhere
from xushi.sites.rules import Cause

OPEN_WAIT, READ_WAIT = 6.0, 5.0  # seconds
SILENCE = 7.0  # seconds the socket may bring nothing: longer than both, which know better what it means
STUCK = SILENCE + 1.0  # seconds after which a pull that was told to stop should have
OPTIONS = {
    "rtsp_transport": "tcp",
    "analyzeduration": "50000",  # microseconds
    "fpsprobesize": "0",
    "probesize": "500000",
    "max_delay": "0",
    "timeout": str(round(SILENCE * 1e6)),  # microseconds
    "threads": "1",  # the library decodes a picture to know the stream; frames for more threads would stay in memory
    "allowed_media_types": "video",
}
IGNORED = (h264.AUD, h264.SPS, h264.PPS)


class Sink(Protocol):
    """Who hears of a pull; called in its thread."""

    def picture(self, fragment: Fragment) -> None: ...
    def over(self, cause: Cause) -> None: ...


@dataclass(slots=True)
class Remux:
    """Makes fragments of packets; begins with the first keyframe whose parameters are known."""

    parameters: h264.Parameters | None = None
    headers: int = 0
    header: Header | None = None
    sequence: int = 0
    timeline: Timeline = field(default_factory=Timeline)

    def fragment(
        self, unit: bytes, stamp: int | None, offset: int, arrival: float, capture: float | None
    ) -> Fragment | None:
        """One picture; None while nothing can be shown yet. ValueError where the parameters are broken."""
        parts = h264.split(unit)
        kinds = {part[0] & 0x1F for part in parts}
        if h264.SPS in kinds:
            self.parameters = h264.parameters_in(parts) or self.parameters
        key = h264.IDR in kinds
        if key and self.parameters and (self.header is None or self._changed()):
            self.headers += 1
            self.header = fmp4.header(self.headers, self.parameters)
        if self.header is None or self.parameters is None:
            return None
        at, duration = self.timeline.place(stamp, arrival)
        sample = fmp4.sample_of([part for part in parts if part[0] & 0x1F not in IGNORED])
        if not sample:
            return None
        self.sequence += 1
        body = fmp4.fragment_body(self.sequence, at, duration, offset, key=key, sample=sample)
        return Fragment(key, at, duration, body, capture, arrival, self.header)

    def _changed(self) -> bool:
        return (
            self.parameters is not None
            and self.header is not None
            and (fmp4.header(self.header.number, self.parameters).data != self.header.data)
        )


class Pull:
    """One connection to a camera; ends itself when nobody wants it any more, or tells why it ended.

    Silence is noticed by the socket. The library could watch each picture's time too, but takes Python's lock to look
    at the clock before each of the three reads a network packet takes: with forty cameras that was two thirds of the
    work. So only cameras that were found to talk without giving pictures are guarded in that way.
    """

    def __init__(self, url: str, sink: Sink, real: Callable[[], float], *, guarded: bool = False) -> None:
        self._url, self._sink, self._real, self._guarded = url, sink, real, guarded
        self._wanted = True
        self._stopped = 0.0
        self.opened = False
        self.lag = 0.0  # seconds the newest picture came behind the pace of the first
        self._thread = threading.Thread(target=self._run, daemon=True, name="pull")
        self._thread.start()

    def stop(self) -> None:
        """Not waited for: the thread sees it with the next picture, or when reading times out."""
        if self._wanted:
            self._wanted, self._stopped = False, self._real()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def stuck(self) -> bool:
        """Told to stop long ago and still there: the camera goes on talking, but gives no picture."""
        return self.running and not self._wanted and self._real() - self._stopped > STUCK

    def _run(self) -> None:
        began, cause = self._real(), Cause.ENDED
        try:
            self._read()
        except Exception as error:
            if self._wanted:
                waited = self._real() - began > OPEN_WAIT - 0.5
                cause = cause_of(error, self._url, opened=self.opened, waited=waited)
        if self._wanted:
            self._sink.over(cause)

    def _read(self) -> None:
        try:
            import av
        except ImportError as missing:
            raise NoPicture(Cause.NO_LIBRARY) from missing
        if leads_elsewhere(self._url):
            raise NoPicture(Cause.FORBIDDEN)
        each = READ_WAIT if self._guarded else None
        container = av.open(self._url, options=dict(OPTIONS), timeout=(OPEN_WAIT, each))
        try:
            stream = video_of(container)
            self.opened = True
            remux = Remux(h264.parameters_of(stream.codec_context.extradata or b""))
            for packet in container.demux(stream):
                if not self._wanted:
                    return
                if packet.size:
                    self._pass_on(remux, packet)
        finally:
            container.close()

    def _pass_on(self, remux: Remux, packet: Any) -> None:
        arrival = self._real()
        stamp = packet.dts if packet.dts is not None else packet.pts
        offset = packet.pts - packet.dts if packet.pts is not None and packet.dts is not None else 0
        scale = float(packet.time_base) * TICKS if packet.time_base else 1.0
        if scale != 1.0:
            stamp, offset = None if stamp is None else round(stamp * scale), round(offset * scale)
        fragment = remux.fragment(bytes(packet), stamp, max(offset, 0), arrival, moment_of(packet))
        self.lag = remux.timeline.lag
        if fragment is not None:
            self._sink.picture(fragment)


def video_of(container: Any) -> Any:
    """The one stream that can be passed on as it is; NoPicture says why there is none."""
    if not container.streams.video:
        raise NoPicture(Cause.NO_VIDEO)
    stream = container.streams.video[0]
    if stream.codec_context is None or stream.codec_context.name != "h264":
        raise NoPicture(Cause.CODEC)
    return stream


def moment_of(packet: Any) -> float | None:
    """When the camera says it took the picture (RTCP sender reports), in seconds since 1970; None where it does not."""
    if not packet.has_sidedata("prft"):
        return None
    told = bytes(packet.get_sidedata("prft"))[:8]
    return int.from_bytes(told, "little", signed=True) / 1e6 or None
