"""读稿：.docx、.txt、.pdf 里的字和表。读不了的说清楚为什么、怎么办。"""

import io
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from xushi.documents.checking.reading import Table

MOST_BYTES = 50 * 1024 * 1024
MOST_CHARACTERS = 1_000_000  # some 1,600 pages: half a minute of checking
MOST_UNPACKED = 300 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", _FALLBACK)
_ROW = re.compile(r"(\s[+−-]?[\d.]+%?){3}$")  # 表里的一行
_PAGE = re.compile(r"^[—–-]\s*\d+\s*[—–-]$")  # 页码
# 排版在中文和数字、字母之间留的一点空，读出来是空格，不是词间的空格
_GAP = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef“”]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%.]) (?=[\u3000-\u9fff\uff00-\uffef“”])"
)
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, NotImplementedError, EOFError, RuntimeError,
)  # fmt: skip
_ENDS = "。！？；：…”）》.!?;:"


class Unreadable(Exception):
    """A draft that could not be read; the sentence says why and what helps."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in a draft: a paragraph a line; notes say what the reader should know of the reading."""

    text: str
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    places: tuple[
        int, ...
    ] = ()  # of each table the number of the line that it stands at; none: behind the text


def read_draft(name: str, data: bytes) -> Draft:
    """By what is in it, not by its name: a Word file, a PDF, else plain text."""
    draft = _read(name, data)
    if len(draft.text) > MOST_CHARACTERS:
        raise Unreadable(f"“{name}”有{len(draft.text) // 10_000}万字，一次查不了这么多；请分成几份再查。")
    return draft


def _read(name: str, data: bytes) -> Draft:
    if not data.strip():
        raise Unreadable(f"“{name}”是空的，没有字可查。")
    if len(data) > MOST_BYTES:
        raise Unreadable(
            f"“{name}”有{len(data) / 1024 / 1024:.0f}MB，超过50MB；图片多的请另存一份只有文字的再查。"
        )
    if data.startswith(_OLE):
        raise Unreadable(f"“{name}”加了密码或是旧的 .doc 格式；请去掉密码，另存为 .docx 再查。")
    if data.startswith(b"PK"):
        return _word(name, data)
    if data.startswith(b"%PDF-"):
        return _pdf(name, data)
    return Draft(_decoded(name, data))


def _decoded(name: str, data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(f"“{name}”不是文字稿；能查的是 .docx、.pdf 和 .txt。")


def _word(name: str, data: bytes) -> Draft:
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    broken = Unreadable(f"“{name}”打不开，多半没传完或已损坏；请用 WPS 或 Word 另存一份 .docx 再查。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable(f"“{name}”解开后太大，不像是一份公文；请另存一份只有文字的再查。")
        body = Document(io.BytesIO(data)).element.body
    except (PackageNotFoundError, SyntaxError, AttributeError, *_BROKEN_ARCHIVE) as problem:
        raise broken from problem
    if body is None:
        raise broken
    lines: list[str] = []
    tables, places = [], []
    for element in body.iterchildren():
        if element.tag == f"{_W}p":
            lines.append(_said(element))
        elif element.tag == f"{_W}tbl":
            tables.append(_rows(element))
            places.append(len(lines))
            lines.append("")
        elif element.tag == f"{_W}sdt":
            lines += [_said(one) for one in element.iter(f"{_W}p")]
    notes = []
    changed = sum(1 for _ in body.iter(f"{_W}ins", f"{_W}del", f"{_W}moveFrom"))
    if changed:
        notes.append(f"稿里有{changed}处修订没有定稿，按全部接受来查：删去的不看，加上的照看。")
    return Draft("\n".join(lines), tuple(tables), tuple(notes), tuple(places))


def _said(element: Any) -> str:
    """The text of a paragraph as it will stand: what is struck out is left out, what is put in is there."""
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag in _GONE:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}tab":
            yield " "
        else:
            yield from _pieces(child)


def _rows(table: Any) -> Table:
    rows = []
    for row in table.iterchildren(f"{_W}tr"):
        cells = ["".join(_said(one) for one in cell.iter(f"{_W}p")) for cell in row.iterchildren(f"{_W}tc")]
        rows.append(tuple(cells))
    return Table(tuple(rows))


def _pdf(name: str, data: bytes) -> Draft:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # what it grumbles about in English on the way; what is wrong is said below, once
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(f"“{name}”加了密码；请去掉密码再查。")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, LookupError, TypeError, AttributeError, ArithmeticError, *_BROKEN_ARCHIVE) as problem:
        raise Unreadable(f"“{name}”不是好的 PDF；请重新导出，或直接用 .docx 来查。") from problem
    text = "\n".join(pages)
    if not text.strip():
        raise Unreadable(f"“{name}”里没有文字，多半是扫描件；请用原来的 .docx，或先作文字识别再查。")
    return Draft(_rejoined(text), notes=("PDF 里的段落是按行拼回来的，表格只当文字看。",))


def _rejoined(text: str) -> str:
    """Lines of a page put together into paragraphs: a line goes on where the last did not end and is not short.

    Page numbers are left out; a row of a table stands alone. How wide a full line is, most lines say: one in ten is
    at least as wide.
    """
    paragraphs: list[str] = []
    widths = sorted(_width(line) for line in text.split("\n") if line.strip())
    full = widths[len(widths) * 9 // 10] if widths else 0
    open_ended = False
    for line in text.split("\n"):
        bare = _GAP.sub("", line.strip())
        if _PAGE.match(bare):
            continue
        if not bare:
            open_ended = False
            continue
        if open_ended and not line.startswith(("　", "  ")):
            paragraphs[-1] += bare
        else:
            paragraphs.append(bare)
        open_ended = _goes_on(bare, _width(line), full)
    return "\n".join(paragraphs)


def _goes_on(line: str, width: int, full: int) -> bool:
    """A full line goes on but after a full stop; a shorter one only where nothing ends with it."""
    ends = "。！？" if width >= full * 0.95 else _ENDS
    return line[-1] not in ends and width >= full * 0.7 and not _ROW.search(line)


def _width(line: str) -> int:
    """In half-width characters."""
    return sum(1 + (east_asian_width(sign) in "WF") for sign in line.strip())
