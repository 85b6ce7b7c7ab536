"""样式、脚本、图标各合成一个文件：次序固定，网址带内容摘要，浏览器可以永久缓存。"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.urls import reverse

KINDS: dict[str, str] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}

_STATIC = Path(__file__).parent / "static" / "kit"

# A star is every file of that folder by name; rooms' own files (static/<room>/css/*.css) follow pages.
STYLES = (
    "css/reset.css",
    "css/tokens.css",
    "css/tokens_dark.css",
    "css/base.css",
    "css/components/*.css",
    "css/pages/*.css",
    "@rooms/css/*.css",
    "css/utilities.css",
    "css/print.css",
)
SCRIPTS = ("vendor/htmx.min.js", "js/core/*.js", "@rooms/js/*.js")
SPRITE = ("icons/sprite.svg",)
SOURCES: dict[str, tuple[str, ...]] = {"css": STYLES, "js": SCRIPTS, "svg": SPRITE}


class Bundle(NamedTuple):
    """One concatenated asset; digest is the first 12 hex digits of its sha256."""

    digest: str
    body: bytes


def files(kind: str) -> list[Path]:
    """The source files of a bundle, in the order they are joined."""
    return [path for pattern in SOURCES[kind] for path in _matching(pattern)]


def bundle(kind: str) -> Bundle:
    """The bundle of this kind: read once per process, afresh on every call while DEBUG is on."""
    return _read(kind) if settings.DEBUG else _kept(kind)


def address(kind: str) -> str:
    """Where the bundle of this kind is served, its digest in the name."""
    return _address(kind) if settings.DEBUG else _kept_address(kind)


def _address(kind: str) -> str:
    return reverse("kit:bundle", args=[bundle(kind).digest, kind])


_kept_address = lru_cache(maxsize=len(KINDS))(_address)


@lru_cache(maxsize=len(KINDS))
def _kept(kind: str) -> Bundle:
    return _read(kind)


def _read(kind: str) -> Bundle:
    body = b"\n".join(path.read_bytes().rstrip() for path in files(kind)) + b"\n"
    return Bundle(sha256(body).hexdigest()[:12], body)


def _matching(pattern: str) -> Iterator[Path]:
    if not pattern.startswith("@rooms/"):
        yield from sorted(_STATIC.glob(pattern))
        return
    for room in apps.get_app_configs():
        if room.name.startswith("xushi.") and room.label != "kit":
            own = Path(room.path) / "static" / room.label
            yield from sorted(own.glob(pattern.removeprefix("@rooms/")))
