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
        found = add_up()
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = found
    return found


@once
def grounds() -> tuple[tuple[Any, ...], ...]:
    """What decides, beside its own facts, what is seen of a closed month: which closings there are and were reopened,
    whose units were dissolved. One query."""
    return tuple(sorted(phrased.ask(_grounds)))


def _grounds() -> "QuerySet[Any]":
    closings = MonthClosing.objects.order_by().annotate(of=Value("closings")).values("of")
    units = Unit.objects.order_by().annotate(of=Value("units")).values("of")
    one = closings.annotate(last=Max("pk"), ended=Count("reopened_at")).values_list("of", "last", "ended")
    other = units.annotate(last=Max("pk"), ended=Count("dissolved_on")).values_list("of", "last", "ended")
    found: QuerySet[Any] = one.union(other, all=True)
    return found


def forget() -> None:
    _kept.clear()
