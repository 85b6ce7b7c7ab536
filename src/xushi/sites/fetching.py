"""向摄像头和平台发 HTTP：只连允许的网段、不跟跳转、限时限量，出错说成原因。"""

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPDigestAuth

from xushi.sites.rules import Cause
from xushi.sites.source import SourceError, reachable

CONNECT, READ, WHOLE = 3.0, 5.0, 12.0  # seconds
MOST_TEXT = 512 * 1024
MOST_PICTURE = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """A server: the name or address that was typed, its port, and whether it is https."""

    host: str
    port: int
    https: bool = False

    def address(self, path: str) -> str:
        """With the one address that the name leads to now: looked up again it could lead elsewhere."""
        host = reachable(self.host)
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self.https else 'http'}://{shown}:{self.port}/{path.lstrip('/')}"


class _Named(HTTPAdapter):
    """A server asked by its address whose certificate is looked at by its name."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__()

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, server_hostname=self._name, assert_hostname=self._name, **named)


def ask(
    place: Place,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    auth: AuthBase | None = None,
    most: int = MOST_TEXT,
) -> bytes:
    """The body of a good answer, POST where there is a body to send; SourceError with the cause of anything else."""
    with requests.Session() as session:
        session.trust_env = False  # 内网的摄像头不走代理
        session.verify = not _is_address(place.host)  # 按 IP 连的证书无从核对
        if session.verify:
            session.mount("https://", _Named(place.host))
        try:
            answer = session.request(
                "GET" if body is None else "POST", place.address(path), params=dict(query or {}), data=body,
                headers={"Host": f"{place.host}:{place.port}", **(headers or {})}, auth=auth, stream=True,
                timeout=(CONNECT, READ), allow_redirects=False,
            )  # fmt: skip
            with answer:
                return _read(answer, most)
        except requests.RequestException as problem:
            raise SourceError(cause_of(problem)) from None  # 库的话里有地址


def _read(answer: requests.Response, most: int) -> bytes:
    _ask_good(answer.status_code)
    began, whole = time.monotonic(), bytearray()
    for part in answer.iter_content(16 * 1024):
        whole += part
        if len(whole) > most:
            raise SourceError(Cause.GARBAGE, "回来的太大。")
        if time.monotonic() - began > WHOLE:
            raise SourceError(Cause.SILENT)
    return bytes(whole)


def _ask_good(status: int) -> None:
    if status in (401, 403):
        raise SourceError(Cause.PASSWORD)
    if status == 404:
        raise SourceError(Cause.NOT_FOUND)
    if status >= 500:
        raise SourceError(Cause.SERVER, f"HTTP {status}")
    if status != 200:
        raise SourceError(Cause.GARBAGE, f"HTTP {status}")


def cause_of(problem: requests.RequestException) -> Cause:
    """What a failed request means."""
    if isinstance(problem, requests.exceptions.ConnectTimeout):
        return Cause.UNREACHABLE
    if isinstance(problem, requests.exceptions.Timeout):
        return Cause.SILENT
    if isinstance(problem, requests.exceptions.ConnectionError):
        words = str(problem)
        if "refused" in words.lower():
            return Cause.REFUSED
        return (
            Cause.GARBAGE if "aborted" in words.lower() or "protocol" in words.lower() else Cause.UNREACHABLE
        )
    return Cause.GARBAGE


def digest(user: str, password: str) -> AuthBase | None:
    made: Any = HTTPDigestAuth(user, password) if user else None
    return made  # type: ignore[no-any-return]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
