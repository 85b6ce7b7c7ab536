"""A workbook as it comes, opened: which sheet, its cells as people see them, what has no result yet."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from xushi.core.readings import flat, written

from .refusals import Refused, refuse

BYTES, UNPACKED, CELLS = 60_000_000, 400_000_000, 2_000_000
_BROKEN = (KeyError, ValueError, NotImplementedError, EOFError, RuntimeError)
_FORMULA = re.compile(
    rb'<c [^>]*?r="([A-Z]{1,3}\d+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_SHEET = re.compile(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
_TARGET = re.compile(r"<Relationship [^>]*>")


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet as text, without white space, half-width; merged cells say the same throughout."""

    name: str
    rows: tuple[tuple[str, ...], ...]

    def where(self, row: int, column: int) -> str:
        return f"“{self.name}”表 {letters(column)}{row + 1}"


def letters(column: int) -> str:
    made = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        made = chr(65 + rest) + made
    return made


def opened(path: Path, sheet: str = "") -> Grid:
    """The named sheet, or the first that holds anything; what is no workbook is refused by a sentence."""
    from python_calamine import CalamineError

    try:
        _look_before(path)
        return _opened(path, sheet)
    except Refused:
        raise
    except (CalamineError, zipfile.BadZipFile, zlib.error, *_BROKEN) as problem:
        raise refuse(str(path), "打不开：不是电子表格，或有密码，或坏了；请另存为 xlsx 再来。") from problem


def _opened(path: Path, sheet: str) -> Grid:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    names = list(book.sheet_names)
    if sheet and sheet not in names:
        raise refuse(str(path), f"没有“{sheet}”这张表；有 {'、'.join(names)}。")
    for name in [sheet] if sheet else names:
        found = book.get_sheet_by_name(name)
        if found.height and found.width:
            if (found.end or (0, 0))[0] * ((found.end or (0, 0))[1] + 1) > CELLS:
                raise refuse(str(path), f"“{name}”表太大，或有内容离数据太远，不读。")
            rows = [[_text(cell) for cell in row] for row in found.to_python(skip_empty_area=False)]
            _spread(rows, found.merged_cell_ranges or [])
            _calculated(path, names.index(name), name)
            return Grid(name, tuple(tuple(row) for row in rows))
    raise refuse(str(path), "表里没有数据。")


def _text(cell: object) -> str:
    return flat(written(cell))


def _look_before(path: Path) -> None:
    """Size, and how large it will be unpacked, before anything is opened."""
    try:
        if path.stat().st_size > BYTES:
            raise refuse(str(path), f"超过 {BYTES // 1_000_000} MB，不读。")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > UNPACKED:
                    raise refuse(str(path), "解开大得不正常，没有打开；请新建一张表，只粘贴数据。")
    except OSError as problem:
        raise refuse(str(path), f"读不到这个文件（{problem.strerror}）。") from problem


def _spread(rows: list[list[str]], merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom, len(rows) - 1) + 1):
            for column in range(left, min(right, len(rows[row]) - 1) + 1):
                rows[row][column] = rows[top][left]


def _calculated(path: Path, place: int, name: str) -> None:
    """A formula nobody has calculated reads as an empty cell, which must not pass for one."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return
        part = _part(archive, place)
        found = _FORMULA.search(archive.read(part)) if part in archive.namelist() else None
    if found:
        raise refuse(
            f"“{name}”表 {found[1].decode()}", "公式还没有算出数；请在 Excel 或 WPS 里打开、保存一次再来。"
        )


def _part(archive: zipfile.ZipFile, place: int) -> str:
    sheets = _SHEET.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace"))
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    for relation in _TARGET.findall(relations):
        key, target = re.search(r'Id="([^"]*)"', relation), re.search(r'Target="([^"]*)"', relation)
        if key and target and place < len(sheets) and key[1] == sheets[place][1]:
            return target[1].lstrip("/") if target[1].startswith("/") else f"xl/{target[1]}"
    return ""
