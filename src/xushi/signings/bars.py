"""漏斗里的条：走了的实、停着的空、流失的灰斜纹；天数的条过了目标那段是赭斜纹，目标是一条竖线。"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xushi.core.money import half_up

Part = tuple[str, int]
NARROWEST = 5  # per cent of the width: what stays in less carries no number
HATCHED = {"late": "hatch-amber", "lost": "hatch-lapsed"}
WIDEST_DAYS = Decimal(82)  # per cent of the column: the words stand behind


def percent(part: int, whole: int, most: Decimal = Decimal(100)) -> Decimal:
    return half_up(Decimal(part) * most / whole, 2) if whole else Decimal(0)


def fill_of(kind: str) -> SafeString:
    """The hatch as the mark's own attribute: old browsers look for one named in a style sheet in that sheet."""
    return format_html(' fill="url(#{})"', HATCHED[kind]) if kind in HATCHED else SafeString("")


def stacked(parts: Sequence[Part], most: int, words: str) -> SafeString:
    """Parts of a row side by side, (class, count); most: the count that fills the width."""
    drawn, said, at = [], [], Decimal(0)
    for kind, count in parts:
        if count:
            width = percent(count, most)
            drawn.append((kind, fill_of(kind), at, width))
            if kind == "stay" and width >= NARROWEST:
                said.append((at + width / 2, f"停{count}" if width >= 2 * NARROWEST else count))
            at += width
    return format_html(
        '<svg class="signing-bar" width="100%" height="14" role="img" aria-label="{}">{}{}</svg>',
        words,
        format_html_join(
            "", '<rect class="signing-{}"{} x="{}%" y=".5" width="{}%" height="13" rx="1"/>', drawn
        ),
        format_html_join("", '<text class="signing-said" x="{}%" y="11">{}</text>', said),
    )


def limited(days: int | None, limit: int | None, longest: int, words: str) -> SafeString:
    """A number of days against its limit, the upright line; past it hatched."""
    if days is None and limit is None:
        return format_html('<span class="t-ink3">{}</span>', "—")
    solid = min(days or 0, limit) if limit is not None else days or 0
    over = (days or 0) - solid
    shown = percent(solid, longest, WIDEST_DAYS)
    rest = percent(over, longest, WIDEST_DAYS)
    line = ""
    if limit is not None:
        at = percent(limit, longest, WIDEST_DAYS)
        line = format_html('<rect class="signing-line" x="{}%" width="2" height="100%"/>', at)
    return format_html(
        '<svg class="signing-days" width="100%" height="26" role="img" aria-label="{}">'
        '<rect class="signing-went" y="8.5" width="{}%" height="9" rx="1"/>'
        '<rect class="signing-late" fill="url(#hatch-amber)" x="{}%" y="8.5" width="{}%" height="9"/>{}</svg>',
        words,
        shown,
        shown,
        rest,
        line,
    )
