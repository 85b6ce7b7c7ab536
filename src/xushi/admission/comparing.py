"""清单和并排比要的：每件达标几项、差在哪；几件一项一项对齐。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xushi.admission import snapshots
from xushi.admission.drawing import Row, row_of
from xushi.admission.measures import Item, Measure
from xushi.admission.models import Application
from xushi.admission.scoring import Scored, missed
from xushi.admission.table import IN, Answer


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: how many of its criteria are met, and which are not."""

    application: Application
    met: int
    of: int
    short: str
    open: int  # not judged yet


def listed(application: Application) -> Listed:
    rows = application.scored()
    short = "、".join(row.measure.label for row in missed(rows))
    unjudged = sum(row.met is None and not row.measure.is_computed for row in rows)
    return Listed(application, sum(row.met is True for row in rows), len(rows), short, unjudged)


def known(application: Application) -> list[Scored]:
    """As decided where it was let in (with what was agreed on), else as applied for."""
    if application.status in IN:
        final = next((one for one in application.decisions.all() if one.taken.state in IN), None)
        if final:
            return [kept.scored for kept in snapshots.scored_in(final.snapshot)]
    return application.scored()


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion across the applications; None where an application's thresholds do not ask for it."""

    measure: Measure
    cells: list[Row | None]


def side_by_side(applications: Sequence[Application], medians: Mapping[Measure, Decimal]) -> list[Line]:
    """Each value as a share of its own threshold, so that all thresholds stand on one line."""
    held = [{row.measure: row for row in known(one)} for one in applications]
    lines = []
    for measure in Measure:
        cells = [row_of(own[measure], medians.get(measure)) if measure in own else None for own in held]
        if any(cells):
            lines.append(Line(measure, cells))
    return lines


def figures(applications: Sequence[Application]) -> list[tuple[str, list[str]]]:
    """What the enterprises bring, item by item."""
    numbers = [one.numbers for one in applications]
    return [(item.label, [item.said(own.of(item)) for own in numbers]) for item in Item]


def answers(applications: Sequence[Application]) -> list[str]:
    """同意5、附条件2、待答复1, of each."""
    said = []
    for one in applications:
        given = [opinion.given for opinion in one.opinions.all()]
        parts = [f"{answer.label}{given.count(answer)}" for answer in Answer if answer in given]
        said.append("、".join(parts) or "还没征求")
    return said
