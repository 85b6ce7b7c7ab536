"""通报里办事的表：督查这个月发现了什么；谁的督办单提前办成，哪些问题销了号。"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time

from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING, local_day
from xushi.core.figure import FigureUnit
from xushi.documents.named_scope import Asked, Row, Rows, address, cell
from xushi.inspections.models import Finding
from xushi.inspections.wanted import FindingsWanted
from xushi.inspections.words import FindingClass, FindingState, Severity
from xushi.problems.models import Problem
from xushi.problems.table import State as ProblemState
from xushi.supervision.models import SupervisionOrder

FINDING_COLUMNS = {
    "project": "项目", "territory": "属地", "words": "发现的问题", "kind": "类别", "severity": "严重程度",
    "unit": "整改单位", "due_on": "整改期限", "state": "改到哪一步",
}  # fmt: skip
CLASS_COLUMNS = {"name": "类别", "found": "发现几项", "verified": "已销几项"}
ORDER_COLUMNS = {
    "number": "文号", "title": "事项", "unit": "主办单位", "project": "项目", "days": "比期限提前几个工作日",
}  # fmt: skip
PROBLEM_COLUMNS = {
    "title": "问题", "project": "项目", "unit": "主办单位", "kind": "类别", "days": "从分办到销号几天",
}  # fmt: skip


def said(day: date) -> str:
    return f"{day.month}月{day.day}日"


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(0), BEIJING)


def _of_month(asked: Asked) -> list[Finding]:
    """What the rounds of the month found, the gravest first; read once."""
    if "findings" not in asked.kept:
        found = Finding.objects.visible_to(asked.user).live()
        found = found.filter(visit__round__year=asked.year, visit__round__month=asked.month)
        related = ("project__territory", "unit", "visit")
        asked.kept["findings"] = list(found.select_related(*related).order_by("-severity", "due_on", "pk"))
    kept: list[Finding] = asked.kept["findings"]
    return kept


def _findings(asked: Asked) -> Iterable[tuple[str, Row]]:
    for one in _of_month(asked):
        yield str(one.pk), {
            "project": one.project.name, "territory": str(one.project.territory or ""), "words": one.words,
            "kind": FindingClass(one.finding_class).label, "severity": Severity(one.severity).label,
            "unit": str(one.unit), "due_on": said(one.due_on), "state": FindingState(one.state).label,
        }  # fmt: skip


def _classes(asked: Asked) -> Iterable[tuple[str, Row]]:
    found = Counter(one.finding_class for one in _of_month(asked))
    verified = Counter(one.finding_class for one in _of_month(asked) if one.state == FindingState.VERIFIED)
    rounds = {one.visit.round_id for one in _of_month(asked)}
    for code, count in sorted(found.items(), key=lambda one: (-one[1], one[0])):
        name = FindingClass(code).label
        cells = {
            column: cell(
                asked, ("finding_classes", code, column), label, number, unit="项", scope=name,
                rows=_behind(rounds, code, state),
            )
            for column, label, number, state in (
                ("found", "发现", count, "all"), ("verified", "已销", verified[code], FindingState.VERIFIED),
            )
        }  # fmt: skip
        yield code, {"name": name, **cells}


def _behind(rounds: set[int], code: str, state: str) -> str:
    """The list of one round; a month of several rounds has no list of its own."""
    if len(rounds) != 1:
        return ""
    wanted = FindingsWanted(state=state, round=next(iter(rounds)), group=code)
    return address("inspections:findings", wanted.query())


def _early(asked: Asked) -> Iterable[tuple[str, Row]]:
    """Orders answered in the month ahead of their day, never sent back, found right; none of limited readers."""
    first, after = start_of(asked.month.first_day), start_of(asked.month.next.first_day)
    found = SupervisionOrder.objects.visible_to(asked.user).filter(
        confidential=False, on_time=True, returns=0, verified_at__isnull=False, replied_at__gte=first,
        replied_at__lt=after, due_at__isnull=False,
    )  # fmt: skip
    working, rows = calendar(), []
    for order in found.select_related("lead", "project"):
        if order.replied_at is None or order.due_at is None:
            continue
        days = working.between(local_day(order.replied_at), local_day(order.due_at))
        if days > 0:
            rows.append((days, order))
    for days, order in sorted(rows, key=lambda one: (-one[0], one[1].pk)):
        yield str(order.pk), {
            "number": order.number, "title": order.title, "unit": str(order.lead),
            "project": order.project.name if order.project else "",
            "days": cell(
                asked, ("orders_early", order.pk, "days"), "提前", days, unit=FigureUnit.DAYS, scope=order.number,
                meaning="首次答复比期限早几个工作日。", rows=address("supervision:order", "", order.pk),
            ),
        }  # fmt: skip


def _solved(asked: Asked) -> Iterable[tuple[str, Row]]:
    """Problems closed in the month, the quickest first."""
    first, after = start_of(asked.month.first_day), start_of(asked.month.next.first_day)
    found = Problem.objects.visible_to(asked.user).filter(
        state=ProblemState.CLOSED, closed_at__gte=first, closed_at__lt=after
    )
    rows = []
    for one in found.select_related("project", "lead", "problem_class"):
        began = one.assigned_at or one.reported_at
        if one.closed_at is not None:
            rows.append(((local_day(one.closed_at) - local_day(began)).days, one))
    for days, one in sorted(rows, key=lambda pair: (pair[0], pair[1].pk)):
        yield str(one.pk), {
            "title": one.title, "project": one.project.name, "unit": str(one.lead or ""),
            "kind": str(one.problem_class),
            "days": cell(
                asked, ("problems_solved", one.pk, "days"), "用了", days, unit=FigureUnit.CALENDAR_DAYS,
                scope=one.title, meaning="从分办到销号。", rows=address("problems:problem", "", one.pk),
            ),
        }  # fmt: skip


LISTS = (
    Rows("findings", "这个月督查发现的问题", FINDING_COLUMNS, _findings),
    Rows("finding_classes", "这个月督查发现按类别", CLASS_COLUMNS, _classes),
    Rows("orders_early", "这个月提前办成的督办单", ORDER_COLUMNS, _early),
    Rows("problems_solved", "这个月销号的问题", PROBLEM_COLUMNS, _solved),
)
