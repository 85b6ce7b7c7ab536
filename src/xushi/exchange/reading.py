"""开表：先看文件安不安全、是不是表，再交给读表的库；不行就用一句话退回。"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, PasswordError, load_workbook

from xushi.exchange.extents import far_cell, ods_cells, ods_extents
from xushi.exchange.sheets import Refused, Sheet, position

MOST_ROWS = 100_000
ROOM_FOR_TITLES = 60  # 标题、表头、小计占的行，不算数据
MOST_BYTES = 60 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO, RATIO_FROM = 250, 20 * 1024 * 1024
MOST_COLUMNS = 400
MOST_CELLS = 12_000_000
# 写得密密麻麻、压得很小的文件：一格一格数过去要几十秒
MOST_ODS_BYTES, MOST_ODS_CELLS = 150 * 1024 * 1024, 1_000_000
MOST_FORMULAS = 200_000
_CHUNK = 1 << 20
BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, NotImplementedError, EOFError, RuntimeError,
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMULA = re.compile(
    rb'<c [^>]*?r="([A-Z]{1,3}\d+)"[^>]*>\s*<f[^>]*?(?:/>|>([^<]*)</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_SHEET = re.compile(rb'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
_RELATION = re.compile(rb"<Relationship [^>]*>")
_LOCKED = "这个文件有密码，打不开。请在 Excel 或 WPS 里去掉密码，另存后再传。"
_MACROS = "这个文件带宏，不收。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再传，数据不会变。"
_NO_SHEET = "这不是电子表格。请传 xlsx、xls、ods 或 csv 文件。"
_BROKEN = "这个表格文件坏了，读不出来。请在 Excel 或 WPS 里打开看看，另存后再传。"
_FAR = "{}格有内容，离数据太远：一次最多导入10万行、400列。请新建一张表，只粘贴数据，另存后再传。"
_DENSE = "这个 ods 文件的格子太多（空的也算）。请新建一张表，只粘贴数据，另存为 xlsx 再传。"
_UNCALCULATED = "表里没算出结果的式子超过20万个。请在 Excel 或 WPS 里打开，等算完，存一次再传。"
_EMPTY = "这个文件里没有数据。请核对是不是传错了文件或工作表。"


def open_sheet(data: bytes, name: str, sheet: str = "") -> Sheet:
    """Read one worksheet (the first with data where none is named); Refused with one sentence otherwise."""
    if not data.strip():
        raise Refused(_EMPTY)
    if len(data) > MOST_BYTES:
        raise Refused(
            f"文件有{len(data) >> 20}MB，超过{MOST_BYTES >> 20}MB。请只留要导入的那张表，另存后再传。"
        )
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _from_zip(data, sheet)
    if data[:8] == _OLE:
        return _from_ole(data, sheet)
    return _from_text(data, name)


def open_path(path: Path, sheet: str = "") -> Sheet:
    return open_sheet(path.read_bytes(), path.name, sheet)


def _from_zip(data: bytes, sheet: str) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bombs(archive, len(data))
            names = set(archive.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refused(_MACROS)
            if "xl/workbook.xml" in names:
                return _workbook(data, sheet, lambda title: _uncalculated(archive, title))
            if "xl/workbook.bin" in names:
                raise Refused("xlsb 文件读不了。请另存为 xlsx 再传。")
            if "content.xml" not in names or b"spreadsheet" not in archive.read("mimetype")[:100]:
                raise Refused(_NO_SHEET)
            if any(name.startswith("Basic/") for name in names):
                raise Refused(_MACROS)
            _refuse_dense(archive)
            return _workbook(data, sheet, lambda title: {})
    except BROKEN_ARCHIVE as problem:
        raise Refused(_BROKEN) from problem


def _refuse_bombs(archive: zipfile.ZipFile, packed: int) -> None:
    """By the sizes the archive declares; that they are honest is checked where the parts are unpacked."""
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    if any(info.flag_bits & 1 for info in infos):
        raise Refused(_LOCKED)
    swollen = unpacked > RATIO_FROM and unpacked > MOST_RATIO * packed
    if unpacked > MOST_UNPACKED or swollen or len(infos) > 5000:
        raise Refused(
            f"这个文件解开有{unpacked >> 20}MB，大得不正常，没有打开。请新建一张表，只粘贴数据，另存后再传。"
        )
    for info in infos:
        if info.filename.endswith((".xml", ".rels")) and not info.filename.startswith("xl/worksheets/"):
            _check_whole(archive, info.filename)


def _refuse_dense(archive: zipfile.ZipFile) -> None:
    """An ods by what is written in it, before it is opened."""
    if archive.getinfo("content.xml").file_size > MOST_ODS_BYTES:
        raise Refused(_DENSE)
    xml = archive.read("content.xml")
    if ods_cells(xml) > MOST_ODS_CELLS:
        raise Refused(_DENSE)
    for height, width in ods_extents(xml):
        _refuse_large(height, width)


def _check_whole(archive: zipfile.ZipFile, name: str) -> None:
    """Unpack a part in pieces: a size that lies breaks the checksum (BadZipFile) before anything big is built."""
    with archive.open(name) as part:
        while part.read(_CHUNK):
            pass


def _uncalculated(archive: zipfile.ZipFile, title: str) -> dict[tuple[int, int], str]:
    """Formulas without a result, by position: calamine gives an empty cell there, which must not pass as blank."""
    formulas: dict[tuple[int, int], str] = {}
    count = 0
    wanted = _part_of(archive, title)
    parts = [name for name in archive.namelist() if name.startswith("xl/") and name.endswith(".xml")]
    for name in parts:
        if name != wanted and wanted in parts:
            if name.startswith("xl/worksheets/"):
                _check_whole(archive, name)
            continue
        xml = archive.read(name)
        if far := far_cell(xml):
            raise Refused(_FAR.format(far))
        if b"<f>" in xml or b"<f " in xml:
            for found in _FORMULA.finditer(xml):
                count += 1
                if count > MOST_FORMULAS:
                    raise Refused(_UNCALCULATED)
                formula = (found[2] or b"").decode("utf-8", "replace")
                formulas[position(found[1].decode())] = "=" + _unescaped(formula)
    return formulas


def _part_of(archive: zipfile.ZipFile, title: str) -> str:
    targets: dict[bytes, str] = {}
    for relation in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        key, target = re.search(rb'Id="([^"]*)"', relation), re.search(rb'Target="([^"]*)"', relation)
        if key and target:
            targets[key[1]] = target[1].decode()
    for name, key in _SHEET.findall(archive.read("xl/workbook.xml")):
        if _unescaped(name.decode("utf-8", "replace")) == title and key in targets:
            place = targets[key]
            return place.lstrip("/") if place.startswith("/") else f"xl/{place}"
    return ""


def _unescaped(text: str) -> str:
    for entity, mark in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, mark)
    return text


def _from_ole(data: bytes, sheet: str) -> Sheet:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused(_LOCKED)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Refused(_MACROS)
    if not any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        raise Refused(_NO_SHEET)
    return _workbook(data, sheet, lambda title: {})


def _workbook(data: bytes, sheet: str, formulas_of: Callable[[str], dict[tuple[int, int], str]]) -> Sheet:
    try:
        with load_workbook(io.BytesIO(data)) as book:
            names = list(book.sheet_names)
            if sheet and sheet not in names:
                raise Refused(f"没有“{sheet}”这张工作表。有：{'、'.join(names[:10])}。")
            for name in [sheet] if sheet else names:
                formulas = formulas_of(name)
                found = book.get_sheet_by_name(name)
                _refuse_large(found.total_height, found.total_width)
                rows: list[list[Any]] = found.to_python(skip_empty_area=False) if found.start else []
                if rows:
                    merged = [(a[0], a[1], b[0], b[1]) for a, b in found.merged_cell_ranges or []]
                    return Sheet(name, rows, names, formulas, merged)
    except PasswordError as problem:
        raise Refused(_LOCKED) from problem
    except CalamineError as problem:
        raise Refused(_LOCKED if "password" in str(problem).lower() else _BROKEN) from problem
    raise Refused(_EMPTY)


def _refuse_large(height: int, width: int) -> None:
    _refuse_long(height)
    if width > MOST_COLUMNS:
        raise Refused(f"表有{width}列，超过{MOST_COLUMNS}列。请删去没用的列，另存后再传。")
    if height * width > MOST_CELLS:
        raise Refused(f"表有{height:,}行、{width}列，太大了。请删去没用的列，另存后再传。")


def _refuse_long(height: int) -> None:
    if height > MOST_ROWS + ROOM_FOR_TITLES:
        raise Refused(
            f"表有{height:,}行，一次最多导入{MOST_ROWS:,}行。请拆成几个文件；如果下面是空行，删掉空行再传。"
        )


def _from_text(data: bytes, name: str) -> Sheet:
    start = data[:2000].lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise Refused("这是网页另存成的表，不是电子表格。请用 Excel 或 WPS 打开，另存为 xlsx 再传。")
    text, encoding = decoded(data)
    _refuse_long(text.count("\n") if '"' not in text else text.count("\n") // 20)
    delimiter = _delimiter(text)
    if not delimiter:
        raise Refused(_NO_SHEET)
    rows: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([*row])
            if len(rows) % 10_000 == 0:
                _refuse_long(len(rows))
    except csv.Error as problem:
        raise Refused(_BROKEN) from problem
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    _refuse_long(len(rows))
    if not rows:
        raise Refused(_EMPTY)
    return Sheet(Path(name).stem[:100], rows, [], encoding=encoding)


def decoded(data: bytes) -> tuple[str, str]:
    """Text and its encoding: UTF-8 (with or without BOM), UTF-16 with BOM, GB18030 or cp1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").lstrip("\ufeff"), "utf-16"
    if b"\x00" in data[:65536]:
        raise Refused(_NO_SHEET)
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        chinese = data.decode("gb18030")
    except UnicodeDecodeError:
        chinese = ""
    if chinese and _looks_chinese(chinese):
        return chinese, "gb18030"
    text = data.decode("cp1252", "replace")
    if text[:4000].count("�") + sum(c < " " and c not in "\r\n\t" for c in text[:4000]) > 8:
        raise Refused(_NO_SHEET)
    return text, "cp1252"


def _looks_chinese(text: str) -> bool:
    """A cp1252 text read as GB18030 gives rare characters: a letter with an accent eats the letter after it."""
    foreign = [c for c in text[:200_000] if ord(c) > 127]
    common = sum(_is_common(c) for c in foreign)
    return common >= 0.8 * len(foreign)


def _is_common(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _delimiter(text: str) -> str:
    """The mark that cuts most of the first lines into several parts; empty where none does."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    best = max(",\t;|", key=lambda mark: sum(line.count(mark) for line in lines))
    cut = sum(best in line for line in lines)
    return best if cut * 2 >= len(lines) and cut else ""
