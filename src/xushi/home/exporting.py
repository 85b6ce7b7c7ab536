"""导出：看到的行和列，原样写成 xlsx 或 csv。"""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from xushi.home.columns import COLUMNS, Column
from xushi.home.months import Choice
from xushi.home.rows import Row
from xushi.home.wanted import Wanted

if TYPE_CHECKING:
    from xushi.units.models import User

KINDS = ("xlsx", "csv")
FORMATS = {"yi": "#,##0.0000", "share": "0.0%", "points": "0.0", "date": "yyyy-mm-dd"}
LABELS = {"yi": "（亿元）", "points": "（个百分点）"}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def answer(
    rows: Iterable[Row], wanted: Wanted, choice: Choice, kind: str, *, user: "User", now: datetime
) -> HttpResponseBase:
    """The file as a download; ValueError for a kind that is not offered."""
    if kind not in KINDS:
        raise ValueError(f"不能导出成“{kind}”，可选：{'、'.join(KINDS)}。")
    columns = [COLUMNS[key] for key in wanted.columns if COLUMNS[key].kind != "bar"]
    said = f"{user.name}（{user.unit_name}）{now:%Y-%m-%d %H:%M}导出，{choice.month.label}"
    said += "关账数" if choice.closed else "未关账"
    name = f"项目清单{choice.month}.{kind}"
    made = _xlsx(rows, columns, said) if kind == "xlsx" else _csv(rows, columns, said)
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return made


def _label(column: Column) -> str:
    return column.label + LABELS.get(column.kind, "")


def _xlsx(rows: Iterable[Row], columns: list[Column], said: str) -> HttpResponseBase:
    """Written to a temporary file row by row; who and when stand in the page's footer and beside the last head."""
    labels = ["项目", *(_label(column) for column in columns)]
    formats = {
        _label(column): xlsx.Format().set_num_format(FORMATS[column.kind])
        for column in columns
        if column.kind in FORMATS
    }
    widths = {label: 32.0 if label == "项目" else 14.0 for label in labels}

    values = [(_label(column), column.value) for column in columns]

    def records() -> Iterator[dict[str, Any]]:
        for row in rows:
            yield {"项目": row.name, **{label: value(row) for label, value in values}}

    target = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        _or_empty(records(), labels),
        target.name,  # given the file itself, the writer would hold the whole workbook in memory first
        sheet_name="项目清单",
        freeze_row=1,
        freeze_col=1,
        bold_headers=True,
        column_widths=widths,
        column_formats=formats,
        notes={"项目": said},
        page_setup={"landscape": True, "footer": f"&L{said}&R&P/&N"},
    )
    target.seek(0)
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(target, content_type=content_type)


def _or_empty(records: Iterator[dict[str, Any]], labels: list[str]) -> Iterator[dict[str, Any]]:
    """An empty list still has its heads."""
    first = next(records, None)
    yield first if first is not None else dict.fromkeys(labels)
    yield from records


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterable[Row], columns: list[Column], said: str) -> HttpResponseBase:
    """UTF-8 with a mark, so that Excel and WPS read it; the last line says who exported it and when."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(["项目", *(_label(column) for column in columns)])
        for row in rows:
            yield writer.writerow([_safe(row.name), *(_plain(column.value(row)) for column in columns)])
        yield writer.writerow([said])

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else _safe(str(value))


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
