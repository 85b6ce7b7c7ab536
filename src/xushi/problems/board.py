"""类别 × 责任单位：几项、多急、办结后放行几个项目和多少年度计划；一个决定放行多少。"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xushi.core.money import share
from xushi.problems.holding import held_by, still
from xushi.problems.models import Problem, ProblemClass, Raising
from xushi.problems.rules import PRESSING, Horizon, freed, freed_by
from xushi.problems.table import State
from xushi.problems.wanted import NOBODY, TERRITORY, Wanted, address
from xushi.registry.models import AnnualPlan
from xushi.units.models import Unit
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

Key = tuple[str, str]  # a root class's path, a column's key
AT_MOST_MARKS = 8
DECISIONS = 4


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str
    count: int
    one: bool  # a single unit, whose decision it can be


@dataclass(slots=True)
class Cell:
    """One class at one column; projects are those freed by settling all of its problems, amount their plans (元)."""

    kind: ProblemClass
    column: Column
    marks: Counter[str] = field(default_factory=Counter)
    projects: set[int] = field(default_factory=set)
    amount: int = 0
    share: Decimal | None = None
    query: str = ""
    chosen: bool = False
    words: str = ""
    still: str = ""  # which permits the freed projects wait for next

    @property
    def count(self) -> int:
        return sum(self.marks.values())

    @property
    def waiting(self) -> bool:
        return self.column.key == NOBODY

    @property
    def drawn(self) -> list[tuple[str, int]]:
        """(pressing, how many marks) in order of pressing, where they fit into the cell."""
        return [(name, self.marks[name]) for name in PRESSING if self.marks[name]]

    @property
    def one_by_one(self) -> list[str]:
        if self.count > AT_MOST_MARKS:
            return []
        return [name for name, count in self.drawn for _ in range(count)]

    @property
    def permille(self) -> int:
        return int((self.share or 0) * 1000)


@dataclass(slots=True)
class Board:
    """The matrix with what stands around it."""

    columns: list[Column]
    rows: list[tuple[ProblemClass, list[Cell | None], int]]
    pressing: Counter[str]
    cells: dict[Key, Cell]
    plans: dict[int, int]
    others: dict[int, set[Key]]  # project → the cells of all its open problems
    repeated: int = 0

    @property
    def count(self) -> int:
        return sum(self.pressing.values())

    @property
    def decisions(self) -> list[Cell]:
        """What one unit can decide, the most investment first."""
        single = [cell for cell in self.cells.values() if cell.column.one and cell.projects]
        return sorted(single, key=lambda c: (-c.amount, -len(c.projects), c.kind.path))[:DECISIONS]

    @property
    def decided(self) -> tuple[int, int, Decimal | None]:
        """Of the decisions shown: projects, 元, and their share of all that single cells would free."""
        amount = sum(cell.amount for cell in self.decisions)
        whole = sum(cell.amount for cell in self.cells.values())
        return sum(len(cell.projects) for cell in self.decisions), amount, share(amount, whole)

    def frees(self, problem: Problem) -> int | None:
        """The plan of the problem's project where its own cell holds all that is open; None where more holds it."""
        key = key_of(problem.problem_class.path, problem.lead_id, problem.lead.kind if problem.lead else "")
        if self.others.get(problem.project_id, {key}) != {key}:
            return None
        return self.plans.get(problem.project_id, 0)

    def still(self, problem: Problem) -> str:
        """What else holds the project: the classes (and units) of its other open problems."""
        key = key_of(problem.problem_class.path, problem.lead_id, problem.lead.kind if problem.lead else "")
        kinds = {kind.path: str(kind) for kind, _, _ in self.rows}
        found = sorted({path for path, _ in self.others.get(problem.project_id, set()) - {key}})
        return "、".join(kinds.get(path, "别的") for path in found)


def key_of(path: str, lead: int | None, kind: str) -> Key:
    if lead is None:
        return path[:5], NOBODY
    return path[:5], TERRITORY if kind in Unit.TERRITORY_KINDS else str(lead)


_READ = ("problem_class__path", "lead", "lead__kind")


def build(user: "User", wanted: Wanted, horizon: Horizon) -> Board:
    """The open problems this person sees within the batch and age wanted; six queries at most, whatever their number.

    What else holds a project back counts whoever sees it and whichever batch it stands in: 放行 is true or not.
    """
    here = wanted.without_cell()
    seen = Problem.objects.open().visible_to(user).filter(here.condition(horizon))
    rows = list(seen.order_by().values_list("project", *_READ, "state", "due_on", "meetings"))
    everything = Problem.objects.open().order_by().values_list("project", *_READ)
    if sees_everything(user):
        held = (
            rows if here == Wanted(page=here.page) else list(everything)
        )  # the list as it opens is all there is
    else:
        held = list(everything.filter(project__in=seen.values("project")))
    waiting = [(row[0], key_of(*row[1:4])) for row in held]
    others: dict[int, set[Key]] = defaultdict(set)
    for project, key in waiting:
        others[project].add(key)
    plans = _plans({row[0] for row in rows}, horizon.today.year)
    kinds = list(ProblemClass.objects.filter(parent=None).order_by("path"))
    columns = _columns(rows)
    cells = _cells(rows, kinds, columns, horizon)
    _free(cells, freed(waiting), {row[0] for row in rows}, plans, wanted)
    return Board(
        columns=list(columns.values()),
        rows=_rows(kinds, columns, cells),
        pressing=Counter(horizon.pressing(State(row[4]), row[5]) for row in rows),
        cells=cells,
        plans=plans,
        others=others,
        repeated=sum(row[6] >= 3 for row in rows),
    )


def _plans(projects: Iterable[int], year: int) -> dict[int, int]:
    """年度计划 in force of the year, 元, of the projects that have an open problem."""
    held = AnnualPlan.objects.filter(
        year=year, state=AnnualPlan.State.IN_FORCE, project__in=Problem.objects.open().values("project")
    )
    wanted = set(projects)
    return {pk: amount for pk, amount in held.values_list("project", "planned_investment") if pk in wanted}


def _columns(rows: list[Any]) -> dict[str, Column]:
    """Departments with the most problems first, then the territories as one, then what nobody has yet."""
    counts = Counter(key_of(row[1], row[2], row[3])[1] for row in rows)
    units = Unit.objects.in_bulk([int(key) for key in counts if key.isdecimal()])
    single = sorted(
        (key for key in counts if key.isdecimal()), key=lambda k: (-counts[k], units[int(k)].path)
    )
    found = [Column(key, str(units[int(key)]), counts[key], one=True) for key in single]
    for key, label in ((TERRITORY, "属地"), (NOBODY, "待分办")):
        if counts[key]:
            found.append(Column(key, label, counts[key], one=False))
    return {column.key: column for column in found}


def _cells(
    rows: list[Any], kinds: list[ProblemClass], columns: dict[str, Column], horizon: Horizon
) -> dict[Key, Cell]:
    by_path = {kind.path: kind for kind in kinds}
    cells: dict[Key, Cell] = {}
    for row in rows:
        key = key_of(row[1], row[2], row[3])
        cell = cells.setdefault(key, Cell(by_path[key[0]], columns[key[1]]))
        cell.marks[horizon.pressing(State(row[4]), row[5])] += 1
    return cells


def _free(
    cells: dict[Key, Cell], free: dict[Key, set[int]], seen: set[int], plans: dict[int, int], wanted: Wanted
) -> None:
    for key, cell in cells.items():
        cell.query = address(wanted, kind=key[0], unit=key[1])
        cell.chosen = (wanted.kind, wanted.unit) == key
        if not cell.waiting:
            cell.projects = free.get(key, set()) & seen
            cell.amount = sum(plans.get(project, 0) for project in cell.projects)
    most = max((cell.amount for cell in cells.values()), default=0)
    for cell in cells.values():
        cell.share = share(cell.amount, most)


def _rows(
    kinds: list[ProblemClass], columns: dict[str, Column], cells: dict[Key, Cell]
) -> list[tuple[ProblemClass, list[Cell | None], int]]:
    """Every class that has an open problem, in the tree's order, with its cells under the columns."""
    found = []
    for kind in kinds:
        row = [cells.get((kind.path, key)) for key in columns]
        count = sum(cell.count for cell in row if cell)
        if count:
            found.append((kind, row, count))
    return found


def explain(board: Board, user: "User") -> None:
    """What the shown decisions are about: what was put to a leader last, else the most pressing title; three queries.

    Of a project that the decision frees; one that something else still holds would not bear the sum out.

    And what the projects they free wait for then: the permit that the start of each hangs on.
    """
    shown = {(cell.kind.path, cell.column.key): cell for cell in board.decisions}
    if not shown:
        return
    leads = [int(key) for _, key in shown]
    seen = Problem.objects.open().visible_to(user).filter(lead__in=leads)
    asked = Raising.objects.filter(problem__in=seen.values("pk")).order_by("at")
    names = ("problem__problem_class__path", "problem__lead", "problem__project", "words")
    for path, lead, project, words in asked.values_list(*names):
        cell = shown.get((path[:5], str(lead)))
        if cell and project in cell.projects:
            cell.words = words
    titles = seen.order_by("-due_on", "-pk")
    first: dict[Key, str] = {}
    for path, lead, project, title in titles.values_list("problem_class__path", "lead", "project", "title"):
        key = (path[:5], str(lead))
        if key in shown and project in shown[key].projects:
            first[key] = title
    for key, cell in shown.items():
        more = f"等{cell.count}项" if cell.count > 1 else ""
        cell.words = cell.words or f"{first.get(key, '')}{more}"
    steps = held_by({project for cell in shown.values() for project in cell.projects})
    for cell in shown.values():
        cell.still = still(cell.projects, steps)


def freed_of(problems: Iterable[int], user: "User", year: int) -> tuple[set[int], int]:
    """What settling just these problems frees: the projects and the sum of their plans of the year (元)."""
    chosen = set(
        Problem.objects.open().visible_to(user).filter(pk__in=list(problems)).values_list("pk", flat=True)
    )
    projects = Problem.objects.filter(pk__in=chosen).values("project")
    free = freed_by(chosen, Problem.objects.open().filter(project__in=projects).values_list("pk", "project"))
    plans = _plans(free, year)
    return free, sum(plans.values())
