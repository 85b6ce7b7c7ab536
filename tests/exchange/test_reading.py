"""开表：各种文件和编码读得出，不该收的用一句话退回。"""

import io
import zipfile
import zlib

import openpyxl
import pytest
import xlwt

from tests.exchange.conftest import workbook
from xushi.exchange.reading import decoded, open_sheet
from xushi.exchange.sheets import Refused, address, position

ROWS = "项目名称,总投资\n桥林新城路网二期,240000\n"


def test_csv_in_the_usual_encodings() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        sheet = open_sheet(ROWS.encode(encoding), "a.csv")
        assert sheet.rows[1] == ["桥林新城路网二期", "240000"], encoding


def test_cp1252_is_told_from_gb18030() -> None:
    text = "Projet,Coût\nÉcole élémentaire à Liège,1200\nCafé été,5\n"
    assert decoded(text.encode("cp1252")) == (text, "cp1252")
    assert decoded(ROWS.encode("gb18030")) == (ROWS, "gb18030")


def test_semicolons_and_tabs_cut_too() -> None:
    assert open_sheet(b"a;b\n1;2\n", "x.csv").rows == [["a", "b"], ["1", "2"]]
    assert open_sheet(b"a\tb\n1\t2\n", "x.txt").rows == [["a", "b"], ["1", "2"]]


def test_xls_and_chosen_sheet() -> None:
    book = xlwt.Workbook()
    book.add_sheet("封面").write(0, 0, "封面")
    book.add_sheet("数据").write(1, 1, "紫光项目")
    buffer = io.BytesIO()
    book.save(buffer)
    assert open_sheet(buffer.getvalue(), "a.xls", "数据").rows[1][1] == "紫光项目"
    with pytest.raises(Refused, match="没有“别的”这张工作表"):
        open_sheet(buffer.getvalue(), "a.xls", "别的")


def test_uncalculated_formulas_are_not_blanks() -> None:
    sheet = open_sheet(workbook([["项目", "数"], ["甲", "=1+2"], ["乙", 3]]), "a.xlsx")
    assert sheet.formulas == {(1, 1): "=1+2"}


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, part)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "没有数据"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "不是电子表格"),
        (b"%PDF-1.4 some words without any table", "不是电子表格"),
        (b"just a letter\nwith two lines", "不是电子表格"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页另存"),
        (zipped({"word/document.xml": b"<w/>"}), "坏了|不是电子表格"),
        (with_part(workbook([["a"]]), "xl/vbaProject.bin", b"x"), "带宏"),
        (zipped({"xl/workbook.xml": b"0" * (64 << 20)}), "大得不正常"),
        (workbook([["a", "b"]])[:400], "坏了"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook_VBA_PROJECT".encode("utf-16-le"), "带宏"),
        (workbook([]), "没有数据"),
    ],
)
def test_what_is_refused_and_why(data: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says):
        open_sheet(data, "a.xlsx")


def test_a_bomb_that_lies_about_its_size() -> None:
    """The declared size is small, the stream is not: the checksum gives it away before it is built."""
    data = bytearray(zipped({"xl/workbook.xml": b"0" * (32 << 20), "[Content_Types].xml": b"x"}))
    true_size = (32 << 20).to_bytes(4, "little")
    lie = (1000).to_bytes(4, "little")
    assert zlib.crc32(b"") == 0
    with pytest.raises(Refused):
        open_sheet(bytes(data).replace(true_size, lie), "a.xlsx")


def test_two_hundred_thousand_rows() -> None:
    text = "项目名称,总投资\n" + "某项目,1\n" * 200_000
    with pytest.raises(Refused, match="一次最多导入100,000行"):
        open_sheet(text.encode(), "a.csv")


@pytest.mark.slow
def test_two_hundred_thousand_rows_of_xlsx() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("a")
    for i in range(101_000):
        sheet.append([i])
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(Refused, match="拆成几个文件"):
        open_sheet(buffer.getvalue(), "a.xlsx")


@pytest.mark.parametrize(
    ("row", "column", "text"), [(8, 6, "G9"), (0, 0, "A1"), (9, 26, "AA10"), (0, 701, "ZZ1")]
)
def test_addresses(row: int, column: int, text: str) -> None:
    assert address(row, column) == text
    assert position(text) == (row, column)
