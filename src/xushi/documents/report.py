"""报告：从一个关了账的月份写出来，标题、正文、图、附表都有；每个数记得自己从哪来。"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xushi.core.months import Month
from xushi.documents import charts
from xushi.documents.builtin import SHIPPED
from xushi.documents.language import rendered
from xushi.documents.marking import Marked, unwrapped
from xushi.documents.markup import body_of
from xushi.documents.models_templates import Template, TemplateVersion
from xushi.documents.named import Figures, figures_if_closed, figures_of
from xushi.documents.sourced import Sourced
from xushi.documents.tree import Block, Document, Paragraph, Picture, Role, Run
from xushi.documents.writing import NoFont
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

CODE, NAME = "report", "报告"
TITLE = ("关于全区重大产业项目推进", "及市下达我区重点指标完成情况的报告")
ADDRESSEE = "主任、各位副主任、各位委员："
_CHART = re.compile(r"!\[(?P<alt>[^\[\]\n]*)\]\(chart:(?P<name>[^()\s]+)\)$")


class NoTemplate(Exception):
    """No template of that name; the sentence says which there are."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a template made of a month: the text with its marks, and the figures that are printed in it."""

    text: Marked
    figures: Mapping[str, Sourced]


def context_of(figures: Figures) -> dict[str, Any]:
    """What a template about a month may use: the month, the one before, and the same month a year ago."""
    asked, month = figures.asked, figures.month
    return {
        "figures": figures, "lists": figures.lists, "month": month, "charts": charts.described(),
        "last_month": figures_if_closed(asked.user, month.previous, now=asked.now),
        "last_year": figures_if_closed(asked.user, Month(month.year - 1, month.number), now=asked.now),
    }  # fmt: skip


def drafted(source: str, figures: Figures) -> Draft:
    """The template written for a month; TemplateProblem says the line where it is wrong."""
    made = rendered(source, context_of(figures))
    return Draft(unwrapped(made.words), made.figures)


def source_of(name: str) -> tuple[str, str]:
    """(name, source) of the template that is called so, by name or code: as the office has it, else as it is shipped."""
    wanted = name.strip()
    held = TemplateVersion.objects.filter(
        template__subject=Template.Subject.MONTH, template__district=None
    ).select_related("template")
    for version in held.order_by("template__place", "template", "-number"):
        if wanted in (version.template.name, version.template.code, version.template.get_kind_display()):
            return version.template.name, version.source
    shipped = [one for one in SHIPPED if one.subject == Template.Subject.MONTH]
    for one in shipped:
        if wanted in (one.name, one.code, str(Template.Kind(one.kind).label)):
            return one.name, one.source
    known = "、".join(
        dict.fromkeys([*held.values_list("template__name", flat=True), *(one.name for one in shipped)])
    )
    raise NoTemplate(f"没有叫“{wanted[:40]}”的模板，可用的有：{known}。")


def document_of(draft: Draft, figures: Figures, *, title: Sequence[str]) -> Document:
    """The draft as a document with its charts; an open month says so on top."""
    body = body_of(draft.text, pictures_in(draft.text.text, figures))
    blocks = tuple(one for block in body.blocks if (one := _drawn(block)) is not None)
    said = tuple(Paragraph((Run(words),), Role.NOTE) for words in _cautions(figures))
    return Document(title=tuple(title), blocks=(*said, *blocks), annexes=body.annexes, figures=draft.figures)


def _cautions(figures: Figures) -> list[str]:
    """What whoever reads it must know first: the month may move, or this is one person's part of the district."""
    told = []
    if not figures.closed:
        told.append(f"{figures.month.label}还没有关账，本稿用的是未关账的数，还会变动。")
    if not sees_everything(figures.asked.user):
        told.append("本稿只数了起草人看得到的项目，不是全区的数。")
    return told


def pictures_in(text: str, figures: Figures) -> dict[str, Picture]:
    """The charts that a text names; none where this machine has no typeface that knows Chinese."""
    names = {found["name"] for line in text.split("\n") if (found := _CHART.match(line.strip()))}
    try:
        return charts.pictures_of(figures, names) if names else {}
    except NoFont:
        return {}


def _drawn(block: Block) -> Block | None:
    """A chart that could not be drawn is left out, with a sentence that says so."""
    if not isinstance(block, Paragraph) or not (
        found := _CHART.match("".join(run.words for run in block.runs))
    ):
        return block
    words = f"（图“{found['alt']}”没有画：没有可画的数，或这台机器没有中文字体。）"
    return replace(block, runs=(Run(words),), role=Role.NOTE)


def report(
    user: "User", month: Month, *, now: datetime, name: str = NAME, open_month: bool = False
) -> Document:
    """The report, or another template about a month; OpenMonth, NoTemplate and TemplateProblem say what is wrong."""
    called, source = source_of(name)
    figures = figures_of(user, month, now=now, open_month=open_month)
    made = document_of(drafted(source, figures), figures, title=(f"{month.label}{called}",))
    return replace(made, title=TITLE, addressee=ADDRESSEE) if name in (NAME, CODE, called) else made
