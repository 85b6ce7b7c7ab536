"""导出：计划清单原样写成 xlsx。"""

from typing import TYPE_CHECKING, Any

from xushi.core.money import wan
from xushi.kit.sheets import Sheet, safe
from xushi.planning.models import Programme, ProgrammeItem

if TYPE_CHECKING:
    pass

MONEY = ("总投资（万元）", "至上年底累计（万元）", "年度计划（万元）")
COLUMNS = (
    "项目名称", "来源", "阶段", "级别", "类别", "属地", "责任单位", *MONEY, "计划开工", "计划竣工", "列入", "理由",
)  # fmt: skip
WIDTHS = {"项目名称": 36.0, "理由": 40.0}


def answer(programme: Programme, rows: Any) -> Sheet:
    """Written row by row."""
    formats = dict.fromkeys(MONEY, "#,##0.####")
    rows = (_record(item) for item in rows.iterator(chunk_size=1000))
    return Sheet(
        str(programme), COLUMNS, rows, about=programme.get_state_display(), tab=programme.short,
        formats=formats, widths=WIDTHS,
    )  # fmt: skip


def _record(item: ProgrammeItem) -> dict[str, Any]:
    levels = ["省级"] * item.provincial + ["市级"] * item.municipal + ["区级"]
    values = (
        item.name, item.get_source_display(), item.get_stage_display(), "、".join(levels), str(item.category),
        str(item.territory), str(item.responsible_unit), float(wan(item.total_investment)),
        float(wan(item.invested_before)), float(wan(item.planned_investment)),
        str(item.start_month or ""), str(item.completion_month or ""), "否" if item.dropped else "是", item.reason,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(safe, values), strict=True))
