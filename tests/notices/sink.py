"""一台本机的小服务器，装作钉钉、企业微信、飞书或短信网关：收下什么都记着，答什么由测试定。"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    """status, answer and delay are what it answers next; got is what came, in order, with the keys it came under."""

    address: str = ""
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: {"errcode": 0, "errmsg": "ok", "code": 0})
    delay: float = 0.0
    got: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [_text(one) for one in self.got]

    @property
    def told(self) -> int:
        """How many messages a gateway that knows a message by its key would have passed on."""
        return len({key or str(place) for place, key in enumerate(self.keys)})


def _text(one: dict[str, Any]) -> str:
    for name in ("text", "content"):
        inner = one.get(name)
        if isinstance(inner, dict):
            return str(inner.get("content") or inner.get("text"))
    return str(one.get("message", ""))


@contextmanager
def sink() -> Iterator[Sink]:
    held = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(held.delay)
            if held.status == 200:
                held.got.append(json.loads(body))
                held.keys.append(self.headers.get("Idempotency-Key", ""))
                held.paths.append(self.path)
            self.send_response(held.status)
            self.end_headers()
            self.wfile.write(json.dumps(held.answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
