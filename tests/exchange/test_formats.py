"""同样的内容，不管存成哪种文件、哪种编码，读出来是同样的行。"""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.exchange.conftest import workbook
from tests.exchange.formats import in_every_format, ods, packed
from xushi.core.cells import written
from xushi.exchange.preview import Preview
from xushi.exchange.reading import open_path, open_sheet
from xushi.exchange.sheets import Refused
from xushi.registry.models import Project

Look = Callable[..., Preview]
CHINESE = [
    ["浦口区2018年重点项目表", None, None, None, None, None],
    [None, None, None, None, "单位：万元", None],
    ["项目名称", "类别", "属地", "总投资", "建设内容", "开工时间"],
    ["新材料基地", "产业", "桥林", 125000, "厂房、研发楼", "2018年3月15日"],
    ["数据\n中心", "产业", "汤泉", "３０，０００", "机房“一期”", None],
    ["城南河二期", "基础设施", "顶山", "1.2亿元", "—", "2018.08.15"],
    ["小计", None, None, 167000, None, None],
]
FRENCH = [["Projet", "Coût", "Lieu"], ["École à Liège", 1200, "Wallonie, sud"], ["Café d’été – 2", 5.5, None]]
UTF = ("utf-8", "utf-8-sig", "utf-16")


@pytest.mark.parametrize(
    ("rows", "encodings"),
    [(CHINESE, (*UTF, "gb18030", "gbk")), (FRENCH, (*UTF, "cp1252"))],
    ids=["中文", "français"],
)
def test_the_same_cells_from_every_format(rows: list[list[object]], encodings: tuple[str, ...]) -> None:
    expected = [[written(cell) for cell in row] for row in rows]
    for name, data in in_every_format(rows, *encodings).items():
        sheet = open_sheet(data, name)
        assert [[written(cell) for cell in row] for row in sheet.rows] == expected, name


def test_the_same_projects_from_every_format(look: Look, registry: dict[str, Project]) -> None:
    found = {}
    for name, data in in_every_format(CHINESE, "utf-8", "gb18030").items():
        seen = look(data, "projects", name=name)
        assert seen.problems == [], name
        found[name] = [project for _, project in seen.comparison.new_projects]
        assert seen.skipped == 4, name
    first = found["表.xlsx"]
    assert [(p.name, p.total_investment) for p in first] == [
        ("新材料基地", 125_000 * 10_000),
        ("数据中心", 30_000 * 10_000),
        ("城南河二期", 12_000 * 10_000),
    ]
    assert all(projects == first for projects in found.values())


def repeated(rows: int, columns: int, cell: str = "<text:p>同</text:p>") -> str:
    """Rows of equal cells as LibreOffice writes them: once, with how often."""
    kind = ' office:value-type="string"' if cell else ""
    return (
        f'<table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}"{kind}>{cell}</table:table-cell></table:table-row>'
    )


def test_repeated_cells_and_rows_of_ods_are_counted() -> None:
    """LibreOffice writes equal neighbours once, and a million empty rows below."""
    more = repeated(2, 2) + repeated(1_048_570, 1_024, "")
    assert open_sheet(ods([["甲", "乙"]], more=more), "a.ods").rows == [
        ["甲", "乙"],
        ["同", "同"],
        ["同", "同"],
    ]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [(1_048_576, 1_024), (1_048_576, 30), (200_000, 1), (1, 900_000_000), (99_000, 399)],
    ids=["十亿格", "三千万格", "二十万行", "九亿列", "四千万格"],
)
def test_an_ods_that_swells_when_repeated_is_refused_before_it_is_built(rows: int, columns: int) -> None:
    more = repeated(rows, columns)
    with pytest.raises(Refused, match="一次最多导入100,000行|超过400列|太大了"):
        open_sheet(ods([["项目名称"]], more=more), "a.ods")


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00\x10" * 300, "进度.xlsx", "这不是电子表格"),
        (b"\xff\xd8\xff\xe0" + bytes(range(1, 256)) * 40, "进度.csv", "这不是电子表格"),
        (b"GIF89a" + b"\x01\x00" * 300, "进度.xls", "这不是电子表格"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 300, "进度.ods", "这不是电子表格"),
        (
            packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
            "a.ods",
            "这不是电子表格",
        ),
        (packed({"content.xml": "<x/>"}), "a.ods", "这个表格文件坏了"),
        (ods([["a"]])[:-40], "a.ods", "这个表格文件坏了"),
        (ods([]), "a.ods", "没有数据"),
    ],
    ids=["jpg改名", "无零字节的jpg", "gif", "程序", "文字文档", "缺零件", "截断", "空表"],
)
def test_whatever_is_no_sheet_gets_its_sentence(data: bytes, name: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        open_sheet(data, name)


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD1", "A1048576", "OK5", "A150000"])
def test_a_cell_far_away_is_refused_before_the_sheet_is_built(cell: str) -> None:
    """Two cells in opposite corners make a sheet of seventeen thousand million."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active[cell] = "项目名称", "x"
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(Refused, match=f"{cell}格有内容，离数据太远"):
        open_sheet(buffer.getvalue(), "a.xlsx")


def test_the_last_column_that_is_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["OJ9"] = "项目名称", "x"
    book.save(tmp_path / "a.xlsx")
    assert open_path(tmp_path / "a.xlsx").width == 400


def test_macros_of_libreoffice_are_refused() -> None:
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": "<x/>",
        "Basic/a.xml": "<y/>",
    }
    with pytest.raises(Refused, match="带宏"):
        open_sheet(packed(parts), "a.ods")


def test_a_workbook_named_otherwise_is_read_by_what_it_is() -> None:
    assert open_sheet(workbook([["甲", "乙"]]), "进度.jpg").rows == [["甲", "乙"]]
