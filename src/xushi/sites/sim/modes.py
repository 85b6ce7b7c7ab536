"""摄像头可以怎样好、怎样坏：地址里写上哪个词，就演哪一种。"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """MOVING and STILL are good cameras; each of the others is one way of being bad."""

    MOVING = "moving"  # 有人施工
    STILL = "still"  # 没人施工，钟照走
    DARK = "dark"  # 过暗
    FROZEN = "frozen"  # 画面和钟一起不动了，流还在
    DROPPING = "dropping"  # 播几秒就断，不报错
    SILENT = "silent"  # 播几秒就不发了，连接还在
    CHATTY = "chatty"  # 播几秒就不发画面了，时钟报告照发
    HANGING = "hanging"  # 答应播，一帧不发
    HALF_OPEN = "half-open"  # 连得上，一句不答
    GARBAGE = "garbage"  # 不是 RTSP
    NOISE = "noise"  # 是 RTSP，里面不是视频
    LOCKED = "locked"  # 密码总是错
    H265 = "h265"
    AUDIO = "audio"  # 只有声音
    ODD_START = "odd-start"  # 头几帧不是关键帧，时间戳也重复
    RESIZING = "resizing"  # 播到一半换分辨率


_BUILT = re.compile(r"built-([0-9]{1,4})")
SCENES = ("tower", "houses", "factory", "road", "river", "pit")


@dataclass(frozen=True, slots=True)
class Part:
    """What the camera at a path plays."""

    scene: str
    mode: Mode
    number: int
    built: float | None = None  # how much of it is built, 0–1; None: as its number has it


def part_of(path: str, default: Mode) -> Part:
    """/road/still/built-365/3: words that name a scene or a mode choose them, built- is how much of it stands (‰),
    digits count; the rest is a name.

    >>> part_of("/cam4", Mode.MOVING)
    Part(scene='road', mode=<Mode.MOVING: 'moving'>, number=4, built=None)
    >>> part_of("/pit/built-365/8", Mode.STILL)
    Part(scene='pit', mode=<Mode.STILL: 'still'>, number=8, built=0.365)
    """
    words = [word for word in path.split("/") if word and not _BUILT.fullmatch(word)]
    number = int("".join(c for c in "".join(words) if c.isdecimal() and c.isascii())[-4:] or "1")
    built = [int(found[1]) / 1000 for found in map(_BUILT.fullmatch, path.split("/")) if found]
    modes = [word for word in words if word in Mode._value2member_map_]
    scenes = [word for word in words if word in SCENES]
    scene = scenes[0] if scenes else SCENES[(number - 1) % len(SCENES)]
    return Part(scene, Mode(modes[0]) if modes else default, number, built[0] if built else None)
