"""前期手续：办理部门，项目这一边。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.permits.acting import RELATED
from xushi.permits.models import PermitStep
from xushi.permits.owing import side_of, staffed_owners
from xushi.permits.policy import holder

STEP = PermitStep._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, STEP):
        rows = PermitStep.objects.filter(pk__in=list(spoken)).select_related(*RELATED).order_by("pk")
        steps = list(rows)
        staffed = staffed_owners(steps)
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
                },
            )
