"""造问题的世界：一条街道、两个部门、几个项目，和已经报上来的问题。"""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.progress.builders import add_plan, add_project
from xushi.core.text import search_text
from xushi.journal.actions import SYSTEM, Actor
from xushi.problems.actions_office import assign
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import Assignment, ProblemInput
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

DUE = date(2018, 9, 21)
WORDS = "K2+300处10千伏线杆未迁，二标段路基停了一个月，请供电、建设局定迁改时间"


@dataclass
class Town:
    """江浦街道 with three projects of 1, 2 and 3 亿元, and two departments with a person each."""

    place: Unit
    land: Unit
    finance: Unit
    land_user: User
    finance_user: User
    projects: list[Project]


def town(district: Unit, place: Unit) -> Town:
    land = UnitFactory(name="区国土分局", parent=district)
    finance = UnitFactory(name="区财政局", parent=district)
    projects = [
        add_project(place, f"第{n}号工程", search_text=search_text(f"第{n}号工程")) for n in (1, 2, 3)
    ]
    for n, project in enumerate(projects, 1):
        add_plan(project, n * 10_000)
    return Town(
        place,
        land,
        finance,
        appoint(UserFactory(name="周国土"), Role.DEPARTMENT, unit=land),
        appoint(UserFactory(name="钱财政"), Role.DEPARTMENT, unit=finance),
        projects,
    )


def kind(code: str) -> ProblemClass:
    return ProblemClass.objects.get(code=code)


def report(project: Project, code: str = "demolition", words: str = WORDS, by: User | None = None) -> Problem:
    actor = Actor(by=by) if by else SYSTEM
    return report_problems([ProblemInput(project.pk, kind(code).pk, words)], actor=actor, now=NOW)[0]


def given(
    project: Project, lead: Unit, code: str = "demolition", due_on: date = DUE, **fields: Any
) -> Problem:
    """A problem that has been assigned."""
    problem = report(project, code, **fields)
    return assign({problem.pk: None}, Assignment(lead.pk, due_on), actor=SYSTEM, now=NOW)[0]


def seen(*problems: Problem) -> dict[int, int | None]:
    """As a page that has just been read would send them."""
    return dict(Problem.objects.filter(pk__in=[p.pk for p in problems]).values_list("pk", "version"))


def photo(name: str = "现场.jpg", size: tuple[int, int] = (64, 48), **save: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "grey").save(out, "JPEG", **save)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")
