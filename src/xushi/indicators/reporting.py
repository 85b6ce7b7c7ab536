"""谁哪天前报哪几个数：全区的由责任单位报，分下去的各单位报自己的；没报、没免的一直催，都一项一项数得出。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, Q

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.indicators.figures import spec_kept
from xushi.indicators.models import Indicator, Observation, Version
from xushi.indicators.models_reporting import IN_FORCE, Waiver
from xushi.indicators.models_tasks import Target
from xushi.indicators.policy import EVERYTHING, Asked
from xushi.indicators.spec import Spec
from xushi.units.models import Unit

State = Observation.State
AHEAD, OPEN, OVERDUE, WAIVED, WAITING, LATE, IN = (
    "ahead",
    "open",
    "overdue",
    "waived",
    "waiting",
    "late",
    "in",
)
STATES = {
    OVERDUE: "过期没报", OPEN: "要报", WAITING: "待审", LATE: "迟报", IN: "按时报", WAIVED: "免报", AHEAD: "没到时候",
}  # fmt: skip
MARKS = {
    OVERDUE: "overdue", OPEN: "pending", WAITING: "working", LATE: "closed", IN: "closed", WAIVED: "closed",
    AHEAD: "not_due",
}  # fmt: skip
Key = tuple[int, int | None, str]
"""An indicator, the unit whose own figure it is (None: the district's), a month."""


def period_of(month: Month) -> str:
    return f"{month.year}-{month.number:02d}"


def due_on(card: Indicator, month: Month) -> date:
    after = month.next
    return date(after.year, after.number, min(card.due_day, 28))


def months_of(card: Indicator, year: int) -> list[Month]:
    """The months of a year that an indicator is reported for."""
    step = 3 if card.pace == Indicator.Pace.QUARTER else 1
    return [Month(year, number) for number in range(step, 13, step)]


def columns_reported(spec: Spec) -> list[str]:
    """The codes of what a version is scored by, each once, in its order."""
    parents = {node.parent for node in spec.nodes.values()}
    return list(dict.fromkeys(node.data or code for code, node in spec.nodes.items() if code not in parents))


def cards_reported(spec: Spec, cards: Mapping[str, Indicator]) -> list[Indicator]:
    """Those of a version that somebody reports, each once; tasks are worked out from their steps."""
    columns = columns_reported(spec)
    return [cards[one] for one in columns if one in cards and cards[one].kind != Indicator.Kind.TASK]


def reporter_of(card: Indicator) -> Unit | None:
    """谁报全区的: the responsible unit, else the leading group, or who took their place; None: the office."""
    return present(card.lead or card.group)


def present(unit: Unit | None) -> Unit | None:
    """The unit, or who took its place."""
    return unit.successor if unit and unit.dissolved_on and unit.successor else unit


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one figure: when it first came, and how it stands now."""

    first: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Item:
    """One figure that is asked for: of which indicator, up to which month, and how far it has come today.

    target: what was handed down to a unit, whose own figure this is; None for the district's.
    """

    card: Indicator
    month: Month
    told: Told | None
    today: date
    target: Target | None = None
    waiver: Waiver | None = None

    @property
    def key(self) -> Key:
        return self.card.pk, self.target.unit_id if self.target else None, self.period

    @property
    def key_text(self) -> str:
        """The key as a form sends it: 46-0-2018-08, 46-12-2018-08."""
        return f"{self.card.pk}-{self.target.unit_id if self.target else 0}-{self.period}"

    @property
    def reporter(self) -> Unit | None:
        return present(self.target.unit) if self.target else reporter_of(self.card)

    @property
    def whose(self) -> str:
        """全区的 or the unit's own."""
        return f"{self.target.unit.name}的" if self.target else "全区的"

    @property
    def due_on(self) -> date:
        return due_on(self.card, self.month)

    @property
    def period(self) -> str:
        return period_of(self.month)

    @property
    def reported(self) -> bool:
        return self.told is not None and self.told.state != State.RETURNED

    @property
    def returned(self) -> bool:
        return self.told is not None and self.told.state == State.RETURNED

    @property
    def late(self) -> bool:
        """It is here, and first came after its day."""
        return self.told is not None and self.reported and local_day(self.told.first) > self.due_on

    @property
    def state(self) -> str:
        """What is missing stays owed, however many months have come since, until it is reported or waived."""
        if self.told is not None and self.reported:
            return WAITING if self.told.state == State.WAITING else LATE if self.late else IN
        if self.waiver is not None:
            return WAIVED
        if self.month >= Month.of(self.today):
            return AHEAD
        return OPEN if self.due_on >= self.today else OVERDUE

    @property
    def owed(self) -> bool:
        return self.state in (OPEN, OVERDUE)

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def words(self) -> str:
        return f"退回，{STATES[self.state]}" if self.returned else STATES[self.state]


def items_of(version: Version, today: date, asked: Asked = EVERYTHING) -> list[Item]:
    """Every figure the version's year asks of the district and of the units its targets are handed down to.

    Seven queries, whatever the number.
    """
    rows = Indicator.objects.filter(system=version.system_id).filter(asked.cards)
    known = {one.code: one for one in rows.select_related("lead__successor", "group__successor")}
    spec, since = spec_kept(version), asked_since(version)
    owed: list[tuple[Indicator, Target | None, date]] = [
        (card, None, since) for card in cards_reported(spec, known)
    ]
    owed += [(one.indicator, one, max(since, first)) for one, first in _carried(version, spec, asked)]
    told, waived = _told(version), _waived(version)
    made = []
    for card, target, begins in owed:
        unit = target.unit_id if target else None
        for month in months_of(card, version.year):
            if due_on(card, month) >= begins:
                key = card.pk, unit, period_of(month)
                made.append(Item(card, month, told.get(key), today, target, waived.get(key)))
    return made


def asked_since(version: Version) -> date:
    """The day the year's first version was put in use: what was due before it nobody was asked for. One query."""
    same_year = Version.objects.filter(system=version.system_id, year=version.year)
    first: datetime | None = same_year.aggregate(first=Min("used_at"))["first"]
    return local_day(first or version.at)


def _carried(version: Version, spec: Spec, asked: Asked) -> list[tuple[Target, date]]:
    """The standing targets of the year, and since when each unit has carried one of the indicator. Two queries.

    A unit that carries what it answers for anyway reports the district's figure, and is not asked for it twice.
    """
    rows = Target.objects.filter(indicator__system=version.system_id, year=version.year)
    rows = rows.exclude(indicator__kind=Indicator.Kind.TASK)
    if asked is not EVERYTHING:
        cards = Indicator.objects.filter(asked.cards).values("pk")
        units = Unit.objects.filter(asked.units).values("pk")
        rows = rows.filter(Q(indicator__in=cards) | Q(unit__in=units))
    since = _carried_since(rows.order_by("at", "pk").values_list("indicator", "unit", "at", "replaced_at"))
    columns = {code: place for place, code in enumerate(columns_reported(spec))}
    standing = rows.filter(replaced_at=None).select_related(
        "unit__successor", "indicator__lead__successor", "indicator__group__successor"
    )
    made = [
        (one, since[one.indicator_id, one.unit_id])
        for one in standing
        if one.indicator.code in columns and present(one.unit) != reporter_of(one.indicator)
    ]
    return sorted(made, key=lambda one: columns[one[0].indicator.code])


def _carried_since(rows: Iterable[tuple[int, int, datetime, datetime | None]]) -> dict[tuple[int, int], date]:
    """A target that replaced another goes on from it; one that comes after it was taken back begins anew."""
    made: dict[tuple[int, int], date] = {}
    until: dict[tuple[int, int], datetime | None] = {}
    for indicator, unit, at, replaced in rows:
        key = indicator, unit
        if until.get(key) != at:
            made[key] = local_day(at)
        until[key] = replaced
    return made


def _told(version: Version) -> dict[Key, Told]:
    """The figures of the year, the district's and the units'; a figure has one standing row a vintage, and those
    replaced. One query.
    """
    rows = Observation.objects.filter(
        Q(participant__own=True) | Q(participant__unit__isnull=False),
        participant__system=version.system_id, period__startswith=f"{version.year}-",
    ).order_by("reported_at", "pk")  # fmt: skip
    made: dict[Key, Told] = {}
    for indicator, unit, own, period, state, replaced, at in rows.values_list(
        "indicator_id",
        "participant__unit",
        "participant__own",
        "period",
        "state",
        "replaced_at",
        "reported_at",
    ):
        key = indicator, None if own else unit, period
        was = made.get(key)
        now = was.state if was else State.RETURNED
        if replaced is None:
            now = min(now, state, key=_ORDER.index)
        made[key] = Told(was.first if was else at, now)
    return made


_ORDER = (State.WAITING, State.ACCEPTED, State.RETURNED)


def _waived(version: Version) -> dict[Key, Waiver]:
    """What need not be reported any more; one query."""
    rows = Waiver.objects.filter(
        IN_FORCE, indicator__system=version.system_id, period__startswith=f"{version.year}-"
    )
    return {(one.indicator_id, one.unit_id, one.period): one for one in rows}


def owed_now(items: Iterable[Item]) -> list[Item]:
    """What has to be reported now: the months that are over and not yet due, and what is past its day."""
    return [one for one in items if one.owed]
