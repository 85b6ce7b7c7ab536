""".docx 里每份都一样的部件：样式、设置、页脚、字体表；办公室在 WPS、Word 里改得动的都有名字。"""

from functools import cache

from xushi.documents.writing.ooxml import (
    NAMESPACES,
    field,
    fonts,
    paragraph_look,
    quoted,
    run_look,
    text_run,
    twips,
)
from xushi.documents.writing.styles import (
    BOTTOM_MM,
    LEFT_MM,
    LOOKS,
    NUMBER_PT,
    PAGE_MM,
    PITCH,
    RIGHT_MM,
    TOP_MM,
    Face,
    Look,
    Style,
)

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CONTENT = f"{WORD}.document"
FIGURES = "urn:xushi:figures"
# the free faces that stand in where the office's own are missing
INSTEAD = {
    Face.TITLE: "Noto Serif CJK SC", Face.BODY: "仿宋", Face.HEADING: "SimHei", Face.SECOND: "楷体",
    Face.NUMBER: "SimSun",
}  # fmt: skip
PAGE_LINE = 16.0
YELLOW = '<w:highlight w:val="yellow"/><w:shd w:val="clear" w:color="auto" w:fill="FFF2A8"/>'


def mm(length: float) -> int:
    """Twentieths of a point."""
    return round(length * 1440 / 25.4)


@cache
def styles() -> str:
    """Named styles: what an office changes once, changes everywhere."""
    normal = run_look(Look("Normal"))
    # numerals are no Chinese text: told so, LibreOffice would break 114亿元 after the 11
    base = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts(Face.BODY)}<w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{paragraph_look(Look('Normal'))}</w:pPr><w:rPr>{normal}</w:rPr></w:style>"
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        '<w:left w:w="80" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr></w:style>"
        '<w:style w:type="character" w:styleId="blank"><w:name w:val="待填"/><w:qFormat/>'
        f"<w:rPr>{YELLOW}</w:rPr></w:style>"
    )
    return f"{XML}<w:styles {NAMESPACES}>{base}{''.join(map(_style, LOOKS))}{_footer_style()}{_grid()}</w:styles>"


def _style(style: Style) -> str:
    look = LOOKS[style]
    after = '<w:next w:val="body"/>' if look.outline else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val={quoted(look.name)}/>'
        f'<w:basedOn w:val="Normal"/>{after}<w:qFormat/><w:pPr>{paragraph_look(look)}</w:pPr>'
        f"<w:rPr>{run_look(look)}</w:rPr></w:style>"
    )


def _footer_style() -> str:
    look = paragraph_look(Look("footer", size=NUMBER_PT, pitch=PAGE_LINE, align="left"))
    return (
        '<w:style w:type="paragraph" w:styleId="footer"><w:name w:val="footer"/><w:basedOn w:val="Normal"/>'
        f"<w:pPr>{look}</w:pPr><w:rPr>{run_look(Look('footer', Face.NUMBER, NUMBER_PT))}</w:rPr></w:style>"
    )


def _grid() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    return (
        '<w:style w:type="table" w:styleId="grid"><w:name w:val="公文表格"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr></w:style>"
    )


@cache
def section(*, watermark: bool) -> str:
    """A4, the margins, 22 lines to the page, page numbers at the outer side."""
    header = '<w:headerReference w:type="default" r:id="rId6"/><w:headerReference w:type="even" r:id="rId6"/>'
    below = mm(28) - twips(PAGE_LINE)  # the number's top stands 7 mm below the text
    return (
        f"<w:sectPr>{header if watermark else ''}"
        '<w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
        f'<w:pgSz w:w="{mm(PAGE_MM[0])}" w:h="{mm(PAGE_MM[1])}"/>'
        f'<w:pgMar w:top="{mm(TOP_MM)}" w:right="{mm(RIGHT_MM)}" w:bottom="{mm(BOTTOM_MM)}" w:left="{mm(LEFT_MM)}"'
        f' w:header="{mm(15)}" w:footer="{below}" w:gutter="0"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{twips(PITCH)}"/></w:sectPr>'
    )


@cache
def footer(side: str) -> str:
    """— 1 —, one character in from the outer side."""
    look = f'{fonts(Face.NUMBER)}<w:sz w:val="28"/><w:szCs w:val="28"/>'
    number = f"{text_run('— ', look)}{field('PAGE', look)}{text_run(' —', look)}"
    inward = f'<w:ind w:left="{twips(NUMBER_PT)}" w:right="{twips(NUMBER_PT)}"/>'
    place = f'<w:pPr><w:pStyle w:val="footer"/>{inward}<w:jc w:val="{side}"/></w:pPr>'
    return f"{XML}<w:ftr {NAMESPACES}><w:p>{place}{number}</w:p></w:ftr>"


def watermarked(words: str) -> str:
    """The words across the page, pale, behind the text; as high as their number allows."""
    high = min(110, round(480 / max(len(words), 1)))
    size = f"width:{high * len(words)}pt;height:{high}pt"
    shape = (
        f'<v:shape type="#_x0000_t136" stroked="f" fillcolor="#d9d9d9" style="position:absolute;{size};'
        "rotation:315;z-index:-1;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin"><v:textpath on="t" fitshape="t" string='
        f"{quoted(words)} style=\"font-family:'{Face.HEADING}';font-size:1pt\"/></v:shape>"
    )
    kind = (
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" path="m0,0l21600,0m0,21600l21600,21600e">'
        '<v:path textpathok="t"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    )
    return f"{XML}<w:hdr {NAMESPACES}><w:p><w:r><w:pict>{kind}{shape}</w:pict></w:r></w:p></w:hdr>"


@cache
def settings() -> str:
    return (
        f'{XML}<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        ' w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


@cache
def font_table() -> str:
    named = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for face, other in INSTEAD.items()
    )
    return f"{XML}<w:fonts {NAMESPACES}>{named}</w:fonts>"


def content_types(*, pictures: bool, watermark: bool) -> str:
    overrides = {
        "/word/document.xml": f"{WORD}.document.main+xml",
        "/word/styles.xml": f"{WORD}.styles+xml",
        "/word/settings.xml": f"{WORD}.settings+xml",
        "/word/fontTable.xml": f"{WORD}.fontTable+xml",
        "/word/footer1.xml": f"{WORD}.footer+xml",
        "/word/footer2.xml": f"{WORD}.footer+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/customXml/itemProps1.xml": "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    } | ({"/word/header1.xml": f"{WORD}.header+xml"} if watermark else {})
    drawn = '<Default Extension="png" ContentType="image/png"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
    named = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{drawn if pictures else ""}{named}</Types>'
    )


def relations(found: dict[str, tuple[str, str]]) -> str:
    """{id: (kind, target)}."""
    rows = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, (kind, target) in found.items()
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'
