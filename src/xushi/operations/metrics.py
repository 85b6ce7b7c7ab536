"""指标：请求的次数和快慢按路由记，几个进程的合在一起；队列、备份、磁盘在问的时候数。"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q

from xushi.journal.models import Reaction, Unsealed
from xushi.notices.models import ChannelState, Digest
from xushi.operations import replica_lag
from xushi.operations.checks_data import STUBBORN
from xushi.operations.models import BackupRun, Heartbeat
from xushi.sites.models import CameraState
from xushi.sites.rules import State

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = {"GET", "HEAD", "POST"}
_held: dict[str, Any] = {}


def enabled() -> bool:
    return bool(settings.XUSHI_METRICS_TOKEN)


def folder() -> Path:
    return Path(settings.XUSHI_HOME) / "metrics"


def clear() -> None:
    """Forget what former processes counted; called once, before the processes of this start."""
    if folder().is_dir():
        for path in folder().glob("*.db"):
            path.unlink(missing_ok=True)


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """Count one request; costs nothing while nobody may read it."""
    if not enabled():
        return
    known = _instruments()
    how = method if method in METHODS else "other"
    known["requests"].labels(route or "none", how, str(status)).inc()
    known["seconds"].labels(route or "none").observe(seconds)


def read_from(source: str) -> None:
    """Count one page by the database that it was read from: primary or replica."""
    if enabled():
        _instruments()["reads"].labels(source).inc()


def _instruments() -> dict[str, Any]:
    """The library decides at its import whether counters live in files; so the folder comes first."""
    if not _held:
        folder().mkdir(exist_ok=True)
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder()))
        import prometheus_client as client

        _held["requests"] = client.Counter(
            "xushi_requests", "请求次数", ["route", "method", "status"], registry=None
        )
        _held["reads"] = client.Counter("xushi_reads", "页读自主库还是副本", ["source"], registry=None)
        _held["seconds"] = client.Histogram(
            "xushi_request_seconds", "请求用时（秒）", ["route"], buckets=SECONDS, registry=None
        )
    return _held


def exposition(now: datetime) -> bytes:
    """Everything in the text format of Prometheus; now is real."""
    _instruments()
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State(now))
    return generate_latest(registry) + generate_latest(state)


class _State:
    """The gauges of one scrape: made from what is true now, held nowhere."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for name, words, value in gauges(self._now):
            yield GaugeMetricFamily(name, words, value=value)


def gauges(now: datetime) -> Iterator[tuple[str, str, float]]:
    """What the installation's state is: seven queries, no word of any business."""
    waiting = Reaction.objects.filter(done_at=None).aggregate(
        all=Count("pk"), failed=Count("pk", filter=Q(attempts__gte=STUBBORN) & ~Q(error=""))
    )
    yield "xushi_reactions_waiting", "待办反应", waiting["all"]
    yield "xushi_reactions_failed", f"试了{STUBBORN}次以上还不成的反应", waiting["failed"]
    yield "xushi_journal_unsealed", "待封的日志", Unsealed.objects.count()
    open_states = [Digest.State.OPEN, Digest.State.CLAIMED, Digest.State.SENDING]
    yield "xushi_digests_waiting", "等着发的摘要", Digest.objects.filter(state__in=open_states).count()
    yield "xushi_channels_failing", "发不出的通道", ChannelState.objects.filter(failures__gt=0).count()
    yield (
        "xushi_cameras_interrupted",
        "中断的摄像头",
        CameraState.objects.filter(state=State.INTERRUPTED).count(),
    )
    good = BackupRun.objects.good().aggregate(at=Max("started_at"))["at"]
    yield "xushi_backup_age_seconds", "最近一份好备份多久了；没有是-1", _since(now, good)
    beat = Heartbeat.objects.aggregate(at=Max("at"))["at"]
    yield "xushi_worker_age_seconds", "后台多久没动静；没有是-1", _since(now, beat)
    if replica_lag.configured():
        yield "xushi_replica_lag_seconds", "只读副本至多落后多久；不能读是-1", _lag()
    yield "xushi_disk_free_bytes", "状态目录的磁盘剩余", shutil.disk_usage(settings.XUSHI_HOME).free


def _lag() -> float:
    gauge = replica_lag.gauge
    gauge.look(at_once=True)
    lag = gauge.lag()
    return -1 if gauge.problem or lag is None else lag


def _since(now: datetime, at: datetime | None) -> float:
    return (now - at).total_seconds() if at else -1
