"""报数的待办：月份一过，一个单位一个月一件，数齐了就办结，退回又开；报来待审的，牵头组一件。"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from xushi.calendars.rules import closing_of
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING, local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.duties.models import Duty
from xushi.indicators.alerting import in_use
from xushi.indicators.models import Observation, System, Version
from xushi.indicators.reporting import WAIVED, Item, asked_since, items_of, owed_now
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.units.models import Role, Unit

REPORT, REVIEW = "indicators.report.", "indicators.review"
REVIEW_IN = 3  # 个工作日
NAMED = 3
ROLES: dict[str, Role] = {
    Unit.Kind.WORKING_GROUP: Role.INDICATOR_LEAD, Unit.Kind.OFFICE: Role.OFFICE,
    **dict.fromkeys(Unit.TERRITORY_KINDS, Role.TERRITORY),
}  # fmt: skip


@transaction.atomic
def follow_reports(now: datetime) -> int:
    """Of every version in use: who has to report what now, and who to review; returns how many duties are open.

    Said again it changes nothing. A dozen queries a system, however many indicators and units.
    """
    office = Unit.objects.standing().filter(kind=Unit.Kind.OFFICE).order_by("path").first()
    return sum(_follow(version, office, now) for version in in_use())


@transaction.atomic
def note_sheet(version: Version, unit: Unit, words: str, rows: int, *, actor: Actor, now: datetime) -> None:
    """谁下载了报数的表: of which unit and month, how many rows."""
    record(
        "indicators.report.sheet_taken", actor=actor, now=now, subject=version,
        summary=f"下载{unit}{words}报数的表{rows}项", changes={"行数": [None, rows]},
    )  # fmt: skip


def _follow(version: Version, office: Unit | None, now: datetime) -> int:
    system = System.objects.select_for_update().get(pk=version.system_id)
    mine = Duty.objects.open().about(system).filter(Q(kind__startswith=REPORT) | Q(kind=REVIEW))
    before = set(mine.values_list("kind", "unit"))
    reports = _reports(version, system, office, now)
    duties = set_duties([*reports, *_reviews(system, office, now)], now=now)
    keep = [(duty.subject_id, duty.kind, duty.unit_id, duty.person_id) for duty in duties]
    kinds = {kind for kind, _ in before}
    if kinds:
        end_duties_of(System, [system.pk], now=now, kinds=kinds, keep=keep)
    _tell(system, [one for one in reports if one.unit and (one.kind, one.unit.pk) not in before], now)
    _tell_settled(system, before - {(duty.kind, duty.unit_id) for duty in duties}, now)
    return len(duties)


def _reports(version: Version, system: System, office: Unit | None, now: datetime) -> list[DutyInput]:
    items = items_of(version, local_day(now))
    asked: dict[tuple[int, str], list[Item]] = defaultdict(list)
    units: dict[int, Unit] = {}
    for one in items:
        if one.state != WAIVED and (unit := one.reporter or office):
            units[unit.pk] = unit
            asked[unit.pk, one.period].append(one)
    owed: dict[tuple[int, str], list[Item]] = defaultdict(list)
    for one in owed_now(items):
        if unit := one.reporter or office:
            owed[unit.pk, one.period].append(one)
    began = datetime.combine(asked_since(version), time(0), BEIJING)
    return [
        _report(system, units[unit], some, asked[unit, period], began)
        for (unit, period), some in owed.items()
    ]


def _report(
    system: System, unit: Unit, owed: Sequence[Item], asked: Sequence[Item], began: datetime
) -> DutyInput:
    """报8月的6项指标; due when the first of what is still owed is, open since the month was over."""
    month = owed[0].month
    after = month.next
    names = "、".join(one.card.name for one in owed[:NAMED]) + ("等" if len(owed) > NAMED else "")
    some = f"还差{len(owed)}项" if len(owed) < len(asked) else ""
    return DutyInput(
        subject=system, kind=f"{REPORT}{owed[0].period}", unit=unit, role=ROLES.get(unit.kind, Role.DEPARTMENT),
        title=f"报{month.number}月的{len(asked)}项指标", subject_name=system.name,
        note="：".join(filter(None, (some, names))), state="有退回" if any(one.returned for one in owed) else "待报",
        due_at=closing_of(min(one.due_on for one in owed)), back=True,
        since=max(began, datetime(after.year, after.number, 1, tzinfo=BEIJING)),
        url=f"{reverse('indicators:report_month', args=[unit.pk, owed[0].period])}?{urlencode({'system': system.code})}",
    )  # fmt: skip


def _reviews(system: System, office: Unit | None, now: datetime) -> list[DutyInput]:
    """审3个报来的数: by the group that leads, within three working days of the first of them."""
    rows = Observation.objects.filter(
        participant__system=system, state=Observation.State.WAITING, replaced_at=None
    ).order_by("reported_at", "pk")  # fmt: skip
    by_unit: dict[Unit, list[Observation]] = defaultdict(list)
    for one in rows.select_related("indicator__group__successor"):
        group = one.indicator.group
        unit = group.successor if group and group.dissolved_on and group.successor else group
        if reviewer := unit or office:
            by_unit[reviewer].append(one)
    days = calendar() if by_unit else None
    return [
        DutyInput(
            subject=system, kind=REVIEW, unit=unit, role=ROLES.get(unit.kind, Role.INDICATOR_LEAD),
            title=f"审{len(some)}个报来的指标数", subject_name=system.name, note=_named(some), state="待审",
            due_at=days.deadline(some[0].reported_at, REVIEW_IN), limit_days=REVIEW_IN, since=some[0].reported_at,
            url=f"{_address(system)}#waiting",
        )
        for unit, some in by_unit.items() if days is not None
    ]  # fmt: skip


def _named(rows: Iterable[Observation]) -> str:
    names = list(dict.fromkeys(one.indicator.name for one in rows))
    return "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")


def _address(system: System, **wanted: str) -> str:
    return f"{reverse('indicators:calendar')}?{urlencode({'system': system.code, **wanted})}"


def _tell_settled(system: System, gone: Collection[tuple[str, int | None]], now: datetime) -> None:
    """Whose list has become shorter: nothing is left to report of a month, or to review."""
    if not gone:
        return
    units = Unit.objects.in_bulk({unit for _, unit in gone if unit is not None})
    rows = [
        RowChange(units[unit], units[unit].name, {kind.removeprefix(REPORT): ["待办", "办结"]})
        for kind, unit in sorted(gone, key=str) if unit is not None
    ]  # fmt: skip
    record(
        "indicators.report.settled", actor=SYSTEM, now=now, subject=system,
        summary=f"{system.name}：{len(units)}个单位的数报齐、审完", rows=rows,
    )  # fmt: skip


def _tell(system: System, fresh: Sequence[DutyInput], now: datetime) -> None:
    if not fresh:
        return
    units = {one.unit.pk: one.unit for one in fresh if one.unit}
    rows = [
        RowChange(units[one.unit.pk], one.unit.name, {one.kind.removeprefix(REPORT): [None, one.title]})
        for one in fresh if one.unit
    ]  # fmt: skip
    record(
        "indicators.report.asked", actor=SYSTEM, now=now, subject=system,
        summary=f"{system.name}：请{len(units)}个单位报数", rows=rows,
    )  # fmt: skip
