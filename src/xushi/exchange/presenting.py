"""预览页的样子：来表的格子哪些跳过、认出、有错，右边按号列出要改的。"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from xushi.core.cells import Understood, written
from xushi.core.money import half_up, wan
from xushi.core.readings import grouped
from xushi.exchange.comparing import Difference
from xushi.exchange.effects import Effect, Effects, effects_of
from xushi.exchange.kinds import PLANS, REPORTS
from xushi.exchange.preview import Preview
from xushi.exchange.sheets import address, column_name
from xushi.exchange.understanding import CONFIRMED, IS_NEW, IS_PROJECT, Problem, shown

if TYPE_CHECKING:
    from xushi.units.models import User

ROWS_SHOWN = 24
MOST_COLUMNS = 30
MOST_PROBLEMS = 60
MOST_DIFFERENCES = 12
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid. state: "", must, check or read (understood); number ties it to the list at the right."""

    text: str
    state: str = ""
    number: int = 0
    old: str = ""
    title: str = ""
    right: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    cells: list[Cell]
    skipped: str = ""


@dataclass(slots=True)
class Column:
    """One column's head: its letter, what it was taken for, and what else it may be."""

    letter: str
    label: str
    field: str
    index: int


@dataclass(slots=True)
class Grid:
    """A window of the sheet."""

    columns: list[Column]
    lines: list[Line]
    first: int = 0
    last: int = 0
    total: int = 0
    pages: list[int] = field(default_factory=list)
    page: int = 1


def grid(seen: Preview, *, page: int = 1, only_problems: bool = False) -> Grid:
    """The rows of one page; only_problems keeps the rows that have something to mend, and the header."""
    sheet, layout = seen.found.sheet, seen.found.layout
    numbered = {(p.row, p.column): (i, p) for i, p in enumerate(seen.problems, start=1)}
    rows = list(range(len(sheet.rows)))
    if only_problems:
        bad = {place[0] for place in numbered}
        rows = [row for row in rows if row < layout.first_row or row in bad]
    count = max(1, -(-len(rows) // ROWS_SHOWN))
    page = min(max(page, 1), count)
    window = rows[(page - 1) * ROWS_SHOWN : page * ROWS_SHOWN]
    width = min(sheet.width, MOST_COLUMNS)
    columns = [
        Column(column_name(at), layout.labels.get(at, ""), layout.field_of(at), at) for at in range(width)
    ]
    spans = _spans(sheet.merged, window, width)
    why = seen.found.skipped
    lines = [
        Line(row + 1, list(_cells(seen, row, width, numbered, spans)), why.get(row, "")) for row in window
    ]
    first, last = (window[0] + 1, window[-1] + 1) if window else (0, 0)
    return Grid(columns, lines, first, last, len(sheet.rows), list(range(1, count + 1)), page)


def _spans(
    merged: list[tuple[int, int, int, int]], window: list[int], width: int
) -> dict[tuple[int, int], tuple[int, int]]:
    """Merged cells of the header as (across, down) at their first cell; (0, 0) where another one covers."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    shown_rows = set(window)
    for first, left, last, right in merged:
        if left >= width or not all(row in shown_rows for row in range(first, last + 1)):
            continue
        end = min(right, width - 1)
        spans |= {(row, at): (0, 0) for row in range(first, last + 1) for at in range(left, end + 1)}
        spans[first, left] = (end - left + 1, last - first + 1)
    return spans


def _cells(
    seen: Preview,
    row: int,
    width: int,
    numbered: dict[tuple[int, int], tuple[int, Problem]],
    spans: dict[tuple[int, int], tuple[int, int]],
) -> Iterator[Cell]:
    for at in range(width):
        across, down = spans.get((row, at), (1, 1))
        if across:
            yield replace(_cell(seen, row, at, numbered), across=across, down=down)


def _cell(seen: Preview, row: int, at: int, numbered: dict[tuple[int, int], tuple[int, Problem]]) -> Cell:
    found = seen.found
    raw = found.sheet.cell(row, at)
    text = found.sheet.formulas.get((row, at)) or written(raw)
    right = isinstance(raw, int | float) and not isinstance(raw, bool)
    shown_text = grouped(text) if right and abs(raw) >= 10_000 else text
    answer = found.answers.get(address(row, at))
    if here := numbered.get((row, at)):
        number, problem = here
        return Cell(
            shown_text, "must" if problem.must else "check", number, title=problem.sentence, right=right
        )
    if answer and row not in found.skipped:
        return Cell(_answered(answer, shown_text), "read", old=shown_text, title="已答复", right=right)
    if note := found.notes.get((row, at)):
        read = _as_read(seen, at, note)
        return Cell(read, "read", old="" if read == text else text.strip(), title=note.note, right=right)
    return Cell(shown_text, right=right)


def _as_read(seen: Preview, at: int, note: Understood) -> str:
    name = seen.found.layout.field_of(at)
    known = seen.kind.field(name) if name else None
    lookups = seen.comparison.lookups
    if known and known.read == "unit":
        return str(lookups.units.labels.get(note.value, note.value))
    if known and known.read == "category":
        return str(lookups.categories.labels.get(note.value, note.value))
    if known and known.choices:
        return dict(known.choices).get(str(note.value), str(note.value))
    return shown(note.value, amount=bool(known and known.is_amount))


def _answered(answer: str, text: str) -> str:
    if answer == CONFIRMED:
        return f"{text}（已核）"
    if answer == IS_NEW:
        return f"{text}（新项目）"
    return f"{text}（已认）" if answer.startswith(IS_PROJECT) else answer


def answered(seen: Preview, answers: dict[str, str]) -> list[dict[str, str]]:
    """The answers given so far, for taking one back."""
    left = {problem.address for problem in seen.problems}
    words = {CONFIRMED: "核对无误", IS_NEW: "是新项目"}
    return [
        {"key": key, "said": "就是它" if text.startswith(IS_PROJECT) else words.get(text, text)}
        for key, text in answers.items()
        if key not in left
    ]


def verdict(seen: Preview) -> str:
    """The page's one sentence: what is left, or what will be written."""
    must, checks = len(seen.must), len(seen.checks)
    if must or checks:
        parts = [f"{must}处错" if must else "", f"{checks}处要核" if checks else ""]
        return f"{seen.rows:,}行还有{'、'.join(part for part in parts if part)}；没改完，一行也不入库"
    changes = seen.counts["new"] + seen.counts["changed"]
    if not changes:
        return f"{seen.rows:,}行与库里一样，没有要入库的"
    return f"{seen.rows:,}行都读懂了，{changes:,}行可以整批入库"


def remarks(seen: Preview, effects: Effects) -> str:
    parts = [
        f"自动认出{seen.understood:,}处写法" if seen.understood else "",
        f"跳过标题、小计等{seen.skipped:,}行",
    ]
    text = "，".join(part for part in parts if part) + "。"
    if not seen.problems:
        text += "".join(_outcome(seen, effects))
    amounts = any(known.is_amount for known in seen.kind.fields)
    if (
        amounts
        and not seen.found.layout.unit_stated
        and not seen.found.told.amount_unit
        and not seen.found.layout.units
    ):
        text += f"表上没写单位，金额按{seen.found.layout.unit}读。"
    return text


def _outcome(seen: Preview, effects: Effects) -> Iterator[str]:
    """What the totals become; nothing can be said of it while a cell is left to mend."""
    for name, before, after in seen.totals:
        if before != after:
            yield f"{_when(seen)}{name}由{_yi(before)}变为{_yi(after)}亿元。"
    before, after, _ = effects.totals
    if effects.measure == "cumulative" and effects.month and before != after:
        yield f"入库后{effects.month.period}完成投资由{_yi(before)}变为{_yi(after)}亿元。"


def _when(seen: Preview) -> str:
    """A plan that revises another one waits for its approval; everything else counts at once."""
    return "入库并批准后" if seen.comparison.revised else "入库后"


def field_options(seen: Preview) -> list[tuple[str, str]]:
    return [("", "不用"), *((known.name, known.label) for known in seen.kind.fields)]


def todo(seen: Preview) -> list[dict[str, Any]]:
    """The numbered list at the right; the field is named so that a value can be typed."""
    return [
        {
            "number": i,
            "problem": p,
            "page": max(p.row, 0) // ROWS_SHOWN + 1,
            "quote": "" if p.written and p.written in p.sentence else p.written,
        }
        for i, p in enumerate(seen.problems[:MOST_PROBLEMS], start=1)
    ]


def differences(
    seen: Preview, user: "User", *, whole: bool
) -> tuple[list[tuple[Difference, Effect | None]], Effects]:
    """The differences the page prints, each with what it does to completion and schedule, and the sum of it."""
    listed = seen.differences[: MOST_LISTED if whole else MOST_DIFFERENCES]
    measured = {d.row for d in listed if _measures(seen, d)}
    effects = effects_of(seen, user, measured)
    return [(d, effects.rows.get(d.row) if _measures(seen, d) else None) for d in listed], effects


def _measures(seen: Preview, difference: Difference) -> bool:
    """Whether it changes what completion is counted by: the year's plan or the year's cumulative."""
    if seen.kind.key == PLANS:
        return difference.label == seen.kind.field("planned_investment").label
    return seen.kind.key == REPORTS and difference.label.endswith("累计")


def _yi(yuan: int) -> str:
    return f"{half_up(wan(yuan) / 10_000, 1):,}"
