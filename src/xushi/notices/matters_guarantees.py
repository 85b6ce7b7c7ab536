"""要素请求：提出的单位，保障的单位。"""

from collections.abc import Iterator

from xushi.guarantees.models import ResourceRequest
from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import Role

REQUEST = ResourceRequest._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, REQUEST):
        rows = ResourceRequest.objects.filter(pk__in=list(spoken))
        related = ("project__territory", "owner__successor", "asked_unit__successor")
        for request in rows.select_related(*related).order_by("pk"):
            yield _request(request, said_in(spoken[request.pk]), directory)


def _request(request: ResourceRequest, said: str, directory: Directory) -> Matter:
    return Matter(
        kind=REQUEST,
        pk=request.pk,
        called=request.what,
        about=request.project.name,
        url=address("guarantees:request", request.pk),
        said=said,
        people={
            Who.LEAD: directory.of_unit(request.owner),
            Who.REPORTER: directory.of_unit(request.asked_unit),
            Who.OFFICE: directory.answering(Role.OFFICE, request.project.territory, request.owner),
        },
    )
