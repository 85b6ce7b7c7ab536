"""盖戳：时间、地点、项目画在照片的副本上；签名的笔画画成图。原件不动。"""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from xushi.inspections.entries import SignatureEntry
from xushi.kit.photos import FORMATS, LONGEST_EDGE, MOST_PIXELS

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
SIMPLIFIED = 2  # the face of a Noto CJK collection that is drawn the mainland's way
SIGNATURE = (600, 240)


@lru_cache(maxsize=1)
def _face() -> str:
    """A font that can write Chinese; "" where this machine has none."""
    known = next((path for path in FONTS if Path(path).exists()), "")
    if known:
        return known
    found = sorted(Path("/usr/share/fonts").rglob("*CJK*")) if Path("/usr/share/fonts").exists() else []
    return next((str(path) for path in found if path.suffix in (".ttc", ".ttf", ".otf")), "")


@lru_cache(maxsize=16)
def font_of(size: int) -> Any:
    path = _face()
    if not path:
        return ImageFont.load_default(size)
    for index in (SIMPLIFIED if path.endswith(".ttc") else 0, 0):
        try:
            return ImageFont.truetype(path, size, index=index)
        except OSError:
            continue
    return ImageFont.load_default(size)


def legible(text: str) -> str:
    """What this machine can write: without a Chinese font the signs it cannot write are left out."""
    return text if _face() else text.encode("ascii", "ignore").decode().strip(" ·") or "-"


def stamped(name: str, original: Path, lines: list[str]) -> bytes:
    """A JPEG of the photo, upright, without metadata, the lines written at its foot; ValueError for what is none."""
    try:
        with Image.open(original, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"“{name}”有{image.width}×{image.height}像素，太大了，请缩小后再传。")
            upright = ImageOps.exif_transpose(image) or image
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            flat = upright.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as problem:
        raise ValueError(f"“{name}”不是照片或已损坏，请重拍或选JPG、PNG、WEBP格式的照片。") from problem
    bare = Image.new("RGB", flat.size)
    bare.paste(flat)
    _write(bare, [legible(line) for line in lines if line])
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _write(image: Image.Image, lines: list[str]) -> None:
    size = max(12, min(image.size) // 26)
    font = font_of(size)
    pad, step = size // 2, round(size * 1.45)
    height = step * len(lines) + pad
    band = Image.new("RGBA", (image.width, height), (20, 28, 25, 170))
    image.paste(band, (0, image.height - height), band)
    draw = ImageDraw.Draw(image)
    for n, line in enumerate(lines):
        at = (pad, image.height - height + pad // 2 + n * step)
        draw.text(at, _fitting(draw, line, font, image.width - 2 * pad), font=font, fill=(255, 255, 255))


def _fitting(draw: Any, line: str, font: Any, width: int) -> str:
    while line and draw.textlength(line, font=font) > width:
        line = line[:-2] + "…" if len(line) > 2 else ""
    return line


def signature_png(signed: SignatureEntry) -> bytes:
    """The signature as a clean PNG: of the one that was sent, else of its strokes; ValueError where it is no picture."""
    if not signed.png:
        return _drawn(signed)
    try:
        with Image.open(io.BytesIO(signed.png), formats=("PNG",)) as image:
            if image.width * image.height > 4_000_000:
                raise ValueError("签名的图太大了，请重签。")
            clear = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as problem:
        raise ValueError("签名的图损坏了，请重签。") from problem
    paper = Image.new("RGB", clear.size, (255, 255, 255))
    paper.paste(clear, (0, 0), clear)
    return _png(paper)


def _drawn(signed: SignatureEntry) -> bytes:
    paper = Image.new("L", SIGNATURE, 255)
    draw = ImageDraw.Draw(paper)
    for stroke in signed.strokes:
        points = [(x * SIGNATURE[0], y * SIGNATURE[1]) for x, y in stroke]
        if len(points) > 1:
            draw.line(points, fill=25, width=4, joint="curve")
        elif points:
            [(x, y)] = points
            draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=25)
    return _png(paper)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
