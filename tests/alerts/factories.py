"""造预警与它的对象，给预警的测试用。"""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories import NOW
from xushi.alerts import tally
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Finding, Level, SubjectInfo


def subject(number: int = 1, **changes: Any) -> SubjectInfo:
    return SubjectInfo(**({"kind": "registry.project", "id": number, "name": f"第{number}号项目"} | changes))


def late(level: Level = Level.YELLOW, since: date = date(2018, 6, 30)) -> Finding:
    return Finding(Cause.OVERDUE_START, level, since, note="计划2018年6月开工，还没有开工")


def slow(points: str = "-15", level: Level = Level.YELLOW) -> Finding:
    return Finding(
        Cause.SLIPPING, level, date(2018, 8, 31), 270_000_000, Decimal(points), f"慢{points.strip('-')}"
    )


def alert(number: int = 1, cause: Cause = Cause.OVERDUE_START, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "subject_kind": "registry.project",
        "subject_id": number,
        "subject_name": f"第{number}号项目",
        "cause": cause,
        "level": Level.YELLOW,
        "since": date(2018, 6, 30),
        "opened_at": NOW,
        "changed_at": NOW,
    }
    made: Alert = Alert.objects.create(**(values | changes))
    tally.recount()
    return made
