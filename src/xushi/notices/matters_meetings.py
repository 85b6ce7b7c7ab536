"""例会：要书面答复的单位，区领导。"""

from collections.abc import Iterator

from xushi.core.clock import BEIJING
from xushi.journal.models import Event
from xushi.notices.matters import Matter, address, spoken_of, together
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.supervision.meeting_steps import called
from xushi.supervision.models import AgendaItem, Meeting
from xushi.units.models import Role

MEETING, ITEM = Meeting._meta.label_lower, AgendaItem._meta.label_lower
ASKED = "supervision.meeting.asked"


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    for spoken in spoken_of(event, MEETING):
        rows = Meeting.objects.filter(pk__in=list(spoken)).select_related("office")
        rows = rows.prefetch_related("items__unit__successor")
        for meeting in rows.order_by("pk"):
            asked = _asked(event, meeting)
            yield Matter(
                kind=MEETING,
                pk=meeting.pk,
                called=called(meeting),
                about=_about(meeting),
                url=address("supervision:meeting", meeting.pk),
                people={
                    Who.ANSWERING: together(*(directory.of_unit(item.unit) for item in asked)),
                    Who.LEADERS: directory.answering(Role.LEADER, meeting.office),
                },
            )


def _asked(event: Event, meeting: Meeting) -> list[AgendaItem]:
    """The items that ask a unit for an answer; those alone that the event names, where it names any."""
    newly = set(event.rows.filter(subject_kind=ITEM).values_list("subject_id", flat=True))
    items = [item for item in meeting.items.all() if item.unit]
    return [item for item in items if item.pk in newly] if event.verb == ASKED else items


def _about(meeting: Meeting) -> str:
    """8:30，三楼会议室，书面答复9月11日17:00前."""
    held = f"{meeting.held_at.astimezone(BEIJING):%H:%M}"
    if meeting.replies_due_at is None:
        return "，".join(filter(None, [held, meeting.place]))
    due = meeting.replies_due_at.astimezone(BEIJING)
    reply = f"书面答复{due.month}月{due.day}日{due:%H:%M}前"
    return "，".join(filter(None, [held, meeting.place, reply]))
