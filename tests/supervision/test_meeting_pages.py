"""例会的页：重大办开会，领导看，单位只看自己的那几项；纪要是一份文件。"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from tests.alerts.factories import alert
from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.duties.models import Duty
from xushi.problems.models import Problem, ProblemClass
from xushi.registry.models import Project
from xushi.supervision.actions import suspend_order
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import AgendaItem, Decision, Meeting
from xushi.supervision.sitting import begin_meeting, end_meeting
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
HELD = at(12, 15)


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(12, 9))


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def meeting(world: World) -> Meeting:
    """One item asks the land bureau, one the town, one nobody."""
    project = add_project(world.town, "紫光项目")
    world.order(now=at(3), title="国土的事", due_on=date(2018, 9, 7), project=project, co_handlers=())
    world.order(now=at(3), title="街道的事", due_on=date(2018, 9, 10), lead=world.town, co_handlers=())
    made = plan_meeting(
        kind="weekly", held_at=HELD, minutes=60, place="会议室", actor=world["clerk"], now=at(11)
    )
    add_item(made, "谁都不问的事", actor=world["clerk"], now=at(11))
    return made


def begun(
    world: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch, minutes: int = 9
) -> list[AgendaItem]:
    begin_meeting(meeting, actor=world["clerk"], now=HELD)
    monkeypatch.setattr(clock, "now", lambda: HELD + timedelta(minutes=minutes))
    meeting.refresh_from_db()
    return list(meeting.items.order_by("place"))


def page(client: Client, meeting: Meeting) -> str:
    return client.get(reverse("supervision:meeting", args=[meeting.pk])).content.decode()


def test_the_office_plans_from_the_page(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["clerk"])
    address = reverse("supervision:plan_meeting")
    assert 'value="2018-09-12"' in client.get(address).content.decode()  # this Wednesday at three
    typed = {"kind": "weekly", "day": "2018-09-12", "at": "15:00", "minutes": "60", "place": "会议室"}
    answer = client.post(address, typed)
    meeting = Meeting.objects.get()
    assert answer.url == reverse("supervision:meeting", args=[meeting.pk]) + "?done=planned"
    assert meeting.held_at == HELD
    again = client.post(address, typed)
    assert again.status_code == 400 and "已经安排了同一种例会" in again.content.decode()
    for wrong, sentence in (
        ({"day": "2018-09-11"}, "已经过了"),
        ({"minutes": "x"}, "整数"),
        ({"at": ""}, "几点开会"),
    ):
        refused = client.post(address, typed | wrong)
        assert refused.status_code == 400 and sentence in refused.content.decode()
    for name in ("leader", "handler", "inspector"):
        assert signed_in(world.people[name]).get(address).status_code == 403


def test_a_unit_sees_its_own_items_and_answers(world: World, meeting: Meeting, signed_in: SignIn) -> None:
    client = signed_in(world.people["handler"])
    seen = page(client, meeting)
    assert "国土的事" in seen and "街道的事" not in seen and "谁都不问的事" not in seen
    assert "补提议程" not in seen and "开会</button>" not in seen
    mine, other = meeting.items.get(title="国土的事"), meeting.items.get(title="街道的事")
    address = reverse("supervision:meeting_reply", args=[mine.pk])
    empty = client.post(address, {"words": " "})
    assert empty.status_code == 400 and "请写答复" in empty.content.decode()
    assert client.post(address, {"words": "余1户，13日签"}).status_code == 302
    assert mine.replies.get().words == "余1户，13日签"
    assert (
        client.post(reverse("supervision:meeting_reply", args=[other.pk]), {"words": "乱答"}).status_code
        == 404
    )
    assert not Duty.objects.open().filter(kind="meeting.reply", unit=world.land).exists()
    assert "书面答复2份到了1份" in page(signed_in(world.people["clerk"]), meeting)


@pytest.mark.parametrize(
    ("name", "status"), [("clerk", 200), ("leader", 200), ("inspector", 200), ("town", 200), ("planner", 404)]
)
def test_who_sees_the_meeting(
    world: World, meeting: Meeting, signed_in: SignIn, name: str, status: int
) -> None:
    client = signed_in(world.people[name])
    for view in ("meeting", "meeting_pack"):
        assert client.get(reverse(f"supervision:{view}", args=[meeting.pk])).status_code == status
    assert ("9月12日" in client.get(reverse("supervision:meetings")).content.decode()) or status == 404
    minutes = client.get(reverse("supervision:meeting_minutes", args=[meeting.pk]))
    assert minutes.status_code == {"town": 403, "planner": 404}.get(name, 200)


@pytest.mark.parametrize("name", ["leader", "inspector", "handler", "town", "planner"])
def test_nobody_else_runs_it(
    world: World, meeting: Meeting, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client = signed_in(world.people[name])
    item = meeting.items.first()
    assert item is not None
    posts = [("meeting_act", [meeting.pk, verb]) for verb in ("begin", "end", "refresh")]
    posts += [("meeting_item", [item.pk, verb]) for verb in ("up", "down", "drop", "take", "ask")]
    posts += [("meeting_act", [meeting.pk, verb]) for verb in ("add", "drop")]
    posts += [("meeting_decide", [item.pk])]
    words = {"words": "记", "kind": "note", "title": "甲", "minutes": "5", "item": item.pk}
    before = list(meeting.items.values_list("pk", "place", "outcome"))
    for view, args in posts:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(reverse(f"supervision:{view}", args=args), words, headers=headers)
            assert answer.status_code in (403, 404), view
    assert client.post(reverse("supervision:recognise"), words).status_code == 404
    meeting.refresh_from_db()
    assert (meeting.state, list(meeting.items.values_list("pk", "place", "outcome"))) == ("planned", before)
    assert not Decision.objects.exists()


def test_what_a_unit_may_not_see_is_not_on_its_page(
    world: World, meeting: Meeting, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither another's item, reply and decision, nor what does not come before the meeting."""
    world.order(now=at(3), title="没变的一件")
    mine, other, *_ = begun(world, meeting, monkeypatch)
    for item, words in ((mine, "请国土分局牵头，9月19日前迁完"), (other, "街道的议定")):
        typed = {"words": words, "kind": "note", "token": words}
        signed_in(world.people["clerk"]).post(reverse("supervision:meeting_decide", args=[item.pk]), typed)
    answer = reverse("supervision:meeting_reply", args=[other.pk])
    signed_in(world.people["town"]).post(answer, {"words": "街道的答复"})
    decision = Decision.objects.get(item=other)
    client = signed_in(world.people["handler"])
    pack = client.get(reverse("supervision:meeting_pack", args=[meeting.pk])).content.decode()
    for seen in (page(client, meeting), pack):
        assert "国土的事" in seen
        for hidden in ("街道的事", "街道的答复", "街道的议定", "谁都不问的事", "没变的"):
            assert hidden not in seen
    assert "9月19日前迁完" in page(client, meeting)
    for view in ("change_decision", "drop_decision"):
        assert client.post(reverse(f"supervision:{view}", args=[decision.pk])).status_code == 404
    assert client.post(answer, {"words": "乱答"}, headers={"HX-Request": "true"}).status_code == 404
    stranger = signed_in(world.people["planner"])
    assert stranger.get(reverse("supervision:meeting", args=[meeting.pk])).status_code == 404
    mine_too = reverse("supervision:meeting_reply", args=[mine.pk])
    assert stranger.post(mine_too, {"words": "乱答"}).status_code == 404


def test_an_agenda_that_is_too_long_says_what_to_do(
    world: World, meeting: Meeting, signed_in: SignIn
) -> None:
    client = signed_in(world.people["clerk"])
    assert "建议先议" not in page(client, meeting)
    Meeting.objects.update(minutes=12)
    shown = page(client, meeting)
    assert "议程3项，共15分钟，比安排多3分钟；建议先议前2项" in shown and "以下1项超出安排的12分钟" in shown
    address = reverse("supervision:meeting_act", args=[meeting.pk, "drop"])
    none = client.post(address, {})
    assert none.status_code == 409 and "没有勾选" in none.content.decode()
    keys = list(meeting.items.order_by("place").values_list("pk", flat=True))
    meeting.refresh_from_db()
    stale = {"item": keys[1:], "seen": meeting.version - 1}
    assert client.post(address, stale).status_code == 409
    assert client.post(address, {"item": keys[1:], "seen": meeting.version}).status_code == 302
    assert [one.title for one in meeting.items.all()] == ["国土的事"]
    assert "建议先议" not in page(client, meeting) and "从议程里去掉的" in page(client, meeting)


def test_what_the_script_sends_is_answered_in_a_sentence(
    world: World, meeting: Meeting, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = begun(world, meeting, monkeypatch)
    client = signed_in(world.people["clerk"])
    decide = reverse("supervision:meeting_decide", args=[items[0].pk])
    alone = {"HX-Request": "true"}
    refused = client.post(decide, {"words": "抓紧办", "kind": "order", "token": "x"}, headers=alone)
    assert refused.status_code == 422 and refused.content.decode().startswith("没认出牵头单位")
    empty = client.post(decide, {"words": " ", "kind": "note", "token": "x"}, headers=alone)
    assert (empty.status_code, empty.content.decode()) == (422, "请写议定了什么。")
    typed = {"words": "记", "kind": "note", "token": "y"}
    assert client.post(decide, typed, headers=alone).status_code == 302
    taken = reverse("supervision:meeting_item", args=[items[1].pk, "take"])
    clash = client.post(taken, {"seen": meeting.version - 1}, headers=alone)
    assert clash.status_code == 422 and "议程刚被别人动过" in clash.content.decode()
    client.post(reverse("supervision:meeting_act", args=[meeting.pk, "end"]), {})
    assert (
        client.post(decide, typed, headers=alone).status_code == 302
    )  # it was recorded: the answer had got lost
    late = client.post(decide, typed | {"token": "z"}, headers=alone)
    assert late.status_code == 422 and "已散会" in late.content.decode()
    assert Decision.objects.count() == 1


def test_the_agenda_is_kept_by_the_office(world: World, meeting: Meeting, signed_in: SignIn) -> None:
    client = signed_in(world.people["clerk"])
    item = meeting.items.get(title="街道的事")
    address = reverse("supervision:meeting_item", args=[item.pk, "up"])
    assert client.post(address, {"seen": meeting.version - 1}).status_code == 409
    client.post(reverse("supervision:meeting_item", args=[item.pk, "down"]), {})
    assert [one.title for one in meeting.items.order_by("place")] == ["国土的事", "谁都不问的事", "街道的事"]
    asked = {"unit": world.planning.pk, "minutes": "12"}
    client.post(reverse("supervision:meeting_item", args=[item.pk, "ask"]), asked)
    item.refresh_from_db()
    assert (item.unit, item.minutes) == (world.planning, 12)
    bad = client.post(
        reverse("supervision:meeting_item", args=[item.pk, "ask"]), {"unit": "", "minutes": "x"}
    )
    assert bad.status_code == 400 and "1到240分钟" in bad.content.decode()
    client.post(
        reverse("supervision:meeting_act", args=[meeting.pk, "add"]), {"title": "加的", "minutes": "7"}
    )
    assert meeting.items.get(title="加的").minutes == 7
    client.post(reverse("supervision:meeting_item", args=[item.pk, "drop"]))
    assert not meeting.items.filter(pk=item.pk).exists()
    assert "从议程里去掉的" in page(client, meeting)
    assert client.post(reverse("supervision:meeting_act", args=[meeting.pk, "explode"])).status_code == 404
    assert client.post(reverse("supervision:meeting_item", args=[item.pk, "up"])).status_code == 404


def test_the_meeting_is_sat_through(
    world: World, meeting: Meeting, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = begun(world, meeting, monkeypatch)
    client = signed_in(world.people["clerk"])
    seen = page(client, meeting)
    assert "议到第1项，比安排慢4分钟" in seen and "已用9分钟，安排5分钟" in seen
    tokens = client.post(
        reverse("supervision:recognise"), {"words": "请国土分局牵头，桥林街道配合，9月19日前迁完"}
    ).content.decode()
    assert re.findall(r"token-(\w+)", tokens) == ["lead", "helper", "date"]
    decide = reverse("supervision:meeting_decide", args=[items[0].pk])
    lost = client.post(decide, {"words": "抓紧办", "kind": "order", "token": "x"})
    assert lost.status_code == 400 and "没认出牵头单位" in lost.content.decode()
    assert "抓紧办" in lost.content.decode()
    said = {"words": "请国土分局牵头，桥林街道配合，9月19日前迁完", "kind": "order", "token": "y"}
    for _ in range(2):
        assert client.post(decide, said).status_code == 302
    decision = Decision.objects.get()
    assert (decision.lead, decision.due_on) == (world.land, date(2018, 9, 19))
    assert [one.unit for one in decision.helpers.all()] == [world.town]
    kind = ProblemClass.objects.first()
    client.post(
        decide, {"words": "安置口径未定，请国土、财政合报", "kind": "problem", "problem_class": kind.pk}
    )
    change = reverse("supervision:change_decision", args=[decision.pk])
    assert "9月19日前迁完" in client.get(change).content.decode()
    client.post(change, said | {"words": "改为9月20日前", "lead": world.town.pk, "urgency": "urgent"})
    decision.refresh_from_db()
    assert (decision.lead, decision.due_on, decision.urgency) == (world.town, date(2018, 9, 20), "urgent")
    client.post(reverse("supervision:meeting_item", args=[items[1].pk, "take"]), {"seen": meeting.version})
    assert "议到第2项" in page(client, meeting)
    meeting.refresh_from_db()
    end = reverse("supervision:meeting_act", args=[meeting.pk, "end"])
    assert client.post(end, {"seen": meeting.version - 1}).status_code == 409
    assert client.post(end, {"seen": meeting.version}).status_code == 302
    assert client.post(end, {}).status_code == 409
    order = SupervisionOrder.objects.get(source_kind="supervision.decision")
    assert order.due_on == date(2018, 9, 20)
    assert Problem.objects.get().title.startswith("安置口径未定")
    told = page(client, meeting)
    assert "签发督办单1件、成问题1项" in told and order.called in told
    assert client.get(change).status_code == 200  # still to be read, no more to be changed
    assert client.post(change, said).status_code == 409
    assert client.post(reverse("supervision:drop_decision", args=[decision.pk])).status_code == 409


def test_the_minutes_are_a_document(
    world: World, meeting: Meeting, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = begun(world, meeting, monkeypatch)
    client = signed_in(world.people["clerk"])
    decide = reverse("supervision:meeting_decide", args=[items[0].pk])
    client.post(decide, {"words": "请国土分局牵头，9月19日前迁完", "kind": "order", "token": "a"})
    client.post(decide, {"words": "继续计时", "kind": "note", "token": "b"})
    client.post(reverse("supervision:meeting_act", args=[meeting.pk, "end"]), {})
    shown = client.get(reverse("supervision:meeting_minutes", args=[meeting.pk])).content.decode()
    order = SupervisionOrder.objects.get(source_kind="supervision.decision")
    line = f"（一）请国土分局牵头，9月19日前迁完。（督办单{order.number}，主办区国土分局，9月19日前办结）"
    assert "一、国土的事" in shown and line in shown and "（盖章）" not in shown
    assert "没有书面答复的单位：区国土分局、桥林街道。" in shown
    assert "议题涉及的单位：区国土分局、桥林街道。" in shown and "<b>出席：</b>" in shown
    assert "未及研究的事项2项：街道的事；谁都不问的事。" in shown
    answer = client.get(reverse("documents:minutes_file", args=[meeting.pk, "docx"]))
    assert "%E7%BA%AA%E8%A6%81" in answer["Content-Disposition"]
    text = [one.text for one in Document(BytesIO(answer.content)).paragraphs]
    assert text[0].endswith("重大项目周例会纪要") and line in text
    assert text[2] == "浦口区重大办\t2018年9月12日" and not any("盖章" in one for one in text)
    roll = [
        "出席：〔填：出席单位和姓名〕",
        "请假：〔填：请假单位和姓名〕",
        "列席：〔填：列席单位和姓名〕",
    ]
    body = Document(BytesIO(answer.content)).element.body
    said = ["".join(one.text or "" for one in row.iter(qn("w:t"))) for row in body.iter(qn("w:p"))]
    assert said[-3:] == roll
    assert signed_in(world.people["town"]).get(answer.request["PATH_INFO"]).status_code == 403


def test_anything_in_sight_can_be_put_on_the_agenda(
    world: World, meeting: Meeting, signed_in: SignIn
) -> None:
    client = signed_in(world.people["clerk"])
    order = world.order(now=at(10), title="另一件")
    project = Project.objects.get()
    raised = alert(project.pk, opened_at=at(1), territory=world.town)
    address = reverse("supervision:to_meeting")
    put = {"order": [order.pk], "alert": [raised.pk], "next": reverse("supervision:meetings")}
    assert client.post(address, put).url == put["next"]
    client.post(address, put)
    added = meeting.items.order_by("place")[3:]
    assert [(one.why, one.title) for one in added] == [
        ("没签收", "另一件"),  # due to be signed for by yesterday
        ("点名上会", f"{raised.subject_name}应开未开"),
    ]
    assert client.post(address, {"order": ["x", "999"], "next": "//evil.example"}).url == reverse(
        "supervision:meetings"
    )
    assert signed_in(world.people["leader"]).post(address, put).status_code == 403
    assert client.get(address).status_code == 405


def test_the_page_costs_the_same_at_any_length(
    world: World, meeting: Meeting, signed_in: SignIn, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client = signed_in(world.people["clerk"])

    def queries() -> int:
        with django_assert_max_num_queries(60) as seen:
            page(client, meeting)
        return len(seen)

    queries()  # the first of a process reads more
    few = queries()
    for i in range(8):
        add_item(meeting, f"又{i}", unit=world.land, actor=world["clerk"], now=at(11))
    assert queries() == few


def test_now_is_now_until_the_meeting_has_ended(
    world: World, meeting: Meeting, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(world.people["clerk"])
    first, pack = page(client, meeting), reverse("supervision:meeting_pack", args=[meeting.pk])
    monkeypatch.setattr(clock, "now", lambda: at(12, 9) + timedelta(days=2))
    second = page(client, meeting)
    for before, later in (("逾5天", "逾7天"), ("逾2天", "逾4天")):
        assert before in first and before not in second and later in second
        assert later in client.get(pack).content.decode()
    begin_meeting(meeting, actor=world["clerk"], now=at(14, 15))
    meeting.refresh_from_db()
    end_meeting(meeting, actor=world["clerk"], now=at(14, 16))
    monkeypatch.setattr(clock, "now", lambda: at(20, 9))
    assert "逾7天" in page(client, meeting)


def test_an_order_that_was_suspended_is_not_called_done(
    world: World, meeting: Meeting, signed_in: SignIn
) -> None:
    item = meeting.items.filter(subject_kind="supervision.supervisionorder").first()
    assert item
    order = SupervisionOrder.objects.get(pk=item.subject_id)
    suspend_order(order, "等批复", actor=world["chief"], now=at(11))
    text = page(signed_in(world.people["clerk"]), meeting)
    assert "已办结" not in text
    assert "暂停" in text
