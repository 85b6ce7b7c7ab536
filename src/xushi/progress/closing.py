"""关账与重开：每个项目写一行事实，再汇总成格；旧版留着。"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from xushi.core.months import Month
from xushi.journal.actions import Actor, record
from xushi.kit.bulk import insert_all
from xushi.progress.models import DistrictCell, MonthClosing, MonthlyReport, ProjectMonth, SummaryCell
from xushi.progress.models_columns import Sums
from xushi.progress.places import Districts, Place
from xushi.progress.policy import can_close, can_close_of
from xushi.progress.standing import Standing, district_key, live_rows, read
from xushi.progress.turns import close_alone
from xushi.registry.models import Project, Stage
from xushi.units.districts import denied
from xushi.units.models import Unit
from xushi.units.tree import above, nearest_districts

Kind = MonthClosing.Kind
YI = 100_000_000
_STAGES = ("provincial_stage", "municipal_stage", "joint_stage", "district_stage")


@dataclass
class NotReady(Exception):
    """The month cannot be closed (or reopened) yet; says why and what to do."""

    sentence: str
    projects: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.sentence


def not_ready(month: Month, place: Place | None = None) -> "QuerySet[Project]":
    """Under-way projects of the month (of a district) whose report is neither accepted nor carried over."""
    settled = MonthlyReport.objects.filter(
        month=month, state__in=[MonthlyReport.State.ACCEPTED, MonthlyReport.State.CARRIED]
    )
    return must_report(month, place).exclude(pk__in=settled.values("project_id"))


def must_report(month: Month, place: Place | None = None) -> "QuerySet[Project]":
    """Projects (of a district) that owe a report for the month: listed as 当年实施 on some list of the year.

    Each project is asked, so that whoever looks at a few of many does not go through the lists of all.
    """
    rows = place.to_fix(month) if place else live_rows(month)
    listed = rows.filter(pk=OuterRef("pk"), listings__year=month.year, listings__stage=Stage.UNDER_WAY)
    return Project.objects.filter(Exists(listed))


@transaction.atomic
def close_month(month: Month, *, actor: Actor, now: datetime, district: Unit | None = None) -> MonthClosing:
    """关账: fix the month's figures. NotReady while a report is open, the month unfinished or an earlier one open.

    In a tree with several districts: of the one that is named, else of each that is still open, all or none. What
    stands above is closed with the last of them.
    """
    _ask_office(actor, district)
    districts = _taken_in_turn()
    close_alone(month)
    if not districts.several:
        return _close(month, Place(None, districts), actor, now)
    if district is not None:
        closing = _close(month, Place(district, districts), actor, now)
        _end_above(closing, actor, now)
        _close_above(month, districts, actor, now)
        return closing
    _ask_time(month, Place(None, districts), now)
    for one in districts.still_open(month):
        _close(month, Place(one, districts), actor, now)
    return _close_above(month, districts, actor, now)[-1]


def _taken_in_turn() -> Districts:
    """The districts, once whoever closes or reopens in this moment is done: months are closed one after another, so
    that no project is fixed in two districts and the last of them sees all the others."""
    list(Unit.objects.select_for_update(no_key=True).filter(parent=None).order_by("pk"))
    return Districts()


def _ask_office(actor: Actor, district: Unit | None) -> None:
    """Each district's office closes its own month; who closes for all of them is of the office of them all."""
    if actor.by is None:
        return
    if district is not None and not can_close_of(actor.by, district):
        raise PermissionDenied(f"{district}的账由{district}的重大办关账、重开。")
    if district is None and not can_close(actor.by):
        raise PermissionDenied(denied(actor.by, "关账和重开由重大办办理。"))


def _close(month: Month, place: Place, actor: Actor, now: datetime) -> MonthClosing:
    _ask_closable(month, place, now)
    closing = place.next_version(month, actor.by, now)
    written = write_facts(closing, read(place.to_fix(month), "pk"))
    _told(
        closing, f"{place.named}{month.label}关账，第{closing.version}版，{written}个项目的数定下", actor, now
    )
    return closing


def _told(closing: MonthClosing, summary: str, actor: Actor, now: datetime, verb: str = "closed") -> None:
    record(
        f"progress.month.{verb}",
        actor=actor,
        now=now,
        subject=closing,
        subject_name=f"{closing.district or ''}{closing.month.label}",
        summary=summary,
    )


def _end_above(closing: MonthClosing, actor: Actor, now: datetime) -> None:
    """A district that had no project when the others closed, and closes later: what stands above gets a new version."""
    assert closing.district is not None
    over = Q(district=None) | Q(district__path__in=above(closing.district.path))
    summed = MonthClosing.objects.in_force().filter(over, month=closing.month, kind=Kind.SUMMED)
    for one in summed.select_related("district"):
        _reopen(one, f"{closing.district}后来关账", Place(one.district, Districts(), Kind.SUMMED), actor, now)


def _close_above(month: Month, districts: Districts, actor: Actor, now: datetime) -> list[MonthClosing]:
    """The cities, the province and the whole tree that wait for no district any more are closed over theirs."""
    held = {one.district_id: one for one in MonthClosing.objects.in_force().fixing().filter(month=month)}
    open_now = districts.still_open(month)
    made = []
    for over in [*(one for one in reversed(districts.all) if districts.below(one) and not one.is_root), None]:
        path = over.path if over else ""
        parts = [held[one.pk] for one in districts.all if one.pk in held and one.path.startswith(path)]
        place = Place(over, districts, Kind.SUMMED)
        if not parts or any(one.path.startswith(path) for one in open_now) or place.closing(month):
            continue
        closing = place.next_version(month, actor.by, now)
        closing.parts.set(parts)
        _told(closing, f"{place.named}{month.label}各区都关账了，第{closing.version}版", actor, now)
        made.append(closing)
    return made


def _ask_closable(month: Month, place: Place, now: datetime) -> None:
    _ask_time(month, place, now)
    waiting = tuple(not_ready(month, place).values_list("pk", flat=True))
    if waiting:
        raise NotReady(
            f"{place.named}还有{len(waiting)}个项目的{month.label}月报没有审核通过，请逐个审核，或注明理由沿用上月。",
            waiting,
        )


def _ask_time(month: Month, place: Place, now: datetime) -> None:
    from xushi.core.clock import local_day

    who = place.named
    if place.closing(month):
        raise NotReady(f"{who}{month.label}已经关账；要改先重开。")
    if local_day(now) <= month.last_day:
        raise NotReady(f"{month.label}还没过完，{month.next.first_day.month}月1日起才能关账。")
    if not place.to_fix(month).exists():
        raise NotReady(f"{month.year}年的名单里还没有{who}项目，{month.label}没有数可关，请核对月份。")
    if place.ever_closed(month) and not place.closing(month.previous):
        raise NotReady(f"{who}{month.previous.label}还没关账，请先关那个月。")


@transaction.atomic
def reopen_month(
    month: Month, reason: str, *, actor: Actor, now: datetime, district: Unit | None = None
) -> MonthClosing:
    """重开: end the closing in force, leaving its facts; only the last closed month, and with a reason.

    Of the district that is named; else of all at once. What stands above a district is open again with it.
    """
    _ask_office(actor, district)
    districts = _taken_in_turn()
    place = Place(district, districts) if district else Place(None, districts)
    closing = place.closing(month)
    if not closing:
        raise NotReady(f"{place.named}{month.label}没有关账，不用重开。")
    if district is not None and closing.district_id is None:
        raise NotReady(f"{month.label}是几个区一起关的，由管全部的重大办重开；重开以后各区各关各的。")
    if not reason.strip():
        raise NotReady("重开要写理由：改什么、为什么改。")
    if place.closed_after(month):
        raise NotReady("后面的月份已经关账，请从最后一个月起逐月重开。")
    why = reason.strip()[:300]
    of_all = closing.kind == Kind.SUMMED
    parts = list(closing.parts.in_force().select_related("district")) if of_all else [closing]
    summed = MonthClosing.objects.in_force().filter(parts__in=parts).select_related("district").distinct()
    for over in list(summed):
        because = why if of_all else f"{place.named}重开：{why}"[:300]
        _reopen(over, because, Place(over.district, districts, Kind.SUMMED), actor, now)
    for part in parts:
        _reopen(part, why, Place(part.district, districts), actor, now)
    closing.refresh_from_db()
    return closing


def _reopen(closing: MonthClosing, reason: str, place: Place, actor: Actor, now: datetime) -> None:
    columns = {"reopened_by": actor.by, "reopened_at": now, "reopen_reason": reason}
    if not MonthClosing.objects.in_force().filter(pk=closing.pk).update(**columns):
        raise NotReady(f"{place.named}{closing.month.label}刚由别人重开了，不用再开。")
    summary = f"{place.named}{closing.month.label}重开，第{closing.version}版留存。理由：{reason}"
    _told(closing, summary, actor, now, "reopened")


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
    return ProjectMonth(closing=closing, district_id=district_key(closing), month=closing.month, **columns)


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
    place = nearest_districts({cell.territory_id for cell in cells})
    made: dict[tuple[int, ...], DistrictCell] = {}
    for cell in cells:
        district = place[cell.territory_id]
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
