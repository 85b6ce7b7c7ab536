"""一条实时通道，不经网络：直接叫 ASGI 的那条路。"""

import asyncio
import json
import time
from typing import Any

from django.conf import settings
from django.test import Client

from xushi.notices.views_live import live


class Stream:
    """One EventSource as the server sees it; heard are the messages told so far."""

    def __init__(self, client: Client | None = None, *, path: str = "/live/events", **more: Any) -> None:
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME) if client else None
        headers = [(b"host", more.get("host", b"testserver"))]
        if cookie:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie.value}".encode()))
        self.scope = {"type": "http", "method": more.get("method", "GET"), "path": path, "headers": headers}
        self.status = 0
        self.body = b""
        self.closed = False
        self._gone = asyncio.Event()
        self._first = True
        self.task = asyncio.ensure_future(live(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._first:
            self._first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message["body"]
            self.closed = not message["more_body"]

    @property
    def heard(self) -> list[dict[str, Any]]:
        parts = self.body.decode().split("\n\n")
        return [json.loads(part.partition("data: ")[2]) for part in parts if part.startswith("data: ")]

    @property
    def good_bye(self) -> bool:
        return b"event: bye" in self.body and self.closed

    async def until(self, condition: Any, seconds: float = 3.0) -> float:
        """How long it took until the condition came true; AssertionError where it did not."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, f"等了{seconds}秒：{self.status} {self.body.decode()}"
            await asyncio.sleep(0.01)
        return time.monotonic() - began

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, 2)
