"""报一个月的数的表：下载的一项一行，填了传回来，先填进页里，看过再报。"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import rustpy_xlsxwriter as xlsx
from django.http import FileResponse

from xushi.core.text import name_key
from xushi.indicators.month_page import Entry, MonthRow
from xushi.indicators.refusals import Problem, Refused, refuse
from xushi.indicators.rules import period_words
from xushi.indicators.workbook import Grid, opened

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

COLUMNS = ("指标", "谁的数", "计量单位", "目标", "上次", "数", "说明", "佐证")
WIDTHS = {"指标": 34.0, "谁的数": 16.0, "上次": 24.0, "数": 12.0, "说明": 40.0, "佐证": 24.0}
LARGEST = 2_000_000  # 字节
NONE = "没有"


def answer(rows: Sequence[MonthRow], unit: str, period: str, note: str) -> FileResponse:
    """The rows as a workbook to be filled in."""
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    xlsx.write_worksheet(
        (_record(row) for row in rows), target, sheet_name="报数", freeze_row=1, freeze_col=1, bold_headers=True,
        column_widths={name: WIDTHS.get(name, 10.0) for name in COLUMNS},
        notes={"指标": note, "数": f"填一个数；确实没有的填“{NONE}”，在“说明”里写为什么"},
    )  # fmt: skip
    target.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = FileResponse(target, content_type=kind)
    named = f"{unit}{period_words(period)}指标.xlsx"
    made["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(named)}"
    return made


def _record(row: MonthRow) -> dict[str, str]:
    entry = row.entry
    value = NONE if entry.absent else entry.value
    words = (
        row.item.card.name, row.item.whose, row.item.card.measure, row.target_text, row.last, value,
        entry.explanation, entry.evidence,
    )  # fmt: skip
    return dict(zip(COLUMNS, words, strict=True))


def entries_in(file: "UploadedFile[bytes] | None", rows: Sequence[MonthRow]) -> dict[str, Entry]:
    """What a filled-in workbook says, by the rows' keys; Refused names each cell that belongs to no row."""
    if file is None or file.size is None:
        raise refuse("file", "选一张表（xlsx）。")
    if file.size > LARGEST:
        raise refuse("file", "表超过2兆，一个月的数没有这么大，请核对选的文件。")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "报数.xlsx"
        path.write_bytes(file.read())
        try:
            grid = opened(path)
        except Refused as refusal:
            raise Refused(*(Problem("file", one.sentence) for one in refusal.problems)) from refusal
    return _matched(grid, rows)


def _matched(grid: Grid, rows: Sequence[MonthRow]) -> dict[str, Entry]:
    head, at = _head(grid)
    keys = _Keys(rows)
    made: dict[str, Entry] = {}
    problems = []
    for number, line in enumerate(grid.rows[head + 1 :], head + 1):
        said = {name: line[column] if column < len(line) else "" for name, column in at.items()}
        if not said["指标"] or not said["数"]:
            continue
        key, why = keys.of(said["指标"], said.get("谁的数", ""))
        why = why or ("写了两行，留一行" if key in made else "")
        if why:
            where = grid.where(number, at["指标"])
            problems.append(Problem("file", f"{where}“{said['指标'][:30]}”：{why}。"))
            continue
        absent = said["数"] == NONE
        value = "" if absent else said["数"]
        made[key] = Entry(value, said.get("说明", ""), said.get("佐证", ""), absent)
    if problems:
        raise Refused(*problems[:20])
    if not made:
        raise refuse("file", "表里“数”一列都空着，填了再传。")
    return made


class _Keys:
    """Which row of the page a line of the sheet is: by the indicator and whose figure, or by the indicator alone."""

    def __init__(self, rows: Sequence[MonthRow]) -> None:
        self._both: dict[tuple[str, str], str] = {}
        self._alone: dict[str, list[str]] = {}
        for row in rows:
            name, key = name_key(row.item.card.name), row.item.key_text
            self._both[name, name_key(row.item.whose)] = key
            self._alone.setdefault(name, []).append(key)

    def of(self, indicator: str, whose: str) -> tuple[str, str]:
        """The key, and what is wrong where there is none."""
        name = name_key(indicator)
        same = self._alone.get(name, [])
        if key := self._both.get((name, name_key(whose))):
            return key, ""
        if len(same) == 1:
            return same[0], ""
        return "", "写明“谁的数”" if same else "这个月没有要本单位报的这一项"


def _head(grid: Grid) -> tuple[int, dict[str, int]]:
    for number, line in enumerate(grid.rows[:20]):
        if "指标" in line and "数" in line:
            return number, {name: line.index(name) for name in COLUMNS if name in line}
    raise refuse("file", "找不到表头：要有一行写着“指标”和“数”，请用这一页下载的表。")
