"""待开的例会改期、取消；欠着的书面答复跟着改期限，或不用再交。"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from xushi.core.clock import BEIJING
from xushi.duties.actions import end_duties_of
from xushi.journal.actions import Actor
from xushi.supervision.engine import need
from xushi.supervision.meeting_replies import REPLY, SUMMARY, hand_replies
from xushi.supervision.meeting_steps import called, note, running, stepped
from xushi.supervision.meetings import TAKEN, plan_problems, refuse, replies_due
from xushi.supervision.models_meetings import AgendaItem, Meeting

LABELS = {"held_at": "时间", "minutes": "安排几分钟", "place": "地点", "replies_due_at": "书面答复期限"}


@transaction.atomic
def move_meeting(
    meeting: Meeting,
    *,
    held_at: datetime,
    minutes: int,
    place: str,
    reason: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Meeting:
    """改期: another time, place or length. The written answers that are owed are due before the new time."""
    held = running(meeting, actor, Meeting.State.PLANNED, seen=seen)
    reason = need(reason, "为什么改", "reason")
    new: dict[str, Any] = {"held_at": held_at, "minutes": minutes, "place": place.strip()}
    new["replies_due_at"] = held.replies_due_at if held_at == held.held_at else replies_due(held_at)
    changed = {name: value for name, value in new.items() if getattr(held, name) != value}
    refuse(_problems(held, new, changed, reason, now))
    before = {name: getattr(held, name) for name in changed}
    was = called(held)
    for name, value in changed.items():
        setattr(held, name, value)
    try:
        with transaction.atomic():
            stepped(held)
    except IntegrityError:
        refuse([("held_at", TAKEN)])
    hand_replies(held, now=now)
    changes = {LABELS[name]: [_said(before[name]), _said(value)] for name, value in changed.items()}
    words = f"{was}改到{_said(held.held_at)}" if "held_at" in changed else "改了安排"
    note("moved", held, f"{words}：{reason}"[:SUMMARY], actor, now, changes=changes)
    return held


def _problems(
    held: Meeting, new: dict[str, Any], changed: dict[str, Any], reason: str, now: datetime
) -> Iterable[tuple[str, str]]:
    if not changed:
        yield "held_at", "时间、地点和时长都没有变，没有要改的。"
    yield from plan_problems(held.kind, **new, now=now)
    yield from _too_long(reason)


def _too_long(reason: str) -> Iterable[tuple[str, str]]:
    if len(reason) > 200:
        yield "reason", "理由最多200个字。"


def _said(value: Any) -> str:
    if not isinstance(value, datetime):
        return str(value)
    local = value.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


@transaction.atomic
def call_off_meeting(
    meeting: Meeting, *, reason: str, actor: Actor, now: datetime, seen: int | None = None
) -> Meeting:
    """取消: nobody owes a written answer for it any more; what changed comes before the next one of its kind."""
    held = running(meeting, actor, Meeting.State.PLANNED, seen=seen)
    reason = need(reason, "为什么取消", "reason")
    refuse(_too_long(reason))
    held.state, held.called_off_why = Meeting.State.CALLED_OFF, reason
    every = list(held.items.values_list("pk", flat=True))
    end_duties_of(AgendaItem, every, kinds=[REPLY], now=now, by=actor.by)
    stepped(held)
    note("called_off", held, f"不开了：{reason}"[:SUMMARY], actor, now)
    return held
