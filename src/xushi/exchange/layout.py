"""认表：表头在哪几行，哪一栏是什么，金额用什么单位，哪些行是标题、小计，要跳过。"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from xushi.core.cells import written
from xushi.core.text import name_key, regular
from xushi.exchange.kinds import Field, Kind
from xushi.exchange.sheets import Refused, Sheet

SEARCHED_ROWS = 30
DEEPEST_HEADER = 3
_UNIT = re.compile(r"单位[:：]?(?:人民币)?(亿元|百万元|万元|千元|元)")
_UNIT_IN_LABEL = re.compile(r"[(（\[,，、:：]?(亿元|百万元|万元|千元|元)[)）\]]?$")
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_YEAR = re.compile(r"^20\d\d年度?|^20\d\d")
_SPAN = re.compile(r"\d{1,2}月?[-—–~至到]\d{1,2}月(?:份|底)?")
_ONE_MONTH = re.compile(r"\d{1,2}月(?:份)?")
_TITLE_MONTH = re.compile(r"(20\d\d)年(?:\d{1,2}月?[-—–~至到])?(\d{1,2})月")
_TITLE_YEAR = re.compile(r"(20\d\d)年")
_TO_DATE = ("开工", "历年", "建设以来", "至今")
_NOTE = re.compile(r"(?!其中)[^:：]+[:：].+|附[件表]\d*")


@dataclass(slots=True)
class Layout:
    """How a sheet is laid out. Rows and columns count from 0; columns: field name → column."""

    header_top: int
    first_row: int
    labels: dict[int, str]
    columns: dict[str, int]
    unit: str = "万元"
    unit_stated: bool = False
    units: dict[int, str] = field(default_factory=dict)
    title: str = ""
    title_year: int | None = None
    title_month: tuple[int, int] | None = None

    def unit_of(self, column: int) -> str:
        return self.units.get(column, self.unit)

    def field_of(self, column: int) -> str:
        return next((name for name, at in self.columns.items() if at == column), "")


def find_layout(
    sheet: Sheet,
    kind: Kind,
    *,
    mapping: Mapping[str, str] | None = None,
    only_mapped: bool = False,
    unit: str = "",
) -> Layout:
    """The header with the most columns known to this kind; Refused where no row names a project.

    mapping: header label → field name ("" leaves a column out). only_mapped: nothing is guessed beside it.
    """
    wanted = {name_key(label): name for label, name in (mapping or {}).items()}
    best: tuple[int, int, int, dict[int, str], dict[str, int]] | None = None
    for top in range(min(SEARCHED_ROWS, len(sheet.rows))):
        for depth in range(1, DEEPEST_HEADER + 1):
            if depth > 1 and not (_is_upper(sheet, top + depth - 2) and _may_head(sheet, top + depth - 1)):
                break
            paths = _paths(sheet, top, depth)
            columns = _assigned(paths, kind, wanted, only_mapped)
            score = 10 * len(columns) - depth
            if columns and (best is None or score > best[0]):
                labels = {at: "".join(dict.fromkeys(path)) for at, path in paths.items()}
                best = (score, top, depth, labels, columns)
    if best is None or not ({"name", "code"} & best[4].keys()):
        raise Refused("找不到表头：没有一行写着“项目名称”。请核对是不是传错了表，或下载空白模板照着填。")
    _, top, depth, labels, columns = best
    layout = Layout(top, top + depth, labels, columns)
    _note_units(sheet, layout, unit)
    _note_title(sheet, layout)
    return layout


def _may_head(sheet: Sheet, row: int) -> bool:
    """A second or third header row holds words only: a number or a date makes it data."""
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    said = [cell for cell in cells if cell not in ("", None)]
    return bool(said) and all(
        isinstance(cell, str) and not re.fullmatch(r"[\d.,%]+", cell.strip()) for cell in said
    )


def _is_upper(sheet: Sheet, row: int) -> bool:
    """An upper header row names several columns, or one group of them; a title, a unit line, “填报人：…” do not."""
    said = {
        column: text
        for column, cell in enumerate(sheet.rows[row])
        if (text := _BRACKETS.sub("", name_key(written(cell)))) and not _NOTE.fullmatch(text)
    }
    if len(said) != 1:
        return bool(said)
    [column] = said
    return column > 0 and any(
        (first, left) == (row, column) and right > left for first, left, _, right in sheet.merged
    )


def _paths(sheet: Sheet, top: int, depth: int) -> dict[int, list[str]]:
    """Per column the words of the header from top to bottom; a merged upper cell covers its columns."""
    covered = {}
    for first, left, last, right in sheet.merged:
        if top <= first < top + depth:
            for row in range(first, min(last, top + depth - 1) + 1):
                for column in range(left, right + 1):
                    covered[row, column] = (first, left)
    paths: dict[int, list[str]] = {}
    for column in range(sheet.width):
        words = []
        for row in range(top, top + depth):
            cell = sheet.cell(*covered.get((row, column), (row, column)))
            if (
                not cell
                and row < top + depth - 1
                and not sheet.merged
                and sheet.cell(top + depth - 1, column)
            ):
                cell = _left_of(sheet, row, column)
            if text := regular(written(cell)).replace(" ", ""):
                words.append(text)
        if words:
            paths[column] = words
    return paths


def _left_of(sheet: Sheet, row: int, column: int) -> Any:
    """Where a file keeps no merges (csv, ods), an empty upper cell belongs to the words at its left."""
    while column > 0 and not sheet.cell(row, column):
        column -= 1
    return sheet.cell(row, column)


@lru_cache(maxsize=4096)
def plain_label(label: str) -> str:
    """A header without units, brackets and years: “2018年总投资（万元）” → 总投资; 1-8月 → 累计, 8月 → 当月."""
    text = _BRACKETS.sub("", name_key(label).replace("（", "(").replace("）", ")"))
    text = _UNIT_IN_LABEL.sub("", _YEAR.sub("", text))
    text = _ONE_MONTH.sub("当月", _SPAN.sub("累计", text))
    return text.replace("累计累计", "累计").strip(":,，、*＊")


def _assigned(
    paths: dict[int, list[str]], kind: Kind, wanted: dict[str, str], only_mapped: bool
) -> dict[str, int]:
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for column, path in paths.items():
        for label in ("".join(dict.fromkeys(path)), path[-1]):
            name = wanted.get(name_key(label))
            if name is not None:
                taken.add(column)
                if name in kind.names and name not in columns:
                    columns[name] = column
                break
    if only_mapped:
        return columns
    scored = sorted(
        (
            (-score, column, position, known.name)
            for column, path in paths.items()
            if column not in taken
            for position, known in enumerate(kind.fields)
            if known.name not in columns and (score := _likeness(path, known))
        ),
    )
    for _, column, _, name in scored:
        if column not in taken and name not in columns:
            columns[name] = column
            taken.add(column)
    return columns


@lru_cache(maxsize=256)
def _names(known: Field) -> tuple[str, ...]:
    return (name_key(known.label), *map(name_key, known.synonyms))


def _likeness(path: list[str], known: Field) -> int:
    """How well a header's words name a field: 0 not at all; the whole path before its last word before a part."""
    names = _names(known)
    whole, last = plain_label("".join(dict.fromkeys(path))), plain_label(path[-1])
    if known.name == "cumulative" and any(word in whole for word in _TO_DATE):
        return 0
    if whole in names:
        return 100 - names.index(whole)
    if last in names and last not in ("计划", "名称", "项目", "日期", "目标", "规模", "类型", "变动"):
        return 60 - names.index(last)
    long_names = [name for name in names if len(name) >= 4 and _within(name, path)]
    return 10 + max(map(len, long_names)) if long_names and len(whole) < 24 else 0


def _within(name: str, path: list[str]) -> bool:
    """Whether one cell of the header holds the name or whole cells make it up; nothing is read across an edge."""
    cells = [plain_label(cell) for cell in dict.fromkeys(path)]
    runs = ("".join(cells[i:j]) for i in range(len(cells)) for j in range(i + 2, len(cells) + 1))
    return any(name in cell for cell in cells) or name in {run.replace("累计累计", "累计") for run in runs}


def _note_units(sheet: Sheet, layout: Layout, given: str) -> None:
    for column, label in layout.labels.items():
        brackets = re.search(r"[(（\[](?:单位[:：]?)?(亿元|百万元|万元|千元|元)[)）\]]", label)
        found = brackets or re.search(r"[,，:：、](亿元|百万元|万元|千元|元)$", label)
        if found:
            layout.units[column] = found[1]
    if given:
        layout.unit, layout.unit_stated, layout.units = given, True, {}
        return
    rows = [*sheet.rows[: layout.first_row + 1], *sheet.rows[-5:]]
    for row in rows:
        for cell in row:
            if isinstance(cell, str) and (found := _UNIT.search(name_key(cell))):
                layout.unit, layout.unit_stated = found[1], True
                return


def _note_title(sheet: Sheet, layout: Layout) -> None:
    words = [
        regular(cell)
        for row in sheet.rows[: layout.header_top]
        for cell in row
        if isinstance(cell, str) and cell.strip()
    ]
    layout.title = next((text for text in words if not _UNIT.search(name_key(text))), "")[:120]
    for text in (name_key(word) for word in [*words, sheet.name, *layout.labels.values()]):
        if layout.title_month is None and (found := _TITLE_MONTH.search(text)):
            layout.title_month = (int(found[1]), int(found[2]))
        if layout.title_year is None and (found := _TITLE_YEAR.search(text)):
            layout.title_year = int(found[1])
