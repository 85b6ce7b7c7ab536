"""画排队图的一行：一条线，承诺时限的竖线，一个项目一个图形，挤不下的一个数字。"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xushi.permits.bottlenecks import KINDS, LONG_PAST, Queue
from xushi.permits.bottlenecks_plot import OFFSETS, Axis, Place
from xushi.permits.bottlenecks_rows import Mark

HEIGHT, MIDDLE, PITCH = 52, 26, 10
LONGEST_NAME = 6
A_LETTER = Decimal("2.6")  # per cent of the width that a character of a name takes


@dataclass(frozen=True, slots=True)
class Drawing:
    """A row to be drawn: url opens a mark's project, more a crowded place's list."""

    queue: Queue
    axis: Axis
    places: Sequence[Place]
    marks: Sequence[Mark]
    urls: dict[int, str]
    more: dict[int, str]
    named: bool = False

    @property
    def words(self) -> str:
        queue = self.queue
        return (
            f"{queue.step.name}，{queue.department}：{queue.waiting}个在等，{queue.overdue}个超时限，"
            f"承诺{queue.step.limit}个工作日"
        )

    @property
    def crowded(self) -> int:
        """How many projects have no mark of their own."""
        return sum(place.count for place in self.places if not place.single)


def draw(row: Drawing) -> SafeString:
    limit = row.axis.at(row.queue.step.limit)
    return format_html(
        '<svg class="queue" width="100%" height="{}" role="img" aria-label="{}">'
        '<rect class="queue-base" x="2%" y="{}" width="96%" height="1"/>'
        '<rect class="queue-limit" x="{}%" width="2" height="100%"/>{}{}{}</svg>',
        HEIGHT,
        row.words,
        MIDDLE,
        limit,
        _crowds(row),
        _singles(row),
        _name(row),
    )


def _singles(row: Drawing) -> SafeString:
    """Marks at one place stand above one another, the worst on the line."""
    at: dict[int, list[Mark]] = defaultdict(list)
    for mark in row.marks:
        at[row.axis.bin_of(mark.days)].append(mark)
    single = {place.number for place in row.places if place.single}
    drawn = [
        (row.urls[mark.project], f"{mark.name}，等了{mark.days}天，{KINDS[mark.kind]}", mark.kind,
         row.axis.middle(number), MIDDLE + OFFSETS[n] * PITCH)
        for number, own in sorted(at.items()) if number in single
        for n, mark in enumerate(_worst_first(own)[: len(OFFSETS)])
    ]  # fmt: skip
    return format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}</title><use href="#queue-{}" x="{}%" y="{}"/></a>',
        drawn,
    )


def _worst_first(own: Iterable[Mark]) -> list[Mark]:
    worst = list(KINDS)[::-1]
    return sorted(own, key=lambda mark: (worst.index(mark.kind), -mark.days))


def _crowds(row: Drawing) -> SafeString:
    """A place too full for single marks: its number, in the colour and shape of its worst, and the list behind it."""
    drawn = [
        (row.more[place.number], f"{place.count}个项目，等了{place.days[0]}—{place.days[1]}天", place.kind,
         row.axis.middle(place.number), MIDDLE, _width(place.count), _shown(place.count))
        for place in row.places if not place.single
    ]  # fmt: skip
    return format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}</title><svg class="queue-crowd is-{}" x="{}%" y="{}" overflow="visible">'
        '<use href="#queue-crowd-{}"/><text y="4">{}</text></svg></a>',
        drawn,
    )


def _shown(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.1f}".rstrip("0").rstrip(".") + "千"


def _width(count: int) -> str:
    return "narrow" if count < 10 else "two" if count < 100 else "wide"


def _name(row: Drawing) -> SafeString:
    """The one that waits longest of all, by name beside its mark."""
    if not row.named or not row.marks:
        return SafeString("")
    mark = max(row.marks, key=lambda one: one.days)
    if mark.kind != LONG_PAST:
        return SafeString("")
    at = row.axis.middle(row.axis.bin_of(mark.days))
    short = mark.name if len(mark.name) <= LONGEST_NAME else f"{mark.name[: LONGEST_NAME - 1]}…"
    before = at + A_LETTER * len(short) > 101
    return format_html(
        '<svg x="{}%" y="{}" overflow="visible"><text class="queue-name{}" x="{}">{}</text></svg>',
        at,
        MIDDLE + 4,
        " is-before" if before else "",
        -9 if before else 9,
        short,
    )
