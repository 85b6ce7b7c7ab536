"""WordprocessingML 的零件：元素照规范的次序写，字都转义，控制字符剔掉。"""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from xushi.documents.writing.styles import TRACKING, Face, Look, Style

NAMESPACES = " ".join(
    f'xmlns:{short}="{address}"'
    for short, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "v": "urn:schemas-microsoft-com:vml",
        "w10": "urn:schemas-microsoft-com:office:word",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
ODD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\ue000-\ue002]")
_PIECES = re.compile(r"(\t|\n)")


def safe(words: str) -> str:
    """Escaped, without the characters that XML knows no way to hold."""
    return escape(ODD.sub("", words))


def quoted(words: str) -> str:
    return quoteattr(ODD.sub("", words), {"\n": "&#10;", "\t": "&#9;"})


def twips(points: float) -> int:
    return round(points * 20)


def fonts(face: Face) -> str:
    return f'<w:rFonts w:ascii="{face}" w:hAnsi="{face}" w:eastAsia="{face}" w:cs="{face}"/>'


def run_look(look: Look, *, size: float = 0) -> str:
    """The properties of a style's runs; body text is drawn in a little, so that 28 characters stand in a line."""
    points = size or look.size
    half = round(points * 2)
    colour = f'<w:color w:val="{look.colour}"/>' if look.colour else ""
    tracking = f'<w:spacing w:val="{twips(TRACKING)}"/>' if points == 16 else ""
    return f'{fonts(look.face)}{colour}{tracking}<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def text_run(words: str, properties: str = "") -> str:
    """One run; a line feed breaks the line, a tab is a tab."""
    if not words:
        return ""
    inner = "".join(_piece(piece) for piece in _PIECES.split(words) if piece)
    own = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{own}{inner}</w:r>"


def _piece(piece: str) -> str:
    if piece == "\n":
        return "<w:br/>"
    return "<w:tab/>" if piece == "\t" else f'<w:t xml:space="preserve">{safe(piece)}</w:t>'


def paragraph(style: Style | str, inner: Iterable[str], properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{"".join(inner)}</w:p>'


def field(code: str, properties: str) -> str:
    """A field that Word counts itself, as PAGE."""
    kinds = ("begin", "", "separate", "text", "end")
    parts = {
        "": f'<w:instrText xml:space="preserve"> {code} </w:instrText>',
        "text": "<w:t>1</w:t>",
    }
    runs = (parts.get(kind) or f'<w:fldChar w:fldCharType="{kind}"/>' for kind in kinds)
    return "".join(f"<w:r><w:rPr>{properties}</w:rPr>{run}</w:r>" for run in runs)


def paragraph_look(look: Look) -> str:
    """The properties of a style's paragraphs, in the order that the schema asks for."""
    keep = "<w:keepNext/>" if look.keep else ""
    snap = "" if look.pitch == 28.95 else '<w:snapToGrid w:val="0"/>'
    before, after = twips(look.before), twips(look.after)
    spacing = (
        f'<w:spacing w:before="{before}" w:after="{after}" w:line="{twips(look.pitch)}" w:lineRule="exact"/>'
    )
    indent = ""
    if look.indent:
        first = twips(look.indent * look.size)
        indent = f'<w:ind w:firstLineChars="{round(look.indent * 100)}" w:firstLine="{first}"/>'
    outline = f'<w:outlineLvl w:val="{look.outline - 1}"/>' if look.outline else ""
    return f'{keep}<w:widowControl w:val="0"/>{snap}{spacing}{indent}<w:jc w:val="{look.align}"/>{outline}'
