"""问题事项的读法：一页清单、一件问题的来龙去脉、像同一件事的、选项。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from xushi.duties.followed import Follow, followed
from xushi.duties.reach import known_to, reach_of
from xushi.kit.phrased import Key, ask
from xushi.problems.models import Batch, ClassAside, Problem, ProblemClass, ProblemNote, ProblemPhoto
from xushi.problems.rules import ALIKE, Horizon, likeness
from xushi.problems.wanted import Wanted
from xushi.problems.words import Due, due_of, step_mark, step_word
from xushi.registry.models import Project
from xushi.units.models import Role, Unit, User

if TYPE_CHECKING:
    from xushi.problems.board import Board
    from xushi.problems.models import ProblemQuerySet

PER_PAGE = 50
LISTED = ("project__territory", "problem_class", "batch", "lead")
OFFERED_BATCHES = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One problem as the list shows it; frees is the plan (元) of its project where nothing else holds it."""

    problem: Problem
    pressing: str
    due: Due
    frees: int | None
    still: str
    order: Follow | None = None

    @property
    def pick(self) -> str:
        return f"{self.problem.pk}:{self.problem.version}"


def found(user: User, wanted: Wanted, horizon: Horizon) -> "ProblemQuerySet":
    """What this person sees of what is wanted, 期限近的在前, then the earliest reported."""
    seen: ProblemQuerySet = Problem.objects.visible_to(user).filter(wanted.condition(horizon))
    return seen.order_by(F("due_on").asc(nulls_last=True), "reported_at", "pk")


def page(user: User, wanted: Wanted, horizon: Horizon, board: "Board") -> tuple[list[Row], Page]:
    """One page of the list and its place: three queries."""
    pages = Paginator(found(user, wanted, horizon).select_related(*LISTED), PER_PAGE)
    place = pages.get_page(wanted.page)
    problems = list(place)
    orders = followed(user, problems)
    return [row_of(problem, horizon, board, orders.get(problem.pk)) for problem in problems], place


def row_of(problem: Problem, horizon: Horizon, board: "Board", order: Follow | None = None) -> Row:
    return Row(
        problem=problem,
        pressing=horizon.pressing(problem.status, problem.due_on),
        due=due_of(problem, horizon),
        frees=board.frees(problem) if problem.is_open else None,
        still=board.still(problem) if problem.is_open else "",
        order=order,
    )


def open_count(user: User) -> int:
    """For the side navigation: one query; equals the list as it opens."""
    return int(Problem.objects.open().visible_to(user).order_by().count())


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the thread; from_double names the problem it was written on before the merge."""

    note: ProblemNote
    word: str
    mark: str
    photos: list[ProblemPhoto]
    from_double: str


def thread(problem: Problem) -> list[Entry]:
    """Everything done and said, oldest first, with what was written on the doubles merged into it; three queries."""
    doubles = {double.pk: double for double in problem.doubles.select_related("batch")}
    notes = ProblemNote.objects.filter(problem__in=[problem.pk, *doubles]).prefetch_related("photos")
    made = []
    for note in notes.order_by("at", "pk"):
        double = doubles.get(note.problem_id)
        named = (double.list_number or double.title) if double else ""
        made.append(Entry(note, step_word(note), step_mark(note), list(note.photos.all()), named))
    return made


def of_project(user: User, project: Project) -> list[Problem]:
    """The open problems of a project, the nearest deadline first; one query."""
    return ask(_of_project, user, Key(project.pk))


def _of_project(user: User, project: int) -> "QuerySet[Problem]":
    seen = Problem.objects.open().visible_to(user).filter(project=project)
    problems: QuerySet[Problem] = seen.select_related("problem_class", "batch", "lead")
    return problems.order_by(F("due_on").asc(nulls_last=True), "pk")


def alike(user: User, project: Project, kind: ProblemClass | None, words: str) -> Problem | None:
    """The open problem of the project that what is typed resembles most; None where none does."""
    if len(words.strip()) < 4:
        return None
    best: tuple[Any, Problem | None] = (ALIKE, None)
    for problem in of_project(user, project):
        alikeness = likeness(words, f"{problem.title}{problem.words}")
        same = kind is not None and problem.problem_class.path[:5] == kind.path[:5]
        if alikeness >= best[0] and (same or alikeness >= 2 * ALIKE):
            best = (alikeness, problem)
    return best[1]


def roots(place: str) -> list[ProblemClass]:
    """The classes that can be chosen at a place (a unit's path)."""
    return list(ProblemClass.objects.offered(place).filter(parent=None).order_by("path"))


def under(root: int, place: str) -> list[ProblemClass]:
    return list(ProblemClass.objects.offered(place).filter(parent=root).order_by("path"))


def kept_classes(district: Unit | None) -> Any:
    """All classes in order as those who keep them see them, with used, and set_aside by a district of its own.

    A district's office sees the common ones and its own, who keeps the whole sees everybody's.
    """
    held = ProblemClass.objects.select_related("district").order_by("path")
    if district is None:
        return held.annotate(used=Count("problems"))
    aside = ClassAside.objects.filter(problem_class=OuterRef("pk"), district=district)
    here = held.filter(Q(district=None) | Q(district=district)).annotate(set_aside=Exists(aside))
    mine = Q(problems__project__territory__path__under=district.path)
    return here.annotate(used=Count("problems", filter=mine))


def batches() -> list[Batch]:
    return list(Batch.objects.order_by("-number")[:OFFERED_BATCHES])


def assignable_units(user: User | None, held: Problem | None = None) -> list[Unit]:
    """Who can be given a problem: departments, territories, the office, working groups, no enterprise; within the
    person's reach where there is one, and who has it already, from wherever they are."""
    kinds = (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT, Unit.Kind.LEADING_GROUP)
    near = reach_of(user, Role.OFFICE)
    has_it: list[int | None] = []
    if held and near.beside:
        has_it = [held.lead_id, *held.co_handlers.values_list("unit", flat=True)]
    found = Unit.objects.standing().exclude(kind__in=kinds).filter(near.units_or(has_it))
    return list(found.order_by("path"))


def leaders(user: User, project: Project | None = None) -> list[User]:
    """区领导 in office within the person's reach, by name; and who leads the project, from wherever they are."""
    held = Q(appointments__role=Role.LEADER, appointments__ended_at=None)
    known = known_to(reach_of(user), Role.LEADER, kept=[project.leader_id if project else None])
    return list(User.objects.filter(held, known, is_active=True).distinct().order_by("name", "pk"))


def projects_to_report(user: User, words: str, most: int = 30) -> list[Project]:
    """The projects this person may report on, those with a name like the words; the first thirty by name."""
    seen = Project.objects.visible_to(user).filter(removed_on=None)
    for word in words.split():
        seen = seen.filter(search_text__contains=word.casefold())
    return list(seen.select_related("territory").order_by("name")[:most])


def visible_photos(user: User) -> Any:
    """Photos of problems this person sees, and those of their own drafts."""
    seen = Problem.objects.visible_to(user).values("pk")
    return ProblemPhoto.objects.filter(Q(problem__in=seen) | Q(draft__user=user))
