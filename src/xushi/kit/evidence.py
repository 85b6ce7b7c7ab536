"""附件：照片去掉隐藏信息重新压存，PDF 核对是真的；一件不行就全部不收，每件说明白。"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from xushi.kit.photos import clean_photo

MOST_PDF = 20 * 1024 * 1024
Good = dict[str, tuple[str, bytes]]  # sha256 → name, content


class BadFiles(Exception):
    """No file was taken; one sentence for each that is wrong."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = list(sentences)
        super().__init__("；".join(self.sentences))


def cleaned(uploads: Sequence[Any], *, held: int = 0, most: int) -> Good:
    """Every file or none. held: how many are there already, of most."""
    if held + len(uploads) > most:
        raise BadFiles([f"最多{most}份附件，请合并成一份PDF再传。"])
    good: Good = {}
    wrong = []
    for upload in uploads:
        name = PurePath(str(upload.name)).name[:120]
        try:
            data = _pdf(name, upload) if name.lower().endswith(".pdf") else _photo(name, upload)
            good[sha256(data).hexdigest()] = (name, data)
        except ValueError as problem:
            wrong.append(str(problem))
    if wrong:
        raise BadFiles(wrong)
    return good


def ending(data: bytes) -> str:
    return "pdf" if data.startswith(b"%PDF-") else "jpg"


def _pdf(name: str, upload: Any) -> bytes:
    if int(upload.size) > MOST_PDF:
        raise ValueError(f"“{name}”有{upload.size / 1024 / 1024:.1f}MB，超过20MB，请压缩后再传。")
    data: bytes = upload.read()
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise ValueError(f"“{name}”不是PDF或没传完，请重新导出PDF再传。")
    return data


def _photo(name: str, upload: Any) -> bytes:
    return clean_photo(name, int(upload.size), upload)
