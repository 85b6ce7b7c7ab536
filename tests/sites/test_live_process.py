"""网关这个进程：地址只给一个，前一个留下的套接字不碍事；命令说清怎么了，叫停就停。"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from xushi.sites.live import process
from xushi.sites.live.engine import Want
from xushi.sites.live.gate import Gate
from xushi.sites.live.http1 import Answer, Asked
from xushi.sites.rules import Cause
from xushi.sites.source import SourceError


class Door(Gate):
    """A gate that lets in whoever knocks."""

    def __init__(self) -> None:
        """Nothing is asked of a database."""

    async def answer(self, asked: Asked) -> Answer:
        return Answer(200, (), f"{asked.method} {asked.path}".encode())


def test_one_gateway_at_a_time_and_a_socket_left_behind_is_taken_over(tmp_path: Path) -> None:
    at = f"unix:{tmp_path / 'live.sock'}"
    (tmp_path / "live.sock").touch()

    async def scenario() -> None:
        server = await process.listen(Door(), at)
        with pytest.raises(process.CannotServe, match="已有视频网关"):
            await process.listen(Door(), at)
        assert oct((tmp_path / "live.sock").stat().st_mode)[-3:] == "660"
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())


@pytest.mark.parametrize("at", ["unix:/none/there/live.sock", "127.0.0.1:x", "nonsense"])
def test_where_it_cannot_listen_a_sentence_says_what_to_do(at: str) -> None:
    with pytest.raises(process.CannotServe, match="XUSHI_LIVE_AT"):
        asyncio.run(process.listen(Door(), at))


@pytest.mark.parametrize(
    "sent", [b"", b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01garbage", b"GET / HTTP/1.0\r\n" + b"a" * 40_000]
)
def test_what_is_no_http_is_closed_without_harm(tmp_path: Path, sent: bytes) -> None:
    at = f"unix:{tmp_path / 'live.sock'}"

    async def scenario() -> bytes:
        server = await process.listen(Door(), at)
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "live.sock"))
        writer.write(sent)
        writer.write_eof()
        told = await asyncio.wait_for(reader.read(), 5)
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "live.sock"))
        writer.write(b"GET /live HTTP/1.0\r\n\r\n")
        assert (await reader.read()).endswith(b"GET /live")
        server.close()
        return told

    assert asyncio.run(scenario()) == b""


@pytest.mark.django_db
def test_a_camera_that_is_gone_has_no_address() -> None:
    with pytest.raises(SourceError) as told:
        process.address_of(Want(12345))
    assert told.value.cause is Cause.OTHER


def test_the_command_refuses_an_unknown_size() -> None:
    with pytest.raises(CommandError, match="640x360"):
        call_command("camera_sim", size="large")


def test_the_simulation_is_started_by_its_name_and_ends_when_told(tmp_path: Path) -> None:
    environment = os.environ | {
        "XUSHI_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "xushi.config.settings",
    }
    command = [sys.executable, "-m", "xushi.config.cli", "camera-sim", "--port", "0", "--cameras", "3"]
    running: Any = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert "模拟摄像头3路：rtsp://127.0.0.1:" in running.stdout.readline()
        began = time.monotonic()
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
        assert time.monotonic() - began < 5
    finally:
        running.kill()
        running.stdout.close()
