"""读懂一张表：逐格读成值；读不懂的、要问的，记下格子、一句话和可点的答复。"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xushi.core.cells import (
    Ask,
    Choice,
    Reading,
    Understood,
    Wrong,
    is_blank,
    ordinary_texts,
    read_amount,
    read_day,
    read_integer,
    read_month,
    read_text,
    written,
)
from xushi.core.months import Month
from xushi.core.text import name_key
from xushi.exchange import formulas
from xushi.exchange.kinds import Field, Kind
from xushi.exchange.layout import Layout
from xushi.exchange.lookups import Lookups
from xushi.exchange.maps import SheetMap
from xushi.exchange.sheets import Sheet, address
from xushi.exchange.subtotals import Disagreement, disagreements, skipped_rows

AT_ONCE = 500
CONFIRMED = "!ok"
IS_NEW = "!new"
IS_PROJECT = "!is:"
_CHINESE_GAP = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend (must) or to check, at a cell; column -1 speaks of the whole row or sheet."""

    row: int
    column: int
    sentence: str
    written: str = ""
    must: bool = True
    choices: tuple[Choice, ...] = ()
    key: str = ""

    @property
    def address(self) -> str:
        return self.key or address(self.row, max(self.column, 0))


@dataclass(slots=True)
class Row:
    """One data row. values: what its cells say; bad: it has a cell that must be mended."""

    number: int
    values: dict[str, Any]
    bad: bool = False
    target: int | None = None
    status: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Understanding:
    """Everything read from a sheet before it is compared with the registry."""

    sheet: Sheet
    kind: Kind
    layout: Layout
    told: SheetMap
    answers: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    notes: dict[tuple[int, int], Understood] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)
    missing_columns: dict[str, int] = field(default_factory=dict)
    fallback: dict[str, Any] = field(default_factory=dict)

    def at(self, row: int, name: str) -> int:
        """The column of a field, or the name's where the sheet has none."""
        columns = self.layout.columns
        return columns.get(name, columns.get("name", columns.get("code", 0)))

    def complain(
        self, row: Row, name: str, sentence: str, *, must: bool = True, choices: tuple[Choice, ...] = ()
    ) -> None:
        """Add a problem, unless the person has confirmed this cell as it stands."""
        column = self.at(row.number, name)
        if self.answers.get(address(row.number, column)) == CONFIRMED:
            return
        row.bad = row.bad or must
        text = written(self.sheet.cell(row.number, column))
        self.problems.append(Problem(row.number, column, sentence, text, must, choices))

    def ask_sheet(self, key: str, sentence: str) -> None:
        """One question about the whole sheet, answered by one value for every row."""
        if not any(problem.key == key for problem in self.problems):
            self.problems.append(Problem(-1, -1, sentence, key=key))

    def note_groups(self) -> list[tuple[str, int]]:
        """What was understood of unusual writings, grouped, the most frequent first."""
        counts = Counter(note.sort for note in self.notes.values())
        first: dict[str, str] = {}
        for note in self.notes.values():
            first.setdefault(note.sort, note.note)
        return [(first[sort], count) for sort, count in counts.most_common()]


Reader = Callable[[Any], Reading]


def understand(
    sheet: Sheet,
    kind: Kind,
    layout: Layout,
    told: SheetMap,
    lookups: Lookups,
    answers: Mapping[str, str],
    year: int | None,
) -> Understanding:
    """Read every data row; constants and defaults of the map fill what cells leave blank."""
    found = Understanding(sheet, kind, layout, told, dict(answers))
    found.skipped = skipped_rows(sheet, layout, kind)
    found.disagreements = disagreements(sheet, layout, kind, found.skipped)
    readers = {f.name: _reader(f, layout, told, lookups, year) for f in kind.fields}
    constant = _filled(found, readers, told.constants, "[constants]")
    fallback = _filled(found, readers, {**told.defaults, **_default_answers(answers)}, "[defaults]")
    found.fallback = fallback
    by_cell = {key: answer for key, answer in answers.items() if not answer.startswith("!")}
    bare = {**fallback, **constant}
    data = (number for number in range(layout.first_row, len(sheet.rows)) if number not in found.skipped)
    found.rows = [Row(number, {**bare}) for number in data]
    for name, at in layout.columns.items():
        _read_column(found, kind.field(name), at, readers[name], by_cell)
    for item in found.disagreements:
        if answers.get(item.address) != CONFIRMED:
            choices = (Choice("以明细为准", CONFIRMED),)
            found.problems.append(Problem(item.row, item.column, item.sentence, item.printed, False, choices))
    return found


def _read_column(
    found: Understanding, known: Field, at: int, reader: Reader, by_cell: dict[str, str]
) -> None:
    """One column from top to bottom; what is written twice is read once, ordinary texts some hundreds at once."""
    read: dict[tuple[type, Any], Reading] = {}
    as_texts = known.read == "text" and not found.told.values.get(known.name) and not by_cell
    for start in range(0, len(found.rows), AT_ONCE):
        rows = found.rows[start : start + AT_ONCE]
        cells = [_cell(found.sheet.rows[row.number], at) for row in rows]
        if by_cell:
            cells = [
                by_cell.get(address(row.number, at), cell) for row, cell in zip(rows, cells, strict=True)
            ]
        _tell_uncalculated(found, rows, cells, known.name, at, by_cell)
        said = [(row, cell) for row, cell in zip(rows, cells, strict=True) if cell != "" and cell is not None]
        if not (as_texts and _taken_as_texts(known, said)):
            _take_each(found, known.name, at, said, reader, read)


def _cell(cells: list[Any], at: int) -> Any:
    return cells[at] if at < len(cells) else ""


def _tell_uncalculated(
    found: Understanding, rows: list[Row], cells: list[Any], name: str, at: int, by_cell: dict[str, str]
) -> None:
    """A formula without a result is no blank cell, unless somebody has answered that it is."""
    formulas = found.sheet.formulas
    if not formulas:
        return
    for row, cell in zip(rows, cells, strict=True):
        here = (row.number, at)
        if (cell == "" or cell is None) and here in formulas and address(*here) not in by_cell:
            row.bad = True
            found.problems.append(_uncalculated(found, row.number, at, name))


def _taken_as_texts(known: Field, said: list[tuple[Row, Any]]) -> bool:
    """Whether all these cells are ordinary texts, each then its row's value."""
    values = ordinary_texts([cell for _, cell in said])
    if values is None or (known.most and max(map(len, values)) > known.most):
        return False
    if known.name == "name" and any(" " in value and not value.isascii() for value in values):
        return False
    for (row, _), value in zip(said, values, strict=True):
        row.values[known.name] = value
    return True


def _take_each(
    found: Understanding,
    name: str,
    at: int,
    said: list[tuple[Row, Any]],
    reader: Reader,
    read: dict[tuple[type, Any], Reading],
) -> None:
    for row, cell in said:
        key = (cell.__class__, cell)
        reading = read.get(key)
        if reading is None:
            reading = read[key] = reader(cell)
        if reading.__class__ is Understood and not reading.note:
            if reading.value is not None:
                row.values[name] = reading.value
        else:
            _take(found, row, name, at, cell, reading)


def _take(found: Understanding, row: Row, name: str, at: int, cell: Any, reading: Reading) -> None:
    if isinstance(reading, Understood):
        if reading.value is not None:
            row.values[name] = reading.value
        if reading.note:
            found.notes[row.number, at] = reading
        return
    row.bad = True
    sentence = reading.question if isinstance(reading, Ask) else reading.sentence
    choices = reading.choices if isinstance(reading, Ask) else ()
    found.problems.append(Problem(row.number, at, sentence, written(cell), True, choices))


def _uncalculated(found: Understanding, number: int, at: int, name: str) -> Problem:
    formula = found.sheet.formulas[number, at]
    sentence, choices = "公式没有算出结果。请在表里算好再传，或在这里填上。", ()
    value = formulas.evaluate(formula, found.sheet) if found.kind.field(name).is_amount else None
    if value is not None:
        text = f"{value:,f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
        sentence = f"公式没有算出结果。按式子算是{text}{found.layout.unit_of(at)}。"
        choices = (Choice(f"用{text}", text),)  # type: ignore[assignment]
    return Problem(number, at, sentence, formula, True, choices)


def _filled(
    found: Understanding, readers: dict[str, Reader], texts: Mapping[str, str], section: str
) -> dict[str, Any]:
    values = {}
    for name, text in texts.items():
        reading = readers[name](text)
        if isinstance(reading, Understood):
            values[name] = reading.value
        else:
            sentence = reading.question if isinstance(reading, Ask) else reading.sentence
            found.problems.append(
                Problem(-1, -1, f"列对照{section}的{name}：{sentence}", text, key=f"{section}{name}")
            )
    return values


def _default_answers(answers: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix("default:"): text for key, text in answers.items() if key.startswith("default:")}


def _reader(known: Field, layout: Layout, told: SheetMap, lookups: Lookups, year: int | None) -> Reader:
    column = layout.columns.get(known.name)
    unit = told.amount_unit or (layout.unit_of(column) if column is not None else layout.unit)
    readers: dict[str, Reader] = {
        "text": lambda cell: _limited(
            _joined(read_text(cell)) if known.name == "name" else read_text(cell), known
        ),
        "amount": lambda cell: read_amount(cell, unit=unit),
        "signed": lambda cell: read_amount(cell, unit=unit, negative=True),
        "month": lambda cell: read_month(cell, year=year),
        "day": lambda cell: read_day(cell, formats=told.date_formats, year=year),
        "integer": lambda cell: read_integer(cell, least=2000, most=2100, what="年度"),
        "category": lookups.categories.read,
        "unit": lookups.units.read,
        "person": lookups.people.read,
        "choice": lambda cell: _chosen(cell, known),
        "tags": _tags,
    }
    plain = readers[known.read]
    written_as = {name_key(key): value for key, value in told.values.get(known.name, {}).items()}
    if not written_as:
        return plain
    other = written_as.get("*")

    def translated(cell: Any) -> Reading:
        text = written(cell)
        return plain(
            written_as.get(name_key(text), other if other is not None and not is_blank(cell) else cell)
        )

    return translated


def _joined(reading: Reading) -> Reading:
    """A Chinese name has no spaces: what a line break left behind goes."""
    if isinstance(reading, Understood) and reading.value and not reading.value.isascii():
        return Understood(_CHINESE_GAP.sub("", reading.value), reading.note, reading.sort)
    return reading


def _limited(reading: Reading, known: Field) -> Reading:
    if known.most and isinstance(reading, Understood) and len(reading.value or "") > known.most:
        return Wrong(f"{known.label}有{len(reading.value)}字，超过{known.most}字。请缩短。")
    return reading


def _chosen(cell: Any, known: Field) -> Reading:
    text = read_text(cell)
    if not isinstance(text, Understood) or text.value is None:
        return text
    key = name_key(text.value)
    for value, label in known.choices:
        if key in (name_key(value), name_key(label)):
            return Understood(value)
    near = [(v, label) for v, label in known.choices if label[:1] in key or key[:1] in label]
    if len(near) == 1 and (near[0][1].rstrip("级类项目") in key or key in near[0][1]):
        return Understood(near[0][0], f"“{text.value}”当作{near[0][1]}", "names")
    choices = tuple(Choice(label, label) for _, label in known.choices)
    return Ask(f"{known.label}没有“{text.value}”。", choices)


def _tags(cell: Any) -> Reading:
    text = read_text(cell)
    if not isinstance(text, Understood) or text.value is None:
        return text
    for mark in "，,；;/":
        text = Understood(text.value.replace(mark, "、"))
    return Understood(tuple(dict.fromkeys(part.strip() for part in text.value.split("、") if part.strip())))


def shown(value: Any, *, unit: str = "万元", amount: bool = False) -> str:
    """A value as the preview prints it: amounts in the sheet's unit, months as 2018年8月."""
    if value is None or value == "":
        return "—"
    if amount and isinstance(value, int):
        text = f"{Decimal(value) / 10_000:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, Month):
        return value.label
    return "、".join(value) if isinstance(value, tuple | list) else str(value)
