"""200 张 4 MB 的照片离线排队、联网传完，页面占多少内存：真的 Chromium，真的服务，走页面自己的收片与上传。

    XUSHI_HOME=var/bench XUSHI_NOW=2018-09-12T08:30 xushi demo --build-only
    XUSHI_HOME=var/bench XUSHI_NOW=2018-09-12T08:30 xushi serve --port 8142
    python bench/offline.py http://127.0.0.1:8142 账号 密码 [张数]

Prints the largest memory of the page's process (/proc, looked at twenty times a second) of an empty tab, of the page
when it is opened, while it queues and while it sends, counted four ways:
RSS: all that is mapped in, with the browser's program and libraries, which its other processes have too;
PSS: of what several processes share, this one's part; other browsers on the machine make it smaller;
own: what no other process has;
not program: anonymous and shared memory, so neither the browser's program nor libraries nor fonts.
And the largest JS heap (CDP Performance.getMetrics), and how fast it went. The driver asks little and seldom: what it
asks of the page lies about in the page's memory. That it is attached at all (each request noted) is counted in.
"""

import io
import re
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

MB = 1024 * 1024
SIZE = 4 * MB


def photos(folder: Path, count: int) -> list[str]:
    """Photos of twelve million pixels and SIZE bytes on the disk, as a camera leaves them."""
    out = io.BytesIO()
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(out, "JPEG", quality=40)
    picture = out.getvalue()[:SIZE]
    paths = []
    for n in range(count):
        path = folder / f"{n}.jpg"
        path.write_bytes(picture + n.to_bytes(4, "big") + b"\0" * (SIZE - len(picture) - 4))
        paths.append(str(path))
    return paths


def memory(page_process: int) -> dict[str, float]:
    """MB of this process by the way they are counted; empty when there is none."""
    try:
        text = Path(f"/proc/{page_process}/smaps_rollup").read_text()
    except OSError:
        return {}
    told = {name: int(kb) / 1024 for name, kb in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}
    if "Rss" not in told:
        return {}
    return {
        "RSS": told["Rss"],
        "PSS": told["Pss"],
        "独占": told["Private_Clean"] + told["Private_Dirty"],
        "不是程序的": told["Pss_Anon"] + told["Pss_Shmem"],
    }


def pss(page_process: int) -> float:
    return memory(page_process).get("PSS", 0.0)


def renderer(profile: str) -> int:
    """The largest page process of the Chromium that was started with this profile."""
    told: dict[int, tuple[int, bytes]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
            told[int(path.name)] = parent, (path / "cmdline").read_bytes()
        except (OSError, IndexError, ValueError):
            continue

    def ours(pid: int) -> bool:
        while pid in told:
            if profile.encode() in told[pid][1]:
                return True
            pid = told[pid][0]
        return False

    pages = [pid for pid, (_, words) in told.items() if b"--type=renderer" in words and ours(pid)]
    return max(pages, key=pss, default=0)


class Watch:
    """The largest heap and process seen so far; the process is looked at all the time, the heap when asked."""

    def __init__(self, process: int, session: Any = None) -> None:
        self.session, self.process = session, process
        self.heap = 0.0
        self.most: dict[str, float] = {}
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self) -> None:
        while told := memory(self.process):
            for way, mb in told.items():
                self.most[way] = max(self.most.get(way, 0.0), mb)
            time.sleep(0.05)

    def look(self) -> None:
        told = {row["name"]: row["value"] for row in self.session.send("Performance.getMetrics")["metrics"]}
        self.heap = max(self.heap, told["JSHeapUsedSize"] / MB)

    def said(self, what: str, pace: str = "") -> None:
        ways = "，".join(f"{way}{mb:.0f}" for way, mb in self.most.items())
        print(f"{what}：页面进程最多（MB）{ways}；JS堆{self.heap:.1f}{pace}", flush=True)
        self.heap, self.most = 0.0, {}


def pace(began: float, count: int) -> str:
    seconds = time.monotonic() - began
    return f"；{seconds:.0f}秒，每秒{count * SIZE / MB / seconds:.1f}MB"


def tiles(page: Page, more: str = "") -> int:
    return int(page.evaluate(f"document.querySelectorAll('[data-visit-photos] [data-tile]{more}').length"))


def main(home: str, name: str, password: str, count: int = 200) -> None:
    profile = tempfile.mkdtemp()
    with sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"],
            base_url=home, viewport={"width": 390, "height": 844},
        )  # fmt: skip
        page = context.pages[0]
        empty = Watch(renderer(profile))
        page.wait_for_timeout(3000)
        empty.said("空的标签")
        page.goto("/inspections/phone/")
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.locator("a.phone-visit").first.click()
        page.locator("body[data-phone-ready]").wait_for()
        session = context.new_cdp_session(page)
        session.send("Performance.enable")
        watch = Watch(renderer(profile), session)
        page.wait_for_timeout(3000)
        watch.look()
        watch.said("打开时")
        context.set_offline(True)
        began = time.monotonic()
        paths = photos(Path(profile), count)
        take = page.locator("[data-visit-photos] [data-take]").last
        for start in range(0, count, 10):
            take.set_input_files(paths[start : start + 10])
            while tiles(page) < min(start + 10, count):
                page.wait_for_timeout(200)
            watch.look()
        watch.said(f"离线收{count}张", pace(began, count))
        page.locator("[name=unsigned_reason]").fill("测内存")
        page.locator("[data-phone-done]").click()
        page.wait_for_timeout(2000)
        context.set_offline(False)
        began = time.monotonic()
        while (sent := tiles(page, ".is-sent")) < count and time.monotonic() - began < 1800:
            watch.look()
            page.wait_for_timeout(1000)
        watch.said(f"联网传完{sent}张", pace(began, sent))
        context.close()
    shutil.rmtree(profile, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:4], *(int(word) for word in sys.argv[4:5]))
