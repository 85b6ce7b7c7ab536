"""/live/events：站在 Django 前面的一条路，照样先看登录、再看身份。

It is a view of this room (what it pushes are its notices and the duties below it); config only puts it in front of
Django, whose own handler would hold a thread for every open stream.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from xushi.config import clock
from xushi.notices.live import Client, Hub
from xushi.notices.watching import admit

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = "/live/events"
MOST_PER_SESSION = 6  # 一台设备只用一个；多出来的去轮询
SENTENCES = {401: "请先登录。", 403: "这里没有要给你的消息。", 429: "开的页太多了，这一页隔一会儿再看。"}
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The one of this process (of this event loop, to be exact)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(clock.now, clock.real)
    return _hubs[loop]


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """The stream of one signed-in person; 401 without a login, 403 for whom it is not, 404 elsewhere under /live/."""
    refused = _refused(scope)
    if refused:
        await _refuse(send, *refused)
        return
    session = _cookie(scope)
    here = hub()
    status, user = await here.ask(admit, session, clock.real()) if session else (401, 0)
    if (
        status == 200
        and sum(one.session == session for one in here.clients.get(user, ())) >= MOST_PER_SESSION
    ):
        status = 429
    if status == 200:
        await _stream(here, user, session, receive, send)
    else:
        await _refuse(send, status, SENTENCES[status])


async def _stream(here: Hub, user: int, session: str, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    client = Client(user, session, send)
    client.tell(b"retry: %d\n\n" % random.randint(3000, 9000))  # noqa: S311 - so that not all come back at once
    here.join(client)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    except asyncio.CancelledError:
        pass  # told to end, by the hub or by the server that shuts down
    finally:
        here.leave(client)
        if client.pushing is not None:
            client.pushing.cancel()
    await send({"type": "http.response.body", "body": client.ended, "more_body": False})


def _refused(scope: Scope) -> tuple[int, str] | None:
    if scope["path"] != PATH:
        return 404, "没有这个地址。"
    if scope["method"] != "GET":
        return 405, "只能读。"
    domain, _ = split_domain_port(_header(scope, b"host"))
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return 400, "主机名不对。"
    return None


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _cookie(scope: Scope) -> str:
    try:
        jar = SimpleCookie(_header(scope, b"cookie"))
    except CookieError:
        return ""
    found = jar.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
