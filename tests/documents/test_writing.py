"""同一棵树写成几种文件：字字相同，字里写什么都执行不了，数带着来处，重写一遍字节不变。"""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree
from pypdf import PdfReader

from tests.documents.builders import words_of
from tests.documents.papers import NASTY, RATE, cells, everything, short, table, words
from xushi.documents.tree import Blank, Document, Paragraph, Picture, Run, Table
from xushi.documents.writing import (
    NoFont,
    Unset,
    figures_annex,
    fonts,
    text_of,
    with_figures_annex,
    write_docx,
    write_html,
    write_html_file,
    write_pdf,
    write_pictures,
)
from xushi.documents.writing.docx_figures import figures_in
from xushi.documents.writing.flow import head_lines, width
from xushi.documents.writing.styles import TEXT_PT


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def pdf_pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def pdf_text(data: bytes) -> str:
    """Without page numbers."""
    return "".join(re.sub(r"— ?\d+ ?—\s*$", "", page.strip()) for page in pdf_pages(data))


# ---- 字字相同


def test_word_says_what_the_tree_says() -> None:
    tree = everything()
    assert bare(words_of(write_docx(tree))) == bare(text_of(tree))


def test_pdf_says_what_the_tree_says() -> None:
    """The letters of a page, whatever order its extraction gives them in within a page."""
    tree = everything()
    assert sorted(bare(pdf_text(write_pdf(tree)))) == sorted(bare(text_of(tree)))
    body = bare(pdf_text(write_pdf(replace(tree, head="", copies="", printed_by="", annexes=(), signed=""))))
    for said in (
        "一、总体进展",
        "（一）开工情况。开工率82.4%。",
        bare(f"1.省市项目。请看：{NASTY}。"),
        "第二页的话。",
    ):
        assert said in body


def test_the_page_says_what_the_tree_says() -> None:
    tree = everything()
    shown = etree.HTML(str(write_html(tree)))
    assert bare("".join(shown.itertext())) == bare(text_of(tree))


@pytest.mark.parametrize(
    "word",
    [NASTY, '#import "@preview/x:1.0.0"', '#read("/etc/passwd")', "\\u{41} ]]>", "$ 1/0 $"],
)
def test_words_are_words(word: str) -> None:
    """Nothing in a text is run, drawn or marked up by the typesetter, by Word or by the browser."""
    tree = Document(title=(word,), blocks=(Paragraph((Run(word),)), table(2)), number=word, signed=word)
    assert bare(word) in bare(pdf_text(write_pdf(tree)))
    assert bare(words_of(write_docx(tree))) == bare(text_of(tree))
    assert "<script" not in write_html(replace(tree, title=("<script>alert(1)</script>",)))


def test_what_xml_cannot_hold_is_left_out() -> None:
    tree = Document(title=("标\x00题\x0b",), blocks=(Paragraph(words("甲\ufffe乙\ue000键\ue001丙\ue002")),))
    assert bare(words_of(write_docx(tree))) == "标题甲乙键丙"
    assert bare(pdf_text(write_pdf(tree))) == "标题甲乙键丙"


def test_the_same_tree_gives_the_same_word_file() -> None:
    assert write_docx(everything()) == write_docx(everything())


# ---- 数的来处


def test_a_figure_carries_where_it_comes_from() -> None:
    data = write_docx(everything())
    [carried] = figures_in(data)
    assert carried.told == {
        "key": "district.start_rate", "label": "开工率", "printed": "82.4%", "value": str(RATE.value), "unit": "%",
        "scope": "全区", "as_of": "2018-08", "closed": "true", "meaning": "已开工300个，当年实施364个",
        "rows": "/projects/?month=2018-08",
    }  # fmt: skip
    body = docx.Document(BytesIO(data)).element.body
    starts = {one.get(qn("w:name")): one for one in body.iter(qn("w:bookmarkStart"))}
    run = starts[carried.bookmark].getnext()
    assert "".join(one.text for one in run.iter(qn("w:t"))) == "82.4%"
    assert len(carried.bookmark) <= 40
    with ZipFile(BytesIO(data)) as package:
        assert not any("comments" in name for name in package.namelist())


def test_what_is_not_ours_carries_nothing() -> None:
    out = BytesIO()
    docx.Document().save(out)
    assert figures_in(out.getvalue()) == ()


def test_the_annex_of_figures_names_each_once() -> None:
    twice = (Run("82.4%", figure=RATE.key), Run("与"), Run("82.4%", figure=RATE.key))
    tree = Document(title=("标题",), blocks=(Paragraph(twice),), figures={RATE.key: RATE})
    [row] = figures_annex(tree).blocks[0].rows  # type: ignore[union-attr]
    assert [cell.runs[0].words for cell in row] == [
        "1",
        "82.4%",
        "开工率",
        "全区",
        "2018年8月底",
        RATE.meaning,
    ]
    opened = replace(tree, figures={RATE.key: replace(RATE, closed=False)})
    assert replace(RATE, as_of="2018-09-12", closed=False).when == "2018年9月12日"  # a day is not closed
    assert "2018年8月底（未关账）" in text_of(with_figures_annex(opened))


def test_the_page_opens_the_rows_of_a_figure() -> None:
    shown = str(write_html(everything()))
    assert '<a class="o-figure" data-figure="district.start_rate" href="/projects/?month=2018-08"' in shown
    outside = replace(everything(), figures={RATE.key: replace(RATE, rows="//evil.example/")})
    assert "evil" not in write_html(outside)
    assert b"<style>" in write_html_file(everything())


def test_the_imprint_is_last_behind_the_annexes() -> None:
    assert text_of(everything()).splitlines()[-2:] == [
        "抄送：区委办，区政府办。",
        "浦口区重大项目推进办公室\t2018年9月5日印发",
    ]


# ---- 样子


@pytest.mark.parametrize(("characters", "lines"), [(4, 1), (14, 1), (17, 1), (18, 2), (30, 2), (60, 2)])
def test_a_red_head_fits_the_page(characters: int, lines: int) -> None:
    name = "浦口区重大项目推进工作领导小组办公室"[:1] * characters
    found, size = head_lines(name)
    assert "".join(found) == name
    assert len(found) == lines
    assert max(map(width, found)) * size <= TEXT_PT
    assert size >= 14


def test_a_head_never_breaks_a_number() -> None:
    found, _ = head_lines("浦口区2018年度重大项目推进工作领导小组办公室综合协调组20180904文件")
    assert all(not (a[-1].isascii() and b[0].isascii()) for a, b in zip(found, found[1:], strict=False))


def test_numerals_are_no_chinese_text_so_that_they_are_not_broken() -> None:
    styles = ZipFile(BytesIO(write_docx(short()))).read("word/styles.xml").decode()
    assert re.findall(r'<w:lang w:val="([^"]+)" w:eastAsia="([^"]+)"', styles) == [("en-US", "zh-CN")]


def test_sixty_characters_in_the_head_stay_on_two_lines_of_the_page() -> None:
    tree = short("浦口区重大项目推进工作领导小组办公室" * 3 + "浦口区委办公室", "浦重大办〔2018〕1号")
    first = pdf_pages(write_pdf(tree))[0].split("\n")
    assert first[0].startswith("浦口区") and len(first[0]) >= 30 and len(first[1]) >= 29


def test_what_is_to_be_filled_is_marked() -> None:
    tree = Document(title=("标题",), blocks=(Blank("通报单位的要求"),))
    body = docx.Document(BytesIO(write_docx(tree))).element.body
    [control] = body.iter(qn("w:sdt"))
    assert control.find(f".//{qn('w:alias')}").get(qn("w:val")) == "通报单位的要求"
    assert control.find(f".//{qn('w:shd')}").get(qn("w:fill")) == "FFF2A8"
    assert "〔填：通报单位的要求〕" in pdf_text(write_pdf(tree))
    assert '<mark class="o-blank">' in write_html(tree)


def test_no_seal_is_drawn_where_it_is_left_for() -> None:
    tree = everything()
    assert "浦口区重大项目推进办公室（盖章）" in text_of(tree)
    with ZipFile(BytesIO(write_docx(tree))) as package:
        assert not [name for name in package.namelist() if "media" in name]
        assert "<w:drawing>" not in package.read("word/document.xml").decode()


def test_minutes_stand_under_their_own_mark_and_bear_no_seal() -> None:
    tree = Document(
        title=("浦口区重大项目周例会纪要",), blocks=(Paragraph(words("议定一件。")),), signed="浦口区重大办",
        signed_on=date(2018, 9, 12), minutes=True, attended=(Blank("出席单位和姓名", "出席："),),
    )  # fmt: skip
    said = text_of(tree)
    assert "盖章" not in said and said.splitlines()[-1] == "出席：〔填：出席单位和姓名〕"
    first, *_ = docx.Document(BytesIO(write_docx(tree))).paragraphs
    assert (first.text, first.style.name) == ("浦口区重大项目周例会纪要", "红头")  # type: ignore[union-attr]
    assert bare(words_of(write_docx(tree))) == bare(said)
    assert sorted(bare(pdf_text(write_pdf(tree)))) == sorted(bare(said))
    assert bare("".join(etree.HTML(str(write_html(tree))).itertext())) == bare(said)


def test_a_long_table_repeats_its_head_and_splits_no_row() -> None:
    tree = Document(title=("标题",), blocks=(table(80),))
    rows = list(docx.Document(BytesIO(write_docx(tree))).element.body.iter(qn("w:tr")))
    assert rows[0].find(f".//{qn('w:tblHeader')}") is not None
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    pages = pdf_pages(write_pdf(tree))
    assert len(pages) > 1 and all("责任单位完成投资" in bare(page) for page in pages)


def test_a_row_longer_than_a_page_goes_on() -> None:
    held = Table((cells("项", "说明", label=True),), (cells("一", "长" * 3000),), (20, 80))
    pages = pdf_pages(write_pdf(Document(title=("标题",), blocks=(held,))))
    assert len(pages) > 1 and "".join(pages).count("长") == 3000


def picture(kind: str = "PNG") -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (300, 150), "navy").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_stands_with_its_words(kind: str) -> None:
    tree = Document(title=("标题",), blocks=(Picture(picture(kind), "完成投资逐月的线"),))
    paper = docx.Document(BytesIO(write_docx(tree)))
    [shape] = paper.inline_shapes
    assert (round(shape.width.mm), round(shape.height.mm)) == (156, 78)
    assert 'descr="完成投资逐月的线"' in paper.element.xml
    assert len(PdfReader(BytesIO(write_pdf(tree))).pages[0].images) == 1
    assert 'alt="完成投资逐月的线"' in write_html(tree)


def test_what_is_no_picture_is_refused_in_words() -> None:
    tree = Document(title=("标题",), blocks=(Picture(picture("GIF"), "动图"),))
    with pytest.raises(Unset, match="不是 PNG 或 JPEG"):
        write_pdf(tree)


def test_a_watermark_lies_on_every_page() -> None:
    tree = replace(everything(), watermark="草稿")
    assert all("草稿" in page for page in pdf_pages(write_pdf(tree)))
    with ZipFile(BytesIO(write_docx(tree))) as package:
        assert 'string="草稿"' in package.read("word/header1.xml").decode()
    assert 'data-watermark="草稿"' in write_html(tree)


def test_many_papers_in_one_pdf_begin_each_on_page_one() -> None:
    pages = pdf_pages(write_pdf(everything(), short(), short()))
    numbers = [re.findall(r"— ?(\d+) ?—", page)[-1] for page in pages]
    assert numbers == [*map(str, range(1, len(pages) - 1)), "1", "1"]


def test_a_preview_is_a_picture_of_each_page() -> None:
    pages = write_pictures(everything(), ppi=40)
    assert len(pages) == len(pdf_pages(write_pdf(everything())))
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_without_a_chinese_typeface_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        def families(self) -> list[str]:
            return ["DejaVu Sans"]

    fonts._names.cache_clear()
    monkeypatch.setattr(fonts, "_faces", lambda path: Bare())
    with pytest.raises(NoFont, match="XUSHI_FONTS"):
        write_pdf(short())
    fonts._names.cache_clear()
    assert write_docx(short())


def test_every_style_has_a_name_an_office_can_change() -> None:
    names = {style.name for style in docx.Document(BytesIO(write_docx(everything()))).styles}
    assert {
        "公文正文",
        "公文标题",
        "红头",
        "发文字号",
        "主送机关",
        "Heading 1",
        "Heading 2",
        "版记",
        "表内文字",
    } <= names


def test_the_core_names_nobody_but_the_organ() -> None:
    core: Any = docx.Document(BytesIO(write_docx(everything()))).core_properties
    assert (core.author, core.last_modified_by, core.comments) == ("浦口区重大项目推进办公室", "", "")
