"""登录、退出、锁账号：审计要看的三件事。"""

from datetime import datetime

from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.units.models import User


@transaction.atomic
def note_sign_in(*, user: User, actor: Actor, now: datetime) -> None:
    """登录."""
    record("units.session.opened", actor=actor, now=now, subject=user, summary=f"{user.name}登录")


@transaction.atomic
def note_sign_out(*, user: User, actor: Actor, now: datetime) -> None:
    """退出, by the person's own hand; a session that runs out leaves no event."""
    record("units.session.closed", actor=actor, now=now, subject=user, summary=f"{user.name}退出")


@transaction.atomic
def note_lock(*, username: str, address: str, minutes: int, now: datetime) -> None:
    """锁账号: after too many wrong passwords; the account named may not exist."""
    record(
        "units.account.locked",
        actor=Actor(address=address),
        now=now,
        subject=User.objects.filter(username=username).first(),
        subject_name=username,
        summary=f"账号{username[:60]}连错密码，锁{minutes}分钟",
    )
