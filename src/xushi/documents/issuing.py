"""签发：送签、退回、签发取号。签发时正文、文件一并定住，以后只能另发一份替换。"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse

from xushi.core.clock import local_day
from xushi.documents.acting import moved, newest, taken
from xushi.documents.actions import OFFICE_ONLY, may_write
from xushi.documents.markup import blanks_in
from xushi.documents.models import IssuedFile, Letterhead, Paper, PaperSerial
from xushi.documents.policy import can_issue, can_write
from xushi.documents.review import open_findings
from xushi.documents.table import ACTS, State
from xushi.duties.actions import DutyInput, end_duties, set_duties
from xushi.duties.reach import reach_of, strangers
from xushi.journal.actions import Actor, record
from xushi.registry.checking import Refused, RowProblem, said_in_words
from xushi.units.models import Role, Unit, User

SIGNERS = "由请签的领导或区重大办签发、退回。"
SIGN = "paper.sign"
NEEDED = {"head": "红头", "signed": "落款", "word": "机关代字"}
LABELS = {**NEEDED, "contact": "联系人", "copies": "抄送"}
Made = Mapping[str, bytes]  # form → bytes
Make = Callable[[Paper], Made]


@transaction.atomic
def submit_paper(pk: int, signer: User | None, *, actor: Actor, now: datetime, seen: int) -> Paper:
    """送签: every wrong number is settled or explained by then; the signer has it among the duties."""
    paper = taken(pk, "submit", actor=actor, may=may_write, who=OFFICE_ONLY, version=seen)
    _all_filled(paper)
    _all_settled(paper, actor, now)
    if signer is not None and not signer.has_role(Role.LEADER, Role.OFFICE):
        raise Refused([RowProblem(0, "signer", f"{signer.name}不是领导，也不在重大办，请另选一位签发。")])
    if signer is not None and strangers(reach_of(actor.by, Role.OFFICE), [signer]):
        raise Refused([RowProblem(0, "signer", f"{signer.name}不是您这里的领导，请另选一位签发。")])
    paper.signer = signer
    moved(paper, ACTS["submit"].after, now=now, fields=("signer",))
    if signer is not None:
        set_duties([_to_sign(paper, signer, actor)], now=now)
    record(
        "documents.paper.submitted", actor=actor, now=now, subject=paper,
        summary=f"“{paper}”第{paper.version}稿送签" + (f"，请{signer.name}签发" if signer else ""),
    )  # fmt: skip
    return paper


def _to_sign(paper: Paper, signer: User, actor: Actor) -> DutyInput:
    return DutyInput(
        subject=paper, kind=SIGN, title=f"签发{paper.get_kind_display()}“{paper}”"[:200], due_at=None, person=signer,
        subject_name=str(paper), issuer=actor.by.unit_name if actor.by else "",
        url=reverse("documents:paper", args=[paper.pk]),
    )  # fmt: skip


@transaction.atomic
def return_paper(pk: int, words: str, *, actor: Actor, now: datetime) -> Paper:
    """退回: to be changed; says what."""
    paper = taken(pk, "return", actor=actor, may=can_issue, who=SIGNERS)
    words = said_in_words(words, "请写明要改什么。", most=300)
    moved(paper, ACTS["return"].after, now=now)
    end_duties(paper, now=now, by=actor.by, kinds=[SIGN])
    record(
        "documents.paper.returned",
        actor=actor,
        now=now,
        subject=paper,
        summary=f"退回“{paper}”：{words}"[:500],
        changes={"写了": [None, words]},
    )
    return paper


@transaction.atomic
def issue_paper(pk: int, *, actor: Actor, now: datetime, seen: int, make: Make) -> Paper:
    """签发: takes the next number of the year and fixes the files. make writes them once number and date stand.

    Refused where a wrong number is neither settled nor explained, or the office has no letterhead.
    """
    paper = taken(pk, "issue", actor=actor, may=can_issue, who=SIGNERS, version=seen)
    _all_filled(paper)
    _all_settled(paper, actor, now)
    head = Letterhead.objects.filter(office=paper.office).first()
    if head is None:
        raise Refused(
            [RowProblem(0, "office", f"{paper.office}还没有红头和机关代字，请先在“红头”里填好再签发。")]
        )
    year = local_day(now).year
    paper.year, paper.serial = year, _next_serial(paper, year)
    paper.number = f"{head.word}〔{year}〕{paper.serial}号"
    paper.issued_by, paper.issued_at = actor.by, now
    fields = ("year", "serial", "number", "issued_by", "issued_at")
    moved(paper, ACTS["issue"].after, now=now, fields=fields)
    kept = _fixed(paper, make(paper))
    end_duties(paper, now=now, by=actor.by, kinds=[SIGN])
    if paper.replaces is not None:
        moved(paper.replaces, State.REPLACED, now=now)
    told = f"，替换{paper.replaces.number}" if paper.replaces else ""
    record(
        "documents.paper.issued", actor=actor, now=now, subject=paper,
        summary=f"签发“{paper}”，{paper.number}{told}", changes={"文号": [None, paper.number], **kept},
    )  # fmt: skip
    return paper


def _all_settled(paper: Paper, actor: Actor, now: datetime) -> None:
    if left := open_findings(paper, actor.by, now):
        said = f"还有{len(left)}处数对不上：{left[0].claimed}（{left[0].words}）。请改正或写说明保留，再送签、签发。"
        raise Refused([RowProblem(0, "findings", said)])


def _all_filled(paper: Paper) -> None:
    if left := blanks_in(newest(paper).text):
        said = f"还有{len(left)}处待填：{'、'.join(left[:3])}。请在“改稿”里写好，或把那一行删掉。"
        raise Refused([RowProblem(0, "blanks", said)])


def _next_serial(paper: Paper, year: int) -> int:
    """The row is locked until the number is in use: a rollback gives it back, two issuers never get the same."""
    PaperSerial.objects.get_or_create(office=paper.office, year=year)
    row = PaperSerial.objects.select_for_update().get(office=paper.office, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def _fixed(paper: Paper, files: Made) -> dict[str, list[str | None]]:
    changes: dict[str, list[str | None]] = {}
    for form, data in files.items():
        print_ = sha256(data).hexdigest()
        IssuedFile.objects.create(
            paper=paper, form=form, sha256=print_, size=len(data),
            file=ContentFile(data, name=f"{paper.pk}-{print_[:16]}.{form}"),
        )  # fmt: skip
        changes[f"{form}指纹"] = [None, print_]
    return changes


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterheadInput:
    head: str
    signed: str
    word: str
    contact: str = ""
    copies: str = ""


@transaction.atomic
def set_letterhead(office: Unit, row: LetterheadInput, *, actor: Actor, now: datetime) -> Letterhead:
    """定红头: what stands on top and at the end of the office's papers, and the word of its numbers."""
    if actor.by is not None and not can_write(actor.by):
        raise PermissionDenied(OFFICE_ONLY)
    problems = [
        RowProblem(0, name, f"请写{label}。")
        for name, label in NEEDED.items()
        if not getattr(row, name).strip()
    ]
    if problems:
        raise Refused(problems)
    held, _ = Letterhead.objects.select_for_update().get_or_create(office=office)
    changed: dict[str, list[str | None]] = {}
    for name, label in LABELS.items():
        before, after = getattr(held, name), getattr(row, name).strip()
        if before != after:
            changed[label] = [before, after]
            setattr(held, name, after)
    if changed:
        held.save()
        record(
            "documents.letterhead.set", actor=actor, now=now, subject=held, changes=changed,
            summary=f"定{office}的红头：{held.head}，{held.word}",
        )  # fmt: skip
    return held
