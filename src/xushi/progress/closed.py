"""哪一次关账：一个人看到的、一个项目的某个月，是哪个区、哪一版定下的。"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from xushi.core.months import Month
from xushi.kit.once import once, reading
from xushi.kit.phrased import ask
from xushi.progress import kept
from xushi.progress.models import MonthClosing
from xushi.registry.models import Project
from xushi.units.models import Unit
from xushi.units.policy import NOTHING, SEEING, scoped, sees_everything, sight
from xushi.units.tree import above, nearest_districts

if TYPE_CHECKING:
    from xushi.units.models import User

COLUMNS = tuple(field.attname for field in MonthClosing._meta.concrete_fields)


def closing_for(user: "User", month: Month) -> MonthClosing | None:
    """The closing that fixes a month for what this person sees; None while it is open. One query where the tree is
    one district, three at most where it has several; a page that is read asks once for all months.
    """
    if reading():
        return next((one for one in _all(user) if one.month == month), None)
    return next(iter(_of(user, MonthClosing.objects.in_force().filter(month=month))), None)


def closings_for(user: "User", limit: int | None = None) -> list[MonthClosing]:
    """The closings in force for what this person sees, the latest month first, one a month."""
    return _all(user)[:limit]


@once
def _all(user: "User") -> list[MonthClosing]:
    if not reading():
        return _chosen(user, ask(_near, user))
    near = kept.of_the_closings((_near, sight(user)), lambda: ask(_near, user))
    return _chosen(user, [_own(one) for one in near])


def _own(closing: MonthClosing) -> MonthClosing:
    """The same row for this page alone: whom a page looks up along it is of that page's moment."""
    values = [getattr(closing, name) for name in COLUMNS]
    own: MonthClosing = MonthClosing.from_db(closing._state.db, COLUMNS, values)
    return own


def last_closing_for(user: "User", on_or_before: Month | None = None) -> MonthClosing | None:
    """The closing of the last month that is closed for what this person sees."""
    if reading():
        return next((one for one in _all(user) if not on_or_before or one.month <= on_or_before), None)
    found = MonthClosing.objects.in_force()
    return next(iter(_of(user, found.filter(month__lte=on_or_before) if on_or_before else found)), None)


def last_month_for(user: "User", on_or_before: Month | None = None) -> Month | None:
    closing = last_closing_for(user, on_or_before)
    return closing.month if closing else None


def _of(user: "User", closings: "QuerySet[MonthClosing]") -> list[MonthClosing]:
    """Of these, those that hold for this person: their district's before that of the whole tree."""
    return _chosen(user, list(closings.filter(_nearby(user)).order_by("-month")))


def _near(user: "User") -> "QuerySet[MonthClosing]":
    closings: QuerySet[MonthClosing] = MonthClosing.objects.in_force().filter(_nearby(user))
    return closings.order_by("-month")


def _nearby(user: "User") -> Q:
    paths = set() if sees_everything(user) else {path for scope in _scopes(user) for path in above(scope)}
    nearby = Q(district__path__in=sorted(paths)) & ~Q(kind=MonthClosing.Kind.DIRECT) if paths else NOTHING
    return Q(district=None) | nearby


def _chosen(user: "User", near: list[MonthClosing]) -> list[MonthClosing]:
    place = place_of(user) if any(one.district_id for one in near) else None
    of_month = {one.month: one for one in near if one.district_id is None}
    if place:
        of_month |= {one.month: one for one in near if one.district_id == place.pk}
    return [of_month[month] for month in sorted(of_month, reverse=True)]


def _scopes(user: "User") -> list[str]:
    return [held.scope.path for held in user.appointments_in_force if held.role in SEEING]


def place_of(user: "User") -> Unit | None:
    """The smallest district or city that everything this person sees lies in; None for the whole tree.

    Who has projects in two districts has a month closed only once the city above both is: what is fixed in one and
    moves in the other is never told as one figure. Two queries, once for a person while their appointments stand.
    """
    if sees_everything(user):
        return None
    kept = user.__dict__.get("_place")
    if kept is None or kept[0] is not user.appointments_in_force:
        kept = user.__dict__["_place"] = (user.appointments_in_force, _place_of(user))
    found: Unit | None = kept[1]
    return found


def _place_of(user: "User") -> Unit | None:
    stood_on = Project.objects.filter(scoped(user)).values("territory")
    paths = [*_scopes(user), *Unit.objects.filter(pk__in=stood_on).values_list("path", flat=True)]
    shared = [steps[0] for steps in zip(*map(above, paths), strict=False) if len(set(steps)) == 1]
    found = Unit.objects.filter(kind=Unit.Kind.DISTRICT, path__in=shared).order_by("-path").first()
    return None if found is None or found.is_root else found


def closed_territories(months: Collection[Month], territories: Iterable[int]) -> set[tuple[Month, int]]:
    """(month, territory) of those whose month is closed; one query where the tree is one district, else three."""
    wanted = set(territories)
    fixing = MonthClosing.objects.in_force().filter(
        Q(district=None) | ~Q(kind=MonthClosing.Kind.SUMMED), month__in=months
    )
    said = set(fixing.order_by().values_list("month", "district"))
    closed = {(month, one) for month, district in said if district is None for one in wanted}
    if any(district for _, district in said):
        place = nearest_districts(wanted)
        closed |= {(month, one) for month in months for one in wanted if (month, place.get(one)) in said}
    return closed


def last_month_at(territory: int, on_or_before: Month) -> Month | None:
    """The last month closed for projects on this territory; one query, three where the tree has several districts."""
    fixing = MonthClosing.objects.in_force().filter(
        Q(district=None) | ~Q(kind=MonthClosing.Kind.SUMMED), month__lte=on_or_before
    )
    said = list(fixing.order_by("-month").values_list("month", "district"))
    place = nearest_districts([territory]).get(territory) if any(district for _, district in said) else None
    return next((month for month, district in said if district in (None, place)), None)


def is_closed_at(territory: int, month: Month) -> bool:
    """Whether the month is closed for projects on this territory."""
    return bool(closed_territories([month], [territory]))
