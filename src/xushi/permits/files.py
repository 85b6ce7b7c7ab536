"""凭证：批文、回执、报件的材料；照片去掉隐藏信息，PDF 核对是真的，同一份不存两次。"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from xushi.journal.actions import Actor
from xushi.kit import evidence
from xushi.kit.evidence import Good
from xushi.permits.models import PermitStep, StepFile
from xushi.registry.checking import Refused, RowProblem

MOST_FILES = 12


def cleaned(step: PermitStep, uploads: Sequence[Any]) -> Good:
    """Every file or none; Refused names each bad one."""
    if not uploads:
        return {}
    try:
        return evidence.cleaned(uploads, held=step.files.count(), most=MOST_FILES)
    except evidence.BadFiles as bad:
        raise Refused([RowProblem(i, "files", one) for i, one in enumerate(bad.sentences)]) from bad


def store(step: PermitStep, good: Good, *, actor: Actor, now: datetime) -> None:
    held = set(step.files.values_list("sha256", flat=True)) if good else set()
    for digest, (name, data) in good.items():
        if digest in held:
            continue
        kept = StepFile(step=step, name=name, sha256=digest, by=actor.by, at=now)
        path = f"{step.project_id}/{digest[:24]}.{evidence.ending(data)}"
        kept.file.save(path, ContentFile(data), save=False)
        kept.save()
