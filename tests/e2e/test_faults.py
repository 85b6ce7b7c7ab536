"""故障演练的短的一遍：真的进程被随机杀掉、钟跳、盘满、连线断，应答过的一样不少；通数据库的线拔掉，页面说一句、填的字还在、
插上就好。长的见 docs/故障演练.md。"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from bench.faults.place import Place
from bench.faults.store import Postgres
from bench.faults.wire import Wire
from django.db import connection
from playwright.sync_api import Browser, Page, expect

LIMIT = 30  # seconds in which a page must say something while nothing comes back from the database
ROOT = Path(__file__).resolve().parent.parent.parent
SHORT = [
    "--seed",
    "1",
    "--kills",
    "24",
    "--look",
    "24",
    "--every",
    "6",
    "--projects",
    "24",
    "--pace",
    "0.3",
    "--most",
    "150",
]

pytestmark = [pytest.mark.slow, pytest.mark.both]


@pytest.fixture
def tables(django_db_setup: None) -> list[str]:
    """What the drill copies its tables from, ready and without a row of any test: on SQLite the tests' own file, on
    PostgreSQL what that was copied from, which nobody is connected to. Where there is none the drill makes its own."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        ready = Path(name).name.startswith("test") and not connection.in_atomic_block
        return ["--tables", name] if ready else []
    asked = ["--database", "postgresql", "--server", os.environ["DATABASE_URL"]]
    pattern = connection.settings_dict["TEST"]["TEMPLATE"]
    return [*asked, "--tables", str(pattern)] if pattern else asked


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1]) % 20_000 + 20_000


def test_nothing_acknowledged_is_lost_when_processes_are_killed(tables: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XUSHI_")}
    command = [sys.executable, "-m", "bench.faults", *SHORT, *tables, "--port", str(free_port())]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, timeout=600, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert sum(many for name, many in told["faults"].items() if name.startswith("kill")) >= 8
    assert told["faults"].keys() - {"kill web", "kill worker", "kill gateway", "kill all at once"}
    assert sum(told["acknowledged"].values()) > 0


@pytest.fixture
def wired(tables: list[str], tmp_path: Path) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The installation at work, its database at the far end of a wire of its own; and who is signed in there."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 与程序在一处，没有线可拔")
    if why := Wire.why_not():
        pytest.skip(f"拔不了线：{why}")
    store = Postgres(server=os.environ["DATABASE_URL"], tables=tables[-1] if "--tables" in tables else "")
    (home := tmp_path / "home").mkdir()
    place = Place(home, store, free_port(), forked=True)
    try:
        told = place.prepare(12)
        place.start()
        yield place, told
    finally:
        place.stop()
        store.stop()


def test_a_pulled_wire_is_told_in_time_and_the_form_is_still_there(
    wired: tuple[Place, dict[str, Any]], browser: Browser
) -> None:
    place, told = wired
    one = next(one for one in told["reporters"] if one["projects"])
    context = browser.new_context(base_url=place.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": one["session"], "url": place.url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"/problems/new/{one['projects'][0]['pk']}/")
    page.locator(".problem-kinds .option").first.click()
    words = "线拔掉的时候写的：杆线没有迁，停了十二天，请定迁改时间。"
    page.locator("#words").fill(words)
    assert isinstance(place.store, Postgres) and place.store.wire
    place.store.wire.pull()
    assert _seconds(lambda: page.get_by_role("button", name="提交问题").click()) < LIMIT
    expect(page.get_by_role("heading", level=1)).to_have_text("数据库暂时没有答复")
    assert _seconds(lambda: _another(context.new_page())) < LIMIT
    with urlopen(f"{place.url}/healthz/live", timeout=5) as alive:
        assert alive.status == 200
    place.store.mend()
    began = time.monotonic()
    page.get_by_role("link", name="回到刚才那一页").click()
    expect(page.locator("#words")).to_have_value(words)
    page.get_by_role("button", name="提交问题").click()
    page.wait_for_url("**/*sent=1*")
    assert time.monotonic() - began < LIMIT
    context.close()
    assert _problems(place.store) == 1


def _seconds(act: Any) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _another(page: Page) -> None:
    page.goto("/overview/")
    expect(page.get_by_role("heading", level=1)).to_have_text("数据库暂时没有答复")


def _problems(store: Postgres) -> int:
    import psycopg

    with psycopg.connect(store.url, connect_timeout=5) as asked:
        found = asked.execute("SELECT count(*) FROM problems_problem").fetchone()
    return int(found[0]) if found else 0
