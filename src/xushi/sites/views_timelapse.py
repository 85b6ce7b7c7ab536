"""延时：一路有哪几个月的，点了在后头做、页上看得到做到哪，手机也能拖着看。"""

import os
from typing import BinaryIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.sites import filming, timelapse
from xushi.sites.models import Camera
from xushi.sites.views_camera import visible

LONGEST = 18  # digits of a byte's place
PIECE = 1 << 20  # bytes sent for a range whose end is not named


@require_safe
def films(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a camera's films; the one that is chosen plays, or says how far it is."""
    held = visible(request, pk)
    found = timelapse.films_of(held)
    chosen = next((one for one in found if one.which == request.GET.get("which")), None)
    standing = filming.ask(chosen) if chosen else None
    return render(request, "sites/films.html", {"held": held, "films": found, "standing": standing})


@require_safe
def progress(request: HttpRequest, pk: int, which: str) -> HttpResponse:
    """做到第几张了: what the page asks for until the film is there."""
    held = visible(request, pk)
    answer = render(
        request, "sites/_film.html", {"held": held, "standing": filming.ask(_film(held, which), wait=0)}
    )
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def film(request: HttpRequest, pk: int, which: str) -> HttpResponseBase:
    """The film itself, in pieces where the player asks for pieces (Safari plays nothing else)."""
    found = _film(visible(request, pk), which)
    standing = filming.ask(found)
    if not standing.made:
        words = standing.problem or f"正在做：{standing.done}张，共{standing.total}张。请过一会儿再来。"
        waits = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
        waits["Retry-After"] = "2"
        return waits
    answer = _answer(found.path.open("rb"), request.headers.get("Range", ""))
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["ETag"] = f'"{found.digest}"'
    return answer


def _film(held: Camera, which: str) -> timelapse.Film:
    found = timelapse.film_of(held, which)
    if found is None:
        raise Http404("没有这一段延时。")
    return found


def _answer(file: BinaryIO, asked: str) -> HttpResponseBase:
    size = os.fstat(file.fileno()).st_size
    if not asked:
        return FileResponse(file, content_type="video/mp4")
    with file:
        span = _span(asked, size)
        if span is None:
            refused = HttpResponse(status=416)
            refused["Content-Range"] = f"bytes */{size}"
            return refused
        first, last = span
        file.seek(first)
        piece = HttpResponse(file.read(last - first + 1), status=206, content_type="video/mp4")
    piece["Content-Range"] = f"bytes {first}-{last}/{size}"
    return piece


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """bytes=0-, bytes=0-99, bytes=-500 as first and last byte; None for what is none or lies beyond the end."""
    unit, _, rest = asked.partition("=")
    first, dash, last = rest.partition("-")
    if (
        unit != "bytes"
        or not dash
        or "," in rest
        or not all(part.isdecimal() and len(part) <= LONGEST for part in (first, last) if part)
    ):
        return None
    if not first:
        return (max(size - int(last), 0), size - 1) if last and int(last) else None
    begin = int(first)
    end = min(int(last), size - 1) if last else min(begin + PIECE, size) - 1
    return (begin, end) if begin <= end else None
