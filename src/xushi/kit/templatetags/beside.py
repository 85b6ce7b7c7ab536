"""模板标签：旁边卡片里的横条。"""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xushi.core.money import half_up
from xushi.kit.beside import Bar, Card

register = template.Library()


@register.simple_tag
def count_bar(bar: Bar, card: Card) -> SafeString:
    """How many, against the longest of the card."""
    most = max(one.count for one in card.bars) or 1
    return format_html(
        '<svg class="queue-bar" width="100%" height="10" aria-hidden="true">'
        '<rect class="queue-bar-rest" width="{}%" height="10"/></svg>',
        half_up(Decimal(bar.count) * 100 / most, 2),
    )
