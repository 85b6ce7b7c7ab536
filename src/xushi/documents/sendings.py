"""发文与收文：发给哪些单位，谁签收了，催签收，谁下载过。"""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from xushi.calendars.selectors import calendar
from xushi.documents.acting import taken
from xushi.documents.actions import OFFICE_ONLY, may_write
from xushi.documents.models import Download, Paper, Sending
from xushi.documents.policy import receiving
from xushi.duties.actions import DutyInput, end_duties, set_duties
from xushi.duties.reach import beyond, reach_of
from xushi.journal.actions import Actor, RowChange, record
from xushi.kit.bulk import insert_all
from xushi.registry.checking import Refused, RowProblem, refuse
from xushi.units.models import Role, Unit, User

READ = "paper.read"
READ_IN = 2  # working days


@transaction.atomic
def send_paper(
    pk: int,
    units: Collection[Unit],
    *,
    actor: Actor,
    now: datetime,
    praised: Collection[int] = (),
    named: Collection[int] = (),
) -> list[Sending]:
    """发送: each unit once; those who have it already keep their receipt. praised, named: units the text names."""
    paper = taken(pk, "send", actor=actor, may=may_write, who=OFFICE_ONLY)
    held = set(paper.sendings.values_list("unit", flat=True))
    fresh = [unit for unit in units if unit.pk not in held]
    if not fresh:
        raise Refused([RowProblem(0, "units", "请至少选一个还没发过的单位。")])
    had = set(Sending.objects.filter(paper=paper.replaces_id).values_list("unit", flat=True))
    refuse(RowProblem(0, "units", said) for _, said in beyond(reach_of(actor.by, Role.OFFICE), fresh, had))
    made = [
        Sending(
            paper=paper, unit=unit, unit_name=unit.name, sent_at=now, sent_by=actor.by,
            praised=unit.pk in praised, named=unit.pk in named,
        )
        for unit in fresh
    ]  # fmt: skip
    insert_all(made)
    due = calendar().deadline(now, READ_IN)
    set_duties([_to_read(paper, one, due) for one in made], now=now)
    record(
        "documents.paper.sent", actor=actor, now=now, subject=paper,
        summary=f"“{paper}”{paper.number}发给{fresh[0]}" + (f"等{len(fresh)}个单位" if len(fresh) > 1 else ""),
    )  # fmt: skip
    return made


def _to_read(paper: Paper, sending: Sending, due: datetime | None) -> DutyInput:
    return DutyInput(
        subject=sending, kind=READ, title=f"签收{paper.get_kind_display()}“{paper}”"[:200], due_at=due, unit=sending.unit,
        subject_name=str(paper), number=paper.number, issuer=paper.office.name, counted=True,
        url=reverse("documents:paper", args=[paper.pk]),
    )  # fmt: skip


@transaction.atomic
def sign_for(paper: Paper, *, actor: Actor, now: datetime) -> list[Sending]:
    """签收: by whoever of the unit opens it first; once, and nothing happens for those who only look."""
    if not isinstance(actor.by, User):
        raise PermissionDenied("请收文单位的人签收。")
    rows = paper.sendings.select_for_update(of=("self",)).filter(unit__in=receiving(actor.by), read_at=None)
    signed = list(rows.select_related("unit").order_by("pk"))
    for one in signed:
        one.read_at, one.read_by, one.read_name = now, actor.by, actor.by.name
        one.save(update_fields=["read_at", "read_by", "read_name"])
        end_duties(one, now=now, by=actor.by, kinds=[READ])
    if signed:
        names = "、".join(one.unit_name for one in signed)
        record(
            "documents.paper.received", actor=actor, now=now, subject=paper,
            summary=f"{names}签收“{paper}”{paper.number}",
        )  # fmt: skip
    return signed


@transaction.atomic
def remind_readers(pk: int, *, actor: Actor, now: datetime) -> list[Sending]:
    """催签收: those who have not signed are told again."""
    paper = taken(pk, "send", actor=actor, may=may_write, who=OFFICE_ONLY)
    left = list(paper.sendings.filter(read_at=None).select_related("unit").order_by("unit__path"))
    if not left:
        raise Refused([RowProblem(0, "units", "都签收了，不用催。")])
    paper.sendings.filter(read_at=None).update(reminded_at=now)
    record(
        "documents.paper.reminded", actor=actor, now=now, subject=paper,
        summary=f"“{paper}”催{left[0].unit_name}" + (f"等{len(left)}个单位" if len(left) > 1 else "") + "签收",
        rows=(RowChange(one, one.unit_name) for one in left),
    )  # fmt: skip
    return left


@transaction.atomic
def note_download(paper: Paper, form: str, *, actor: Actor, now: datetime) -> Download:
    """谁下载了: which 稿, in which form."""
    by = actor.by
    made = Download.objects.create(
        paper=paper, version=paper.version, form=form, by=by, by_name=by.name if by else "系统", at=now
    )
    record(
        "documents.paper.downloaded", actor=actor, now=now, subject=paper,
        summary=f"下载“{paper}”{paper.number or f'第{paper.version}稿'}（{form}）",
    )  # fmt: skip
    return made
