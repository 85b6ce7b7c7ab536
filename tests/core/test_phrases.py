"""拼音按词切字：与 pypinyin 自己的切法一模一样，只是快。"""

from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PHRASES_DICT
from pypinyin.seg.simpleseg import seg

from xushi.core.spelling import _phrases

_PARTS = st.one_of(
    st.sampled_from(sorted(PHRASES_DICT)[::37]),
    st.sampled_from(sorted(PHRASES_DICT)[::41]).map(lambda phrase: phrase[:-1]),
    st.text("浦口大道重庆银行长江三号〇9a（·", min_size=1, max_size=6),
)


@given(st.lists(_PARTS, min_size=1, max_size=8).map("".join))
def test_words_are_cut_as_pypinyin_cuts_them(word: str) -> None:
    assert _phrases(word) == seg(word)
