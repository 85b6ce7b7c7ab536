"""演示区的周例会：八月下旬起每周三下午三点；三次议过同两件没办成的拆迁，9月12日下午的还没开。"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from xushi.core.clock import BEIJING
from xushi.demo.facts import YEAR
from xushi.demo.reporting import District
from xushi.demo.storyline import Part, Story
from xushi.journal.actions import Actor
from xushi.problems.models import Problem
from xushi.supervision.meetings import plan_meeting, put_on_agenda
from xushi.supervision.models_meetings import AgendaItem, Decision, Meeting
from xushi.supervision.sitting import DecisionInput, begin_meeting, decide, end_meeting, take_item

HELD = ((8, 22), (8, 29), (9, 5))
NEXT = (9, 12)
TWICE_LATE = (1, 2)  # 第二批里拖着的两件
SPOKEN_OF = 9  # items a meeting gets through
SAID = ("继续盯，下周报结果。", "请主办单位本周内给出时间表。", "已有安排，下次不再上会。")
ROOM = "区重大办会议室"


def meeting_stories(district: District) -> Iterator[Story]:
    """The meetings that were held, and the one of this afternoon with its agenda proposed the evening before."""
    desk = Actor(by=district.people.users["office"])
    for number, (month, day) in enumerate(HELD):
        yield _held(datetime(YEAR, month, day, 15, tzinfo=BEIJING), number, desk)
    yield _called(datetime(YEAR, *NEXT, 15, tzinfo=BEIJING), desk)


def _called(at: datetime, desk: Actor) -> Part:
    """Planned the evening before, and what is late put on its agenda."""
    yield (now := at - timedelta(hours=21))
    meeting = plan_meeting(kind=Meeting.Kind.WEEKLY, held_at=at, minutes=60, place=ROOM, actor=desk, now=now)
    yield (now := at - timedelta(hours=20))
    late = Problem.objects.filter(batch__number=2, number__in=TWICE_LATE).values_list("pk", flat=True)
    put_on_agenda({Problem._meta.label_lower: list(late)}, actor=desk, now=now)
    return meeting


def _held(at: datetime, number: int, desk: Actor) -> Story:
    meeting = yield from _called(at, desk)
    yield at
    meeting = begin_meeting(meeting, actor=desk, now=at)
    items = list(AgendaItem.objects.filter(meeting=meeting).order_by("place", "pk")[:SPOKEN_OF])
    for place, item in enumerate(items):
        yield (now := at + timedelta(minutes=6 * place))
        if place:
            take_item(item, actor=desk, now=now)
        yield (now := now + timedelta(minutes=3))
        words = SAID[(place + number) % len(SAID)]
        decide(item, DecisionInput(Decision.Kind.NOTE, words), actor=desk, now=now)
    yield (now := at + timedelta(minutes=6 * len(items)))
    end_meeting(meeting, actor=desk, now=now)
