"""GB/T 9704—2012 的样式表：每一种段落用什么字、几磅、多高、怎么排。各种样子的文件都照这一张。"""

from dataclasses import dataclass
from enum import StrEnum

PAGE_MM = (210, 297)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
TEXT_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM  # 156
TEXT_PT = TEXT_MM * 72 / 25.4
LINES, CHARACTERS = 22, 28
PITCH = 28.95  # points from line to line: 22 of them fill the 225 mm
BODY_PT = 16.0
TRACKING = (
    -0.25
)  # 28 characters of 16 pt are 2 mm wider than the 156 mm between the margins; this draws them in
NUMBER_PT = 14.0
RED = "E60012"


class Face(StrEnum):
    """The typefaces an office has; the .docx names them so."""

    TITLE = "方正小标宋简体"
    BODY = "仿宋_GB2312"
    HEADING = "黑体"
    SECOND = "楷体_GB2312"
    NUMBER = "宋体"


@dataclass(frozen=True, slots=True)
class Look:
    """pitch in points (exact); indent in characters at the first line, hanging behind it; before and after in points."""

    name: str
    face: Face = Face.BODY
    size: float = BODY_PT
    pitch: float = PITCH
    align: str = "both"
    indent: float = 0
    hanging: float = 0
    before: float = 0
    after: float = 0
    keep: bool = False
    outline: int = 0
    colour: str = ""


class Style(StrEnum):
    MARK = "mark"
    HEAD = "head"
    NUMBER = "number"
    HELD = "held"
    TITLE = "title"
    FORM_TITLE = "form_title"
    AUTHOR = "author"
    ADDRESSEE = "addressee"
    BODY = "body"
    ONE = "one"
    TWO = "two"
    THREE = "three"
    FOUR = "four"
    CENTRED = "centred"
    RIGHT = "right"
    NOTE = "note"
    CAPTION = "caption"
    UNIT = "unit"
    CELL = "cell"
    LABEL = "label"
    ENCLOSED = "enclosed"
    SIGNED = "signed"
    DATED = "dated"
    CONTACT = "contact"
    ANNEX_MARK = "annex_mark"
    IMPRINT = "imprint"

    @property
    def look(self) -> Look:
        return LOOKS[self]


TABLE_PT, TABLE_PITCH = 12.0, 18.0
LOOKS = {
    Style.MARK: Look("密级紧急程度", Face.HEADING, align="left"),
    Style.HEAD: Look("红头", Face.TITLE, 40, 56, "center", colour=RED, keep=True),
    Style.NUMBER: Look("发文字号", align="center", keep=True),
    Style.HELD: Look("纪要机关和日期", align="left", keep=True),
    Style.TITLE: Look("公文标题", Face.TITLE, 22, 34, "center", keep=True),
    Style.FORM_TITLE: Look("表单标题", Face.TITLE, 22, 32, "center", before=2, after=2, keep=True),
    Style.AUTHOR: Look("署名", Face.SECOND, align="center"),
    Style.ADDRESSEE: Look("主送机关", align="both"),
    Style.BODY: Look("公文正文", indent=2),
    Style.ONE: Look("heading 1", Face.HEADING, indent=2, keep=True, outline=1),
    Style.TWO: Look("heading 2", Face.SECOND, indent=2, outline=2),
    Style.THREE: Look("heading 3", indent=2, outline=3),
    Style.FOUR: Look("heading 4", indent=2, outline=4),
    Style.CENTRED: Look("居中", align="center"),
    Style.RIGHT: Look("居右", align="right"),
    Style.NOTE: Look("说明", size=12, pitch=20, before=4),
    Style.CAPTION: Look("表题", Face.HEADING, TABLE_PT, 20, "center", before=6, keep=True),
    Style.UNIT: Look("表单位", size=TABLE_PT, pitch=20, align="right", keep=True),
    Style.CELL: Look("表内文字", size=TABLE_PT, pitch=TABLE_PITCH, align="left"),
    Style.LABEL: Look("表头", Face.HEADING, TABLE_PT, TABLE_PITCH, "center"),
    Style.ENCLOSED: Look("附件说明", align="left", indent=2),
    Style.SIGNED: Look("发文机关署名", align="right", keep=True),
    Style.DATED: Look("成文日期", align="right"),
    Style.CONTACT: Look("附注", indent=2),
    Style.ANNEX_MARK: Look("附件", Face.HEADING, align="left", keep=True),
    Style.IMPRINT: Look("版记", size=14, pitch=24, align="left"),
}
