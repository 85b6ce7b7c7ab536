"""预警的数：应开未开、进度滞缓和别的各几个，其中红的几个；是哪些项目。"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db.models import Count

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Level
from xushi.core.figure import FigureUnit
from xushi.core.money import yi
from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, address, cell, number
from xushi.documents.sourced import Sourced

TOLD = (
    Cause.OVERDUE_START, Cause.SLIPPING, Cause.OVERDUE_COMPLETION, Cause.REPORT_MISSING, Cause.NOT_IN_STATISTICS,
    Cause.ORDER_DUE, Cause.PROBLEM_DUE,
)  # fmt: skip
NAMES = tuple(
    name
    for cause in TOLD
    for name in (
        Name(cause.value, Cause(cause).label, f"开着的{Cause(cause).label}预警。"),
        Name(f"{cause.value}_red", f"{Cause(cause).label}（红）", f"开着的{Cause(cause).label}预警里红的。"),
    )
)


def _open(asked: Asked) -> Any:
    """Open now, or at the end of an earlier month."""
    seen = Alert.objects.visible_to(asked.user)
    return seen.open() if asked.latest else seen.open_at(asked.until)


def _read(asked: Asked) -> Mapping[str, Sourced]:
    counted: dict[str, int] = {}
    for cause, level, n in _open(asked).order_by().values_list("cause", "level").annotate(n=Count("pk")):
        counted[cause] = counted.get(cause, 0) + n
        if level == Level.RED:
            counted[f"{cause}_red"] = n
    one = partial(number, asked, scope="预警")
    return {
        f"alerts.{name.name}": one(
            f"alerts.{name.name}",
            name,
            counted.get(name.name, 0),
            rows=address("alerts:list", _query(name.name)),
        )
        for name in NAMES
    }


def _query(name: str) -> str:
    cause, red, _ = name.partition("_red")
    return f"cause={cause}" + (f"&level={Level.RED}" if red else "")


def _projects(asked: Asked, *, cause: Cause, code: str) -> Iterable[tuple[str, Row]]:
    """The projects of one cause, the worst first."""
    found = _open(asked).filter(cause=cause).select_related("territory", "responsible_unit")
    for alert in found.order_by("level_rank", "behind", "since", "subject_name", "pk"):
        behind = address("home:project", "", alert.subject_id)
        yield str(alert.pk), {
            "name": alert.subject_name, "territory": str(alert.territory or ""),
            "unit": str(alert.responsible_unit or ""), "level": alert.get_level_display(),
            "since": f"{alert.since.year}年{alert.since.month}月", "note": alert.note,
            "points": cell(
                asked, (code, alert.pk, "points"), "比序时", alert.points, unit=FigureUnit.POINTS,
                scope=alert.subject_name, rows=behind,
            ),
            "amount": cell(
                asked, (code, alert.pk, "amount"), "欠序时投资", None if alert.amount is None else yi(alert.amount),
                unit=FigureUnit.YI, scope=alert.subject_name, rows=behind, places=2,
            ),
        }  # fmt: skip


COLUMNS = {
    "name": "项目", "territory": "属地", "unit": "责任单位", "level": "级别", "since": "自何时起", "note": "说明",
    "points": "比序时差几个百分点", "amount": "欠多少投资",
}  # fmt: skip
PARTS = (Part("alerts", "预警", NAMES, _read),)
LISTS = tuple(
    Rows(code, title, COLUMNS, partial(_projects, cause=cause, code=code))
    for code, title, cause in (
        ("overdue_start", "应开未开的项目", Cause.OVERDUE_START),
        ("slipping", "进度滞缓的项目", Cause.SLIPPING),
    )
)
