"""故障演练的短的一遍：真的进程被随机杀掉、钟跳、盘满、连线断，应答过的一样不少；长的见 docs/故障演练.md。"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
SHORT = ["--seed", "1", "--kills", "24", "--look", "24", "--projects", "24", "--pace", "0.3", "--most", "150"]

pytestmark = [pytest.mark.slow, pytest.mark.both]


@pytest.fixture
def tables(django_db_setup: None, django_db_blocker: Any) -> list[str]:
    """What the drill copies its tables from: the database of the tests, as it was before any test wrote into it. Where
    nobody else has asked for that one there is none, and the drill makes its own."""
    name = str(connection.settings_dict["NAME"])
    ready = Path(name).name.startswith("test") and not connection.in_atomic_block
    if connection.vendor == "sqlite":
        return ["--tables", name] if ready else []
    asked = ["--database", "postgresql", "--server", os.environ["DATABASE_URL"]]
    if not ready:
        return asked
    with django_db_blocker.unblock():
        connection.close()  # a database that somebody is connected to is not copied
    return [*asked, "--tables", name]


def test_nothing_acknowledged_is_lost_when_processes_are_killed(tables: list[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1] % 20_000 + 20_000
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XUSHI_")}
    command = [sys.executable, "-m", "bench.faults", *SHORT, *tables, "--port", str(port)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, timeout=600, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert sum(many for name, many in told["faults"].items() if name.startswith("kill")) >= 8
    assert told["faults"].keys() - {"kill web", "kill worker", "kill gateway", "kill all at once"}
    assert sum(told["acknowledged"].values()) > 0
