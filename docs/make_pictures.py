"""拍文档里的图：建演示区、起服务、开真浏览器，一张张拍进 docs/pictures。

用法：.venv/bin/python docs/make_pictures.py [图名 …]    不写图名就全拍
"""

import csv
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import xlsxwriter
from PIL import Image
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
XUSHI = str(Path(sys.executable).parent / "xushi")
MOMENT = "2018-09-12T08:30"
PASSWORD = "Xushi-2018-demo"  # noqa: S105 - 演示区公开的密码
LARGEST = 250_000  # 字节；超过就减颜色
PHONE, DESKTOP, WALL = (390, 844), (1440, 900), (1920, 1080)
ROWS = 9

Shot = Callable[[Page], None]


@contextmanager
def demonstration() -> Iterator[str]:
    """The demonstration district in a folder of its own, served; yields its address."""
    with tempfile.TemporaryDirectory(prefix="xushi-pictures-") as home:
        environment = os.environ | {"XUSHI_HOME": home, "XUSHI_NOW": MOMENT}
        environment.pop("DATABASE_URL", None)
        subprocess.run([XUSHI, "demo", "--build-only"], env=environment, check=True)  # noqa: S603
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([XUSHI, "serve", "--port", str(port), "--workers", "1"], env=environment)  # noqa: S603
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{address}/healthz", server)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(60):
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310
                return
        except OSError:
            if server.poll() is not None:
                raise SystemExit("服务没有起来，看上面的话。") from None
            try:
                server.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
    raise SystemExit("等了半分钟，服务还没有应答。")


def sign_in(page: Page, account: str) -> None:
    page.goto("/login")
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".login-form")).to_have_count(0)


def at(account: str, address: str) -> Shot:
    def go(page: Page) -> None:
        sign_in(page, account)
        page.goto(address)

    return go


def project(page: Page) -> None:
    """The project that the leader's home page puts second: slow and blocked."""
    sign_in(page, "leader")
    page.locator(".warnrow >> visible=true").nth(1).click()
    expect(page.locator(".shell-detail")).to_be_visible()


def report(page: Page) -> None:
    """The monthly report half filled: as much as last month, checked while it is typed, on last month's words."""
    sign_in(page, "territory")
    page.goto("/projects/?stage=under_way&state=started")
    address = page.locator(".list-row").nth(2).get_attribute("href") or ""
    page.goto(f"/progress/report/{address.split('/')[2]}/2018-09/")
    last = re.sub(r"[^\d]", "", page.locator(".field-last .of-month").inner_text())
    page.get_by_label("当月完成投资").fill(last)
    expect(page.locator("#calc")).to_contain_text("按所填测算")
    page.get_by_role("button", name="沿用上月再改").click()


def wall(page: Page) -> None:
    sign_in(page, "office")
    page.goto("/walls/")
    page.get_by_label("放在哪").fill("指挥中心")
    page.get_by_role("button", name="开通").click()
    page.goto(page.locator(".wall-url").first.inner_text())
    expect(page.locator(".wall-page")).to_be_visible()


def sheet(plans: list[tuple[str, int]]) -> bytes:
    """A revision of plans (name, 万元) as districts send it: merged heads, subtotals, amounts written every way."""
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    page = book.add_worksheet("中期调整")
    middle = book.add_format({"align": "center"})
    page.merge_range("A1:E1", "浦口区2018年度重点项目投资计划中期调整表", middle)
    page.write("E2", "单位：万元")
    for column, head in enumerate(("序号", "项目名称")):
        page.merge_range(2, column, 3, column, head, middle)
    page.merge_range("C3:D3", "2018年投资计划", middle)
    page.write_row("C4", ["年初", "调整后"])
    page.merge_range("E3:E4", "开工时间", middle)
    page.write_row("A5", ["一", "产业项目"])
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    starts = ["2017.4", "2017年11月", "2018-03-01", 2018.1, "2017.6", "2018.4", "2017.9", "2018.2", "2018.5"]
    for n, (name, plan) in enumerate(plans):
        less = plan * 9 // 10
        after = [
            plan,
            f"{less / 10_000:g}亿元",
            str(less).translate(wide),
            plan,
            less,
            plan * 10,
            plan,
            "",
            "—",
        ]
        words = f"{name}2期" if n == ROWS - 1 else f"{name[:2]}\n{name[2:]}" if n == 4 else name
        page.write_row(5 + n, 0, [n + 1, words, plan, after[n], starts[n]])
    page.write_formula(5 + 7, 3, "=C13*0.8", value="")
    page.write_row(5 + len(plans), 1, ["小计", sum(plan for _, plan in plans) + 2_000])
    book.close()
    return kept.getvalue()


def importing(page: Page) -> None:
    """The nine industrial projects with the largest plans, revised by a sheet."""
    sign_in(page, "office")
    query = "stage=under_way&category=industrial&sort=-plan&columns=plan"
    told = page.request.get(f"/projects/export.csv?{query}").text().lstrip("\ufeff")
    rows = list(csv.reader(told.splitlines()))[1 : ROWS + 1]
    plans = [(name, round(float(plan) * 10_000)) for name, plan, *_ in rows]
    page.goto("/exchange/")
    page.get_by_label("种类").select_option("plans")
    file = {"name": "中期调整表.xlsx", "mimeType": "application/octet-stream", "buffer": sheet(plans)}
    page.get_by_label("来表", exact=True).set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_label("年度").fill("2018")
    page.get_by_role("button", name="交表并预览").click()
    expect(page).to_have_url(re.compile(r"/exchange/\d+/"))


def order(page: Page) -> None:
    """督办17号 as the land bureau sees it, an answer half typed."""
    sign_in(page, "department")
    page.goto("/supervision/orders/")
    page.locator("a:has-text('完成紫光项目二期4户腾地') >> visible=true").first.click()
    page.locator("#feedback [name=words]").fill("已完成3户交房验收，剩余1户补偿差12万元，拟今日10时现场会办")


def instruction(page: Page) -> None:
    """A leader's words on the project that the home page puts first."""
    sign_in(page, "leader")
    page.locator(".warnrow >> visible=true").first.click()
    page.locator("a:has-text('写批示') >> visible=true").first.click()
    page.locator("[data-pen] [name=words]").fill(
        "请国土分局牵头，桥林街道配合，周五前完成4户腾地，重大办每日报我"
    )


def meeting(page: Page) -> None:
    """The meeting of this afternoon."""
    sign_in(page, "office")
    page.goto("/supervision/meetings/")
    page.locator("main a[href*='/supervision/meetings/'] >> visible=true").filter(
        has_text="9月12日"
    ).first.click()


def permit_steps(page: Page) -> None:
    """The permits of 紫光: its track, and the step it waits at."""
    sign_in(page, "office")
    page.goto("/permits/")
    address = page.locator("a.rowlink:has-text('紫光项目')").first.get_attribute("href") or ""
    page.goto(f"/permits/project/{address.strip('/').split('/')[-1]}/")


def camera(page: Page) -> None:
    """The site of 紫光, live."""
    sign_in(page, "office")
    page.goto("/sites/")
    page.locator("a:has-text('紫光项目') >> visible=true").first.click()
    expect(page.locator("text=直播").first).to_be_visible(timeout=15_000)


def visit(page: Page) -> None:
    """An inspection recorded without a network."""
    sign_in(page, "inspector")
    page.goto("/inspections/phone/")
    page.get_by_text("紫光项目").first.click()
    page.wait_for_timeout(2000)
    page.context.set_offline(True)
    page.locator("label:has-text('问题') >> visible=true").first.click()
    page.locator("label:has-text('合格') >> visible=true").nth(2).click()


def live_wall(page: Page) -> None:
    """The cameras, playing."""
    sign_in(page, "office")
    page.goto("/sites/")
    page.wait_for_timeout(8000)


def checked(page: Page) -> None:
    """The report's draft with its two wrong rates."""
    sign_in(page, "office")
    page.goto("/documents/")
    page.locator("a.rowlink:has-text('完成情况的报告')").first.click()
    expect(page.locator("text=数字勾稽").first).to_be_visible(timeout=30_000)


SHOTS: dict[str, tuple[tuple[int, int], str, Shot]] = {
    "overview": (DESKTOP, "light", at("office", "/overview/")),
    "overview-dark": (DESKTOP, "dark", at("office", "/overview/")),
    "projects": (DESKTOP, "light", at("office", "/projects/?stage=under_way")),
    "home": (PHONE, "light", at("leader", "/")),
    "home-dark": (PHONE, "dark", at("leader", "/")),
    "project": (PHONE, "light", project),
    "report": (PHONE, "light", report),
    "orders": (DESKTOP, "light", at("office", "/supervision/orders/")),
    "order": (PHONE, "light", order),
    "duties": (PHONE, "light", at("department", "/duties/")),
    "instruction": (PHONE, "light", instruction),
    "problems": (DESKTOP, "light", at("office", "/problems/?batch=2")),
    "meeting": (DESKTOP, "light", meeting),
    "permits": (DESKTOP, "light", at("office", "/permits/")),
    "permits-dark": (DESKTOP, "dark", at("office", "/permits/")),
    "permit-steps": (PHONE, "light", permit_steps),
    "signings": (DESKTOP, "light", at("office", "/signings/")),
    "admission": (DESKTOP, "light", at("office", "/admission/")),
    "planning": (DESKTOP, "light", at("office", "/planning/")),
    "inspections": (DESKTOP, "light", at("office", "/inspections/")),
    "visit": (PHONE, "light", visit),
    "cameras": (DESKTOP, "light", live_wall),
    "camera": (PHONE, "light", camera),
    "indicators": (DESKTOP, "light", at("office", "/indicators/")),
    "indicators-dark": (DESKTOP, "dark", at("office", "/indicators/")),
    "check": (DESKTOP, "light", checked),
    "wall": (WALL, "dark", wall),
    "import": (DESKTOP, "light", importing),
    "login": (PHONE, "light", lambda page: page.goto("/login") and None),
}


def take(browser: Browser, address: str, name: str) -> None:
    (width, height), theme, go = SHOTS[name]
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="zh-CN",
        color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce",
        device_scale_factor=2 if width == PHONE[0] else 1,
    )  # fmt: skip
    page = context.new_page()
    page.on("response", _refuse_errors)
    go(page)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)  # charts draw themselves; the stream of badges stays open
    page.evaluate("document.activeElement && document.activeElement.blur()")
    PICTURES.mkdir(exist_ok=True)
    size = _keep(page.screenshot(animations="disabled"), PICTURES / f"{name}.png")
    sys.stdout.write(f"{name}.png {size // 1000}KB\n")
    context.close()


def _refuse_errors(response: Response) -> None:
    live = "/live/" in response.url  # one of the demonstration's cameras is out, and says so
    if response.status >= 400 and not live:
        raise SystemExit(f"{response.url}答了{response.status}，这张不能拍。")


def _keep(shot: bytes, path: Path) -> int:
    """Write the picture, with fewer colours only where LARGEST asks for it; returns its size in bytes."""
    drawn = Image.open(BytesIO(shot)).convert("RGB")
    drawn.save(path, optimize=True)
    for colours in (256, 128, 64):
        if path.stat().st_size <= LARGEST:
            break
        drawn.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


def main(names: list[str]) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("没有 Chromium，拍不了。请装：apt-get install chromium fonts-noto-cjk")
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        )
        for name in names or SHOTS:
            take(browser, address, name)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
