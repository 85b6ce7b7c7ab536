"""问题的照片：现场的随草稿传，办结的凭证随进展传；同一张不存两次。"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.kit.photos import clean_photo
from xushi.problems.models import ProblemDraft, ProblemNote, ProblemPhoto
from xushi.registry.checking import Refused, RowProblem

MOST_PHOTOS = 9


def cleaned(files: Sequence[Any], *, held: int = 0) -> dict[str, bytes]:
    """{sha256: JPEG}: every file or none; Refused names each bad one. held: how many are there already."""
    good: dict[str, bytes] = {}
    problems = []
    if held + len(files) > MOST_PHOTOS:
        problems.append(RowProblem(0, "photos", f"最多{MOST_PHOTOS}张照片，挑最说明问题的传。"))
    else:
        for i, file in enumerate(files):
            try:
                data = clean_photo(str(file.name), int(file.size), file)
                good[sha256(data).hexdigest()] = data
            except ValueError as problem:
                problems.append(RowProblem(i, "photos", str(problem)))
    if problems:
        raise Refused(problems)
    return good


@transaction.atomic
def add_to_draft(draft: ProblemDraft, files: Sequence[Any], *, actor: Actor, now: datetime) -> None:
    """传现场照片 to a draft: seen by its writer only until it is sent."""
    held = set(draft.photos.values_list("sha256", flat=True))
    for digest, data in cleaned(files, held=len(held)).items():
        if digest not in held:
            _stored(digest, data, actor, now, draft=draft)


@transaction.atomic
def drop_from_draft(draft: ProblemDraft, photo: int) -> None:
    for found in draft.photos.filter(pk=photo):
        forget(found)


def forget(photo: ProblemPhoto) -> None:
    """The row now, its file once the transaction is through."""
    file = photo.file
    photo.delete()

    def gone() -> None:
        file.delete(save=False)

    transaction.on_commit(gone)


def add_evidence(note: ProblemNote, good: dict[str, bytes], *, actor: Actor, now: datetime) -> None:
    """办结凭证 or a picture of progress, on the note it was sent with."""
    for digest, data in good.items():
        _stored(digest, data, actor, now, note=note, problem=note.problem)


def _stored(digest: str, data: bytes, actor: Actor, now: datetime, **on: Any) -> ProblemPhoto:
    photo = ProblemPhoto(sha256=digest, by=actor.by, at=now, **on)
    photo.file.save(f"{local_day(now):%Y-%m}/{digest[:24]}.jpg", ContentFile(data), save=False)
    photo.save()
    return photo
