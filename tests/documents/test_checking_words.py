"""数字勾稽：词、回指、日子、名次——靠一个词说的，和它旁边的数对。"""

import pytest

from tests.documents.sentences import Case
from tests.documents.sentences_words import RIGHT, WRONG
from xushi.documents.checking import check


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.text[:24])
def test_a_word_or_a_number_told_again_that_cannot_be(case: Case) -> None:
    assert {(one.kind.value, one.claimed) for one in check(case.text).findings} == set(case.wrong)


@pytest.mark.parametrize("text", RIGHT, ids=lambda text: text[:24])
def test_what_is_right_stays_silent(text: str) -> None:
    found = check(text)
    assert found.findings == ()


def test_the_finding_of_a_word_names_the_numbers_it_was_held_to() -> None:
    (found,) = check("外贸出口去年同期12.6亿元，今年18.3亿元，成倍增长。").findings
    assert found.claimed == "成倍增长"
    assert found.operands == ("18.3亿元", "12.6亿元")
    assert "1.45倍" in found.words
