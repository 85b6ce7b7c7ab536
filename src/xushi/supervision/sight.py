"""一个人看得到的督办单：一页里要问它十来遍，只找一次。"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from xushi.kit.listed import listed
from xushi.kit.once import once, reading
from xushi.kit.phrased import Keys, ask
from xushi.supervision.models import OrderQuerySet, SupervisionOrder
from xushi.supervision.policy import OVERSEERS

if TYPE_CHECKING:
    from xushi.units.models import User

MOST = 5_000  # named one by one; of more the way to them is asked each time
Sight = Sequence[int] | None


def sight_of(user: "User") -> Keys | None:
    """The numbers of the orders in this person's sight, one query; None where each question must ask for itself."""
    return _found(user) if reading() and not _whole(user) else None


@once
def _found(user: "User") -> Keys | None:
    found = [pk for (pk,) in ask(_seen, user)]
    return Keys(found) if len(found) <= MOST else None


def _whole(user: "User") -> bool:
    """Of everything there is no list; it is one condition, and the cheapest."""
    return any(held.role in OVERSEERS and held.scope.is_root for held in user.appointments_in_force)


def _seen(user: "User") -> "QuerySet[Any]":
    orders = SupervisionOrder.objects.visible_to(user).order_by()
    found: QuerySet[Any] = orders.values_list("pk")[: MOST + 1]
    return found


def in_sight(user: "User", sight: Sight) -> OrderQuerySet:
    """The orders that a person may see, of which sight names every one where it is given."""
    orders: OrderQuerySet = SupervisionOrder.objects.all()
    return orders.visible_to(user) if sight is None else orders.filter(listed("pk", sight))
