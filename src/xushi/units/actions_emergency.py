"""应急授权：一个人、一个角色、几个小时、一句为什么；到时自己收回，谁都听得到。"""

from datetime import datetime, timedelta

from django.db import transaction

from xushi.journal.actions import SYSTEM, Actor, record
from xushi.units import actions
from xushi.units.models import Appointment, Emergency, Role, Unit, User
from xushi.units.rules import ADMINISTRATORS, Refused

LONGEST_HOURS = 24
REASON_AT_LEAST = 6


@transaction.atomic
def grant_emergency(
    *, user: User, role: str, scope: Unit, hours: int, reason: str, actor: Actor, now: datetime
) -> Emergency:
    """应急授权: by a security administrator to somebody else, at most 24 hours, never one of the three administrators."""
    reason = reason.strip()
    if len(reason) < REASON_AT_LEAST:
        raise Refused("请写明为什么要应急授权：出了什么事，要办什么。")
    if not 1 <= hours <= LONGEST_HOURS:
        raise Refused(f"应急授权最短1小时，最长{LONGEST_HOURS}小时。")
    if role in ADMINISTRATORS:
        raise Refused("三员不作应急授权，请按任职办。")
    if actor.by is not None and actor.by.pk == user.pk:
        raise Refused("不能给自己应急授权。")
    held = actions.appoint(user=user, role=role, unit=scope, scope=scope, actor=actor, now=now)
    until = now + timedelta(hours=hours)
    given = Emergency.objects.create(appointment=held, reason=reason, until=until, by=actor.by)
    record(
        "units.emergency.granted",
        actor=actor,
        now=now,
        subject=user,
        summary=f"应急授权{user.name}为{Role(role).label}，范围{scope.name}，{hours}小时：{reason}",
        changes={"理由": ["", reason], "到期": ["", until.isoformat()]},
    )
    return given


@transaction.atomic
def end_due(*, now: datetime, user: User | None = None) -> int:
    """收回到期的应急授权, of one person or of everybody; how many ended. Called again it finds nothing."""
    due = Emergency.objects.filter(until__lte=now, appointment__ended_at=None)
    if user is not None:
        due = due.filter(appointment__user=user)
    ended = 0
    for given in due.select_related("appointment__user").order_by("pk"):
        held = given.appointment
        if not Appointment.objects.filter(pk=held.pk, ended_at=None).update(ended_at=given.until):
            continue
        ended += 1
        record(
            "units.emergency.ended",
            actor=SYSTEM,
            now=now,
            subject=held.user,
            summary=f"{held.user.name}的应急授权（{held}）到期收回",
            changes={"任职": [str(held), ""]},
        )
    if user is not None:
        user.forget_appointments()
    return ended
