"""量出来的版式：天地左右、22行、28字、页码在外侧；.docx 看它写的，再由 LibreOffice 印出来量，自己的 PDF 也量。"""

from datetime import date
from io import BytesIO
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from pypdf import PdfReader

from tests.documents.papers import everything, running, words
from xushi.documents.kinds.order import CHOICES
from xushi.documents.kinds.parts import BY_HAND, form, note, pair, whole
from xushi.documents.tree import Document, Paragraph
from xushi.documents.writing import write_docx, write_pdf
from xushi.documents.writing.flow import Line, flow
from xushi.documents.writing.office import NoOffice, pdf_of_docx, soffice

MM = 72 / 25.4
HAN = "\u4e00", "\u9fff"


def spots(data: bytes, page: int) -> dict[float, list[tuple[float, str]]]:
    """{baseline above the page's bottom in points: [(x, words)]} of one page."""
    found: dict[float, list[tuple[float, str]]] = {}

    def seen(text: str, matrix: list[float], place: list[float], font: object, size: float) -> None:
        if text.strip():
            x, y = place[4] * matrix[0] + matrix[4], place[5] * matrix[3] + matrix[5]
            found.setdefault(round(y, 0), []).append((x, text.strip()))

    PdfReader(BytesIO(data)).pages[page].extract_text(visitor_text=seen)
    return found


def lines_of(data: bytes, page: int) -> list[str]:
    """The lines of text of one page, the number left out."""
    text = PdfReader(BytesIO(data)).pages[page].extract_text()
    return [line.strip() for line in text.split("\n") if line.strip() and "—" not in line]


@pytest.fixture(scope="module")
def typeset() -> bytes:
    return write_pdf(running())


@pytest.fixture(scope="module")
def printed() -> bytes:
    """The .docx as LibreOffice prints it."""
    if not soffice():
        pytest.skip("没有装 LibreOffice")
    return pdf_of_docx(write_docx(running()))


@pytest.mark.parametrize("made", ["typeset", "printed"])
def test_a_full_page_has_22_lines_of_28_characters(made: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(made)
    lines = lines_of(data, 1)
    assert len(lines) == 22
    full = [line for line in lines if len(line) > 26]
    assert full and {len(line) for line in full} == {28}


@pytest.mark.parametrize("made", ["typeset", "printed"])
def test_the_lines_lie_within_the_margins(made: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(made)
    page = PdfReader(BytesIO(data)).pages[1]
    assert (round(float(page.mediabox.width) / MM), round(float(page.mediabox.height) / MM)) == (210, 297)
    found = {y: row for y, row in spots(data, 1).items() if not any("—" in words for _, words in row)}
    heights = sorted(found, reverse=True)
    pitches = [a - b for a, b in pairwise(heights)]
    assert len(heights) == 22 and all(28 <= gap <= 30 for gap in pitches)
    left = min(x for row in found.values() for x, _ in row)
    assert abs(left / MM - 28) < 0.6
    top, bottom = float(page.mediabox.height) - heights[0], heights[-1]
    assert 37 <= top / MM <= 37 + 10.2 and 35 <= bottom / MM <= 35 + 10.2


@pytest.mark.parametrize("made", ["typeset", "printed"])
def test_page_numbers_stand_outside(made: str, request: pytest.FixtureRequest) -> None:
    """Odd at the right, even at the left, one character in, 7 mm below the text."""
    data = request.getfixturevalue(made)
    for page, expected in ((0, "right"), (1, "left"), (2, "right")):
        marks = [
            (x, y)
            for y, row in spots(data, page).items()
            for x, words in row
            if "—" in words or words == str(page + 1)
        ]
        assert marks
        x = min(x for x, _ in marks) / MM
        assert (x > 150) if expected == "right" else (28 <= x < 45)
        assert all(23 <= y / MM <= 26 for _, y in marks)


def imprinted(paragraphs: int, head: str = "浦口区重大项目推进办公室文件") -> Document:
    return Document(
        title=("标题",), head=head, number="浦重大办〔2018〕1号",
        blocks=tuple(Paragraph(words("各单位。")) for _ in range(paragraphs)), signed="浦口区重大项目推进办公室",
        signed_on=date(2018, 9, 5), copies="区委办，区政府办，" * 6 + "区人大办。",
        printed_by="浦口区重大项目推进办公室", printed_on=date(2018, 9, 5),
    )  # fmt: skip


@pytest.mark.parametrize(("paragraphs", "pages"), [(1, 1), (9, 2), (20, 2)])
@pytest.mark.parametrize("writer", ["typst", "LibreOffice"])
def test_the_imprint_lies_on_the_lower_edge_of_the_last_page(
    writer: str, paragraphs: int, pages: int
) -> None:
    """Nothing else is as low, and it begins where the text has ended."""
    tree = imprinted(paragraphs)
    if writer == "LibreOffice" and not soffice():
        pytest.skip("没有装 LibreOffice")
    data = write_pdf(tree) if writer == "typst" else pdf_of_docx(write_docx(tree))
    assert len(PdfReader(BytesIO(data)).pages) == pages
    found = spots(data, pages - 1)
    said = {y: "".join(text for _, text in row) for y, row in found.items()}
    printed = next(y for y, text in said.items() if "印发" in text or "5日印" in text)
    copies = next(y for y, text in said.items() if "抄送" in text)
    assert 35 <= printed / MM <= 35 + 5
    left = min(x for y, row in found.items() for x, _ in row if y in (printed, copies))
    assert abs(left / MM - 28 - 14 / MM) < 1
    between = [text for y, text in said.items() if printed < y < copies]
    assert between and all("区" in text and "各单位" not in text for text in between)
    assert all(y > copies + 16 for y, text in said.items() if "各单位" in text or "盖章" in text)


LONGEST = ("浦口区重大项目推进工作领导小组办公室" * 4)[:60]
OFFICE = "浦口区重大项目推进办公室"


def ordered(organ: str) -> Document:
    """An order of the length that most have, on a form, with five who help."""
    rows = (
        whole("督办事项", "关于加快推进桥林片区污水处理厂二期工程前期手续办理及征地拆迁扫尾工作的事项"),
        whole("立项依据", "领导批示：区委主要领导2018年9月4日在《重大项目8月份推进情况的报告》上的批示"),
        whole("项　　目", "桥林片区污水处理厂二期工程"),
        pair("主办单位", "桥林街道", "协办单位", "区住建局、区规划分局、区国土分局、区环保局、区水务局"),
        pair("责 任 人", "张三", "联系电话", ""),
        pair("交办日期", "2018年9月5日", "办结时限", "2018年9月25日"),
        pair("紧急程度", "急", "督办等级", "日常督办件"),
        whole(
            "督办要求", "请倒排工期，于9月20日前完成剩余3户拆迁扫尾，9月25日前取得施工许可证。" * 2, height=20
        ),
        whole("办理结果\n（承办单位填写）", f"\n\n\t（盖章）　　　　　{BY_HAND}　　", height=24),
        whole("督查意见", f"{CHOICES}\n\n经办人：　　　　审核人：　　　　{BY_HAND}", height=20),
    )
    return Document(
        title=("督 办 单",), head=organ, number="浦重大督〔2018〕16号", blocks=(form(*rows), note("注：请按时签收。")),
        copies="区住建局、区规划分局、区国土分局、区环保局。", printed_by=organ,
        printed_on=date(2018, 12, 25),
    )  # fmt: skip


@pytest.mark.parametrize("organ", [OFFICE, LONGEST], ids=["ordinary", "sixty characters"])
@pytest.mark.parametrize("writer", ["typst", "LibreOffice"])
def test_an_order_stays_on_one_page_under_a_long_head(writer: str, organ: str) -> None:
    """Its head, its rule and its imprint with it: the last line of the imprint is as low as on any other paper."""
    if writer == "LibreOffice" and not soffice():
        pytest.skip("没有装 LibreOffice")
    tree = ordered(organ)
    data = write_pdf(tree) if writer == "typst" else pdf_of_docx(write_docx(tree))
    pages = PdfReader(BytesIO(data)).pages
    assert len(pages) == 1
    said = "".join(pages[0].extract_text().split())
    assert said.startswith(organ) and said.count(organ) == 2 and "12月25日印发" in said
    found = spots(data, 0)
    said_at = {y: "".join(text for _, text in row) for y, row in found.items()}
    assert 35 <= next(y for y, text in said_at.items() if "日印" in text) / MM <= 35 + 5
    assert min(x for row in found.values() for x, _ in row) / MM >= 28 - 0.6
    assert [item.ruled for item in flow(tree) if isinstance(item, Line)].count(True) == 1


def test_the_word_file_says_the_same() -> None:
    paper = docx.Document(BytesIO(write_docx(everything())))
    section = paper.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    assert paper.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (2, 0)
    assert odd.paragraph_format.left_indent.pt == 14
    assert round((section.footer_distance + odd.style.paragraph_format.line_spacing) / Mm(1)) == 28


FACES = {
    "公文正文": ("仿宋_GB2312", 16), "公文标题": ("方正小标宋简体", 22), "红头": ("方正小标宋简体", 40),
    "Heading 1": ("黑体", 16), "Heading 2": ("楷体_GB2312", 16), "Heading 3": ("仿宋_GB2312", 16),
    "附件": ("黑体", 16), "版记": ("仿宋_GB2312", 14),
}  # fmt: skip


@pytest.mark.parametrize("name", FACES)
def test_each_style_names_the_offices_typeface(name: str) -> None:
    style = docx.Document(BytesIO(write_docx(everything()))).styles[name]
    fonts = style.element.rPr.rFonts
    face, size = FACES[name]
    assert {fonts.get(qn(f"w:{side}")) for side in ("eastAsia", "ascii", "hAnsi")} == {face}
    assert style.font.size.pt == size
    if size == 16:
        assert style.paragraph_format.line_spacing.pt == 28.95


def test_an_office_that_hangs_is_stopped() -> None:
    if not soffice():
        pytest.skip("没有装 LibreOffice")
    with pytest.raises(NoOffice, match="没印完"):
        pdf_of_docx(write_docx(everything()), seconds=0.05)


def test_without_an_office_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xushi.documents.writing.office.soffice", lambda: "")
    with pytest.raises(NoOffice, match="没有装 LibreOffice"):
        pdf_of_docx(b"")
