"""待核：公布的数与自己的分项对不上时，两个数都摆出来。"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from xushi.core.figure import FigureUnit
from xushi.core.months import Month
from xushi.journal.actions import Actor, record
from xushi.kit.once import once
from xushi.kit.phrased import ask
from xushi.progress.models import PublishedFigure
from xushi.progress.specs import SPECS, Dispute

if TYPE_CHECKING:
    from xushi.progress.specs import Group


def agrees(printed: str, computed: Decimal) -> bool:
    """Whether computed lies in the interval that rounds to what was printed: "67.2" admits 67.15–67.25."""
    value = Decimal(printed)
    half_a_step = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return abs(computed - value) <= half_a_step


def attach(groups: "Iterable[Group]", month: Month) -> None:
    """Mark the figures of these groups that a published value contradicts; one query for all groups."""
    printed = _printed(month)
    if not printed:
        return
    for group in groups:
        if not _plain(group):
            continue
        for row in printed.get((group.filters.level, group.filters.category or ""), []):
            spec = SPECS.get(row.name)
            computed = spec.value(group) if spec else None
            if spec is None or computed is None:
                continue
            scale = 100 if spec.unit is FigureUnit.SHARE else 1
            if not agrees(row.value, computed * scale):
                group.published[row.name] = Dispute(Decimal(row.value) / scale, row.source)


@once
def _printed(month: Month) -> dict[tuple[str, str], list[PublishedFigure]]:
    """(level, category) → what was printed of it, as of a month."""
    found: dict[tuple[str, str], list[PublishedFigure]] = {}
    for row in ask(_printed_of, month):
        found.setdefault((row.level, row.category), []).append(row)
    return found


def _printed_of(month: Month) -> "QuerySet[PublishedFigure]":
    return PublishedFigure.objects.filter(month=month)


def _plain(group: "Group") -> bool:
    """Published figures speak of a whole level or category, never of a person's part or a crossed group."""
    f = group.filters
    return group.whole and not any(
        (f.stage, f.territory, f.unit, f.leader, f.chain, f.owner_kind, f.size, f.state)
    )


@transaction.atomic
def publish_figures(
    rows: Sequence[tuple[str, str, str, str]], *, month: Month, source: str, actor: Actor, now: datetime
) -> None:
    """登记公布数: (level, category code, figure name, value as printed) of one source; they are only ever compared."""
    PublishedFigure.objects.bulk_create(
        [
            PublishedFigure(
                month=month, level=level, category=category, name=name, value=value, source=source
            )
            for level, category, name, value in rows
        ]
    )
    record(
        "progress.figures.published",
        actor=actor,
        now=now,
        summary=f"登记{source}印出的{len(rows)}个数，截至{month.label}",
    )
