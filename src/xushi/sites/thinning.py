"""快照变疏：过了保留天数，一天留一张；存证的、停工提示里的一直留。删了几张，日志里有数。"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM, record
from xushi.sites import store
from xushi.sites.models import Camera, CameraState, Snapshot, Standstill
from xushi.sites.rules import Verdict, keeper_of, last_day_to_thin

AT_ONCE = 2000


def thin(now: datetime) -> int:
    """Choose what stays of the days that are over, then let go of the rest of the old ones; returns how many went.

    Run again it finds nothing more to do.
    """
    choose_keepers(local_day(now))
    gone = 0
    for camera in Camera.objects.order_by("pk").select_related("project"):
        gone += _thin(camera, now)
    return gone


def choose_keepers(today: date) -> int:
    """当天留存: one picture for every day before today that has none yet."""
    days = Snapshot.objects.filter(day__lt=today).order_by().values_list("camera", "day").distinct()
    kept = Snapshot.objects.filter(day__lt=today, keeper=True)
    chosen = set(kept.order_by().values_list("camera", "day"))
    wanted = [pair for pair in days if pair not in chosen]
    keys = [key for camera, day in wanted if (key := _best(camera, day)) is not None]
    for start in range(0, len(keys), AT_ONCE):
        Snapshot.objects.filter(pk__in=keys[start : start + AT_ONCE]).update(keeper=True)
    return len(keys)


def _best(camera: int, day: date) -> int | None:
    rows = Snapshot.objects.filter(camera=camera, day=day).values_list("pk", "taken_at", "verdict")
    return keeper_of([(pk, at, Verdict(verdict) if verdict else None) for pk, at, verdict in rows])


def _thin(camera: Camera, now: datetime) -> int:
    """The old pictures of one camera that nothing holds, some thousands at a time, files after the commit."""
    gone = 0
    for some in _batches(camera, last_day_to_thin(local_day(now), camera.keep_days)):
        with transaction.atomic():
            Snapshot.objects.filter(pk__in=[one.pk for one in some]).delete()
            record(
                "sites.snapshots.thinned", actor=SYSTEM, now=now, subject=camera, subject_name=str(camera),
                summary=f"{camera}：{camera.keep_days}天以前的快照每天留一张，删去{len(some)}张",
                changes={"哪几天": ["", f"{some[0].day}—{some[-1].day}"]},
            )  # fmt: skip
            paths = [one.path for one in some]
            transaction.on_commit(partial(store.remove, paths))
        gone += len(some)
    return gone


def _batches(camera: Camera, last: date) -> Iterator[Sequence[Snapshot]]:
    held = Standstill.objects.filter(camera=camera)
    needed = set(held.values_list("last_active", flat=True)) | set(held.values_list("latest", flat=True))
    needed |= set(CameraState.objects.filter(camera=camera).values_list("last_snapshot", flat=True))
    free = Q(camera=camera, keeper=False, held_at=None, day__lte=last)
    rows: QuerySet[Snapshot] = Snapshot.objects.filter(free).exclude(pk__in=needed - {None})
    while some := list(rows.order_by("day", "pk").only("pk", "path", "day")[:AT_ONCE]):
        yield some
