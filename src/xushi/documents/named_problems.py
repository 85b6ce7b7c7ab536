"""问题事项的数：几批、几个项目、几项、办结几项；哪一类堵得多。"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db.models import Count, Q

from xushi.calendars.selectors import calendar
from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, address, cell, number
from xushi.documents.sourced import Sourced
from xushi.problems.models import Batch, Problem, ProblemClass, ProblemQuerySet
from xushi.problems.rules import Horizon
from xushi.problems.table import ENDED, State

NAMES = (
    Name("batches", "问题批次", "本年梳理出来的批次。"),
    Name("reported", "问题事项", "本年报来的问题，合并和撤回的不算。"),
    Name("projects", "涉及项目", "本年报来的问题涉及的项目，一个只计一次。"),
    Name("closed", "已销号", "本年报来的问题里已经销号的。"),
    Name("open", "在办", "还没有销号、合并或撤回的问题。"),
    Name("overdue", "逾期", "在办的问题里过了期限还没有报办结的。"),
)
SCOPE = "问题事项"


def _counted(asked: Asked) -> ProblemQuerySet:
    seen: ProblemQuerySet = Problem.objects.visible_to(asked.user)
    return seen.filter(reported_at__lte=asked.until).exclude(state__in=[State.MERGED, State.WITHDRAWN])


def _closed(asked: Asked) -> Q:
    return Q(state=State.CLOSED, closed_at__lte=asked.until)


def _open(asked: Asked) -> Q:
    """Open by then: not ended, or ended since."""
    return ~Q(state__in=ENDED) | Q(state=State.CLOSED, closed_at__gt=asked.until)


def _read(asked: Asked) -> Mapping[str, Sourced]:
    year = Q(reported_at__gte=asked.first_moment)
    horizon = Horizon.at(asked.now, calendar())
    counted = _counted(asked).aggregate(
        reported=Count("pk", filter=year), projects=Count("project", filter=year, distinct=True),
        closed=Count("pk", filter=year & _closed(asked)), open=Count("pk", filter=_open(asked)),
        overdue=Count("pk", filter=Q(state=State.ASSIGNED, due_on__lt=horizon.late_before)),
    )  # fmt: skip
    batches = Batch.objects.filter(opened_at__gte=asked.first_moment, opened_at__lte=asked.until).count()
    values = counted | {"batches": batches, "overdue": counted["overdue"] if asked.latest else None}
    units = {"batches": "批", "projects": "个"}
    behind = {"open": "", "overdue": "pressing=overdue"}
    one = partial(number, asked, scope=SCOPE)
    return {
        f"problems.{name.name}": one(
            f"problems.{name.name}", name, values[name.name], unit=units.get(name.name, "项"),
            rows=address("problems:desk", behind[name.name]) if name.name in behind else "",
        )
        for name in NAMES
    }  # fmt: skip


def _batches(asked: Asked) -> Iterable[tuple[str, Row]]:
    """批次 of the year in their order: projects, problems, how many are settled."""
    found = Batch.objects.filter(opened_at__gte=asked.first_moment, opened_at__lte=asked.until).order_by(
        "number"
    )
    held: Any = _counted(asked).exclude(batch=None).order_by().values("batch").annotate(
        projects=Count("project", distinct=True), problems=Count("pk"), closed=Count("pk", filter=_closed(asked)),
        open=Count("pk", filter=_open(asked)),
    )  # fmt: skip
    counted = {row["batch"]: row for row in held}
    for batch in found:
        row = counted.get(batch.pk, {"projects": 0, "problems": 0, "closed": 0, "open": 0})
        states = {"projects": "all", "problems": "all", "closed": "closed", "open": ""}
        labels = {"projects": "项目", "problems": "问题事项", "closed": "已销号", "open": "在办"}
        cells: dict[str, Sourced | str] = {
            column: cell(
                asked, ("problem_batches", batch.number, column), label, row[column], scope=str(batch),
                unit="个" if column in ("projects", "problems") else "项",
                rows="" if column == "projects" else address("problems:desk", _query(batch.number, states[column])),
            )
            for column, label in labels.items()
        }  # fmt: skip
        yield str(batch.number), {
            "name": str(batch), "title": batch.title, "settled": "" if row["open"] else "全部办结", **cells,
        }  # fmt: skip


def _query(batch: int, state: str) -> str:
    return f"batch={batch}" + (f"&state={state}" if state else "")


def _classes(asked: Asked) -> Iterable[tuple[str, Row]]:
    """在办的问题 by class, the most first: where it is stuck."""
    counted: dict[str, int] = {}
    for path, n in (
        _counted(asked)
        .filter(_open(asked))
        .order_by()
        .values_list("problem_class__path")
        .annotate(n=Count("pk"))
    ):
        counted[path[:5]] = counted.get(path[:5], 0) + n
    for kind in sorted(
        ProblemClass.objects.filter(parent=None), key=lambda k: (-counted.get(k.path, 0), k.path)
    ):
        if n := counted.get(kind.path):
            yield kind.code, {
                "name": str(kind),
                "open": cell(
                    asked, ("problem_classes", kind.code, "open"), "在办", n, unit="项", scope=str(kind),
                    rows=address("problems:desk", f"kind={kind.path}"),
                ),
            }  # fmt: skip


PARTS = (Part("problems", SCOPE, NAMES, _read),)
LISTS = (
    Rows(
        "problem_batches", "问题批次",
        {"name": "批次", "title": "说明", "projects": "项目", "problems": "问题事项", "closed": "已销号", "open": "在办",
         "settled": "没有在办的写“全部办结”"}, _batches,
    ),
    Rows("problem_classes", "在办问题的类别", {"name": "类别", "open": "在办"}, _classes),
)  # fmt: skip
