"""小计、合计、分节标题：不入库，但拿来核对；对不上就待核，两个数都摆出来。"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from xushi.core.cells import Understood, read_amount, written
from xushi.core.money import plain
from xushi.core.readings import UNIT_YUAN, grouped
from xushi.core.text import name_key
from xushi.exchange.kinds import Kind
from xushi.exchange.layout import Layout, plain_label
from xushi.exchange.sheets import Sheet, address

_ORDINAL = re.compile(r"^(?:[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?)$")
_SECTION = re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]|^[(（][一二三四五六七八九十]{1,3}[)）]")
_SUM = re.compile(
    r"^(?:小计|合计|总计|累计|共计|本页小计|全区合计|区合计)(?:[(（:：].*)?$|(?:小计|合计|总计)(?:[(（:：].*)?$"
)
_FOOT = re.compile(
    r"^(?:注|说明|备注|填表人|填报人|制表人?|审核人?|单位负责人|联系电话|填报单位|填报日期)[:：]"
)
_COUNT = re.compile(r"[(（](?:共)?(\d+)个(?:项目)?[)）]")
TITLE, SUBTOTAL, SECTION, FOOT, REPEATED, BLANK = "标题", "小计", "分节", "表尾", "重复表头", "空行"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """待核: a printed sum and its own rows differ. Both in the column's unit, as text."""

    row: int
    column: int
    printed: str
    added: str
    count: int
    what: str

    @property
    def sentence(self) -> str:
        return f"{self.what}{self.printed}，{self.count}行相加{self.added}，{self.difference}。{self.what}不入库。"

    @property
    def difference(self) -> str:
        gap = Decimal(self.printed.replace(",", "")) - Decimal(self.added.replace(",", ""))
        return f"差{grouped(plain(abs(gap)))}"

    @property
    def address(self) -> str:
        return address(self.row, self.column)


def skipped_rows(sheet: Sheet, layout: Layout, kind: Kind) -> dict[int, str]:
    """The rows that are no data, and why: titles, header, blank rows, sections, sums, notes at the foot."""
    skipped = dict.fromkeys(range(layout.first_row), TITLE)
    name_at = layout.columns.get("name", layout.columns.get("code", 0))
    heading = {plain_label(layout.labels[at]) for at in layout.columns.values()}
    before = [at for at in range(name_at) if at not in layout.columns.values()]
    for row in range(layout.first_row, len(sheet.rows)):
        reason = _reason(sheet, row, name_at, before, heading)
        if reason:
            skipped[row] = reason
    return skipped


def _reason(sheet: Sheet, row: int, name_at: int, before: list[int], heading: set[str]) -> str:
    cells = sheet.rows[row]
    raw = cells[name_at] if name_at < len(cells) else ""
    if isinstance(raw, str) and len(raw) > 12 and not before:
        return ""
    name = name_key(written(raw))
    lead = [name_key(cells[at]) for at in before if at < len(cells) and isinstance(cells[at], str)]
    if not name and not any(lead) and not any(cell not in ("", None) for cell in cells):
        return BLANK
    first = next((text for text in (*lead, name) if text), "")
    if _SUM.search(name) or any(_SUM.search(text) for text in lead):
        return SUBTOTAL
    if _ORDINAL.match(first) or (_SECTION.match(name) and _bare(cells, name_at)):
        return SECTION
    if _FOOT.match(first) or (not name and _FOOT.match(name_key(written(next((c for c in cells if c), ""))))):
        return FOOT
    return REPEATED if name and plain_label(name) in heading and name in ("项目名称", "名称") else ""


def _bare(cells: list[object], name_at: int) -> bool:
    """A section heading names nothing but sums: no words beside its own."""
    return not any(
        isinstance(cell, str) and cell.strip() and not re.fullmatch(r"[\d,.\s—-]+", cell)
        for at, cell in enumerate(cells)
        if at != name_at
    )


def disagreements(sheet: Sheet, layout: Layout, kind: Kind, skipped: dict[int, str]) -> list[Disagreement]:
    """Printed sums that none of their possible parts add up to: the rows above, those below, or all."""
    marks = [row for row in skipped if skipped[row] in (SUBTOTAL, SECTION) and row >= layout.first_row]
    if not marks:
        return []
    found: list[Disagreement] = []
    for name, column in layout.columns.items():
        if kind.field(name).is_amount:
            found += _in_column(sheet, layout, column, marks, skipped)
    return sorted(found, key=lambda item: (item.row, item.column))


def _in_column(
    sheet: Sheet, layout: Layout, column: int, marks: list[int], skipped: dict[int, str]
) -> Iterable[Disagreement]:
    unit = layout.unit_of(column)
    amounts = {row: _yuan(sheet.cell(row, column), unit) for row in range(layout.first_row, len(sheet.rows))}
    details = [row for row in amounts if row not in skipped]
    for row in marks:
        printed = amounts[row]
        if printed is None:
            continue
        groups = _candidates(row, marks, details, skipped, len(sheet.rows), sheet, layout)
        sums = [(sum(amounts[at] or 0 for at in group), len(group)) for group in groups if group]
        if sums and all(total != printed for total, _ in sums):
            total, count = sums[0]
            word = "小计" if skipped[row] == SUBTOTAL else "分节数"
            said = name_key(written(sheet.cell(row, layout.columns.get("name", 0))))
            word = next((w for w in ("合计", "总计", "小计") if w in said), word)
            yield Disagreement(row, column, _as(printed, unit), _as(total, unit), count, word)


def _candidates(
    row: int,
    marks: list[int],
    details: list[int],
    skipped: dict[int, str],
    end: int,
    sheet: Sheet,
    layout: Layout,
) -> list[list[int]]:
    """The groups of rows this sum may stand for, the likeliest first."""
    previous = max((mark for mark in marks if mark < row), default=-1)
    following = min((mark for mark in marks if mark > row), default=end)
    level = _depth(sheet, row, layout)
    same = [
        mark
        for mark in marks
        if mark > row and skipped[mark] == SECTION and _depth(sheet, mark, layout) <= level
    ]
    sums = [mark for mark in marks if mark > row and skipped[mark] == SUBTOTAL]
    above = [at for at in details if previous < at < row]
    since_section = [
        at
        for at in details
        if max((m for m in marks if m < row and skipped[m] == SECTION), default=-1) < at < row
    ]
    below = [at for at in details if row < at < following]
    whole_section = [at for at in details if row < at < min([*same, end])]
    if skipped[row] == SECTION:
        return [whole_section, below, [at for at in details if row < at < min([*same, *sums, end])]]
    name = name_key(written(sheet.cell(row, layout.columns.get("name", 0)))) + name_key(
        written(sheet.cell(row, 0))
    )
    everything = [at for at in details if at < row] or details
    if "小计" in name:
        return [above, since_section, everything, whole_section]
    return [everything, details, above, since_section, whole_section]


def _depth(sheet: Sheet, row: int, layout: Layout) -> int:
    """一、 is above （一）."""
    words = [name_key(written(sheet.cell(row, at))) for at in range(layout.columns.get("name", 0) + 1)]
    return 2 if any(text.startswith(("(", "（")) for text in words) else 1


def _yuan(cell: object, unit: str) -> int | None:
    reading = read_amount(cell, unit=unit, negative=True)
    return reading.value if isinstance(reading, Understood) else None


def _as(yuan: int, unit: str) -> str:
    return grouped(plain(Decimal(yuan) / UNIT_YUAN[unit]))
