"""交叉页的导出：页上看到的那张表，数是数，写成 xlsx。"""

from dataclasses import dataclass
from io import BytesIO

import xlsxwriter

from xushi.core.figure import FigureUnit
from xushi.home.crossing import DIMENSIONS, Crossing
from xushi.kit.sheets import Signed, TooLong, Written, footer, last_line

FORMATS = {
    FigureUnit.COUNT: "#,##0",
    FigureUnit.YI: "#,##0.0",
    FigureUnit.SHARE: "0.0%",
    FigureUnit.POINTS: '+0.0;"−"0.0;0.0',
}


@dataclass(frozen=True, slots=True)
class CrossingBook:
    """An export as kit.sheets.Export has it, with a title above its heads."""

    page: Crossing
    kind: str = "xlsx"
    personal: bool = False

    @property
    def title(self) -> str:
        return self.page.title

    @property
    def named(self) -> str:
        return f"{self.page.title}{self.page.choice.month}"

    @property
    def about(self) -> str:
        return f"{self.page.scope}{self.page.choice.month.label}{'关账数' if self.page.choice.closed else '未关账'}"

    def write(self, signed: Signed, most: int | None) -> Written:
        rows = len(self.page.rows)
        if most is not None and rows > most:
            raise TooLong
        return Written(_book(self, signed, rows), rows)


def _book(export: CrossingBook, signed: Signed, rows: int) -> BytesIO:
    """A title, the heads, the cells with unrounded values in the page's format, and what was said of them."""
    buffer, page, said = BytesIO(), export.page, signed.line(export)
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
    sheet.write_string(rows + 3, 0, last_line(said, rows))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(page.columns), 14)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_footer(f"&L{footer(said)}&R&P/&N")
    by = f"{signed.name}（{signed.unit}）"
    book.set_properties({"title": page.title, "author": by, "comments": said})
    book.close()
    buffer.seek(0)
    return buffer
