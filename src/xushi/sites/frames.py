"""取一张画面：ONVIF 或平台有现成的图就拿图，没有就从视频里解一个关键帧；一律重压成 JPEG，不留原来的隐藏信息。"""

import io
import time
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageFile, UnidentifiedImageError

from xushi.sites import onvif, wvp
from xushi.sites.fetching import MOST_PICTURE, Place, ask, digest
from xushi.sites.live.causes import cause_of
from xushi.sites.models import Camera
from xushi.sites.redirects import leads_elsewhere
from xushi.sites.rules import Cause, Kind
from xushi.sites.source import Source, SourceError, open_source

MOST_PIXELS = 40_000_000
WIDEST = 1280
QUALITY = 78
BAD_PICTURE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)  # fmt: skip
SECONDS = 8  # for opening, and for the first key frame
PATIENCE = 4.0  # seconds after which a failure is one of waiting
OPTIONS = {
    "rtsp_transport": "tcp", "timeout": "5000000", "probesize": "500000", "analyzeduration": "50000", "fpsprobesize": "0",
    "threads": "1",
    "allowed_media_types": "video",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as it is kept. coding names what a browser cannot play, "" where it can."""

    jpeg: bytes
    width: int
    height: int
    coding: str = ""


def grab(camera: Camera) -> Frame:
    """One live picture; SourceError where there is none."""
    source = open_source(camera)
    if camera.of_kind == Kind.WVP:
        try:
            return from_picture(wvp.picture(camera, source.password))
        except SourceError:
            return from_video(source)
    if source.still:
        place = Place(camera.host, camera.port, camera.https)
        try:
            auth = digest(source.user, source.password)
            return from_picture(ask(place, source.still, auth=auth, most=MOST_PICTURE))
        except SourceError:
            onvif.forget(camera)
    return from_video(source)


def from_picture(data: bytes) -> Frame:
    """A picture from the network; SourceError for what is none, is cut short or is absurdly large."""
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "BMP"))
        if image.width * image.height > MOST_PIXELS:
            raise SourceError(Cause.GARBAGE, f"图有{image.width}×{image.height}像素，太大。")
        return _kept(image.convert("RGB"))
    except BAD_PICTURE as problem:
        raise SourceError(Cause.GARBAGE, "给的不是图片。") from problem


def from_video(source: Source) -> Frame:
    """The first key frame of the main stream, decoded by one thread and nothing more."""
    av = library()
    if leads_elsewhere(source.url_main):
        raise SourceError(Cause.FORBIDDEN)
    opened, began = False, time.monotonic()
    try:
        with av.open(source.url_main, options=OPTIONS, timeout=(SECONDS, SECONDS)) as container:
            opened, stream = True, next(iter(container.streams.video), None)
            if stream is None:
                raise SourceError(Cause.NO_VIDEO)
            stream.codec_context.skip_frame = "NONKEY"
            stream.codec_context.thread_count = 1
            for frame in container.decode(stream):
                coding = stream.codec_context.name
                return _kept(frame.to_image(), "" if coding == "h264" else coding)
    except (av.error.FFmpegError, OSError, ValueError) as problem:
        waited = time.monotonic() - began >= PATIENCE
        cause = cause_of(problem, source.url_main, opened=opened, waited=waited)
        raise SourceError(cause) from None  # 库的话里有地址
    raise SourceError(Cause.ENDED)


def library() -> Any:
    """PyAV, which an installation may be without."""
    try:
        import av
    except ImportError as problem:
        raise SourceError(Cause.NO_LIBRARY) from problem
    return av


def _kept(image: Image.Image, coding: str = "") -> Frame:
    if image.width > WIDEST:
        size = (WIDEST, max(round(image.height * WIDEST / image.width / 2) * 2, 2))
        image = image.resize(size, Image.Resampling.BILINEAR)
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return Frame(out.getvalue(), bare.width, bare.height, coding)


ImageFile.LOAD_TRUNCATED_IMAGES = False
