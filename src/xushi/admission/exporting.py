"""导出：看到的清单原样写成 xlsx，谁何时导的印在页脚和批注里。"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.admission.measures import COMPUTED, Item
from xushi.admission.models import Application
from xushi.admission.scoring import missed, value_of
from xushi.core.clock import BEIJING, local_day

if TYPE_CHECKING:
    from xushi.units.models import User

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
ITEMS = tuple(f"{item.label}（{item.unit}）" for item in Item)
MEASURES = tuple(f"{one.label}（{one.unit}）" for one in COMPUTED)
COLUMNS = (
    "项目", "企业", "信用代码", "行业", "属地", "状态", *ITEMS, *MEASURES, "门槛", "没达标", "答复", "会次",
    "计划投产", "达产年份", "申报日期",
)  # fmt: skip
WIDTHS = {"项目": 30.0, "企业": 30.0, "信用代码": 22.0, "门槛": 26.0}


def answer(user: "User", rows: Any, now: datetime) -> FileResponse:
    """The file as a download, written row by row."""
    at = now.astimezone(BEIJING)
    said = f"{user.name}（{user.unit_name}）{at:%Y-%m-%d %H:%M}导出，准入会审"
    formats = (
        dict.fromkeys(ITEMS, "#,##0.##") | dict.fromkeys(MEASURES, "#,##0.0##") | {"申报日期": "yyyy-mm-dd"}
    )
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(_record(one) for one in rows.iterator(chunk_size=500)),
        target,
        sheet_name="准入会审",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={name: WIDTHS.get(name, 14.0) for name in COLUMNS},
        column_formats={name: xlsx.Format().set_num_format(code) for name, code in formats.items()},
        notes={"项目": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'准入会审{local_day(now)}.xlsx')}"
    return made


def _or_empty(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(COLUMNS)
    yield from records


def _record(one: Any) -> dict[str, Any]:
    application: Application = one
    numbers = application.numbers
    worth = [float(numbers.worth(item)) for item in Item]
    values = [value_of(measure, numbers) for measure in COMPUTED]
    short = "、".join(row.measure.label for row in missed(application.scored()))
    row = (
        application.name, application.enterprise, application.credit_code, str(application.industry),
        str(application.territory), application.label, *worth,
        *(None if value is None else float(value) for value in values),
        f"{application.criteria.year}年第{application.criteria.version}版", short,
        f"{one.answered or 0}/{one.asked or 0}", str(application.sitting or ""), application.production.label,
        application.capacity_year, local_day(application.submitted_at),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(_safe, row), strict=True))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
