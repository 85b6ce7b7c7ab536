"""造行：一个街道的工地和它的摄像头；画面用现画的小图，不连网。"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from PIL import Image

from tests.factories import NOW
from tests.progress.builders import add_project
from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM
from xushi.registry.models import Project
from xushi.sites.actions import add_cameras
from xushi.sites.frames import Frame
from xushi.sites.inputs import CameraInput
from xushi.sites.models import Camera, Snapshot
from xushi.sites.rules import Kind, Verdict
from xushi.units.models import Unit

PASSWORD = "s3cret/@:%密码"


def row(project: Project, name: str = "东门塔吊", **more: Any) -> CameraInput:
    columns: dict[str, Any] = {
        "kind": Kind.RTSP, "host": "127.0.0.1", "port": 8554, "main_path": "/main", "user": "admin", "password": PASSWORD,
    } | more  # fmt: skip
    return CameraInput(project=project.pk, name=name, **columns)


def add_camera(project: Project, name: str = "东门塔吊", **more: Any) -> Camera:
    [made] = add_cameras([row(project, name, **more)], actor=SYSTEM, now=NOW - timedelta(days=60))
    return Camera.objects.select_related("project").get(pk=made.pk)


def site(unit: Unit, name: str = "博郡项目", cameras: int = 1) -> list[Camera]:
    project = add_project(unit, name)
    return [add_camera(project, f"机位{number}") for number in range(1, cameras + 1)]


def jpeg(shade: int = 90, size: tuple[int, int] = (64, 36)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, 120)).save(out, "JPEG")
    return out.getvalue()


def frame(shade: int = 90) -> Frame:
    return Frame(jpeg(shade), 64, 36)


def add_snapshot(camera: Camera, at: datetime, verdict: str = Verdict.ACTIVE, **more: Any) -> Snapshot:
    columns: dict[str, Any] = {
        "day": local_day(at), "path": f"cameras/{camera.pk}/{at:%Y%m%d%H%M%S}.jpg", "sha256": "0" * 64, "bytes": 900,
        "width": 64, "height": 36, "verdict": verdict,
    } | more  # fmt: skip
    return Snapshot.objects.create(camera=camera, taken_at=at, **columns)


@contextmanager
def server(answers: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """A small HTTP server on the loopback: path → (status, type, body) or a function of the handler; what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, body: bytes) -> None:
            asked.append(self.path)
            found = answers.get(self.path.partition("?")[0], (404, "text/plain", b""))
            status, kind, data = found(self, body) if callable(found) else found
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    held = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=held.serve_forever, daemon=True).start()
    try:
        yield held.server_address[1], asked
    finally:
        held.shutdown()
        held.server_close()
