"""用哪副字：公文的四种字在机器上有就用，没有就用自由许可的顶上；一副中文字也没有，就说怎么装。"""

from functools import cache
from pathlib import Path

import typst
from django.conf import settings

from xushi.documents.writing.styles import Face

SERIF = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "Songti SC",
    "SimSun",
    "AR PL UMing CN",
)
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Zen Hei", "Microsoft YaHei")
LIKE = {
    Face.TITLE: ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", *SERIF, *SANS),
    Face.BODY: (
        "仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋", "STFangsong", "FandolFang", "Zhuque Fangsong",
        "Zhuque Fangsong (technical preview)", *SERIF, *SANS,
    ),
    Face.HEADING: ("黑体", "SimHei", "STHeiti", "FandolHei", *SANS, *SERIF),
    Face.SECOND: (
        "楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体", "STKaiti", "FandolKai", "LXGW WenKai", "AR PL UKai CN",
        *SERIF, *SANS,
    ),
    Face.NUMBER: ("宋体", "SimSun", "STSong", "FandolSong", *SERIF, *SANS),
}  # fmt: skip


FONT_FILES = (".ttf", ".otf", ".ttc", ".otc")


class NoFont(Exception):
    """No typeface that knows Chinese; str() says how to mend it."""


def folder() -> str:
    """Where an office keeps typefaces of its own: XUSHI_FONTS."""
    return str(getattr(settings, "XUSHI_FONTS", ""))


@cache
def folder_amiss(path: str) -> str:
    """What is wrong with the office's own folder, in a sentence; empty where it is not set or holds typefaces."""
    if not path:
        return ""
    if not Path(path).is_dir():
        what = "这个文件夹不在"
    elif not any(one.suffix.lower() in FONT_FILES for one in Path(path).rglob("*")):
        what = "这个文件夹里没有字体文件（.ttf、.otf、.ttc）"
    else:
        return ""
    return f"XUSHI_FONTS 指的{path}：{what}，印公文改用系统里的字体。"


def names() -> dict[Face, tuple[str, ...]]:
    """For each face of the standard the families that stand for it here, best first; NoFont where there is none."""
    return _names(folder())


@cache
def _names(path: str) -> dict[Face, tuple[str, ...]]:
    here = set(faces().families())
    found = {face: tuple(name for name in like if name in here) for face, like in LIKE.items()}
    if not all(found.values()):
        raise NoFont(
            "这台机器上没有能印中文的字体，PDF 印不了。请装一副自由许可的字体（如 apt install fonts-noto-cjk），"
            "或把字体文件放进一个文件夹，用 XUSHI_FONTS 指过去；.docx 不受影响，照常可以下载。"
        )
    return found


def faces() -> typst.Fonts:
    return _faces(folder())


@cache
def _faces(path: str) -> typst.Fonts:
    own = [path] if path and Path(path).is_dir() else []
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=own)
