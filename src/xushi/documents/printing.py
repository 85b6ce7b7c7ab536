"""一份文稿印成文件：红头、文号、落款、正文、附件，从签发的那一稿来；草稿带水印。"""

from collections.abc import Mapping
from datetime import datetime

from xushi.core.clock import local_day
from xushi.documents.acting import newest
from xushi.documents.actions import figures_in, marked
from xushi.documents.drafting import pictures_for
from xushi.documents.markup import body_of
from xushi.documents.models import IssuedFile, Letterhead, Paper, PaperVersion
from xushi.documents.months import month_of
from xushi.documents.named import figures_of
from xushi.documents.titles import title_lines
from xushi.documents.tree import Document, Picture
from xushi.units.models import User

DRAFT = "草稿"
CHART = "](chart:"


def document_of(paper: Paper, user: User, now: datetime) -> Document:
    """The tree that the writers print; a paper without a number carries the watermark 草稿. user sees its charts."""
    version = newest(paper)
    head = Letterhead.objects.filter(office=paper.office_id).first()
    body = body_of(marked(version), _charts(paper, version, user, now))
    day = local_day(paper.issued_at) if paper.issued_at else None
    signed = head.signed if head else paper.office.name
    red = head.head if head and paper.kind != Paper.Kind.REPORT else ""
    return Document(
        title=title_lines(paper.title), blocks=body.blocks, head=red,
        number=paper.number, addressee=f"{paper.addressee}：" if paper.addressee else "", signed=signed, signed_on=day,
        contact=head.contact if head else "", annexes=body.annexes, copies=head.copies if head else "",
        printed_by=signed if head else "", printed_on=day, watermark="" if paper.serial else DRAFT,
        figures=figures_in(version),
    )  # fmt: skip


def _charts(paper: Paper, version: PaperVersion, user: User, now: datetime) -> Mapping[str, Picture]:
    """The charts that the text names, drawn for the month that it speaks of."""
    month = month_of(paper.month)
    if month is None or CHART not in version.text:
        return {}
    return pictures_for(version.text, figures_of(user, month, now=now, open_month=True), None)


def files_of(paper: Paper, user: User, now: datetime) -> Mapping[str, bytes]:
    """The two files that are kept when a paper is issued."""
    from xushi.documents.writing import (
        write_docx,
        write_pdf,
    )  # the typesetter is large: loaded where it is used

    tree = document_of(paper, user, now)
    return {IssuedFile.Form.WORD.value: write_docx(tree), IssuedFile.Form.PDF.value: write_pdf(tree)}


def printed(paper: Paper, form: str, user: User, now: datetime) -> bytes:
    """A draft as it stands now."""
    from xushi.documents.writing import write_docx, write_pdf

    tree = document_of(paper, user, now)
    return write_pdf(tree) if form == IssuedFile.Form.PDF else write_docx(tree)
