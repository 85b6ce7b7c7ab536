"""事后有改：关账以后又改了，定下的数不动，但要说出来。"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from xushi.core.months import Month
from xushi.journal.models import Changes
from xushi.journal.steps import step
from xushi.progress.models import FactDrift, MonthClosing
from xushi.progress.places import Districts, Place
from xushi.progress.standing import COLUMNS, Standing, fact_rows, fact_standings, live_rows, read

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xushi.registry.models import Project

AT_ONCE = 2000  # projects compared together

# 改了名字不算数变了
_COMPARED = tuple(name for name in COLUMNS if name not in ("project_id", "project_name", "plan_version"))


def refresh_drift(*, now: datetime, project_ids: Iterable[int] | None = None) -> int:
    """Compare the facts of every closed month with what the present rows would give; returns how many differ.

    project_ids narrows the work to projects just changed. The projects are looked at in runs, and only a run that
    says something new is written: nobody waits for the lock while a province is compared.
    """
    wanted = None if project_ids is None else sorted(set(project_ids))
    closings = MonthClosing.objects.in_force().fixing().select_related("district").order_by("month", "pk")
    return sum(_refresh(closing, wanted, now) for closing in closings)


def _refresh(closing: MonthClosing, wanted: list[int] | None, now: datetime) -> int:
    ids = _all_ids(closing) if wanted is None else wanted
    differ = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found = _changes(closing, some)
        if found != _kept(closing, some):
            found = _write(closing, some, now)
        differ += len(found)
        if len(ids) > AT_ONCE:
            step()
    return differ


@transaction.atomic
def _write(closing: MonthClosing, some: list[int], now: datetime) -> dict[int, Changes]:
    """Read again, now that nobody else writes, and leave alone what stands: it keeps the hour it was found."""
    found, kept = _changes(closing, some), _kept(closing, some)
    over = [project for project, changes in kept.items() if found.get(project) != changes]
    FactDrift.objects.filter(closing=closing, project_id__in=over).delete()
    FactDrift.objects.bulk_create(
        FactDrift(closing=closing, project_id=project, changes=changes, found_at=now)
        for project, changes in found.items()
        if kept.get(project) != changes
    )
    return found


def _kept(closing: MonthClosing, some: list[int]) -> dict[int, Changes]:
    rows = FactDrift.objects.filter(closing=closing, project_id__in=some)
    return dict(rows.values_list("project_id", "changes"))


def _changes(closing: MonthClosing, some: list[int]) -> dict[int, Changes]:
    """project → what differs, of those of which anything does."""
    fixed = {standing.project_id: standing for standing in fact_standings(closing, some)}
    found: dict[int, Changes] = {}
    for standing in read(_present(closing).filter(pk__in=some), "pk"):
        if changes := differences(fixed.pop(standing.project_id, None), standing, closing.month):
            found[standing.project_id] = changes
    return found | {project: {"listed": [True, False]} for project in fixed}


def _all_ids(closing: MonthClosing) -> list[int]:
    """The projects a closing fixed, those it would fix now, and those of which something was found before."""
    held = (fact_rows(closing), FactDrift.objects.filter(closing=closing))
    ids = set(_present(closing).values_list("pk", flat=True))
    return sorted(ids.union(*(rows.values_list("project_id", flat=True) for rows in held)))


def _present(closing: MonthClosing) -> "QuerySet[Project]":
    """What a closing would fix now: its own projects, wherever they stand, and those that came to its district."""
    rows = live_rows(closing.month)
    if closing.district is None:
        return rows
    own = Exists(fact_rows(closing).filter(project=OuterRef("pk")))
    came = Place(closing.district, Districts()).to_fix(closing.month).values("pk")
    return rows.filter(own | Q(pk__in=came))


def differences(fixed: Standing | None, present: Standing, month: Month) -> Changes:
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
