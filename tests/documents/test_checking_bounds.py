"""勾稽不挂、不慢、不出界：怪字、随便什么字，都查得完，指的地方都在稿里；越长只是成比例地久。"""

import time

import pytest
from bench.checking import PAGE, nasty, pages
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.documents.nasty import NASTY
from xushi.documents.checking import Checked, check
from xushi.documents.checking.quantities import plain, quantities

_WORDS = [
    *[
        "其中",
        "占",
        "率",
        "分别为",
        "合计",
        "由",
        "增加到",
        "比上年",
        "同比增长",
        "平均每个",
        "排名第",
        "上述",
    ],
    *[
        "全部开工",
        "达超序时进度",
        "超额完成",
        "完成",
        "计划",
        "已开工",
        "项目",
        "个",
        "亿元",
        "%",
        "万元",
        "个百分点",
    ],
    *[
        "第",
        "号至",
        "，",
        "。",
        "；",
        "、",
        "（",
        "）",
        "|",
        "年",
        "月",
        "日",
        "三",
        "十",
        "半",
        "近",
        "超",
        "约",
    ],
    *["1", "7.5", "84.2", "364", "300", "０", ",", "\n", "\t"],
]


def in_bounds(text: str, found: Checked) -> None:
    for one in found.findings:
        assert -1 <= one.start <= one.end <= len(text)
        assert all(0 <= start < end <= len(text) for start, end in one.spans)
        assert all(text[start:end].strip() for start, end, _ in one.dependents)
        assert one.claimed
        assert one.words
    for quantity in found.unlinked:
        assert text[quantity.start : quantity.end]


@pytest.mark.parametrize("name", NASTY)
def test_no_text_breaks_the_check(name: str) -> None:
    text = NASTY[name]
    in_bounds(text, check(text))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=60).map("".join))
@example("其中其中3个，占")
def test_any_heap_of_the_words_of_reports_is_read(text: str) -> None:
    in_bounds(text, check(text))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_read(text: str) -> None:
    regular = plain(text)
    assert len(regular) == len(text)
    for one in quantities(regular):
        assert one.low <= one.value <= one.high
    in_bounds(text, check(text))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, text in nasty() if "空白" not in name])
def test_eight_times_the_text_takes_no_sixty_times_as_long(name: str, text: str) -> None:
    """Against readers that look back over everything; generous, since other work may run beside."""
    small, large = text[:1_500], text[:12_000]
    started = time.process_time()
    check(small)
    short = time.process_time() - started
    check(large)
    long = time.process_time() - started - short
    assert long < max(short, 0.01) * 40, name


def test_a_hundred_pages_within_five_seconds() -> None:
    text = pages(100)
    assert len(text) == 100 * PAGE
    started = time.process_time()
    found = check(text)
    assert time.process_time() - started < 5
    assert len(found.claims) > 1_000
    assert not found.findings
