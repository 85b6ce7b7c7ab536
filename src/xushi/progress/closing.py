"""关账与重开：每个项目写一行事实，再汇总成格；旧版留着。"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from xushi.core.months import Month
from xushi.journal.actions import Actor, record
from xushi.kit.bulk import insert_all
from xushi.progress.models import DistrictCell, MonthClosing, MonthlyReport, ProjectMonth, SummaryCell, Sums
from xushi.progress.policy import can_close
from xushi.progress.standing import Standing, current_closing, live_rows, read
from xushi.registry.models import Project, Stage
from xushi.units.districts import denied
from xushi.units.tree import nearest_districts

YI = 100_000_000
_STAGES = ("provincial_stage", "municipal_stage", "joint_stage", "district_stage")


@dataclass
class NotReady(Exception):
    """The month cannot be closed (or reopened) yet; says why and what to do."""

    sentence: str
    projects: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.sentence


def not_ready(month: Month) -> "QuerySet[Project]":
    """Under-way projects of the month whose report is neither accepted nor carried over."""
    settled = MonthlyReport.objects.filter(
        month=month, state__in=[MonthlyReport.State.ACCEPTED, MonthlyReport.State.CARRIED]
    )
    return must_report(month).exclude(pk__in=settled.values("project_id"))


def must_report(month: Month) -> "QuerySet[Project]":
    """Projects that owe a report for the month: listed as 当年实施 on some list of the year."""
    return Project.objects.filter(
        pk__in=live_rows(month)
        .filter(listings__year=month.year, listings__stage=Stage.UNDER_WAY)
        .values("pk")
    )


@transaction.atomic
def close_month(month: Month, *, actor: Actor, now: datetime) -> MonthClosing:
    """关账: fix the month's figures. NotReady while a report is open, the month unfinished or an earlier one open."""
    _ask_office(actor)
    _check_closable(month, now)
    earlier = MonthClosing.objects.filter(month=month).order_by("-version").first()
    closing = MonthClosing.objects.create(
        month=month, version=earlier.version + 1 if earlier else 1, closed_by=actor.by, closed_at=now
    )
    written = write_facts(closing, read(live_rows(month), "pk"))
    record(
        "progress.month.closed",
        actor=actor,
        now=now,
        subject=closing,
        subject_name=month.label,
        summary=f"{month.label}关账，第{closing.version}版，{written}个项目的数定下",
    )
    return closing


def _ask_office(actor: Actor) -> None:
    """A month is closed for every district of the tree, so that one district's office may not do it for the others."""
    if actor.by is not None and not can_close(actor.by):
        raise PermissionDenied(denied(actor.by, "关账和重开由重大办办理。"))


def _check_closable(month: Month, now: datetime) -> None:
    from xushi.core.clock import local_day

    if current_closing(month):
        raise NotReady(f"{month.label}已经关账；要改先重开。")
    if local_day(now) <= month.last_day:
        raise NotReady(f"{month.label}还没过完，{month.next.first_day.month}月1日起才能关账。")
    if not live_rows(month).exists():
        raise NotReady(f"{month.year}年的名单里还没有项目，{month.label}没有数可关，请核对月份。")
    first = MonthClosing.objects.filter(month__gte=Month(month.year, 1), month__lt=month).exists()
    if first and not current_closing(month.previous):
        raise NotReady(f"{month.previous.label}还没关账，请先关那个月。")
    waiting = tuple(not_ready(month).values_list("pk", flat=True))
    if waiting:
        raise NotReady(
            f"还有{len(waiting)}个项目的{month.label}月报没有审核通过，请逐个审核，或注明理由沿用上月。",
            waiting,
        )


@transaction.atomic
def reopen_month(month: Month, reason: str, *, actor: Actor, now: datetime) -> MonthClosing:
    """重开: end the closing in force, leaving its facts; only the last closed month, and with a reason."""
    _ask_office(actor)
    closing = current_closing(month)
    if not closing:
        raise NotReady(f"{month.label}没有关账，不用重开。")
    if not reason.strip():
        raise NotReady("重开要写理由：改什么、为什么改。")
    if MonthClosing.objects.filter(month__gt=month, reopened_at=None).exists():
        raise NotReady("后面的月份已经关账，请从最后一个月起逐月重开。")
    columns = {"reopened_by": actor.by, "reopened_at": now, "reopen_reason": reason.strip()[:300]}
    if not MonthClosing.objects.filter(pk=closing.pk, reopened_at=None).update(**columns):
        raise NotReady(f"{month.label}刚由别人重开了，不用再开。")
    closing.refresh_from_db()
    record(
        "progress.month.reopened",
        actor=actor,
        now=now,
        subject=closing,
        subject_name=month.label,
        summary=f"{month.label}重开，第{closing.version}版留存。理由：{closing.reopen_reason}",
    )
    return closing


def write_facts(closing: MonthClosing, standings: Iterable[Standing]) -> int:
    """Write one fact per standing and the summary cells of the closing; returns how many facts."""
    cells = Cells(closing)
    facts = (_fact(closing, standing) for standing in cells.passing(standings))
    count = 0
    for chunk in _chunks(facts, 2000):
        insert_all(chunk)
        count += len(chunk)
    rows = cells.rows()
    insert_all(rows)
    insert_all(by_district(rows))
    return count


def _fact(closing: MonthClosing, standing: Standing) -> ProjectMonth:
    columns = {name: getattr(standing, name) for name in Standing.__slots__}
    return ProjectMonth(closing=closing, month=closing.month, **columns)


def _chunks(facts: Iterator[ProjectMonth], size: int) -> Iterator[list[ProjectMonth]]:
    chunk: list[ProjectMonth] = []
    for fact in facts:
        chunk.append(fact)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class Cells:
    """汇总格: sums by stages × category × territory, gathered while the facts pass by."""

    def __init__(self, closing: MonthClosing) -> None:
        self.closing = closing
        self.sums: dict[tuple[int, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def passing(self, standings: Iterable[Standing]) -> Iterator[Standing]:
        for standing in standings:
            cell = self.sums[_key(standing)]
            for name, amount in contributions(standing, self.closing.month).items():
                cell[name] += amount
            yield standing

    def rows(self) -> list[SummaryCell]:
        return [
            SummaryCell(
                closing=self.closing,
                provincial_stage=key[0],
                municipal_stage=key[1],
                joint_stage=key[2],
                district_stage=key[3],
                category_id=key[4],
                territory_id=key[5],
                **sums,
            )
            for key, sums in self.sums.items()
        ]


SUMS = tuple(field.name for field in Sums._meta.fields)


def by_district(cells: Iterable[SummaryCell]) -> list[DistrictCell]:
    """The cells of closings added up over the territories of each district; two queries."""
    cells = list(cells)
    above = nearest_districts({cell.territory_id for cell in cells})
    made: dict[tuple[int, ...], DistrictCell] = {}
    for cell in cells:
        district = above[cell.territory_id]
        stages = (cell.provincial_stage, cell.municipal_stage, cell.joint_stage, cell.district_stage)
        key = (cell.closing_id, district, *stages, cell.category_id)
        if key not in made:
            columns = dict(zip(_STAGES, stages, strict=True))
            made[key] = DistrictCell(
                closing_id=cell.closing_id, district_id=district, category_id=cell.category_id, **columns
            )
        for name in SUMS:
            setattr(made[key], name, getattr(made[key], name) + getattr(cell, name))
    return list(made.values())


def _key(standing: Standing) -> tuple[int, ...]:
    return (
        standing.provincial_stage,
        standing.municipal_stage,
        standing.joint_stage,
        standing.district_stage,
        standing.category_id,
        standing.territory_id,
    )


def contributions(standing: Standing, month: Month) -> dict[str, int]:
    """What one project adds to its cell; figures._SUMS says the same in SQL, and a test holds them together."""
    start, done = standing.start_month, standing.completed
    total = standing.total_investment
    this_year = start is not None and start.year == month.year
    by_now = start is not None and start <= month
    return {
        "projects": 1,
        "total_investment": total,
        "annual_plan": standing.annual_plan,
        "due_twelfths": standing.due_twelfths,
        "cumulative": standing.cumulative,
        "started": int(standing.started),
        "planned_start_this_year": int(this_year),
        "planned_start_by_now": int(by_now),
        "started_of_this_year": int(this_year and standing.started),
        "started_of_by_now": int(by_now and standing.started),
        "completed": int(done),
        "completed_total_investment": total if done else 0,
        "completed_invested_to_date": standing.invested_to_date if done else 0,
        "at_least_10": int(total >= 10 * YI),
        "at_least_50": int(total >= 50 * YI),
        "at_least_100": int(total >= 100 * YI),
        "reported": int(standing.reported),
    }
