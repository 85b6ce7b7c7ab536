"""招商签约：跟进的人，没定到人的是跟进单位。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.signings.models import Signing
from xushi.units.models import Role

SIGNING = Signing._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, SIGNING):
        rows = Signing.objects.filter(pk__in=list(spoken)).select_related(
            "event", "territory", "responsible_unit__successor"
        )
        for signing in rows.order_by("pk"):
            yield _signing(signing, said_in(spoken[signing.pk]), directory)


def _signing(signing: Signing, said: str, directory: Directory) -> Matter:
    follower = signing.follower_id
    return Matter(
        kind=SIGNING,
        pk=signing.pk,
        called=signing.name,
        about=str(signing.event),
        url=address("signings:signing", signing.pk),
        said=said,
        people={
            Who.LEAD: frozenset({follower}) if follower else directory.of_unit(signing.responsible_unit),
            Who.OFFICE: directory.answering(Role.OFFICE, signing.territory, signing.responsible_unit),
        },
    )
