"""订阅的写入：开、停、再送。密钥由本装置的钥匙和订阅的随机数推出，库里没有。"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from xushi.api import policy
from xushi.api.models import Delivery, Webhook
from xushi.api.rules_webhooks import problem_of_address, problem_of_verbs
from xushi.journal.actions import Actor, record
from xushi.journal.models import ChainHead
from xushi.units.rules import Refused

OVER = Q(dead_at__isnull=False) | Q(delivered_at__isnull=False)


def secret_of(hook: Webhook) -> str:
    made = salted_hmac("xushi.webhook", f"{hook.pk}:{hook.nonce}", algorithm="sha256")
    return f"whsec_{made.hexdigest()}"


@transaction.atomic
def add_webhook(
    *, name: str, url: str, verbs: Sequence[str], actor: Actor, now: datetime
) -> tuple[Webhook, str]:
    """开订阅: the row and the secret, told this once. It hears what is sealed into the journal from now on."""
    _ask(actor)
    if not name.strip():
        raise Refused("写明这个订阅给哪个系统。")
    wanted = sorted({one.strip() for one in verbs if one.strip()})
    if problem := problem_of_address(url, settings.XUSHI_WEBHOOK_HOSTS) or problem_of_verbs(wanted):
        raise Refused(problem)
    head = ChainHead.objects.first()
    hook = Webhook.objects.create(
        name=name.strip()[:60], url=url, verbs=wanted, nonce=secrets.token_urlsafe(32)[:43],
        after=head.position if head else 0, made_by=actor.by, made_at=now,
    )  # fmt: skip
    record(
        "api.webhook.added", actor=actor, now=now, subject=hook, subject_name=hook.name,
        summary=f"开订阅{hook.name}：{url}，{len(wanted)}样动作", changes={"动作": ["", "、".join(wanted)]},
    )  # fmt: skip
    return hook, secret_of(hook)


@transaction.atomic
def stop_webhook(hook: Webhook, *, actor: Actor, now: datetime) -> None:
    """停订阅: at once, for good; what waits is not sent."""
    _ask(actor)
    held = Webhook.objects.select_for_update().get(pk=hook.pk)
    if held.stopped_at:
        return
    held.stopped_at = now
    held.save(update_fields=["stopped_at"])
    record(
        "api.webhook.stopped", actor=actor, now=now, subject=held, subject_name=held.name,
        summary=f"停订阅{held.name}",
    )  # fmt: skip


@transaction.atomic
def replay(hook: Webhook, *, actor: Actor, now: datetime, delivery: Delivery | None = None) -> int:
    """再送: one that is over, or all that were given up; the other side knows them again by their number."""
    _ask(actor)
    if Webhook.objects.select_for_update().get(pk=hook.pk).stopped_at:
        raise Refused(f"{hook.name}已停用，不再送。")
    rows = Delivery.objects.filter(webhook=hook)
    rows = rows.filter(OVER, pk=delivery.pk) if delivery else rows.filter(dead_at__isnull=False)
    count = rows.update(attempts=0, not_before=now, delivered_at=None, dead_at=None, answer="")
    if not count:
        raise Refused("没有要再送的。")
    record(
        "api.webhook.replayed", actor=actor, now=now, subject=hook, subject_name=hook.name,
        summary=f"再送{count}件给{hook.name}",
    )  # fmt: skip
    return count


def _ask(actor: Actor) -> None:
    if actor.by is not None and not policy.can_issue(actor.by):
        raise PermissionDenied("订阅由安全管理员开、停、再送。")
