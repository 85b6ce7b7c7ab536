"""数字的来处随 .docx 走：书签框住印出的字，自带的一份 XML 说它是什么；Word 里打开、另存都在。"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from xushi.documents.tree import Document
from xushi.documents.writing.docx_parts import FIGURES, XML
from xushi.documents.writing.ooxml import quoted

FIELDS = ("key", "label", "printed", "value", "unit", "scope", "as_of", "closed", "meaning", "rows")
STORE = "{7D1B1C52-6E0B-4C0E-9A55-2E8A5C0B9704}"


@dataclass(frozen=True, slots=True)
class Carried:
    """A figure as a .docx carries it."""

    bookmark: str
    told: dict[str, str]


def bookmark_name(key: str, number: int) -> str:
    """数_district_start_rate_3: letters, digits and underscores, at most 40."""
    plain = re.sub(r"\W", "_", key)
    return f"数_{plain[:30]}_{number}"


def figures_xml(document: Document, bookmarks: list[tuple[str, str]]) -> str:
    rows = "".join(_figure(document, name, key) for name, key in bookmarks)
    return f'{XML}<figures xmlns="{FIGURES}">{rows}</figures>'


def _figure(document: Document, name: str, key: str) -> str:
    held = document.figures.get(key)
    told = held.as_json() if held else {"key": key}
    said = " ".join(f"{one}={quoted(_word(told.get(one)))}" for one in FIELDS)
    return f"<figure bookmark={quoted(name)} {said}/>"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def item_properties() -> str:
    return (
        f'{XML}<ds:datastoreItem ds:itemID="{STORE}"'
        ' xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{FIGURES}"/></ds:schemaRefs></ds:datastoreItem>'
    )


def figures_in(data: bytes) -> tuple[Carried, ...]:
    """What a .docx of ours says of its figures; nothing where the part is not there, or is not ours."""
    from lxml import etree  # type: ignore[import-untyped]  # only who reads needs it, not who writes

    with ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            if re.fullmatch(r"customXml/item\d+\.xml", name):
                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                root = etree.fromstring(package.read(name), parser)
                if root.tag == f"{{{FIGURES}}}figures":
                    return tuple(_carried(one) for one in root)
    return ()


def _carried(element: Any) -> Carried:
    return Carried(str(element.get("bookmark", "")), {one: str(element.get(one, "")) for one in FIELDS})
