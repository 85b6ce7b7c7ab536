"""标题回行：词不拆开，长短相称，一行放得下的不动。"""

import pytest

from xushi.documents.titles import FULL, title_lines, width


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于督查情况的通报", ("关于督查情况的通报",)),
        ("关于2018年8月份全区重大项目推进情况的通报", ("关于2018年8月份全区重大项目", "推进情况的通报")),
        (
            "关于全区重大产业项目推进及市下达我区重点指标完成情况的报告",
            ("关于全区重大产业项目推进", "及市下达我区重点指标完成情况的报告"),
        ),
    ],
)
def test_a_title_is_cut_where_a_word_begins(title: str, lines: tuple[str, ...]) -> None:
    assert title_lines(title) == lines


@pytest.mark.parametrize("title", ["重" * 45, "关于2018" + "年" * 30, "x" * 200, "一" * 100, "的" * 30])
def test_whatever_the_title_nothing_of_it_is_lost(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    assert len(lines) == 1 or all(width(line) <= FULL for line in lines)
