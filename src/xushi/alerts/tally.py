"""预警的账：开着的预警按属地、责任单位、原因、级别记数，随写随改，首页和栏目只读账。"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from xushi.alerts.models import OPEN, Alert, AlertTally
from xushi.kit.listed import listed
from xushi.kit.once import once
from xushi.kit.phrased import ask
from xushi.units.models import Role
from xushi.units.policy import parts, sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

KEY = ("territory_id", "responsible_unit_id", "cause", "level", "basis", "stage")
EVERYTHING = Q()
Key = tuple[int | None, int | None, str, str, int | None, int | None]


def key_of(alert: Alert) -> Key:
    place = (alert.territory_id, alert.responsible_unit_id)
    return (*place, str(alert.cause), str(alert.level), alert.basis, alert.stage)


def carry(changes: Mapping[Key, int]) -> None:
    """Add these changes to the tally, within the transaction of the alerts they speak of: at most four queries.

    A row that is used up goes: every closing would leave all of the one before behind.
    """
    changes = {key: change for key, change in changes.items() if change}
    if not changes:
        return
    held = AlertTally.objects.select_for_update().filter(cause__in={key[2] for key in changes})
    rows = {_key(row): row for row in held.order_by("pk")}
    changed: list[AlertTally] = []
    new: list[AlertTally] = []
    empty: list[AlertTally] = []
    for key, change in changes.items():
        row = rows.get(key)
        if row is None:
            new.append(_row(key, change))
            continue
        row.open += change
        (changed if row.open else empty).append(row)
    AlertTally.objects.bulk_update(changed, ["open"])
    AlertTally.objects.bulk_create(new)
    AlertTally.objects.filter(listed("pk", [row.pk for row in empty])).delete()


@transaction.atomic
def recount() -> int:
    """Make the tally say what the open alerts say; returns how many keys were wrong."""
    kept: Counter[Key] = Counter()
    for row in AlertTally.objects.select_for_update().order_by("pk"):
        kept[_key(row)] += row.open
    right: Counter[Key] = Counter()
    for *key, count in Alert.objects.open().order_by().values_list(*KEY).annotate(n=Count("pk")):
        right[tuple(key)] = count
    wrong = sum(kept[key] != right[key] for key in kept.keys() | right.keys())
    if wrong or len(right) < AlertTally.objects.count():
        AlertTally.objects.all().delete()
        AlertTally.objects.bulk_create(_row(key, count) for key, count in right.items())
    return wrong


def grouped(user: "User", *columns: str, within: Q = EVERYTHING, **named: Any) -> "QuerySet[Any]":
    """Rows of these columns (of the tally or beyond, as territory__name) with n, the open alerts this person sees.
    named are expressions to group by.

    within narrows by the tally's own columns.
    From the tally, a few hundred rows, for whoever is scoped by territory or unit; a project's owner and who leads
    indicators are answered from the alerts themselves, which for them are few. For a leader of a district from both, so
    that a key may stand in two rows: the tally of its territories and the alerts of what they lead elsewhere.
    """
    if sees_everything(user) or user.roles.isdisjoint({Role.LEADER, Role.OWNER, Role.INDICATOR_LEAD}):
        return _kept(AlertTally.objects.visible_to(user).filter(within), columns, named)
    seen = None if user.has_role(Role.INDICATOR_LEAD) else parts(user)
    if seen is None:
        return _open(Alert.objects.visible_to(user).filter(within), columns, named)
    territories, beyond = seen
    kept = _kept(AlertTally.objects.filter(territories, within), columns, named)
    if beyond is None:
        return kept
    both: QuerySet[Any] = kept.union(_open(Alert.objects.filter(beyond, within), columns, named), all=True)
    return both


def _kept(rows: "QuerySet[Any]", columns: tuple[str, ...], named: Mapping[str, Any]) -> "QuerySet[Any]":
    summed: QuerySet[Any] = rows.order_by().values(*columns, **named).annotate(n=Sum("open")).filter(n__gt=0)
    return summed


def _open(rows: "QuerySet[Any]", columns: tuple[str, ...], named: Mapping[str, Any]) -> "QuerySet[Any]":
    counted: QuerySet[Any] = rows.filter(OPEN).order_by().values(*columns, **named).annotate(n=Count("pk"))
    return counted


@once
def by_level(user: "User") -> list[dict[str, Any]]:
    """Rows of cause, level and n: the open alerts this person sees; one query."""
    return ask(_by_level, user)


def _by_level(user: "User") -> "QuerySet[Any]":
    return grouped(user, "cause", "level")


def open_counts(user: "User") -> Counter[str]:
    """The open alerts this person sees, by cause; one query, which a page asks once."""
    counts: Counter[str] = Counter()
    for row in by_level(user):
        counts[row["cause"]] += row["n"]
    return counts


def _key(row: AlertTally) -> Key:
    return row.territory_id, row.responsible_unit_id, row.cause, row.level, row.basis, row.stage


def _row(key: Key, count: int) -> AlertTally:
    return AlertTally(**dict(zip(KEY, key, strict=True)), open=count)
