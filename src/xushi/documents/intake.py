"""收稿：传来的 Word、PDF、文字或粘贴的一段，变成能在网页上改的标记文字；标题认得出的认出来。"""

import re
from dataclasses import dataclass

from xushi.documents.drafts import Draft

_ONE = re.compile(r"[一二三四五六七八九十]{1,3}、(?=\S)")
_TWO = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)](?=\S)")
_CAPTION = re.compile(r"(?:附)?表\s*\d*\s*\S")
_END = re.compile(r"[。；：！？]$")
LONGEST_TITLE, LONGEST_HEADING = 60, 40


@dataclass(frozen=True, slots=True)
class Taken:
    """A draft as the browser edits it; title is its first line where that reads like one."""

    title: str
    text: str
    notes: tuple[str, ...] = ()


def taken_in(draft: Draft) -> Taken:
    """Headings numbered 一、 and （一） become headings; a table stands where it stood, else behind the text."""
    lines = [line.strip() for line in draft.text.split("\n")]
    tables = dict(zip(draft.places, draft.tables, strict=False))
    first = next((number for number, line in enumerate(lines) if line or number in tables), 0)
    title, said = "", list[str]()
    if _is_title(lines[first]):
        title, lines[first] = lines[first].lstrip("# "), ""
    for number, line in enumerate(lines):
        if number in tables:
            said += _in_place(said, tables[number].rows)
        elif line:
            said.append(_as_markup(line))
    for number, table in enumerate(draft.tables[len(draft.places) :], 1):
        said += _table(f"附表{number}", table.rows)
    return Taken(title, "\n".join(said), draft.notes)


def _is_title(line: str) -> bool:
    return 0 < len(line) <= LONGEST_TITLE and not _END.search(line) and not _numbered(line)


def _in_place(said: list[str], rows: tuple[tuple[str, ...], ...]) -> list[str]:
    """The table with the line before it as its caption, where that says 表1 …."""
    if rows and said and _CAPTION.match(said[-1]) and len(said[-1]) <= LONGEST_HEADING:
        return _table(said.pop(), rows)
    return _table("", rows)


def _numbered(line: str) -> bool:
    return bool(_ONE.match(line) or _TWO.match(line))


def _as_markup(line: str) -> str:
    if _ONE.match(line) and len(line) <= LONGEST_HEADING and not line.endswith("。"):
        return f"# {line}"
    return f"## {line}" if _TWO.match(line) else line


def _table(caption: str, rows: tuple[tuple[str, ...], ...]) -> list[str]:
    if not rows:
        return []
    wide = max(len(row) for row in rows)
    cut = [
        [*(cell.replace("|", "｜").replace("\n", " ") for cell in row), *[""] * (wide - len(row))]
        for row in rows
    ]
    told = [f"| {' | '.join(row)} |" for row in cut]
    named = [f"表：{caption}"] if caption else [""]  # an empty line keeps it from a table before it
    return [*named, told[0], "|" + "---|" * wide, *told[1:]]
