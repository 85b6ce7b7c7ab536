""".docx 的表：表头每页重印，一行不拆在两页；表单、版记也是表。"""

from collections.abc import Callable
from math import ceil

from xushi.documents.tree import Cell, Run, Runs, Table
from xushi.documents.writing.docx_parts import mm
from xushi.documents.writing.flow import Imprint
from xushi.documents.writing.flow import width as width_of
from xushi.documents.writing.grid import FORM_ROW_MM, aligns, breaks, shares, side
from xushi.documents.writing.ooxml import paragraph, text_run, twips
from xushi.documents.writing.styles import LOOKS, TEXT_MM, TEXT_PT, Face, Style

CELL_PAD = 80  # twentieths of a point
LOWEST_PT = 1.0
LOW = f'<w:spacing w:before="0" w:after="0" w:line="{twips(LOWEST_PT)}" w:lineRule="exact"/>'
Write = Callable[[Runs, Face | None], str]


def table_xml(table: Table, write: Write) -> str:
    widths = [round(mm(TEXT_MM) * one) for one in shares(table)]
    sides = aligns(table)
    body = len(table.rows) - table.totals
    rows = [_row(table, row, widths, sides, write, head=True) for row in table.head]
    rows += [
        _row(table, row, widths, sides, write, strong=place >= body) for place, row in enumerate(table.rows)
    ]
    return f"{_open('grid', widths)}{''.join(rows)}</w:tbl>{_behind()}"


def _open(style: str, widths: list[int]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    named = f'<w:tblStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:tbl><w:tblPr>{named}<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
    )


def _behind() -> str:
    """A table is followed by a paragraph, as low as can be."""
    return paragraph("cell", (), LOW)


def _row(
    table: Table, row: tuple[Cell, ...], widths: list[int], sides: tuple[str, ...], write: Write,
    *, head: bool = False, strong: bool = False,
) -> str:  # fmt: skip
    height = max((cell.height_mm for cell in row), default=0) or (FORM_ROW_MM if table.form else 0)
    whole = "" if breaks(row) else "<w:cantSplit/>"
    high = f'<w:trHeight w:val="{mm(height)}" w:hRule="atLeast"/>' if height else ""
    repeat = "<w:tblHeader/>" if head else ""
    cells, column = [], 0
    for cell in row:
        across = sum(widths[column : column + cell.across])
        cells.append(_cell(cell, across, side(cell, column, sides, head=head), write, strong=strong or head))
        column += cell.across
    return f"<w:tr><w:trPr>{whole}{high}{repeat}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: Cell, width: int, align: str, write: Write, *, strong: bool) -> str:
    span = f'<w:gridSpan w:val="{cell.across}"/>' if cell.across > 1 else ""
    style = Style.LABEL if cell.label else Style.CELL
    face = Face.HEADING if strong and not cell.label else None
    lines = "".join(_paragraph(runs, style, align, write, face) for runs in split_lines(cell.runs))
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>{lines}</w:tc>'


def _paragraph(runs: Runs, style: Style, align: str, write: Write, face: Face | None) -> str:
    """A line that begins with a tab stands at the right: a name and a day below words."""
    if runs and runs[0].words.startswith("\t"):
        runs = (Run(runs[0].words[1:], runs[0].bold, runs[0].figure), *runs[1:])
        align = "right"
    return paragraph(style, [write(runs, face)], f'<w:jc w:val="{align}"/>')


def split_lines(runs: Runs) -> list[Runs]:
    """The runs of each line of a cell."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        for number, words in enumerate(run.words.split("\n")):
            if number:
                lines.append([])
            if words:
                lines[-1].append(Run(words, run.bold, run.figure))
    return [tuple(line) for line in lines]


def imprint_xml(imprint: Imprint) -> str:
    """版记: rules above and below thicker than between; in a box on the lower edge of the page's type area.

    The box hangs on the last paragraph: where that page has no room for it, both go to the next.
    """
    width = mm(TEXT_MM)
    rows = []
    close, right = _closer(imprint), f' w:right="{twips(14)}"' if imprint.long else ""
    if imprint.copies:
        hang = (
            f'<w:keepNext/>{close}<w:ind w:left="{twips(56)}" w:right="{twips(14)}" w:hanging="{twips(42)}"/>'
        )
        rows.append((text_run(f"抄送：{imprint.copies}"), hang))
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{twips(TEXT_PT - 14)}"/></w:tabs>'
    last = f'<w:keepNext/>{tab}{close}<w:ind w:left="{twips(14)}"{right}/>'
    rows.append((text_run(f"{imprint.printed_by}\t{imprint.printed_on}"), last))
    made = "".join(_imprint_row(*row, place, len(rows), width) for place, row in enumerate(rows))
    table = f"{_open('', [width])}{made}</w:tbl>{_behind()}"
    return paragraph("cell", [_at_the_bottom(table, _imprint_high(imprint))], LOW)


def _imprint_high(imprint: Imprint) -> float:
    """In points; the writers of pages let it grow where their type is wider."""
    pitch = imprint.pitch
    high = LOWEST_PT + _row_high(f"{imprint.printed_by}　{imprint.printed_on}", TEXT_PT - 28, pitch)
    return high + (_row_high(imprint.copies, TEXT_PT - 70, pitch) if imprint.copies else 0)


def _row_high(words: str, wide: float, pitch: float) -> float:
    lines = ceil(width_of(words) * LOOKS[Style.IMPRINT].size / wide)
    return max(lines * pitch, 9 * 72 / 25.4) + 1


def _closer(imprint: Imprint) -> str:
    """The spacing of its lines where it is not the style's."""
    if not imprint.long:
        return ""
    return f'<w:spacing w:before="0" w:after="0" w:line="{twips(imprint.pitch)}" w:lineRule="exact"/>'


def _at_the_bottom(inner: str, high: float) -> str:
    placed = (
        "position:absolute;margin-left:0;margin-top:0;mso-wrap-distance-left:0;mso-wrap-distance-right:0;"
        "mso-wrap-distance-top:6pt;mso-wrap-distance-bottom:0;mso-position-horizontal:left;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:bottom;mso-position-vertical-relative:margin"
    )
    size = f"width:{TEXT_PT:.1f}pt;height:{high:.1f}pt"
    kind = (
        '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    )
    held = f'<v:textbox inset="0,0,0,0"><w:txbxContent>{inner}</w:txbxContent></v:textbox>'
    shape = f'<v:shape type="#_x0000_t202" stroked="f" filled="f" style="{placed};{size}">{held}'
    return f'<w:r><w:pict>{kind}{shape}<w10:wrap type="topAndBottom"/></v:shape></w:pict></w:r>'


def _imprint_row(inner: str, placed: str, place: int, of: int, width: int) -> str:
    top = 8 if place == 0 else 6
    bottom = 8 if place == of - 1 else 6
    rules = (
        f'<w:tcBorders><w:top w:val="single" w:sz="{top}" w:space="0" w:color="000000"/>'
        f'<w:bottom w:val="single" w:sz="{bottom}" w:space="0" w:color="000000"/></w:tcBorders>'
    )
    margins = '<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar>'
    held = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{rules}{margins}<w:vAlign w:val="center"/></w:tcPr>'
    return (
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{mm(9)}" w:hRule="atLeast"/></w:trPr>'
        f"<w:tc>{held}{paragraph(Style.IMPRINT, [inner], placed)}</w:tc></w:tr>"
    )
