"""看哪一级：本级，或地址里点开的一个地区；省、市之下先摆直接的下一级。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from xushi.core.text import row_number
from xushi.kit.phrased import Key, ask
from xushi.units.models import Unit
from xushi.units.policy import overseen
from xushi.units.tree import above

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Region:
    """The tier a page speaks of. unit is None for who sees no whole tier; asked: opened by the address, not one's own.

    way leads from one's own tier down to the one above this.
    """

    unit: Unit | None = None
    asked: bool = False
    parted: bool = False
    way: tuple[Unit, ...] = ()

    @property
    def key(self) -> int | None:
        """The filter that narrows to it; None for one's own, which the scope narrows to already."""
        return self.unit.pk if self.unit and self.asked else None

    @property
    def split(self) -> Unit | None:
        """The unit whose children are shown in the place of territories: one with districts below it."""
        return self.unit if self.parted else None

    @property
    def word(self) -> str:
        return "地区" if self.parted else "属地"


def region(user: "User", asked: str | None = None) -> Region:
    """One's own tier or the one asked for within it; LookupError for one out of sight. Two queries at most."""
    own = overseen(user)
    if not asked:
        return Region(own, parted=_parted(own))
    number = row_number(asked)
    if own is None or number is None:
        raise LookupError(asked)
    found = Unit.objects.filter(pk=number, kind=Unit.Kind.DISTRICT).under(own.path).first()
    if found is None:
        raise LookupError(asked)
    if found.pk == own.pk:
        return Region(own, parted=_parted(own))
    way = Unit.objects.filter(path__in=[path for path in above(found.path)[:-1] if path.startswith(own.path)])
    return Region(found, asked=True, parted=_parted(found), way=tuple(way.order_by("path")))


def _parted(unit: Unit | None) -> bool:
    return unit is not None and bool(ask(districts_below, Key(unit.pk)))


def districts_below(unit: int) -> "QuerySet[Unit]":
    return Unit.objects.filter(parent=unit, kind=Unit.Kind.DISTRICT)
