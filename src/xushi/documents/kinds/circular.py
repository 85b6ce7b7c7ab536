"""督查通报：一次联合督查看了几个点、现场与月报差多少、发现什么、谁哪天前改。"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from xushi.core.clock import local_day
from xushi.core.money import half_up
from xushi.documents.kinds.parts import cell, file_name, heading, label, runs, said
from xushi.documents.sourced import Sourced
from xushi.documents.tree import Blank, Block, Document, Paragraph, Run, Runs, Table
from xushi.documents.writing.flow import day_words
from xushi.inspections.comparing import NOTHING, Compared, compared
from xushi.inspections.conclusions import state_of
from xushi.inspections.models import Finding, Round, Visit
from xushi.inspections.words import FindingClass, FindingState, Severity, VisitState

if TYPE_CHECKING:
    from xushi.units.models import User

TO = "各街道（场），各园区，区各有关部门："
SEEN = ("序号", "项目", "属地", "月报完成率", "现场完成率", "相差\n（百分点）", "结论")
FOUND = ("序号", "项目", "问题", "整改单位", "期限", "状态")


def circular_document(held: Round, user: "User", organ: str, now: datetime) -> Document:
    """What this person sees of a round; counts carry the list they count. Four queries."""
    related = ("project__territory", "record")
    visits = list(
        Visit.objects.visible_to(user).filter(round=held).select_related(*related).order_by("order", "pk")
    )
    found = Finding.objects.visible_to(user).live().filter(visit__round=held)
    findings = list(found.select_related("project", "unit").order_by("-severity", "due_on", "pk"))
    figures = {one.key: one for one in _figures(held, visits, findings)}
    day = local_day(held.ended_at or now)
    return Document(
        title=(f"关于{held.year}年{held}", "情况的通报"), addressee=TO, figures=figures,
        blocks=(*_overview(held, visits, figures), *_sites(visits), *_findings(findings, figures), *_next()),
        signed=organ, signed_on=day, watermark="" if held.ended_at else "未结束",
    )  # fmt: skip


def _figures(held: Round, visits: Sequence[Visit], findings: Sequence[Finding]) -> list[Sourced]:
    states = Counter(one.state for one in visits)
    closed = sum(one.state == FindingState.VERIFIED for one in findings)
    grave = sum(one.severity == Severity.GRAVE for one in findings)
    return [
        _figure(held, "visits", "排定的点", len(visits), "个", "visits"),
        _figure(held, "done", "看过的点", states[VisitState.DONE], "个", "visits", state="done"),
        _figure(held, "skipped", "没去的点", states[VisitState.SKIPPED], "个", "visits", state="skipped"),
        _figure(held, "findings", "发现的问题", len(findings), "项", "findings", state="all"),
        _figure(held, "grave", "严重的问题", grave, "项", "findings", state="all", severity="3"),
        _figure(held, "closed", "已经整改销号", closed, "项", "findings", state="verified"),
        *_by_class(held, findings),
    ]


def _by_class(held: Round, findings: Sequence[Finding]) -> Iterator[Sourced]:
    """Those of each class, the most first."""
    for name, count in Counter(one.finding_class for one in findings).most_common():
        what = FindingClass(name).label
        yield _figure(held, f"class.{name}", what, count, "项", "findings", state="all", group=name)


def _figure(held: Round, name: str, what: str, count: int, unit: str, rows: str, **narrowed: str) -> Sourced:
    address = f"{reverse(f'inspections:{rows}')}?{urlencode({'round': held.pk} | narrowed)}"
    return Sourced(
        key=f"inspection.{name}", label=what, printed=f"{count}{unit}", value=Decimal(count), unit=unit, scope=str(held),
        as_of=str(held.month), closed=held.ended_at is not None, meaning=f"{held}里{what}，不含已撤回的", rows=address,
    )  # fmt: skip


def _told(figures: dict[str, Sourced], name: str) -> Run:
    one = figures[f"inspection.{name}"]
    return Run(one.printed, figure=one.key)


def _overview(held: Round, visits: Sequence[Visit], figures: dict[str, Sourced]) -> tuple[Block, ...]:
    started = f"{day_words(local_day(held.started_at))}起" if held.started_at else f"{held.month.label}"
    skipped = figures["inspection.skipped"].value
    words: Runs = (
        Run(f"{started}开展{held}，排定点位"), _told(figures, "visits"), Run("，看了"), _told(figures, "done"),
        *((Run("，没去"), _told(figures, "skipped")) if skipped else ()), Run("。现将情况通报如下。"),
    )  # fmt: skip
    why = [f"{one.project.name}没去：{one.skip_reason}" for one in visits if one.state == VisitState.SKIPPED]
    return (Paragraph(words), *([said("；".join(why) + "。")] if why else []))


def _sites(visits: Sequence[Visit]) -> tuple[Block, ...]:
    done = [one for one in visits if one.state == VisitState.DONE]
    if not done:
        return (heading("一、现场与月报"), said("还没有看过的点。"))
    beside = compared(done)
    rows = tuple(
        tuple(cell(words) for words in _site(number, one, beside.get(one.pk, NOTHING)))
        for number, one in enumerate(done, 1)
    )
    table = Table((tuple(map(label, SEEN)),), rows, (6, 28, 13, 12, 12, 13, 16), caption="表1　现场与月报")
    return (heading("一、现场与月报"), table)


def _site(number: int, visit: Visit, beside: Compared) -> tuple[str, ...]:
    rates = (_rate(beside.reported), _rate(beside.seen), _gap(beside.points))
    return (str(number), visit.project.name, str(visit.project.territory), *rates, state_of(visit, beside)[1])


def _gap(points: Decimal | None) -> str:
    """+7.0, −5.0, 0.0: what rounds to nothing has no sign."""
    if points is None:
        return "—"
    rounded = half_up(points, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def _rate(value: Decimal | None) -> str:
    return "—" if value is None else f"{half_up(value * 100, 1)}%"


def _findings(findings: Sequence[Finding], figures: dict[str, Sourced]) -> tuple[Block, ...]:
    if not findings:
        return (heading("二、发现的问题"), said("没有发现问题。"))
    classes = [one for one in figures.values() if one.key.startswith("inspection.class.")]
    by_class = [
        run for one in classes for run in (Run("、"), Run(one.label), Run(one.printed, figure=one.key))
    ]
    grave, closed = (figures[f"inspection.{name}"].value for name in ("grave", "closed"))
    words: Runs = (
        Run("共发现问题"), _told(figures, "findings"),
        *((Run("，其中严重的"), _told(figures, "grave")) if grave else ()),
        *((Run("，已整改销号"), _told(figures, "closed")) if closed else (Run("，还没有销号的"),)),
        Run("。按类别分："), *by_class[1:], Run("。"),
    )  # fmt: skip
    rows = tuple(
        tuple(cell(said_of) for said_of in _finding(number, one)) for number, one in enumerate(findings, 1)
    )
    table = Table((tuple(map(label, FOUND)),), rows, (6, 23, 29, 14, 15, 13), caption="表2　问题与整改")
    return (heading("二、发现的问题"), Paragraph(words), table)


def _finding(number: int, one: Finding) -> tuple[str, ...]:
    due = f"{one.due_on.month}月{one.due_on.day}日"
    return (str(number), one.project.name, one.words, str(one.unit), due, one.get_state_display())


def _next() -> tuple[Block, ...]:
    words = "请各整改单位对照表2按期限整改，改完报整改情况，由督查组到现场复核后销号。"
    return (heading("三、整改要求"), Paragraph(runs(words)), Blank("通报单位的要求"))


def circular_file(held: Round) -> str:
    return file_name(f"{held.year}年{held}通报")
