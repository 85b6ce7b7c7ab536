"""两天对比：哪两天、各是哪一张、隔了多久。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xushi.sites import selectors
from xushi.sites.models import Camera, Snapshot

FAR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures of one camera; days are those that have any, newest first."""

    camera: Camera
    days: tuple[date, ...]
    first: Snapshot | None
    second: Snapshot | None

    @property
    def held(self) -> bool:
        """Both are put by as evidence."""
        return bool(self.first and self.second and self.first.held_at and self.second.held_at)

    @property
    def apart(self) -> int:
        """Whole days between the two."""
        return (self.second.day - self.first.day).days if self.first and self.second else 0


def pair_of(camera: Camera, query: Mapping[str, str], today: date) -> Pair:
    """The days asked for where there are pictures of them; else the newest whole day and one a month before."""
    days = selectors.days_with_pictures(camera)
    if not days:
        return Pair(camera, (), None, None)
    second = _asked(query.get("b", ""), days) or next((day for day in days if day < today), days[0])
    far = second - FAR
    first = _asked(query.get("a", ""), days) or min(days, key=lambda day: (abs((day - far).days), day))
    one, other = sorted((first, second))
    return Pair(camera, tuple(days), selectors.picture_of(camera, one), selectors.picture_of(camera, other))


def _asked(text: str, days: Sequence[date]) -> date | None:
    """A day as it is typed, or the nearest that has a picture."""
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        return None
    return min(days, key=lambda day: abs((day - wanted).days))


def hours_of(cameras: Sequence[Camera]) -> str:
    """6:00—18:00 where all of them keep the same hours, else nothing."""
    kept = {(one.works_from, one.works_to) for one in cameras}
    if len(kept) != 1:
        return ""
    begins, ends = kept.pop()
    return f"{begins.hour}:{begins.minute:02d}—{ends.hour}:{ends.minute:02d}"
