"""从最近的关键帧解一张 JPEG：哪种直播都放不了的浏览器，隔几秒换一张。"""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from xushi.sites.live.causes import NoPicture
from xushi.sites.live.engine import Broken
from xushi.sites.live.fmp4 import Fragment
from xushi.sites.rules import Cause

QUALITY = 80
_pool = ThreadPoolExecutor(1, "picture")


async def jpeg_of(fragment: Fragment) -> bytes:
    """The keyframe as a JPEG; however many ask, it is decoded once."""
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, _jpeg, fragment)
    except NoPicture as problem:
        raise Broken(problem.cause) from None


@lru_cache(maxsize=64)
def _jpeg(fragment: Fragment) -> bytes:
    try:
        import av
    except ImportError as missing:
        raise NoPicture(Cause.NO_LIBRARY) from missing
    try:
        with av.open(io.BytesIO(fragment.header.data + fragment.body), mode="r", format="mp4") as container:
            frame: Any
            for frame in container.decode(video=0):
                out = io.BytesIO()
                frame.to_image().save(out, "JPEG", quality=QUALITY)
                return out.getvalue()
    except (av.error.FFmpegError, OSError, ValueError):
        pass  # said below, without the library's words
    raise NoPicture(Cause.GARBAGE)
