"""电子表格拿来就读：标题、合并的表头、小计、单位、位次，各归各的；读不懂的指出是哪一格。"""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.indicators.making import sentences
from xushi.indicators.data import gathered
from xushi.indicators.observing import Standing
from xushi.indicators.reading import from_workbook
from xushi.indicators.refusals import Refused
from xushi.indicators.sheets import Read
from xushi.indicators.spec import Columns


def book(path: Path, rows: list[list[Any]], *merged: str, name: str = "八月") -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    made.save(path / "表.xlsx")
    return path / "表.xlsx"


def figures(read: Read) -> dict[tuple[str, str, str], float]:
    return {(one.unit, one.column, one.period): one.low for one in read.seen}


def test_units_down(tmp_path: Path) -> None:
    rows = [
        ["各区主要指标完成情况（2018年8月）", "", "", "", ""],
        ["单位：亿元", "", "", "", ""],
        ["序号", "地区", "组团", "地区生产总值", "好天数比例（%）"],
        [1, "浦\u3000口", "江北", "１,０５0.5", "60.8%"],
        [2, "江宁", "江南", "21000000万元", 63],
        [3, "六合", "江北", "—", "..58"],
        ["", "合计", "", 3150.5, ""],
        ["注：好天数比例到8月底。", "", "", "", ""],
    ]
    read = from_workbook(book(tmp_path, rows, "A1:E1"), columns=Columns(attributes=("组团",)))
    found = figures(read)
    assert found["浦口", "地区生产总值", "2018-08"] == 1050.5
    assert found["江宁", "地区生产总值", "2018-08"] == 2100
    assert found["浦口", "好天数比例", "2018-08"] == 60.8
    assert {unit for unit, _, _ in found} == {"浦口", "江宁", "六合"}
    assert read.attributes == {"组团": {"浦口": "江北", "江宁": "江南", "六合": "江北"}}
    notes = "\n".join(read.notes)
    assert "时期按标题当作 2018-08" in notes and "“合计”一行没有当作单位" in notes
    assert "各行相加是 3150.5" not in notes, "对得上就不说"
    table = gathered(read.seen, attributes=read.attributes)
    assert table.columns == ("地区生产总值", "好天数比例") and table.open_ended


def test_indicators_down_under_two_lines_of_header(tmp_path: Path) -> None:
    rows = [
        ["2018年上半年对标找差", "", "", "", "", ""],
        ["序号", "指标名称", "计量单位", "浦口", "", "江宁"],
        ["", "", "", "完成值", "位次", "位次"],
        ["", "一、基本目标", "", "", "", ""],
        [1, "1.PM2.5下降", "%", "5%", "第9位", 3],
        [2, "2.实际使用外资", "亿元", "3.2亿元", 6, "2..3"],
        [3, "小计", "", 8.2, "", ""],
    ]
    read = from_workbook(book(tmp_path, rows, "D2:E2", "A2:A3", "B2:B3", "C2:C3"))
    seen = {(one.unit, one.column): one for one in read.seen}
    pm = seen["浦口", "PM2.5下降"]
    assert (pm.low, pm.standing, pm.period) == (5, Standing(9, 9), "2018-06")
    assert seen["浦口", "实际使用外资"].low == 3.2
    assert seen["江宁", "实际使用外资"].standing == Standing(2, 3)
    assert len(seen) == 4


def test_long(tmp_path: Path) -> None:
    rows = [
        ["单位", "指标", "月份", "数值", "位次", "口径", "来源"],
        ["浦口", "投资", 2018.8, 77.0, "", "快报", "统计局"],
        ["江宁", "投资", "2018年8月", "", "第2位", "快报", ""],
        ["六合", "投资", "201808", "12..15", "", "", ""],
    ]
    read = from_workbook(book(tmp_path, rows))
    assert [(one.unit, one.period, one.low, one.high) for one in read.seen][0] == ("浦口", "2018-08", 77, 77)
    assert read.seen[0].source == "统计局" and read.seen[0].vintage == "快报"
    assert read.seen[1].standing == Standing(2, 2)
    assert (read.seen[2].low, read.seen[2].high) == (12, 15)
    assert read.seen[2].where == "“八月”表 D4"


def test_only_the_units_that_are_asked_for(tmp_path: Path) -> None:
    rows = [["指标", "浦口", "全市", "去年同期"], ["投资", 5, 100, 4]]
    read = from_workbook(book(tmp_path, rows), units=("浦口",), period="2018-08")
    assert figures(read) == {("浦口", "投资", "2018-08"): 5}


def test_sums_and_shares_that_look_wrong_are_said(tmp_path: Path) -> None:
    rows = [["地区", "投资", "入统率"], ["浦口", 5, 0.672], ["江宁", 6, 80], ["合计", 12, ""]]
    notes = "\n".join(from_workbook(book(tmp_path, rows)).notes)
    assert "“合计”的“投资”是 12，各行相加是 11" in notes
    assert "“入统率”有的不超过 1" in notes


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["地区", "投资"], ["浦口", "很多"]], "“八月”表 B2：“很多”不是数"),
        ([["地区", "投资"], ["浦口", "=1+1"]], "“八月”表 B2：公式还没有算出数"),
        ([["地区", "投资"], ["浦口", "5亿元"]], "没写这一列是什么单位"),
        ([["地区", "投资"], ["", 5]], "“八月”表 A2：这一行有数，却没有写是谁的"),
        ([["甲", "乙"], ["浦口", 5]], "找不到表头"),
        ([["地区", "投资"], ["", ""]], "没有数据"),
        ([["单位", "指标", "月份", "数值"], ["浦口", "投资", 2018.1, 5]], "“八月”表 D2"),
        ([["单位", "指标", "数值", "状态"], ["浦口", "投资", 5, "也许"]], "状态“也许”不认得"),
    ],
)
def test_what_cannot_be_read(rows: list[list[Any]], said: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        from_workbook(book(tmp_path, rows))
    assert said in sentences(refusal)


def test_no_workbook_at_all(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    for path, said in ((tmp_path / "x.xlsx", "打不开"), (tmp_path / "none.xlsx", "读不到这个文件")):
        with pytest.raises(Refused, match=said):
            from_workbook(path)
    with pytest.raises(Refused, match="没有“九月”这张表；有 八月"):
        from_workbook(book(tmp_path, [["地区", "a"], ["甲", 1]]), sheet="九月")
