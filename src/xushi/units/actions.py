"""单位与人员的动作：开户、调动、任职、单位增减。谁可以做，也在这里问。"""

from collections.abc import Callable
from datetime import datetime

from axes.utils import reset
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import QuerySet

from xushi.core.masking import masked_account
from xushi.journal.actions import Actor, record
from xushi.units import passwords, policy
from xushi.units.models import Appointment, Consent, Role, Unit, User
from xushi.units.policy_consents import needs_consent
from xushi.units.rules import ADMINISTRATORS, Refused, clash


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    actor: Actor,
    now: datetime,
    unit: Unit | None = None,
    password: str | None = None,
    phone: str = "",
    title: str = "",
    must_change_password: bool = False,
) -> User:
    """开户: an account without any right; django's ValidationError where the password is too weak."""
    _ask(actor, policy.can_manage_accounts, "开通账号要由系统管理员来做。")
    if User.objects.filter(username=username).exists():
        raise Refused(f"账号“{username}”已有人用，请换一个。")
    if unit and unit.dissolved_on:
        raise Refused(f"{unit.name}已撤销，请选它的承接单位。")
    user = User(
        username=username,
        name=name,
        phone=phone,
        title=title,
        home_unit=unit,
        must_change_password=must_change_password,
        created_at=now,
    )
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.save()
    passwords.remember(user, now=now)
    record(
        "units.account.opened",
        actor=actor,
        now=now,
        subject=user,
        subject_name=name,
        summary=f"开通账号{masked_account(username)}（{name}）",
        changes={"所在单位": ["", unit.name if unit else ""]},
    )
    return user


@transaction.atomic
def set_account_active(
    *, user: User, active: bool, reason: str, actor: Actor, now: datetime, consent: Consent | None = None
) -> None:
    """停用或恢复账号: takes effect with the person's next request."""
    _ask(actor, policy.can_manage_accounts, "停用和恢复账号要由系统管理员来做。")
    if user.is_active == active:
        return
    ask_consent(user, actor, consent)
    if not active:
        _keep_one_administrator(user, user.roles)
    user.is_active = active
    user.save(update_fields=["is_active"])
    record(
        "units.account.enabled" if active else "units.account.disabled",
        actor=actor,
        now=now,
        subject=user,
        summary=f"{'恢复' if active else '停用'}账号{user.account_shown}：{reason}",
        changes={"在用": [not active, active]},
    )


@transaction.atomic
def reset_password(
    *,
    user: User,
    password: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    consent: Consent | None = None,
) -> None:
    """重设密码: by the system administrator; undoes a lock; the person must choose another at the next login.

    Where it was consented to, the password is the one that was asked for then, of which only the hash was kept.
    """
    _ask(actor, policy.can_manage_accounts, "重设密码要由系统管理员来做。")
    if hasattr(user, "service"):
        raise Refused(f"{user.name}是服务账号，没有密码，凭令牌办事；令牌由安全管理员在“接口”页发放。")
    ask_consent(user, actor, consent)
    if consent is not None:
        _keep_password(user, consent.details["encoded"], must_change=True, now=now)
    else:
        _set_password(user, password, must_change=True, now=now)
    reset(username=user.username)
    record(
        "units.account.password_reset",
        actor=actor,
        now=now,
        subject=user,
        summary=f"重设{user.name}的密码" + (f"：{reason}" if reason else ""),
    )


@transaction.atomic
def change_password(*, user: User, password: str, actor: Actor, now: datetime) -> None:
    """改密码: by the person; other sessions of theirs end."""
    _set_password(user, password, must_change=False, now=now)
    record(
        "units.account.password_changed",
        actor=actor,
        now=now,
        subject=user,
        summary=f"{user.name}改了密码",
    )


@transaction.atomic
def move_person(
    *,
    user: User,
    unit: Unit,
    actor: Actor,
    now: datetime,
    reason: str = "",
    consent: Consent | None = None,
) -> list[Appointment]:
    """调动: every appointment in force ends at once; rights in the new unit are granted afresh.

    Returns the appointments that ended, each keeping the name its unit had.
    """
    _ask(actor, policy.can_manage_accounts, "人员调动要由系统管理员来做。")
    if unit.dissolved_on:
        raise Refused(f"{unit.name}已撤销，请选它的承接单位。")
    ask_consent(user, actor, consent)
    old = user.unit_full_name
    _keep_one_administrator(user, user.roles)
    ended = _end(Appointment.objects.filter(user=user, ended_at=None), now)
    user.home_unit = unit
    user.save(update_fields=["home_unit"])
    user.forget_appointments()
    record(
        "units.person.moved",
        actor=actor,
        now=now,
        subject=user,
        summary=f"{user.name}由{old or '未定单位'}调到{unit.name}" + (f"：{reason}" if reason else ""),
        changes={"所在单位": [old, unit.name], "任职": [[str(held) for held in ended], []]},
    )
    return ended


@transaction.atomic
def appoint(
    *,
    user: User,
    role: str,
    actor: Actor,
    now: datetime,
    unit: Unit | None = None,
    scope: Unit | None = None,
    is_head: bool = False,
) -> Appointment:
    """任职: a role in a unit over a scope (the unit itself where none is given); Refused by 三员分立.

    is_head: 单位负责人, signs the unit's replies and hears of its delays.
    """
    _ask(actor, policy.can_grant, "授权要由安全管理员来做。")
    user.forget_appointments()
    unit = unit or user.unit
    if unit is None:
        raise Refused(f"{user.name}还没有所在单位，请先选任职单位。")
    if unit.dissolved_on:
        raise Refused(f"{unit.name}已撤销，请选它的承接单位。")
    if other := clash(user.roles, role):
        raise Refused(
            f"系统管理员、安全管理员、审计员三员分立，不得兼任，也不得兼业务角色："
            f"{user.name}现任{Role(other).label}，不能再任{Role(role).label}。请先终止原任职，或另开账号。"
        )
    if Appointment.objects.filter(user=user, unit=unit, role=role, ended_at=None).exists():
        raise Refused(f"{user.name}已是{unit.name}的{Role(role).label}。")
    held = Appointment.objects.create(
        user=user,
        unit=unit,
        role=role,
        scope=scope or unit,
        unit_name=unit.name,
        started_at=now,
        is_head=is_head,
    )
    user.forget_appointments()
    record(
        "units.person.appointed",
        actor=actor,
        now=now,
        subject=user,
        summary=f"{user.name}任{unit.name}{Role(role).label}，范围{held.scope.name}"
        + ("，单位负责人" if is_head else ""),
        changes={"任职": ["", str(held)], "角色": ["", Role(role).label]},
    )
    return held


@transaction.atomic
def name_head(*, appointment: Appointment, is_head: bool, actor: Actor, now: datetime) -> None:
    """定单位负责人, or no longer: from the person's next request on. A unit may have several, or none."""
    _ask(actor, policy.can_grant, "单位负责人要由安全管理员来定。")
    if is_head and appointment.role in ADMINISTRATORS:
        raise Refused("三员不签发业务事项，不能作单位负责人。")
    changing = Appointment.objects.filter(pk=appointment.pk, ended_at=None).exclude(is_head=is_head)
    if not changing.update(is_head=is_head):
        raise Refused("这项任职已经终止，或已经这样定了，请刷新看现在的。")
    appointment.is_head = is_head
    appointment.user.forget_appointments()
    record(
        "units.person.head_named" if is_head else "units.person.head_ended",
        actor=actor,
        now=now,
        subject=appointment.user,
        summary=f"{appointment.user.name}{'任' if is_head else '不再任'}{appointment.unit.name}负责人",
        changes={"单位负责人": [not is_head, is_head]},
    )


@transaction.atomic
def end_appointment(
    *,
    appointment: Appointment,
    actor: Actor,
    now: datetime,
    reason: str = "",
    consent: Consent | None = None,
) -> None:
    """离任: the right is gone with the person's next request; the row stays."""
    _ask(actor, policy.can_grant, "终止任职要由安全管理员来做。")
    user = appointment.user
    ask_consent(user, actor, consent)
    if appointment.role in ADMINISTRATORS:
        _keep_one_administrator(user, {appointment.role})
    if not _end(Appointment.objects.filter(pk=appointment.pk, ended_at=None), now):
        raise Refused("这项任职已经终止。")
    appointment.ended_at = now
    user.forget_appointments()
    record(
        "units.person.released",
        actor=actor,
        now=now,
        subject=user,
        summary=f"{user.name}不再任{appointment}" + (f"：{reason}" if reason else ""),
        changes={"任职": [str(appointment), ""]},
    )


def ask_consent(user: User, actor: Actor, consent: Consent | None) -> None:
    """三员互不能动: to another administrator's account only what a third has consented to is done."""
    if consent is None and needs_consent(user, actor):
        raise Refused(f"{user.name}是管理员，动他的账号要先申请，由第三名管理员同意。")
    if consent is not None and not (consent.given and consent.about_id == user.pk):
        raise Refused("同意的不是这一件，请重新申请。")


def _ask(actor: Actor, allowed: Callable[[User], bool], sentence: str) -> None:
    """The system itself may; a person only with the right."""
    if actor.by is not None and not allowed(actor.by):
        raise Refused(sentence)


def _end(appointments: QuerySet[Appointment], now: datetime) -> list[Appointment]:
    ended = list(appointments.select_related("unit", "scope"))
    for held in ended:
        held.ended_at = now
    Appointment.objects.bulk_update(ended, ["ended_at"])
    return ended


def _keep_one_administrator(user: User, roles: set[str]) -> None:
    """The last system or security administrator in force stays, or nobody could mend anything."""
    for role in roles & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
        others = Appointment.objects.filter(role=role, ended_at=None, user__is_active=True).exclude(user=user)
        if not others.exists():
            raise Refused(f"{user.name}是最后一名{Role(role).label}，请先任命另一人。")


def _set_password(user: User, password: str, *, must_change: bool, now: datetime) -> None:
    validate_password(password, user)
    _keep_password(user, make_password(password), must_change=must_change, now=now)


def _keep_password(user: User, encoded: str, *, must_change: bool, now: datetime) -> None:
    user.password = encoded
    user.must_change_password = must_change
    user.save(update_fields=["password", "must_change_password"])
    passwords.remember(user, now=now)
