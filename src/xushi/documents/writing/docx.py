""".docx：公文的正本。样式有名字，办公室在 WPS、Word 里改好、盖章；从不画章。"""

from dataclasses import dataclass, field
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image

from xushi.documents.tree import Blank, Document, PageBreak, Picture, Run, Runs, Table
from xushi.documents.writing import docx_parts as parts
from xushi.documents.writing.docx_figures import bookmark_name, figures_xml, item_properties
from xushi.documents.writing.docx_tables import imprint_xml, table_xml
from xushi.documents.writing.flow import Gap, Imprint, Item, Line, blank_words, flow
from xushi.documents.writing.ooxml import (
    NAMESPACES,
    fonts,
    paragraph,
    quoted,
    safe,
    text_run,
    twips,
)
from xushi.documents.writing.styles import LOOKS, RED, TEXT_PT, Face, Style

EMU_PER_MM = 36_000
BOLD = "<w:b/><w:bCs/>"
MADE = (2018, 1, 1, 0, 0, 0)  # the same document gives the same bytes
KINDS = {"PNG": "png", "JPEG": "jpeg"}


@dataclass
class Book:
    """What is gathered on the way: bookmarks by figure, pictures by name."""

    bookmarks: list[tuple[str, str]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


def write_docx(document: Document) -> bytes:
    """The document's bytes; nothing in them names who made it but the organ."""
    book = Book()
    body = "".join(_item(item, book) for item in flow(document))
    mark = bool(document.watermark)
    main = f"{parts.XML}<w:document {NAMESPACES}><w:body>{body}{parts.section(watermark=mark)}</w:body></w:document>"
    held: dict[str, str | bytes] = {
        "[Content_Types].xml": parts.content_types(pictures=bool(book.pictures), watermark=mark),
        "_rels/.rels": _package_relations(),
        "word/document.xml": main,
        "word/_rels/document.xml.rels": _relations(book, watermark=mark),
        "word/styles.xml": parts.styles(),
        "word/settings.xml": parts.settings(),
        "word/fontTable.xml": parts.font_table(),
        "word/footer1.xml": parts.footer("right"),
        "word/footer2.xml": parts.footer("left"),
        "customXml/item1.xml": figures_xml(document, book.bookmarks),
        "customXml/itemProps1.xml": item_properties(),
        "customXml/_rels/item1.xml.rels": parts.relations(
            {"rId1": (f"{parts.OFFICE}/relationships/customXmlProps", "itemProps1.xml")}
        ),
        "docProps/core.xml": _properties(document),
    }
    if mark:
        held["word/header1.xml"] = parts.watermarked(document.watermark)
    held |= {f"word/media/{name}": data for name, data in book.pictures.items()}
    return _zipped(held)


def _zipped(held: dict[str, str | bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as package:
        for name, content in held.items():
            entry = ZipInfo(name, MADE)
            entry.compress_type = ZIP_STORED if name.startswith("word/media/") else ZIP_DEFLATED
            package.writestr(entry, content)
    return out.getvalue()


def _item(item: Item, book: Book) -> str:
    match item:
        case Line():
            made = _line(item, book)
        case Gap():
            made = paragraph("Normal", ())
        case Blank():
            made = _left_open(item)
        case PageBreak():
            made = paragraph("Normal", ['<w:r><w:br w:type="page"/></w:r>'])
        case Table():
            made = table_xml(item, lambda runs, face: _runs(runs, book, face))
        case Imprint():
            made = imprint_xml(item)
        case Picture():
            made = _picture(item, book)
    return made


def _line(line: Line, book: Book) -> str:
    look = LOOKS[line.style]
    size = fonts(look.face) + _size(line.size) if line.size else ""
    across = text_run("\t") if line.style == Style.HELD else ""
    inner = [_runs(line.runs, book, properties=size), across, _runs(line.body, book, Face.BODY)]
    return paragraph(line.style, inner, _placed(line))


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _placed(line: Line) -> str:
    """What this paragraph has beyond its style, in the schema's order."""
    look, found = LOOKS[line.style], []
    if line.new_page:
        found.append("<w:pageBreakBefore/>")
    if line.ruled:
        found.append(
            f'<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="11" w:color="{RED}"/></w:pBdr>'  # 4 mm below
        )
    if line.style == Style.HELD:
        found.append(f'<w:tabs><w:tab w:val="right" w:pos="{twips(TEXT_PT)}"/></w:tabs>')
    if line.size or line.before:
        pitch = twips(line.size * 1.35 if line.size else look.pitch)
        found.append(
            f'<w:spacing w:before="{twips(line.before)}" w:after="0" w:line="{pitch}" w:lineRule="exact"/>'
        )
    if line.right:
        right = round(line.right * 100)
        found.append(f'<w:ind w:rightChars="{right}" w:right="{twips(line.right * look.size)}"/>')
    return "".join(found)


def _runs(runs: Runs, book: Book, face: Face | None = None, properties: str = "") -> str:
    own = (fonts(face) if face else "") + properties
    return "".join(_run(run, book, own) for run in runs)


def _run(run: Run, book: Book, properties: str) -> str:
    """A figure's words stand between a bookmark of their own, by which the custom part names where they come from."""
    look = properties
    if run.bold:  # b stands behind the fonts
        end = look.find("/>") + 2 if look.startswith("<w:rFonts") else 0
        look = f"{look[:end]}{BOLD}{look[end:]}"
    written = text_run(run.words, look)
    if not run.figure or not written:
        return written
    number = len(book.bookmarks)
    name = bookmark_name(run.figure, number)
    book.bookmarks.append((name, run.figure))
    start = f'<w:bookmarkStart w:id="{number}" w:name={quoted(name)}/>'
    return f'{start}{written}<w:bookmarkEnd w:id="{number}"/>'


def _left_open(blank: Blank) -> str:
    """With words before it, what is filled in comes back to where it began."""
    if not blank.lead:
        return paragraph(Style.BODY, [_blank(blank)])
    size, (left, hanging) = LOOKS[Style.BODY].size, (2 + len(blank.lead), len(blank.lead))
    inward = (
        f'<w:ind w:leftChars="{left * 100}" w:left="{twips(left * size)}" w:hangingChars="{hanging * 100}"'
        f' w:hanging="{twips(hanging * size)}"/>'
    )
    return paragraph(Style.BODY, [text_run(blank.lead, fonts(Face.HEADING)), _blank(blank)], inward)


def _blank(blank: Blank) -> str:
    """A content control that shows what to write, yellow until somebody does."""
    look = f'<w:rStyle w:val="blank"/>{parts.YELLOW}'
    held = (
        f"<w:sdtPr><w:alias w:val={quoted(blank.label)}/><w:tag w:val={quoted('fill:' + blank.label[:50])}/>"
        "<w:showingPlcHdr/><w:text/></w:sdtPr>"
    )
    return f"<w:sdt>{held}<w:sdtContent>{text_run(blank_words(blank), look)}</w:sdtContent></w:sdt>"


def _picture(picture: Picture, book: Book) -> str:
    """As wide as asked for, no higher than a page."""
    with Image.open(BytesIO(picture.data)) as opened:
        kind, (across, down) = KINDS.get(opened.format or "", ""), opened.size
    if not kind:
        raise ValueError(f"图“{picture.alt}”不是 PNG 或 JPEG，请换一种格式。")
    width = float(min(picture.width_mm, 156))
    height = width * down / max(across, 1)
    if height > 200:
        width, height = width * 200 / height, 200.0
    number = len(book.pictures) + 1
    name = f"image{number}.{kind}"
    book.pictures[name] = picture.data
    return paragraph(
        Style.CENTRED, [_drawing(number, picture.alt, width, height)],
        '<w:snapToGrid w:val="0"/><w:spacing w:before="120" w:after="60" w:line="240" w:lineRule="auto"/>',
    )  # fmt: skip


def _drawing(number: int, alt: str, width: float, height: float) -> str:
    extent = f'cx="{round(width * EMU_PER_MM)}" cy="{round(height * EMU_PER_MM)}"'
    named = f'id="{number}" name="图{number}" descr={quoted(alt)}'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/><wp:docPr {named}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="pic{number}"/>'
        f'<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _relations(book: Book, *, watermark: bool) -> str:
    kind = f"{parts.OFFICE}/relationships/"
    found = {
        "rId1": (f"{kind}styles", "styles.xml"),
        "rId2": (f"{kind}settings", "settings.xml"),
        "rId3": (f"{kind}fontTable", "fontTable.xml"),
        "rId4": (f"{kind}footer", "footer1.xml"),
        "rId5": (f"{kind}footer", "footer2.xml"),
        "rId7": (f"{kind}customXml", "../customXml/item1.xml"),
    }
    if watermark:
        found["rId6"] = (f"{kind}header", "header1.xml")
    for number, name in enumerate(book.pictures, 1):
        found[f"pic{number}"] = (f"{kind}image", f"media/{name}")
    return parts.relations(found)


def _package_relations() -> str:
    return parts.relations(
        {
            "rId1": (f"{parts.OFFICE}/relationships/officeDocument", "word/document.xml"),
            "rId2": (f"{parts.PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        }
    )


def _properties(document: Document) -> str:
    title = " ".join(document.title)
    return (
        f'{parts.XML}<cp:coreProperties xmlns:cp="{parts.PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{safe(title)}</dc:title><dc:creator>{safe(document.signed or document.head)}</dc:creator>"
        f"<dc:identifier>{safe(document.number)}</dc:identifier></cp:coreProperties>"
    )
