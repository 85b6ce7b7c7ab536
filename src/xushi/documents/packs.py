"""成套的材料：会议材料、领导调研一页纸、单位月度情况表；由模板写出来，走同一棵树，印成 PDF 或 .docx。"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction

from xushi.core.months import Month
from xushi.documents.drafting import Draft, Subject, newest_version, pictures_for, title_of, written_for
from xushi.documents.kinds.finding import Printed
from xushi.documents.kinds.parts import file_name, note
from xushi.documents.markup import body_of
from xushi.documents.models_templates import Template
from xushi.documents.named import Figures, figures_of
from xushi.documents.policy_templates import WHOLE, may_print
from xushi.documents.project_pictures import CHARTS, GLANCE_MM
from xushi.documents.subjects import subject_of
from xushi.documents.tree import Block, Document, Picture
from xushi.journal.actions import Actor, record
from xushi.progress.closed import last_month_for
from xushi.progress.figures import Filters, rows
from xushi.registry.models import Project
from xushi.supervision.models import Meeting
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

CODES = {"unit": "unit-sheet", "project": "site-brief", "meeting": "meeting-pack"}

ABOUT: dict[str, type[models.Model]] = {"unit": Unit, "project": Project, "meeting": Meeting}


class NotYours(Exception):
    """This person has no use of such papers; the sentence says who has."""


class NoMonth(Exception):
    """No month is closed, so that there is nothing to write from."""


def drafted(
    kind: str, user: "User", pk: int, *, now: datetime, month: Month | None = None
) -> tuple[Draft, Subject, Figures] | None:
    """The draft with its subject and figures; None where this person sees no such thing.

    NotYours, NoMonth, OpenMonth and TemplateProblem say what is wrong. A unit's people get their own unit's alone.
    """
    if not may_print(user, kind):
        raise NotYours("这份材料由区重大办、区领导和督查室看。")
    wanted = month or last_month_for(user)
    if wanted is None:
        raise NoMonth("还没有哪个月关过账，没有数可写；关了账再来印。")
    if kind == "unit" and not _own_or_whole(user, pk):
        return None
    figures = figures_of(user, wanted, now=now)
    subject = subject_of(kind, user, pk, figures)
    if subject is None:
        return None
    template = Template.objects.standing_for(CODES[kind], user)
    version = newest_version(template)
    text, used = written_for(version.source, figures, subject)
    draft = Draft(text, used, title_of(template.name, wanted, subject), wanted, version)
    return draft, subject, figures


def _own_or_whole(user: "User", pk: int) -> bool:
    """The district's roles print any unit's sheet; others that of the units they work in."""
    if user.has_role(*WHOLE):
        return True
    return any(held.unit_id == pk for held in user.appointments_in_force)


def pack(kind: str, user: "User", pk: int, *, now: datetime, month: Month | None = None) -> Printed | None:
    """The paper itself; places still to be filled say so."""
    found = drafted(kind, user, pk, now=now, month=month)
    if found is None:
        return None
    draft, subject, figures = found
    document = document_of(draft, subject, figures)
    return Printed(document, file_name(draft.title))


@transaction.atomic
def note_pack(kind: str, pk: int, name: str, form: str, *, actor: Actor, now: datetime) -> None:
    """谁下载了成套的材料: of which unit, project or meeting, in which form."""
    record(
        "documents.pack.downloaded", actor=actor, now=now, subject=ABOUT[kind]._default_manager.get(pk=pk),
        summary=f"下载“{name}”（{form}）",
    )  # fmt: skip


def document_of(draft: Draft, subject: Subject | None, figures: Figures) -> Document:
    pictures = pictures_for(draft.text.text, figures, subject)
    body = body_of(draft.text, pictures)
    source = note(
        f"投资数截至{draft.month.label}底，已关账；其余截至{figures.asked.day.month}月{figures.asked.day.day}日。"
    )
    made = Document(
        title=(draft.title,), blocks=(*body.blocks, source), annexes=body.annexes, figures=draft.figures
    )
    return on_one_page(made) if any(map(_is_glance, made.blocks)) else made


def _is_glance(block: Block) -> bool:
    return isinstance(block, Picture) and block.alt == CHARTS["project_glance"]


def on_one_page(document: Document) -> Document:
    """With the glance as wide as keeps the paper on its page, a line to spare for another machine's typefaces."""
    from xushi.documents.writing import NoFont, write_pictures  # the typesetter is large

    spare = (note("　"),)
    made = document
    for wide in GLANCE_MM:
        blocks = tuple(
            replace(one, width_mm=wide) if isinstance(one, Picture) and _is_glance(one) else one
            for one in document.blocks
        )
        made = replace(document, blocks=blocks)
        try:
            if len(write_pictures(replace(made, blocks=(*blocks, *spare)), ppi=10)) == 1:
                break
        except NoFont:
            continue
    return made


def units_with_sheets(user: "User", month: Month) -> list[Unit]:
    """The units whose sheet this person may print and that have a project under way in the month; two queries."""
    found = rows(user, month, Filters(level="district", stage="under_way")).order_by()
    units = Unit.objects.filter(pk__in=found.values("responsible_unit")).order_by("path")
    if not user.has_role(*WHOLE):
        units = units.filter(pk__in=[held.unit_id for held in user.appointments_in_force])
    return list(units)
