"""到点备份、心跳：后台一分钟叫一次。备份自成一个进程，后台不等它。"""

import logging
import os
import socket
import subprocess
import sys
from datetime import date, datetime

from xushi.core.clock import BEIJING
from xushi.flow.beats import on_beat
from xushi.operations import plan, pruning
from xushi.operations.actions import give_up_backup, tell_overdue
from xushi.operations.models import BackupRun, Heartbeat
from xushi.operations.rules import TOO_LONG, age, is_due, is_stale

log = logging.getLogger(__name__)
WORKER = "后台"
TIDY_FROM = 3  # o'clock in Beijing
_running: list[tuple["subprocess.Popen[bytes]", datetime]] = []  # and when it was started
_running_tidy: list["subprocess.Popen[bytes]"] = []
_tidied: list[date] = []
_said: set[str] = set()


def register() -> None:
    on_beat(beat)
    on_beat(back_up_when_due)
    on_beat(tidy_up_daily)


def beat(real: datetime) -> None:
    """后台还活着."""
    # ciphers and archives: no other process needs them
    from xushi.operations.backing import product_version
    from xushi.operations.checks_keys import marks

    host, pid = socket.gethostname()[:120], os.getpid()
    mine = Heartbeat.objects.filter(name=WORKER, host=host)
    told = {"at": real, "version": product_version(), "marks": marks()}
    if not mine.filter(pid=pid).update(**told):
        fresh = told | {"since": real, "pid": pid}
        Heartbeat.objects.update_or_create(name=WORKER, host=host, defaults=fresh)


def back_up_when_due(real: datetime) -> None:
    """Start the nightly backup in a process of its own; say aloud where the last good one is too old."""
    at, hours = plan.at(), plan.hours()
    if at is None:
        return
    _tell_amiss()
    last_good, last_start = latest()
    # 先看旧不旧：正做着的那一个也许卡住了
    if (
        last_start
        and is_stale(real, last_good, hours)
        and tell_overdue(hours=hours, last_good=last_good, now=real)
    ):
        log.error("最近一次查验过的备份已超过%g小时", hours)
    _end_hung(real)
    last_whole = BackupRun.objects.whole().values_list("started_at", flat=True).first()
    if not _running and is_due(real, at, last_good=last_whole, last_start=last_start):
        _running.append((_start("backup", "--scheduled"), real))


def _tell_amiss() -> None:
    """Once for each wording of the settings."""
    if (words := plan.amiss()) and words not in _said:
        _said.add(words)
        log.error("%s", words)


def _end_hung(real: datetime) -> None:
    """Forget the children that are done; one at work for too long is ended, and that is said."""
    _running[:] = [(child, began) for child, began in _running if child.poll() is None]
    for child, began in _running:
        if real - began <= TOO_LONG:
            continue
        log.error("备份做了%s还没完，多半卡住了，中止它", age(real - began))
        child.kill()
        give_up_backup(since=began, now=real)


def tidy_up_daily(real: datetime) -> None:
    """到期就清: once a day in the small hours, in a process of its own; none for a worker that has only been started
    again on a day when it is done."""
    at = real.astimezone(BEIJING)
    if at.hour < TIDY_FROM or _tidied == [at.date()]:
        return
    _tidied[:] = [at.date()]
    if not pruning.due(real):
        return
    _running_tidy[:] = [child for child in _running_tidy if child.poll() is None]
    _running_tidy.append(_start("retention", "--scheduled"))


def latest() -> tuple[datetime | None, datetime | None]:
    """When the last good backup began, and the last of any kind."""
    runs = BackupRun.objects.order_by("-started_at").values_list("started_at", flat=True)
    return runs.exclude(verified_at=None).first(), runs.first()


def _start(*asked: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "xushi.config.cli", *asked]
    return subprocess.Popen(command)  # noqa: S603 - our own command line
