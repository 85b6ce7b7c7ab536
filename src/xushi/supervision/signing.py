"""单位对外怎么署名：红头定的落款，一处定了，督办单、纪要、各种公文都照它；没定的照单位名称。

The letterheads are kept by the documents, a room above this one, which says here who looks them up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xushi.units.look import called
from xushi.units.models import Unit


@dataclass(frozen=True, slots=True)
class Signature:
    """How an office signs now, and what it signed with until then, oldest first."""

    now: str
    before: list[tuple[datetime, str]] = field(default_factory=list)

    def at(self, moment: datetime | None) -> str:
        was = next((words for at, words in self.before if words and moment is not None and at > moment), "")
        return was or self.now


Find = Callable[[Iterable[int]], Mapping[int, Signature]]
_found: list[Find] = []


def looked_up_by(find: Find) -> None:
    """Who knows how offices sign: {office: how}, in a fixed number of queries."""
    _found[:] = [find]


def signatures(offices: Iterable[int]) -> Mapping[int, Signature]:
    return _found[0](offices) if _found else {}


def signs(office: Unit | None, name: str, at: datetime | None) -> str:
    """The organ as it signed then; name is what the office was called: another name than today's stands."""
    if office is None or name != office.name:
        return formal(name, office)
    return signed_by(signatures([office.pk]), office, name, at)


def signed_by(known: Mapping[int, Signature], office: Unit, name: str, at: datetime | None) -> str:
    """Of offices looked up already, as `signs`."""
    held = known.get(office.pk) if name == office.name else None
    return held.at(at) if held else formal(name, office)


def formal(name: str, unit: Unit | None = None) -> str:
    """区国土分局 → 浦口区国土分局: as a unit signs outside, by what the district it stands in is called."""
    district = called(unit)
    return f"{district}{name[1:]}" if name.startswith("区") and district.endswith("区") else name
