"""样稿：改着的模板，照一个关了账的月份写出来看；写单位、项目、会议的，取一个眼前的来写。"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from xushi.documents.drafting import Draft, Subject, pictures_for, title_of, written_for
from xushi.documents.language import problems_of
from xushi.documents.language_errors import TemplateProblem
from xushi.documents.markup import Body, blanks_in, body_of
from xushi.documents.models_templates import Template
from xushi.documents.named import Figures
from xushi.documents.subjects import subject_of
from xushi.documents.template_names import known_to
from xushi.documents.tree import Document
from xushi.documents.writing import write_html
from xushi.progress.figures import Filters, rows
from xushi.registry.models import Project
from xushi.supervision.models_meetings import Meeting

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Sample:
    """What the source makes of the month, or every problem that it has; blanks are the places still to be filled."""

    problems: tuple[TemplateProblem, ...] = ()
    page: SafeString | None = None
    title: str = ""
    about: str = ""
    figures: int = 0
    blanks: tuple[str, ...] = ()


def preview_of(template: Template, source: str, user: "User", figures: Figures) -> Sample:
    found = problems_of(source, known_to(template))
    if found:
        return Sample(problems=tuple(found))
    subject = sample_subject(template, user, figures)
    if subject is None and template.subject != Template.Subject.MONTH:
        return Sample(problems=(TemplateProblem(_NONE[template.subject]),))
    try:
        text, used = written_for(source, figures, subject)
    except TemplateProblem as problem:
        return Sample(problems=(problem,))
    draft = Draft(text, used, title_of(template.name, figures.month, subject), figures.month)
    body = body_of(text, pictures_for(text.text, figures, subject))
    page = write_html(_document(draft, body))
    return Sample(
        page=page, title=draft.title, about=subject.title if subject else "", figures=len(used),
        blanks=tuple(blanks_in(text.text)),
    )  # fmt: skip


def _document(draft: Draft, body: Body) -> Document:
    return Document(
        title=(draft.title,),
        blocks=body.blocks,
        annexes=body.annexes,
        watermark="样稿",
        figures=draft.figures,
    )


_NONE: Mapping[str, str] = {
    "unit": "这个月没有一家单位有当年实施的项目，写不出样稿。",
    "project": "这个月没有当年实施的项目，写不出样稿。",
    "meeting": "还没有安排过例会，写不出样稿；安排一次再来看。",
}


def sample_subject(template: Template, user: "User", figures: Figures) -> Subject | None:
    """One at hand: the unit of the largest project, that project, the latest meeting."""
    kind = template.subject
    if kind == Template.Subject.MEETING:
        pk = Meeting.objects.visible_to(user).order_by("-held_at").values_list("pk", flat=True).first()
    elif kind in (Template.Subject.UNIT, Template.Subject.PROJECT):
        pk = _largest(user, figures, kind)
    else:
        return None
    return subject_of(kind, user, pk, figures) if pk else None


def _largest(user: "User", figures: Figures, kind: str) -> int | None:
    found = rows(user, figures.month, Filters(level="district", stage="under_way")).order_by(
        "-total_investment", "pk"
    )
    if kind == Template.Subject.UNIT:
        unit: int | None = found.values_list("responsible_unit_id", flat=True).first()
        return unit
    column = "project_id" if figures.closed else "pk"
    seen = Project.objects.visible_to(user).values("pk")
    project: int | None = found.filter(**{f"{column}__in": seen}).values_list(column, flat=True).first()
    return project
