"""坏文件：从几份好文件按固定的办法弄坏，二百多份；在一个内存有限的进程里逐份让各种读法读。

Run as a program it prints one JSON line a reading: which file, which reader, how it ended, how long it took.
"""

import io
import json
import random
import resource
import struct
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

MEMORY = 3 * 1024**3  # of addresses; what is used is measured on its own
SEED = 8
BOMB = 200 * 1024 * 1024
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><worksheet>&j;</worksheet>"
)
FOREIGN = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
)


def good_files() -> dict[str, bytes]:
    import openpyxl
    from docx import Document
    from PIL import Image

    book, paper, picture = openpyxl.Workbook(), Document(), Image.effect_noise((64, 48), 50)
    for row in (
        ["项目名称", "总投资（万元）", "年度计划"],
        ["一号项目", 12000, 3000],
        ["二号项目", 8000, 2500],
    ):
        book.active.append(row)
    paper.add_paragraph("当年实施项目364个，已开工300个，开工率84.2%。")
    paper.add_table(2, 2).cell(0, 0).text = "合计"
    files = {}
    for name, save in (("a.xlsx", book.save), ("a.docx", paper.save)):
        out = io.BytesIO()
        save(out)
        files[name] = out.getvalue()
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG")
    text = "BT /F1 12 Tf 72 720 Td (364 projects) Tj ET"
    parts = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
             "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
             f"<</Length {len(text)}>>stream\n{text}\nendstream"]  # fmt: skip
    body = "%PDF-1.4\n" + "".join(f"{n} 0 obj{part}endobj\n" for n, part in enumerate(parts, 1))
    files["a.pdf"] = (body + "trailer<</Root 1 0 R/Size 5>>\nstartxref\n0\n%%EOF").encode()
    files["a.jpg"] = out.getvalue()
    files["a.csv"] = "项目名称,总投资（万元）\n一号项目,12000\n二号项目,8000\n".encode("gb18030")
    files["a.yaml"] = "name: 体系\ngroups:\n  - name: 组\n    indicators: [{name: 甲, weight: 1}]\n".encode()
    files["a.mp4"] = struct.pack(">I4s4sI", 20, b"ftyp", b"isom", 512) + b"isom" + bytes(2000)
    return files


def corpus() -> Iterator[tuple[str, bytes]]:
    """Truncated, flipped, doubled, blanked, named for another; and those made to hurt."""
    chance = random.Random(SEED)
    files = good_files()
    for name, data in files.items():
        for part in (0, 1, 4, 30, len(data) // 3, len(data) // 2, len(data) - 1):
            yield f"cut{part}-{name}", data[:part]
        for number in range(14):
            spoilt = bytearray(data)
            for _ in range(1 + number * 2):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            yield f"flip{number}-{name}", bytes(spoilt)
        yield f"twice-{name}", data * 2
        yield f"nulls-{name}", data[:40] + bytes(4000) + data[40:]
        yield f"noise-{name}", chance.randbytes(5000)
        for other in ("b.xlsx", "b.docx", "b.pdf", "b.jpg", "b.csv", "b.yaml"):
            if other[2:] != name[2:]:
                yield f"as-{name[2:]}-{other}", data
    yield from _made_to_hurt(files)


def _made_to_hurt(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, inner in (("a.xlsx", "xl/worksheets/sheet1.xml"), ("a.docx", "word/document.xml")):
        yield f"bomb-{name}", _with(files[name], inner, b" " * BOMB)
        yield f"laughs-{name}", _with(files[name], inner, LAUGHS.encode())
        yield f"foreign-{name}", _with(files[name], inner, FOREIGN.encode())
        yield f"deep-{name}", _with(files[name], inner, b"<a>" * 200_000)
        yield f"up-{name}", _with(files[name], "../../../up.xml", b"<a/>")
        yield f"gone-{name}", _with(files[name], inner, None)
    yield from _dense(files["a.xlsx"])
    anchors = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
    )
    yield "laughs-a.yaml", anchors.encode()
    yield "object-a.yaml", b"!!python/object/apply:os.system ['true']\n"
    yield "deep-a.yaml", b"[" * 20_000
    yield "wide-a.csv", b"," * 300_000
    yield "long-a.csv", b"x\n" * 200_000
    yield "quote-a.csv", b'"' + b"x" * 2_000_000
    yield "loop-a.pdf", files["a.pdf"].replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    yield (
        "huge-a.jpg",
        files["a.jpg"].replace(
            b"\xff\xc0\x00\x11\x08\x00\x30\x00\x40", b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff"
        ),
    )


def _dense(book: bytes) -> Iterator[tuple[str, bytes]]:
    """Small files that are long to count through, padded so that they do not look swollen."""
    padding = random.Random(SEED).randbytes(400_000)
    sheet, row = "xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row r="1"><c r="A1">'
    for name, piece in (("unfinished", b"<f>"), ("formulas", b'</c><c r="A1"><f>1</f>')):
        xml = row + piece * (60_000_000 // len(piece)) + b"</c></row></sheetData></worksheet>"
        yield f"{name}-a.xlsx", _with(_with(book, sheet, xml), "xl/media/a.bin", padding)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"<table:table-row>" + b"<table:table-cell/>" * 3_000_000)
        archive.writestr("Pictures/a.bin", padding)
    yield "crowded-a.ods", out.getvalue()


def _with(data: bytes, inner: str, content: bytes | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != inner:
                new.writestr(item, old.read(item.filename))
        if content is not None:
            new.writestr(inner, content)
    return out.getvalue()


def readers() -> dict[str, tuple[Callable[[str, bytes], object], tuple[type[Exception], ...]]]:
    """What reads files from outside, and by which errors it says in a sentence that it cannot."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from xushi.documents import drafts
    from xushi.documents.checking import check
    from xushi.exchange import reading, sheets
    from xushi.indicators import reading as specs
    from xushi.indicators import refusals, workbook
    from xushi.kit import evidence, photos

    folder = Path(tempfile.mkdtemp())

    def kept(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    def checked(name: str, data: bytes) -> object:
        draft = drafts.read_draft(name, data)
        return check(draft.text, draft.tables)

    refused = refusals.Refused
    return {
        "import": (lambda name, data: reading.open_sheet(data, name), (sheets.Refused,)),
        "check": (checked, (drafts.Unreadable,)),
        "figures": (lambda name, data: workbook.opened(kept(name, data)), (refused,)),
        "specification": (lambda name, data: specs.read_spec(kept(name, data)), (refused,)),
        "photo": (lambda name, data: photos.clean_photo(name, len(data), io.BytesIO(data)), (ValueError,)),
        "evidence": (
            lambda name, data: evidence.cleaned([SimpleUploadedFile(name, data)], most=3),
            (evidence.BadFiles,),
        ),
    }


def main() -> None:
    import django

    django.setup()
    reading = readers()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name, data in corpus():
        for reader, (read, refusals) in reading.items():
            began = time.process_time()
            try:
                read(name, data)
                ended = "read"
            except refusals as refused:
                ended = "refused" if str(refused) else "refused without a word"
            except Exception as broken:  # noqa: BLE001 - what the test is about
                ended = f"{type(broken).__name__}: {str(broken)[:80]}"
            told = {"file": name, "reader": reader, "ended": ended, "seconds": time.process_time() - began}
            sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.write(json.dumps({"peak_mib": peak_mib()}) + "\n")


def peak_mib() -> int:
    """The most memory this program has held; ru_maxrss would count what started it as well."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    main()
