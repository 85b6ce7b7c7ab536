"""钟：只有视图和命令读它；演示区的钟可以拨。"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from threading import get_ident

from django.conf import settings

from xushi.core.clock import BEIJING


def now() -> datetime:
    """The moment the product lives in: the real one, or XUSHI_NOW moved on by what visitors added."""
    frozen: datetime | None = settings.XUSHI_NOW
    return real() if frozen is None else frozen + advanced()


def real() -> datetime:
    """The real moment, also in the demonstration: for sessions, leases and retries, never for the domain."""
    return datetime.now(tz=BEIJING)  # noqa: TID251 - the one place that reads the clock


def is_demonstration() -> bool:
    return settings.XUSHI_NOW is not None


def advanced() -> timedelta:
    """How far visitors have moved the demonstration's clock on, in whole minutes."""
    store = _store()
    return timedelta(minutes=int(store.read_text())) if store.exists() else timedelta()


def advance(by: timedelta) -> datetime:
    """Move the demonstration's clock on; real clocks are refused."""
    if not is_demonstration():
        raise ValueError("真实的钟不能拨；只有设了 XUSHI_NOW 的演示区可以。")
    minutes = int((advanced() + by).total_seconds() // 60)
    made = _store().with_name(f".demo-clock-{os.getpid()}-{get_ident()}")
    made.write_text(str(max(minutes, 0)))
    made.replace(_store())  # whole or not at all: a full disk or a kill leaves the clock as it was
    return now()


def _store() -> Path:
    return Path(settings.XUSHI_HOME) / "demo-clock"
