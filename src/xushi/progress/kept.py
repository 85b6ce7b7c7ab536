"""关了账的月份定下就不再变：从它加出来的记在进程里；有月份关账、重开，有单位撤并，才重新加。"""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Count, Max, Value

from xushi.kit import phrased
from xushi.kit.once import once
from xushi.progress.models import MonthClosing
from xushi.units.models import Unit
from xushi.units.policy import sight

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xushi.units.models import User

T = TypeVar("T")
MOST = 3000  # sums kept by one process: of a district some kilobytes each
_kept: dict[Hashable, Any] = {}


def of_closed(user: "User", closings: Sequence[MonthClosing], what: Hashable, add_up: Callable[[], T]) -> T:
    """What add_up() says of these closings for this person, which is what it said before on the same grounds.

    what says all that add_up is made of beside the person, the closings and the grounds. Its callers share the answer
    and leave it as it is. Names of units and categories change without a closing: they are no part of it.
    """
    key = (what, tuple((one.pk, one.closed_at) for one in closings), sight(user), grounds())
    found: T | None = _kept.get(key)
    if found is None:
        found = _keep(key, add_up())
    return found


def on_these_grounds(what: Hashable, look_up: Callable[[], T]) -> T:
    """What look_up() finds of the closings alone, which is what it found before on the same grounds.

    Its callers share the answer and leave it as it is.
    """
    key = (what, grounds())
    found: T | None = _kept.get(key)
    if found is None:
        found = _keep(key, look_up())
    return found


def _keep(key: Hashable, found: T) -> T:
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[key] = found
    return found


@once
def grounds() -> tuple[tuple[Any, ...], ...]:
    """What decides, beside its own facts, what is seen of a closed month: which closings there are and were reopened,
    whose units were dissolved. How many there are as well: of two closings at once the later may be there first. One
    query."""
    return tuple(sorted(phrased.ask(_grounds)))


def _grounds() -> "QuerySet[Any]":
    closings = MonthClosing.objects.order_by().annotate(of=Value("closings")).values("of")
    units = Unit.objects.order_by().annotate(of=Value("units")).values("of")
    told = {"many": Count("pk"), "last": Max("pk")}
    one = closings.annotate(**told, ended=Count("reopened_at")).values_list("of", "many", "last", "ended")
    other = units.annotate(**told, ended=Count("dissolved_on")).values_list("of", "many", "last", "ended")
    found: QuerySet[Any] = one.union(other, all=True)
    return found


def forget() -> None:
    _kept.clear()
