"""总览上的预警：几个，比上月多几个，聚在哪里，最该盯谁。"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from xushi.alerts import selectors
from xushi.alerts.lists import WATCHED
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.home import words
from xushi.home.lists import alerted, find, page, standing
from xushi.home.months import Choice
from xushi.home.ordering import open_orders
from xushi.home.regions import Region
from xushi.home.wanted import Wanted
from xushi.kit.addresses import address_of
from xushi.kit.listed import listed
from xushi.kit.once import once
from xushi.kit.phrased import Keys, ask
from xushi.progress.scope import Filters
from xushi.progress.sources import apart
from xushi.registry.models import Project
from xushi.units.tree import under

if TYPE_CHECKING:
    from xushi.units.models import User

LOOKED_AT = (Cause.OVERDUE_START, Cause.SLIPPING)
OWN = Region()
COMMON = 3  # a block named by fewer projects is no pattern
FIRST = 200  # of each cause, the alerts whose blocks are counted


@dataclass(slots=True)
class Alarms:
    """Alerts of the two causes of the first screen, and what changed in a month.

    past is the older month they speak of, None for the alerts open now; region what they are narrowed to. places
    holds territories by key, or the children of a parted region by path. An alert of now opens the list of alerts,
    one of then the month's list of projects; a project has one alert of the two causes at most.
    """

    counts: dict[str, int] = field(default_factory=dict)
    change: dict[str, int] = field(default_factory=dict)
    places: dict[int | str | None, dict[str, int]] = field(default_factory=dict)
    past: Month | None = None
    region: int | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.get(cause, 0) for cause in LOOKED_AT)

    def tile(self, cause: Cause) -> dict[str, object]:
        return {
            "cause": cause.value,
            "label": cause.label,
            "count": self.counts.get(cause, 0),
            "change": self.change.get(cause, 0),
            "tone": words.tone_of(cause),
            "url": self.url(cause),
        }

    @property
    def tiles(self) -> list[dict[str, object]]:
        return [self.tile(cause) for cause in LOOKED_AT]

    @property
    def all_url(self) -> str:
        return self.url(WATCHED)

    def url(self, cause: str, **where: int | None) -> str:
        """Where the alerts behind a number are: of one cause or of both, everywhere or in a territory or region."""
        where = {"region": self.region} | where
        where = {name: key for name, key in where.items() if key is not None}
        if self.past:
            asked = {"stage": "under_way", **where, "alert": cause, "month": self.past}
            return f"{address_of('home:projects')}?{urlencode(asked)}"
        return f"{address_of('alerts:list')}?{urlencode({'cause': cause, **where})}"


def alarms(user: "User", choice: Choice, now: datetime, here: Region = OWN) -> Alarms:
    """The alerts that judge this month, where they are, and the change on a month before: a fixed few queries."""
    if choice.stood:
        return _stood(user, choice, choice.stood, here)
    made = Alarms(region=here.key)
    for cause, tally in selectors.counts(user, now, _within(here)).items():
        if cause in LOOKED_AT:
            made.counts[cause] = tally["open"]
            made.change[cause] = tally["change"]
    places: dict[Any, dict[str, int]] = (
        selectors.open_by_region(user, here.split, LOOKED_AT)
        if here.split
        else {place.territory: place.counts for place in selectors.open_by_territory(user)}
    )
    for key, counts in places.items():
        made.places[key] = {cause: n for cause, n in counts.items() if cause in LOOKED_AT}
    return made


def _within(here: Region) -> Q:
    return Q(territory__in=under(here.key).values("pk")) if here.key else Q()


def _stood(user: "User", choice: Choice, stood: datetime, here: Region) -> Alarms:
    """The alerts that stood when an older month was closed, over its projects under way."""
    made = Alarms(past=choice.month, region=here.key)
    rows = apart(find(user, choice.month, _under_way(here)).rows.order_by(), ("region",), here.split)
    column = "region_path" if here.split else "territory"
    before = selectors.month_before(stood)
    for cause in LOOKED_AT:
        then = rows.filter(project_id__in=alerted(user, cause, stood))
        for place, count in then.values_list(column).annotate(n=Count("pk")):
            made.places.setdefault(place, {})[cause] = count
            made.counts[cause] = made.counts.get(cause, 0) + count
        earlier = rows.filter(project_id__in=alerted(user, cause, before)).count()
        made.change[cause] = made.counts.get(cause, 0) - earlier
    return made


def _under_way(here: Region) -> Wanted:
    return Wanted(filters=Filters(stage="under_way", region=here.key))


def worst(user: "User", choice: Choice, now: datetime, count: int, here: Region = OWN) -> list[words.Warned]:
    """The alerts to look at first: 应开未开 by days, then 进度滞缓 by points, with what blocks each and the
    order that is open for it; four queries.

    Of an older month those that stood then, as its facts say; what blocked them then is not kept.
    """
    if choice.stood:
        return _worst_then(user, choice, choice.stood, count, here)
    within = _within(here)
    first = [[pk for pk, _ in _first_of(some, user, within)[:count]] for some in (_longest, _furthest)]
    rows = {row.pk: row for row in ask(_named, Keys([pk for some in first for pk in some]))}
    late, slow = ([rows[pk] for pk in some if pk in rows] for some in first)
    wanted = late[: count - min(count // 3, len(slow))]
    chosen = wanted + slow[: count - len(wanted)]
    names = {alert.subject_id for alert in chosen}
    blocks = dict(ask(_blocks, Keys(names)))
    today = local_day(now)
    orders = open_orders(user, names)
    made = (words.warned(alert, today, why=blocks.get(alert.subject_id, "")) for alert in chosen)
    return [replace(row, order=orders.get(row.project)) for row in made]


@once
def _first_of(some: Callable[..., Any], user: "User", within: Q) -> list[tuple[int, int]]:
    """(alert, its project) of the first few hundred in this order."""
    return ask(_first, some, user, within)


def _first(some: Callable[..., Any], user: "User", within: Q) -> "QuerySet[Any]":
    found: QuerySet[Any] = some(user, within)[:FIRST]
    return found.values_list("pk", "subject_id")


def _longest(user: "User", within: Q) -> "QuerySet[Any]":
    late = standing(user, None).filter(within, cause=Cause.OVERDUE_START)
    return late.order_by(*selectors.own_first(user, "since", "-amount", "pk"))


def _furthest(user: "User", within: Q) -> "QuerySet[Any]":
    slow = standing(user, None).filter(within, cause=Cause.SLIPPING)
    return slow.order_by(*selectors.own_first(user, "points", "pk"))


def _named(alerts: list[int]) -> "QuerySet[Any]":
    return Alert.objects.filter(listed("pk", alerts)).select_related("territory")


def _blocks(projects: list[int]) -> "QuerySet[Any]":
    return Project.objects.filter(listed("pk", projects)).values_list("pk", "difficulty")


def _worst_then(
    user: "User", choice: Choice, stood: datetime, count: int, here: Region
) -> list[words.Warned]:
    day, wanted_here = local_day(stood), _under_way(here)
    rows = find(user, choice.month, wanted_here).rows
    late = standing(user, stood).filter(cause=Cause.OVERDUE_START, subject_id__in=rows.values("project_id"))
    late = late.select_related("territory").order_by("since", "-amount", "pk")[:count]
    slipping = replace(wanted_here, alert=Cause.SLIPPING.value)
    slow = page(find(user, choice.month, slipping, stood), slipping, user, day)[:count]
    wanted = [words.warned(alert, day) for alert in late][: count - min(count // 3, len(slow))]
    return wanted + [words.slipped(row) for row in slow[: count - len(wanted)]]


def common_blocks(user: "User", choice: Choice, alarms: Alarms, here: Region = OWN) -> tuple[list[str], int]:
    """What blocks most often, where several projects name the same thing; and among how many, 0 for all alerted.

    Looked at are the 200 longest overdue and the 200 furthest behind: all of them in a district of a few hundred
    projects, and no more to read in a large one. Three queries; none for an older month, whose blocks are not kept.
    """
    if choice.stood:
        return [], 0
    within = _within(here)
    first = {project for some in (_longest, _furthest) for _, project in _first_of(some, user, within)}
    often = ask(_common, Keys(first))
    return [row["difficulty"] for row in often], len(first) if len(first) < alarms.total else 0


def _common(projects: list[int]) -> "QuerySet[Any]":
    named = Project.objects.filter(listed("pk", projects)).exclude(difficulty="").values("difficulty")
    return named.annotate(n=Count("pk")).filter(n__gte=COMMON).order_by("-n", "difficulty")[:2]
