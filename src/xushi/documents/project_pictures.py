"""一个项目的图：当年投资曲线，最近的两张现场照片；照片来自月报、督查和摄像头，谁看得到才放。"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from PIL import Image, ImageOps, UnidentifiedImageError

from xushi.core.clock import BEIJING
from xushi.core.figure import FigureUnit
from xushi.core.money import share
from xushi.documents import charts
from xushi.documents.named import Figures
from xushi.documents.named_scope import printed
from xushi.documents.tree import Picture
from xushi.documents.writing import NoFont
from xushi.inspections.selectors import photos_of
from xushi.progress.history import project_history
from xushi.progress.models_reports import ReportPhoto
from xushi.registry.models import Project
from xushi.sites.models import Camera, Snapshot
from xushi.sites.policy import can_watch
from xushi.sites.store import opened

if TYPE_CHECKING:
    from xushi.units.models import User

CHARTS = {
    "project_curve": "这个项目逐月投资完成率与序时进度", "photos": "最近的现场照片，至多两张并排",
    "project_glance": "投资曲线和最近的现场照片并排，一页纸用",
}  # fmt: skip
PHOTOS, QUALITY = 2, 80
WIDE, HIGH, GAP = 800, 450, 16  # of one photo, in pixels
CURVE_MM, PHOTOS_MM = 80, 120
CURVE_WIDE = 1800  # of the curve in the glance, in pixels
GLANCE_MM = (156, 136, 116, 96, 76)  # the glance as wide as leaves its paper one page


@dataclass(frozen=True, slots=True)
class _Shot:
    at: datetime
    file: Any  # a FieldFile or a Snapshot
    words: str


def pictures_of(user: "User", project: Project, figures: Figures) -> dict[str, Picture]:
    """The charts and photos there are; none is made up where there is nothing to show."""
    made = {}
    if curve := _curve(project, figures):
        made["project_curve"] = curve
    found: list[tuple[Image.Image, str]] = []
    for shot in _shots(user, project, figures.asked.now):
        image = _framed(shot.file) if len(found) < PHOTOS else None
        if image is not None:
            at = shot.at.astimezone(BEIJING)
            found.append((image, f"{at.month}月{at.day}日{at:%H:%M}{shot.words}"))
    if found:
        words = "；".join(words for _, words in found)
        made["photos"] = Picture(
            _side_by_side([image for image, _ in found]), words, PHOTOS_MM * len(found) // PHOTOS
        )
    if glance := _glance(made.get("project_curve"), [image for image, _ in found]):
        made["project_glance"] = glance
    return made


def _glance(curve: Picture | None, images: list[Image.Image]) -> Picture | None:
    """The curve with the photos one over the other beside it, as wide as the text; the page may ask for less."""
    if curve is None:
        return Picture(_side_by_side(images), CHARTS["project_glance"], PHOTOS_MM) if images else None
    with Image.open(io.BytesIO(curve.data)) as drawn:
        wide = ImageOps.contain(drawn.convert("RGB"), (CURVE_WIDE, CURVE_WIDE))
    high = (wide.height - GAP) // PHOTOS
    beside = high * WIDE // HIGH
    sheet = Image.new("RGB", (wide.width + (GAP + beside if images else 0), wide.height), "white")
    sheet.paste(wide, (0, 0))
    for place, image in enumerate(images):
        sheet.paste(ImageOps.fit(image, (beside, high)), (wide.width + GAP, place * (high + GAP)))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY)
    return Picture(out.getvalue(), CHARTS["project_glance"], GLANCE_MM[0])


def _curve(project: Project, figures: Figures) -> Picture | None:
    points = [one for one in project_history(project, figures.asked.year) if one.month <= figures.month]
    if len(points) < 2 or not all(point.plan for point in points):
        return None
    last = points[-1]
    words = printed(share(last.cumulative, last.plan), FigureUnit.SHARE)
    try:
        drawn = charts.drawn(
            [charts.lines(points, title=f"{figures.asked.year}年逐月投资完成率", words=words)]
        )
    except NoFont:
        return None
    return Picture(drawn[0], f"{CHARTS['project_curve']}（截至{figures.month.label}）", CURVE_MM)


def _shots(user: "User", project: Project, now: datetime) -> Iterator[_Shot]:
    """The latest first, of all that this person may see; three queries."""
    found = [
        _Shot(one.at, one.file, "月报照片")
        for one in ReportPhoto.objects.filter(project=project, at__lte=now).order_by("-at")[:PHOTOS]
    ]
    seen = photos_of(user).filter(visit__project=project, is_video=False, received_at__lte=now)
    found += [
        _Shot(one.taken_at or one.received_at, one.stamped or one.file, "督查照片")
        for one in seen.order_by("-received_at")[:PHOTOS]
    ]
    if can_watch(user):
        cameras = Camera.objects.visible_to(user).filter(project=project).values("pk")
        last = Snapshot.objects.filter(camera__in=cameras, taken_at__lte=now).order_by("-taken_at")[:1]
        found += [_Shot(one.taken_at, one, "摄像头快照") for one in last]
    yield from sorted(found, key=lambda one: one.at, reverse=True)


def _framed(file: Any) -> Image.Image | None:
    """Cut to one size from its middle; None where the file is gone or no picture."""
    try:
        with _opened(file) as stream, Image.open(stream) as image:
            upright = ImageOps.exif_transpose(image) or image
            return ImageOps.fit(upright.convert("RGB"), (WIDE, HIGH))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return None


def _side_by_side(images: list[Image.Image]) -> bytes:
    sheet = Image.new("RGB", (len(images) * (WIDE + GAP) - GAP, HIGH), "white")
    for place, image in enumerate(images):
        sheet.paste(image, (place * (WIDE + GAP), 0))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _opened(file: Any) -> IO[bytes]:
    held: IO[bytes] = opened(file) if isinstance(file, Snapshot) else file.storage.open(file.name, "rb")
    return held
