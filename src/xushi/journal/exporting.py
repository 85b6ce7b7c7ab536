"""日志导出：一行一件事，明细另起行，Excel 直接打得开。"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from xushi.core.clock import BEIJING
from xushi.journal.models import Event
from xushi.journal.selectors import EventFilter, events

HEADER = (
    "编号", "时间", "姓名", "单位", "途径", "来源地址", "动作", "对象类别", "对象编号", "对象",
    "内容", "改前改后", "封印",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def lines(wanted: EventFilter, said: str = "") -> Iterator[str]:
    """CSV lines in UTF-8 with a byte order mark, latest first; an event's rows follow it under the same number."""
    yield "\ufeff" + _line(HEADER)
    for event in events(wanted).prefetch_related("rows").iterator(chunk_size=500):
        yield _line(_event_cells(event))
        for row in event.rows.all():
            yield _line(
                (
                    event.pk,
                    *[""] * 6,
                    row.subject_kind,
                    row.subject_id,
                    row.subject_name,
                    "",
                    _json(row.changes),
                    "",
                )
            )
    if said:
        yield _line((said,))


def said(user: Any, address: str, now: datetime, rows: int) -> str:
    """Who took the journal out, when and from where: the last line of the file."""
    return f"说明：{user.name}（{user.unit_name}）{now.astimezone(BEIJING):%Y-%m-%d %H:%M}在{address}导出日志，共{rows}件"


def _event_cells(event: Event) -> tuple[object, ...]:
    seal = getattr(event, "seal", None)
    return (
        event.pk,
        event.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        event.actor_name,
        event.actor_unit,
        event.get_channel_display(),
        event.address,
        event.verb,
        event.subject_kind,
        event.subject_id or "",
        event.subject_shown,
        event.summary_shown,
        _json(event.changes),
        seal.digest if seal else "",
    )


def _line(cells: tuple[object, ...]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow([_inert(cell) for cell in cells])
    return target.getvalue()


def _inert(cell: object) -> str:
    """A cell that a spreadsheet would run as a formula is made text."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _json(changes: object) -> str:
    return json.dumps(changes, cls=DjangoJSONEncoder, ensure_ascii=False) if changes else ""
