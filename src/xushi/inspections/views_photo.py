"""照片：给看得到点位或发现的人看盖了戳的那一份；原件只下载，不在页上打开。"""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from xushi.inspections.models import Photo, Visit
from xushi.inspections.policy import can_choose
from xushi.inspections.selectors import photos_of
from xushi.inspections.views_finding import ask_reader
from xushi.units.access import person

KINDS = {"mp4": "video/mp4", "webm": "video/webm"}


def _ending(held: Photo) -> str:
    return str(held.file.name or "").rpartition(".")[2]


@require_safe
@cache_control(private=True, max_age=86_400)
def photo(request: HttpRequest, key: str) -> HttpResponseBase:
    """The stamped copy, or the video as it is."""
    ask_reader(request)
    held: Photo = get_object_or_404(photos_of(person(request)), key=key)
    file = held.file if held.is_video else held.stamped
    if not file:
        raise Http404
    kind = KINDS.get(_ending(held), "application/octet-stream") if held.is_video else "image/jpeg"
    try:
        answer = FileResponse(file.open("rb"), content_type=kind)
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
def original(request: HttpRequest, key: str) -> HttpResponseBase:
    """The bytes as the phone took them, for the office and the inspectors: downloaded, never shown in a page."""
    ask_reader(request)
    user = person(request)
    held: Photo = get_object_or_404(photos_of(user), key=key)
    if not can_choose(user):
        raise Http404
    try:
        answer = FileResponse(held.file.open("rb"), content_type="application/octet-stream")
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer["Content-Disposition"] = f'attachment; filename="{held.sha256[:16]}.{_ending(held)}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
@cache_control(private=True, max_age=86_400)
def signature(request: HttpRequest, pk: int) -> HttpResponseBase:
    """签名, of a visit that this person sees."""
    ask_reader(request)
    visit = get_object_or_404(Visit.objects.visible_to(person(request)).select_related("record"), pk=pk)
    held = getattr(visit, "record", None)
    if held is None or not held.signature:
        raise Http404
    try:
        return FileResponse(held.signature.open("rb"), content_type="image/png")
    except FileNotFoundError as gone:
        raise Http404 from gone
