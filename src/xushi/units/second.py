"""两步验证：谁设了、谁必须设、还剩几个备用码；第一步过了的记在会话里，等第二步。"""

from datetime import datetime

from django.http import HttpRequest

from xushi.units.models import Authenticator, SecondStepRule, User

WAITING = "second_step"  # who said the right password and has not said the code
OWED = (
    "second_step_owed"  # signed in, must set it up before anything else: what is held open asks the session
)
WAITS_SECONDS = 5 * 60


def is_set(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exclude(confirmed_at=None).exists()


def is_required(user: User) -> bool:
    """One of the roles the person holds now asks for it."""
    return SecondStepRule.objects.filter(role__in=user.roles).exists()


def owes(user: User) -> bool:
    """A role held now asks for it and it is not set; said by the appointments, which every request reads anyway."""
    return any(held.owes_second for held in user.appointments_in_force)  # type: ignore[attr-defined]


def codes_left(user: User) -> int:
    return user.recovery_codes.filter(used_at=None).count()


def wait(request: HttpRequest, user: User, *, way_on: str, real: datetime) -> None:
    """The first step is done: nobody is signed in yet, the session only remembers who may say a code."""
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": int(real.timestamp()),
        "next": way_on,
    }


def waiting(request: HttpRequest, *, real: datetime) -> tuple[User, str] | None:
    """Who may say a code now and where they wanted to go; None after five minutes or another password."""
    told = request.session.get(WAITING)
    if not told or real.timestamp() - told["at"] > WAITS_SECONDS:
        return None
    user = User.objects.filter(pk=told["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != told["hash"]:
        return None
    return user, told["next"]
