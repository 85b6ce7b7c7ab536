"""服务账号和令牌的写入：开账号、发令牌、换令牌、作废；凭令牌取走了什么。"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.api import policy
from xushi.api.models import ServiceAccount, Token
from xushi.api.rules import HEAD, LONGEST_DAYS, PREFIX, SCOPES, digest_of, unknown_scopes
from xushi.core.months import Month
from xushi.journal.actions import Actor, record
from xushi.units.actions import open_account
from xushi.units.models import Unit, User
from xushi.units.rules import ADMINISTRATORS, Refused


@transaction.atomic
def open_service_account(
    *, username: str, name: str, purpose: str, contact: str, unit: Unit, actor: Actor, now: datetime
) -> ServiceAccount:
    """开服务账号: an account that nobody can log in with; it may nothing until the security administrator appoints it."""
    if not purpose.strip() or not contact.strip():
        raise Refused("写明这个账号给哪个系统、做什么用，以及对方的联系人。")
    user = open_account(username=username, name=name, unit=unit, actor=actor, now=now)
    account = ServiceAccount.objects.create(
        user=user, purpose=purpose.strip()[:200], contact=contact.strip()[:60], opened_at=now
    )
    record(
        "api.account.opened",
        actor=actor,
        now=now,
        subject=account,
        subject_name=name,
        summary=f"开服务账号{name}：{account.purpose}",
    )
    return account


@transaction.atomic
def issue_token(
    account: ServiceAccount, scopes: Sequence[str], days: int, *, actor: Actor, now: datetime
) -> tuple[Token, str]:
    """发令牌: the row and the token itself, which is told this once and never again."""
    _ask(actor, policy.can_issue)
    if not scopes:
        raise Refused("至少选一样它能做的事。")
    if unknown := unknown_scopes(scopes):
        raise Refused(f"没有“{unknown[0]}”这样的权限，请从列出的里选。")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(f"有效期填1到{LONGEST_DAYS}天，到期前换一个。")
    if not account.user.is_active:
        raise Refused(f"{account.user.name}已停用，请系统管理员先启用。")
    if account.user.has_role(*ADMINISTRATORS):
        raise Refused("管理员账号不发令牌：系统管理员、安全管理员、审计员不办业务。")
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=account,
        head=text[:HEAD],
        digest=digest_of(text),
        scopes=sorted(set(scopes)),
        issued_at=now,
        issued_by=actor.by,
        expires_at=now + timedelta(days=days),
    )
    words = "、".join(SCOPES[scope] for scope in token.scopes)
    _tell("api.token.issued", token, f"给{account.user.name}发令牌{token.head}…：{words}", actor, now)
    return token, text


@transaction.atomic
def rotate_token(token: Token, days: int, *, actor: Actor, now: datetime) -> tuple[Token, str]:
    """换令牌: a new one with the same scopes; the old one ends in a day, so that the other side can change over."""
    _ask(actor, policy.can_issue)
    held = Token.objects.select_for_update().select_related("account__user").get(pk=token.pk)
    if held.revoked_at or held.expires_at <= now:
        raise Refused("这个令牌已经作废或到期，请另发一个。")
    made, text = issue_token(held.account, held.scopes, days, actor=actor, now=now)
    held.expires_at = min(held.expires_at, now + timedelta(days=1))
    held.save(update_fields=["expires_at"])
    _tell(
        "api.token.rotated", held, f"换下{held.account.user.name}的令牌{held.head}…，一天后失效", actor, now
    )
    return made, text


@transaction.atomic
def revoke_token(token: Token, *, actor: Actor, now: datetime) -> Token:
    """作废: at once, for good."""
    _ask(actor, policy.can_issue)
    held: Token = Token.objects.select_for_update().select_related("account__user").get(pk=token.pk)
    if held.revoked_at is None:
        held.revoked_at = now
        held.save(update_fields=["revoked_at"])
        _tell("api.token.revoked", held, f"作废{held.account.user.name}的令牌{held.head}…", actor, now)
    return held


@transaction.atomic
def hand_out_month(*, token: Token, month: Month, version: int, actor: Actor, now: datetime) -> None:
    """记下整月取走: which token took which version of a month, from where. What it then does with it nobody sees."""
    summary = f"{token.account}取走{month.label}第{version}版的逐个项目，令牌{token.head}…"
    _tell("api.month.taken", token, summary, actor, now)


def _ask(actor: Actor, may: Callable[[User], bool]) -> None:
    if actor.by is not None and not may(actor.by):
        raise PermissionDenied("令牌由安全管理员发放、更换、作废。")


def _tell(verb: str, token: Token, summary: str, actor: Actor, now: datetime) -> None:
    record(
        verb,
        actor=actor,
        now=now,
        subject=token.account,
        subject_name=token.account.user.name,
        summary=summary[:500],
    )
