"""摄像头怎么填：一路的各项，和填得对不对。"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal

from xushi.registry.rules import Problem
from xushi.sites.rules import Kind, Polygon

HOST = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+|[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
NATIONAL = re.compile(r"[0-9A-Za-z]{6,40}")


@dataclass(frozen=True, slots=True)
class CameraInput:
    """One camera as it is typed. password "" keeps the one there is; it is in no repr."""

    project: int
    name: str
    kind: Kind
    host: str
    port: int
    place: str = ""
    https: bool = False
    main_path: str = ""
    sub_path: str = ""
    device: str = ""
    channel: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    works_from: time = time(6)
    works_to: time = time(18)
    weekdays: str = "1234567"
    snapshot_minutes: int = 5
    keep_days: int = 30
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    masked: tuple[Polygon, ...] = ()


def problems_of_camera(row: CameraInput) -> Iterator[Problem]:
    if not row.name.strip():
        yield Problem("name", "起个名字，写装在哪，如“东门塔吊”。")
    if not HOST.fullmatch(row.host.strip()):
        yield Problem("host", "地址只填IP或域名，如192.168.1.64，不带rtsp://和端口。")
    if not 1 <= row.port <= 65535:
        yield Problem("port", "端口是1到65535，RTSP多为554，ONVIF多为80。")
    if row.works_from >= row.works_to:
        yield Problem("works_to", "施工时段的止要晚于起，如6:00到18:00。")
    if not row.weekdays or set(row.weekdays) - set("1234567"):
        yield Problem("weekdays", "至少选一天施工。")
    if not 1 <= row.snapshot_minutes <= 60:
        yield Problem("snapshot_minutes", "快照间隔是1到60分钟。")
    if not 1 <= row.keep_days <= 3650:
        yield Problem("keep_days", "留1到3650天；过了每天留一张。")
    yield from _problems_of_way(row)


def _problems_of_way(row: CameraInput) -> Iterator[Problem]:
    """What the way of connecting needs."""
    if row.kind == Kind.WVP:
        for name, word in (("device", "设备"), ("channel", "通道")):
            if not NATIONAL.fullmatch(getattr(row, name)):
                yield Problem(name, f"国标{word}编号是20位数字，在WVP平台的设备列表里抄。")
        if not row.user:
            yield Problem("user", "填视频平台的账号。")
    if row.kind == Kind.RTSP:
        for name in ("main_path", "sub_path"):
            path = getattr(row, name)
            if "://" in path or any(sign.isspace() for sign in path):
                yield Problem(name, "路径只填端口后面的部分，如/Streaming/Channels/101，不带地址和空格。")
        if not row.main_path:
            yield Problem("main_path", "填主码流路径，海康多为/Streaming/Channels/101。")
