"""数字：走到每一步的有几个、多少钱、停几个、失几个、多少天；每次活动各有几个。每个数都打开它背后的清单。"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from xushi.core.figure import Figure, FigureUnit
from xushi.core.money import yi
from xushi.core.months import Month
from xushi.kit import amounts
from xushi.registry.containers import within_wide
from xushi.signings.models import LIVE, Signing, SigningEvent, SigningStage
from xushi.signings.rules import Stage, Step, took
from xushi.signings.wanted import Limits, Wanted, late
from xushi.units.owned import seen_over
from xushi.units.policy import DISTRICT_WIDE, sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

SCOPE = "签约项目"
LAPSED = Q(state="lapsed")


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One stage: count and amount of those that came to it; went on + stay + lost make up the count."""

    step: Step
    count: Figure
    amount: Figure
    stay: Figure
    lost: Figure
    days: Figure
    passed_over: int
    most: int  # signed in all, the length of the whole bar
    longest: int  # the longest of all medians and limits, the length of the bar of days

    @property
    def stage(self) -> Stage:
        return self.step.stage

    @property
    def went(self) -> int:
        return self.step.count - self.step.stay - self.step.lost


@dataclass(frozen=True, slots=True)
class EventRow:
    """One 签约活动: its signings, and what was printed of it where that differs (待核)."""

    event: SigningEvent
    count: Figure
    amount: Figure
    started: Figure
    late: Figure
    lost: Figure
    most: int  # the count of the largest event

    @property
    def total(self) -> str:
        """As events print it: a second place only where there is one, 205.56 and 105.0."""
        return _short(self.amount.text(1), self.amount.text(2))

    @property
    def published(self) -> str:
        """What was printed of its amount, in the same way."""
        printed = self.event.published_amount
        return _short(amounts.yi(printed), amounts.yi(printed, 2))

    @property
    def moving(self) -> int:
        """Neither started nor past a limit nor lost."""
        numbers = (self.count, self.started, self.late, self.lost)
        whole, *parts = (int(figure.value or 0) for figure in numbers)
        return whole - sum(parts)


def _short(one: str, two: str) -> str:
    return one if two == f"{one}0" else two


@dataclass(frozen=True, slots=True)
class Funnel:
    rows: list[FunnelRow]
    late: Figure
    due: Figure

    @property
    def steps(self) -> list[Step]:
        return [row.step for row in self.rows]


def funnel(user: "User", wanted: Wanted, limits: Limits, today: date) -> Funnel:
    """The signings this person sees, by stage, within what narrows the figures; three queries."""
    seen = Signing.objects.visible_to(user).filter(wanted.scope().condition(limits, today)).order_by()
    return funnel_of(seen, wanted.scope().address, limits, today)


def funnel_of(seen: Any, address: str, limits: Limits, today: date) -> Funnel:
    """Of these signings; address: what narrows them, which every list behind a number keeps."""
    found = {row["stage"]: row for row in seen.values("stage").annotate(
        stay=Count("pk", filter=LIVE), stay_amount=Sum("amount", filter=LIVE), lost=Count("pk", filter=LAPSED),
        lost_amount=Sum("amount", filter=LAPSED), late=Count("pk", filter=late(limits, today)),
        due=Count("pk", filter=Wanted(due="1").condition(limits, today)),
    )}  # fmt: skip
    days, over = _days(seen)
    steps, count, amount = [], 0, 0
    for stage in reversed(Stage):
        row = found.get(stage.value, {})
        stay, lost = row.get("stay", 0), row.get("lost", 0)
        stay_amount, lost_amount = row.get("stay_amount") or 0, row.get("lost_amount") or 0
        count, amount = count + stay + lost, amount + stay_amount + lost_amount
        half = median(days[stage]) if days[stage] else None
        middle = None if half is None else int(half + 0.5)
        sums = (count, amount, stay, stay_amount, lost, lost_amount, row.get("late", 0))
        steps.append(Step(stage, *sums, middle, limits.get(stage)))
    steps.reverse()
    longest = max([1, *(max(step.median or 0, step.limit or 0) for step in steps)])
    base = f"{address}&" if address else ""
    rows = [_row(step, over[step.stage], max(count, 1), longest, base, today) for step in steps]
    told = {name: sum(row[name] for row in found.values()) for name in ("late", "due")}
    return Funnel(
        rows,
        _figure("late", "超目标", told["late"], today, f"{base}late=1"),
        _figure("due", "跟进逾期", told["due"], today, f"{base}due=1"),
    )


def _days(seen: Any) -> tuple[Mapping[Stage, list[int]], Mapping[Stage, int]]:
    """How long those that went on took from each stage, and how many passed it over; one query."""
    stages: dict[int, dict[Stage, date | None]] = defaultdict(dict)
    rows = SigningStage.objects.filter(signing__in=seen.values("pk")).order_by()
    for pk, stage, day in rows.values_list("signing_id", "stage", "reached_on"):
        stages[pk][Stage(stage)] = day
    days: dict[Stage, list[int]] = defaultdict(list)
    over: dict[Stage, int] = defaultdict(int)
    for own in stages.values():
        for stage, count in took(own).items():
            days[stage].append(count)
        for stage, day in own.items():
            over[stage] += day is None
    return days, over


def _row(step: Step, over: int, most: int, longest: int, base: str, today: date) -> FunnelRow:
    key = step.stage.value
    name, label = step.stage.name.lower(), step.stage.label
    return FunnelRow(
        step,
        _figure(f"{name}.count", label, step.count, today, f"{base}reached={key}"),
        _money(f"{name}.amount", f"{label}金额", step.amount, today, f"{base}reached={key}"),
        _figure(f"{name}.stay", step.stage.waiting, step.stay, today, f"{base}at={key}&state=live"),
        _figure(f"{name}.lost", f"{label}后流失", step.lost, today, f"{base}at={key}&state=lapsed"),
        _figure(f"{name}.days", "中位天数", step.median, today, f"{base}reached={key + 1}", FigureUnit.CALENDAR_DAYS),
        over,
        most,
        longest,
    )  # fmt: skip


def events(user: "User", wanted: Wanted, limits: Limits, today: date) -> list[EventRow]:
    """签约活动 that this person sees signings of, the earliest first; who oversees all of one sees it empty too."""
    narrowed = Wanted(territory=wanted.territory, category=wanted.category, unit=wanted.unit, q=wanted.q)
    seen = Signing.objects.visible_to(user).filter(narrowed.condition(limits, today)).order_by()
    started = LIVE & Q(stage__gte=Stage.STARTED)
    found = {row["event"]: row for row in seen.values("event").annotate(
        n=Count("pk"), total=Sum("amount"), started=Count("pk", filter=started),
        late=Count("pk", filter=late(limits, today)), lost=Count("pk", filter=LAPSED),
    )}  # fmt: skip
    base = f"{narrowed.address}&" if narrowed.address else ""
    most = max([1, *(row["n"] for row in found.values())])
    plain = not narrowed.address
    everything = plain and sees_everything(user)
    rows = SigningEvent.objects.select_related("district").order_by("held_on", "pk")
    if not everything:
        wide = [held.scope for held in user.appointments_in_force if held.role in DISTRICT_WIDE]
        rows = rows.filter(Q(pk__in=list(found)) | seen_over(wide) & Q(district__isnull=False))
    made = []
    for event in rows:
        own = plain and event.district is not None and within_wide(user, event.district)
        if everything or own or event.pk in found:
            made.append(_event(event, found.get(event.pk, {}), base, most, today, whole=everything or own))
    return made


def _event(
    event: SigningEvent, row: Mapping[str, Any], base: str, most: int, today: date, *, whole: bool
) -> EventRow:
    """Only whoever sees the whole of it can hold it against what was printed."""
    rows = f"{base}event={event.pk}"
    count, total = row.get("n", 0), row.get("total", 0)
    printed = (event.published_count, event.published_amount) if whole else (None, None)
    source = event.published_source
    return EventRow(
        event,
        _figure("event.count", "个数", count, today, rows, published=printed[0], source=source),
        _money("event.amount", "总投资", total, today, rows, published=printed[1], source=source),
        _figure("event.started", "开工", row.get("started", 0), today, f"{rows}&reached=6&state=live"),
        _figure("event.late", "超目标", row.get("late", 0), today, f"{rows}&late=1"),
        _figure("event.lost", "流失", row.get("lost", 0), today, f"{rows}&state=lapsed"),
        most,
    )


def _figure(
    name: str,
    label: str,
    number: int | None,
    today: date,
    rows: str,
    unit: FigureUnit = FigureUnit.COUNT,
    *,
    published: int | None = None,
    source: str = "",
) -> Figure:
    value = None if number is None else Decimal(number)
    differs = None if published in (None, number) else Decimal(published or 0)
    return Figure(
        name, label, value, unit, Month.of(today), SCOPE, closed=False, rows=rows, published=differs,
        published_source=source if differs is not None else "",
    )  # fmt: skip


def _money(
    name: str,
    label: str,
    yuan: int,
    today: date,
    rows: str,
    *,
    published: int | None = None,
    source: str = "",
) -> Figure:
    differs = None if published in (None, yuan) else yi(published or 0)
    return Figure(
        name, label, yi(yuan), FigureUnit.YI, Month.of(today), SCOPE, closed=False, rows=rows, published=differs,
        published_source=source if differs is not None else "",
    )  # fmt: skip
