"""手机上传的接口：说要传什么、问到哪儿了、收一块、收全了入库。"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.core.text import row_number
from xushi.inspections import uploading
from xushi.inspections.models import Upload
from xushi.inspections.views_phone import answered, json_of, same_person
from xushi.kit.views_limits import too_often
from xushi.registry.checking import Refused
from xushi.units.access import person

View = Callable[..., JsonResponse]


def told(view: View) -> View:
    """Every refusal in the phone's words, with where to go on."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **named: Any) -> JsonResponse:
        try:
            return view(request, *args, **named)
        except uploading.Unknown:
            return answered({"error": "这张还没有开始传，从头传。"}, 404)
        except uploading.Misplaced as wrong:
            return answered({"error": str(wrong), "offset": wrong.offset}, 409)
        except uploading.NoRoom as full:
            return answered({"error": str(full)}, 507)
        except Refused as refused:
            return answered({"error": str(refused), "refused": str(refused)}, 422)
        except PermissionDenied as denied:
            return answered({"error": str(denied), "refused": str(denied)}, 403)

    return wrapped


@require_POST
@same_person
@told
def announce(request: HttpRequest) -> JsonResponse:
    if wait := too_often(request, "upload"):  # by the file, not by the piece: what has begun goes on
        wait.on(
            late := answered(
                {"error": f"{wait.sentence}照片还在手机里，到时自动再传。", "wait": wait.seconds}
            )
        )
        return late
    announced = uploading.read_announcement(json_of(request))
    return _state(uploading.announce(told=announced, by=person(request), now=clock.now()))


@require_http_methods(["GET", "HEAD", "PATCH"])
@same_person
@told
def upload(request: HttpRequest, key: UUID) -> JsonResponse:
    """GET and HEAD: where it stands. PATCH: the next piece."""
    if request.method != "PATCH":
        return _state(uploading.upload_of(key, person(request)))
    offset = row_number(request.headers.get("Upload-Offset", ""))
    piece = _piece(request)
    if piece is None or offset is None:
        held = uploading.upload_of(key, person(request))
        raise uploading.Misplaced("这一块没有收全，重传这一块。", held.received)
    return _state(
        uploading.receive(
            key=key, offset=offset, piece=piece, crc=_crc(request), by=person(request), now=clock.now()
        )
    )


@require_POST
@same_person
@told
def finish(request: HttpRequest, key: UUID) -> JsonResponse:
    return _state(uploading.finish(key=key, by=person(request), now=clock.now()))


def _piece(request: HttpRequest) -> bytes | None:
    """The whole piece or None: one cut on its way counts for nothing."""
    try:
        body = request.body
    except (UnreadablePostError, RequestDataTooBig):
        return None
    length = request.headers.get("Content-Length", "")
    return body if not length or row_number(length) == len(body) else None


def _crc(request: HttpRequest) -> int | None:
    try:
        return int(request.headers.get("X-Piece-Crc32", ""), 16)
    except ValueError:
        return None


def _state(held: Upload) -> JsonResponse:
    said: dict[str, Any] = {
        "key": str(held.key), "offset": held.received, "size": held.size, "done": held.done_at is not None,
    }  # fmt: skip
    if held.refused:
        said |= {"refused": held.refused, "error": held.refused}
    answer = answered(said, 422 if held.refused else 200)
    answer["Upload-Offset"] = str(held.received)
    return answer
