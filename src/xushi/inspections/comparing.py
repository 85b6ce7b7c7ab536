"""月报与现场：点位看到的完成率，旁边是那时最近关账月的月报数和序时；数从月度事实里来。"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from xushi.core.money import half_up, share
from xushi.core.months import Month
from xushi.inspections.models import Visit
from xushi.inspections.rules import APART, Agreement, agreement
from xushi.progress.models import ProjectMonth


@dataclass(frozen=True, slots=True)
class Compared:
    """Shares of the year plan (0–1, unrounded): as reported, as seen, as due; None where there is none."""

    month: Month | None
    reported: Decimal | None
    seen: Decimal | None
    due: Decimal | None

    @property
    def agreement(self) -> Agreement:
        return agreement(self.reported, self.seen)

    @property
    def points(self) -> Decimal | None:
        """How many points the site is ahead of what was reported; negative where behind."""
        return None if self.reported is None or self.seen is None else (self.seen - self.reported) * 100

    @property
    def apart(self) -> bool:
        return self.points is not None and abs(self.points) > APART * 100

    @property
    def seen_at(self) -> str:
        return _at(self.seen)

    @property
    def reported_at(self) -> str:
        return _at(self.reported)

    @property
    def due_at(self) -> str:
        return _at(self.due)

    @property
    def gap_from(self) -> str:
        return _at(min(self.seen or Decimal(0), self.reported or Decimal(0)))

    @property
    def gap_width(self) -> str:
        low, high = sorted((_within(self.seen), _within(self.reported)))
        return str(half_up((high - low) * 100, 2))


NOTHING = Compared(None, None, None, None)


def _within(value: Decimal | None) -> Decimal:
    return min(max(value or Decimal(0), Decimal(0)), Decimal(1))


def _at(value: Decimal | None) -> str:
    """Percent of the axis, from 0 to 100."""
    return "" if value is None else str(half_up(_within(value) * 100, 2))


def compared(visits: Iterable[Visit]) -> dict[int, Compared]:
    """{visit: what was seen against what had been reported}; visits come with their record; one query."""
    rows = [(one, getattr(one, "record", None)) for one in visits]
    told = [(one, held) for one, held in rows if held is not None]
    months = {held.compared_month for _, held in told if held.compared_month}
    facts = ProjectMonth.objects.filter(
        closing__reopened_at=None, month__in=months, project__in={one.project_id for one, _ in told}
    ).values_list("project", "month", "cumulative", "annual_plan", "due_twelfths")
    held_facts = {(project, month): rest for project, month, *rest in facts} if told else {}
    found = {}
    for one, held in told:
        cumulative, plan, due = held_facts.get((one.project_id, held.compared_month), (None, 0, 0))
        reported = share(cumulative, plan) if cumulative is not None else None
        found[one.pk] = Compared(held.compared_month, reported, held.seen_rate, share(due, plan * 12))
    return found
