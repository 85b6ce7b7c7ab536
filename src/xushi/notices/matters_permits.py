"""前期手续：办理部门，项目这一边，代办员。"""

from collections.abc import Collection, Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory, Readers
from xushi.notices.recipients import Who
from xushi.permits.acting import RELATED
from xushi.permits.models import PermitStep, ServiceOfficer
from xushi.permits.owing import side_of, staffed_owners
from xushi.permits.policy import holder
from xushi.registry.models import Project

STEP = PermitStep._meta.label_lower
PROJECT = Project._meta.label_lower
ASSIGNED = "permits.officer.assigned"


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    if event.verb == ASSIGNED:
        yield from _served(event)
        return
    for spoken in spoken_of(event, STEP):
        rows = PermitStep.objects.filter(pk__in=list(spoken)).select_related(*RELATED).order_by("pk")
        steps = list(rows)
        staffed, officers = staffed_owners(steps), _officers({step.project_id for step in steps})
        for step in steps:
            yield Matter(
                kind=STEP,
                pk=step.pk,
                called=step.permit.name,
                about=step.project.name,
                url=address("permits:step", step.pk),
                said=said_in(spoken[step.pk]),
                people={
                    Who.LEAD: directory.of_unit(holder(step)),
                    Who.REPORTER: directory.of_unit(side_of(step, staffed)),
                    Who.OFFICER: officers.get(step.project_id, frozenset()),
                },
            )


def _officers(projects: Collection[int]) -> dict[int, Readers]:
    rows = ServiceOfficer.objects.filter(project__in=projects)
    return {project: frozenset({person}) for project, person in rows.values_list("project_id", "person_id")}


def _served(event: Event) -> Iterator[Matter]:
    """Whoever is the officer now of the projects that were given out."""
    for spoken in spoken_of(event, PROJECT):
        officers = _officers(spoken)
        for project in Project.objects.filter(pk__in=list(officers)).order_by("pk"):
            yield Matter(
                kind=PROJECT,
                pk=project.pk,
                called=project.name,
                about="由你代办手续",
                url=address("permits:steps", project.pk),
                people={Who.OFFICER: officers[project.pk]},
            )
