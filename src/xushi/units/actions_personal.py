"""个人信息：看一眼完整号码要留名；离开够久的抹去。"""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from xushi.journal.actions import SYSTEM, Actor, record
from xushi.units import policy
from xushi.units.models import Authenticator, SignedIn, User
from xushi.units.rules import Refused

LEFT = "离任人员"


@transaction.atomic
def show_number(*, user: User, actor: Actor, now: datetime) -> str:
    """显示完整号码: by an administrator of accounts; the journal says who saw whose."""
    if actor.by is None or not (policy.can_manage_accounts(actor.by) or policy.can_grant(actor.by)):
        raise Refused("完整号码只有系统管理员、安全管理员看得到。")
    if not user.phone:
        raise Refused(f"{user.name}没有登记手机。")
    record("units.number.shown", actor=actor, now=now, subject=user, summary=f"看了{user.name}的完整手机号")
    return user.phone


@transaction.atomic
def forget_person(*, user: User, now: datetime) -> None:
    """抹去离任人员的信息: name, account, number, title and whatever they signed in with. Appointments and the journal,
    which are the record of what was done, stay; the journal keeps the names of its time.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    if held.is_active or held.forgotten_at:
        raise Refused(f"{held.name}还在用，或已经抹去。")
    record(
        "units.person.forgotten",
        actor=SYSTEM,
        now=now,
        subject=held,
        subject_name=LEFT,
        summary="离开已久，抹去个人信息",
    )
    held.name, held.title, held.phone, held.username = LEFT, "", "", f"left-{held.pk}"
    held.forgotten_at = now
    held.set_unusable_password()
    held.save(update_fields=["name", "title", "phone", "username", "forgotten_at", "password"])
    held.used_passwords.all().delete()
    held.recovery_codes.all().delete()
    Authenticator.objects.filter(user=held).delete()
    places = SignedIn.objects.filter(user=held)
    Session.objects.filter(session_key__in=list(places.values_list("session_key", flat=True))).delete()
    places.delete()
