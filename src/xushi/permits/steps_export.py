"""导出：一个项目的各步手续一步一行写成 xlsx。"""

from typing import TYPE_CHECKING, Any

from xushi.kit.sheets import Sheet, safe
from xushi.permits.selectors import Row, Steps
from xushi.registry.models import Project

if TYPE_CHECKING:
    pass

DATES = ("可以办的日子", "计划报件", "报件", "受理", "承诺办结", "办结", "有效至", "容缺补齐期限")
COLUMNS = (
    "阶段", "手续", "办理部门", "状态", "等什么", *DATES[:6], "用了或等了（工作日）", "承诺时限（工作日）",
    "法定时限（工作日）", "超承诺（工作日）", "有效至", "延过几次", "补正要补", "容缺所欠", "容缺补齐期限",
    "理由或批文号", "确认人", "凭证（份）",
)  # fmt: skip
WIDTHS = {"手续": 24.0, "等什么": 36.0, "补正要补": 36.0, "理由或批文号": 36.0}


def answer(project: Project, steps: Steps) -> Sheet:
    rows = [_record(stage, row) for stage, own in steps.by_stage() for row in own]
    return Sheet(
        f"{project.name}前期手续", COLUMNS, rows, about=str(steps.track.catalogue), tab="前期手续", frozen=2,
        formats=dict.fromkeys(DATES, "yyyy-mm-dd"), widths=WIDTHS,
    )  # fmt: skip


def _record(stage: str, row: Row) -> dict[str, Any]:
    step, permit = row.step, row.step.permit
    values = (
        stage, permit.name, str(row.holder or "还没定单位"), row.where, "、".join(row.waits_for), step.ready_since,
        step.planned_on, step.submitted_on, step.accepted_on, row.due_on, step.decided_on, row.days,
        permit.promised_days, permit.legal_days, row.over, step.expires_on, step.extensions or None,
        row.owed.words if row.owed else "", step.lacking, step.lacking_until, step.reason,
        step.confirmed_by.name if step.confirmed_by else "", len(row.files) or None,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))
