"""文稿的写入：起稿、存一稿、退回某一稿、写说明保留、丢掉、捡回。签发与发送在旁边两个文件里。"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.months import Month
from xushi.documents.acting import moved, newest, taken
from xushi.documents.marking import Mark, Marked, carried
from xushi.documents.models import FindingAnswer, Paper, PaperVersion, TemplateVersion
from xushi.documents.policy import can_write
from xushi.documents.sourced import Sourced
from xushi.documents.table import ACTS
from xushi.journal.actions import Actor, record
from xushi.registry.checking import Refused, RowProblem, said_in_words
from xushi.units.models import Unit, User

OFFICE_ONLY = "文稿由区重大办起草、改稿。"
LONGEST_TITLE, LONGEST_NOTE, LONGEST_WORDS = 200, 200, 300
LONGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperInput:
    """A new paper: draft with its marks, figures those the marks name; token makes a form sent twice one paper."""

    kind: str
    title: str
    draft: Marked
    office: Unit
    month: Month | None = None
    figures: Mapping[str, Sourced] = field(default_factory=dict)
    template: TemplateVersion | None = None
    addressee: str = ""
    replaces: Paper | None = None
    note: str = ""
    token: str = ""


@transaction.atomic
def begin_paper(row: PaperInput, *, actor: Actor, now: datetime) -> Paper:
    """起稿: its first 稿 stands at once. A form that was sent before gives the paper it gave then."""
    if actor.by is not None and not can_write(actor.by):
        raise PermissionDenied(OFFICE_ONLY)
    if row.token and (before := Paper.objects.filter(token=row.token).first()):
        return before
    title = said_in_words(row.title, "请写标题。", "title", most=LONGEST_TITLE)
    _readable(row.draft.text)
    if row.replaces is not None:
        _replaceable(row.replaces)
    paper = Paper.objects.create(
        kind=row.kind, title=title, month=str(row.month or ""), office=row.office, template=row.template,
        addressee=row.addressee.strip(), replaces=row.replaces, code=token_urlsafe(12), made_by=actor.by,
        made_at=now, changed_at=now, token=row.token,
    )  # fmt: skip
    figures = {key: one.as_json() for key, one in row.figures.items()}
    _version(paper, row.draft, figures, row.note or "起稿", actor=actor, now=now)
    record(
        "documents.paper.begun", actor=actor, now=now, subject=paper,
        summary=f"起草{paper.get_kind_display()}“{paper}”",
    )  # fmt: skip
    return paper


def _replaceable(old: Paper) -> None:
    if old.serial is None or Paper.objects.filter(replaces=old).exists():
        raise Refused([RowProblem(0, "replaces", f"“{old}”没有签发，或已有一份在替换它，请接着改那一份。")])


def _readable(text: str) -> None:
    if not text.strip():
        raise Refused([RowProblem(0, "text", "正文是空的，请写几句再存。")])
    if len(text) > LONGEST_TEXT:
        raise Refused([RowProblem(0, "text", f"正文有{len(text):,}字，最多{LONGEST_TEXT:,}字，请分成几份。")])


def _version(
    paper: Paper, draft: Marked, figures: Mapping[str, Any], note: str, *, actor: Actor, now: datetime
) -> PaperVersion:
    paper.version += 1
    moved(paper, None, now=now, fields=("version", "title", "addressee"))
    kept = {mark.key for mark in draft.marks}
    return PaperVersion.objects.create(
        paper=paper, number=paper.version, text=draft.text, note=note.strip()[:LONGEST_NOTE], by=actor.by, at=now,
        marks=[[mark.start, mark.end, mark.key] for mark in draft.marks],
        figures={key: one for key, one in figures.items() if key in kept},
    )  # fmt: skip


def marked(version: PaperVersion) -> Marked:
    """The draft as it stands, with its marks."""
    return Marked(version.text, tuple(Mark(start, end, key) for start, end, key in version.marks))


def figures_in(version: PaperVersion) -> dict[str, Sourced]:
    """The figures that a draft prints, as they were when they were taken."""
    return {key: Sourced.read(one) for key, one in version.figures.items()}


@transaction.atomic
def save_draft(
    pk: int,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    seen: int,
    title: str | None = None,
    addressee: str | None = None,
    note: str = "",
) -> Paper:
    """存一稿: the next 稿; numbers nobody touched keep their source. seen: the 稿 that was edited."""
    paper = taken(pk, "edit", actor=actor, may=may_write, who=OFFICE_ONLY, version=seen)
    text = text.replace("\r\n", "\n")
    _readable(text)
    before = newest(paper)
    changed: dict[str, list[Any]] = {}
    if title is not None and title.strip() != paper.title:
        changed["标题"] = [paper.title, said_in_words(title, "请写标题。", "title", most=LONGEST_TITLE)]
        paper.title = title.strip()
    if addressee is not None and addressee.strip() != paper.addressee:
        changed["主送"] = [paper.addressee, addressee.strip()[:300]]
        paper.addressee = addressee.strip()[:300]
    if text == before.text and not changed:
        return paper
    made = _version(paper, carried(marked(before), text), before.figures, note, actor=actor, now=now)
    record(
        "documents.paper.saved", actor=actor, now=now, subject=paper, changes=changed,
        summary=f"“{paper}”存{made}" + (f"：{made.note}" if made.note else ""),
    )  # fmt: skip
    return paper


@transaction.atomic
def go_back(pk: int, number: int, *, actor: Actor, now: datetime, seen: int) -> Paper:
    """回到某一稿: a new 稿 like that one; nothing in between is lost."""
    paper = taken(pk, "edit", actor=actor, may=may_write, who=OFFICE_ONLY, version=seen)
    old = PaperVersion.objects.filter(paper=paper, number=number).first()
    if old is None:
        raise Refused([RowProblem(0, "version", f"没有第{number}稿，请从稿次里选。")])
    made = _version(paper, marked(old), old.figures, f"回到第{number}稿", actor=actor, now=now)
    record(
        "documents.paper.saved",
        actor=actor,
        now=now,
        subject=paper,
        summary=f"“{paper}”回到第{number}稿，存{made}",
    )
    return paper


@transaction.atomic
def keep_finding(
    pk: int, key: str, words: str, *, claimed: str, sentence: str, actor: Actor, now: datetime
) -> FindingAnswer:
    """写说明保留: the number stays as it is, and says why."""
    paper = taken(pk, "answer", actor=actor, may=may_write, who=OFFICE_ONLY)
    words = said_in_words(words, "请写明为什么保留，签发的人要看。", most=LONGEST_WORDS)
    answer, _ = FindingAnswer.objects.update_or_create(
        paper=paper, key=key,
        defaults={"claimed": claimed[:60], "sentence": sentence, "words": words, "by": actor.by, "at": now},
    )  # fmt: skip
    moved(paper, None, now=now)
    record(
        "documents.finding.kept",
        actor=actor,
        now=now,
        subject=paper,
        summary=f"“{paper}”保留{claimed}：{words}"[:500],
    )
    return answer


@transaction.atomic
def take_back_answer(pk: int, key: str, *, actor: Actor, now: datetime) -> None:
    """撤销说明: the finding is open again."""
    paper = taken(pk, "answer", actor=actor, may=may_write, who=OFFICE_ONLY)
    gone, _ = FindingAnswer.objects.filter(paper=paper, key=key).delete()
    if gone:
        moved(paper, None, now=now)
        record(
            "documents.finding.reopened",
            actor=actor,
            now=now,
            subject=paper,
            summary=f"“{paper}”撤销一处保留说明",
        )


@transaction.atomic
def set_month(pk: int, month: Month | None, *, actor: Actor, now: datetime) -> Paper:
    """截止月: with one, the text is compared with the database too."""
    paper = taken(pk, "edit", actor=actor, may=may_write, who=OFFICE_ONLY)
    before, paper.month = paper.month, str(month or "")
    if before != paper.month:
        moved(paper, None, now=now, fields=("month",))
        record(
            "documents.paper.dated", actor=actor, now=now, subject=paper, changes={"截止月": [before, paper.month]},
            summary=f"“{paper}”按{month.label if month else '不与库里比'}核对",
        )  # fmt: skip
    return paper


@transaction.atomic
def drop_paper(pk: int, *, actor: Actor, now: datetime) -> Paper:
    """不发了: it leaves the list and can be picked up again."""
    return _turn(pk, "drop", "documents.paper.dropped", actor=actor, now=now)


@transaction.atomic
def reopen_paper(pk: int, *, actor: Actor, now: datetime) -> Paper:
    """捡回: a draft again."""
    return _turn(pk, "reopen", "documents.paper.reopened", actor=actor, now=now)


def _turn(pk: int, act: str, verb: str, *, actor: Actor, now: datetime) -> Paper:
    paper = taken(pk, act, actor=actor, may=may_write, who=OFFICE_ONLY)
    moved(paper, ACTS[act].after, now=now)
    record(verb, actor=actor, now=now, subject=paper, summary=f"{ACTS[act].label}“{paper}”")
    return paper


def may_write(user: User, paper: Paper) -> bool:
    return can_write(user)
