"""排队里的一个个项目：图上的每个图形、清单的每一行、派督办要选中的；查询个数不随行数变。"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q

from xushi.duties.followed import Follow, Heard, followed, heard
from xushi.kit.addresses import address_of
from xushi.permits.bottlenecks import LONG_PAST, PAST, WITHIN, Queue
from xushi.permits.bottlenecks_plot import Place, places, share_of, single_days
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.figures import Board, Day, over_days, waiting
from xushi.permits.models import ExpectedStart, PermitStep, Prerequisite, Supplement
from xushi.permits.policy import can_read
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User

PER_PAGE = 50
MOST_ORDERS = 500
OWED = Prefetch("supplements", Supplement.objects.filter(answered_on=None), to_attr="owed")
LISTED = ("project__territory", "permit__department__successor")
MARKS = {WITHIN: "working", PAST: "needs_coordination", LONG_PAST: "overdue"}


def opened_by(user: "User", project: int) -> str:
    """Where a mark leads: the steps of the project; whoever only reads the board's figures sees the project."""
    name = "permits:steps" if can_read(user) else "home:project"
    return address_of(name, project)


@dataclass(frozen=True, slots=True)
class Mark:
    """One project on the plot."""

    project: int
    name: str
    days: int
    kind: str


def drawn_places(board: Board) -> dict[str, list[Place]]:
    """By queue: what stands where; the axis and the budget are the whole board's."""
    most = share_of(board.queues)
    return {queue.key: places(queue, board.axis, most) for queue in board.queues}


def marks(user: "User", wanted: Wanted, board: Board, drawn: dict[str, list[Place]]) -> dict[str, list[Mark]]:
    """By queue: the projects that have a mark of their own, by days waited; one query."""
    asked = Q(pk__in=[])
    for own in drawn.values():
        for queue, first, last in single_days(own):
            asked |= _ready(queue, first, last, board)
    rows = waiting(PermitStep.objects.visible_to(user), wanted.scope(), board.day.today).filter(asked)
    rows = rows.annotate(past=board.day.kind).values_list(
        "permit_id", "project_id", "project__name", "ready_since", "past"
    )
    found: dict[str, list[Mark]] = defaultdict(list)
    for permit, project, name, ready, past in rows.order_by("ready_since", "pk"):
        key = board.keys[permit]
        found[key].append(Mark(project, name, board.day.ruler.between(ready, board.day.today), past))
    return found


def _ready(queue: Queue, first: int, last: int, board: Board) -> Q:
    """Of this queue whoever has waited from..to days: became ready between the days that make such a wait."""
    days = [board.since[n] for n in range(first, last + 1) if n in board.since]
    permits = [permit for permit, key in board.keys.items() if key == queue.key]
    earliest, latest = min(day[0] for day in days), max(day[1] for day in days)
    return Q(permit__in=permits, ready_since__gte=earliest, ready_since__lte=latest)


@dataclass(frozen=True, slots=True)
class Line:
    """One project of a list: what it waits for and since when. over: working days past the promise, None within it."""

    step: Any
    days: int
    kind: str
    over: int | None
    expected: ExpectedStart | None
    following: list[str]
    order: Follow | None
    heard: Heard | None
    url: str

    @property
    def mark(self) -> str:
        return MARKS[self.kind]

    @property
    def stuck(self) -> str:
        """卡在哪: what a supplement asks for, what is still owed, else what the project itself says."""
        owed = self.step.owed[0].words if self.step.owed else ""
        return owed or self.step.lacking or self.step.project.difficulty

    @property
    def holder(self) -> str:
        """在谁手里: the owner until it is handed in and while a supplement is owed."""
        if self.step.state in ("planned", "supplement"):
            return "项目单位"
        department = self.step.permit.department
        return str(department) if department else "还没定单位"


class Counted(Paginator):
    """A list whose length the figures above it have said already."""

    def __init__(self, rows: Any, count: int) -> None:
        super().__init__(rows, PER_PAGE)
        self.__dict__["count"] = count


def found(user: "User", wanted: Wanted, board: Board) -> Any:
    """The steps of the list, the longest wait first."""
    day = board.day
    rows = waiting(PermitStep.objects.visible_to(user), wanted, day.today).annotate(past=day.kind)
    if wanted.over in ("0", "1", "long"):
        past = {"0": Q(past=WITHIN), "1": ~Q(past=WITHIN), "long": Q(past=LONG_PAST)}
        rows = rows.filter(past[wanted.over])
    if span := wanted.waited:
        days = [board.since[n] for n in board.since if span[0] <= n <= span[1]]
        ends = (min(d[0] for d in days), max(d[1] for d in days)) if days else (date.max, date.min)
        rows = rows.filter(ready_since__gte=ends[0], ready_since__lte=ends[1])
    return rows.select_related(*LISTED).order_by("ready_since", "pk")


def page_of(user: "User", wanted: Wanted, board: Board, number: str) -> "Page[Any]":
    """Its object_list are Lines; seven queries at most, none of them counts."""
    page = Counted(found(user, wanted, board), board.count(wanted)).get_page(number)
    rows: Any = page.object_list
    page.object_list = lines(user, rows.prefetch_related(OWED), board.day)
    return page


def lines(user: "User", rows: Iterable[Any], day: Day) -> list[Line]:
    steps = list(rows)
    projects = {step.project_id: step.project for step in steps}
    starts = ExpectedStart.objects.filter(project__in=list(projects)).in_bulk(field_name="project_id")
    after = _following({step.permit_id for step in steps})
    orders = followed(user, list(projects.values()))
    said = heard(user, list(projects.values()))
    return [
        Line(
            step=step,
            days=day.ruler.between(step.ready_since, day.today),
            kind=step.past,
            over=over_days(step.due_on, step.past, day, step.owed[0].asked_on if step.owed else None),
            expected=starts.get(step.project_id),
            following=after.get(step.permit_id, []),
            order=orders.get(step.project_id),
            heard=said.get(step.project_id),
            url=opened_by(user, step.project_id),
        )
        for step in steps
    ]


def _following(permits: Iterable[int]) -> dict[int, list[str]]:
    """下一步: the names of what each permit leads to."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Prerequisite.objects.filter(needs__in=list(permits)).order_by("permit__place")
    for permit, name in rows.values_list("needs_id", "permit__name"):
        found[permit].append(name)
    return found


def to_order(user: "User", wanted: Wanted, board: Board, ticked: Sequence[int] | None) -> list[int]:
    """The projects to draft orders for, the longest wait first: the ticked ones, else all past their limit."""
    rows = found(user, wanted, board).order_by("ready_since", "pk")
    if ticked is None:
        rows = rows.exclude(past=WITHIN)
    else:
        seen = Project.objects.filter(pk__in=list(ticked)[:MOST_ORDERS])
        rows = rows.filter(project__in=seen.values("pk"))
    return list(dict.fromkeys(rows.values_list("project_id", flat=True)[: MOST_ORDERS * 2]))[:MOST_ORDERS]
