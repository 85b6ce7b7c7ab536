"""分块上传：先说要传什么，一块一块收，收全了核散列再入库；哪一步的答复丢了，照样再来一遍也只有一份。"""

import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from xushi.inspections import pieces, policy
from xushi.inspections.actions import arrive, visit_by_key
from xushi.inspections.entries import place_of, unfit
from xushi.inspections.models import Photo, Upload, Visit
from xushi.inspections.photos import attach_photo, meta_of
from xushi.kit import media
from xushi.registry.checking import Refused, RowProblem
from xushi.units.models import User

MB = 1024 * 1024
MOST_PHOTO, MOST_VIDEO = 15 * MB, 100 * MB
MOST_PIECE = MB
MOST_WAITING = 500  # unfinished uploads of one person
SPARE = 200 * MB  # left on the disk for the rest of the product
KEEP = timedelta(days=14)
NOT_WRITTEN = "服务器磁盘写不进，照片还在手机里，过一会儿自动再传。"
NOT_YOURS = "这个点位的照片由督查组来传；您不在这一组，请重大办把您排进来。"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a phone means to send; size in bytes, sha256 "" where the phone could not reckon it."""

    key: UUID
    visit: str
    finding: UUID | None
    size: int
    sha256: str
    is_video: bool
    meta: dict[str, Any]


class Misplaced(Exception):
    """The piece does not go on where we are; offset is where to go on."""

    def __init__(self, sentence: str, offset: int) -> None:
        self.offset = offset
        super().__init__(sentence)


class NoRoom(Exception):
    """The disk is nearly full; nothing was taken, nothing is lost, the phone comes again later."""


class Unknown(Exception):
    """No such upload of this person: it was swept away, or is another's; announce it again."""


def read_announcement(data: Any) -> Announced:
    """From the phone's JSON; Refused with the sentence for what cannot be taken."""
    if not isinstance(data, Mapping):
        raise _refused("上传的说明不完整，请重新打开点位再传。")
    if sentence := unfit(data):
        raise _refused(sentence)
    try:
        key = UUID(str(data.get("key")))
        finding = UUID(str(data["finding"])) if data.get("finding") else None
        size = int(data.get("size") or 0)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise _refused("上传的说明看不懂，请重新打开点位再传。") from wrong
    digest = str(data.get("sha256") or "").lower()
    if digest and (len(digest) != 64 or not set(digest) <= set("0123456789abcdef")):
        raise _refused("照片的散列看不懂，请重新打开点位再传。")
    meta = data.get("meta")
    told = Announced(
        key, str(data.get("visit") or ""), finding, size, digest, data.get("video") is True,
        _brief(meta if isinstance(meta, Mapping) else {}),
    )  # fmt: skip
    _bounded(told)
    return told


def _brief(meta: Mapping[str, Any]) -> dict[str, Any]:
    place = meta.get("place")
    kept: dict[str, Any] = {name: str(meta.get(name) or "")[:120] for name in ("taken_at", "device", "name")}
    try:
        found = place_of(place)
    except ValueError:
        found = None
    if found is not None:
        lng, lat, metres = found
        kept["place"] = {"lng": str(lng), "lat": str(lat), "accuracy": metres}
    return kept


def _bounded(told: Announced) -> None:
    what, most = ("短视频", MOST_VIDEO) if told.is_video else ("照片", MOST_PHOTO)
    if told.size <= 0:
        raise _refused(f"这{what[-2:]}是空的，请重拍。")
    if told.size > most:
        raise _refused(f"{what}有{told.size / MB:.1f}MB，最多{most // MB}MB，请在手机上压缩或拍短些。")


def announce(*, told: Announced, by: User, now: datetime) -> Upload:
    """说要传什么: the same announced again is the same upload, wherever it stands.

    PermissionDenied for who may not record the visit, NoRoom where the disk is nearly full.
    """
    visit = visit_by_key(by, told.visit)
    if visit is None or not policy.can_record(by, visit):
        raise PermissionDenied(NOT_YOURS)
    held = _same(told, visit, by) or _already_kept(told, visit, by, now)
    if held is not None:
        return held
    if Upload.objects.filter(by=by, done_at=None, refused="").count() >= MOST_WAITING:
        raise _refused(f"有{MOST_WAITING}张没传完，请等传完一些再传。")
    _room_for(told.size)
    try:
        with transaction.atomic():
            arrive(visit=visit, by=by, now=now)  # the first picture says that somebody is on the spot
            return Upload.objects.create(
                key=told.key, visit=visit, finding_key=told.finding, by=by, is_video=told.is_video, size=told.size,
                sha256=told.sha256, meta=told.meta, created_at=now, touched_at=now,
            )  # fmt: skip
    except IntegrityError:
        held = _same(told, visit, by)
        if held is None:
            raise
        return held


def _same(told: Announced, visit: Visit, by: User) -> Upload | None:
    held: Upload | None = Upload.objects.filter(key=told.key).first()
    if held is not None and (held.by_id, held.visit_id, held.size) != (by.pk, visit.pk, told.size):
        raise _refused("这个标识已经传过别的照片，请重拍再传。")
    return held


def _already_kept(told: Announced, visit: Visit, by: User, now: datetime) -> Upload | None:
    """The photo itself is there though its upload was swept away: an answer, not a row."""
    photo = Photo.objects.filter(key=told.key).first()
    if photo is None:
        return None
    if (photo.by_id, photo.visit_id, photo.size) != (by.pk, visit.pk, told.size):
        raise _refused("这个标识已经传过别的照片，请重拍再传。")
    return Upload(key=told.key, visit=visit, by=by, size=photo.size, received=photo.size, done_at=now)


def upload_of(key: UUID, by: User) -> Upload:
    """Unknown where this person has none under this key."""
    held: Upload | None = Upload.objects.filter(key=key, by=by).first()
    if held is None:
        raise Unknown
    return held


def receive(*, key: UUID, offset: int, piece: bytes, crc: int | None, by: User, now: datetime) -> Upload:
    """收一块: counted only when it is on the disk; Misplaced where it is not the next one or was hurt on its way."""
    with transaction.atomic():
        held: Upload | None = Upload.objects.select_for_update().filter(key=key, by=by).first()
        if held is None:
            raise Unknown
        if held.done_at or held.refused:
            return held
        if offset != held.received:
            raise Misplaced(f"接着从第{held.received}字节传。", held.received)
        if not piece or len(piece) > MOST_PIECE or offset + len(piece) > held.size:
            raise Misplaced("这一块的大小不对，重传这一块。", held.received)
        if crc is not None and zlib.crc32(piece) != crc:
            raise Misplaced("这一块在路上坏了，重传这一块。", held.received)
        _written(key, offset, piece)
        held.received, held.touched_at = offset + len(piece), now
        held.save(update_fields=["received", "touched_at"])
    return held


def _written(key: UUID, offset: int, piece: bytes) -> None:
    _room_for(len(piece))
    try:
        pieces.write(key, offset, piece)
    except pieces.Lost as lost:
        raise Misplaced("前面的几块不在了，请从头传。", 0) from lost
    except OSError as full:
        raise NoRoom(NOT_WRITTEN) from full


def finish(*, key: UUID, by: User, now: datetime) -> Upload:
    """收全了入库: exactly one photo however often it is asked; Refused says why it is no photo.

    Misplaced where pieces are missing, or where what came is not what the phone has: then from the beginning.
    """
    held = upload_of(key, by)
    if held.done_at or held.refused:
        return held
    try:
        with pieces.gathered(key) as path:
            _taken(held, path, by, now)
    except Refused as refused:
        return _ended(held, now, str(refused)[:300])
    except OSError as full:
        raise NoRoom(NOT_WRITTEN) from full
    return _ended(held, now)


def _taken(held: Upload, path: Path, by: User, now: datetime) -> None:
    if not Photo.objects.filter(key=held.key).exists():
        _checked(held, path, now)
    if path.exists() and path.stat().st_size:
        attach_photo(
            key=held.key, visit=held.visit, path=path, meta=meta_of(held.meta), by=by, now=now,
            finding_key=held.finding_key, is_video=held.is_video,
        )  # fmt: skip


def _checked(held: Upload, path: Path, now: datetime) -> None:
    if not held.whole:
        raise Misplaced(f"还差{held.size - held.received}字节。", held.received)
    size = path.stat().st_size if path.exists() else 0
    if size == held.size and (not held.sha256 or _digest(path) == held.sha256):
        return
    Upload.objects.filter(pk=held.pk).update(received=0, touched_at=now)
    raise Misplaced("收到的与手机里的不一样，从头再传一遍。", 0)


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(MB):
            digest.update(block)
    return digest.hexdigest()


def _ended(held: Upload, now: datetime, refused: str = "") -> Upload:
    held.refused, held.done_at, held.touched_at = refused, None if refused else now, now
    held.save(update_fields=["refused", "done_at", "touched_at"])
    pieces.drop(held.key)
    return held


def sweep(*, now: datetime) -> int:
    """What nobody touched for KEEP goes: pieces and rows. The phone still has what was not finished, and begins again."""
    stale = list(Upload.objects.filter(touched_at__lt=now - KEEP).values_list("pk", "key"))
    for _, key in stale:
        pieces.drop(key)
    Upload.objects.filter(pk__in=[pk for pk, _ in stale]).delete()
    return len(stale)


def _room_for(size: int) -> None:
    """The pieces, the original and its stamped copy must fit beside what the product needs."""
    if not media.is_here():
        return
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < SPARE + 3 * size:
        raise NoRoom("服务器磁盘快满了，照片还在手机里，有地方了自动再传。")


def _refused(sentence: str) -> Refused:
    return Refused([RowProblem(0, "photo", sentence)])
