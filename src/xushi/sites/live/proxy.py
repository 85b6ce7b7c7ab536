"""ASGI 这一头：把 /live/video/… 原样转给网关。许不许看由网关问，这里只管搬。"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from xushi.sites.live import http1

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PASSED_ON = ("cookie", "x-xushi-ticket", "accept")
NOT_BACK = ("connection", "date", "server")
PIECE = 256 * 1024


async def video(scope: Scope, receive: Receive, send: Send) -> None:
    """One request to the gateway; a Chinese sentence where it does not run."""
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    refused = _refused(scope, headers)
    if refused:
        await _say(send, *refused)
        return
    try:
        reader, writer = await http1.connect(settings.XUSHI_LIVE_AT)
    except (OSError, ValueError):
        await _say(send, 502, "视频网关没有起来，请运维看 xushi serve 是否带着它。")
        return
    gone = asyncio.ensure_future(_gone(receive))
    passing = asyncio.ensure_future(_pass(scope, headers, reader, writer, send))
    try:
        await asyncio.wait({gone, passing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, passing):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task
        writer.transport.abort()


async def _pass(
    scope: Scope,
    headers: dict[str, str],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    send: Send,
) -> None:
    target = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    told = [(name, headers[name]) for name in PASSED_ON if name in headers]
    try:
        writer.write(http1.head_of(f"{scope['method']} {target} HTTP/1.0", told))
        async with asyncio.timeout(60):
            first = await reader.readuntil(b"\r\n\r\n")
    except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
        await _say(send, 502, "视频网关没有应答，请稍后再打开。")
        return
    line, *lines = first.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = [one.partition(":") for one in lines]
    back = [
        (n.lower().encode(), v.strip().encode("latin-1")) for n, _, v in pairs if n.lower() not in NOT_BACK
    ]
    await send({"type": "http.response.start", "status": int(line.split(" ")[1]), "headers": back})
    while piece := await reader.read(PIECE):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refused(scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
    """What is not even asked about: other methods, other hosts, and other sites that would have us act."""
    if scope["method"] not in ("GET", "POST"):
        return 405, "只能看。"
    domain, _ = split_domain_port(headers.get("host", ""))
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return 400, "主机名不对。"
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return 403, "只能从本系统的页面看。"
    return None


async def _say(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
