"""导出的动作：导出记一笔；大宗的、带完整号码的先申请，批了一天之内取一次。"""

from datetime import datetime

from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.units import policy_exports as policy
from xushi.units.models import User
from xushi.units.models_exports import ExportRequest
from xushi.units.rules import Refused

MOST_WAITING = 20


@transaction.atomic
def ask(
    *, user: User, title: str, address: str, personal: bool, reason: str, actor: Actor, now: datetime
) -> ExportRequest:
    """申请导出: once for an address while it waits or has not been fetched."""
    if not reason.strip():
        raise Refused("请写明导出做什么用，例如报省发改委的年报附表。")
    User.objects.select_for_update().get(pk=user.pk)  # two clicks at once are one request
    held = ExportRequest.objects.filter(by=user)
    if held.waiting().filter(address=address).exists():
        raise Refused("这张表已经申请过，正等着批。")
    if held.ready(now).filter(address=address).exists():
        raise Refused("这张表已经批了，直接去取。")
    if held.waiting().count() >= MOST_WAITING:
        raise Refused(f"还有{MOST_WAITING}件申请没批，等批了再申请。")
    made = ExportRequest.objects.create(
        by=user, by_unit=user.unit_name, title=title, address=address, personal=personal, asked_at=now,
        reason=reason.strip()[:200],
    )  # fmt: skip
    record(
        "units.export.asked", actor=actor, now=now, subject=made, summary=f"申请导出{title}：{made.reason}",
        changes={"理由": ["", made.reason], "网址": ["", address]},
    )  # fmt: skip
    return made


@transaction.atomic
def decide(
    *, request: ExportRequest, granted: bool, words: str, actor: Actor, now: datetime
) -> ExportRequest:
    """批准或不批: by a security administrator or the head of the office, never by the one who asked."""
    held = ExportRequest.objects.select_for_update().select_related("by").get(pk=request.pk)
    if actor.by is None or not policy.can_decide_export(actor.by, held):
        raise Refused("导出由安全管理员或区重大办负责人批，自己申请的由别人批。")
    if held.decided_at:
        raise Refused(f"这件{held.decided_by}已经{'批了' if held.granted else '回了不批'}。")
    if not granted and not words.strip():
        raise Refused("不批请写一句为什么，对方好改。")
    held.granted, held.decided_by, held.decided_at = granted, actor.by, now
    held.answer = words.strip()[:200]
    held.save(update_fields=["granted", "decided_by", "decided_at", "answer"])
    record(
        "units.export.granted" if granted else "units.export.refused", actor=actor, now=now, subject=held,
        summary=f"{'批准' if granted else '不批准'}{held.by.name}导出{held.title}",
        changes={"写了": ["", held.answer]},
    )  # fmt: skip
    return held


@transaction.atomic
def take(
    *,
    granted: ExportRequest | None,
    title: str,
    address: str,
    rows: int,
    personal: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """导出: whoever takes a sheet out leaves a line with its rows; what was granted is used up by it."""
    if granted is not None:
        ready = ExportRequest.objects.ready(now).filter(pk=granted.pk)
        if not ready.update(fetched_at=now, rows=rows):
            raise Refused("这一次批准已经取过了，要再取请再申请。")
    record(
        "units.export.taken", actor=actor, now=now, subject=granted, subject_name=title,
        summary=f"导出{title}{rows}行{'，带完整号码' if personal else ''}",
        changes={"行数": [None, rows], "网址": ["", address[:2000]]},
    )  # fmt: skip
