"""首页的标签：点得开的数，居中于序时的左右条。"""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from xushi.core.figure import Figure, FigureUnit, shown
from xushi.core.money import half_up
from xushi.kit.addresses import address_of
from xushi.kit.templatetags.kit import mark

register = template.Library()


@register.filter
def fast_slow_short(gap: Decimal | None) -> str:
    """慢8.4, 快0.5, 持平: for a column whose head names the unit."""
    if gap is None:
        return "—"
    rounded = half_up(gap, 1)
    return "持平" if rounded == 0 else f"{'快' if rounded > 0 else '慢'}{abs(rounded)}"


@register.filter
def pct_number(share: Decimal | None) -> str:
    """A share as the bare number of its percentage: 67.2."""
    return "—" if share is None else str(half_up(share * 100, 1))


@register.simple_tag
def rows_url(figure: Figure) -> str:
    """The list whose count or sum this figure is."""
    return f"{address_of('home:projects')}?{figure.rows}"


@register.simple_tag
def fig(figure: Figure, places: int = 1) -> SafeString:
    """The figure as a link to its list; a disputed one carries the diamond and says both values."""
    text, link = printed(figure, places), rows_url(figure)
    if not figure.disputed:
        return format_html('<a class="fig" href="{}">{}</a>', link, text)
    doubt = f"待核：按分项算{text}，原报{published(figure, places)}"
    return format_html(
        '<a class="fig disputed" href="{}" title="{}">{}{}<span class="vh">（{}）</span></a>',
        link, doubt, mark("disputed", 14, ""), text, doubt,
    )  # fmt: skip


def printed(figure: Figure, places: int = 1) -> str:
    if figure.unit is FigureUnit.POINTS and figure.value is not None and half_up(figure.value, places) == 0:
        return "0.0"
    return figure.text(places)


@register.simple_tag
def published(figure: Figure, places: int = 1) -> str:
    """What was printed elsewhere, in the unit of the figure."""
    return shown(figure.published, figure.unit, places)


@register.simple_tag
def recounted(figure: Figure, places: int = 1) -> str:
    """What today's rows would give."""
    return shown(figure.recounted, figure.unit, places)


@register.simple_tag
def axis_label(due: Decimal | None) -> SafeString:
    """序时66.7%, written beside the line at its place on the axis; before the line in the last third of the year."""
    if due is None:
        return mark_safe("")
    at = half_up(due * 100, 2)
    side = ("end", -10) if at > 80 else ("start", 12)
    return format_html(
        '<svg class="axis-label" width="100%" height="1.5em" aria-hidden="true"><text x="{}%" dx="{}" y="1.1em"'
        ' text-anchor="{}">序时{}%</text></svg>',
        at, side[1], side[0], half_up(due * 100, 1),
    )  # fmt: skip


@register.simple_tag
def sbar_legend(done: Decimal | None, due: Decimal | None) -> SafeString:
    """完成67.2% at the bar's beginning and 序时66.7% under its line, at the right edge where both would collide."""
    if done is None or due is None:
        return mark_safe("")
    at = half_up(due * 100, 2)
    place, anchor = (at, "middle") if 45 <= at <= 88 else (Decimal(100), "end")
    return format_html(
        '<svg class="sbar-legend" width="100%" height="1.25rem" aria-hidden="true"><text y="1em">完成{}%</text>'
        '<text class="bold" x="{}%" y="1em" text-anchor="{}">序时{}%</text></svg>',
        half_up(done * 100, 1), place, anchor, half_up(due * 100, 1),
    )  # fmt: skip


@register.simple_tag
def axis_line(due: Decimal | None) -> SafeString:
    """The schedule line alone, where rows that share it stand apart."""
    if due is None:
        return mark_safe("")
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true"><rect class="sbar-line" x="{}%"/></svg>',
        half_up(due * 100, 2),
    )


@register.simple_tag
def diverge(gap: Decimal | None, low: Decimal, high: Decimal) -> SafeString:
    """A bar from the schedule line: hatched amber to the left when behind, solid green to the right when ahead.

    low ≤ 0 ≤ high are the points that the width must hold; a fifth at each end is left for the words.
    """
    if gap is None:
        return mark_safe("")
    room, reach = Decimal(62), max(high - low, Decimal("0.1"))
    centre = Decimal(19) + room * (-low / reach)
    width = half_up(abs(gap) / reach * room, 2)
    centre = half_up(centre, 2)
    line = format_html('<rect class="sbar-line" x="{}%" y="-4" width="2" height="22"/>', centre)
    words = format_html("{}", _signed(gap))
    if gap < 0:
        left = centre - width
        bar = format_html(
            '<rect class="sbar-behind sbar-amber" fill="url(#hatch-amber)" x="{}%" y="1.5" width="{}%"'
            ' height="11"/><text class="diverge-slow" x="{}%" dx="-4" y="11.5" text-anchor="end">{}</text>',
            left, width, left, words,
        )  # fmt: skip
    else:
        right = centre + width
        bar = format_html(
            '<rect class="sbar-ahead" x="{}%" y="1" width="{}%" height="12"/>'
            '<text class="diverge-fast" x="{}%" dx="5" y="11.5">{}</text>',
            centre, width, right, words,
        )  # fmt: skip
    return format_html(
        '<svg class="sbar diverge" width="100%" height="14" role="img" aria-label="比序时{}个百分点">{}{}</svg>',
        words, bar, line,
    )  # fmt: skip


def _signed(gap: Decimal) -> str:
    rounded = half_up(gap, 1)
    return f"{'−' if rounded < 0 else '+' if rounded > 0 else ''}{abs(rounded)}"
