"""动静：每张快照和前几张比，判有没有动静，记到快照和这一天上。需要 OpenCV；没装时引入就失败，巡看照拍。"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import cv2
import numpy as np
from django.db import transaction

from xushi.sites import store
from xushi.sites.activity_look import ENOUGH, Gray, Look, look, mask_of
from xushi.sites.activity_rules import DayCount, day_verdict, due_in
from xushi.sites.models import Camera, CameraDay, Snapshot
from xushi.sites.rules import Verdict

OLDEST = timedelta(minutes=90)  # an older picture has another light and says little
ONCE_A_WIDTH = 640  # pictures wider than twice this are decoded at half their size

cv2.setNumThreads(1)  # the rounds look at several cameras at once already


@transaction.atomic
def judge_snapshot(*, snapshot: Snapshot, now: datetime) -> Look:
    """判一张: its activity, verdict and reason, and its day counted anew. Judging it again changes nothing."""
    camera = Camera.objects.select_for_update(of=("self",)).get(pk=snapshot.camera_id)
    found = _looked(snapshot, camera)
    snapshot.activity, snapshot.verdict, snapshot.why = found.score, found.verdict, found.why
    snapshot.save(update_fields=["activity", "verdict", "why"])
    count_day(camera, snapshot.day)
    return found


def count_day(camera: Camera, day: date) -> CameraDay:
    """一天的动静 out of the snapshots within the camera's hours; call it inside a transaction."""
    rows = Snapshot.objects.filter(camera=camera, day=day).exclude(verdict="").order_by("taken_at")
    judged = [row for row in rows.values_list("taken_at", "verdict") if camera.hours.holds(row[0])]
    active = [at for at, verdict in judged if verdict == Verdict.ACTIVE]
    unknown = sum(verdict == Verdict.UNKNOWN for _, verdict in judged)
    due = due_in(camera.hours, camera.snapshot_minutes)
    columns = {
        "looked": len(judged), "active": len(active), "unknown": unknown,
        "verdict": day_verdict(DayCount(len(judged), len(active), unknown, due)),
        "first_active_at": active[0] if active else None, "last_active_at": active[-1] if active else None,
    }  # fmt: skip
    counted, _ = CameraDay.objects.update_or_create(camera=camera, day=day, defaults=columns)
    return counted


def _looked(snapshot: Snapshot, camera: Camera) -> Look:
    current = gray_of(snapshot)
    if current is None:
        return Look(Verdict.UNKNOWN, why="画面文件打不开")
    height, width = current.shape[:2]
    previous = [one for one in map(gray_of, _before(snapshot)) if one is not None]
    return look(previous, current, mask_of(camera.masked, (width, height)))


def _before(snapshot: Snapshot) -> Sequence[Snapshot]:
    """The last few of the same size, oldest first."""
    rows = Snapshot.objects.filter(
        camera=snapshot.camera_id, taken_at__lt=snapshot.taken_at, taken_at__gte=snapshot.taken_at - OLDEST,
        width=snapshot.width, height=snapshot.height,
    )  # fmt: skip
    return list(rows.exclude(why="画面文件打不开").order_by("-taken_at")[:ENOUGH])[::-1]


def gray_of(snapshot: Snapshot) -> Gray | None:
    """The picture in grey, large ones at half their size; None where the file is gone or is no picture."""
    try:
        with store.opened(snapshot) as file:
            data = np.frombuffer(file.read(), np.uint8)
        halved = snapshot.width >= 2 * ONCE_A_WIDTH
        way = cv2.IMREAD_REDUCED_GRAYSCALE_2 if halved else cv2.IMREAD_GRAYSCALE
        picture = cv2.imdecode(data, way)
    except (OSError, cv2.error):
        return None
    return None if picture is None else np.asarray(picture, dtype=np.uint8)
