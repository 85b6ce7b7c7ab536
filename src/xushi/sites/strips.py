"""一天一条：有动静画一道，断流和看不清画斜纹，没动静画点；画成几段路径，一条带子三个图形。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from xushi.core.clock import BEIJING, local_day
from xushi.sites.models import Camera, Outage, Snapshot
from xushi.sites.rules import Hours, Span, Verdict, spans_of

if TYPE_CHECKING:
    from datetime import time

WIDE, HIGH = 1000, 24
STROKE = 4.6
EVERY = 180  # minutes between the times under a strip
NEAR = 9  # per cent of the axis: closer than this two times would run into each other
Look = tuple[datetime, str, float | None]


@dataclass(frozen=True, slots=True)
class Strip:
    """One camera's day. Paths are of a box WIDE × HIGH; now is where the day stands, None on another day."""

    camera: Camera
    active: str
    lost: tuple[Span, ...]
    still: str
    now: float | None
    first: datetime | None
    count: int
    actives: int
    unknowns: int

    @property
    def hatched(self) -> list[tuple[int, int]]:
        """x and width of what was lost or could not be read."""
        return [(round(s.begins * WIDE), max(round((s.ends - s.begins) * WIDE), 2)) for s in self.lost]

    @property
    def now_at(self) -> int | None:
        return None if self.now is None else round(self.now * WIDE)

    @property
    def words(self) -> str:
        """The strip for whoever does not see it."""
        if not self.count:
            return "这天没有快照"
        told = f"{self.count}张快照，有动静{self.actives}张"
        return f"{told}，看不清{self.unknowns}张" if self.unknowns else told

    @property
    def headline(self) -> str:
        """6:40起有施工; 没有施工动静; 看不清."""
        if self.first:
            at = self.first.astimezone(BEIJING)
            return f"{at.hour}:{at.minute:02d}起有施工"
        if not self.count:
            return "还没有快照"
        return "看不清，不判动静" if self.unknowns == self.count else "没有施工动静"


@dataclass(frozen=True, slots=True)
class Tick:
    """A time written under strips: where it stands, 0–100, and whether it is now."""

    word: str
    at: int
    is_now: bool = False

    @property
    def anchor(self) -> str:
        return "start" if self.at < NEAR else "end" if self.at > 100 - NEAR else "middle"


def span_of(cameras: Sequence[Camera]) -> Hours:
    """What the strips of these cameras reach over, so that they stand on one axis."""
    kept = [one.hours for one in cameras] or [Hours()]
    return Hours(min(one.begins for one in kept), max(one.ends for one in kept))


def axis_of(cameras: Sequence[Camera], day: date, now: datetime) -> list[Tick]:
    """Begin, end and every third hour between; now in bold, and nothing written over it."""
    span = span_of(cameras)
    first, last = _minutes(span.begins), _minutes(span.ends)
    marks = {first, last, *(at for at in range(0, 24 * 60, EVERY) if first < at < last)}
    ticks = [
        Tick(f"{at // 60}:{at % 60:02d}", round(100 * (at - first) / (last - first))) for at in sorted(marks)
    ]
    ticks = [one for one in ticks if one.at in (0, 100) or NEAR < one.at < 100 - NEAR]
    at = now.astimezone(BEIJING)
    if day != local_day(now) or not span.begins <= at.time() < span.ends:
        return ticks
    here = Tick(f"{at.hour}:{at.minute:02d}", round(100 * span.share(now)), is_now=True)
    return sorted([*(one for one in ticks if abs(one.at - here.at) > NEAR), here], key=lambda one: one.at)


def strips_of(cameras: Sequence[Camera], day: date, now: datetime) -> list[Strip]:
    """The strips of a day for these cameras, in their order and on one axis: two queries."""
    looks: dict[int, list[Look]] = {one.pk: [] for one in cameras}
    rows = Snapshot.objects.filter(camera__in=list(looks), day=day).order_by("taken_at")
    for camera, at, verdict, activity in rows.values_list("camera", "taken_at", "verdict", "activity"):
        looks[camera].append((at, verdict, activity))
    out: dict[int, list[tuple[datetime, datetime | None]]] = {one.pk: [] for one in cameras}
    begins = datetime.combine(day, datetime.min.time(), tzinfo=BEIJING)
    overlapping = Q(ended_at=None) | Q(ended_at__gte=begins)
    outages = Outage.objects.filter(overlapping, camera__in=list(looks))
    for camera, began, ended in outages.values_list("camera", "began_at", "ended_at"):
        out[camera].append((began, ended))
    span = span_of(cameras)
    return [drawn(one, looks[one.pk], out[one.pk], day, now, span) for one in cameras]


def drawn(
    camera: Camera,
    looks: Sequence[Look],
    outages: Sequence[tuple[datetime, datetime | None]],
    day: date,
    now: datetime,
    span: Hours,
) -> Strip:
    """Bars as high as the activity; a picture that could not be read takes the time until the next."""
    hours, wide = camera.hours, camera.snapshot_minutes
    within = [one for one in looks if hours.holds(one[0])]
    active = [one for one in within if one[1] == Verdict.ACTIVE]
    unknown = [one for one in within if one[1] == Verdict.UNKNOWN]
    still = [one for one in within if one[1] == Verdict.STILL]
    out = [_placed(one, hours, span) for one in spans_of(outages, day, hours, now)]
    lost = [*out, *(_around(one[0], span, wide) for one in unknown)]
    return Strip(
        camera,
        active="".join(_bar(span.share(at), _height(score)) for at, _, score in active),
        still="".join(_dot(span.share(at)) for at, _, _ in still),
        lost=tuple(merged(lost)),
        now=span.share(now) if day == local_day(now) else None,
        first=active[0][0] if active else None,
        count=len(within),
        actives=len(active),
        unknowns=len(unknown),
    )


def _placed(part: Span, hours: Hours, span: Hours) -> Span:
    """A part of a camera's own hours as a part of what the axis reaches over."""
    whole = _minutes(span.ends) - _minutes(span.begins)
    offset, size = (
        _minutes(hours.begins) - _minutes(span.begins),
        _minutes(hours.ends) - _minutes(hours.begins),
    )
    return Span((offset + part.begins * size) / whole, (offset + part.ends * size) / whole)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch become one."""
    made: list[Span] = []
    for span in sorted(spans, key=lambda one: one.begins):
        if made and span.begins <= made[-1].ends + 0.002:
            made[-1] = Span(made[-1].begins, max(made[-1].ends, span.ends))
        else:
            made.append(span)
    return made


def _around(at: datetime, hours: Hours, minutes: int) -> Span:
    whole = _minutes(hours.ends) - _minutes(hours.begins)
    begins = hours.share(at)
    return Span(begins, min(begins + minutes / whole, 1.0))


def _minutes(at: "time") -> int:
    return at.hour * 60 + at.minute


def _height(score: float | None) -> float:
    """How high a bar stands: a score is 0 and up, 1 being the least that counts; without one it stands two thirds."""
    if score is None:
        return HIGH * 0.66
    return HIGH * (0.45 + 0.55 * min(max(score, 0.0), 1.0))


def _bar(share: float, height: float) -> str:
    return f"M{share * WIDE:.0f} {HIGH}v-{height:.0f}h{STROKE:.0f}v{height:.0f}z"


def _dot(share: float) -> str:
    return f"M{share * WIDE:.0f} {HIGH / 2 - 2:.0f}h3v3h-3z"
