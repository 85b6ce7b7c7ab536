"""200 张 4 MB 的照片离线排队、联网传完，页面占多少内存：真的 Chromium，真的服务，走页面自己的收片与上传。

    XUSHI_HOME=var/bench XUSHI_NOW=2018-09-12T08:30 xushi demo --build-only
    XUSHI_HOME=var/bench XUSHI_NOW=2018-09-12T08:30 xushi serve --port 8142
    python bench/offline.py http://127.0.0.1:8142 账号 密码 [张数]

Prints the largest JS heap (CDP Performance.getMetrics) and the largest memory of the page's process (/proc, PSS,
looked at twenty times a second) while queueing and while sending, of that what is neither the browser's program nor
its libraries and fonts (anonymous and shared memory), also what that is above the page when it was opened, and how
fast it went. An empty tab of this Chromium has about 80 MB, 40 of them its program; of what several browsers on one
machine share, each is told its part, so let no other run beside it.
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
from playwright.sync_api import sync_playwright

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


def memory(page_process: int) -> tuple[float, float]:
    """MB that this process has to itself, its share of what it shares included; and of that what is no file."""
    try:
        text = Path(f"/proc/{page_process}/smaps_rollup").read_text()
    except OSError:
        return 0.0, 0.0
    told = {name: int(kb) / 1024 for name, kb in re.findall(r"^(Pss\w*):\s+(\d+) kB", text, re.MULTILINE)}
    return told.get("Pss", 0.0), told.get("Pss_Anon", 0.0) + told.get("Pss_Shmem", 0.0)


def pss(page_process: int) -> float:
    return memory(page_process)[0]


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

    def __init__(self, session: Any, process: int) -> None:
        self.session, self.process = session, process
        self.heap = self.memory = self.own = self.empty = self.empty_own = 0.0
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self) -> None:
        while True:
            whole, own = memory(self.process)
            self.memory, self.own = max(self.memory, whole), max(self.own, own)
            time.sleep(0.05)

    def look(self) -> None:
        told = {row["name"]: row["value"] for row in self.session.send("Performance.getMetrics")["metrics"]}
        self.heap = max(self.heap, told["JSHeapUsedSize"] / MB)

    def opened(self) -> None:
        self.look()
        self.empty, self.empty_own = self.memory, self.own
        print(
            f"打开时：JS堆{self.heap:.1f}MB，页面进程{self.memory:.0f}MB，其中不是程序的{self.own:.0f}MB",
            flush=True,
        )

    def said(self, what: str, seconds: float, count: int) -> None:
        pace = f"{seconds:.0f}秒，每秒{count * 4 / seconds:.1f}MB"
        whole = f"页面进程最多{self.memory:.0f}MB（比打开时多{self.memory - self.empty:.0f}MB）"
        own = f"其中不是程序的{self.own:.0f}MB（多{self.own - self.empty_own:.0f}MB）"
        print(f"{what}：JS堆最多{self.heap:.1f}MB，{whole}，{own}，{pace}", flush=True)
        self.heap = self.memory = self.own = 0.0


def main(home: str, name: str, password: str, count: int = 200) -> None:
    profile = tempfile.mkdtemp()
    with sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"],
            base_url=home, viewport={"width": 390, "height": 844},
        )  # fmt: skip
        page = context.pages[0]
        page.goto("/inspections/phone/")
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.locator("a.phone-visit").first.click()
        page.locator("body[data-phone-ready]").wait_for()
        session = context.new_cdp_session(page)
        session.send("Performance.enable")
        watch = Watch(session, renderer(profile))
        page.wait_for_timeout(3000)
        watch.opened()
        context.set_offline(True)
        began = time.monotonic()
        paths = photos(Path(profile), count)
        take = page.locator("[data-visit-photos] [data-take]").last
        for start in range(0, count, 10):
            take.set_input_files(paths[start : start + 10])
            while page.locator("[data-visit-photos] [data-tile]").count() < min(start + 10, count):
                watch.look()
                page.wait_for_timeout(200)
        watch.said(f"离线收{count}张", time.monotonic() - began, count)
        page.locator("[name=unsigned_reason]").fill("测内存")
        page.locator("[data-phone-done]").click()
        page.wait_for_timeout(2000)
        context.set_offline(False)
        began = time.monotonic()
        while (
            sent := page.locator(".phone-tile.is-sent").count()
        ) < count and time.monotonic() - began < 1800:
            watch.look()
            page.wait_for_timeout(500)
        watch.said(f"联网传完{sent}张", time.monotonic() - began, sent)
        context.close()
    shutil.rmtree(profile, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:4], *(int(word) for word in sys.argv[4:5]))
