"""模板标签：责任单位和堵点的横条。"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xushi.core.clock import local_day
from xushi.core.money import half_up
from xushi.duties.words import clock_words, day_words, deadline_words
from xushi.permits.bottlenecks import Load, Queue

register = template.Library()


@register.simple_tag
def load_bar(load: Load, loads: Sequence[Load]) -> SafeString:
    """超时限 hatched, the rest plain; the longest is the unit where most wait."""
    return _bar(load.overdue, load.waiting, max(one.waiting for one in loads))


@register.simple_tag
def choke_bar(queue: Queue, queues: Sequence[Queue], by: str) -> SafeString:
    if by == "amount":
        return _bar(queue.overdue_amount, queue.amount, max(one.amount for one in queues))
    return _bar(queue.overdue, queue.waiting, max(one.waiting for one in queues))


@register.filter
def left_until(due_at: datetime | None, now: datetime) -> str:
    """今天17:00, 还剩2天, 逾3天; "" where there is no deadline."""
    return deadline_words(due_at, now) if due_at else ""


@register.filter
def heard_at(at: datetime, now: datetime) -> str:
    """今天8:15, 9月10日."""
    day, today = local_day(at), local_day(now)
    return f"今天{clock_words(at)}" if day == today else day_words(day, today)


def _bar(late: int, whole: int, most: int) -> SafeString:
    most = max(most, 1)
    bad, rest = (half_up(Decimal(part) * 100 / most, 2) for part in (late, whole - late))
    return format_html(
        '<svg class="queue-bar" width="100%" height="10" aria-hidden="true">'
        '<rect class="queue-bar-late" fill="url(#hatch-amber)" width="{}%" height="9" y=".5"/>'
        '<rect class="queue-bar-rest" x="{}%" width="{}%" height="10"/></svg>',
        bad,
        bad,
        rest,
    )
