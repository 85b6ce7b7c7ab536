"""导出的表：一张表是什么样子，写成 xlsx 或 csv。谁、何时、从哪里导的，写在末行、批注、页脚和文件属性里。"""

import csv
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Protocol
from xml.sax.saxutils import escape

import rustpy_xlsxwriter as xlsx

from xushi.core.clock import BEIJING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
CORE = "docProps/core.xml"
USUAL_WIDTH = 14.0
FOOTER_HOLDS = 200  # characters; Excel takes 255 with its own codes
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class TooLong(Exception):
    """More rows than may be taken out without being asked; nothing was handed out."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who takes the file, of which unit, when and from which address."""

    name: str
    unit: str
    at: datetime
    address: str

    def line(self, export: "Export") -> str:
        """周敏（区重大办）2018-09-12 08:30在10.1.2.3导出，问题清单"""
        moment = self.at.astimezone(BEIJING)
        where = f"在{self.address}" if self.address else ""
        about = f"，{export.about}" if export.about else ""
        return f"{self.name}（{self.unit}）{moment:%Y-%m-%d %H:%M}{where}导出，{export.title}{about}"


@dataclass(frozen=True, slots=True)
class Written:
    """The file, wound back to its beginning, and how many rows are in it."""

    file: IO[bytes]
    rows: int


class Export(Protocol):
    """What a view gives to be handed out; about says the month, closed or not …; personal: numbers in full."""

    @property
    def title(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def named(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def personal(self) -> bool: ...

    def write(self, signed: Signed, most: int | None) -> Written:
        """TooLong where there are more than most rows."""
        ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: heads, and rows as mappings from head to value. named is the file's name without its ending."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Mapping[str, Any]]
    named: str = ""
    about: str = ""
    tab: str = ""
    ahead: str = ""  # a line above the heads, csv only
    formats: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    width: float = USUAL_WIDTH
    frozen: int = 1
    kind: str = "xlsx"
    personal: bool = False

    def write(self, signed: Signed, most: int | None) -> Written:
        said = signed.line(self)
        target = tempfile.NamedTemporaryFile(suffix=f".{self.kind}")  # noqa: SIM115 - closed by the response
        try:
            counted = _Counted(self.rows, most)
            if self.kind == "csv":
                self._csv(target, counted, said)
            else:
                self._xlsx(target.name, counted, said)
                sign(target.name, title=self.title, by=f"{signed.name}（{signed.unit}）", said=said)
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return Written(target, counted.rows)

    def _xlsx(self, path: str, rows: "_Counted", said: str) -> None:
        """Given the path, since the writer would hold the whole workbook in memory for an open file."""
        xlsx.write_worksheet(
            self._with_last(rows, said),
            path,
            sheet_name=(self.tab or self.title)[:31],
            freeze_row=1,
            freeze_col=self.frozen,
            bold_headers=True,
            column_widths={head: self.widths.get(head, self.width) for head in self.heads},
            column_formats={
                head: xlsx.Format().set_num_format(code)
                for head, code in self.formats.items()
                if head in self.heads
            },
            notes={self.heads[0]: said},
            page_setup={"landscape": True, "footer": f"&L{footer(said)}&R&P/&N"},
        )

    def _with_last(self, rows: "_Counted", said: str) -> Iterator[Mapping[str, Any]]:
        """The last line stands in the sheet itself, where nobody overlooks it; an empty list still has its heads."""
        yield from rows
        yield dict.fromkeys(self.heads) | {self.heads[0]: last_line(said, rows.rows)}

    def _csv(self, target: IO[bytes], rows: "_Counted", said: str) -> None:
        """UTF-8 with a mark, so that Excel and WPS read it."""
        target.write("\ufeff".encode())
        writer = csv.writer(_Bytes(target))
        if self.ahead:
            writer.writerow([self.ahead])
        writer.writerow(self.heads)
        for row in rows:
            writer.writerow([_plain(row[head]) for head in self.heads])
        writer.writerow([last_line(said, rows.rows)])


class _Counted:
    """The rows as they pass by, and how many have."""

    def __init__(self, source: Iterable[Mapping[str, Any]], most: int | None) -> None:
        self._source, self._most, self.rows = source, most, 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._source:
            self.rows += 1
            if self._most is not None and self.rows > self._most:
                raise TooLong
            yield row


class _Bytes:
    def __init__(self, target: IO[bytes]) -> None:
        self._target = target

    def write(self, text: str) -> None:
        self._target.write(text.encode())


def last_line(said: str, rows: int) -> str:
    """说明：… : a word that an import of the same sheet passes over."""
    return f"说明：{said}，共{rows}行"


def footer(said: str) -> str:
    """What Excel prints below a page: & is its own sign."""
    return said[:FOOTER_HOLDS].replace("&", "&&")


def sign(path: str, *, title: str, by: str, said: str) -> None:
    """Who and when into the properties of the finished workbook: only that one small part is written anew."""
    with zipfile.ZipFile(path, "a") as book:
        core = book.read(CORE).decode()
        book.filelist = [part for part in book.filelist if part.filename != CORE]
        book.NameToInfo.pop(CORE)
        told = {"dc:creator": by, "cp:lastModifiedBy": by}
        for name, words in told.items():
            core = core.replace(f"<{name}></{name}>", f"<{name}>{escape(words)}</{name}>")
        more = f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(said)}</dc:description>"
        book.writestr(CORE, core.replace("<dc:creator>", f"{more}<dc:creator>"), zipfile.ZIP_DEFLATED)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else safe(str(value))


def safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
