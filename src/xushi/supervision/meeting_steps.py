"""例会的每个动作共用的：锁住、问状态、记一笔。"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from xushi.core.clock import local_day
from xushi.journal.actions import Actor, record
from xushi.supervision import policy
from xushi.supervision.engine import Conflict, NotAllowed
from xushi.supervision.models_meetings import AgendaItem, Meeting
from xushi.units.districts import Offices
from xushi.units.models import Unit


def running(meeting: Meeting, actor: Actor, *states: str, seen: int | None = None) -> Meeting:
    """The meeting, locked, in one of these states, for who runs meetings; Conflict where somebody was faster."""
    if actor.by is not None and not policy.can_run_meetings(actor.by):
        raise PermissionDenied("例会由区重大办安排和记录。")
    if actor.by is not None and not policy.can_run(actor.by, meeting):
        raise PermissionDenied(f"这次例会由召集它的{meeting.office}来办；要您答复的，请在那一项上写。")
    held: Meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if held.state not in states:
        raise NotAllowed(f"{called(held)}现在是“{held.get_state_display()}”，不能这样做了，请刷新本页。")
    if seen is not None and seen != held.version:
        raise Conflict("议程刚被别人动过，请看看新的次序再动。")
    return held


def called_by(office: Unit | None) -> QuerySet[Meeting]:
    """The meetings of one office; all where there is but one."""
    rows: QuerySet[Meeting] = Meeting.objects.all()
    return rows.filter(office=office) if office and Offices().several else rows


def called(meeting: Meeting) -> str:
    """9月12日周例会."""
    day = local_day(meeting.held_at)
    return f"{day.month}月{day.day}日{meeting.get_kind_display()}"


def note(verb: str, meeting: Meeting, summary: str, actor: Actor, now: datetime, **more: Any) -> None:
    record(
        f"supervision.meeting.{verb}",
        actor=actor,
        now=now,
        subject=meeting,
        subject_name=called(meeting),
        summary=f"{called(meeting)}：{summary}",
        **more,
    )


def stepped(meeting: Meeting) -> None:
    meeting.version += 1
    meeting.save()


def of_meeting(meeting: Meeting, item: AgendaItem) -> AgendaItem:
    """The item as it stands on this meeting's agenda now."""
    found: AgendaItem | None = meeting.items.select_related("project", "unit").filter(pk=item.pk).first()
    if found is None:
        raise NotAllowed("这一项已经不在议程上，请刷新本页。")
    return found
