"""导出：点位和发现的清单原样写成 xlsx。"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from xushi.core.clock import BEIJING, local_day
from xushi.inspections.comparing import NOTHING, compared
from xushi.inspections.models import Finding, Visit
from xushi.inspections.wanted import LATEST_FIRST
from xushi.kit.sheets import Sheet, safe

AT_ONCE = 500
VISITS = (
    "批次", "项目", "属地", "看什么", "为什么看", "组", "约定时间", "情况", "看完时间", "月报完成率", "现场完成率",
    "序时", "相差（百分点）", "结论", "真开工", "现场情况", "现场负责人", "记录人",
)  # fmt: skip
FINDINGS = (
    "批次", "项目", "属地", "类别", "严重程度", "问题", "整改单位", "期限", "状态", "发现日期", "报整改",
    "复核", "退回次数",
)  # fmt: skip
WIDTHS = {"项目": 30.0, "为什么看": 30.0, "现场情况": 40.0, "问题": 44.0}
FORMATS = {
    "约定时间": "yyyy-mm-dd hh:mm", "看完时间": "yyyy-mm-dd hh:mm", "月报完成率": "0.0%", "现场完成率": "0.0%",
    "序时": "0.0%", "相差（百分点）": "0.0", "期限": "yyyy-mm-dd", "发现日期": "yyyy-mm-dd", "报整改": "yyyy-mm-dd",
    "复核": "yyyy-mm-dd",
}  # fmt: skip


def visits(rows: Any, now: datetime) -> Sheet:
    related = ("round", "team", "project__territory", "record")
    found = rows.select_related(*related).order_by(*LATEST_FIRST)
    return _answer("督查点位", VISITS, _visit_rows(found), now)


def findings(rows: Any, now: datetime) -> Sheet:
    found = rows.select_related("visit__round", "project__territory", "unit").order_by("due_on", "pk")
    records = (_finding(one) for one in found.iterator(chunk_size=AT_ONCE))
    return _answer("督查发现", FINDINGS, records, now)


def _visit_rows(found: Any) -> Iterator[Sequence[Any]]:
    """A page at a time, so that what is compared is one question a page."""
    start = 0
    while page := list(found[start : start + AT_ONCE]):
        start += AT_ONCE
        beside = compared(page)
        for one in page:
            yield _visit(one, beside.get(one.pk, NOTHING))


def _visit(one: Visit, beside: Any) -> Sequence[Any]:
    held = getattr(one, "record", None)
    started = {True: "是", False: "否", None: ""}[held.really_started if held else None]
    rates = [None if rate is None else float(rate) for rate in (beside.reported, beside.seen, beside.due)]
    points = beside.points
    return (
        str(one.round), one.project.name, str(one.project.territory), one.get_kind_display(), one.why,
        str(one.team or ""), _naive(one.planned_at), one.get_state_display(), _naive(one.done_at), *rates,
        None if points is None else float(points), beside.agreement.label if held else "", started,
        held.words if held else one.skip_reason, held.signed_name if held else "", held.recorded_name if held else "",
    )  # fmt: skip


def _finding(one: Finding) -> Sequence[Any]:
    days = [None if at is None else local_day(at) for at in (one.found_at, one.fixed_at, one.verified_at)]
    return (
        str(one.visit.round), one.project.name, str(one.project.territory), one.get_finding_class_display(),
        one.get_severity_display(), one.words, str(one.unit), one.due_on, one.get_state_display(), *days, one.returns,
    )  # fmt: skip


def _naive(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(BEIJING).replace(tzinfo=None)


def _answer(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], now: datetime) -> Sheet:
    records = (dict(zip(columns, map(safe, row), strict=True)) for row in rows)
    return Sheet(
        title, columns, records, named=f"{title}{local_day(now)}", frozen=2, width=13.0, formats=FORMATS,
        widths=WIDTHS,
    )  # fmt: skip
