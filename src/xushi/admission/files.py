"""附件：一件或全部，同一份不存两次。"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from xushi.admission.models import Application, ApplicationFile
from xushi.journal.actions import Actor
from xushi.kit import evidence
from xushi.kit.evidence import Good
from xushi.registry.checking import Refused, RowProblem

MOST_FILES = 12


def cleaned(uploads: Sequence[Any], *, held: int = 0) -> Good:
    """Every file or none; Refused names each bad one. held: how many are there already."""
    try:
        return evidence.cleaned(uploads, held=held, most=MOST_FILES)
    except evidence.BadFiles as bad:
        raise Refused([RowProblem(i, "attachments", one) for i, one in enumerate(bad.sentences)]) from bad


def store(application: Application, good: Good, *, actor: Actor, now: datetime) -> None:
    held = set(application.files.values_list("sha256", flat=True)) if good else set()
    for digest, (name, data) in good.items():
        if digest in held:
            continue
        kept = ApplicationFile(application=application, name=name, sha256=digest, by=actor.by, at=now)
        path = f"{application.pk}/{digest[:24]}.{evidence.ending(data)}"
        kept.file.save(path, ContentFile(data), save=False)
        kept.save()
