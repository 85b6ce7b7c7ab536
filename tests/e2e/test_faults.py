"""故障演练的短的一遍：真的进程被随机杀掉、钟跳、盘满，应答过的一样不少；长的见 docs/故障演练.md。"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
@pytest.mark.skipif("XUSHI_FAULTS" not in os.environ, reason="要几分钟的空机器；设 XUSHI_FAULTS=1 才跑")
def test_nothing_acknowledged_is_lost_when_processes_are_killed() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1] % 20_000 + 20_000
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XUSHI_")}
    command = [sys.executable, "-m", "bench.faults", "--kills", "30", "--most", "30", "--pace", "0.8"]
    done = subprocess.run(
        [*command, "--projects", "30", "--port", str(port)], cwd=ROOT, env=environment, timeout=600,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert sum(many for name, many in told["faults"].items() if name.startswith("kill")) >= 3
    assert sum(told["acknowledged"].values()) > 0
