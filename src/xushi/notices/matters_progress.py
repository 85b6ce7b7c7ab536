"""月报与关账说的项目、月份：报月报的人，领导，重大办。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of, together
from xushi.notices.people import Directory, Readers
from xushi.notices.recipients import Who
from xushi.progress.models import MonthClosing
from xushi.registry.models import Project
from xushi.units.models import Role

PROJECT, CLOSING = Project._meta.label_lower, MonthClosing._meta.label_lower
UNITS = ("territory__successor", "responsible_unit__successor", "owner_unit__successor")


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    """Projects whose reports are asked for or sent back; a month that was closed or reopened."""
    yield from _projects(event, directory)
    yield from _closings(event, directory)


def _projects(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, PROJECT):
        for project in Project.objects.filter(pk__in=list(spoken)).select_related(*UNITS).order_by("pk"):
            yield Matter(
                kind=PROJECT,
                pk=project.pk,
                called=project.name,
                about="",
                url=address("home:project", project.pk),
                people={Who.REPORTERS: _reporters(project, directory)},
                said=said_in(spoken[project.pk]),
            )


def _reporters(project: Project, directory: Directory) -> Readers:
    return together(
        directory.of_unit(project.territory, Role.TERRITORY),
        directory.of_unit(project.responsible_unit, Role.TERRITORY),
        directory.of_unit(project.owner_unit, Role.OWNER),
    )


def _closings(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, CLOSING):
        for closing in MonthClosing.objects.filter(pk__in=list(spoken)).select_related("district"):
            yield Matter(
                kind=CLOSING,
                pk=closing.pk,
                called=f"{closing.district or ''}{closing.month.label}",
                about=closing.reopen_reason if closing.reopened_at else f"第{closing.version}版",
                url=f"{address('home:overview')}?month={closing.month}",
                people={
                    Who.LEADERS: directory.answering(Role.LEADER, closing.district),
                    Who.OFFICE: directory.answering(Role.OFFICE, closing.district),
                },
            )
