"""数字勾稽：标好的句子逐句对；原报告恰好两处；四舍五入之内的不响；一百页几秒。"""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.documents.held_out_right import RIGHT
from tests.documents.held_out_wrong import WRONG
from tests.documents.sentences import TUNED, Case
from tests.documents.sentences_again import AGAIN
from tests.documents.sentences_more import MORE
from tests.documents.sentences_said import SAID
from xushi.documents.checking import Severity, check
from xushi.documents.checking.quantities import Kind, plain, quantities

REPORT = "source/pukou-report-2018-09-27.txt"


@pytest.mark.parametrize("case", [*TUNED, *MORE, *SAID, *AGAIN], ids=lambda case: case.text[:24])
def test_each_labelled_sentence(case: Case) -> None:
    assert {(one.kind.value, one.claimed) for one in check(case.text).findings} == set(case.wrong)


def test_the_published_report_has_exactly_its_two_wrong_rates() -> None:
    samples = os.environ.get("XUSHI_SAMPLES")
    path = Path(samples).parent / REPORT if samples else None
    if path is None or not path.exists():
        pytest.skip("没有 XUSHI_SAMPLES 旁边的原报告")
    found = check(path.read_text(encoding="utf-8"))
    assert [(one.claimed, one.computed) for one in found.findings] == [("67.1%", "58.4%"), ("84.2%", "82.4%")]
    first = found.findings[0]
    assert first.operands == ("114亿元", "195.2亿元")
    assert first.severity is Severity.ERROR
    assert [words for _, _, words in first.dependents] == ["达超序时进度"]
    assert len(found.claims) > 30
    assert found.unlinked


@pytest.mark.parametrize(
    ("text", "kind", "value", "low", "high"),
    [
        ("二十七个", Kind.COUNT, "27", "27", "27"),
        ("60多个", Kind.COUNT, "60", "60", "70"),
        ("１,２３４.５万元", Kind.MONEY, "12345000", "12344500", "12345500"),
        ("近60%", Kind.PERCENT, "60", "50", "60"),
        ("四成多", Kind.PERCENT, "40", "40", "50"),
        ("百分之六十七点二", Kind.PERCENT, "67.2", "67.15", "67.25"),
        ("61—63%", Kind.PERCENT, "62", "61", "63"),
        ("排名第9", Kind.RANK, "9", "9", "9"),
        ("0.5个百分点", Kind.POINTS, "0.5", "0.45", "0.55"),
    ],
)
def test_a_number_and_what_it_may_stand_for(text: str, kind: Kind, value: str, low: str, high: str) -> None:
    (one,) = quantities(plain(text))
    assert (one.kind, one.value, one.low, one.high) == (kind, Decimal(value), Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "2018年9月27日",
        "“263”专项行动",
        "PM2.5",
        "浦重大督〔2018〕16号",
        "前20名",
        "世界500强",
        "3550改革",
        "17:00",
    ],
)
def test_dates_names_and_codes_are_no_quantities(text: str) -> None:
    assert quantities(plain(text)) == []


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = "　　当年实施项目３６４个，已开工300个，开工率８４．２％。"
    (found,) = check(text).findings
    assert text[found.start : found.end] == "８４．２％"
    assert [text[start:end] for start, end in found.spans] == ["300个", "３６４个"]


def test_totals_of_a_table_leave_out_rates_and_parts() -> None:
    rows = (
        "街道 项目 投资 完成率",
        "江浦 66 100.5 70.1%",
        "其中产业 20 50 60%",
        "桥林 43 80.2 66.0%",
        "合计 {} 180.7 68.3%",
    )
    table = "\n".join(row.replace(" ", "\t") for row in rows)
    assert check(table.format(109)).findings == ()
    (wrong,) = check(table.format(119)).findings
    assert (wrong.kind.value, wrong.claimed, wrong.operands) == ("table", "119", ("66", "43"))


def test_sentences_of_another_hand() -> None:
    """120 labelled by somebody who had not seen the check; its errors in them have been used to mend it since."""
    right = false = missed = 0
    for case in (*RIGHT, *WRONG):
        found = {(one.kind.value, one.claimed) for one in check(case.text).findings}
        met = {
            (kind, text)
            for kind, text in case.wrong
            if any(kind == k and (text in t or t in text) for k, t in found)
        }
        right += len(met)
        missed += len(case.wrong) - len(met)
        false += len(found) - len(met)
    assert right / (right + false) >= 0.98
    assert right / (right + missed) >= 0.95


@pytest.mark.parametrize(
    "text",
    [
        "全区共有项目10个，其中产业项目4个，已开工8个，开工率80%。",
        "全区共有项目10个，其中产业项目4个，开工8个，开工率80%。",
        "全区共有项目120个，其中市级项目30个，已竣工98个。",
    ],
)
def test_how_far_the_whole_has_come_is_no_second_kind(text: str) -> None:
    """What is behind a kind and says a state is of the whole; two kinds that are too many are still found."""
    assert check(text).findings == ()
    (wrong,) = check("合同124份，其中条款完整的97份，存在问题的31份。").findings
    assert (wrong.claimed, wrong.computed) == ("124份", "128份")
