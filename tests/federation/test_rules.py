"""汇交件的写法与勾稽，不用库。"""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.federation.sides import FEBRUARY, YI, changed, filing_of, sealed
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.federation.rules import (
    COLUMNS,
    PARTS,
    Envelope,
    Last,
    ProjectRow,
    RefusedFiling,
    check,
    following,
    moved,
    named,
    read,
    written,
)


def test_what_is_written_is_read_back():
    row = ProjectRow("甲", "江浦街道", "产业", True, 1800 * YI, 600 * YI, 100 * YI, 1200 * YI, True, False)
    filing = filing_of(under_way=1, started=1, rows=(row,), rows_level="municipal")
    assert read(written(filing)) == filing
    assert written(read(written(filing))) == written(filing)


def test_an_envelope_is_read_back_letter_by_letter():
    envelope = sealed(filing_of())
    assert Envelope.read(envelope.text()) == envelope
    assert Envelope.read(envelope.text().encode()).digest == envelope.digest


NO_FILINGS = (
    "", "{", "[]", "null", "{}", '{"body": 1, "key": "", "signature": ""}', "[" * 100_000, b"\xff\xfe",
    '{"body": "\\u0000", "key": "", "signature": ""}', '{"body": "\\ud800", "key": "", "signature": ""}',
)  # fmt: skip
KEYS = st.sampled_from(["format", "month", "sums", "number", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("text", NO_FILINGS)
def test_what_is_no_filing_is_refused_with_a_sentence(text):
    with pytest.raises(RefusedFiling, match="这不是汇交件") as refused:
        Envelope.read(text)
    assert refused.value.status == 400


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_no_signed_text_breaks_the_reading(said):
    import json

    with pytest.raises(RefusedFiling):
        read(json.dumps(said))


UNKEEPABLE = [
    {"closed_at": "9999-12-31T23:59:59-14:00"},
    {"closed_at": "0001-01-01T00:00:00+14:00"},
    {"closed_at": "2018-03-06T09:00:00"},
    {"name": "\ud800"},
    {"reason": "改\udfff"},
    {"format": "\ud800"},
    {"format": ["x"]},
    {"number": 2**15},
    {"closing_version": 10**6},
    {"overdue_starts": 2**40},
    {"slipping": 2**31},
]


@pytest.mark.parametrize("wrong", UNKEEPABLE, ids=str)
def test_what_no_column_and_no_calendar_holds_is_refused(wrong):
    import json

    with pytest.raises(RefusedFiling, match="写法不对") as refused:
        read(json.dumps(json.loads(written(filing_of())) | wrong))
    assert refused.value.code == "unreadable"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda f: changed(f, "district", "cumulative", 101 * YI), "区级重点项目各类别相加不等于合计（cumulative"),
        (lambda f: changed(f, "municipal", "started", 31), "市级重大项目各类别相加不等于合计（started"),
        (lambda f: replace(f, sums=f.sums[1:]), "省市重大项目的合计应有一份，实有0份"),
        (lambda f: replace(f, sums=(*f.sums, f.sums[1])), "有一个类别写了两遍"),
        (lambda f: replace(f, number=0), "没有编号"),
        (lambda f: replace(f, rows_level="municipal"), "个数不一样"),
        (lambda f: replace(f, rows_level="city"), "没有写明是哪一级"),
        (
            lambda f: replace(f, closed_at=datetime(2018, 2, 28, 23, tzinfo=BEIJING)),
            "2018年2月还没过完就写着关了账",
        ),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_refused(wrong, sentence):
    check(filing_of())
    with pytest.raises(RefusedFiling, match=sentence):
        check(wrong(filing_of()))


def test_more_started_than_under_way_is_refused():
    filing = filing_of(under_way=3, started=4)
    with pytest.raises(RefusedFiling, match="started（4）比under_way（3）还多"):
        check(filing)


@pytest.mark.parametrize(("part", "of"), PARTS, ids=" ⊆ ".join)
def test_no_part_is_more_than_its_whole(part, of):
    """In the whole and in each category alike, though all add up."""
    filing = filing_of()
    much = 10**15 if part.endswith("investment") else 31
    values = dict.fromkeys(COLUMNS, much) | {of: much - 1}
    wrong = replace(filing, sums=tuple(replace(one, values=values) for one in filing.sums))
    with pytest.raises(RefusedFiling, match=f"（{much}）比{of}（{much - 1}）还多") as refused:
        check(wrong)
    assert refused.value.code == "sums"


def test_granted_rows_add_up_to_their_list():
    row = ProjectRow("甲", "江浦街道", "产业", True, 1800 * YI, 600 * YI, 100 * YI, 1200 * YI, True, False)
    check(filing_of(under_way=1, started=1, rows=(row,), rows_level="municipal"))
    short = replace(row, cumulative=99 * YI)
    with pytest.raises(RefusedFiling, match="加起来不等于合计（cumulative）"):
        check(filing_of(under_way=1, started=1, rows=(short,), rows_level="municipal"))


@pytest.mark.parametrize(
    ("number", "replaces", "digest", "sentence"),
    [
        (2, "b", "b", "更正1号已经收过"),
        (2, "a", "x", "更正1号已收过一件，内容不同；要改数，请用更正2号"),
        (1, "", "a", "原报已被更正1号替换"),
        (4, "b", "x", "还缺更正2号"),
        (3, "a", "x", "不是替换现在这一件"),
    ],
)
def test_numbers_come_one_after_the_other(number, replaces, digest, sentence):
    filing = filing_of(number=number, replaces=replaces)
    with pytest.raises(RefusedFiling, match=sentence):
        following(filing, digest, Last(2, "b", 2))


def test_the_next_number_follows():
    following(filing_of(), "a", Last())
    following(filing_of(number=3, replaces="b"), "c", Last(2, "b", 2))
    with pytest.raises(RefusedFiling, match="还缺原报"):
        following(filing_of(number=2, replaces="b"), "c", Last())


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        ({"reason": ""}, "no_reason", "更正2号没有写更正的理由"),
        ({"reason": " \u3000"}, "no_reason", "更正2号没有写更正的理由"),
        ({"closing_version": 2}, "version", "据的是第2版关账，已收的是第2版"),
        ({"closing_version": 1}, "version", "重开那个月、改、再关账"),
    ],
)
def test_a_correction_says_why_and_stands_on_a_newer_closing(more, code, sentence):
    filing = replace(filing_of(number=3, replaces="b"), **more)
    with pytest.raises(RefusedFiling, match=sentence) as refused:
        following(filing, "c", Last(2, "b", 2))
    assert refused.value.code == code


def test_words():
    assert (named(1), named(3)) == ("原报", "更正2号")
    assert moved(51_390_000_000, 51_270_000_000) == "513.9→512.7亿元"
    assert moved(1, 2) == "完成投资没有变"
    assert Month(2018, 2) == FEBRUARY
