"""标记文字读成公文的树：什么都读得进，一个字不丢，数还是那个数。"""

from hypothesis import given, settings
from hypothesis import strategies as st

from xushi.documents.marking import Mark, Marked, unwrapped, wrapped
from xushi.documents.markup import Body, blanks_in, blocks_of, body_of, words_of, written
from xushi.documents.tree import (
    Blank,
    Heading,
    Level,
    PageBreak,
    Paragraph,
    Picture,
    Role,
    Run,
    Table,
)


def read(text: str) -> Body:
    return body_of(Marked(text))


def test_a_line_is_a_paragraph_and_its_indent_is_not_text():
    assert read("　　甲。\n\n乙。").blocks == (
        Paragraph((Run("甲。"),)),
        Paragraph((Run("乙。"),)),
    )


def test_a_heading_of_the_second_level_runs_on_behind_its_first_stop():
    one, two = read("# 一、总体情况。完\n## （一）开工情况。全区开工300个。其中产业76个。").blocks
    assert one == Heading(Level.ONE, (Run("一、总体情况。完"),))
    assert two == Heading(Level.TWO, (Run("（一）开工情况。"),), (Run("全区开工300个。其中产业76个。"),))


def test_bold_and_figures_cut_the_runs():
    draft = unwrapped(f"开工率**{wrapped('district.start_rate', '82.4%')}以上**，好")
    (paragraph,) = body_of(draft).blocks
    assert paragraph == Paragraph(
        (
            Run("开工率"),
            Run("82.4%", bold=True, figure="district.start_rate"),
            Run("以上", bold=True),
            Run("，好"),
        )
    )


def test_stars_that_do_not_pair_are_words():
    assert read("2**3").blocks == (Paragraph((Run("2**3"),)),)


def test_a_table_with_caption_unit_alignment_and_totals():
    text = "表：各单位进展（单位：亿元）\n| 单位 | 完成 |\n|---|---:|\n| 江浦街道 | 12.3 |\n| 合计 | 12.3 |\n后文"
    table, after = read(text).blocks
    assert isinstance(table, Table)
    assert (table.caption, table.unit, table.totals) == ("各单位进展", "亿元", 1)
    assert [words_of(cell.runs) for cell in table.head[0]] == ["单位", "完成"]
    assert all(cell.label for cell in table.head[0])
    assert [cell.align for cell in table.rows[0]] == ["", "right"]
    assert abs(sum(table.widths) - 1) < 1e-9
    assert after == Paragraph((Run("后文"),))


def test_a_short_row_is_filled_and_a_long_one_kept():
    (table,) = read("| 甲 |\n|---|\n| 1 | 2 | 3 |\n| 4 |").blocks
    assert isinstance(table, Table)
    assert [len(row) for row in (*table.head, *table.rows)] == [3, 3, 3]


def test_figures_in_cells_keep_their_key():
    draft = unwrapped(f"| 甲 | 乙 |\n|---|---|\n| 江浦 | {wrapped('a.b', '3个')} |")
    (table,) = body_of(draft).blocks
    assert isinstance(table, Table)
    assert table.rows[0][1].runs == (Run("3个", figure="a.b"),)


def test_blank_break_note_and_annex():
    body = read("〔填：督查情况〕\n===\n> 数据截至8月\n附件：重大项目表\n正文\n附件：第二个")
    assert body.blocks == (Blank("督查情况"), PageBreak(), Paragraph((Run("数据截至8月"),), Role.NOTE))
    assert [annex.title for annex in body.annexes] == ["重大项目表", "第二个"]
    assert body.annexes[0].blocks == (Paragraph((Run("正文"),)),)
    assert blanks_in("前〔填：甲〕后〔填：乙〕") == ["甲", "乙"]


def test_a_chart_that_is_known_is_a_picture_and_another_stays_in_sight():
    picture = Picture(b"png", "开工率")
    known, unknown = body_of(Marked("![开工率](chart:start)\n![别的](chart:no)"), {"start": picture}).blocks
    assert known is picture
    assert unknown == Paragraph((Run("![别的](chart:no)"),))


def test_blocks_of_puts_the_annexes_behind():
    assert [type(block) for block in blocks_of(Marked("甲\n附件：乙\n丙"))] == [Paragraph, Heading, Paragraph]


def test_control_characters_never_reach_a_writer():
    assert read("甲\x00\x0b乙").blocks == (Paragraph((Run("甲乙"),)),)


PIECES = st.sampled_from(
    ["# ", "## ", "### ", "##### ", "|", "|---|", "---:", "**", "*", "〔填：", "〕", "===", "表：", "附件：",
     "（单位：亿元）", "> ", "![", "](chart:x)", "\n", "\n\n", "　　", " ", "。", "合计", "甲乙", "12.3亿元",
     "a", "\t", "\r"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=40).map("".join)


def letters(text: str) -> list[str]:
    return [one for one in text if one.isalnum() and one.isprintable()]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_text_is_read_and_nothing_said_is_lost(text):
    assert letters(written(read(text)).text) == letters(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_is_written_reads_back_the_same(text):
    once = read("".join(one for one in text if one == "\n" or one.isprintable() or one == "\u3000"))
    assert read(written(once).text) == once


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 12)), max_size=8))
def test_marks_anywhere_never_break_the_reading(text, places):
    marks = tuple(sorted(Mark(start, start + length, "a.b") for start, length in places))
    assert letters(written(body_of(Marked(text, marks))).text) == letters(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.just(wrapped("a.b", "12.3%"))), max_size=30).map("".join))
def test_a_figure_keeps_its_words(words):
    """A mark is dropped where its characters were taken for markup, never put on others."""
    again = written(body_of(unwrapped(words)))
    assert all(again.text[mark.start : mark.end] == "12.3%" for mark in again.marks)


def test_five_hundred_pages_are_read_in_a_second():
    import time

    text = "## （一）开工情况。全区开工**300**个项目。\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n" * 5000
    began = time.perf_counter()
    assert len(read(text).blocks) == 10_000
    assert time.perf_counter() - began < 3
