"""起稿：一份模板、一个月，写出一份连着来处的稿子；写单位、项目、会议的，再加上写的是谁。"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.core.months import Month
from xushi.documents.language import rendered
from xushi.documents.marking import Marked, unwrapped
from xushi.documents.models_templates import Template, TemplateVersion
from xushi.documents.named import Figures, Lists, Row, figures_of
from xushi.documents.report import context_of, pictures_in
from xushi.documents.sourced import Sourced
from xushi.documents.subject_parts import Columns
from xushi.documents.tree import Picture

if TYPE_CHECKING:
    from xushi.units.models import User


class NoTemplate(Exception):
    """There is no such template for this person; the sentence says so."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what a paper is about: facts under its name, lists of its own, pictures that the text may name."""

    name: str  # unit, project, meeting: what templates call it
    title: str
    facts: Mapping[str, Any]
    meanings: Mapping[str, str]  # of the facts
    lists: Mapping[str, tuple[Columns, tuple[Row, ...]]] = field(default_factory=dict)
    charts: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with the figures that are printed in it, and the version of the template that wrote it."""

    text: Marked
    figures: Mapping[str, Sourced]
    title: str
    month: Month
    version: TemplateVersion | None = None


class AllLists(Mapping[str, tuple[Row, ...]]):
    """The month's lists and the subject's own."""

    def __init__(self, month: Lists, own: Mapping[str, tuple[Columns, tuple[Row, ...]]]) -> None:
        self._month, self._own = month, own

    def __getitem__(self, name: str) -> tuple[Row, ...]:
        return self._own[name][1] if name in self._own else self._month[name]

    def columns(self, name: str) -> Mapping[str, str] | None:
        return self._own[name][0].columns if name in self._own else self._month.columns(name)

    def __iter__(self) -> Any:
        return iter([*self._own, *self._month])

    def __len__(self) -> int:
        return len(self._own) + len(self._month)


def template_of(user: "User", code: str) -> Template:
    """The template where this person may use it; NoTemplate where not."""
    found: Template | None = Template.objects.visible_to(user).filter(code=code).first()
    if found is None:
        raise NoTemplate("没有这份模板，或您的角色不能用它起稿。")
    return found


def newest_version(template: Template) -> TemplateVersion:
    return TemplateVersion.objects.filter(template=template).order_by("-number")[0]


def context_with(figures: Figures, subject: Subject | None) -> dict[str, Any]:
    """What a template may use: the month's figures, and what there is to say of its subject."""
    context = context_of(figures)
    if subject is None:
        return context
    return {
        **context, "lists": AllLists(figures.lists, subject.lists), subject.name: subject.facts,
        "charts": {**context["charts"], **subject.charts},
    }  # fmt: skip


def written_for(
    source: str, figures: Figures, subject: Subject | None = None
) -> tuple[Marked, Mapping[str, Sourced]]:
    """The source written for a month and a subject; TemplateProblem says the line where it is wrong."""
    made = rendered(source, context_with(figures, subject))
    return unwrapped(made.words), made.figures


def draft_of(
    code: str,
    user: "User",
    month: Month,
    *,
    now: datetime,
    subject: Subject | None = None,
    open_month: bool = False,
) -> Draft:
    """One tap: the newest version of a template for a closed month, as this person sees it.

    NoTemplate, OpenMonth and TemplateProblem say what is wrong.
    """
    template = template_of(user, code)
    version = newest_version(template)
    figures = figures_of(user, month, now=now, open_month=open_month)
    text, used = written_for(version.source, figures, subject)
    return Draft(text, used, title_of(template.name, month, subject), month, version)


def title_of(name: str, month: Month, subject: Subject | None) -> str:
    """关于2018年8月份全区重大项目推进情况的通报; else the subject and what the paper is called."""
    if subject is not None:
        return f"{subject.title}{month.label if subject.name == 'unit' else ''}{name}"
    if name.endswith("通报"):
        return f"关于{month.label}份全区{name.removesuffix('通报')}的通报"
    if name.endswith("报告"):
        return f"关于全区{name.removesuffix('报告')}的报告"
    return f"{month.label}{name}"


def pictures_for(text: str, figures: Figures, subject: Subject | None) -> dict[str, Picture]:
    """The charts that a text names, and the subject's own pictures."""
    return {**pictures_in(text, figures), **(subject.pictures if subject else {})}
