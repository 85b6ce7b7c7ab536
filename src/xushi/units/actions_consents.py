"""动管理员的账号：是另一名管理员的先申请，第三名同意了才办；进不去了，由本机的命令救。"""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.units import actions, actions_second, second
from xushi.units.models import Appointment, Consent, Unit, User
from xushi.units.policy_consents import consents_decided_by, may_consent, needs_consent
from xushi.units.rules import ADMINISTRATORS, Refused

Kind = Consent.Kind
Details = dict[str, Any]


@transaction.atomic
def do_or_ask(*, kind: Kind, user: User, details: Details, actor: Actor, now: datetime) -> Consent | None:
    """Do it at once (None), or where it is another administrator's account ask for consent (the request).

    details: password; active, reason; unit (its number), reason; reason; appointment (its number), reason.
    """
    if needs_consent(user, actor):
        return _ask(kind, user, details, actor, now)
    _do(kind, user, details, actor=actor, now=now)
    return None


@transaction.atomic
def decide(*, consent: Consent, given: bool, words: str, actor: Actor, now: datetime) -> Consent:
    """同意或不同意: what was asked for is done in the name of the one who asked, if they still may."""
    held: Consent = Consent.objects.select_for_update().select_related("about", "by").get(pk=consent.pk)
    if actor.by is not None and not consents_decided_by(actor.by).filter(pk=held.pk).exists():
        raise Refused("要由第三名管理员同意：不是申请人，不是本人，也不与申请人是同一种管理员。")
    if held.decided_at:
        raise Refused(f"这件已经{'同意并办了' if held.given else '回了不同意'}，请刷新看现在的。")
    if not held.is_waiting(now):
        raise Refused("这件申请过了一天，作废了；还要办请重新申请。")
    if not words.strip() and (not given or actor.by is None):
        raise Refused("请写一句为什么，对方和审计员看得到。")
    if given and not held.by.is_active:
        raise Refused(f"{held.by.name}的账号已停用，他申请的不再办。")
    held.given, held.decided_by, held.decided_at = given, actor.by, now
    held.answer = words.strip()[:200]
    if given:
        _do(held.kind, held.about, held.details, actor=Actor(by=held.by), now=now, consent=held)
    held.details = {}
    held.save(update_fields=["given", "decided_by", "decided_at", "answer", "details"])
    record(
        "units.consent.given" if given else "units.consent.declined", actor=actor, now=now, subject=held,
        summary=f"{'同意' if given else '不同意'}{held.by.name}{held.what}", changes={"写了": ["", held.answer]},
    )  # fmt: skip
    return held


@transaction.atomic
def rescue(
    *, user: User, password: str, reason: str, without_second: bool, actor: Actor, now: datetime
) -> None:
    """本机救急: for an administrator who cannot get in; by whoever is at the machine, nobody's page calls it."""
    if actor.by is not None:
        raise Refused("救急只在装序时的机器上做。")
    if user.roles.isdisjoint(ADMINISTRATORS):
        raise Refused(f"{user.name}不是管理员，请系统管理员在“人员”页上重设密码。")
    if not reason.strip():
        raise Refused("请写明为什么，例如只剩一名管理员，忘了密码。")
    actions.reset_password(user=user, password=password, reason=reason.strip(), actor=actor, now=now)
    if without_second and second.is_set(user):
        actions_second.reset(user=user, reason=reason, actor=actor, now=now)


def _ask(kind: Kind, user: User, details: Details, actor: Actor, now: datetime) -> Consent:
    User.objects.select_for_update().get(pk=user.pk)  # two clicks at once are one request
    Consent.objects.filter(decided_at=None, asked_at__lte=now - Consent.LASTS).update(details={})
    if Consent.objects.waiting(now).filter(about=user, kind=kind).exists():
        raise Refused(f"{user.name}的{kind.label}已经有人申请，正等着同意。")
    what = _said(kind, user, details)
    if kind == Kind.PASSWORD:
        validate_password(details["password"], user)
        details = {"encoded": make_password(details["password"])}
    made = Consent(about=user, kind=kind, what=what, details=details, by=actor.by, asked_at=now, given=True)
    _try(made, actor, now)
    made.given = None
    made.save()
    reason = str(details.get("reason", "")).strip()
    record(
        "units.consent.asked", actor=actor, now=now, subject=made,
        summary=f"申请{what}" + (f"：{reason}" if reason else ""), changes={"理由": ["", reason]},
    )  # fmt: skip
    return made


def _try(consent: Consent, actor: Actor, now: datetime) -> None:
    """Whoever asks for what cannot be done is told now and not tomorrow: it is done and taken back."""
    with transaction.atomic():
        user = User.objects.get(pk=consent.about_id)
        _do(consent.kind, user, consent.details, actor=actor, now=now, consent=consent)
        transaction.set_rollback(True)


def _do(
    kind: str, user: User, details: Details, *, actor: Actor, now: datetime, consent: Consent | None = None
) -> None:
    common: Details = {"actor": actor, "now": now, "consent": consent}
    reason = str(details.get("reason", ""))
    match kind:
        case Kind.PASSWORD:
            actions.reset_password(user=user, password=details.get("password", ""), **common)
        case Kind.ACTIVE:
            actions.set_account_active(user=user, active=details["active"], reason=reason, **common)
        case Kind.MOVE:
            actions.move_person(user=user, unit=_unit(details), reason=reason, **common)
        case Kind.SECOND:
            actions_second.reset(user=user, reason=reason, **common)
        case Kind.RELEASE:
            actions.end_appointment(appointment=_held(details), reason=reason, **common)


def _said(kind: Kind, user: User, details: Details) -> str:
    match kind:
        case Kind.ACTIVE:
            said = f"{'恢复' if details['active'] else '停用'}{user.name}的账号"
        case Kind.MOVE:
            said = f"把{user.name}调到{_unit(details).name}"
        case Kind.RELEASE:
            said = f"终止{user.name}的任职{_held(details)}"
        case _:
            said = f"{kind.label[:2]}{user.name}的{kind.label[2:]}"
    return said[:200]


def _unit(details: Details) -> Unit:
    found: Unit = Unit.objects.get(pk=details["unit"])
    return found


def _held(details: Details) -> Appointment:
    return Appointment.objects.select_related("user").get(pk=details["appointment"])


def who_may(consent: Consent) -> list[str]:
    """Names of those who may consent; empty where only the command on the machine is left."""
    return list(
        User.objects.filter(pk__in=may_consent(consent)).order_by("pk").values_list("name", flat=True)
    )
