"""登录、退出、锁账号、退出别处：审计要看的几件事。"""

from collections.abc import Collection
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from xushi.core.masking import masked_account
from xushi.journal.actions import Actor, record
from xushi.units import policy
from xushi.units.models import SignedIn, User
from xushi.units.rules import Refused


@transaction.atomic
def note_sign_in(
    *,
    user: User,
    actor: Actor,
    now: datetime,
    session_key: str | None = None,
    device: str = "",
    real: datetime | None = None,
    only: bool = False,
    through: str = "",
) -> None:
    """登录. only: every other session of the person ends, where one at a time is the rule."""
    if session_key and real:
        alive = Session.objects.filter(expire_date__gt=real).values("session_key")
        user.signed_in.exclude(session_key__in=alive).delete()
        SignedIn.objects.update_or_create(
            session_key=session_key,
            defaults={
                "user": user,
                "opened_at": real,
                "address": actor.address[:45],
                "device": device[:60],
            },
        )
        if only:
            _end(user.signed_in.exclude(session_key=session_key).values_list("session_key", flat=True))
    way = f"经{through}" if through else ""
    record("units.session.opened", actor=actor, now=now, subject=user, summary=f"{user.name}{way}登录")


@transaction.atomic
def note_sign_out(*, user: User, actor: Actor, now: datetime, session_key: str | None = None) -> None:
    """退出, by the person's own hand; a session that runs out leaves no event."""
    SignedIn.objects.filter(user=user, session_key=session_key or "").delete()
    record("units.session.closed", actor=actor, now=now, subject=user, summary=f"{user.name}退出")


@transaction.atomic
def end_sessions(
    *, user: User, actor: Actor, now: datetime, rows: Collection[int] | None = None, but: str | None = None
) -> int:
    """退出别处的登录: the rows given, or all but the session `but`; how many ended.

    By the person, or by the system or security administrator for somebody else.
    """
    by = actor.by
    if by is not None and by.pk != user.pk and not (policy.can_manage_accounts(by) or policy.can_grant(by)):
        raise Refused("别人的登录由系统管理员、安全管理员来退出。")
    ending = user.signed_in.exclude(session_key=but or "")
    if rows is not None:
        ending = ending.filter(pk__in=rows)
    keys = list(ending.values_list("session_key", flat=True))
    if not keys:
        raise Refused("没有别处的登录可退出，请刷新看现在的。")
    _end(keys)
    record(
        "units.session.ended",
        actor=actor,
        now=now,
        subject=user,
        summary=f"退出{user.name}在别处的{len(keys)}处登录",
    )
    return len(keys)


@transaction.atomic
def note_lock(*, username: str, address: str, minutes: int, now: datetime) -> None:
    """锁账号: after too many wrong passwords or codes; the account named may not exist."""
    called = masked_account(username)[:60]
    record(
        "units.account.locked",
        actor=Actor(address=address),
        now=now,
        subject=User.objects.filter(username=username).first(),
        subject_name=called,
        summary=f"账号{called}连错密码，锁{minutes}分钟",
    )


def _end(keys: Collection[str]) -> None:
    ending = list(keys)
    Session.objects.filter(session_key__in=ending).delete()
    SignedIn.objects.filter(session_key__in=ending).delete()
