"""模板标签：数字、日期、图标、状态标志、进度条。"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as plain_url
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString

from xushi.kit import amounts, assets
from xushi.kit import drawn as pieces
from xushi.kit import sbar as bars
from xushi.kit.addresses import address_of
from xushi.kit.marks import mark_of

register = template.Library()

register.filter("yi", amounts.yi)
register.filter("yi2", lambda yuan: amounts.yi(yuan, 2))
register.filter("wan", amounts.wan)
register.filter("pct", amounts.pct)
register.filter("pct0", lambda share: amounts.pct(share, 0))
register.filter("points", amounts.points)
register.filter("fast_slow", amounts.fast_slow)


@register.filter
def count(value: object) -> str:
    """A count with thousands separators; — for none."""
    number = amounts.decimal_of(value)
    return amounts.NONE if number is None else amounts.signed(number.to_integral_value())


@register.filter
def change(value: object) -> str:
    """A change in a count with its sign: "+5", "−3"; "持平" for none."""
    number = amounts.decimal_of(value)
    if number is None:
        return amounts.NONE
    return amounts.signed(number.to_integral_value(), plus=True) if number else "持平"


@register.filter
def points_tone(value: object) -> str:
    """The class of a difference from schedule: t-green from 0 up, t-amber below, nothing for none."""
    number = amounts.decimal_of(value)
    if number is None:
        return "t-ink3"
    return "t-green" if number >= 0 else "t-amber"


@register.filter
def cn_month(value: object) -> str:
    """2018年8月"""
    month = amounts.month_of(value)
    return month.label if month else amounts.NONE


@register.filter
def period(value: object) -> str:
    """The year up to a month: 2018年1—8月"""
    month = amounts.month_of(value)
    return month.period if month else amounts.NONE


@register.filter
def cn_date(value: object, today: object = None) -> str:
    """9月12日, or 2017年9月12日 when the year is not today's."""
    return amounts.cn_date(value, today)


class AddressNode(URLNode):
    """{% url %} of a page without names for its arguments: the address is looked up once."""

    def render(self, context: Context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        if self.asvar or self.kwargs or not all(isinstance(arg, int | str) for arg in args):
            return super().render(context)
        return conditional_escape(address_of(self.view_name.resolve(context), *args))


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """As Django's own."""
    node = plain_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
def asset(kind: str) -> str:
    """The address of the joined stylesheet ("css"), script ("js") or sprite ("svg")."""
    return assets.address(kind)


@register.simple_tag
def stylesheets() -> SafeString:
    """The one link to the joined stylesheet."""
    return format_html('<link rel="stylesheet" href="{}">', asset("css"))


@register.simple_tag
def scripts() -> SafeString:
    """The one deferred script of the kit."""
    return format_html('<script src="{}" defer></script>', asset("js"))


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """A stroke icon of the sprite; silent beside a word, named when it stands alone."""
    return _use(f"i-{name}", f"icon icon-{size}", label)


@register.simple_tag
def mark(name: str, size: int = 18, word: str | None = None) -> SafeString:
    """A status mark with its accessible name; word="" silences it where the word stands beside it."""
    found = mark_of(str(name))
    return _use(found.symbol, f"mark mark-{size} m-{found.tone}", found.word if word is None else word)


@register.simple_tag
def drawn(template_name: str, line: Any) -> SafeString:
    """That template with `line` as all it knows; drawn once for equal lines, see kit/drawn.py."""
    return (
        pieces.drawn(template_name, line) if isinstance(line, Hashable) else pieces.draw(template_name, line)
    )


@register.simple_tag
def mark_word(name: str) -> str:
    """The Chinese word of a status mark."""
    return mark_of(str(name)).word


@register.simple_tag
def mark_tone(name: str) -> str:
    """The colour word of a status mark, for chip-… and t-…: red, amber, green, line2, ink2, accent, pi."""
    return mark_of(str(name)).tone


@register.simple_tag
def sbar(done: object, due: object, size: int = 8, state: str = "", label: str = "") -> SafeString:
    """The progress-against-schedule bar; done and due are shares (0–1) of the year's plan."""
    return bars.draw(done, due, size, state, label)


@register.simple_tag(takes_context=True)
def page_title(context: Context) -> SafeString:
    """The page's title block as plain text, for <title>; the product's name where there is none."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    words = " ".join(strip_tags(block.render(context)).split()) if block else ""
    return SafeString(f"{words} · 序时" if words else "序时")


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """This page's query string with some parameters changed; None or "" removes one, page starts anew."""
    current = context["request"].GET.copy()
    if "page" not in changes:
        current.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            current.pop(name, None)
        else:
            current[name] = str(value)
    return f"?{current.urlencode()}"


def _use(symbol: str, classes: str, label: str) -> SafeString:
    return _drawn_use(asset("svg"), symbol, classes, label)


@lru_cache(maxsize=2000)
def _drawn_use(sprite: str, symbol: str, classes: str, label: str) -> SafeString:
    named = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"/></svg>',
        classes,
        SafeString(named),
        sprite,
        symbol,
    )
