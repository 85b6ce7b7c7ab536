"""带标注稿：错的数加底色和序号，没有来源的加点线，说明列在后面。"""

from io import BytesIO

from docx import Document
from docx.enum.text import WD_COLOR_INDEX, WD_UNDERLINE
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from xushi.documents.laying import Line, Piece
from xushi.documents.panel import Card, Page

COLOURS = {
    "wrong": WD_COLOR_INDEX.RED, "leaning": WD_COLOR_INDEX.PINK, "warned": WD_COLOR_INDEX.YELLOW,
    "operand": WD_COLOR_INDEX.TURQUOISE,
}  # fmt: skip
NUMBERED = ("wrong", "warned", "leaning")
HEADINGS = {"h1": 1, "h2": 0, "h3": 0, "h4": 0}


def annotated(title: str, page: Page) -> bytes:
    """The draft as a Word file with every mark of the check, and the list of what was found."""
    book = Document()
    book.styles["Normal"].font.size = Pt(14)
    book.add_heading(title, 0)
    for line in page.lines:
        _line(book, line)
    book.add_heading("数字勾稽", 1)
    book.add_paragraph(
        f"核对{page.counted}处，相符{page.held}，有误{page.wrong}，没有可比的数{len(page.unlinked)}个（加点线）。"
    )
    for card in page.cards:
        book.add_paragraph(_said(card))
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _line(book: "Document", line: Line) -> None:  # type: ignore[valid-type]
    if line.kind == "table":
        rows = [*line.head, *line.rows]
        table = book.add_table(rows=len(rows), cols=max(len(row) for row in rows))  # type: ignore[attr-defined]
        table.style = "Table Grid"
        for number, row in enumerate(rows):
            for column, pieces in enumerate(row):
                _write(table.cell(number, column).paragraphs[0], pieces)
        return
    if line.kind == "break":
        book.add_page_break()  # type: ignore[attr-defined]
        return
    paragraph = book.add_heading("", 1) if line.kind == "h1" else book.add_paragraph()  # type: ignore[attr-defined]
    if line.kind == "blank":
        paragraph.add_run(f"〔填：{line.words}〕").font.highlight_color = WD_COLOR_INDEX.YELLOW
        return
    _write(paragraph, line.pieces)


def _write(paragraph: Paragraph, pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        run = paragraph.add_run(piece.words.translate(CONTROLS))
        run.bold = piece.bold or None
        if piece.kind in COLOURS:
            run.font.highlight_color = COLOURS[piece.kind]
        if piece.kind == "unlinked":
            run.font.underline = WD_UNDERLINE.DOTTED
        if piece.last and piece.kind in NUMBERED:
            paragraph.add_run(f"〔{piece.number}〕").font.superscript = True


def _said(card: Card) -> str:
    parts = [card.title, card.finding.words]
    if card.finding.operands:
        parts.append(
            f"由{'、'.join(card.finding.operands)}算得"
            + (f"，舍入只容{card.allowed}" if card.allowed else "")
        )
    if card.answer is not None:
        parts.append(f"保留：{card.answer.words}")
    return f"{card.number}. " + "。".join(part.rstrip("。") for part in parts if part) + "。"


# 写不进 Word 的控制字符
CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0x7F, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
