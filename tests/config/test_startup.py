"""起动前的检查：每种起不来都有一句话。"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import LazySettings

from xushi.config import startup, supervisor


def xushi(*arguments: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "XUSHI_NOW")
    }
    return subprocess.run(
        [sys.executable, "-m", "xushi.config.cli", *arguments],
        env={**kept, "DJANGO_SETTINGS_MODULE": "xushi.config.settings", "XUSHI_HOME": str(home)} | environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(startup.CannotStartError, match="占着"):
            startup.ask_port_free("127.0.0.1", taken.getsockname()[1])


def test_home_that_is_not_writable(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(startup.CannotStartError, match="XUSHI_HOME"):
        startup.ask_home_writable()


def test_unmigrated_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_pending", lambda: ["units.0002_more"])
    monkeypatch.setattr(startup.connection, "close", lambda: None)
    with pytest.raises(startup.CannotStartError, match="xushi migrate"):
        startup.ask_database_ready(migrate=False)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "连不上数据库127.0.0.1"),
        ({"DATABASE_URL": "oracel:/x"}, "看不懂 DATABASE_URL"),
        ({"XUSHI_NOW": "昨天"}, "看不懂 XUSHI_NOW"),
        ({"XUSHI_HOME": "/dev/null/x"}, "状态目录/dev/null/x写不进"),
    ],
)
def test_serve_says_why_it_cannot_start(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    ended = xushi("serve", "--port", "0", home=tmp_path, **environment)
    assert ended.returncode != 0
    assert sentence in ended.stderr and "CommandError" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_command_on_an_empty_database_says_migrate(tmp_path: Path) -> None:
    ended = xushi("journal", "verify", home=tmp_path)
    assert ended.returncode != 0 and "xushi migrate" in ended.stderr and "Traceback" not in ended.stderr


def test_supervisor_restarts_the_worker_and_ends_with_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "RESTART_AFTER", 0)
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.05)
    said: list[str] = []
    web = supervisor.Child("网页", [sys.executable, "-c", "import time; time.sleep(1); exit(3)"], vital=True)
    behind = supervisor.Child("后台", [sys.executable, "-c", "pass"])
    assert supervisor.run([web, behind], stopping=lambda: False, say=said.append) == 3
    assert any("后台停了" in words and "重新起动" in words for words in said)
    assert "网页停了（退出码3），一并停下。" in said


def test_supervisor_stops_both_when_asked() -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    children = [supervisor.Child("网页", sleeper, vital=True), supervisor.Child("后台", sleeper)]
    answers = iter([False, True])
    assert supervisor.run(children, stopping=lambda: next(answers), say=print) == 0
    assert all(child.ended is not None for child in children)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nosuch", "没有“nosuch”这个命令。xushi help 列出全部命令。\n"),
        ("figures --as-of abc", "看不懂月份“abc”，请写成 2018-08 这样。\n"),
        ("serve --port 80000", "起动不了。没有端口80000：端口是1到65535。请用 --port 8000。\n"),
    ],
)
def test_a_refusal_is_the_sentence_alone(tmp_path: Path, line: str, said: str) -> None:
    ended = xushi(*line.split(), home=tmp_path)
    assert ended.returncode in (1, 2)
    assert ended.stderr == said


def test_without_a_command_the_product_names_its_own(tmp_path: Path) -> None:
    told = xushi(home=tmp_path)
    assert told.returncode == 0
    for name in ("demo", "serve", "import", "figures", "alerts", "journal", "setup"):
        assert f"xushi {name} " in told.stdout
    assert "usage" not in told.stdout


def test_what_a_killed_child_left_behind_ends_too(tmp_path: Path) -> None:
    """As uvicorn's workers, which go on holding the port when their master is killed."""
    left = tmp_path / "left"
    leaves = (
        "import subprocess, sys, time, pathlib;"
        "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"pathlib.Path({str(left)!r}).write_text(str(one.pid)); time.sleep(60)"
    )
    child = supervisor.Child("网页", [sys.executable, "-c", leaves])
    child.start()
    while not (left.exists() and left.read_text()):
        time.sleep(0.02)
    assert child.process is not None
    child.process.kill()
    child.process.wait()
    child.stop()
    orphan = Path(f"/proc/{left.read_text()}/stat")
    deadline = time.monotonic() + 5
    while orphan.exists() and orphan.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "还活着"
        time.sleep(0.02)


def test_the_background_lets_the_pages_go_first() -> None:
    """A province's night fills a core for minutes."""
    behind = supervisor.background()
    behind.command = [sys.executable, "-c", "import time; time.sleep(60)"]
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        behind.start()
        assert behind.process is not None
        assert os.getpriority(os.PRIO_PROCESS, behind.process.pid) == min(before + 5, 19)
    finally:
        behind.stop()
