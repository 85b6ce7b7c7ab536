"""短视频是不是真能放：装了解码库的解出一帧来，没装的把盒子一个个数到头。"""

import importlib
from collections.abc import Iterator
from pathlib import Path

LEAST = 512  # bytes: no camera makes less
EBML, SEGMENT, CLUSTER = b"\x1aE\xdf\xa3", b"\x18S\x80g", b"\x1fC\xb6u"
HEAD = 1 << 20
NO_VIDEO = "这段不是能放的短视频，请重拍再传。"


def ending_of(path: Path) -> str:
    """mp4 or webm, by what is in the file; ValueError where no picture of it can be seen."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    ending = "mp4" if head[4:8] == b"ftyp" else "webm" if head[:4] == EBML else ""
    if not ending or path.stat().st_size < LEAST:
        raise ValueError(NO_VIDEO)
    seen = _decoded(path)
    if seen is None:
        seen = _whole(path) if ending == "mp4" else SEGMENT in head and CLUSTER in head
    if not seen:
        raise ValueError(NO_VIDEO)
    return ending


def _decoded(path: Path) -> bool | None:
    """Whether one frame can be decoded; None where this machine has nothing to decode with."""
    try:
        av = importlib.import_module("av")
    except ImportError:
        return None
    try:
        with av.open(str(path), mode="r") as held:
            return bool(held.streams.video) and next(held.decode(video=0), None) is not None
    except (av.FFmpegError, ValueError, OSError):
        return False


def _whole(path: Path) -> bool:
    """The boxes end where the file ends, and hold both an index and pictures."""
    names = list(_boxes(path))
    return bool(names) and names[-1] != b"" and {b"moov", b"mdat"} <= set(names)


def _boxes(path: Path) -> Iterator[bytes]:
    """The names of the outermost boxes; b"" last where one is cut off."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1 and len(head) == 16:
                length = int.from_bytes(head[8:], "big")
            length = length or size - at  # 0: to the end of the file
            whole = length >= 8 and at + length <= size
            yield head[4:8] if whole else b""
            at += length if whole else size
