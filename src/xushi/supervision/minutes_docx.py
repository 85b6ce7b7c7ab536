"""纪要的 .docx：照 GB/T 9704—2012 的版心、字号、行距；字体用 Windows 的公文字体，落款处留（盖章）。"""

from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from xushi.supervision.minutes import Minutes

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
LINE, NUMBER_LINE = Pt(28.95), Pt(16)
DATE_RIGHT = 4  # characters
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
    for paragraph in paper.paragraphs[-2:]:
        paragraph.paragraph_format.keep_with_next = True  # 落款 never stands alone on a page
    _signed(paper, f"{minutes.organ}（盖章）", minutes.date)
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
    section.footer_distance = Mm(28) - NUMBER_LINE  # the number's top 7 mm below the text
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(GRID_PITCH))
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    paper.settings.odd_and_even_pages_header_footer = True
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _page_number(footer.paragraphs[0], align)


def _page_number(paragraph: Any, align: Any) -> None:
    """— 1 —, 14 pt 宋体; odd pages at the right, even at the left, one character in.

    Off the grid: on it the line would be so high that the page lost a line of its 22.
    """
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Pt(14)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, NUMBER_LINE
    off_grid = OxmlElement("w:snapToGrid")
    off_grid.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(off_grid, "w:spacing", "w:ind", "w:jc", "w:rPr")
    for kind, text in (
        ("", "— "),
        ("begin", ""),
        ("", "PAGE"),
        ("separate", ""),
        ("", "1"),
        ("end", ""),
        ("", " —"),
    ):
        run = paragraph.add_run("" if kind or text == "PAGE" else text)
        _font(run, "宋体", 14)
        if kind or text == "PAGE":
            run._r.append(_field(kind, text))


def _signed(paper: Any, organ: str, date: str) -> None:
    """落款: the date four characters from the right, the organ centred over it."""
    right = DATE_RIGHT + (_width(date) - _width(organ)) / 2
    for words, from_right in ((organ, max(right, 0)), (date, DATE_RIGHT + max(-right, 0))):
        _paragraph(paper, words, BODY, 16, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=0, right=from_right)
    paper.paragraphs[-2].paragraph_format.keep_with_next = True


def _width(text: str) -> float:
    """In characters: digits and other narrow ones are half of one."""
    return sum(1 if east_asian_width(one) in "WF" else 0.5 for one in text)


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
    form.widow_control, form.keep_with_next = (
        False,
        font == HEADING,
    )  # 22 lines to a page; no heading at its foot
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE if size < 20 else Pt(34)
    form.first_line_indent, form.right_indent = Pt(size * indent), Pt(size * right)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if align is None else align
    _font(paragraph.add_run(text), font, size)


def _font(run: Any, name: str, size: float) -> None:
    run.font.name, run.font.size = name, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
