"""关了账的月份定下就不再变：从它加出来的记在进程里；有月份关账、重开，有单位撤并，才重新加。"""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db.models import Count, Max, Subquery, Value

from xushi.journal.models import Event
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
    return _known((what, tuple((one.pk, one.closed_at) for one in closings), sight(user), grounds()), add_up)


def of_the_closings(what: Hashable, look_up: Callable[[], T]) -> T:
    """What look_up() finds of the closings alone, which is what it found before if none was made or reopened since.

    Its callers share the answer and leave it as it is.
    """
    return _known((what, pulse().closings), look_up)


def _known(key: Hashable, make: Callable[[], T]) -> T:
    found: T | None = _kept.get(key)
    if found is None:
        found = make()
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = found
    return found


def grounds() -> tuple[Any, ...]:
    """What decides, beside its own facts, what is seen of a closed month: which closings there are and were reopened,
    whose units were dissolved."""
    now = pulse()
    return now.closings, now.units


class Pulse(NamedTuple):
    """What a page asks once to know what it still knows. newest: the number of the newest event."""

    closings: tuple[Any, ...]
    units: tuple[Any, ...]
    newest: int | None


@once
def pulse() -> Pulse:
    """One query. Of closings how many there are as well: of two made at once the later may be there first."""
    (_, *closings, _), (_, *units, newest) = sorted(phrased.ask(_pulse))
    return Pulse(tuple(closings), tuple(units), newest)


def _pulse() -> "QuerySet[Any]":
    closings = MonthClosing.objects.order_by().annotate(of=Value("closings")).values("of")
    dissolved = Unit.objects.order_by().filter(dissolved_on__isnull=False)
    units = dissolved.annotate(of=Value("units")).values("of")
    one = closings.annotate(many=Count("pk"), last=Max("pk"), ended=Count("reopened_at"), newest=Value(0))
    other = units.annotate(many=Value(0), last=_last(Unit), ended=Count("pk"), newest=_last(Event))
    columns = ("of", "many", "last", "ended", "newest")
    found: QuerySet[Any] = one.values_list(*columns).union(other.values_list(*columns), all=True)
    return found


def _last(model: Any) -> Subquery:
    return Subquery(model.objects.order_by("-pk").values("pk")[:1])


def forget() -> None:
    _kept.clear()
