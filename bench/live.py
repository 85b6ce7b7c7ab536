"""Hold idle event connections against one web process and measure its memory: python bench/live.py [--clients 5000]

It builds a small district in a folder of its own, starts one uvicorn process with the product's own command line, opens
the connections (each person its own session), and reads the process's resident memory before and after. Then one notice
is committed for each of 20 people and the time until their streams tell of it is measured.
"""

import argparse
import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BOUND_KIB = 25
PEOPLE = 500  # signed-in people; each has several sessions, as with a phone and a computer
WATCHED = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=5000)
    parser.add_argument("--settle", type=float, default=20.0, help="seconds to wait before measuring")
    options = parser.parse_args()
    _raise_limit(options.clients + 500)
    with tempfile.TemporaryDirectory(prefix="xushi-live-") as home:
        os.environ |= {"XUSHI_HOME": home, "DJANGO_SETTINGS_MODULE": "xushi.config.settings"}
        os.environ.pop("XUSHI_NOW", None)
        cookies = _district(options.clients)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            sys.executable, "-m", "uvicorn", "xushi.config.asgi:application", "--port", str(port), "--lifespan", "off",
            "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3",
        ]  # fmt: skip
        server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
        try:
            print(
                json.dumps(
                    asyncio.run(measure(server.pid, port, cookies, options.settle)), ensure_ascii=False
                )
            )
        finally:
            server.terminate()
            server.wait(20)


def _raise_limit(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(wanted, soft), hard), hard))


def _district(clients: int) -> list[tuple[int, str]]:
    """People in ten subdistricts, each with as many sessions as it takes; (person, session) of every client."""
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from xushi.config import clock
    from xushi.units.models import Appointment, Role, Unit, User

    call_command("migrate", verbosity=0)
    root = Unit.objects.create(name="浦口区", kind=Unit.Kind.DISTRICT, path="0001.")
    places = [
        Unit.objects.create(name=f"街道{n}", kind=Unit.Kind.SUBDISTRICT, parent=root, path=f"0001.{n:04d}.")
        for n in range(1, 11)
    ]
    people = [User.objects.create(username=f"u{n}", name=f"人员{n}", password="!") for n in range(PEOPLE)]
    for n, user in enumerate(people):
        place = places[n % len(places)]
        Appointment.objects.create(
            user=user,
            unit=place,
            scope=place,
            role=Role.TERRITORY,
            unit_name=place.name,
            started_at=clock.real(),
        )
    held = []
    for n in range(clients):
        user, session = people[n % PEOPLE], SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        held.append((user.pk, str(session.session_key)))
    return held


async def measure(pid: int, port: int, cookies: list[tuple[int, str]], settle: float) -> dict[str, Any]:
    await _ready(port)
    warm = [await _open(port, cookie) for _, cookie in cookies[:20]]  # code is loaded, pools are there
    await asyncio.gather(*(_first(stream) for stream, _ in warm))
    before, threads = _rss(pid), _threads(pid)
    began = time.monotonic()
    streams = list(warm)
    for start in range(20, len(cookies), 100):
        streams += await asyncio.gather(*(_open(port, cookie) for _, cookie in cookies[start : start + 100]))
    opened = time.monotonic() - began
    await asyncio.gather(*(_first(stream) for stream, _ in streams[20:]))
    told = time.monotonic() - began
    await asyncio.sleep(settle)
    after, cpu = _rss(pid), _cpu(pid)
    await asyncio.sleep(10)
    idle = (_cpu(pid) - cpu) / 10
    each = (after - before) / (len(streams) - 20)
    waits = await _told(streams, cookies)
    return {
        "clients": len(streams),
        "opened_s": round(opened, 1),
        "all_told_first_s": round(told, 1),
        "rss_before_kib": before,
        "rss_after_kib": after,
        "kib_each": round(each, 1),
        "threads_before": threads,
        "threads_after": _threads(pid),
        "cpu_share_idle": round(idle, 3),
        "notice_to_stream_s": {"median": round(waits[len(waits) // 2], 2), "max": round(waits[-1], 2)},
        "met": each <= BOUND_KIB and waits[-1] <= 1.0,
    }


async def _ready(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("服务没有起来。")


async def _open(port: int, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2048)
    writer.write(
        f"GET /live/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={cookie}\r\n\r\n".encode()
    )
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head:
        raise SystemExit(head.decode())
    return reader, writer


async def _first(reader: asyncio.StreamReader) -> None:
    """Until the stream has said for the first time how things stand."""
    while b"data: " not in await reader.readline():
        pass


async def _told(streams: list[Any], cookies: list[tuple[int, str]]) -> list[float]:
    """Seconds from the commit of a notice to each of some streams, sorted."""
    watched = streams[:WATCHED]
    waiting = [asyncio.ensure_future(_rung(reader)) for reader, _ in watched]
    await asyncio.sleep(0.1)
    began = await asyncio.to_thread(_commit, [person for person, _ in cookies[:WATCHED]])
    return sorted(done - began for done in await asyncio.wait_for(asyncio.gather(*waiting), 30))


async def _rung(reader: asyncio.StreamReader) -> float:
    while b'"bell": 1' not in await reader.readline():
        pass
    return time.monotonic()


def _commit(people: list[int]) -> float:
    from django.db import transaction

    from xushi.config import clock
    from xushi.journal.actions import SYSTEM, record
    from xushi.notices.models import Notice

    with transaction.atomic():
        event = record("supervision.order.issued", actor=SYSTEM, now=clock.real(), summary="签发")
        Notice.objects.bulk_create(
            Notice(reader_id=pk, event=event, topic="orders", title="督办单下发", at=clock.real())
            for pk in people
        )
    return time.monotonic()


def _rss(pid: int) -> int:
    return int(_status(pid, "VmRSS"))


def _threads(pid: int) -> int:
    return int(_status(pid, "Threads"))


def _status(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


def _cpu(pid: int) -> float:
    """Seconds of CPU so far."""
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
