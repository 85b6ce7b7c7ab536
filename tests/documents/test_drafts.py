"""读稿：Word 的修订按接受看，表也看；加密的、坏的、扫描的各有一句话。"""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from xushi.documents.drafts import Unreadable, read_draft

WRONG = "1-8月，当年实施项目364个，已开工300个，开工率84.2%。"


def word(*paragraphs: str) -> bytes:
    document, out = Document(), io.BytesIO()
    for one in paragraphs:
        document.add_paragraph(one)
    document.save(out)
    return out.getvalue()


def test_tracked_changes_are_read_as_accepted() -> None:
    document = Document()
    paragraph = document.add_paragraph("已开工300个，开工率")
    for tag, inner, text in (("w:del", "w:delText", "84.2%"), ("w:ins", "w:t", "82.4%")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        change.set(qn("w:id"), "1")
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    out = io.BytesIO()
    document.save(out)
    draft = read_draft("稿.docx", out.getvalue())
    assert draft.text.strip() == "已开工300个，开工率82.4%"
    assert "2处修订" in draft.notes[0]


def test_tables_of_a_word_file_come_as_tables() -> None:
    document = Document()
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("街道", "项目"), ("江浦", "66")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    assert read_draft("表.docx", out.getvalue()).tables[0].rows == (("街道", "项目"), ("江浦", "66"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text_in_any_usual_encoding(encoding: str) -> None:
    assert WRONG in read_draft("稿.txt", WRONG.encode(encoding)).text


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"word/{number}.xml", b"0" * 100_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"  \n", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "密码"),
        (b"PK\x03\x04broken", "另存一份"),
        (word("一段")[:400], "另存一份"),
        (b"%PDF-1.7\nbroken", "PDF"),
        (bytes(range(256)) * 8, "不是文字稿"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_draft("稿", data)


def test_a_file_that_unpacks_without_end_is_not_unpacked() -> None:
    with pytest.raises(Unreadable, match="太大"):
        read_draft("稿.docx", bomb())


def test_the_command_tells_people_and_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "稿.docx"
    path.write_bytes(word(WRONG, "全区11个区中排名第9。"))
    with pytest.raises(SystemExit) as ended:
        call_command("verify", str(path))
    assert ended.value.code == 1
    assert "写84.2%，算得82.4%" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("verify", str(path), json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["claims_checked"] >= 3
    assert answer["findings"][0] | {"sentence": ""} == {
        "kind": "ratio", "sentence": "", "claimed": "84.2%", "computed": "82.4%", "allowed": ["82.418%", "82.418%"],
        "operands": ["300个", "364个"], "severity": "error", "why": "率与两数相除对不上", "dependents": [],
    }  # fmt: skip
    with pytest.raises(CommandError, match="读不到"):
        call_command("verify", str(tmp_path / "没有.txt"))


def test_a_right_draft_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "稿.txt"
    path.write_text(WRONG.replace("84.2", "82.4"), encoding="utf-8")
    call_command("verify", str(path))
    assert "没有对不上的" in capsys.readouterr().out


def pdf(text: str = "", password: str = "") -> bytes:
    from pypdf import PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password)
    writer.write(out)
    return out.getvalue()


def test_a_broken_pdf_is_said_in_chinese_alone(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unreadable) as said:
        read_draft("稿.pdf", b"%PDF-1.4 broken off in the middle")
    assert str(said.value) == "“稿.pdf”不是好的 PDF；请重新导出，或直接用 .docx 来查。"
    assert [one for one in caplog.records if one.name.startswith("pypdf")] == []


@pytest.mark.parametrize(("data", "words"), [(pdf(), "扫描件"), (pdf(password="secret"), "密码")])
def test_a_pdf_that_gives_no_text_is_said(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_draft("稿.pdf", data)


def test_a_text_without_end_is_refused_and_five_hundred_pages_are_not() -> None:
    page = "已开工300个，开工率82.4%。" * 40
    assert read_draft("稿.txt", (page * 500).encode()).text
    with pytest.raises(Unreadable, match="分成几份"):
        read_draft("稿.txt", (page * 3000).encode())


def test_tracked_changes_within_tables_are_read_as_accepted() -> None:
    document = Document()
    cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
    for tag, inner, text in (("w:del", "w:delText", "18"), ("w:ins", "w:t", "16")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        change.set(qn("w:id"), "1")
        words.text = text
        run.append(words)
        change.append(run)
        cell.paragraphs[0]._p.append(change)
    out = io.BytesIO()
    document.save(out)
    draft = read_draft("稿.docx", out.getvalue())
    assert draft.tables[0].rows == (("16",),)
    assert "删去的不看" in draft.notes[0]
