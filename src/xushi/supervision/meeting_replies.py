"""书面答复：议程上写明的单位会前答复；欠着的有待办，答了就了。"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.duties.models import Duty
from xushi.journal.actions import Actor, RowChange
from xushi.supervision import policy
from xushi.supervision.engine import NotAllowed, need
from xushi.supervision.meeting_steps import called, note, of_meeting
from xushi.supervision.models_meetings import AgendaItem, Meeting, WrittenReply

REPLY = "meeting.reply"
SUMMARY = 250  # characters of the journal's sentence


def ask_newly(meeting: Meeting, *, actor: Actor, now: datetime) -> None:
    """After the agenda has changed: who is asked now and was not before is told so, each once."""
    asked = hand_replies(meeting, now=now)
    if asked:
        rows = [RowChange(item, item.title, {"书面答复": [None, str(item.unit)]}) for item in asked]
        units = "、".join(dict.fromkeys(str(item.unit) for item in asked))
        note("asked", meeting, f"请{units}书面答复"[:SUMMARY], actor, now, rows=rows)


def hand_replies(meeting: Meeting, *, now: datetime) -> list[AgendaItem]:
    """Each unit asked owes its answer until the meeting's limit; what is answered or asked of nobody is not owed.

    Returned are the items that ask a unit which did not owe that answer before.
    """
    answered = set(WrittenReply.objects.filter(item__meeting=meeting).values_list("item", "unit"))
    items = list(meeting.items.select_related("unit", "project"))
    owing = [
        item
        for item in items
        if item.unit and item.unit_id != meeting.office_id and (item.pk, item.unit_id) not in answered
    ]
    owed = _owed(items)
    set_duties([_duty(meeting, item) for item in owing], now=now)
    keep = {(item.pk, REPLY, item.unit_id, None) for item in owing}
    end_duties_of(AgendaItem, [item.pk for item in items], kinds=[REPLY], keep=keep, now=now)
    return [item for item in owing if (item.pk, item.unit_id) not in owed]


def _owed(items: list[AgendaItem]) -> set[tuple[int, int | None]]:
    """(item, unit) of the answers owed so far."""
    rows = Duty.objects.open().filter(
        subject_kind=AgendaItem._meta.label_lower, subject_id__in=[item.pk for item in items], kind=REPLY
    )
    return set(rows.values_list("subject_id", "unit"))


def _duty(meeting: Meeting, item: AgendaItem) -> DutyInput:
    return DutyInput(
        subject=item,
        subject_name=item.title,
        kind=REPLY,
        number=meeting.get_kind_display(),
        issuer=str(meeting.office),
        title=f"书面答复：{item.title}",
        note=f"{called(meeting)} · {item.why}",
        url=f"{reverse('supervision:meeting', args=[meeting.pk])}#item-{item.pk}",
        mark="pending",
        state="待答复",
        unit=item.unit,
        due_at=meeting.replies_due_at,
    )


@transaction.atomic
def write_reply(item: AgendaItem, words: str, *, actor: Actor, now: datetime) -> WrittenReply:
    """书面答复 by the unit that is asked; the last one counts; taken until the meeting is over."""
    words = need(words, "答复：办到哪里、卡在哪里、几时办完")
    meeting = Meeting.objects.select_for_update().get(pk=item.meeting_id)
    item = of_meeting(meeting, item)
    if item.unit is None or (actor.by is not None and not policy.acts_for(actor.by, item.unit)):
        raise PermissionDenied("这一项由议程上写明的单位答复。")
    if meeting.state == Meeting.State.ENDED:
        raise NotAllowed(f"{called(meeting)}已经散会，有新情况请在督办单或问题里报。")
    if meeting.state == Meeting.State.CALLED_OFF:
        raise NotAllowed(f"{called(meeting)}已经取消，不用再答复。")
    reply = WrittenReply.objects.create(
        item=item,
        unit=item.unit,
        words=words,
        by=actor.by,
        by_name=actor.by.name if actor.by else "系统",
        at=now,
    )
    end_duties_of(AgendaItem, [item.pk], kinds=[REPLY], now=now, by=actor.by)
    note(
        "answered",
        meeting,
        f"{item.unit}书面答复“{item.title}”",
        actor,
        now,
        changes={"写了": [None, words[:200]]},
    )
    return reply
