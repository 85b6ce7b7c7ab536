"""国标摄像头：信令归 WVP 平台管，这里只用它的 HTTP 接口——登录、点播、停、截图。"""

import hashlib
import json
import time
from typing import Any
from urllib.parse import quote, urlsplit

from requests.auth import AuthBase

from xushi.sites.fetching import MOST_PICTURE, Place, ask
from xushi.sites.models import Camera
from xushi.sites.rules import Cause
from xushi.sites.source import Source, SourceError, address

TOKEN_FOR = 20 * 60.0  # seconds; the platform's own tokens live longer
_tokens: dict[tuple[Place, str, str], tuple[float, str]] = {}


class _Token(AuthBase):
    """The platform's token in its own header, never in the address."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: Any) -> Any:
        request.headers["access-token"] = self.token
        return request


def sources(camera: Camera, password: str) -> Source:
    """Have the platform call the camera, and take the stream from its media server."""
    way = f"/api/play/start/{_part(camera.device)}/{_part(camera.channel)}"
    told = _asked(camera, password, way)
    uri = urlsplit(str(told.get("rtsp") or ""))
    if uri.scheme != "rtsp" or not uri.hostname:
        raise SourceError(Cause.SERVER, "平台没有给RTSP地址，请在ZLMediaKit里打开RTSP。")
    path = uri.path + (f"?{uri.query}" if uri.query else "")
    stream = address(uri.hostname, uri.port or 554, path)
    return Source(camera.pk, stream, stream, camera.user, password)


def stop(camera: Camera, password: str) -> None:
    """Let the camera rest; a platform that has let it rest already is no trouble."""
    try:
        _asked(camera, password, f"/api/play/stop/{_part(camera.device)}/{_part(camera.channel)}")
    except SourceError:
        return


def picture(camera: Camera, password: str) -> bytes:
    """The platform's own latest picture of the channel."""
    way = f"/api/device/query/snap/{_part(camera.device)}/{_part(camera.channel)}"
    return _with_token(camera, password, way, MOST_PICTURE)


def _asked(camera: Camera, password: str, path: str) -> dict[str, Any]:
    told = _json(_with_token(camera, password, path, 256 * 1024))
    if "code" not in told:
        return told
    if told["code"] != 0:
        raise SourceError(Cause.SERVER, str(told.get("msg") or "")[:80])
    data = told.get("data")
    return data if isinstance(data, dict) else {}


def _with_token(camera: Camera, password: str, path: str, most: int) -> bytes:
    """Ask with the token that is held; where it is refused, log in anew, once."""
    place = Place(camera.host, camera.port, camera.https)
    for fresh in (False, True):
        token = _token(place, camera.user, password, fresh=fresh)
        try:
            return ask(place, path, auth=_Token(token), most=most)
        except SourceError as problem:
            if fresh or problem.cause != Cause.PASSWORD:
                raise
    raise SourceError(Cause.PASSWORD)


def _token(place: Place, user: str, password: str, *, fresh: bool) -> str:
    key = (place, user, hashlib.sha256(password.encode()).hexdigest())
    held = _tokens.get(key)
    if held and not fresh and time.monotonic() - held[0] < TOKEN_FOR:
        return held[1]
    md5 = hashlib.md5(password.encode()).hexdigest()  # noqa: S324 - what the platform's login takes
    told = _json(ask(place, "/api/user/login", query={"username": user, "password": md5}))
    data = told.get("data") if told.get("code") == 0 else None
    token = str(data.get("accessToken") or "") if isinstance(data, dict) else ""
    if not token:
        raise SourceError(Cause.PASSWORD, "视频平台不认这个账号。")
    _tokens[key] = (time.monotonic(), token)
    return token


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise SourceError(Cause.GARBAGE, "不是WVP平台。") from problem
    if not isinstance(told, dict):
        raise SourceError(Cause.GARBAGE, "不是WVP平台。")
    return told


def _part(text: str) -> str:
    return quote(text, safe="")
