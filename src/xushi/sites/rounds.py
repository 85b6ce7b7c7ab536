"""巡看：施工时段里每几分钟给每路拍一张，其间看通不通；慢的一路不拖别的路，磁盘满了只停拍。"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Flag

from django.db import DatabaseError, IntegrityError, close_old_connections, transaction

from xushi.sites import disk, health, store
from xushi.sites.frames import Frame, grab
from xushi.sites.health import Seen
from xushi.sites.judging import judged
from xushi.sites.models import Camera, Snapshot
from xushi.sites.rules import Cause, snapshot_due
from xushi.sites.source import SourceError

log = logging.getLogger(__name__)
AT_ONCE = 4  # cameras looked at together
LOOK_EVERY = 60.0  # seconds between two looks at a camera within its hours
LOOK_AT_NIGHT = 300.0
LOOK_AGAIN = 20.0  # after a look that brought nothing
TELL_EVERY = 15.0
PAUSE = 2.0
Grab = Callable[[Camera], Frame]


@dataclass(slots=True)
class Watch:
    """What this process remembers of one camera; times are of the machine's own clock."""

    next_look: float = 0.0
    not_before: float = 0.0  # after a look that brought nothing
    last_picture: float = 0.0
    last_digest: str = ""
    future: "Future[Frame] | None" = None
    for_snapshot: bool = False


@dataclass(slots=True)
class Rounds:
    """One process's rounds over all cameras in use. now is the product's clock, grab brings one live picture."""

    now: Callable[[], datetime]
    grab: Grab = grab
    ticks: Callable[[], float] = time.monotonic
    watches: dict[int, Watch] = field(default_factory=dict)
    told_at: float = 0.0
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "rounds"))

    def run(self, stop: Flag) -> None:
        """Until stop is set; a database that is away is waited for."""
        while not stop.is_set():
            try:
                self.look()
            except DatabaseError:
                log.exception("巡看摄像头时数据库出错，稍后再试")
            finally:
                close_old_connections()
            stop.wait(PAUSE)
        self.pool.shutdown(wait=False, cancel_futures=True)

    def look(self, *, wait: bool = False) -> int:
        """Send out for what is due, write what has come back; returns how many pictures were kept."""
        now, clock = self.now(), self.ticks()
        cameras = {
            one.pk: one for one in Camera.objects.in_use().select_related("project", "health__last_snapshot")
        }
        for gone in set(self.watches) - set(cameras):
            del self.watches[gone]
        for pk, camera in cameras.items():
            self._send(camera, self.watches.setdefault(pk, Watch(last_picture=clock)), now, clock)
        kept = self._gather(cameras, now, wait=wait)
        if clock - self.told_at >= TELL_EVERY or wait:
            self.told_at = clock
            health.tell(now=now)
        return kept

    def _send(self, camera: Camera, watch: Watch, now: datetime, clock: float) -> None:
        if watch.future or clock < watch.not_before:
            return
        due = snapshot_due(_last(camera), now, camera.snapshot_minutes, camera.hours)
        if due or clock >= watch.next_look:
            watch.for_snapshot = due
            watch.future = self.pool.submit(self.grab, camera)

    def _gather(self, cameras: dict[int, Camera], now: datetime, *, wait: bool) -> int:
        seen: dict[int, Seen] = {}
        for pk, watch in self.watches.items():
            future = watch.future
            if future is None or not (wait or future.done()):
                continue
            watch.future = None
            seen[pk] = self._seen(cameras[pk], watch, future, now)
        if seen:
            health.note(seen, now=now)
        pictures = [look.snapshot for look in seen.values() if look.snapshot]
        for snapshot in pictures:
            judged(snapshot, now=now)
        return len(pictures)

    def _seen(self, camera: Camera, watch: Watch, future: "Future[Frame]", now: datetime) -> Seen:
        clock = self.ticks()
        silent = timedelta(seconds=clock - watch.last_picture)
        watch.not_before = watch.next_look = clock + LOOK_AGAIN
        try:
            frame = future.result()
        except SourceError as problem:
            return Seen(now, problem.cause, problem.words, silent=silent)
        except Exception:
            log.exception("看摄像头%s时出错", camera.pk)
            return Seen(now, Cause.OTHER, silent=silent)
        snapshot = None
        if watch.for_snapshot:
            snapshot = _kept(camera, frame, now)
            if snapshot and snapshot.sha256 == watch.last_digest:  # 钟不走、噪点不变：同一帧
                store.remove([snapshot.path])
                return Seen(now, Cause.STALE, silent=silent)
            watch.last_digest = snapshot.sha256 if snapshot else watch.last_digest
            snapshot = _written(snapshot)
        watch.last_picture = clock
        watch.not_before = 0.0 if snapshot or not watch.for_snapshot else watch.not_before
        watch.next_look = clock + (LOOK_EVERY if camera.hours.holds(now) else LOOK_AT_NIGHT)
        return Seen(now, warning=frame.coding.upper(), snapshot=snapshot)


def _last(camera: Camera) -> datetime | None:
    known = getattr(camera, "health", None)
    at: datetime | None = known.last_snapshot.taken_at if known and known.last_snapshot_id else None
    return at


def _kept(camera: Camera, frame: Frame, now: datetime) -> Snapshot | None:
    """The picture on the disk; None where there is no room, which the office is told."""
    try:
        snapshot = store.keep(camera, frame, now)
    except store.DiskFull:
        disk.stopped(now=now)
        return None
    disk.resumed(now=now)
    return snapshot


def _written(snapshot: Snapshot | None) -> Snapshot | None:
    """Its row; None where this very moment has one already."""
    if snapshot is None:
        return None
    try:
        with transaction.atomic():
            snapshot.save(force_insert=True)
    except IntegrityError:
        return None
    return snapshot
