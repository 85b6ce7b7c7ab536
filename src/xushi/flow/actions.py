"""一天开始了：只凭日期就会成真的事，从这件事引出。"""

from datetime import datetime

from django.db import IntegrityError, transaction

from xushi.core.clock import local_day
from xushi.flow.models import Day
from xushi.journal.actions import SYSTEM, record
from xushi.journal.models import Event

DAY_BEGAN = "flow.day.began"


def begin_day(*, now: datetime) -> Event | None:
    """Record flow.day.began once for the Beijing day of now; None where that day has begun already.

    What must be looked at every night reacts to this event (flow/reactions.py): it is retried by the worker
    like any other reaction. Days on which nothing ran are not made up for: the sweep judges the day it runs on.
    """
    today = local_day(now)
    if Day.objects.filter(day=today).exists():
        return None
    try:
        with transaction.atomic():
            day = Day.objects.create(day=today)
            return record(
                DAY_BEGAN,
                actor=SYSTEM,
                now=now,
                subject=day,
                summary=f"{today.year}年{today.month}月{today.day}日开始",
            )
    except IntegrityError:  # another worker began it in the same moment
        return None
