"""督查发现：整改单位和项目单位，复核的督查室，重大办。"""

from collections.abc import Iterator

from xushi.inspections.models import Finding
from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of, together
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import Role

FINDING = Finding._meta.label_lower
RECORDED = "inspections.visit.recorded"


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    """What the team itself no longer names in a changed record is told to nobody as a finding."""
    for spoken in spoken_of(event, FINDING):
        rows = Finding.objects.filter(pk__in=list(spoken))
        rows = rows.live() if event.verb == RECORDED else rows
        related = ("project__territory", "project__owner_unit__successor", "unit__successor")
        for one in rows.select_related(*related).order_by("pk"):
            yield _finding(one, said_in(spoken[one.pk]), directory)


def _finding(one: Finding, said: str, directory: Directory) -> Matter:
    return Matter(
        kind=FINDING,
        pk=one.pk,
        called=one.words[:60],
        about=one.project.name,
        url=address("inspections:finding", one.pk),
        said=said,
        people={
            Who.LEAD: together(
                directory.of_unit(one.unit), directory.of_unit(one.project.owner_unit, Role.OWNER)
            ),
            Who.INSPECTORS: directory.answering(Role.INSPECTOR, one.project.territory),
            Who.OFFICE: directory.answering(Role.OFFICE, one.project.territory),
        },
    )
