"""摄像头：断了、恢复了、报修了说给属地、项目单位和重大办；磁盘满了说给重大办。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.registry.models import Project
from xushi.units.models import Role

PROJECT = Project._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    if event.verb.startswith("sites.snapshots."):
        yield _store(event, directory)
        return
    for spoken in spoken_of(event, PROJECT):
        rows = Project.objects.filter(pk__in=list(spoken))
        for project in rows.select_related("territory__successor", "owner_unit__successor").order_by("pk"):
            yield _site(project, event, said_in(spoken[project.pk]), directory)


def _site(project: Project, event: Event, said: str, directory: Directory) -> Matter:
    """What the event says of the cameras stands behind the name of the site."""
    _, _, told = event.summary.partition("：")
    return Matter(
        kind=PROJECT, pk=project.pk, called=f"{project.name}现场", about=told or event.summary, said=said,
        url=address("sites:project", project.pk),
        people={
            Who.LEAD: directory.of_unit(project.territory), Who.REPORTER: directory.of_unit(project.owner_unit),
            Who.OFFICE: directory.answering(Role.OFFICE, project.territory),
        },
    )  # fmt: skip


def _store(event: Event, directory: Directory) -> Matter:
    return Matter(
        kind="sites.snapshot", pk=0, called="快照", about=event.summary, url=address("sites:wall"),
        people={Who.OFFICE: directory.in_role(Role.OFFICE)},
    )  # fmt: skip
