"""导出：一个项目的各步手续一步一行写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import BEIJING
from xushi.permits.bottlenecks_export import DANGEROUS
from xushi.permits.selectors import Row, Steps
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User

DATES = ("可以办的日子", "计划报件", "报件", "受理", "承诺办结", "办结", "有效至", "容缺补齐期限")
COLUMNS = (
    "阶段", "手续", "办理部门", "状态", "等什么", *DATES[:6], "用了或等了（工作日）", "承诺时限（工作日）",
    "法定时限（工作日）", "超承诺（工作日）", "有效至", "延过几次", "补正要补", "容缺所欠", "容缺补齐期限",
    "理由或批文号", "确认人", "凭证（份）",
)  # fmt: skip
WIDTHS = {"手续": 24.0, "等什么": 36.0, "补正要补": 36.0, "理由或批文号": 36.0}


def answer(user: "User", project: Project, steps: Steps, now: datetime) -> FileResponse:
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，{project.name}前期手续，{steps.track.catalogue}"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    rows = [_record(stage, row) for stage, own in steps.by_stage() for row in own] or [dict.fromkeys(COLUMNS)]
    xlsx.write_worksheet(
        rows,
        target,
        sheet_name="前期手续",
        freeze_row=1,
        freeze_col=2,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format("yyyy-mm-dd") for name in DATES},
        notes={"手续": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{project.name}前期手续.xlsx')}"
    return made


def _record(stage: str, row: Row) -> dict[str, Any]:
    step, permit = row.step, row.step.permit
    values = (
        stage, permit.name, str(row.holder or "还没定单位"), row.where, "、".join(row.waits_for), step.ready_since,
        step.planned_on, step.submitted_on, step.accepted_on, row.due_on, step.decided_on, row.days,
        permit.promised_days, permit.legal_days, row.over, step.expires_on, step.extensions or None,
        row.owed.words if row.owed else "", step.lacking, step.lacking_until, step.reason,
        step.confirmed_by.name if step.confirmed_by else "", len(row.files) or None,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, values), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
