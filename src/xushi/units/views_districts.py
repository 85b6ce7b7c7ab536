"""各区各定的页共有的：改的是谁的，各区自己定了几项。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from xushi.core.text import row_number
from xushi.units.access import person
from xushi.units.districts import districts_below, home_district, keeps, keeps_whole, own_district
from xushi.units.inherited import COMMON, Inherited
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

COMMON_ASKED, OWN_ASKED = "common", "own"


def asked_district(user: "User", asked: str) -> Unit | None:
    """Whose values: one's own district's; for the office of all the common ones, or those of the one asked for.

    404 where the address names no district.
    """
    if not keeps_whole(user):
        return own_district(user, Role.OFFICE)
    if asked in ("", COMMON_ASKED):
        return None
    found: Unit = get_object_or_404(Unit, pk=row_number(asked) or 0, kind=Unit.Kind.DISTRICT)
    return None if found.is_root else found


def shown_district(home: Unit | None, asked: str) -> Unit | None:
    """Whose catalogue a page shows: that of the one district a person has to do with (home), else the common one.

    Whoever has to do with all of them may ask for one district's, everybody for the common one. 404 where the
    address names no district.
    """
    if asked == COMMON_ASKED or (home is None and asked in ("", OWN_ASKED)):
        return None
    if home is not None:
        return home
    found: Unit = get_object_or_404(Unit, pk=row_number(asked) or 0, kind=Unit.Kind.DISTRICT)
    return None if found.is_root else found


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose rows a page shows: of a district with the common ones beside them, or the common ones alone.

    keeps: whether the person may change them; districts: those to choose among, for who has to do with all of them.
    """

    district: Unit | None
    asked: str
    keeps: bool
    districts: list[Unit]

    @classmethod
    def of(cls, request: HttpRequest) -> "Whose":
        user, asked = person(request), request.GET.get("district", "")
        home = home_district(user)
        district = shown_district(home, asked)
        return cls(district, asked, keeps(user, district), [] if home else districts_below())

    @property
    def ask(self) -> str:
        """What the page's addresses end in, so that they stay with these rows."""
        return f"?{urlencode({'district': self.asked})}" if self.asked else ""

    def at(self, rows: Any) -> Any:
        """Those of an Owned model's rows that hold here."""
        return rows.at(self.district.path if self.district else COMMON)


def apart(book: Inherited[Any]) -> list[tuple[Unit, int]]:
    """The districts below with how many values each keeps for itself; none in a tree of one district."""
    return [(one, len(book.own(one.path))) for one in districts_below()]


def apart_by_look() -> list[tuple[Unit, bool]]:
    """The districts below, and whether each has a look of its own."""
    return [(one, one.look.get("of") == one.pk) for one in districts_below()]
