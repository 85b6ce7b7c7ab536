"""手续动了，预计开工跟着重算；每夜全部重算一遍。"""

from xushi.core.clock import local_day
from xushi.flow.duties import MOST_BY_NAME, projects_of
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.kit.listed import listed
from xushi.permits.actions_office import follow_projects, open_tracks
from xushi.permits.expected import not_started_yet, reckon
from xushi.permits.models import PermitStep
from xushi.permits.selectors_catalogue import published
from xushi.permits.services_following import follow_services
from xushi.registry.models import Project

AT_ONCE = 1000
STEP = PermitStep._meta.label_lower
MOVED = (
    "permits.track.opened",
    "permits.track.moved",
    "permits.step.planned",
    "permits.step.submitted",
    "permits.step.accepted",
    "permits.step.supplement",
    "permits.step.answered",
    "permits.step.approved",
    "permits.step.refused",
    "permits.step.not_needed",
    "permits.step.lacking",
    "permits.step.settled",
    "permits.step.extended",
    "permits.step.taken_back",
    "permits.step.reported",
    "permits.step.confirmed",
)


def open_new(event: Event) -> int:
    """项目入库: its permits are laid out by the catalogue in force, if there is one; returns for how many."""
    if published() is None:
        return 0
    projects = sorted(projects_of(event) or ())
    opened = 0
    for start in range(0, len(projects), AT_ONCE):
        rows = not_started_yet(Project.objects.all(), local_day(event.at)).filter(track=None)
        fresh = list(rows.filter(listed("pk", projects[start : start + AT_ONCE])).order_by("pk"))
        opened += len(open_tracks(fresh, actor=SYSTEM, now=event.at)) if fresh else 0
    return opened


def follow_again(event: Event) -> int:
    """A project changed: what begins with its completion can begin, what no longer matters is no longer late."""
    projects = sorted(projects_of(event) or ())
    done = 0
    for start in range(0, len(projects), AT_ONCE):
        done += follow_projects(projects[start : start + AT_ONCE], now=event.at)
    return done


def reckon_again(event: Event) -> int:
    """The expected start of the projects an event speaks of, itself or by their steps; of all where it names none."""
    projects = (projects_of(event) or set()) | _of_steps(event)
    return reckon(projects if 0 < len(projects) <= MOST_BY_NAME else None, now=event.at)


def serve_again(event: Event) -> int:
    """手续动了: what was rehearsed is taken up, what was promised falls with its step, the officer's list follows."""
    projects = sorted((projects_of(event) or set()) | _of_steps(event))
    moved = 0
    for start in range(0, len(projects), AT_ONCE):
        moved += follow_services(projects[start : start + AT_ONCE], now=event.at)
    return moved


def _of_steps(event: Event) -> set[int]:
    steps = set(event.rows.filter(subject_kind=STEP).values_list("subject_id", flat=True))
    if event.subject_kind == STEP and event.subject_id is not None:
        steps.add(event.subject_id)
    return set(PermitStep.objects.filter(listed("pk", steps)).values_list("project_id", flat=True))
