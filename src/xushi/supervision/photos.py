"""附图：一步一次的凭据；核对是真照片，摆正，去掉位置，重新压存。"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile

from xushi.kit.photos import clean_photo
from xushi.registry.checking import Refused, RowProblem
from xushi.supervision.models import OrderPhoto, OrderStep

MOST_PHOTOS = 9


def attach_photos(step: OrderStep, files: Sequence[Any]) -> list[OrderPhoto]:
    """Every file or none; Refused names each bad one. Call it in the step's transaction: no photo, no step."""
    if not files:
        return []
    if len(files) > MOST_PHOTOS:
        raise Refused([RowProblem(0, "photos", f"一次最多{MOST_PHOTOS}张照片，请分几次报。")])
    good, problems = {}, []
    for i, file in enumerate(files):
        try:
            data = clean_photo(str(file.name), int(file.size), file)
            good[sha256(data).hexdigest()] = data
        except ValueError as problem:
            problems.append(RowProblem(i, "photos", str(problem)))
    if problems:
        raise Refused(problems)
    return [_stored(step, digest, data) for digest, data in good.items()]


def _stored(step: OrderStep, digest: str, data: bytes) -> OrderPhoto:
    photo = OrderPhoto(order_id=step.order_id, step=step, sha256=digest)
    photo.file.save(f"{step.order_id}/{step.pk}-{digest[:16]}.jpg", ContentFile(data), save=False)
    photo.save()
    return photo
