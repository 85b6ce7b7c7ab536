"""各区各定的页共有的：改的是谁的，各区自己定了几项。"""

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404

from xushi.core.text import row_number
from xushi.units.districts import keeps_whole, own_district
from xushi.units.inherited import Inherited
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User


def asked_district(user: "User", asked: str) -> Unit | None:
    """Whose values: one's own district's; for the office of all the common ones, or those of the one asked for.

    404 where the address names no district.
    """
    if not keeps_whole(user):
        return own_district(user, Role.OFFICE)
    if not asked:
        return None
    found: Unit = get_object_or_404(Unit, pk=row_number(asked) or 0, kind=Unit.Kind.DISTRICT)
    return None if found.is_root else found


def apart(book: Inherited[Any]) -> list[tuple[Unit, int]]:
    """The districts below with how many values each keeps for itself; none in a tree of one district."""
    below = Unit.objects.standing().filter(kind=Unit.Kind.DISTRICT, parent__isnull=False)
    return [(one, len(book.own(one.path))) for one in below.order_by("path")]


def apart_by_look() -> list[tuple[Unit, bool]]:
    """The districts below, and whether each has a look of its own."""
    below = Unit.objects.standing().filter(kind=Unit.Kind.DISTRICT, parent__isnull=False)
    return [(one, one.look.get("of") == one.pk) for one in below.order_by("path")]
