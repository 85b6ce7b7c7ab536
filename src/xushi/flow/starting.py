"""手续动了，预计开工跟着重算；每夜全部重算一遍。"""

from xushi.flow.duties import MOST_BY_NAME, projects_of
from xushi.journal.models import Event
from xushi.kit.listed import listed
from xushi.permits.expected import reckon
from xushi.permits.models import PermitStep

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
    "permits.step.reported",
    "permits.step.confirmed",
)


def reckon_again(event: Event) -> int:
    """The expected start of the projects an event speaks of, itself or by their steps; of all where it names none."""
    projects = (projects_of(event) or set()) | _of_steps(event)
    return reckon(projects if 0 < len(projects) <= MOST_BY_NAME else None, now=event.at)


def _of_steps(event: Event) -> set[int]:
    steps = set(event.rows.filter(subject_kind=STEP).values_list("subject_id", flat=True))
    if event.subject_kind == STEP and event.subject_id is not None:
        steps.add(event.subject_id)
    return set(PermitStep.objects.filter(listed("pk", steps)).values_list("project_id", flat=True))
