"""快照的文件：放在哪、写得全不全、磁盘还剩多少；没有行认得的文件不算数。"""

import shutil
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from django.conf import settings

from xushi.core.clock import BEIJING, local_day
from xushi.kit import media
from xushi.sites.frames import Frame
from xushi.sites.models import Camera, Snapshot

FOLDER = "cameras"


class DiskFull(Exception):
    """There is too little room to keep another picture."""


def ask_room() -> None:
    """DiskFull where the spare room that the application itself needs would be touched; a store elsewhere has its own."""
    if not media.is_here():
        return
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < settings.XUSHI_SNAPSHOT_SPARE:
        raise DiskFull


def keep(camera: Camera, frame: Frame, at: datetime) -> Snapshot:
    """Write the picture whole or not at all; returns its row, not yet saved."""
    ask_room()
    day, moment = local_day(at), at.astimezone(BEIJING)
    path = f"{FOLDER}/{camera.pk}/{day:%Y-%m}/{moment:%d-%H%M%S}-{at.microsecond // 1000:03d}.jpg"
    try:
        media.put(path, frame.jpeg)
    except OSError as problem:
        raise DiskFull from problem
    return Snapshot(
        camera=camera, taken_at=at, day=day, path=path, sha256=sha256(frame.jpeg).hexdigest(),
        bytes=len(frame.jpeg), width=frame.width, height=frame.height,
    )  # fmt: skip


def opened(snapshot: Snapshot) -> IO[bytes]:
    """The picture to be read; OSError where its file is gone."""
    return media.opened(snapshot.path)


def remove(paths: Iterable[str]) -> None:
    """Files whose rows are gone; one that is gone already is no trouble."""
    media.drop(paths)
