"""导出：看到的督办清单和单位考核表，写成 xlsx，页脚写明谁、何时。"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.clock import local_day
from xushi.supervision.figures import COUNTS, SPANS, UnitRow
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.rules import Urgency
from xushi.supervision.table import State
from xushi.units.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATES = ("签发", "签收", "期限", "首次反馈", "核验", "销号")
ORDER_HEADS = (
    "文号", "督办事项", "项目", "来源", "主办", "协办", "急缓", "状态", *DATES,
    "按期", "退回次数", "延期次数", "办理要求",
)  # fmt: skip
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def orders_book(orders: Iterable[SupervisionOrder], *, user: User, now: datetime) -> FileResponse:
    """The list as it is shown, one row an order."""
    formats = dict.fromkeys(DATES, "yyyy-mm-dd")
    return _book("督办清单", ORDER_HEADS, map(_order, orders), formats, user=user, now=now)


def _order(order: SupervisionOrder) -> dict[str, Any]:
    moments = (
        order.issued_at,
        order.acknowledged_at,
        order.due_at,
        order.replied_at,
        order.verified_at,
        order.closed_at,
    )
    values = (
        order.number or "拟稿",
        order.title,
        order.project.name if order.project else "",
        order.source_name,
        str(order.lead),
        "、".join(str(helper.unit) for helper in order.helpers.all()),
        Urgency(order.urgency).label,
        State(order.state).label,
        *(_day(moment) for moment in moments),
        {True: "是", False: "否"}.get(order.on_time, ""),  # type: ignore[arg-type]
        order.returns,
        order.extensions,
        order.demand,
    )
    return dict(zip(ORDER_HEADS, map(_safe, values), strict=True))


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None


def units_book(
    rows: Sequence[UnitRow], total: UnitRow, period: str, *, user: User, now: datetime
) -> FileResponse:
    """考核表: a row a lead unit, the whole at the end."""
    counts = {name: label for name, (label, _) in COUNTS.items()}
    steps = {name: f"{label}中位（个工作日）" for name, (label, _, _) in SPANS.items()}
    heads = ["主办单位", *counts.values(), "按期率", *steps.values()]

    def record(row: UnitRow) -> dict[str, Any]:
        values: dict[str, Any] = {"主办单位": _safe(row.unit.name) if row.unit else "合计"}
        values |= {label: int(row[name].value or 0) for name, label in counts.items()}
        values["按期率"] = None if row["rate"].value is None else float(row["rate"].value)
        return values | {
            label: None if (days := row[name].value) is None else float(days) for name, label in steps.items()
        }

    made = map(record, [*rows, total])
    return _book(f"督办考核表{period}", heads, made, {"按期率": "0.0%"}, user=user, now=now)


def _book(
    name: str,
    heads: Sequence[str],
    records: Iterator[dict[str, Any]],
    formats: Mapping[str, str],
    *,
    user: User,
    now: datetime,
) -> FileResponse:
    said = f"{user.name}（{user.unit_name}）{now:%Y-%m-%d %H:%M}导出"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(records, heads),
        target,
        sheet_name=name[:31],
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths={
            head: 32.0 if head in ("督办事项", "办理要求", "项目", "主办单位") else 14.0 for head in heads
        },
        column_formats={head: xlsx.Format().set_num_format(form) for head, form in formats.items()},
        notes={heads[0]: said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    return FileResponse(target, content_type=XLSX, headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.xlsx"}


def _or_empty(records: Iterator[dict[str, Any]], heads: Sequence[str]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(heads)
    yield from records


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
