"""照片、短视频入库：一个标识只收一次；原件原样留着、记散列，戳画在副本上。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from xushi.core.clock import BEIJING
from xushi.inspections import policy
from xushi.inspections.entries import Place, place_of
from xushi.inspections.models import Finding, Photo, Rectification, Visit
from xushi.inspections.stamping import stamped
from xushi.inspections.videos import ending_of
from xushi.inspections.words import PhotoKind
from xushi.journal.actions import Actor, RowChange, record
from xushi.registry.checking import Refused, RowProblem
from xushi.units.models import User

MOST_PHOTO, MOST_VIDEO = 25 * 1024 * 1024, 200 * 1024 * 1024
MOST_WITH_REPLY = 9
FULL = "服务器磁盘满了，照片存不下，这一步没有记。请告诉区重大办清出空间，再报一次；写的字还在。"


@dataclass(frozen=True, slots=True)
class PhotoMeta:
    """What the phone says of a photo: its clock when it was taken, where, on which device."""

    taken_at: datetime | None = None
    place: Place | None = None
    device: str = ""
    name: str = ""


def meta_of(data: Mapping[str, Any]) -> PhotoMeta:
    """From the JSON an upload brings: taken_at (ISO), place, device, name; what is odd is left out."""
    try:
        taken = datetime.fromisoformat(str(data.get("taken_at") or "").replace("Z", "+00:00"))
    except ValueError:
        taken = None
    try:
        place = place_of(data.get("place"))
    except ValueError:
        place = None
    sane = taken if taken and taken.tzinfo and 1990 <= taken.year <= 2200 else None
    return PhotoMeta(sane, place, str(data.get("device") or "")[:64], str(data.get("name") or "")[:120])


def attach_photo(
    *,
    key: UUID,
    visit: Visit,
    path: Path,
    meta: PhotoMeta,
    by: User,
    now: datetime,
    finding_key: UUID | None = None,
    kind: str = PhotoKind.VISIT,
    is_video: bool = False,
) -> Photo:
    """收一张: exactly once per key; path is a whole file on this machine, which stays where it is.

    The same key with the same bytes gives what is there already; with other bytes it is Refused. A finding that has
    not been recorded yet is waited for. PermissionDenied for who may not record the visit.
    """
    if not policy.can_record(by, visit):
        raise PermissionDenied("这个点位的照片由督查组来传；您不在这一组，请重大办把您排进来。")
    finding = Finding.objects.filter(key=finding_key, visit=visit).first() if finding_key else None
    wanted = PhotoKind.BEFORE if finding_key and kind == PhotoKind.VISIT else PhotoKind(kind)
    return _attached(
        key, visit, finding, finding_key, wanted, path, meta, by, now, step=None, is_video=is_video
    )


@transaction.atomic
def with_reply(
    finding: Finding, uploads: Sequence[Any], step: Rectification, *, by: User | None, now: datetime
) -> list[Photo]:
    """整改后的照片, with the step they were sent with; every file or none."""
    if len(uploads) > MOST_WITH_REPLY:
        raise Refused([RowProblem(0, "photos", f"一次最多{MOST_WITH_REPLY}张，挑最说明问题的传。")])
    made: list[Photo] = []
    try:
        for upload in uploads:
            made.append(_with_step(finding, upload, step, by, now))  # noqa: PERF401 - what is made is cleared away
    except OSError as full:
        for photo in made:
            _cleared(photo)
        raise Refused([RowProblem(0, "photos", FULL)]) from full
    return made


def _with_step(finding: Finding, upload: Any, step: Rectification, by: User | None, now: datetime) -> Photo:
    meta = PhotoMeta(name=str(upload.name)[:120])
    with NamedTemporaryFile(suffix=".upload") as held:
        for chunk in upload.chunks():
            held.write(chunk)
        held.flush()
        path, kind = Path(held.name), PhotoKind.AFTER
        return _attached(uuid4(), finding.visit, finding, finding.key, kind, path, meta, by, now, step=step)


def _attached(
    key: UUID,
    visit: Visit,
    finding: Finding | None,
    finding_key: UUID | None,
    kind: PhotoKind,
    path: Path,
    meta: PhotoMeta,
    by: User | None,
    now: datetime,
    *,
    step: Rectification | None,
    is_video: bool = False,
) -> Photo:
    digest, size, video = _looked_at(path, meta.name, is_video)
    if (held := _held(key, digest)) is not None:
        return held
    lines = stamp_lines(visit, meta, now)
    lng, lat, metres = meta.place or (None, None, None)
    photo = Photo(
        key=key, visit=visit, finding=finding, finding_key=finding_key, step=step, kind=kind, is_video=bool(video),
        sha256=digest, size=size, taken_at=meta.taken_at, received_at=now, longitude=lng, latitude=lat,
        accuracy=metres, stamp="\n".join(lines)[:300], device=meta.device, by=by,
    )  # fmt: skip
    try:
        copy = b"" if video else stamped(meta.name or "照片", path, lines)
    except ValueError as wrong:
        raise Refused([RowProblem(0, "photo", str(wrong))]) from wrong
    return _kept(photo, path, copy, video or "bin", now)


def _kept(photo: Photo, path: Path, copy: bytes, ending: str, now: datetime) -> Photo:
    """Files first, then the row in one transaction; where another has won, its row, and ours are cleared away.

    OSError where the disk is full: nothing is left half written, which would keep it full.
    """
    _saved(photo, path, copy, ending, f"{now.astimezone(BEIJING):%Y-%m}/{photo.key.hex}")
    try:
        with transaction.atomic():
            photo.save()
            _record(photo, now)
    except IntegrityError:
        _cleared(photo)
        if (held := _held(photo.key, photo.sha256)) is not None:
            return held
        raise
    except BaseException:
        _cleared(photo)
        raise
    return photo


def _saved(photo: Photo, path: Path, copy: bytes, ending: str, name: str) -> None:
    try:
        with path.open("rb") as original:
            photo.file.save(f"{name}.{ending}", File(original), save=False)
        if copy:
            photo.stamped.save(f"{name}.jpg", ContentFile(copy), save=False)
    except OSError:
        for field, half in ((photo.file, f"{name}.{ending}"), (photo.stamped, f"{name}.jpg")):
            field.storage.delete(field.field.generate_filename(photo, half))
        raise


def _held(key: UUID, digest: str) -> Photo | None:
    held: Photo | None = Photo.objects.filter(key=key).first()
    if held is not None and held.sha256 != digest:
        raise Refused([RowProblem(0, "photo", "这个标识已经传过另一张照片，请重拍再传。")])
    return held


def _cleared(photo: Photo) -> None:
    for file in (photo.file, photo.stamped):
        if file.name:
            file.storage.delete(file.name)


def _looked_at(path: Path, name: str, is_video: bool) -> tuple[str, int, str]:
    """sha256 and size of the bytes as they are, and a video's ending; Refused where it is none, too big or empty."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    size = path.stat().st_size
    most = MOST_VIDEO if is_video else MOST_PHOTO
    if not size:
        raise Refused([RowProblem(0, "photo", f"“{name or '照片'}”是空的，请重拍再传。")])
    if size > most:
        said = f"有{size / 1024 / 1024:.1f}MB，最多{most // 1024 // 1024}MB"
        raise Refused([RowProblem(0, "photo", f"“{name or '照片'}”{said}，请压缩后再传。")])
    try:
        video = ending_of(path) if is_video else ""
    except ValueError as wrong:
        raise Refused([RowProblem(0, "photo", str(wrong))]) from wrong
    return digest.hexdigest(), size, video


def stamp_lines(visit: Visit, meta: PhotoMeta, now: datetime) -> list[str]:
    """2018年9月12日 9:46 / 紫光项目 · 桥林街道 / 北纬32.1 东经118.5 误差8米."""
    at = (meta.taken_at or now).astimezone(BEIJING)
    taken = f"{at.year}年{at.month}月{at.day}日 {at.hour}:{at.minute:02d}" + (
        "" if meta.taken_at else " 收到"
    )
    lines = [taken, f"{visit.project.name} · {visit.project.territory}"]
    if meta.place:
        lng, lat, metres = meta.place
        lines.append(f"东经{lng:.5f} 北纬{lat:.5f}" + (f" 误差{metres}米" if metres is not None else ""))
    return lines


def _record(photo: Photo, now: datetime) -> None:
    visit = photo.visit
    what = f"{photo.get_kind_display()}{'视频' if photo.is_video else '照片'}"
    said = {what: ["", photo.sha256]}
    subject = photo.finding or visit
    record(
        "inspections.photo.attached", actor=Actor(by=photo.by), now=now, subject=subject, subject_name=str(subject),
        summary=f"收{what}：{visit.project.name}", rows=[RowChange(visit, str(visit), said)],
    )  # fmt: skip
