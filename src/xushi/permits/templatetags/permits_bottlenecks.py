"""模板标签：责任单位和堵点的横条。"""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xushi.core.money import half_up
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
