"""两台机器：各有网页与后台，同一个库（经 pgbouncer）、同一台副本，前面轮着分的代理。"""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import requests

from tests.cluster import Databases, Machine, databases

CSRF = "f" * 32
MOMENT = "2018-04-04T09:00"
POOLED = which("pgbouncer")
LOUD = "没有 pgbouncer，几台机器的测试跳过；要跑请装：apt-get install pgbouncer"


class RoundRobin:
    """Every request goes to the next machine, each on a connection of its own, as if by the worst of balancers."""

    def __init__(self, ports: list[int]) -> None:
        self._next, self._ready = cycle(ports), threading.Event()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True, name="balancer").start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self, inside: asyncio.StreamReader, outside: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            first, _, rest = (await inside.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            head = [line for line in rest.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            answer, asked = await asyncio.open_connection("127.0.0.1", next(self._next))
            asked.write(b"\r\n".join([first, b"Connection: close", *head]))
            await asyncio.wait(
                [asyncio.ensure_future(_pump(inside, asked)), asyncio.ensure_future(_pump(answer, outside))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            asked.close()
        outside.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(1 << 16):
            target.write(data)
            await target.drain()


class Reader:
    """One person at one machine, without a browser: what a page said and which database it was read from."""

    def __init__(self, here: "Province", username: str, machine: Machine) -> None:
        self._url, self.text = machine.url, ""
        self._jar = {"sessionid": here.told["sessions"][username], "csrftoken": CSRF}

    def get(self, path: str) -> str:
        """Asks for the page, which must be there; "primary" or "replica"."""
        told = self._ask(path).headers.get("Server-Timing", "")
        return told.partition('desc="')[2].rstrip('"')

    def post(self, path: str, **fields: str) -> str:
        """Sends the form; where it leads to."""
        return self._ask(path, fields).headers["Location"]

    def _ask(self, path: str, fields: dict[str, str] | None = None) -> requests.Response:
        asked: dict[str, Any] = {"cookies": self._jar, "timeout": 30, "allow_redirects": False}
        if fields is None:
            answer = requests.get(self._url + path, **asked)
        else:
            answer = requests.post(self._url + path, data={"csrfmiddlewaretoken": CSRF} | fields, **asked)
        wanted = 200 if fields is None else 302
        assert answer.status_code == wanted, f"{path}：{answer.status_code} {answer.text[:500]}"
        self._jar |= answer.cookies.get_dict()
        self.text = answer.text
        return answer


@dataclass
class Province:
    """Two machines before one database; told is what tests/cluster_town.py built there."""

    store: Databases
    east: Machine
    west: Machine
    balancer: RoundRobin
    told: dict[str, Any]


@contextmanager
def province(folder: Path, **settings: str) -> Iterator[Province]:
    """settings: more of the environment of both machines."""
    if POOLED is None:
        pytest.skip(LOUD)
    with databases() as store:
        common = {
            "DATABASE_URL": store.pool(), "XUSHI_PGBOUNCER": "1", "XUSHI_LISTEN_URL": store.url,
            "XUSHI_REPLICA_URL": store.replica_url, "XUSHI_NOW": MOMENT, "XUSHI_SECRET_KEY": "k" * 50,
            "DJANGO_SETTINGS_MODULE": "xushi.config.settings", **settings,
        }  # fmt: skip
        east, west = (Machine(folder / name, common) for name in ("east", "west"))
        for machine in (east, west):
            machine.home.mkdir()
        said = east.run("-m", "tests.cluster_town").splitlines()
        told = json.loads(next(line for line in said if line.startswith('{"late"')))
        try:
            east.serve()
            west.serve()
            balancer = RoundRobin([east.port, west.port])
            yield Province(store, east, west, balancer, told)
            balancer.stop()
        finally:
            east.stop()
            west.stop()
