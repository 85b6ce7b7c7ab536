"""进度与序时：一条量，一条竖线，差的那一段有颜色。"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from xushi.core.money import half_up
from xushi.kit.amounts import decimal_of, pct

HEIGHTS = (6, 8, 12, 16)
OVERDUE = frozenset({"overdue_start", "red"})
NOT_DUE = frozenset({"not_due"})


@dataclass(frozen=True, slots=True)
class Geometry:
    """Percentages of the year's plan (0–100): the neutral fill, then the difference from schedule."""

    done: Decimal
    due: Decimal
    neutral: Decimal
    gap_from: Decimal
    gap_width: Decimal
    ahead: bool


def geometry(done: Decimal, due: Decimal) -> Geometry:
    """The parts of one bar from two shares (0–1); drawn within 0–100%, compared unrounded."""
    done_at, due_at = _percent(done), _percent(due)
    low, high = min(done_at, due_at), max(done_at, due_at)
    return Geometry(done_at, due_at, low, low, high - low, done >= due)


def draw(done: object, due: object, size: int = 8, state: str = "", label: str = "") -> SafeString:
    """The bar as inline SVG; words instead of a bar when it is not due or there is nothing to draw."""
    done_share, due_share = decimal_of(done), decimal_of(due)
    if state in NOT_DUE or done_share is None or due_share is None:
        return format_html('<span class="sbar-words">{}</span>', label or "—")
    height = size if size in HEIGHTS else 8
    parts = geometry(done_share, due_share)
    spoken = f"完成{pct(done_share)}，序时{pct(due_share)}"
    return format_html(
        '<svg class="sbar sbar-{h}" width="100%" height="{h}" role="img" aria-label="{words}">'
        '<rect class="sbar-track" width="100%" height="{h}" rx="2"/>'
        '<rect class="sbar-fill" width="{neutral}%" height="{h}" rx="2"/>{gap}'
        '<rect class="sbar-line" x="{due}%" y="-4" width="2" height="{line}"/></svg>',
        h=height,
        words=f"{label}，{spoken}" if label else spoken,
        neutral=parts.neutral,
        gap=_gap(parts, height, red=state in OVERDUE),
        due=parts.due,
        line=height + 8,
    )


def _gap(parts: Geometry, height: int, *, red: bool) -> SafeString:
    if parts.gap_width == 0:
        return mark_safe("")
    if parts.ahead:
        return format_html(
            '<rect class="sbar-ahead" x="{}%" width="{}%" height="{}" rx="2"/>',
            parts.gap_from,
            parts.gap_width,
            height,
        )
    return format_html(
        '<rect class="sbar-behind sbar-{0}" fill="url(#hatch-{0})" x="{1}%" y=".5" width="{2}%" height="{3}"/>',
        "red" if red else "amber",
        parts.gap_from,
        parts.gap_width,
        height - 1,
    )


def _percent(share: Decimal) -> Decimal:
    return half_up(min(max(share, Decimal(0)), Decimal(1)) * 100, 2)
