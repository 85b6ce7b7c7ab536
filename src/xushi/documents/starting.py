"""一按起稿：哪些模板能从一个关了账的月份起一份稿，起成什么样。"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from xushi.core.months import Month
from xushi.documents.actions import OFFICE_ONLY, PaperInput, begin_paper
from xushi.documents.drafting import draft_of
from xushi.documents.kinds.finding import Printed
from xushi.documents.markup import Body, written
from xushi.documents.models import Paper, Template
from xushi.documents.report import ADDRESSEE
from xushi.documents.selectors import office_of
from xushi.journal.actions import Actor

if TYPE_CHECKING:
    from xushi.units.models import User

KINDS = {
    Template.Kind.REPORT: Paper.Kind.REPORT, Template.Kind.BULLETIN: Paper.Kind.BULLETIN,
    Template.Kind.SHEET: Paper.Kind.SHEET,
}  # fmt: skip
ADDRESSEES = {  # what the district writes at the head of such a paper; the office changes it in 改稿
    Paper.Kind.REPORT: ADDRESSEE.rstrip("："), Paper.Kind.BULLETIN: "各街道、园区，区各有关部门",
}  # fmt: skip


def starters(user: "User") -> Sequence[Template]:
    """The templates about a month: they need nothing else to begin."""
    seen = Template.objects.visible_to(user).not_replaced(user)
    return list(seen.filter(subject=Template.Subject.MONTH).order_by("place", "pk"))


def kind_of(template: Template) -> str:
    """文种 of what a template writes."""
    return str(KINDS.get(Template.Kind(template.kind), Paper.Kind.LETTER))


def begin_circular(made: Printed, *, actor: Actor, now: datetime, token: str = "") -> Paper:
    """督查通报 of a round as a draft: its words as they are printed, each number with its list."""
    office = office_of(actor.by)
    if office is None:
        raise PermissionDenied(OFFICE_ONLY)
    tree = made.document
    row = PaperInput(
        kind=Paper.Kind.CIRCULAR, title="".join(tree.title), draft=written(Body(tree.blocks, tree.annexes)),
        office=office, addressee=tree.addressee.rstrip("："), figures=tree.figures, note="照督查记录起稿", token=token,
    )  # fmt: skip
    return begin_paper(row, actor=actor, now=now)


def begin_from(code: str, month: Month, *, actor: Actor, now: datetime, token: str = "") -> Paper:
    """起稿 from a template: its text, its figures as they are now, and which version of the template wrote it.

    NoTemplate, OpenMonth, TemplateProblem and Refused say what is wrong; a form sent twice gives one paper.
    """
    office = office_of(actor.by)
    if office is None:
        raise PermissionDenied(OFFICE_ONLY)
    if token and (before := Paper.objects.filter(token=token).first()):
        return before
    draft = draft_of(code, actor.by, month, now=now)
    kind = kind_of(draft.version.template) if draft.version else Paper.Kind.LETTER
    row = PaperInput(
        kind=kind, title=draft.title, addressee=ADDRESSEES.get(Paper.Kind(kind), ""),
        draft=draft.text, office=office, month=month, figures=draft.figures, template=draft.version,
        note=f"照{draft.version}起稿", token=token,
    )  # fmt: skip
    return begin_paper(row, actor=actor, now=now)
