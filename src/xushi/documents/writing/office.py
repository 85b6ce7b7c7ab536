"""LibreOffice 的 PDF：装了 soffice 的机器上，把 .docx 原样印成 PDF。一次一件，各用各的文件夹，超时就停。"""

import os
import shutil
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from xml.sax.saxutils import escape

from xushi.documents.writing import fonts

SECONDS = 60
PDF = 'pdf:writer_pdf_Export:{"ExportFormFields":{"type":"boolean","value":"false"}}'
WAIT = 30
_one = Lock()


class NoOffice(Exception):
    """LibreOffice is not here, is busy, or did not do it; str() says which."""


@cache
def soffice() -> str:
    """Where it is, "" where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def pdf_of_docx(data: bytes, *, seconds: float = SECONDS) -> bytes:
    """The .docx as LibreOffice prints it."""
    program = soffice()
    if not program:
        raise NoOffice("这台机器没有装 LibreOffice，请下载 .docx，或用系统自己排的 PDF。")
    if not _one.acquire(timeout=WAIT):
        raise NoOffice("LibreOffice 正在印别的，请过一会儿再试。")
    try:
        return _converted(program, data, seconds)
    finally:
        _one.release()


def _converted(program: str, data: bytes, seconds: float) -> bytes:
    with TemporaryDirectory(prefix="xushi-office-") as room:
        folder = Path(room)
        (folder / "paper.docx").write_bytes(data)
        command = [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", PDF, "--outdir", room, str(folder / "paper.docx"),
        ]  # fmt: skip
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": room, "LANG": "C.UTF-8"} | _typefaces(
            folder
        )
        with subprocess.Popen(  # noqa: S603 - our own program and names
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as running:  # fmt: skip
            try:
                running.wait(timeout=seconds)
            except subprocess.TimeoutExpired as late:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, 9)
                raise NoOffice(f"LibreOffice {seconds:.0f}秒没印完，请下载 .docx。") from late
        made = folder / "paper.pdf"
        if running.returncode or not made.exists():
            raise NoOffice("LibreOffice 没印成，请下载 .docx，或用系统自己排的 PDF。")
        return made.read_bytes()


def _typefaces(folder: Path) -> dict[str, str]:
    """The faces that the .docx names, taken for what is here, so that song type does not come out as sans."""
    try:
        named = fonts.names()
    except fonts.NoFont:
        return {}
    own = f"<dir>{escape(fonts.folder())}</dir>" if fonts.folder() else ""
    same = "".join(
        f'<match target="pattern"><test name="family"><string>{face}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{escape(found[0])}</string></edit></match>'
        for face, found in named.items()
    )
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{own}{same}</fontconfig>',
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
