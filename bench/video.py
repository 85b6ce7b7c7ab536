"""Measure the video gateway: python bench/video.py [--cameras 40] [--viewers 40,200] [--seconds 20]

Simulated cameras (one encoder for all: 1280×720, 15 pictures a second, 2 Mbit/s, a machine-readable clock) play into
`xushi cameras`, started with the product's own command line. Viewers are people with logins, tickets and cookies, each on
its own connection to the gateway. Told are processor time (not wall time: other programs may run) and memory of the
gateway, how long the first picture took cold and warm, how old pictures are when they reach the viewer, the longest gap
between two pictures; and beside it what `ffmpeg -c copy`, one process per camera, takes in the same run.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
TIMES = bytes.fromhex("7875736869e64c8d9e0a4c6976650001")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=40)
    parser.add_argument("--viewers", default="40,200")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xushi-video-") as home:
        port = _free_port()
        os.environ |= {
            "XUSHI_HOME": home, "DJANGO_SETTINGS_MODULE": "xushi.config.settings",
            "XUSHI_CAMERA_NETWORKS": "127.0.0.0/8", "PYTHONPATH": str(ROOT / "src"),
        }  # fmt: skip
        os.environ.pop("XUSHI_NOW", None)
        camera_ids = _district(options.cameras, port)
        cli = [sys.executable, "-m", "xushi.config.cli"]
        sim = subprocess.Popen(
            [*cli, "camera-sim", "--port", str(port), "--size", "1280x720", "--rate", "15", "--kbps", "2000", "--shared",
             "--bars", "--grain", "24"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        gateway = subprocess.Popen([*cli, "cameras"], stdout=subprocess.DEVNULL)
        try:
            _wait_for(lambda: _answers(port) and Path(home, "cameras.sock").exists())
            for viewers in map(int, options.viewers.split(",")):
                people = _people(camera_ids, viewers)
                told = asyncio.run(measure(gateway.pid, people, options.seconds))
                print(json.dumps(told, ensure_ascii=False), flush=True)
                time.sleep(18)  # until the pulls have ended
            print(json.dumps(_ffmpeg(port, options.cameras, options.seconds), ensure_ascii=False))
        finally:
            for process in (gateway, sim):
                process.terminate()
                process.wait(20)


def _district(count: int, port: int) -> list[int]:
    import django

    django.setup()
    from django.core.management import call_command

    from xushi.config import clock
    from xushi.registry.models import Category, Project
    from xushi.sites.models import Camera
    from xushi.units.models import Unit

    call_command("migrate", verbosity=0)
    root = Unit.objects.create(name="浦口区", kind=Unit.Kind.DISTRICT, path="0001.")
    place = Unit.objects.create(name="江浦街道", kind=Unit.Kind.SUBDISTRICT, parent=root, path="0001.0001.")
    category = Category.objects.create(code="industrial", name="产业", path="0001.")
    project = Project.objects.create(
        name="项目",
        name_key="项目",
        category=category,
        territory=place,
        responsible_unit=place,
        total_investment=1,
    )
    made = [
        Camera.objects.create(
            project=project,
            name=f"机位{n}",
            host="127.0.0.1",
            port=port,
            main_path=f"/cam{n}",
            added_at=clock.real(),
        ).pk
        for n in range(1, count + 1)
    ]
    return [int(pk) for pk in made]


def _people(cameras: list[int], viewers: int) -> list[tuple[int, str, str]]:
    """(camera, session, ticket) of each viewer; each a person with a login of their own."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from xushi.config import clock
    from xushi.journal.actions import SYSTEM
    from xushi.sites.live.tickets import ticket
    from xushi.sites.live.viewings import begin_viewing
    from xushi.sites.models import Camera
    from xushi.units.models import Appointment, Role, Unit, User

    root, held = Unit.objects.get(kind=Unit.Kind.DISTRICT), []
    known = {one.pk: one for one in Camera.objects.select_related("project")}
    for n in range(viewers):
        user = User.objects.create(username=secrets.token_hex(6), name=f"人员{n}", password="!")
        Appointment.objects.create(
            user=user, unit=root, scope=root, role=Role.LEADER, unit_name=root.name, started_at=clock.real()
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        camera = known[cameras[n % len(cameras)]]
        key = str(session.session_key)
        grant = begin_viewing(
            camera=camera,
            user=user,
            session_key=key,
            key=secrets.token_urlsafe(16),
            sub=False,
            by=SYSTEM,
            now=clock.real(),
        )
        held.append((camera.pk, key, ticket(grant)))
    return held


@dataclass
class Viewer:
    camera: int
    session: str
    ticket: str
    cookie: str = ""
    first: float = 0.0
    came: float = 0.0
    longest: float = 0.0
    pictures: int = 0
    octets: int = 0
    lags: list[float] = field(default_factory=list)
    counting: bool = False

    async def open(self) -> None:
        head, _, writer = await self._ask("POST", "open", f"X-Xushi-Ticket: {self.ticket}\r\n")
        writer.close()
        assert " 204 " in head.split("\r\n")[0], head.split("\r\n")[0]
        self.cookie = head.split("et-cookie: ")[1].split(";")[0]

    async def watch(self) -> None:
        began = time.monotonic()
        head, reader, writer = await self._ask("GET", "stream", "")
        assert " 200 " in head.split("\r\n")[0], head.split("\r\n")[0]
        try:
            while True:
                size, kind = (
                    int.from_bytes(start := await reader.readexactly(4), "big"),
                    await reader.readexactly(4),
                )
                body = await reader.readexactly(size - 8)
                self.octets += size
                if kind == b"mdat":
                    self.first = self.first or time.monotonic() - began
                    self._picture()
                elif kind == b"uuid" and body[:16] == TIMES and self.counting:
                    capture = int.from_bytes(body[16:24], "big") or int.from_bytes(body[24:32], "big")
                    self.lags.append(time.time() - capture / 1000)
                del start
        finally:
            writer.transport.abort()

    def _picture(self) -> None:
        now = time.monotonic()
        if self.counting and self.came:
            self.longest = max(self.longest, now - self.came)
            self.pictures += 1
        self.came = now

    async def _ask(
        self, method: str, name: str, more: str
    ) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_unix_connection(
            f"{os.environ['XUSHI_HOME']}/cameras.sock", limit=1 << 20
        )
        cookies = f"sessionid={self.session}" + (f"; {self.cookie}" if self.cookie else "")
        writer.write(
            f"{method} /live/video/{self.camera}/{name} HTTP/1.0\r\nCookie: {cookies}\r\n{more}\r\n".encode()
        )
        return (await reader.readuntil(b"\r\n\r\n")).decode(), reader, writer


async def measure(pid: int, people: list[tuple[int, str, str]], seconds: float) -> dict[str, Any]:
    viewers = [Viewer(*one) for one in people]
    alone = viewers[0]
    await asyncio.gather(*(one.open() for one in viewers))
    cold = asyncio.ensure_future(
        alone.watch()
    )  # one camera by itself: cold, then a second viewer of it: warm
    while not alone.first:
        await asyncio.sleep(0.01)
    await asyncio.sleep(1.5)
    again = Viewer(*people[0], cookie=alone.cookie)
    warm = asyncio.ensure_future(again.watch())
    while not again.first:
        await asyncio.sleep(0.005)
    warm.cancel()
    tasks = [cold, *(asyncio.ensure_future(one.watch()) for one in viewers[1:])]
    for _ in range(400):
        if all(one.first for one in viewers):
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    before, began = _cpu(pid), time.monotonic()
    for one in viewers:
        one.counting = True
    await asyncio.sleep(seconds)
    spent, passed, memory = _cpu(pid) - before, time.monotonic() - began, _memory(pid)
    failed = sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    lags = sorted(lag for one in viewers for lag in one.lags)
    return {
        "viewers": len(viewers),
        "cameras": len({one.camera for one in viewers}),
        "gateway_cores": round(spent / passed, 3),
        "gateway_rss_mb": memory[0],
        "gateway_anonymous_mb": memory[1],
        "first_picture_cold_s": round(alone.first, 2),
        "first_picture_warm_s": round(again.first, 3),
        "all_at_once_slowest_s": round(max(one.first for one in viewers), 2),
        "lag_ms": {
            "p50": round(lags[len(lags) // 2] * 1000),
            "p95": round(lags[len(lags) * 95 // 100] * 1000),
        },
        "longest_gap_s": round(max(one.longest for one in viewers), 2),
        "pictures_a_second_each": round(sum(one.pictures for one in viewers) / len(viewers) / passed, 1),
        "mbit_a_second_each": round(
            sum(one.octets for one in viewers) * 8 / len(viewers) / (passed + 3) / 1e6, 2
        ),
        "ended_early": failed,
    }


def _ffmpeg(port: int, cameras: int, seconds: float) -> dict[str, Any]:
    """The same cameras pulled by one ffmpeg each, fragments to nowhere."""
    program = shutil.which("ffmpeg")
    if program is None:
        return {"ffmpeg": "没有装，略过"}
    command = [
        program, "-loglevel", "quiet", "-rtsp_transport", "tcp", "-i", "{}", "-c", "copy", "-movflags",
        "frag_every_frame+empty_moov+default_base_moof", "-f", "mp4", "pipe:1",
    ]  # fmt: skip
    running = [
        subprocess.Popen(
            [part.replace("{}", f"rtsp://127.0.0.1:{port}/cam{n}") for part in command],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )
        for n in range(1, cameras + 1)
    ]  # fmt: skip
    time.sleep(8)
    before, began = sum(_cpu(one.pid) for one in running), time.monotonic()
    time.sleep(seconds)
    spent, passed = sum(_cpu(one.pid) for one in running) - before, time.monotonic() - began
    memory = [_memory(one.pid) for one in running]
    for one in running:
        one.kill()
        one.wait()
    return {
        "ffmpeg_processes": len(running),
        "cores": round(spent / passed, 3),
        "rss_mb": sum(one[0] for one in memory),
        "anonymous_mb": sum(one[1] for one in memory),
    }


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory(pid: int) -> tuple[int, int]:
    """Resident and anonymous (not shared with files), MB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) // 1024, int(lines["RssAnon"].split()[0]) // 1024


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(there: Any) -> None:
    for _ in range(300):
        if there():
            return
        time.sleep(0.1)
    raise SystemExit("没有起来。")


if __name__ == "__main__":
    main()
