"""汇交的读：本区要报的月份、一个区报来的一件、收到与拒收的记录。"""

from dataclasses import dataclass, field
from typing import Any

from xushi.core.months import Month
from xushi.federation import keys
from xushi.federation.figures import group_of
from xushi.federation.models import Received, Refusal, Sent
from xushi.federation.rules import ProjectRow, parsed
from xushi.progress.models import MonthClosing
from xushi.progress.scope import LEVELS
from xushi.progress.specs import Group

RECENT = 50


@dataclass(slots=True)
class Owed:
    """A closed month and what of it went up: newest is the last number, stale where the closing is another since.

    own: the key of this installation today, empty where it has none.
    """

    closing: MonthClosing
    own: str = ""
    sent: list[Sent] = field(default_factory=list)

    @property
    def newest(self) -> Sent | None:
        return self.sent[0] if self.sent else None

    @property
    def stale(self) -> bool:
        return self.newest is not None and self.newest.closing_id != self.closing.pk

    @property
    def refused(self) -> bool:
        return any(one.refused_at for one in self.sent)

    @property
    def stuck(self) -> bool:
        """What will not arrive as it is: refused, or signed with a key that is ours no more."""
        waiting = [one for one in self.sent if not one.delivered_at]
        return any(one.refused_at or (self.own and one.key != self.own) for one in waiting)


def months_to_send(own: str = "") -> list[Owed]:
    """Closed months, newest first, with every number that was signed for each; two queries."""
    closed = MonthClosing.objects.in_force().filter(district=None).order_by("-month")
    rows = {one.month: Owed(one, own) for one in closed}
    for sent in Sent.objects.select_related("made_by").defer("body").order_by("-number"):
        if sent.month in rows:
            rows[sent.month].sent.append(sent)
    return list(rows.values())


@dataclass(slots=True)
class Line:
    label: str
    group: Group
    head: bool


@dataclass(slots=True)
class Page:
    """One filing as it came: its lists and categories, the projects that were granted, its numbers, its signature."""

    received: Received
    numbers: list[Received]
    lines: list[Line]
    rows: tuple[ProjectRow, ...]
    genuine: bool

    @property
    def rows_label(self) -> str:
        return LEVELS.get(self.received.rows_level, "")

    @property
    def before(self) -> Received | None:
        """The number that this one replaced."""
        return next((one for one in self.numbers if one.number == self.received.number - 1), None)


def page_of(received: Received) -> Page:
    """What the filing says, read out of the signed text itself, and whether the signature still holds."""
    numbers = Received.objects.filter(district=received.district_id, month=received.month).defer("body")
    sums = sorted(
        received.sums.all(), key=lambda one: (list(LEVELS).index(one.level), one.category != "", one.pk)
    )
    lines = [
        Line(
            one.label or LEVELS[one.level],
            group_of(received.month, one.level, [one], f"{received.district}"),
            not one.category,
        )
        for one in sums
    ]
    return Page(
        received=received,
        numbers=list(numbers.order_by("-number")),
        lines=lines,
        rows=parsed(received.body).rows,
        genuine=keys.is_signed(received.key.public, received.body, received.signature),
    )


def months_received() -> list[Month]:
    """The months of which anything came, newest first."""
    return list(Received.objects.order_by("-month").values_list("month", flat=True).distinct())


def records() -> dict[str, Any]:
    """验签记录: the last filings taken and refused."""
    return {
        "received": list(
            Received.objects.select_related("district", "key", "received_by")
            .defer("body")
            .order_by("-received_at", "-pk")[:RECENT]
        ),
        "refused": list(Refusal.objects.all()[:RECENT]),
    }
