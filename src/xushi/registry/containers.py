"""会次、签约活动、开工仪式：里面有几个区的东西时，谁看得到它，谁管它。"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.units.districts import is_whole, keeps, keeps_whole, own_district
from xushi.units.models import Role
from xushi.units.owned import seen_over
from xushi.units.policy import DISTRICT_WIDE

if TYPE_CHECKING:
    from xushi.units.models import Unit, User


def stands_alone(user: "User") -> bool:
    """Whether no district stands beside what this person works in: then there is nothing to keep apart."""
    return any(is_whole(one.scope) for one in user.appointments_in_force)


def seen_containers(user: "User", holding: Q, alone: bool | None = None) -> Q:
    """Of what belongs to a district and holds rows: what this person sees. holding: it holds a row that they see.

    Whoever oversees a place sees what all share, what is of the districts above and of those within; everybody those
    that hold something of theirs. alone: stands_alone(user), where a question in kept words asks.
    """
    if stands_alone(user) if alone is None else alone:
        return Q()
    wide = [one.scope for one in user.appointments_in_force if one.role in DISTRICT_WIDE]
    return seen_over(wide) | holding if wide else holding


def place_of(user: "User | None") -> "Unit | None":
    """Whose it becomes when this person's office begins one; None where that is all districts, or the only one."""
    return own_district(user, Role.OFFICE) if user else None


def may_begin(user: "User") -> bool:
    """Whether this person begins one: the office of a district, or of all of them."""
    return keeps(user, place_of(user))


def of_several(rows: Iterable[Any]) -> bool:
    """Whether these are of more than one district, so that each is to be told apart."""
    return len({one.district_id for one in rows if one is not None}) > 1


def kept(user: "User", rows: Iterable[Any]) -> set[int]:
    """The primary keys of those that this person's office keeps; as many queries however many rows."""
    whole, own = keeps_whole(user), place_of(user)
    return {one.pk for one in rows if whole or (own is not None and one.district_id == own.pk)}


def within_wide(user: "User", district: "Unit") -> bool:
    """Whether this person oversees all of a district."""
    held = user.appointments_in_force
    return any(one.role in DISTRICT_WIDE and district.path.startswith(one.scope.path) for one in held)
