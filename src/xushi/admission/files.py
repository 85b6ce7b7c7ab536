"""附件：照片去掉隐藏信息重新压存，PDF 核对是真的；一件或全部，同一份不存两次。"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile

from xushi.admission.models import Application, ApplicationFile
from xushi.journal.actions import Actor
from xushi.kit.photos import clean_photo
from xushi.registry.checking import Refused, RowProblem

MOST_FILES = 12
MOST_PDF = 20 * 1024 * 1024
Good = dict[str, tuple[str, bytes]]  # sha256 → name, content


def cleaned(uploads: Sequence[Any], *, held: int = 0) -> Good:
    """Every file or none; Refused names each bad one. held: how many are there already."""
    if held + len(uploads) > MOST_FILES:
        raise Refused([RowProblem(0, "attachments", f"最多{MOST_FILES}份附件，请合并成一份PDF再传。")])
    good, problems = {}, []
    for i, upload in enumerate(uploads):
        name = PurePath(str(upload.name)).name[:120]
        try:
            data = _pdf(name, upload) if name.lower().endswith(".pdf") else _photo(name, upload)
            good[sha256(data).hexdigest()] = (name, data)
        except ValueError as problem:
            problems.append(RowProblem(i, "attachments", str(problem)))
    if problems:
        raise Refused(problems)
    return good


def _pdf(name: str, upload: Any) -> bytes:
    if int(upload.size) > MOST_PDF:
        raise ValueError(f"“{name}”有{upload.size / 1024 / 1024:.1f}MB，超过20MB，请压缩后再传。")
    data: bytes = upload.read()
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise ValueError(f"“{name}”不是PDF或没传完，请重新导出PDF再传。")
    return data


def _photo(name: str, upload: Any) -> bytes:
    return clean_photo(name, int(upload.size), upload)


def store(application: Application, good: Good, *, actor: Actor, now: datetime) -> None:
    held = set(application.files.values_list("sha256", flat=True)) if good else set()
    for digest, (name, data) in good.items():
        if digest in held:
            continue
        kept = ApplicationFile(application=application, name=name, sha256=digest, by=actor.by, at=now)
        end = "pdf" if data.startswith(b"%PDF-") else "jpg"
        kept.file.save(f"{application.pk}/{digest[:24]}.{end}", ContentFile(data), save=False)
        kept.save()
