"""例会改期、取消：书面答复的期限跟着走；没权的人、开了的会、撞了时间。"""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from tests.supervision.world import World, at, build
from xushi.duties.models import Duty
from xushi.journal.models import Event
from xushi.notices.writing import write_notices
from xushi.supervision.engine import Conflict, NotAllowed, Refused
from xushi.supervision.meeting_replies import REPLY, write_reply
from xushi.supervision.meetings import add_item, last_began, next_meeting, plan_meeting
from xushi.supervision.meetings_moving import call_off_meeting, move_meeting
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.sitting import begin_meeting
from xushi.units.models import User

pytestmark = pytest.mark.django_db
HELD, MOVED = at(12, 15), at(14, 9)


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture(autouse=True)
def _tuesday(settings: object) -> None:
    settings.XUSHI_NOW = at(11, 10)  # type: ignore[attr-defined]


@pytest.fixture
def meeting(world: World) -> Meeting:
    made = plan_meeting(
        kind="weekly", held_at=HELD, minutes=60, place="会议室", actor=world["clerk"], now=at(11)
    )
    add_item(made, "坟地迁移", unit=world.land, actor=world["clerk"], now=at(11))
    made.refresh_from_db()
    return made


def moved(world: World, meeting: Meeting, **given: object) -> Meeting:
    wanted = {"held_at": MOVED, "minutes": 60, "place": "会议室", "reason": "区长出差"} | given
    return move_meeting(meeting, actor=world["clerk"], now=at(11, 10), **wanted)  # type: ignore[arg-type]


def owed(meeting: Meeting) -> list[Duty]:
    keys = list(meeting.items.values_list("pk", flat=True))
    return list(Duty.objects.open().filter(kind=REPLY, subject_id__in=keys))


def test_a_moved_meeting_takes_the_limit_of_written_answers_along(world: World, meeting: Meeting) -> None:
    [before] = owed(meeting)
    after = moved(world, meeting)
    [duty] = owed(after)
    assert (before.due_at, before.clock) == (at(12, 12), 1)
    assert (duty.due_at, duty.clock) == (at(13, 17), 2)
    assert (after.held_at, after.replies_due_at, after.state) == (MOVED, at(13, 17), Meeting.State.PLANNED)
    event = Event.objects.get(verb="supervision.meeting.moved")
    assert event.changes["时间"] == ["2018年9月12日15:00", "2018年9月14日09:00"]
    assert "9月12日周例会改到2018年9月14日09:00：区长出差" in event.summary
    named = {notice.reader_id: notice.by_name for notice in write_notices(event)}
    assert named[world.people["handler"].pk]
    assert not named[world.people["leader"].pk]
    assert world.people["planner"].pk not in named


def test_another_place_alone_leaves_the_clock_of_the_answers(world: World, meeting: Meeting) -> None:
    moved(world, meeting, held_at=HELD, place="三楼")
    [duty] = owed(meeting)
    assert (duty.due_at, duty.clock) == (at(12, 12), 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"held_at": HELD}, "没有要改的"),
        ({"held_at": at(10)}, "已经过了"),
        ({"minutes": 1}, "10到480分钟"),
        ({"reason": " "}, "为什么改"),
        ({"reason": "长" * 201}, "最多200个字"),
    ],
)
def test_a_senseless_move_is_refused(
    world: World, meeting: Meeting, given: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        moved(world, meeting, **given)
    meeting.refresh_from_db()
    assert meeting.held_at == HELD


def test_two_of_one_kind_do_not_meet_at_one_time_but_in_place_of_one_called_off(
    world: World, meeting: Meeting
) -> None:
    other = plan_meeting(kind="weekly", held_at=MOVED, minutes=60, place="", actor=world["clerk"], now=at(11))
    with pytest.raises(Refused, match="已经安排了同一种例会"):
        moved(world, meeting)
    call_off_meeting(other, reason="合并", actor=world["clerk"], now=at(11))
    assert moved(world, meeting).held_at == MOVED


def test_a_meeting_called_off_asks_for_nothing_more(world: World, meeting: Meeting) -> None:
    held = call_off_meeting(meeting, reason="防汛", actor=world["clerk"], now=at(11, 11))
    assert held.state == Meeting.State.CALLED_OFF
    assert owed(held) == []
    assert next_meeting(at(11, 12)) is None
    assert last_began("weekly", at(30)) is None
    item = held.items.get(title="坟地迁移")
    with pytest.raises(NotAllowed, match="已经取消"):
        write_reply(item, "已迁", actor=world["handler"], now=at(11, 12))
    with pytest.raises(NotAllowed, match="已取消"):
        begin_meeting(held, actor=world["clerk"], now=HELD)
    with pytest.raises(NotAllowed, match="已取消"):
        moved(world, held)


def test_only_the_office_moves_one_and_only_before_it_sits(world: World, meeting: Meeting) -> None:
    with pytest.raises(PermissionDenied):
        call_off_meeting(meeting, reason="不开了", actor=world["handler"], now=at(11))
    with pytest.raises(Conflict):
        call_off_meeting(meeting, reason="不开了", actor=world["clerk"], now=at(11), seen=meeting.version - 1)
    begin_meeting(meeting, actor=world["clerk"], now=HELD)
    with pytest.raises(NotAllowed, match="进行中"):
        moved(world, meeting)


def test_the_page_moves_and_calls_off_and_keeps_what_was_typed(
    world: World, meeting: Meeting, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(world.people["clerk"])
    address = f"/supervision/meetings/{meeting.pk}/moving"
    assert 'value="2018-09-12"' in client.get(address).content.decode()
    form = {"day": "2018-09-14", "at": "15:00", "minutes": "5", "place": "三楼", "reason": "区长出差"}
    refused = client.post(address, form)
    assert refused.status_code == 400
    assert "10到480分钟" in refused.content.decode()
    assert 'value="三楼"' in refused.content.decode()
    assert client.post(address, form | {"minutes": "45"}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.held_at, meeting.minutes, meeting.place) == (at(14, 15), 45, "三楼")
    stale = client.post(address, {"act": "off", "off-reason": "防汛", "seen": meeting.version - 1})
    assert stale.status_code == 409
    assert "防汛" in stale.content.decode()
    assert client.post(address, {"act": "off", "off-reason": ""}).status_code == 400
    assert (
        client.post(address, {"act": "off", "off-reason": "防汛", "seen": meeting.version}).status_code == 302
    )
    page = client.get(f"/supervision/meetings/{meeting.pk}").content.decode()
    assert "这次例会不开了：防汛" in page
    assert "补提议程" not in page
    assert "下一次例会还没有安排" in client.get("/supervision/meetings/").content.decode()


@pytest.mark.parametrize("who", ["handler", "planner", "leader"])
def test_others_do_not_move_a_meeting(
    world: World, meeting: Meeting, signed_in: Callable[[User], Client], who: str
) -> None:
    client = signed_in(world.people[who])
    address = f"/supervision/meetings/{meeting.pk}/moving"
    assert client.get(address).status_code == 403
    assert client.post(address, {"act": "off", "off-reason": "不开了"}).status_code == 403
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.PLANNED
