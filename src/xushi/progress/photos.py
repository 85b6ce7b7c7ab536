"""现场照片：每月每个项目几张，只给看得到项目的人看。"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction

from xushi.core.months import Month
from xushi.journal.actions import Actor, record
from xushi.kit.photos import clean_photo
from xushi.progress import policy
from xushi.progress.closed import is_closed_at
from xushi.progress.models_reports import ReportPhoto
from xushi.registry.actions import Refused, RowProblem
from xushi.registry.models import Project

MOST_PHOTOS = 9


@transaction.atomic
def add_photos(
    project: Project, month: Month, files: Sequence[Any], *, actor: Actor, now: datetime
) -> list[ReportPhoto]:
    """传照片: every file or none; one already there is not stored twice. Refused names each bad file."""
    _may(project, month, actor)
    good, problems = [], []
    for i, file in enumerate(files):
        try:
            good.append(clean_photo(str(file.name), int(file.size), file))
        except ValueError as problem:
            problems.append(RowProblem(i, "photos", str(problem)))
    held = set(ReportPhoto.objects.filter(project=project, month=month).values_list("sha256", flat=True))
    new = {sha256(data).hexdigest(): data for data in good}
    fresh = {digest: data for digest, data in new.items() if digest not in held}
    if len(held) + len(fresh) > MOST_PHOTOS:
        problems.append(RowProblem(0, "photos", f"一个月最多{MOST_PHOTOS}张照片，请先删去几张。"))
    if problems:
        raise Refused(problems)
    photos = [_stored(project, month, digest, data, actor, now) for digest, data in fresh.items()]
    if photos:
        record(
            "progress.photo.added",
            actor=actor,
            now=now,
            subject=project,
            summary=f"传{month.label}现场照片{len(photos)}张：{project.name}",
            changes={"照片": [None, [photo.sha256[:12] for photo in photos]]},
        )
    return photos


def _stored(
    project: Project, month: Month, digest: str, data: bytes, actor: Actor, now: datetime
) -> ReportPhoto:
    photo = ReportPhoto(project=project, month=month, sha256=digest, by=actor.by, at=now)
    photo.file.save(f"{month}/{project.pk}-{digest[:16]}.jpg", ContentFile(data), save=False)
    photo.save()
    return photo


@transaction.atomic
def remove_photo(photo: ReportPhoto, *, actor: Actor, now: datetime) -> None:
    """删照片: from the form of an open month; the file goes once the row is gone."""
    _may(photo.project, photo.month, actor)
    record(
        "progress.photo.removed",
        actor=actor,
        now=now,
        subject=photo.project,
        summary=f"删{photo.month.label}现场照片1张：{photo.project.name}",
        changes={"照片": [photo.sha256[:12], None]},
    )
    file = photo.file
    photo.delete()
    transaction.on_commit(lambda: file.delete(save=False))


def _may(project: Project, month: Month, actor: Actor) -> None:
    if not policy.can_report(actor.by, project):
        raise PermissionDenied("只能给自己单位的项目传照片。")
    if is_closed_at(project.territory_id, month):
        raise Refused([RowProblem(0, "photos", f"{month.label}已经关账，照片不能再增减。")])
