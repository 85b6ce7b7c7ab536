"""导出日志也记一笔。"""

from datetime import datetime

from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.journal.selectors import EventFilter, events


@transaction.atomic
def note_export(wanted: EventFilter, *, asked: str, actor: Actor, now: datetime) -> int:
    """How many events are taken out; the line of this very export is not among them yet."""
    rows = events(wanted).order_by().count()
    record(
        "journal.events.exported", actor=actor, now=now, summary=f"导出日志{rows}件",
        changes={"行数": [None, rows], "筛选": ["", asked[:2000]]},
    )  # fmt: skip
    return rows
