"""写一家单位的模板用的：它的项目做到哪、督办和问题欠着什么、督查发现改了没有。"""

from typing import TYPE_CHECKING, Any

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.clock import local_day
from xushi.documents.drafting import Subject
from xushi.documents.named import Figures
from xushi.documents.named_scope import ABSENT, Asked, Name, Row, address, number, of_figure, told
from xushi.documents.subject_parts import (
    PROGRESS,
    Columns,
    Progress,
    Spec,
    progress_cells,
    rows_of,
    short_day,
)
from xushi.inspections.models import Finding
from xushi.inspections.words import FindingState
from xushi.problems.models import Problem
from xushi.progress.figures import Filters, rows, total
from xushi.progress.models import MonthlyReport
from xushi.progress.standing import COUNTED
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import OPEN, State
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

NUMBERS = {
    "under_way": ("under_way", "当年实施"), "started": ("started", "已开工"),
    "start_rate": ("start_rate.under_way", "开工率"), "annual_plan": ("annual_plan", "年度计划投资"),
    "completed": ("completed_investment", "累计完成投资"), "rate": ("completion_rate", "完成率"),
    "due": ("scheduled_share", "序时进度"), "gap": ("gap_points", "比序时快慢几个百分点"),
    "finished": ("completed_projects", "竣工"),
}  # fmt: skip
PROJECTS = Columns(
    "unit_projects", "它负责的项目，慢的在前",
    {"name": "项目", **PROGRESS, "state": "开没开工", "alert": "预警", "work": "月报写的形象进度"},
)  # fmt: skip
ORDERS = Columns(
    "unit_orders", "它主办、没有办完的督办单",
    {"number": "文号", "title": "事项", "due_on": "期限", "state": "到哪一步", "late": "逾期的写“逾期”"},
)  # fmt: skip
PROBLEMS = Columns(
    "unit_problems", "它主办、没有销号的问题",
    {"title": "问题", "project": "项目", "kind": "类别", "due_on": "期限", "state": "到哪一步"},
)  # fmt: skip
FINDINGS = Columns(
    "unit_findings", "要它整改、没有销的督查发现",
    {"project": "项目", "words": "发现的问题", "due_on": "期限", "state": "到哪一步"},
)  # fmt: skip
SPEC = Spec(
    "这家单位",
    {"name": "单位名称", **{name: label for name, (_, label) in NUMBERS.items()}, "light": "亮灯：绿、黄、红",
     "rank": "按比序时在各责任单位里排第几", "of": "共几家责任单位参加排名"},
    (PROJECTS, ORDERS, PROBLEMS, FINDINGS),
)  # fmt: skip


def of_unit(user: "User", pk: int, figures: Figures) -> Subject | None:
    """The unit as this person sees it; None where there is none, or nothing of it is theirs to see."""
    unit = Unit.objects.filter(pk=pk).first()
    if unit is None:
        return None
    asked, filters = figures.asked, Filters(level="district", unit=pk)
    group = total(user, figures.month, filters)
    if not group.under_way:
        return None
    facts: dict[str, Any] = {"name": unit.name}
    for name, (spec, label) in NUMBERS.items():
        figure = group.figure(spec)
        facts[name] = of_figure(
            asked, f"unit.{name}", Name(name, label, label), figure, by_month=True, scope=f"区级重点项目·{unit}",
            rows=address("home:projects", figure.rows),
        )  # fmt: skip
    facts |= _standing(figures, unit)
    lists = {
        PROJECTS.code: rows_of(PROJECTS, _projects(asked, filters)),
        ORDERS.code: rows_of(ORDERS, _orders(asked, unit)),
        PROBLEMS.code: rows_of(PROBLEMS, _problems(asked, unit)),
        FINDINGS.code: rows_of(FINDINGS, _findings(asked, unit)),
    }
    return Subject("unit", unit.name, facts, SPEC.facts, lists)


def _standing(figures: Figures, unit: Unit) -> dict[str, Any]:
    """Rank and light, where this person sees all that are ranked."""
    asked, ranked = figures.asked, figures.lists["unit_ranks"]
    own = figures.lists.keyed("unit_ranks").get(str(unit.pk), {})
    every = Name("of", "参加排名的单位", "有年度计划的责任单位。")
    none = told("unit.rank", "名次", ABSENT, asked=asked, scope="各责任单位", meaning="")
    return {
        "light": own.get("light", "—"), "rank": own.get("rank") or none,
        "of": number(asked, "unit.of", every, len(ranked), unit="家", scope="各责任单位", as_of=str(asked.month)),
    }  # fmt: skip


def _projects(asked: Asked, filters: Filters) -> list[Row]:
    """Every project of the unit that is under way, the slowest first; three queries."""
    column = "project_id" if asked.closed else "pk"
    found = list(
        rows(asked.user, asked.month, filters.narrowed(stage="under_way")).values(
            column, "project_name", "annual_plan", "cumulative", "due_twelfths", "started", "start_month"
        )
    )
    keys = [one[column] for one in found]
    reports = MonthlyReport.objects.filter(project__in=keys, month=asked.month, state__in=COUNTED)
    work = dict(reports.values_list("project", "physical_progress"))
    alerts = _alerts(asked, keys)
    made = []
    for one in found:
        key, progress = one[column], Progress(one["annual_plan"], one["cumulative"], one["due_twelfths"])
        cells = progress_cells(
            asked,
            f"lists.{PROJECTS.code}.{key}",
            progress,
            one["project_name"],
            address("home:project", "", key),
        )
        overdue = not one["started"] and one["start_month"] and one["start_month"] <= asked.month
        state = "已开工" if one["started"] else "应开未开" if overdue else "未开工"
        row = {
            "name": one["project_name"],
            "state": state,
            "alert": "、".join(alerts.get(key, [])),
            "work": work.get(key, ""),
        }
        gap = progress.gap
        made.append(((gap is None, gap or 0, one["project_name"]), {**row, **cells}))
    return [row for _, row in sorted(made, key=lambda pair: pair[0])]


def _alerts(asked: Asked, keys: list[int]) -> dict[int, list[str]]:
    seen = Alert.objects.visible_to(asked.user).filter(subject_kind="registry.project", subject_id__in=keys)
    found: dict[int, list[str]] = {}
    open_ones = seen.open() if asked.latest else seen.open_at(asked.until)
    for key, cause in open_ones.order_by("cause_rank").values_list("subject_id", "cause"):
        found.setdefault(key, []).append(Cause(cause).label)
    return found


def _orders(asked: Asked, unit: Unit) -> list[Row]:
    """Open orders; those of limited readers are never printed."""
    seen = SupervisionOrder.objects.visible_to(asked.user).filter(
        confidential=False, lead=unit, state__in=OPEN, issued_at__lte=asked.until
    )
    return [
        {
            "number": one.number, "title": one.title, "due_on": short_day(local_day(one.due_at) if one.due_at else None),
            "state": State(one.state).label,
            "late": "逾期" if one.due_at and one.replied_at is None and one.due_at < asked.until else "",
        }
        for one in seen.order_by("due_at", "pk")
    ]  # fmt: skip


def _problems(asked: Asked, unit: Unit) -> list[Row]:
    seen = Problem.objects.open().visible_to(asked.user).filter(lead=unit, reported_at__lte=asked.until)
    return [
        {"title": one.title, "project": one.project.name, "kind": str(one.problem_class),
         "due_on": short_day(one.due_on), "state": one.label}
        for one in seen.select_related("project", "problem_class").order_by("due_on", "pk")
    ]  # fmt: skip


def _findings(asked: Asked, unit: Unit) -> list[Row]:
    seen = Finding.objects.visible_to(asked.user).open().filter(unit=unit, found_at__lte=asked.until)
    return [
        {"project": one.project.name, "words": one.words, "due_on": short_day(one.due_on),
         "state": FindingState(one.state).label}
        for one in seen.select_related("project").order_by("due_on", "pk")
    ]  # fmt: skip
