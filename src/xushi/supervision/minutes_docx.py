"""纪要的 .docx：照 GB/T 9704—2012 的版心、字号、行距；字体用 Windows 的公文字体，落款处留（盖章）。"""

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from xushi.supervision.minutes import Minutes

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
LINE = Pt(28.95)
GRID_PITCH = 579  # twentieths of a point: 22 lines of 28 characters
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def write(minutes: Minutes) -> bytes:
    """The document's bytes; nothing in it names who made it but the organ."""
    paper = Document()
    _page(paper)
    _paragraph(paper, minutes.title, TITLE, 22, align=WD_ALIGN_PARAGRAPH.CENTER, indent=0)
    _paragraph(paper, "", BODY, 16)
    _paragraph(paper, minutes.opening, BODY, 16)
    for section in minutes.sections:
        _paragraph(paper, section.heading, HEADING, 16)
        for words in section.paragraphs:
            _paragraph(paper, words, BODY, 16)
    for words in minutes.closing:
        _paragraph(paper, words, BODY, 16)
    _paragraph(paper, "", BODY, 16)
    _paragraph(paper, f"{minutes.organ}（盖章）", BODY, 16, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=0, right=4)
    _paragraph(paper, minutes.date, BODY, 16, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=0, right=2)
    properties = paper.core_properties
    properties.author, properties.title, properties.comments = minutes.organ, minutes.title, ""
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(GRID_PITCH))
    paper.settings.odd_and_even_pages_header_footer = True
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _page_number(footer.paragraphs[0], align)


def _page_number(paragraph: Any, align: Any) -> None:
    """— 1 —, 14 pt 宋体; odd pages at the right, even at the left."""
    paragraph.alignment = align
    for part in ("— ", "PAGE", " —"):
        run = paragraph.add_run("" if part == "PAGE" else part)
        _font(run, "宋体", 14)
        if part == "PAGE":
            for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
                run._r.append(_field(kind, text))


def _field(kind: str, text: str) -> Any:
    if text:
        element = OxmlElement("w:instrText")
        element.text = text
        return element
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def _paragraph(
    paper: Any, text: str, font: str, size: float, *, align: Any = None, indent: float = 2, right: float = 0
) -> None:
    paragraph = paper.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE if size < 20 else Pt(34)
    form.first_line_indent, form.right_indent = Pt(size * indent), Pt(size * right)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if align is None else align
    _font(paragraph.add_run(text), font, size)


def _font(run: Any, name: str, size: float) -> None:
    run.font.name, run.font.size = name, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
