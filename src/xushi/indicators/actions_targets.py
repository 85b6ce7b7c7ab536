"""分解的动作：目标分到各单位（合计要对），签收，催签；要签的列在承担单位的待办里。"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.indicators import policy
from xushi.indicators.models import Indicator
from xushi.indicators.models_tasks import Target
from xushi.indicators.refusals import refuse
from xushi.journal.actions import Actor, RowChange, record
from xushi.units.districts import denied
from xushi.units.models import Unit

CARRYING = (*Unit.TERRITORY_KINDS, Unit.Kind.DEPARTMENT, Unit.Kind.WORKING_GROUP)
SIGN = "indicators.sign"
SIGN_IN = 5  # 个工作日


@dataclass(frozen=True, slots=True)
class TargetInput:
    unit: int
    value: float
    person: str = ""
    made_up: bool = False


@transaction.atomic
def hand_down(
    indicator: Indicator, year: int, rows: Sequence[TargetInput], *, total: float | None, actor: Actor, now: datetime
) -> list[Target]:  # fmt: skip
    """分解: rows are the whole split; a unit that is no longer among them has its target taken back.

    total: what the parts must come to (amounts); None where each has its own (rates). Refused where they do not come
    to it, saying by how much. A changed target has to be signed for again. Returns those that are new.
    """
    _ask_keeper(actor)
    held = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    units = _units(rows)
    _ask_sum(rows, total)
    standing = {
        one.unit_id: one for one in held.targets.select_related("unit").filter(year=year, replaced_at=None)
    }
    fresh = [
        row for row in rows
        if (was := standing.get(row.unit)) is None or (was.value, was.person) != (row.value, row.person[:60])
    ]  # fmt: skip
    dropped = [one for unit, one in standing.items() if unit not in units]
    _put_aside([*dropped, *(standing[row.unit] for row in fresh if row.unit in standing)], actor, now)
    made = [
        Target(indicator=held, unit=units[row.unit], year=year, value=row.value, person=row.person[:60],
               made_up=row.made_up, by=actor.by, at=now)
        for row in fresh
    ]  # fmt: skip
    Target.objects.bulk_create(made)
    if held.adds_up != (total is not None):
        held.adds_up = total is not None
        held.save(update_fields=["adds_up"])
    _ask_to_sign(made, now)
    _tell(held, year, made, dropped, {unit: one.value for unit, one in standing.items()}, actor, now)
    return made


def _units(rows: Sequence[TargetInput]) -> dict[int, Unit]:
    wanted = Unit.objects.standing().filter(pk__in={row.unit for row in rows}, kind__in=CARRYING)
    units = {one.pk: one for one in wanted}
    if not rows or len(units) < len(rows):
        raise refuse("unit", "分解到在册的部门、工作组、街道、场和园区，至少一个，一个单位一行。")
    return units


def _ask_sum(rows: Sequence[TargetInput], total: float | None) -> None:
    if any(not math.isfinite(row.value) for row in rows):
        raise refuse("value", "目标要是一个数。")
    short = 0.0 if total is None else round(total - math.fsum(row.value for row in rows), 6)
    if total is not None and short:
        raise refuse("value", f"各单位合计{'少' if short > 0 else '多'}{abs(short):g}，要正好等于{total:g}。")


def _put_aside(targets: Collection[Target], actor: Actor, now: datetime) -> None:
    """Replaced or taken back: it stays as it was, nobody has to sign for it any more."""
    gone = [one.pk for one in targets]
    if gone:
        Target.objects.filter(pk__in=gone).update(replaced_at=now)
        end_duties_of(Target, gone, now=now, kinds=[SIGN], by=actor.by)


def _ask_to_sign(made: Sequence[Target], now: datetime) -> None:
    if not made:
        return
    due_at, url = calendar().deadline(now, SIGN_IN), reverse("indicators:mine")
    rows = [
        DutyInput(
            subject=one, kind=SIGN, title=f"签收目标：{one.indicator.name}", unit=one.unit, due_at=due_at,
            limit_days=SIGN_IN, subject_name=one.indicator.name, url=url,
            note=f"{one.year}年{one.value:g}{one.indicator.measure}" + (f"，责任人{one.person}" if one.person else ""),
        )
        for one in made
    ]  # fmt: skip
    set_duties(rows, now=now)


def _tell(
    indicator: Indicator, year: int, made: Sequence[Target], dropped: Sequence[Target], before: dict[int, float],
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    if not made and not dropped:
        return
    said = f"{indicator.name}{year}年目标分解到{len(made)}个单位" if made else f"{indicator.name}{year}年目标"
    changes: dict[str, list[str | None]] = {
        one.unit.name: [f"{before[one.unit_id]:g}" if one.unit_id in before else None, f"{one.value:g}"]
        for one in made
    }
    changes |= {one.unit.name: [f"{one.value:g}", None] for one in dropped}
    record(
        "indicators.target.handed_down", actor=actor, now=now, subject=indicator,
        summary=said + (f"，收回{len(dropped)}个单位的" if dropped else ""), changes=changes,
        rows=[_row(one) for one in (*made, *dropped)],
    )  # fmt: skip


def _row(one: Target) -> RowChange:
    return RowChange(one, f"{one.unit.name}：{one.indicator.name}")


def sign_target(target: Target, *, actor: Actor, now: datetime) -> Target:
    """签收: by somebody of the unit; once."""
    return sign_targets([target.pk], actor=actor, now=now)[0]


@transaction.atomic
def sign_targets(targets: Collection[int], *, actor: Actor, now: datetime) -> list[Target]:
    """签收几个: all or none; what was signed for already stays as it was. Refused where one was changed meanwhile."""
    rows = Target.objects.select_for_update(of=("self",)).select_related("unit", "indicator")
    held = list(rows.filter(pk__in=targets).order_by("pk"))
    if not held:
        raise refuse("", "先选要签收的目标。")
    if actor.by is not None and not all(policy.can_sign(actor.by, one) for one in held):
        raise PermissionDenied("目标由承担单位的人签收。")
    if any(one.replaced_at is not None for one in held):
        raise refuse("", f"{'这个' if len(held) == 1 else '有的'}目标刚改过，请看了新的再签。")
    fresh = [one for one in held if one.signed_at is None]
    for one in fresh:
        one.signed_by, one.signed_at = actor.by, now
        one.signed_name = actor.by.name if actor.by else "系统"
    if fresh:
        Target.objects.bulk_update(fresh, ["signed_by", "signed_at", "signed_name"])
        end_duties_of(Target, [one.pk for one in fresh], now=now, kinds=[SIGN], by=actor.by)
        _tell_signed(fresh, actor, now)
    return held


def _tell_signed(fresh: list[Target], actor: Actor, now: datetime) -> None:
    only = fresh[0] if len(fresh) == 1 else None
    what = f"{only.indicator.name}{only.year}年目标{only.value:g}" if only else f"{len(fresh)}个指标目标"
    record(
        "indicators.target.signed", actor=actor, now=now, subject=only.indicator if only else None,
        summary=f"{fresh[0].unit}签收{what}", rows=[_row(one) for one in fresh],
    )  # fmt: skip


@transaction.atomic
def urge_targets(targets: Collection[int], *, actor: Actor, now: datetime) -> list[Target]:
    """催签: those of these targets that nobody has signed for, each once a day; what was signed meanwhile is left out."""
    _ask_keeper(actor)
    today = local_day(now)
    held = Target.objects.select_for_update(of=("self",)).filter(replaced_at=None, signed_at=None)
    waiting = [
        one
        for one in held.filter(pk__in=targets).select_related("unit", "indicator").order_by("pk")
        if one.urged_at is None or local_day(one.urged_at) < today
    ]
    if not waiting:
        raise refuse("", "没有要催的：选的都签了，或者今天已经催过。")
    Target.objects.filter(pk__in=[one.pk for one in waiting]).update(urged_at=now)
    record(
        "indicators.target.urged", actor=actor, now=now, summary=f"催签指标目标{len(waiting)}个",
        rows=[_row(one) for one in waiting],
    )  # fmt: skip
    return waiting


def _ask_keeper(actor: Actor) -> None:
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "目标由区重大办分解，您的角色可以查看。"))
