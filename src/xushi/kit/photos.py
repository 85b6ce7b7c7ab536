"""照片：核对是真图片，摆正，去掉位置等隐藏信息，重新压存。"""

import io
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_EDGE = 2048
FORMATS = ("JPEG", "PNG", "WEBP")
Image.init()  # else only the commonest formats are known before the first unknown file


def clean_photo(name: str, size: int, stream: IO[bytes]) -> bytes:
    """A JPEG at most LONGEST_EDGE px long without any metadata; ValueError with a sentence for what is no photo."""
    if size > MOST_BYTES:
        raise ValueError(f"“{name}”有{size / 1024 / 1024:.1f}MB，超过10MB，请在手机上选“压缩”后再传。")
    try:
        image = Image.open(stream, formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"“{name}”有{image.width}×{image.height}像素，太大了，请缩小后再传。")
        upright = ImageOps.exif_transpose(image) or image
        upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
        flat = upright.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as problem:
        raise ValueError(f"“{name}”不是照片或已损坏，请重拍或选JPG、PNG、WEBP格式的照片。") from problem
    bare = Image.new("RGB", flat.size)
    bare.paste(flat)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
