"""准入会审：申请的单位，请了答复的单位（说到哪几家意见的，只是那几家）。"""

from collections.abc import Iterator

from xushi.admission.models import Application, Opinion
from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of, together
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import Role

APPLICATION = Application._meta.label_lower
OPINION = Opinion._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    named = {pk for spoken in spoken_of(event, OPINION) for pk in spoken}
    for spoken in spoken_of(event, APPLICATION):
        rows = Application.objects.filter(pk__in=list(spoken)).select_related(
            "territory", "responsible_unit__successor"
        )
        for one in rows.prefetch_related("opinions__unit__successor").order_by("pk"):
            yield _application(one, named, said_in(spoken[one.pk]), directory)


def _application(one: Application, named: set[int], said: str, directory: Directory) -> Matter:
    opinions = [opinion for opinion in one.opinions.all() if not named or opinion.pk in named]
    return Matter(
        kind=APPLICATION,
        pk=one.pk,
        called=one.name,
        about=one.enterprise,
        url=address("admission:application", one.pk),
        said=said,
        people={
            Who.REPORTER: directory.of_unit(one.responsible_unit),
            Who.ANSWERING: together(*(directory.of_unit(opinion.unit) for opinion in opinions)),
            Who.OFFICE: directory.answering(Role.OFFICE, one.territory, one.responsible_unit),
            Who.LEADERS: directory.answering(Role.LEADER, one.territory),
        },
    )
