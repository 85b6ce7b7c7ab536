"""交叉页的导出：页上看到的那张表，数是数，写成 xlsx。"""

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from xushi.core.figure import FigureUnit
from xushi.home.crossing import DIMENSIONS, Crossing

if TYPE_CHECKING:
    from xushi.units.models import User

FORMATS = {
    FigureUnit.COUNT: "#,##0",
    FigureUnit.YI: "#,##0.0",
    FigureUnit.SHARE: "0.0%",
    FigureUnit.POINTS: '+0.0;"−"0.0;0.0',
}
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(page: Crossing, *, user: "User", now: datetime) -> HttpResponse:
    """The workbook as a download; the last line says of whom, of when, who took it and when."""
    made = HttpResponse(_book(page, _said(page, user, now)), content_type=CONTENT_TYPE)
    name = f"{page.title}{page.choice.month}.xlsx"
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return made


def _said(page: Crossing, user: "User", now: datetime) -> str:
    fixed = "关账数" if page.choice.closed else "未关账"
    return f"{page.scope}{page.choice.month.label}{fixed}；{user.name}（{user.unit_name}）{now:%Y-%m-%d %H:%M}导出"


def _book(page: Crossing, said: str) -> bytes:
    """A title, the heads, the cells with unrounded values in the page's format, and what was said of them."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("交叉")
    bold = book.add_format({"bold": True})
    number = book.add_format({"num_format": FORMATS[page.unit]})
    sheet.write_string(0, 0, f"{page.title}（{page.unit.value}）", bold)
    sheet.write_row(1, 0, [DIMENSIONS[page.down], *page.columns], bold)
    for row, (name, cells) in enumerate(page.lines, 2):
        sheet.write_string(row, 0, name)
        for column, figure in enumerate(cells, 1):
            if figure and figure.value is not None:
                sheet.write_number(row, column, float(figure.value), number)
            elif figure:
                sheet.write_string(row, column, figure.text())
    sheet.write_string(len(page.rows) + 3, 0, said)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(page.columns), 14)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_footer(f"&L{said}&R&P/&N")
    book.close()
    return buffer.getvalue()
