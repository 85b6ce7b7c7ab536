"""PDF 与预览图：把排好的一列交给排版程序 paper.typ。正文只作数据递过去，字里写什么都当字印，执行不了。"""

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from PIL import Image

from xushi.documents.tree import Blank, Document, PageBreak, Picture, Runs, Table
from xushi.documents.writing import fonts
from xushi.documents.writing.docx_tables import split_lines
from xushi.documents.writing.flow import Gap, Imprint, Item, Line, blank_words, flow
from xushi.documents.writing.grid import FORM_ROW_MM, aligns, breaks, shares, side
from xushi.documents.writing.ooxml import ODD
from xushi.documents.writing.styles import LOOKS

PROGRAM = Path(__file__).parent / "paper.typ"
PICTURE_PPI = 96.0
KINDS = {"PNG": "png", "JPEG": "jpg"}


class Unset(Exception):
    """The pages could not be set; str() says why."""


def write_pdf(*documents: Document, tagged: bool = True) -> bytes:
    """One PDF of these documents, each beginning on a page 1 of its own. NoFont or Unset say what is missing.

    tagged: with what screen readers go by; without it many pages are a sixth of the size, and soon done.
    """
    made = _compiled(documents, "pdf", tagged=tagged)
    return made if isinstance(made, bytes) else made[0]


def write_pictures(document: Document, *, ppi: float = PICTURE_PPI) -> list[bytes]:
    """Every page as a PNG."""
    made = _compiled([document], "png", ppi)
    return [made] if isinstance(made, bytes) else list(made)


def _compiled(
    documents: Sequence[Document], form: Any, ppi: float = PICTURE_PPI, *, tagged: bool = True
) -> bytes | list[bytes]:
    """In a folder of its own, outside of which the program reads nothing; there is no network in it."""
    named = fonts.names()
    with TemporaryDirectory(prefix="xushi-paper-") as room:
        root = Path(room)
        data = {
            "fonts": {face.name.lower(): list(found) for face, found in named.items()},
            "looks": {style.value: _look(style) for style in LOOKS},
            "documents": [_document(one, root, number) for number, one in enumerate(documents)],
        }
        (root / "paper.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (root / "paper.typ").write_bytes(PROGRAM.read_bytes())
        try:
            made = typst.compile(
                str(root / "paper.typ"), root=room, font_paths=fonts.faces(), format=form, ppi=ppi,
                package_path=room, package_cache_path=room, pdf_tags=tagged,
            )  # fmt: skip
        except typst.TypstError as problem:
            raise Unset(
                f"PDF 没排成：{problem.message}。请改用 .docx，并把这份公文报给系统管理员。"
            ) from problem
    if made is None:
        raise Unset("PDF 没排成，请改用 .docx。")
    return made


def _look(style: Any) -> dict[str, Any]:
    look = LOOKS[style]
    return {
        "face": look.face.name.lower(), "size": look.size, "pitch": look.pitch, "align": look.align,
        "indent": look.indent, "before": look.before, "after": look.after, "keep": look.keep, "colour": look.colour,
    }  # fmt: skip


def _document(document: Document, root: Path, number: int) -> dict[str, Any]:
    items = [_item(item, root, number, place) for place, item in enumerate(flow(document))]
    return {
        "title": _clean(" ".join(document.title)), "author": _clean(document.signed or document.head),
        "watermark": _clean(document.watermark), "items": items,
    }  # fmt: skip


def _clean(words: str) -> str:
    return ODD.sub("", words)


def _item(item: Item, root: Path, number: int, place: int) -> dict[str, Any]:
    match item:
        case Line():
            made = {
                "kind": "line", "style": item.style.value, "runs": _runs(item.runs), "body": _runs(item.body),
                "right": item.right, "size": item.size, "before": item.before, "level": item.level,
                "page": item.new_page, "ruled": item.ruled,
            }  # fmt: skip
        case Gap():
            made = {"kind": "gap"}
        case Blank():
            made = {"kind": "blank", "lead": _clean(item.lead), "words": _clean(blank_words(item))}
        case PageBreak():
            made = {"kind": "break"}
        case Imprint():
            copies = f"抄送：{item.copies}" if item.copies else ""
            said = {"copies": _clean(copies), "by": _clean(item.printed_by), "on": item.printed_on}
            made = {"kind": "imprint", "pitch": item.pitch, "below": item.below, **said}
        case Table():
            made = _table(item)
        case Picture():
            made = _picture(item, root, f"{number}-{place}")
    return made


def _runs(runs: Runs) -> list[dict[str, Any]]:
    return [{"words": _clean(run.words), "bold": run.bold} for run in runs if run.words]


def _table(table: Table) -> dict[str, Any]:
    sides = aligns(table)
    body = len(table.rows) - table.totals
    head = [_row(row, sides, form=False, head=True, strong=True) for row in table.head]
    rows = [
        _row(row, sides, form=table.form, head=False, strong=place >= body)
        for place, row in enumerate(table.rows)
    ]
    return {"kind": "table", "widths": list(shares(table)), "head": head, "rows": rows}


def _row(
    row: Iterable[Any], sides: tuple[str, ...], *, form: bool, head: bool, strong: bool
) -> list[dict[str, Any]]:
    cells, column, held = [], 0, tuple(row)
    height = max((cell.height_mm for cell in held), default=0) or (FORM_ROW_MM if form else 0)
    for cell in held:
        lines = [
            {"runs": _runs(line), "right": bool(line and line[0].words.startswith("\t"))}
            for line in split_lines(cell.runs)
        ]
        cells.append(
            {
                "lines": lines, "across": cell.across, "align": side(cell, column, sides, head=head),
                "strong": strong or cell.label, "height": height, "breaks": breaks(held),
            }
        )  # fmt: skip
        column += cell.across
    return cells


def _picture(picture: Picture, root: Path, name: str) -> dict[str, Any]:
    with Image.open(BytesIO(picture.data)) as opened:
        kind, (across, down) = KINDS.get(opened.format or "", ""), opened.size
    if not kind:
        raise Unset(f"图“{picture.alt}”不是 PNG 或 JPEG，请换一种格式。")
    width = float(min(picture.width_mm, 156))
    width = min(width, 200 * across / max(down, 1))
    (root / f"{name}.{kind}").write_bytes(picture.data)
    return {"kind": "picture", "path": f"{name}.{kind}", "alt": _clean(picture.alt), "width": width}
