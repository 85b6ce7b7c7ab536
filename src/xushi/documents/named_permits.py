"""手续的数：几个项目在等、超时限几个、压着多少投资；堵在哪几个环节。"""

from collections.abc import Iterable, Mapping

from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, address, cell_of, number, of_figure
from xushi.documents.sourced import Sourced
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.figures import Board, Day, board, waiting, whole_of
from xushi.permits.models import PermitStep
from xushi.progress.figures import Filters, rows

NAMES = (
    Name("projects", "在等手续的项目", "没有开工、有一步手续在等的项目，一个只计一次。"),
    Name("overdue", "超时限的项目", "在等手续的项目里，有一步过了承诺时限的。"),
    Name("preliminary_overdue", "前期项目超时限", "区级前期工作项目里，有一步手续过了承诺时限的。"),
    Name("joint_preliminary_overdue", "省市前期项目超时限", "省市前期工作项目里，有一步手续过了承诺时限的。"),
    Name("investment", "压着的总投资", "在等手续的项目的总投资之和。"),
)
AT_MOST = 6


def _board(asked: Asked) -> Board:
    if "permits" not in asked.kept:
        asked.kept["permits"] = board(asked.user, Wanted(), asked.day)
    made: Board = asked.kept["permits"]
    return made


def _read(asked: Asked) -> Mapping[str, Sourced]:
    """What waits is known of today alone."""
    if not asked.latest:
        return {}
    told = _board(asked)
    figures = {"projects": told.projects, "overdue": told.late, "investment": told.amount}
    made = {
        f"permits.{name.name}": of_figure(
            asked, f"permits.{name.name}", name, figures[name.name],
            rows=address("permits:bottlenecks", figures[name.name].rows),
        )
        for name in NAMES if name.name in figures
    }  # fmt: skip
    for name in NAMES:
        if level := LEVELS.get(name.name):
            key = f"permits.{name.name}"
            made[key] = number(asked, key, name, _preliminary_overdue(asked, level), scope="前期工作项目")
    return made


LEVELS = {"preliminary_overdue": "district", "joint_preliminary_overdue": "provincial_municipal"}


def _preliminary_overdue(asked: Asked, level: str) -> int:
    """Preliminary projects of a level with a step past its promised date."""
    found = rows(asked.user, asked.month, Filters(level=level, stage="preliminary"))
    projects = found.order_by().values("project_id" if asked.closed else "pk")
    steps = waiting(PermitStep.objects.visible_to(asked.user), Wanted(started="1"), asked.day)
    return whole_of(steps.filter(project__in=projects).annotate(past=Day.of(asked.day).kind)).overdue


def _choked(asked: Asked) -> Iterable[tuple[str, Row]]:
    """堵点: the steps at which the most projects are past the limit."""
    if not asked.latest:
        return
    held = [row for row in _board(asked).rows if row.overdue.value]
    for row in sorted(held, key=lambda one: (-(one.overdue.value or 0), -(one.waiting.value or 0)))[:AT_MOST]:
        key = f"{row.queue.step.code}~{row.queue.unit}"
        figures = {"waiting": row.waiting, "overdue": row.overdue, "median": row.median}
        cells: dict[str, Sourced | str] = {
            column: cell_of(
                asked, ("choke_points", key, column), figure, scope=f"{row.queue.step.name}·{row.queue.department}",
                rows=address("permits:bottlenecks", figure.rows),
            )
            for column, figure in figures.items()
        }  # fmt: skip
        yield key, {"name": row.queue.step.name, "unit": row.queue.department, **cells}


PARTS = (Part("permits", "前期手续", NAMES, _read),)
LISTS = (
    Rows(
        "choke_points", "超时限最多的手续环节",
        {"name": "环节", "unit": "单位", "waiting": "在等", "overdue": "超时限", "median": "等待中位"}, _choked,
    ),
)  # fmt: skip
