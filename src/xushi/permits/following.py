"""后面的步子跟着走：前面的办完了，这一步从哪天起可以办、承诺哪天办结。"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from xushi.calendars.rules import WorkingCalendar
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.kit.bulk import update_all
from xushi.kit.listed import listed
from xushi.permits.models import RUNNING, Permit, PermitStep, Prerequisite, Track
from xushi.permits.rules import Place, ready_on

State = PermitStep.State
RELATED = ("project", "permit__department__successor")


@dataclass(frozen=True, slots=True)
class Graphs:
    """By catalogue: what each permit needs, in the catalogue's order; two queries."""

    needs: Mapping[int, Mapping[str, list[str]]]

    @classmethod
    def of(cls, catalogues: Collection[int]) -> "Graphs":
        found: dict[int, dict[str, list[str]]] = {key: {} for key in catalogues}
        rows = Permit.objects.filter(catalogue__in=catalogues).order_by("place", "pk")
        for catalogue, code in rows.values_list("catalogue_id", "code"):
            found[catalogue][code] = []
        edges = Prerequisite.objects.filter(permit__catalogue__in=catalogues).order_by("pk")
        for catalogue, code, before in edges.values_list(
            "permit__catalogue_id", "permit__code", "needs__code"
        ):
            found[catalogue][code].append(before)
        return cls(found)


def follow(projects: Collection[int]) -> list[PermitStep]:
    """Set ready_since and, of what has not been handed in, due_on; returns the steps that changed.

    Five queries and the writing of what changed. Call it with the projects' tracks locked.
    """
    tracks = list(Track.objects.filter(listed("project_id", sorted(projects))).select_related("project"))
    graphs = Graphs.of({track.catalogue_id for track in tracks})
    steps: dict[int, list[PermitStep]] = defaultdict(list)
    rows = PermitStep.objects.filter(listed("project_id", [track.project_id for track in tracks]))
    for step in rows.select_related(*RELATED).order_by("pk"):
        steps[step.project_id].append(step)
    days, changed = calendar(), []
    for track in tracks:
        own = steps[track.project_id]
        changed += _followed(own, graphs.needs[track.catalogue_id], local_day(track.moved_at), days)
    update_all(changed, ["ready_since", "due_on"])
    return changed


def _followed(
    steps: list[PermitStep], needs: Mapping[str, list[str]], opened: date, days: WorkingCalendar
) -> list[PermitStep]:
    places = {
        step.permit.code: Place(step.permit.code, step.state, step.decided_on)
        for step in steps
        if step.permit.code in needs
    }
    changed = []
    for step in steps:
        if (step.state in RUNNING and step.ready_since is None) or step.state in (
            State.PLANNED,
            State.REFUSED,
        ):
            ready = ready_on(step.permit.code, needs, places, step.ready_since or opened)
            if _set(step, _in_its_time(step, ready), days):
                changed.append(step)
    return changed


def _in_its_time(step: PermitStep, ready: date | None) -> date | None:
    """What belongs to the time after the start can be worked on once the project is completed."""
    if ready is None or step.permit.needed_for_start:
        return ready
    completed = step.project.completed_on
    return max(ready, completed) if completed else None


def _set(step: PermitStep, ready: date | None, days: WorkingCalendar) -> bool:
    due = step.due_on
    if step.state == State.PLANNED:
        due = days.add(ready, step.permit.promised_days) if ready else None
    elif step.state == State.REFUSED:
        due = None
    if (step.ready_since, step.due_on) == (ready, due):
        return False
    step.ready_since, step.due_on = ready, due
    return True
