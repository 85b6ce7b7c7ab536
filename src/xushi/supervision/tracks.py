"""期限轨：从派发到期限的一条，几行共用一根轴，竖线是今天。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from xushi.core.clock import BEIJING, local_day
from xushi.duties.words import day_words
from xushi.kit.drawn import alike
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import ENDED
from xushi.supervision.words import tone_of

BACK, AHEAD, LEAST = 30, 60, 10  # days around today that an axis shows at most, and at least
HEIGHT, MIDDLE = 22, 11
BETWEEN_TICKS = 5  # about so many
NEAR = 9.0  # percent of the axis that two words need


@dataclass(frozen=True, slots=True)
class Axis:
    """The days that the rows of one page share, last excluded; positions are percentages, clipped to the ends."""

    first: date
    last: date
    now: datetime

    def at(self, moment: datetime) -> float:
        local = moment.astimezone(BEIJING)
        passed = (local.date() - self.first).days + (local.hour * 60 + local.minute) / 1440
        return round(min(max(passed / self.span * 100, 0.0), 100.0), 2)

    def holds(self, moment: datetime) -> bool:
        return self.first <= local_day(moment) < self.last

    def within(self, moment: datetime | None) -> float | None:
        """Its place, None for a moment beyond the ends."""
        return self.at(moment) if moment and self.holds(moment) else None

    @property
    def span(self) -> int:
        return (self.last - self.first).days

    def ticks(self) -> Iterator[tuple[float, str, bool]]:
        """(where, word, whether it is today): a few days apart, none so near another that the words would touch."""
        here, step, month, free = self.at(self.now), max(self.span // BETWEEN_TICKS, 1), 0, 0.0
        for days in range(0, self.span, step):
            day, where = self.first + timedelta(days=days), days / self.span * 100
            words = [f"{day.month}月{day.day}日"] if day.month != month else []
            for word in (*words, str(day.day)):
                half = NEAR / 2 if word.isdecimal() else NEAR * len(word) / len("1月8日")
                touching = abs(where - here) < half + NEAR / 2 or where > 100 - half
                if touching or (where and where - half < free):
                    continue
                yield round(where, 2), word, False
                month, free = day.month, (where + half if where else 2 * half)
                break
        yield here, "今天", True


def axis_of(orders: Iterable[SupervisionOrder], now: datetime) -> Axis:
    """From the earliest issue to the latest deadline on the page, within BACK and AHEAD days of today."""
    today = local_day(now)
    days = [local_day(moment) for one in orders for moment in (one.issued_at, one.due_at) if moment]
    first = max(min([*days, today - timedelta(days=LEAST)]), today - timedelta(days=BACK))
    last = min(max([*days, today + timedelta(days=LEAST)]), today + timedelta(days=AHEAD))
    return Axis(first, last + timedelta(days=1), now)


def draw_axis(axis: Axis) -> SafeString:
    words = format_html_join(
        "",
        '<text x="{}%" y="13" class="{}">{}</text>',
        (
            (where, "dtrack-today" if today else "dtrack-start" if where < NEAR / 2 else "", word)
            for where, word, today in axis.ticks()
        ),
    )
    return format_html('<svg class="dtrack-axis" width="100%" height="18" aria-hidden="true">{}</svg>', words)


@dataclass(frozen=True, slots=True)
class Track:
    """What one order's track shows, in percentages of its axis: all that it is drawn from. due None is off the axis,
    signed and replied too; words is what it says to who cannot see it."""

    words: str
    here: float
    start: float
    until: float
    end: float
    due: float | None
    waiting: bool
    tone: str
    signed: float | None
    replied: float | None
    pens: tuple[float, ...]


def draw(order: SupervisionOrder, axis: Axis, words: str, pens: Sequence[datetime] = ()) -> SafeString:
    """One order's track; pens are the moments when a leader wrote on it. What is alike is drawn once."""
    if order.issued_at is None or order.due_at is None:
        return format_html('<span class="dtrack-none">{}</span>', "还没签发")
    if not axis.holds(order.due_at) and order.due_at < axis.now and order.replied_at:
        return format_html('<span class="dtrack-none">{}</span>', words)  # over before the axis begins
    track = _track(order, axis, words, pens)
    return alike(track, lambda: _drawn(track))


def _track(order: SupervisionOrder, axis: Axis, words: str, pens: Sequence[datetime]) -> Track:
    """What happened within the axis; what lies beyond its ends is not drawn as if it stood at them."""
    assert order.issued_at is not None and order.due_at is not None
    done = order.replied_at is not None or order.state in ENDED
    until = axis.at(order.due_at)
    return Track(
        words=words,
        here=axis.at(axis.now),
        start=axis.at(order.issued_at),
        until=until,
        end=axis.at(order.replied_at or order.closed_at or axis.now),
        due=until if axis.holds(order.due_at) else None,
        waiting=order.acknowledged_at is None and not done,
        tone="" if done else tone_of(order.due_at, axis.now),
        signed=axis.within(order.acknowledged_at),
        replied=axis.within(order.replied_at),
        pens=tuple(axis.at(pen) for pen in pens if axis.holds(pen)),
    )


def _drawn(track: Track) -> SafeString:
    return format_html(
        '<svg class="dtrack" width="100%" height="{}" role="img" aria-label="{}">{}{}{}</svg>',
        HEIGHT,
        track.words,
        _bars(track),
        _marks(track),
        format_html('<rect class="dtrack-line" x="{}%" width="1.5"/>', track.here),
    )


def _bars(track: Track) -> SafeString:
    start, until, end = track.start, track.until, track.end
    parts = [_rect("dtrack-span", start, until)]
    if track.waiting:
        parts.append(_rect("dtrack-unsigned", start, min(end, until), "url(#hatch-amber)"))
    else:
        parts.append(_rect("dtrack-fill", start, min(end, until)))
    if end > until:
        parts.append(_rect("dtrack-late", until, end, "url(#hatch-red)"))
    if track.due is not None:
        css = track.tone and f"is-{track.tone}"
        due = format_html('<rect class="dtrack-due {}" x="{}%" y="3" width="2" height="16"/>', css, track.due)
        parts.append(due)
    return mark_safe("".join(parts))  # noqa: S308 - of safe parts


def _rect(css: str, start: float, end: float, fill: str = "") -> SafeString:
    width = round(max(end - start, 0), 2)
    if fill:
        return format_html(
            '<rect class="{}" fill="{}" x="{}%" y="7.5" width="{}%" height="7"/>', css, fill, start, width
        )
    return format_html('<rect class="{}" x="{}%" y="7" width="{}%" height="8"/>', css, start, width)


def _marks(track: Track) -> SafeString:
    parts = []
    if track.signed is not None:
        parts.append(_disc("dtrack-ring", track.signed, 3.5))
    if track.replied is not None:
        parts.append(_disc("dtrack-disc", track.replied, 4.5))
    pen = '<svg class="dtrack-pi" x="{}%" y="{}"><path d="M0-6 4.5 0 0 6-4.5 0Z"/></svg>'
    parts += [format_html(pen, where, MIDDLE) for where in track.pens]
    return mark_safe("".join(parts))  # noqa: S308 - of safe parts


def _disc(css: str, where: float, radius: float) -> SafeString:
    return format_html('<circle class="{}" cx="{}%" cy="{}" r="{}"/>', css, where, MIDDLE, radius)


def words_of(order: SupervisionOrder, deadline: str, today: date) -> str:
    """What a track says: 9月5日派发，9月5日签收，今天17:00."""
    moments = ((order.issued_at, "派发"), (order.acknowledged_at, "签收"), (order.replied_at, "答复"))
    told = [f"{day_words(local_day(at), today)}{word}" for at, word in moments if at]
    return "，".join([*told, deadline])
