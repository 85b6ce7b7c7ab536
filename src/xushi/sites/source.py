"""从哪里取画面：把一路摄像头变成带密码的地址。密码不进 repr、不进日志、不进网页。"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from xushi.sites import networks
from xushi.sites.models import Camera
from xushi.sites.rules import Cause, Kind
from xushi.sites.secrets import Unsealable, opened
from xushi.sites.words import explained

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_SAFE = "/?=&:;,@+!$()*~._-[]'"


class SourceError(Exception):
    """No picture to be had: the cause, and words that hold neither address nor password."""

    def __init__(self, cause: Cause, words: str = "") -> None:
        self.cause, self.words = cause, redacted(words)[:200]
        super().__init__(f"{explained(cause)}{self.words}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a camera's pictures are to be had. url_main and url_sub hold the password: hand them to the library only.

    still is the address of a single picture where the camera has one; it holds no password.
    """

    camera_id: int
    url_main: str = field(repr=False)
    url_sub: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    still: str = field(default="", repr=False)

    @property
    def redacted(self) -> str:
        """The main address without user and password, for the machine's keeper."""
        return _CREDENTIALS.sub("", self.url_main)

    def __str__(self) -> str:
        return f"摄像头{self.camera_id}"


def open_source(camera: Camera) -> Source:
    """The addresses of a camera; SourceError where there are none. ONVIF and WVP are asked over the network."""
    try:
        password = opened(camera.password_sealed)
    except Unsealable as problem:
        raise SourceError(Cause.KEY) from problem
    if camera.of_kind == Kind.ONVIF:
        from xushi.sites.onvif import sources as onvif

        return onvif(camera, password)
    if camera.of_kind == Kind.WVP:
        from xushi.sites.wvp import sources as wvp

        return wvp(camera, password)
    main = address(camera.host, camera.port, camera.main_path, camera.user, password)
    sub = address(camera.host, camera.port, camera.sub_path or camera.main_path, camera.user, password)
    return Source(camera.pk, main, sub, camera.user, password)


def address(host: str, port: int, path: str, user: str = "", password: str = "") -> str:
    """rtsp://user:password@address:port/path, everything quoted that could be read as something else."""
    place = reachable(host)
    place = f"[{place}]" if ":" in place else place
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    way = path if path.startswith("/") else f"/{path}"
    return f"rtsp://{who}{place}:{port}{quote(unquote(way), safe=_SAFE)}"


def reachable(host: str) -> str:
    """The one address of a host that may be connected to; SourceError where it may not or leads nowhere."""
    try:
        return networks.pinned(host)
    except networks.NotAllowed as problem:
        raise SourceError(Cause.FORBIDDEN) from problem
    except OSError as problem:
        raise SourceError(Cause.UNREACHABLE, "地址里的名字查不到。") from problem


def moved(uri: str, camera: Camera, user: str, password: str) -> str:
    """A stream address that a device named, at the host that we know: it may not lead us elsewhere."""
    parts = urlsplit(uri)
    if parts.scheme.lower() != "rtsp":
        raise SourceError(Cause.SERVER, "给的不是RTSP地址。")
    way = parts.path + (f"?{parts.query}" if parts.query else "")
    return address(camera.host, parts.port or 554, way, user, password)


def redacted(words: str) -> str:
    """Words of a library without any address in them."""
    return _ADDRESS.sub("（地址）", words)
