"""表头上面的标题、单位、填报人不是表头；真正的两层、三层表头照认。"""

import openpyxl
import pytest

from tests.exchange.conftest import workbook
from xushi.exchange.kinds import KINDS
from xushi.exchange.layout import Layout, find_layout
from xushi.exchange.reading import open_sheet

HEADER = ["项目名称", "总投资", "属地", "计划开工", "类别"]
ROW = ["紫光项目", 320, "桥林街道", "2018-04", "产业"]
WHERE = {"name": 0, "total_investment": 1, "territory": 2, "category": 4}


def layout_of(rows: list[list[object]], *merged: str, name: str = "a.xlsx") -> Layout:
    data = workbook(rows)
    if merged:
        data = _merged(data, merged)
    return find_layout(open_sheet(data, name), KINDS["projects"])


def _merged(data: bytes, ranges: tuple[str, ...]) -> bytes:
    import io

    book = openpyxl.load_workbook(io.BytesIO(data))
    for cells in ranges:
        book.active.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("above", "merged"),
    [
        ([["2018年重大项目"], ["单位：万元"]], ()),
        ([["2018年重大项目"], ["单位：万元"]], ("A1:E1",)),
        ([["2018年重大项目"], ["单位：万元"]], ("A1:E1", "A2:E2")),
        ([["浦口区2018年重大项目"]], ()),
        ([["2018年重大项目", None, None, None, "单位：万元"]], ()),
        ([["2018年重大项目"], [None, None, None, None, "（单位：万元）"]], ()),
        (
            [
                ["附件1"],
                ["重点项目总投资及年度计划投资"],
                ["填报单位：桥林街道", None, None, "填报日期：2018-09-05"],
            ],
            (),
        ),
        ([["附件2", None, None, None, "金额单位：万元"], ["2018年重大项目"]], ()),
        ([["2018年重大项目"], [None], ["单位：万元"]], ()),
        ([["重大项目"], ["项目单位：紫光集团"]], ()),
    ],
)
def test_what_stands_above_the_header_is_none(above: list[list[object]], merged: tuple[str, ...]) -> None:
    found = layout_of([*above, HEADER, ROW], *merged)
    assert (found.header_top, found.first_row) == (len(above), len(above) + 1)
    assert WHERE.items() <= found.columns.items()
    assert "owner_unit" not in found.columns
    assert list(found.labels.values()) == HEADER


def test_two_stacked_rows_are_still_one_header() -> None:
    rows = [
        ["2018年重大项目"],
        ["项目名称", "建设地点", "总投资", "项目单位", None],
        [None, None, None, "名称", "联系人"],
        ["紫光项目", "桥林街道", 320, "紫光集团", "王"],
    ]
    found = layout_of(rows, "A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2")
    assert (found.header_top, found.first_row) == (1, 3)
    assert found.labels[3] == "项目单位名称"
    assert {"name": 0, "total_investment": 2, "owner_unit": 3}.items() <= found.columns.items()


def test_one_group_over_its_columns_is_still_a_header() -> None:
    rows = [
        [None, None, "2018年", None],
        ["项目名称", "总投资", "投资计划", "备注"],
        ["紫光项目", 320, 26, ""],
    ]
    data = _merged(workbook(rows), ("C1:D1",))
    found = find_layout(open_sheet(data, "a.xlsx"), KINDS["plans"])
    assert {"name": 0, "planned_investment": 2}.items() <= found.columns.items()


def test_nothing_is_read_across_two_cells() -> None:
    rows = [["重大项目", "合同"], ["单位编号", "金额"], ["项目名称", "总投资"], ["紫光项目", 320]]
    found = layout_of(rows)
    assert found.columns == {"name": 0, "total_investment": 1}
    assert found.header_top == 2
