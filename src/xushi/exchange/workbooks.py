"""退回填表人的表：原样的格子，错处标红、要核标黄，批注写着怎么改；每种来表的空白模板。"""

import io
import math
from datetime import date, datetime
from typing import Any

import xlsxwriter

from xushi.core.cells import written
from xushi.exchange.kinds import Kind
from xushi.exchange.preview import Preview
from xushi.exchange.sheets import column_name
from xushi.exchange.understanding import Problem

RED, AMBER = "#FBEAE6", "#FBF1DC"
_WIDTHS = {"text": 18, "amount": 14, "signed": 14, "month": 14, "day": 14}


def marked_workbook(seen: Preview) -> bytes:
    """The sheet as it came, its bad cells marked and commented, and a list of them on a second sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    marks = {(p.row, p.column): p for p in seen.problems if p.row >= 0 and p.column >= 0}
    formats = {
        True: book.add_format({"bg_color": RED, "border": 2, "border_color": "#C5351F"}),
        False: book.add_format({"bg_color": AMBER, "border": 2, "border_color": "#B87000"}),
    }
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("来表")
    sheet.set_column(0, max(seen.found.sheet.width - 1, 0), 16)
    for r, row in enumerate(seen.found.sheet.rows):
        for c, cell in enumerate(row):
            problem = marks.get((r, c))
            style = formats[problem.must] if problem else day if isinstance(cell, date) else None
            _write(sheet, r, c, seen.found.sheet.formulas.get((r, c), cell), style)
            if problem:
                sheet.write_comment(r, c, problem.sentence, {"x_scale": 2})
    for (r, c), problem in marks.items():
        if r >= len(seen.found.sheet.rows) or c >= len(seen.found.sheet.rows[r]):
            sheet.write_blank(r, c, None, formats[problem.must])
            sheet.write_comment(r, c, problem.sentence, {"x_scale": 2})
    _list(book, seen.problems)
    book.close()
    return buffer.getvalue()


def _list(book: Any, problems: list[Problem]) -> None:
    sheet = book.add_worksheet("要改的")
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 10)
    sheet.set_column(2, 2, 24)
    sheet.set_column(3, 4, 50)
    for column, label in enumerate(("格子", "要求", "原来写的", "怎么改", "可选的答复")):
        sheet.write_string(0, column, label, head)
    for r, problem in enumerate(problems, start=1):
        answers = "、".join(choice.label for choice in problem.choices)
        texts = (
            problem.address,
            "要改" if problem.must else "要核",
            problem.written,
            problem.sentence,
            answers,
        )
        for column, text in enumerate(texts):
            sheet.write_string(r, column, text, wrap)


def _write(sheet: Any, row: int, column: int, cell: Any, style: Any) -> None:
    if cell in ("", None):
        if style:
            sheet.write_blank(row, column, None, style)
    elif isinstance(cell, bool) or not isinstance(cell, int | float | date | datetime):
        sheet.write_string(row, column, written(cell), style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, style)
    elif not math.isfinite(cell):
        sheet.write_string(row, column, str(cell), style)
    else:
        sheet.write_number(row, column, cell, style)


def blank_template(kind: Kind) -> bytes:
    """An empty sheet of this kind: its columns with units, required ones marked, lists to choose from, one sample row."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(kind.label)
    title = book.add_format({"bold": True, "font_size": 14})
    head = {
        required: book.add_format(
            {"bold": True, "bottom": 2, "bg_color": "#E9ECF7" if required else "#EFF2F0"}
        )
        for required in (True, False)
    }
    example = book.add_format({"italic": True, "font_color": "#5C6863"})
    sheet.write_string(0, 0, f"{kind.label}（{kind.what}）", title)
    sheet.write_string(1, 0, "单位：万元")
    for column, known in enumerate(kind.fields):
        label = f"{known.label}（万元）" if known.is_amount else known.label
        sheet.write_string(2, column, label, head[known.required])
        sheet.set_column(column, column, _WIDTHS.get(known.read, 16))
        if known.choices:
            source = [label for _, label in known.choices]
            sheet.data_validation(3, column, 2000, column, {"validate": "list", "source": source})
    sheet.freeze_panes(3, 0)
    _explain(book, kind, example)
    book.close()
    return buffer.getvalue()


def _explain(book: Any, kind: Kind, example: Any) -> None:
    sheet = book.add_worksheet("填表说明")
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 3, 40)
    rows = [("栏", "必填", "样例", "可选的写法、别的叫法")]
    for column, known in enumerate(kind.fields):
        allowed = "、".join(label for _, label in known.choices) or "、".join(known.synonyms[:6])
        rows.append(
            (f"{column_name(column)} {known.label}", "是" if known.required else "", known.example, allowed)
        )
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            sheet.write_string(r, c, text, example if c == 2 and r else None)
