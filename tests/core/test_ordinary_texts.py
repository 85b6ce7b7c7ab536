"""许多格一起读：与一格一格读的一样；有一格要细看，就都留给一格一格的读法。"""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xushi.core.cells import Understood, ordinary_texts, read_text
from xushi.core.text import nfkc

_CELLS = st.one_of(
    st.sampled_from(["桥林新城（二期）", "道路，管网", "A 区", "无", "—", "#REF!", " 前有空", "后有空 ", "全　角"]),
    st.text("桥林（，A1 \n\u3000\t#\u0301\u00a0\u2028´ﾞ", min_size=1, max_size=5),
    st.text(min_size=1, max_size=4),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.lists(_CELLS, max_size=6))
def test_read_as_one_they_are_what_each_is(cells: list[str]) -> None:
    together = ordinary_texts(cells)
    if together is not None:
        assert [Understood(text) for text in together] == [read_text(cell) for cell in cells]


def test_full_width_forms_and_commas_are_ordinary() -> None:
    cells = ["新建厂房，配套道路", "（三期）", "Ａ区 １号"]
    assert ordinary_texts(cells) == ["新建厂房,配套道路", "(三期)", "A区 1号"]


@pytest.mark.parametrize("odd", ["无", "a  b", " a", "a ", "换\n行", "#REF!", "全　角", 12.0, True])
def test_one_that_needs_a_closer_look_leaves_them_all_to_it(odd: object) -> None:
    assert ordinary_texts(["桥林", odd, "永宁"]) is None


@given(st.one_of(st.text("（），：；(),:;\u0338\u0301A桥ﾞ＜", max_size=8), st.text(max_size=6)))
def test_marks_made_regular_first_change_nothing(text: str) -> None:
    assert nfkc(text) == unicodedata.normalize("NFKC", text)
