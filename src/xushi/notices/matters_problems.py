"""问题事项：报的人，主办、协办单位，提请到的领导。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, said_in, spoken_of, together
from xushi.notices.people import Directory, Readers
from xushi.notices.recipients import Who
from xushi.problems.models import Problem
from xushi.units.models import Role

PROBLEM = Problem._meta.label_lower


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, PROBLEM):
        rows = Problem.objects.filter(pk__in=list(spoken)).select_related(
            "project__territory", "batch", "lead__successor", "reported_unit__successor"
        )
        for problem in rows.order_by("pk").prefetch_related("co_handlers__unit__successor", "raisings"):
            yield _problem(problem, said_in(spoken[problem.pk]), directory)


def _problem(problem: Problem, said: str, directory: Directory) -> Matter:
    return Matter(
        kind=PROBLEM,
        pk=problem.pk,
        called=" ".join(filter(None, [problem.list_number, problem.title])),
        about=problem.project.name,
        url=address("problems:problem", problem.pk),
        said=said,
        people={
            Who.LEAD: directory.of_unit(problem.lead),
            Who.CO: together(*(directory.of_unit(one.unit) for one in problem.co_handlers.all())),
            Who.REPORTER: _reporter(problem, directory),
            Who.RAISED_TO: directory.persons_as(
                Role.LEADER, *(one.leader_id for one in problem.raisings.all() if not one.read_at)
            ),
            Who.OFFICE: directory.answering(Role.OFFICE, problem.project.territory, problem.lead),
        },
    )


def _reporter(problem: Problem, directory: Directory) -> Readers:
    """Whoever reported it, while they work there; else the unit's people."""
    unit = directory.of_unit(problem.reported_unit)
    if problem.reported_by_id in unit or problem.reported_unit is None:
        return directory.persons(problem.reported_by_id)
    return unit
