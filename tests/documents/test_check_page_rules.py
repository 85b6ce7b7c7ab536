"""勾稽页背后的判断：可查的字、改一处、铺成字、提纲；都不用数据库。"""

import pytest

from tests.documents.builders import TEXT
from tests.factories import NOW
from xushi.documents.checkable import checkable
from xushi.documents.checking.reading import Table
from xushi.documents.comparing import changes_between
from xushi.documents.drafts import Draft
from xushi.documents.intake import taken_in
from xushi.documents.laying import Span, laid
from xushi.documents.marking import Mark
from xushi.documents.mending import mend_of, swapped
from xushi.documents.panel import label_of, page_of
from xushi.documents.review import Reviewed, check_text
from xushi.documents.sourced import Sourced
from xushi.documents.templatetags.papers import words


def page(text: str = TEXT):  # type: ignore[no-untyped-def]
    return page_of(text, Reviewed(check_text(text, "", None, NOW), {}), (), {})


def test_what_is_checked_is_as_long_as_the_draft() -> None:
    text = "# 一、总的\n**364**个，〔填：第3批〕\n表：附表\n| 甲 | 乙 |\n|---|---:|\n| 1个 | 2个 |\n尾"
    plain, tables = checkable(text)
    assert len(plain) == len(text)
    assert plain.index("一、总的") == text.index("一、总的")
    assert "*" not in plain and "第3批" not in plain and "1个" not in plain
    assert tables[0].rows == (("甲", "乙"), ("1个", "2个"))


def test_the_two_wrong_rates_of_the_report() -> None:
    found = page()
    assert [card.title for card in found.cards] == ["完成率写67.1%，算得58.4%", "开工率写84.2%，算得82.4%"]
    first, second = found.cards
    assert [one.printed for one in first.operands] == ["114亿元", "195.2亿元"]
    assert (first.fine, second.fine) == ("58.40%", "82.42%")
    assert first.bar is not None and first.bar.due is not None
    assert "比序时慢8.3个百分点" in first.leaning
    assert "应为131亿元" in first.otherwise
    assert second.hint == "像是“82.4”两位写颠倒。"
    assert "300个 ÷ 450个 = 66.67%" in second.others
    assert found.wrong == found.left == 2 and found.held > 8


def test_mending_writes_the_number_and_what_leans_on_it() -> None:
    finding = page().cards[0].finding
    mend = mend_of(TEXT, finding)
    assert mend is not None
    assert mend.label == "改为58.4%，慢8.3个百分点"
    assert "完成年度投资计划的58.4%，比序时进度慢8.3个百分点。\n## （二）" in mend.text
    assert [card.finding.claimed for card in page(mend.text).cards] == ["84.2%"]


@pytest.mark.parametrize(
    ("claimed", "computed", "said"),
    [("84.2%", "82.4%", "82.4"), ("67.1%", "58.4%", ""), ("8.5%", "5.8%", "5.8"), ("84.2%", "84.2%", "")],
)
def test_digits_the_wrong_way_round(claimed: str, computed: str, said: str) -> None:
    assert swapped(claimed, computed) == said


def test_the_outline_counts_what_is_wrong() -> None:
    told = [(one.words, one.deep, one.wrong) for one in page().outline]
    assert told == [
        ("一、全区重大产业项目推进情况", False, 2),
        ("（一）省市重大项目推进情况", True, 1),
        ("（二）区重点项目推进情况", True, 1),
        ("（三）产业项目竣工情况", True, 0),
    ]


def test_a_number_keeps_its_rows_and_its_look() -> None:
    source = Sourced(
        "a.b", "开工率", "82.4%", None, "%", "区级重点", "2018-08", closed=True, rows="/projects/?a=1"
    )
    text = "开工率**82.4%**，364个"
    found = page_of(
        text, Reviewed(check_text(text, "", None, NOW), {}), [Mark(5, 10, "a.b")], {"a.b": source}
    )
    said = words(found.lines[0].pieces)
    assert '<a class="ck-figure" href="/projects/?a=1"' in said and "**" not in said
    assert "<b>82.4%</b>" in said


def test_what_a_number_is_of() -> None:
    text = "1—8月份，累计完成投资114亿元，其中产业项目24个"
    assert label_of(text, text.index("114")) == "累计完成投资"
    assert label_of(text, text.index("24个")) == "产业项目"


def test_lines_keep_every_word_and_escape_what_is_typed() -> None:
    text = "<script>1个</script>\n===\n〔填：下一步〕\n| 甲 | <b> |\n|---|---|\n| 合计 | 2 |"
    lines = laid(text, [Span(8, 10, "wrong", 1, "t1")])
    assert [line.kind for line in lines] == ["p", "break", "blank", "table"]
    said = words(lines[0].pieces)
    assert "&lt;script&gt;" in said and "<script>" not in said and "<sup>1</sup>" in said
    assert lines[3].head[0][1][0].words == "<b>"


def test_a_pasted_report_gets_its_headings_and_title() -> None:
    rows = (("单位", "计划"), ("江浦街道", "10"))
    placed = taken_in(
        Draft("标题\n表前的话。\n表1 进展\n\n表后的话。", (Table(rows), Table(rows)), (), (3,))
    ).text
    marked = "表：表1 进展\n| 单位 | 计划 |\n|---|---|\n| 江浦街道 | 10 |"
    assert placed.startswith(f"表前的话。\n{marked}\n表后的话。\n表：附表1\n| 单位")
    taken = taken_in(Draft("关于进展的报告\n一、总的情况\n（一）开工。共3个。\n1个好。"))
    assert taken.title == "关于进展的报告"
    assert taken.text == "# 一、总的情况\n## （一）开工。共3个。\n1个好。"


def test_two_drafts_side_by_side() -> None:
    [one] = changes_between("甲\n乙\n丙", "甲\n丁\n丙")
    assert (one.before, one.after, one.word) == (("乙",), ("丁",), "改")
