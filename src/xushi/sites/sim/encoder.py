"""编码：libx264 低延迟，一秒一个关键帧；H.265 只为演“浏览器放不了”。"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xushi.sites.sim.picture import Spec

H264 = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "x264-params": "repeat-headers=1:scenecut=0:threads=1:nal-hrd=vbr",
}
H265 = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "x265-params": "repeat-headers=1:log-level=none:pools=1:frame-threads=1",
}


class Encoder:
    """Turns rows of RGB into access units of Annex B, the first of each second a keyframe."""

    def __init__(self, spec: Spec, *, hevc: bool = False) -> None:
        import av

        self.spec = spec
        self._av = av
        self._context: Any = av.CodecContext.create("libx265" if hevc else "libx264", "w")
        context = self._context
        context.width, context.height = spec.size
        context.pix_fmt = "yuv420p"
        context.time_base, context.framerate = Fraction(1, spec.rate), Fraction(spec.rate)
        context.bit_rate, context.gop_size, context.max_b_frames = spec.bits, spec.rate, 0
        context.thread_count = 1
        if not hevc:
            context.profile = "Main"
        context.options = dict(H265 if hevc else H264) | {
            "maxrate": str(spec.bits),
            "bufsize": str(spec.bits),
        }
        self._count = 0

    def encode(self, picture: NDArray[np.uint8]) -> bytes:
        """The access unit of one picture; no picture waits for another."""
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
            format="yuv420p"
        )
        frame.pts = self._count
        frame.time_base = Fraction(1, self.spec.rate)
        self._count += 1
        return b"".join(bytes(packet) for packet in self._context.encode(frame))


def headers(spec: Spec, *, hevc: bool = False) -> list[bytes]:
    """The parameter sets of such a stream, to be announced before it begins."""
    from xushi.sites.sim.rtp import nals_of

    blank = np.zeros((spec.height, spec.width, 3), dtype=np.uint8)
    wanted: Callable[[bytes], bool] = (
        (lambda nal: nal[0] >> 1 & 0x3F in (32, 33, 34)) if hevc else (lambda nal: nal[0] & 0x1F in (7, 8))
    )
    return [nal for nal in nals_of(Encoder(spec, hevc=hevc).encode(blank)) if wanted(nal)]
