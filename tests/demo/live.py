"""直播和消息的通道站在 Django 前面，不在网址表里：在这里写明是哪几条，用真的门和真的会话去问。"""

import asyncio
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async

# 通道：地址里填什么。stream 只问到门放不放，片子由 tests/sites 看
STREAMS: dict[str, tuple[str, ...]] = {
    "live:events": (), "live:open": ("pk",), "live:check": ("pk",), "live:state": ("pk",), "live:close": ("pk",),
}  # fmt: skip
METHODS = {"live:open": "post", "live:close": "post"}


def ask(name: str, client: Any, method: str, subject: Any) -> int:
    """The status of one request: of the stream of news, or at the gate of a camera that the person opened a moment ago
    by the page's own way (a ticket, then the pass)."""
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    if name == "live:events":
        return async_to_sync(_events)("/live/events", method.upper(), cookies)
    if method != METHODS.get(name, "get"):
        return async_to_sync(_at_gate)(name, subject, method, cookies, "x")
    return async_to_sync(_at_gate)(name, subject, method, cookies, ticket(client, subject))


def ticket(client: Any, camera: int) -> str:
    """What the page is given to open the picture with; nothing where it is not."""
    from django.urls import reverse

    answer = client.post(reverse("sites:ticket", args=[camera]))
    return str(answer.json().get("ticket", "")) if answer.status_code == 200 else ""


def opened(client: Any, camera: int, words: str) -> int:
    """What the gate says to this person with these words for a ticket."""
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    return async_to_sync(_at_gate)("live:open", camera, "post", cookies, words)


async def _inline(_: Any, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """In the test's own connection, which holds what was not committed."""
    return await sync_to_async(act, thread_sensitive=True)(*arguments, **named)


async def _events(path: str, method: str, cookies: dict[str, str]) -> int:
    from unittest import mock

    from xushi.notices import live as hubs
    from xushi.notices.views_live import live

    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    headers = [(b"host", b"testserver"), (b"cookie", _cookie(cookies).encode())]
    with mock.patch.object(hubs.Hub, "ask", _inline), mock.patch.object(hubs.Hub, "join"):
        await live({"type": "http", "path": path, "method": method, "headers": headers}, receive, send)
    return statuses[0]


async def _at_gate(name: str, camera: int, method: str, cookies: dict[str, str], ticket: str) -> int:
    from unittest import mock

    from xushi.config import clock
    from xushi.sites.live.gate import Gate
    from xushi.sites.live.http1 import Asked

    with mock.patch.object(Gate, "ask", _inline), mock.patch.object(Gate, "_ask_again", _rests):
        gate = Gate(now=clock.now, real=clock.real, engine=_Engine())  # type: ignore[arg-type]
        path = f"/live/video/{camera}/"
        opening = Asked("POST", path + "open", "", {"cookie": _cookie(cookies), "x-xushi-ticket": ticket})
        opened = await gate.answer(opening)
        page = name.partition(":")[2]
        if page == "open" and method == "post":
            return opened.status
        given: SimpleCookie = SimpleCookie()
        for key, value in opened.headers:
            if key == "set-cookie":
                given.load(value)
        held = cookies | {key: morsel.value for key, morsel in given.items()}
        answer = await gate.answer(Asked(method.upper(), path + page, "", {"cookie": _cookie(held)}))
        return answer.status


async def _rests(_: Any) -> None:
    await asyncio.sleep(0)


class _Engine:
    def told(self, _: Any) -> Any:
        from xushi.sites.live.engine import Told

        return Told(playing=False)

    async def close(self) -> None:
        return None


def _cookie(cookies: dict[str, str]) -> str:
    return "; ".join(f"{key}={value}" for key, value in cookies.items())
