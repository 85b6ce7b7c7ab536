"""栏目旁的数：一个人的事，每页都数一遍；问法记着，数每次从库里来。"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Value

from xushi.alerts import tally
from xushi.alerts.lists import WATCHED
from xushi.alerts.rules import OF_INDICATORS
from xushi.core.clock import local_day
from xushi.duties.selectors import todo
from xushi.home import counted
from xushi.home import nav as entries
from xushi.home.alarms import LOOKED_AT
from xushi.kit import phrased
from xushi.notices.selectors import unread_tally
from xushi.notices.watching import may_listen
from xushi.permits.selectors import waiting_steps
from xushi.problems.models import Problem
from xushi.progress import figures
from xushi.progress.closed import last_month_for
from xushi.progress.scope import Filters
from xushi.sites.models import Camera
from xushi.supervision.instruction_pages import WAITING
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.sight import Sight, in_sight, sight_of
from xushi.supervision.wanted import NEAR, day_after, due_by
from xushi.units.models import Role

if TYPE_CHECKING:
    from datetime import date

    from xushi.units.models import User

ORDER = SupervisionOrder._meta.label_lower
OWED = ("duties", "orders", "instructions")


def counts(user: "User", wanted: set[str], now: datetime) -> entries.Counts:
    """What stands beside the entries wanted: at most seven queries."""
    made, today = entries.Counts(), local_day(now)
    if wanted & {"alerts", "indicator_alerts"}:
        found = tally.open_counts(user)
        made.by_key["alerts"] = sum(found[cause] for cause in LOOKED_AT)
        made.by_key["indicator_alerts"] = sum(found[cause] for cause in OF_INDICATORS)
        made.narrowed["alerts"] = f"cause={WATCHED}"
    if "duties" in wanted:
        owed = phrased.ask(_owed, user, today)
        made.by_key |= dict(zip(OWED, owed[0], strict=True)) if owed else {}
        made.narrowed["orders"] = "tab=mine"
    _count_open(user, wanted, now, made)
    if "projects" in wanted:
        made.by_key["projects"] = under_way_count(user)
    return made


def _owed(user: "User", today: "date") -> "QuerySet[Any]":
    """One row: all that is owed, the orders among it, the instructions that wait for this person."""
    parts = {
        "duties": Count("pk"),
        "orders": Count("subject_id", distinct=True, filter=Q(subject_kind=ORDER)),
        "instructions": Count("pk", filter=Q(kind__in=WAITING)),
    }
    return phrased.one_row(todo(user, today), {name: parts[name] for name in OWED})


def _count_open(user: "User", wanted: set[str], now: datetime, made: entries.Counts) -> None:
    """Open problems, the projects waiting for permits, the sites with cameras; for leaders, who owe no orders, also the
    orders at the units that are overdue or soon due; with them the messages not yet read. Two queries.
    """
    today = local_day(now)
    known = counted.kept("permits", user, today) if "permits" in wanted else None
    asked = wanted & {"problems", "cameras"} | ({"permits"} if known and known.count is None else set())
    if "problems" in wanted and user.has_role(Role.LEADER):
        asked.add("orders")
        made.narrowed["orders"] = "flag=soon"
    if asked and may_listen(user):
        asked.add("unread")
    if asked:
        sight = sight_of(user) if "orders" in asked else None
        near = day_after(today, NEAR)
        made.by_key |= dict(phrased.ask(_open, user, frozenset(asked), sight, today, near))
        made.unread = made.by_key.pop("unread", None)
    if known:
        count = made.by_key.pop("permits", 0) if known.count is None else known.count
        known.keep(count)
        made.by_key |= {"permits": count} if count else {}


def _open(
    user: "User", asked: frozenset[str], sight: Sight, today: "date", near: datetime
) -> "QuerySet[Any]":
    """A row for each: its key and how many."""
    tallies = []
    if "problems" in asked:
        tallies.append(_tally("problems", Problem.objects.open().visible_to(user)))
    if "permits" in asked:
        tallies.append(_tally("permits", waiting_steps(user, today), "project"))
    if "cameras" in asked:
        tallies.append(_tally("cameras", Camera.objects.in_use().visible_to(user), "project"))
    if "orders" in asked:
        soon = in_sight(user, sight).filter(due_by(near))
        tallies.append(_tally("orders", soon))
    if "unread" in asked:
        tallies.append(unread_tally(user))
    found: QuerySet[Any] = tallies[0].union(*tallies[1:], all=True) if len(tallies) > 1 else tallies[0]
    return found


def _tally(key: str, rows: Any, of: str = "pk") -> Any:
    """One row: the key and how many rows there are, or how many different ones they are of."""
    keyed = rows.order_by().annotate(key=Value(key)).values("key")
    return keyed.annotate(n=Count(of, distinct=of != "pk")).values_list("key", "n")


def under_way_count(user: "User") -> int:
    """当年实施 of the district list at the last month closed for this person: the figure under_way."""
    month = last_month_for(user)
    return figures.count(user, month, Filters(stage="under_way")) if month else 0
