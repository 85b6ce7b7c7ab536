"""单位树的动作：新设、改名、撤销并由谁承接。"""

from datetime import datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.core.text import name_key
from xushi.journal.actions import Actor, record
from xushi.units import policy
from xushi.units.models import Appointment, Unit
from xushi.units.rules import ADMINISTRATORS, Refused
from xushi.units.tree import next_path


@transaction.atomic
def create_unit(
    *,
    name: str,
    kind: str,
    parent: Unit | None,
    actor: Actor,
    now: datetime,
    short_name: str = "",
    code: str = "",
) -> Unit:
    """新设单位: below parent, or the root where there is none yet."""
    _ask(actor)
    if parent is None and Unit.objects.filter(parent=None).exists():
        raise Refused("区本级已经设好，新单位请选一个上级。")
    if parent is not None:
        Unit.objects.select_for_update().get(pk=parent.pk)  # two at once get two numbers
        if parent.dissolved_on:
            raise Refused(f"{parent.name}已撤销，下面不能再设单位。")
    _ask_name_free(name, parent)
    unit = Unit.objects.create(
        name=name, short_name=short_name, kind=kind, parent=parent, path=next_path(parent), code=code,
        look=parent.look if parent else {},
    )  # fmt: skip
    record("units.unit.created", actor=actor, now=now, subject=unit, subject_name=name, summary=f"新设{name}")
    return unit


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, actor: Actor, now: datetime, short_name: str = "") -> None:
    """改名: from now on; past appointments and events keep the name of their time."""
    _ask(actor)
    _ask_name_free(name, unit.parent, apart_from=unit)
    old = unit.name
    unit.name, unit.short_name = name, short_name
    unit.save(update_fields=["name", "short_name"])
    record(
        "units.unit.renamed",
        actor=actor,
        now=now,
        subject=unit,
        subject_name=name,
        summary=f"{old}改名为{name}",
        changes={"名称": [old, name]},
    )


@transaction.atomic
def dissolve_unit(*, unit: Unit, successor: Unit, actor: Actor, now: datetime) -> None:
    """撤销: its people's appointments end; whoever answers for the successor sees its projects from now on."""
    _ask(actor)
    _ask_dissolvable(unit, successor)
    Appointment.objects.filter(unit=unit, ended_at=None).update(ended_at=now)
    Appointment.objects.filter(scope=unit, ended_at=None).update(scope=successor)
    Unit.objects.filter(successor=unit).update(successor=successor)
    unit.dissolved_on, unit.successor = local_day(now), successor
    unit.save(update_fields=["dissolved_on", "successor"])
    record(
        "units.unit.dissolved",
        actor=actor,
        now=now,
        subject=unit,
        subject_name=unit.name,
        summary=f"撤销{unit.name}，职责由{successor.name}承接",
        changes={"职责承接单位": ["", successor.name]},
    )


def _ask(actor: Actor) -> None:
    if actor.by is not None and not policy.can_manage_accounts(actor.by):
        raise Refused("单位的增减、改名要由系统管理员来做。")


def _ask_name_free(name: str, parent: Unit | None, apart_from: Unit | None = None) -> None:
    beside = Unit.objects.filter(parent=parent)
    if apart_from is not None:
        beside = beside.exclude(pk=apart_from.pk)
    if not name_key(name):
        raise Refused("请写单位名称。")
    if any(name_key(other) == name_key(name) for other in beside.values_list("name", flat=True)):
        raise Refused(f"同一上级下已有“{name}”，请换一个名称。")


def _ask_dissolvable(unit: Unit, successor: Unit) -> None:
    if unit.is_root:
        raise Refused("区本级不能撤销。")
    if unit.dissolved_on:
        raise Refused(f"{unit.name}早已撤销。")
    if successor.dissolved_on or successor.path.startswith(unit.path):
        raise Refused(f"{successor.name}不能承接：它已撤销，或就在{unit.name}之下。")
    if Appointment.objects.filter(unit=unit, ended_at=None, role__in=ADMINISTRATORS).exists():
        raise Refused(f"{unit.name}里还有系统管理员、安全管理员或审计员，请先把他们调到别的单位。")
    if Unit.objects.filter(parent=unit, dissolved_on=None).exists():
        raise Refused(f"{unit.name}下面还有单位，请先撤销或调整下级。")
