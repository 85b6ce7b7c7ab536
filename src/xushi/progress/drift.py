"""事后有改：关账以后又改了，定下的数不动，但要说出来。"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from xushi.core.months import Month
from xushi.journal.steps import step
from xushi.progress.models import FactDrift, MonthClosing
from xushi.progress.places import Districts, Place
from xushi.progress.standing import COLUMNS, Standing, fact_rows, fact_standings, live_rows, read

# 改了名字不算数变了
_COMPARED = tuple(name for name in COLUMNS if name not in ("project_id", "project_name", "plan_version"))


def refresh_drift(*, now: datetime, project_ids: Iterable[int] | None = None) -> int:
    """Compare the facts of every closed month with what the present rows would give; returns how many differ.

    project_ids narrows the work to projects just changed.
    """
    wanted = None if project_ids is None else list(project_ids)
    closings = MonthClosing.objects.in_force().fixing().select_related("district").order_by("month", "pk")
    differ = 0
    for closing in closings:
        differ += _refresh(closing, wanted, now)
        step()
    return differ


@transaction.atomic
def _refresh(closing: MonthClosing, project_ids: list[int] | None, now: datetime) -> int:
    old = FactDrift.objects.filter(closing=closing)
    if project_ids is not None:
        old = old.filter(project_id__in=project_ids)
    old.delete()
    fixed = {standing.project_id: standing for standing in fact_standings(closing, project_ids)}
    drifts = []
    for standing in _present(closing, project_ids):
        changes = differences(fixed.pop(standing.project_id, None), standing, closing.month)
        if changes:
            drifts.append(_drift(closing, standing.project_id, changes, now))
    drifts += [_drift(closing, project, {"listed": [True, False]}, now) for project in fixed]
    FactDrift.objects.bulk_create(drifts, batch_size=1000)
    return len(drifts)


def _present(closing: MonthClosing, project_ids: list[int] | None) -> Iterator[Standing]:
    """What a closing would fix now: its own projects, wherever they stand, and those that came to its district."""
    rows = live_rows(closing.month)
    if closing.district:
        own = Exists(fact_rows(closing).filter(project=OuterRef("pk")))
        came = Place(closing.district, Districts()).to_fix(closing.month).values("pk")
        rows = rows.filter(own | Q(pk__in=came))
    if project_ids is not None:
        rows = rows.filter(pk__in=project_ids)
    return read(rows, "pk")


def _drift(closing: MonthClosing, project: int, changes: dict[str, list[Any]], now: datetime) -> FactDrift:
    return FactDrift(closing=closing, project_id=project, changes=changes, found_at=now)


def differences(fixed: Standing | None, present: Standing, month: Month) -> dict[str, list[Any]]:
    """{column: [fixed, present]} of what differs; a project listed only afterwards is {"listed": [False, True]}.

    What happened after the month (a project completed since, or entered into statistics) is no other view of it.
    """
    if fixed is None:
        return {"listed": [False, True]}
    pairs = (
        (name, _by(month, getattr(fixed, name)), _by(month, getattr(present, name))) for name in _COMPARED
    )
    return {name: [_plain(old), _plain(new)] for name, old, new in pairs if old != new}


def _by(month: Month, value: Any) -> Any:
    """A day after the month's end had not come yet."""
    return None if isinstance(value, date) and value > month.last_day else value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (date, Month)) else value
