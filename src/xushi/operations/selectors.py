"""运维页：一眼看全。"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from xushi.journal.models import Reaction
from xushi.notices.models import ChannelState, Digest
from xushi.operations.backing import product_version
from xushi.operations.checks_data import STUBBORN
from xushi.operations.doctor import examine
from xushi.operations.findings import Finding, Grade
from xushi.operations.models import BackupRun, Heartbeat
from xushi.operations.rules import is_silent, size
from xushi.sites.models import CameraState
from xushi.sites.rules import State

SHOWN = 20
TOLD = {"database", "replica", "certificate", "backup"}


@dataclass(frozen=True, slots=True)
class Disk:
    path: str
    free: str
    percent: int  # used


@dataclass(frozen=True, slots=True)
class Queue:
    """reactions: waiting, of which failed; sent outward: waiting, failing channels."""

    waiting: int
    failed: int
    oldest: datetime | None
    digests: int
    failing: int


@dataclass(frozen=True, slots=True)
class Page:
    findings: list[Finding]  # what is not well
    good: int
    told: list[Finding]  # what is well and wanted to be known: the database, the certificate
    queue: Queue
    stuck: list[Reaction]
    backups: list[BackupRun]
    beats: list[tuple[Heartbeat, bool]]
    cameras: dict[str, int]
    disks: list[Disk]
    version: str


def page(now: datetime) -> Page:
    """Everything of the operator's page in a constant number of queries; now is real."""
    found = examine(now, thorough=False)
    return Page(
        findings=[finding for finding in found if finding.grade is not Grade.OK],
        good=sum(finding.grade is Grade.OK for finding in found),
        told=[finding for finding in found if finding.key in TOLD and finding.grade is Grade.OK],
        queue=_queue(),
        stuck=list(stuck().select_related("event")[:SHOWN]),
        backups=list(BackupRun.objects.all()[:5]),
        beats=[(beat, is_silent(now, beat.at)) for beat in Heartbeat.objects.order_by("-at")[:SHOWN]],
        cameras=_cameras(),
        disks=_disks(),
        version=product_version(),
    )


def stuck() -> QuerySet[Reaction]:
    """Reactions that failed and are still to be done; the stubborn first."""
    return Reaction.objects.filter(done_at=None).exclude(error="").order_by("-attempts", "pk")


def _queue() -> Queue:
    told = Reaction.objects.filter(done_at=None).aggregate(
        waiting=Count("pk"),
        failed=Count("pk", filter=Q(attempts__gte=STUBBORN) & ~Q(error="")),
        oldest=Min("event__at"),
    )
    waiting = [Digest.State.OPEN, Digest.State.CLAIMED, Digest.State.SENDING]
    digests = Digest.objects.filter(state__in=waiting).count()
    return Queue(**told, digests=digests, failing=ChannelState.objects.filter(failures__gt=0).count())


def _cameras() -> dict[str, int]:
    told = CameraState.objects.filter(camera__active=True).values_list("state").annotate(Count("pk"))
    found = dict(told.order_by())
    return {State(key).label: found[key] for key in sorted(found)}


def _disks() -> list[Disk]:
    """Each disk once, however many of our folders are on it."""
    seen: dict[int, Disk] = {}
    for path in (Path(settings.XUSHI_HOME), Path(settings.MEDIA_ROOT), Path(settings.XUSHI_BACKUP_TO)):
        if path.exists():
            used = shutil.disk_usage(path)
            seen.setdefault(
                path.stat().st_dev, Disk(str(path), size(used.free), 100 * used.used // used.total)
            )
    return list(seen.values())
