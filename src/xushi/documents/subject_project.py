"""写一个项目的模板用的：概况、进度、没办完的事；曲线和最近的现场照片。"""

from typing import TYPE_CHECKING, Any

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.core.clock import local_day
from xushi.core.figure import FigureUnit
from xushi.core.money import share, yi
from xushi.documents.drafting import Subject
from xushi.documents.named import Figures
from xushi.documents.named_scope import Asked, Name, Row, address, number
from xushi.documents.project_pictures import CHARTS, pictures_of
from xushi.documents.subject_parts import (
    PROGRESS,
    Columns,
    Progress,
    Spec,
    day_words,
    progress_cells,
    rows_of,
    short_day,
)
from xushi.inspections.models import Finding
from xushi.inspections.words import FindingState
from xushi.problems.selectors import of_project as problems_of
from xushi.progress.models import MonthlyReport
from xushi.progress.standing import COUNTED, Standing, standing_of
from xushi.registry.models import Listing, ListLevel, Project, Stage
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.table import OPEN, State

if TYPE_CHECKING:
    from xushi.units.models import User

MATTERS = Columns(
    "project_matters", "没办完的事：预警、问题、督办、督查发现",
    {"kind": "哪一种", "words": "什么事", "unit": "谁办", "due_on": "期限", "state": "到哪一步"},
)  # fmt: skip
SPEC = Spec(
    "这个项目",
    {"name": "项目名称", "content": "建设内容", "territory": "属地", "unit": "责任单位", "owner": "项目单位",
     "leader": "挂钩领导", "person": "责任人", "category": "类别", "levels": "列在哪些名单", "address": "地点",
     "total": "总投资", **PROGRESS, "due": "序时进度", "invested": "开工以来完成投资", "planned_start": "计划开工",
     "started_on": "开工日期", "planned_completion": "计划竣工", "completed_on": "竣工日期", "work": "月报写的形象进度",
     "facts": "月报写的当月情况", "difficulty": "当前卡点",
     "curve": "画得出曲线时有字", "photos": "现场照片的时间和来源，没有照片就空着",
     "glance": "有曲线或照片可并排时有字"},
    (MATTERS,),
    CHARTS,
)  # fmt: skip


def of_project(user: "User", pk: int, figures: Figures) -> Subject | None:
    """The project as this person sees it; None where it is out of sight."""
    related = ("territory", "responsible_unit", "owner_unit", "leader", "category")
    project = Project.objects.visible_to(user).select_related(*related).filter(pk=pk).first()
    if project is None:
        return None
    asked = figures.asked
    standing = standing_of(pk, figures.month, asked.closing)
    facts = {**_words(project, asked), **_numbers(project, standing, asked)}
    pictures = pictures_of(user, project, figures)
    shown = {name: one.alt for name, one in pictures.items()}
    facts |= {"curve": shown.get("project_curve", ""), "photos": shown.get("photos", "")}
    facts |= {"glance": shown.get("project_glance", "")}
    matters = {MATTERS.code: rows_of(MATTERS, _matters(user, project, asked))}
    return Subject("project", project.name, facts, SPEC.facts, matters, {**CHARTS, **shown}, pictures)


def _words(project: Project, asked: Asked) -> dict[str, Any]:
    report = (
        MonthlyReport.objects.filter(project=project, month__lte=asked.month, state__in=COUNTED)
        .order_by("-month")
        .first()
    )
    listed = Listing.objects.filter(project=project, year=asked.year).order_by("level")
    levels = [
        f"{ListLevel(one.level).label}{'（前期）' if one.stage == Stage.PRELIMINARY else ''}"
        for one in listed
    ]
    return {
        "name": project.name, "content": project.content or "—", "territory": str(project.territory),
        "unit": str(project.responsible_unit), "owner": str(project.owner_unit or "—"),
        "leader": project.leader.name if project.leader else "—", "person": project.responsible_person or "—",
        "category": project.category.name, "levels": "、".join(levels) or "不在当年名单",
        "address": project.address or "—", "started_on": day_words(project.started_on),
        "planned_completion": day_words(project.planned_completion_on), "completed_on": day_words(project.completed_on),
        "work": (report.physical_progress if report else "") or "—", "facts": (report.facts if report else "") or "—",
        "difficulty": project.difficulty or "—",
    }  # fmt: skip


def _numbers(project: Project, standing: Standing | None, asked: Asked) -> dict[str, Any]:
    behind = address("home:project", f"month={asked.month}", project.pk)
    progress = None
    if standing and standing.annual_plan:
        progress = Progress(standing.annual_plan, standing.cumulative, standing.due_twelfths)
    due = share(standing.due_twelfths, standing.annual_plan * 12) if standing else None
    values = {
        "total": (
            "总投资",
            yi(standing.total_investment if standing else project.total_investment),
            FigureUnit.YI,
        ),
        "due": ("序时进度", due, FigureUnit.SHARE),
        "invested": ("开工以来完成投资", yi(standing.invested_to_date) if standing else None, FigureUnit.YI),
    }
    made: dict[str, Any] = {
        name: number(
            asked, f"project.{name}", Name(name, label, label), value, unit=unit, scope=project.name, rows=behind,
            closed=asked.closed, as_of=str(asked.month), places=2 if unit is FigureUnit.YI else 1,
        )
        for name, (label, value, unit) in values.items()
    }  # fmt: skip
    start = standing.start_month if standing else None
    made["planned_start"] = start.label if start else "—"
    return {**made, **progress_cells(asked, "project", progress, project.name, behind)}


def _matters(user: "User", project: Project, asked: Asked) -> list[Row]:
    """Everything open about the project: alerts, problems, orders, findings; four queries."""
    alerts = (
        Alert.objects.open().visible_to(user).filter(subject_kind="registry.project", subject_id=project.pk)
    )
    made: list[Row] = [
        {"kind": "预警", "words": f"{Cause(one.cause).label}，{one.note}" if one.note else Cause(one.cause).label,
         "unit": str(one.responsible_unit or ""), "due_on": "—", "state": one.get_level_display()}
        for one in alerts.select_related("responsible_unit").order_by("level_rank", "cause_rank")
    ]  # fmt: skip
    made += [
        {"kind": "问题", "words": one.title, "unit": str(one.lead or "待分办"), "due_on": short_day(one.due_on),
         "state": one.label}
        for one in problems_of(user, project)
    ]  # fmt: skip
    orders = SupervisionOrder.objects.visible_to(user).filter(
        confidential=False, project=project, state__in=OPEN, issued_at__lte=asked.now
    )
    made += [
        {"kind": "督办", "words": f"{one.number}{one.title}", "unit": str(one.lead),
         "due_on": short_day(local_day(one.due_at) if one.due_at else None), "state": State(one.state).label}
        for one in orders.select_related("lead").order_by("due_at", "pk")
    ]  # fmt: skip
    findings = Finding.objects.visible_to(user).open().filter(project=project).select_related("unit")
    made += [
        {"kind": "督查", "words": one.words, "unit": str(one.unit), "due_on": short_day(one.due_on),
         "state": FindingState(one.state).label}
        for one in findings.order_by("due_on", "pk")
    ]  # fmt: skip
    return made
