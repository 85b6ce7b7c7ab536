"""模板标签：稿子里的一段字，率与算得的率画在一条线上。"""

from collections.abc import Sequence

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from xushi.documents.laying import Piece
from xushi.documents.panel import Bar

register = template.Library()
NUMBERED = ("wrong", "warned", "leaning")


@register.simple_tag
def words(pieces: Sequence[Piece]) -> SafeString:
    """The words of a line, each in its look; numbers with a source open their rows."""
    return mark_safe("".join(_said(piece) for piece in pieces))  # noqa: S308 - every part is escaped below


def _said(piece: Piece) -> str:
    shown = format_html("<b>{}</b>", piece.words) if piece.bold else escape(piece.words)
    if not piece.kind:
        return shown
    place = format_html(' id="{}"', piece.anchor) if piece.anchor else ""
    small = format_html("<sup>{}</sup>", piece.number) if piece.last and piece.kind in NUMBERED else ""
    href = piece.href or (f"#f{piece.number}" if piece.number else "")
    if not href:
        return format_html(
            '<span class="ck-{}"{} title="{}">{}</span>', piece.kind, place, piece.title, shown
        )
    return format_html(
        '<a class="ck-{}"{} href="{}" title="{}"{}>{}{}</a>', piece.kind, place, href, piece.title,
        format_html(' data-mark="{}"', piece.number) if piece.number else "", shown, small,
    )  # fmt: skip


@register.simple_tag
def ratio_bar(bar: Bar, claimed: str, computed: str) -> SafeString:
    """What is so as a filled line, what was printed as a ring, the schedule as an upright line."""
    due = format_html(
        '<rect class="sbar-behind sbar-amber" fill="url(#hatch-amber)" x="{}%" y="18.5" width="{}%" height="7"/>'
        '<rect class="sbar-line" x="{}%" y="12" width="2" height="20"/>'
        '<text class="ck-bar-due" x="{}%" y="46">序时{}%</text>',
        bar.computed, max(bar.due - bar.computed, 0), bar.due, bar.due, bar.due,
    ) if bar.due is not None else ""  # fmt: skip
    return format_html(
        '<svg class="ck-bar" width="100%" height="50" role="img" aria-label="稿中{claimed}，算得{computed}">'
        '<rect class="sbar-track" y="18" width="100%" height="8" rx="2"/>'
        '<rect class="sbar-fill" y="18" width="{value}%" height="8" rx="2"/>{due}'
        '<circle class="ck-bar-ring" cx="{at}%" cy="22" r="6"/>'
        '<text class="ck-bar-claimed" x="{at}%" y="10">稿中{claimed}</text>'
        '<text class="ck-bar-computed" x="{value}%" y="46">算得{computed}</text></svg>',
        claimed=claimed, computed=computed, value=bar.computed, at=bar.claimed, due=due,
    )  # fmt: skip


@register.simple_tag
def cells(row: Sequence[Sequence[Piece]], tag: str) -> SafeString:
    """One row of a table in the draft."""
    return format_html_join("", f"<{tag}>{{}}</{tag}>", ((words(cell),) for cell in row))
