"""网页：同一棵树写成页面；每个数点开，是它数的清单。"""

from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

from xushi.documents.sourced import Sourced
from xushi.documents.tree import Blank, Cell, Document, PageBreak, Picture, Run, Runs, Table
from xushi.documents.writing.docx_tables import split_lines
from xushi.documents.writing.flow import Gap, Imprint, Item, Line, blank_words, flow
from xushi.documents.writing.grid import aligns, shares, side
from xushi.documents.writing.styles import Style

SHEET = Path(__file__).parents[1] / "static" / "documents" / "css" / "official.css"
TAGS = {
    Style.TITLE: "h1", Style.FORM_TITLE: "h1", Style.ONE: "h2", Style.TWO: "p", Style.THREE: "p", Style.FOUR: "p",
}  # fmt: skip


def write_html(document: Document) -> SafeString:
    """The document as one <article>; only what the tree holds, all of it escaped."""
    inner = "".join(_item(item, document) for item in flow(document))
    mark = f' data-watermark="{escape(document.watermark)}"' if document.watermark else ""
    return mark_safe(f'<article class="official"{mark}>{inner}</article>')  # noqa: S308 - escaped piece by piece


def write_html_file(document: Document) -> bytes:
    """A page that stands alone, with its sheet of styles in it."""
    title, sheet = escape(" ".join(document.title)), SHEET.read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{sheet}</style></head><body>{write_html(document)}</body></html>"
    ).encode()


def _item(item: Item, document: Document) -> str:
    match item:
        case Line():
            made = _line(item, document)
        case Gap():
            made = '<p class="o-gap"></p>'
        case Blank():
            lead = f'<b class="o-lead">{escape(item.lead)}</b>' if item.lead else ""
            made = f'<p class="o-body">{lead}<mark class="o-blank">{escape(blank_words(item))}</mark></p>'
        case PageBreak():
            made = '<hr class="o-break">'
        case Table():
            made = _table(item, document)
        case Imprint():
            made = _imprint(item)
        case Picture():
            made = _picture(item)
    return made


def _imprint(imprint: Imprint) -> str:
    copies = f"<p>抄送：{escape(imprint.copies)}</p>" if imprint.copies else ""
    last = f"<span>{escape(imprint.printed_by)}</span> <span>{imprint.printed_on}</span>"
    return f'<footer class="o-imprint">{copies}<p class="o-printed">{last}</p></footer>'


def _line(line: Line, document: Document) -> str:
    tag = TAGS.get(line.style, "p")
    body = f'<span class="o-run-on">{_runs(line.body, document)}</span>' if line.body else ""
    more = (" o-page" if line.new_page else "") + (" o-ruled" if line.ruled else "")
    return f'<{tag} class="o-{line.style}{more}">{_runs(line.runs, document)}{body}</{tag}>'


def _runs(runs: Runs, document: Document) -> str:
    return "".join(_run(run, document.figures.get(run.figure)) for run in runs)


def _run(run: Run, figure: Sourced | None) -> str:
    words = escape(run.words).replace("\n", "<br>")
    if run.bold:
        words = f"<b>{words}</b>"
    if not run.figure:
        return words
    key = escape(run.figure)
    if figure is None:
        return f'<mark class="o-figure" data-figure="{key}">{words}</mark>'
    told = escape(told_of(figure))
    if figure.rows.startswith("/") and not figure.rows.startswith("//"):
        return (
            f'<a class="o-figure" data-figure="{key}" href="{escape(figure.rows)}" title="{told}">{words}</a>'
        )
    return f'<mark class="o-figure" data-figure="{key}" title="{told}">{words}</mark>'


def told_of(figure: Sourced) -> str:
    """开工率，全区，截至2018年8月底：已开工/当年实施."""
    said = "，".join(part for part in (figure.label, figure.scope, f"截至{figure.when}") if part)
    return f"{said}：{figure.meaning}" if figure.meaning else said


def _table(table: Table, document: Document) -> str:
    sides = aligns(table)
    columns = "".join(f'<col width="{round(one * 100, 2)}%">' for one in shares(table))
    head = "".join(_row(row, sides, document, head=True) for row in table.head)
    body = len(table.rows) - table.totals
    rows = "".join(_row(row, sides, document, strong=place >= body) for place, row in enumerate(table.rows))
    kind = "o-table o-form" if table.form else "o-table"
    top = f"<thead>{head}</thead>" if head else ""
    inner = f"<colgroup>{columns}</colgroup>{top}<tbody>{rows}</tbody>"
    return f'<div class="o-scroll"><table class="{kind}">{inner}</table></div>'


def _row(
    row: tuple[Cell, ...],
    sides: tuple[str, ...],
    document: Document,
    *,
    head: bool = False,
    strong: bool = False,
) -> str:
    cells, column = [], 0
    for cell in row:
        where = side(cell, column, sides, head=head)
        tag = "th" if head or cell.label else "td"
        scope = ' scope="col"' if head else ' scope="row"' if cell.label else ""
        span = f' colspan="{cell.across}"' if cell.across > 1 else ""
        tall = " o-tall" if cell.height_mm > 12 else ""
        cells.append(f'<{tag} class="o-{where}{tall}"{scope}{span}>{_cell(cell, document)}</{tag}>')
        column += cell.across
    total = ' class="o-total"' if strong else ""
    return f"<tr{total}>{''.join(cells)}</tr>"


def _cell(cell: Cell, document: Document) -> str:
    lines = list(_cell_lines(cell, document))
    return lines[0] if len(lines) == 1 else "".join(f"<p>{line}</p>" for line in lines)


def _cell_lines(cell: Cell, document: Document) -> Iterator[str]:
    for runs in split_lines(cell.runs):
        words = _runs(runs, document)
        yield f'<span class="o-to-right">{words.lstrip()}</span>' if words.startswith("\t") else words


def _picture(picture: Picture) -> str:
    kind = "png" if picture.data.startswith(b"\x89PNG") else "jpeg"
    data = b64encode(picture.data).decode()
    return f'<p class="o-picture"><img alt="{escape(picture.alt)}" src="data:image/{kind};base64,{data}"></p>'
