"""两步验证的动作：设、确认、用、换备用码、停用、重置，哪些角色必须用。"""

from datetime import datetime

from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.units import codes, policy, vault
from xushi.units.actions import ask_consent
from xushi.units.models import Authenticator, Consent, RecoveryCode, Role, SecondStepRule, User
from xushi.units.rules import Refused


@transaction.atomic
def begin(*, user: User, now: datetime) -> str:
    """The secret to be set up: the one begun, else a new one. No event: nothing is in force yet."""
    held = Authenticator.objects.select_for_update().filter(user=user).first()
    if held and held.confirmed_at:
        raise Refused("两步验证已经在用。换手机请先停用，再重新设。")
    if held:
        return vault.opened(held.sealed)
    _ask_for_the_same_key()
    secret = codes.new_secret()
    Authenticator.objects.create(user=user, sealed=vault.seal(secret), begun_at=now)
    return secret


@transaction.atomic
def confirm(*, user: User, code: str, actor: Actor, now: datetime, real: datetime) -> list[str]:
    """两步验证生效: by the first right code; returns the recovery codes, which are shown this once."""
    held = Authenticator.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if held is None:
        raise Refused("两步验证已经在用，或还没开始设，请刷新再看。")
    if not _take(held, code, real):
        raise Refused("六位码不对：请看手机上现在的那一个，手机的时间要准。")
    Authenticator.objects.filter(pk=held.pk).update(confirmed_at=now)
    fresh = _renew(user)
    record("units.second.set", actor=actor, now=now, subject=user, summary=f"{user.name}设了两步验证")
    return fresh


@transaction.atomic
def prove(*, user: User, code: str, actor: Actor, now: datetime, real: datetime) -> bool:
    """第二步: a code of the phone or a recovery code, each once. A recovery code used is told to the person."""
    held = Authenticator.objects.select_for_update().filter(user=user).exclude(confirmed_at=None).first()
    if held is None:
        return False
    if _take(held, code, real):
        return True
    digest = vault.digest_of(f"{user.pk}:{codes.bare(code)}")
    if not RecoveryCode.objects.filter(user=user, digest=digest, used_at=None).update(used_at=now):
        return False
    left = RecoveryCode.objects.filter(user=user, used_at=None).count()
    record(
        "units.second.recovered",
        actor=actor,
        now=now,
        subject=user,
        summary=f"{user.name}用备用码登录，还剩{left}个",
    )
    return True


@transaction.atomic
def renew_codes(*, user: User, code: str, actor: Actor, now: datetime, real: datetime) -> list[str]:
    """换备用码: the old ones are worth nothing from now on; asks for a code."""
    if not prove(user=user, code=code, actor=actor, now=now, real=real):
        raise Refused("码不对，备用码没有换。")
    fresh = _renew(user)
    record("units.second.codes_renewed", actor=actor, now=now, subject=user, summary=f"{user.name}换了备用码")
    return fresh


@transaction.atomic
def remove(*, user: User, code: str, actor: Actor, now: datetime, real: datetime) -> None:
    """停用: by the person, with a code. Where a role requires it, the next page asks to set it up anew."""
    if not prove(user=user, code=code, actor=actor, now=now, real=real):
        raise Refused("码不对，两步验证还在用。")
    _forget(user)
    record("units.second.removed", actor=actor, now=now, subject=user, summary=f"{user.name}停用了两步验证")


@transaction.atomic
def reset(*, user: User, reason: str, actor: Actor, now: datetime, consent: Consent | None = None) -> None:
    """重置: by the security administrator, for whoever lost phone and codes; the person hears of it."""
    if actor.by is not None and not policy.can_grant(actor.by):
        raise Refused("重置两步验证要由安全管理员来做。")
    if actor.by is not None and actor.by.pk == user.pk:
        raise Refused("自己的两步验证不能自己重置，请另一名安全管理员来做，或用备用码。")
    if not reason.strip():
        raise Refused("请写明为什么重置，例如手机丢失，已当面核对本人。")
    if not Authenticator.objects.filter(user=user).exclude(confirmed_at=None).exists():
        raise Refused(f"{user.name}没有设两步验证。")
    ask_consent(user, actor, consent)
    _forget(user)
    record(
        "units.second.reset",
        actor=actor,
        now=now,
        subject=user,
        summary=f"重置{user.name}的两步验证：{reason.strip()}",
        changes={"理由": ["", reason.strip()]},
    )


@transaction.atomic
def require(*, roles: set[str], actor: Actor, now: datetime) -> None:
    """哪些角色必须两步验证: from the next request on. One event for each role that changes."""
    if actor.by is not None and not policy.can_grant(actor.by):
        raise Refused("两步验证的要求由安全管理员来定。")
    if unknown := roles - set(Role.values):
        raise Refused(f"没有“{min(unknown)}”这个角色，请从名单里选。")
    before = set(SecondStepRule.objects.select_for_update().values_list("role", flat=True))
    SecondStepRule.objects.exclude(role__in=roles).delete()
    SecondStepRule.objects.bulk_create(
        SecondStepRule(role=role, set_at=now) for role in sorted(roles - before)
    )
    for role in sorted(before ^ roles):
        asked = role in roles
        record(
            "units.second.required" if asked else "units.second.waived",
            actor=actor,
            now=now,
            summary=f"{Role(role).label}登录{'必须' if asked else '不再必须'}两步验证",
            changes={Role(role).label: [not asked, asked]},
        )


def _ask_for_the_same_key() -> None:
    """Of several machines all seal with one key: where this one's does not open what is stored, nothing new is sealed."""
    if sealed := Authenticator.objects.order_by("-pk").values_list("sealed", flat=True).first():
        vault.opened(sealed)


def _take(held: Authenticator, code: str, real: datetime) -> bool:
    """Use the code up: of two who say the same one, one is let in."""
    said = codes.bare(code)
    if len(said) != codes.DIGITS:
        return False
    secret = vault.opened(held.sealed)
    step = codes.step_of(secret, said, seconds=real.timestamp(), after=held.last_step)
    if step is None:
        return False
    return bool(Authenticator.objects.filter(pk=held.pk, last_step__lt=step).update(last_step=step))


def _renew(user: User) -> list[str]:
    fresh = codes.new_recovery_codes()
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=vault.digest_of(f"{user.pk}:{codes.bare(code)}")) for code in fresh
    )
    return fresh


def _forget(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()
    user.recovery_codes.all().delete()
