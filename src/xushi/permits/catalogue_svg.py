"""画手续图：从左到右一层一层，一项一个框，前置一条线；最长的一条线描重。"""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xushi.permits.catalogue import Entry
from xushi.permits.catalogue_lengths import Layer, layers

WIDE, HIGH = 132, 40
ACROSS, DOWN = 172, 52
MARGIN = 8
LONGEST_NAME = 10
Place = tuple[int, int]


def draw(entries: Sequence[Entry], chain: Sequence[str]) -> SafeString:
    """chain: the codes of the longest line, in its order."""
    drawn = layers(entries)
    most = max((len(one.entries) for one in drawn), default=0)
    places = {
        entry.code: (MARGIN + layer.depth * ACROSS, MARGIN + _top(layer, most) + n * DOWN)
        for layer in drawn
        for n, entry in enumerate(layer.entries)
    }
    return format_html(
        '<svg class="permit-graph" width="{}" height="{}" role="img" aria-label="{}">{}{}</svg>',
        2 * MARGIN + len(drawn) * ACROSS - (ACROSS - WIDE),
        2 * MARGIN + most * DOWN - (DOWN - HIGH),
        f"手续图：{len(entries)}项，分{len(drawn)}层；每项的前置在下面的表里",
        _edges(entries, places, set(pairwise(chain))),
        _boxes(entries, places, set(chain)),
    )


def _top(layer: Layer, most: int) -> int:
    """A short layer stands in the middle."""
    return (most - len(layer.entries)) * DOWN // 2


def _edges(entries: Sequence[Entry], places: dict[str, Place], chain: set[tuple[str, str]]) -> SafeString:
    lines = [
        (_curve(places[before], places[one.code]), " is-chain" if (before, one.code) in chain else "")
        for one in entries
        for before in one.needs
    ]
    lines.sort(key=lambda line: bool(line[1]))  # the heavy ones last, so that they lie on top
    return format_html_join("", '<path class="permit-edge{1}" d="{0}"/>', lines)


def _curve(before: Place, after: Place) -> str:
    (x, y), (to_x, to_y) = (before[0] + WIDE, before[1] + HIGH // 2), (after[0], after[1] + HIGH // 2)
    return f"M{x} {y}C{x + 24} {y} {to_x - 24} {to_y} {to_x} {to_y}"


def _boxes(entries: Sequence[Entry], places: dict[str, Place], chain: set[str]) -> SafeString:
    return format_html_join(
        "",
        '<a href="#permit-{0}" class="permit-box{1}"><title>{2}</title><rect x="{3}" y="{4}" width="{5}" height="{6}" '
        'rx="4"/><text x="{7}" y="{8}">{9}</text><text class="permit-days" x="{7}" y="{10}">{11}</text></a>',
        [_box(one, places[one.code], one.code in chain) for one in entries],
    )


def _box(one: Entry, place: Place, heavy: bool) -> tuple[object, ...]:
    x, y = place
    name = one.name if len(one.name) <= LONGEST_NAME else f"{one.name[: LONGEST_NAME - 1]}…"
    days = f"{one.promised_days}天" + ("" if one.needed_for_start else "，开工后")
    classes = (" is-chain" if heavy else "") + ("" if one.needed_for_start else " is-after")
    said = f"{one.name}，{one.department_name or '没定部门'}，承诺{one.promised_days}天"
    return one.code, classes, said, x, y, WIDE, HIGH, x + 8, y + 17, name, y + 33, days
