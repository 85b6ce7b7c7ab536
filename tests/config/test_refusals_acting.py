"""问题、督办、批示、例会、待办、消息、日历：每个地址谁看得到、谁写得进，一个不漏；看不到的和没有的一个样。"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, reverse

from tests.config.test_refusals import EVERYBODY, OFFICE, SignIn, Stood, everything
from tests.conftest import Once
from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.people import district, everybody
from tests.problems.builders import DUE, WORDS, photo
from tests.progress.builders import add_project
from xushi.config import clock
from xushi.duties.actions_leave import delegate
from xushi.journal import worker
from xushi.journal.actions import Actor
from xushi.notices.models import Digest, Notice
from xushi.problems.actions import add_note
from xushi.problems.actions_office import assign, raise_to_leader
from xushi.problems.models import ProblemClass, ProblemPhoto
from xushi.problems.reporting import report_problems
from xushi.problems.rules import Assignment, ProblemInput
from xushi.supervision import acting, actions
from xushi.supervision.actions import Evidence, InstructionInput, OrderInput, send_instruction
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models import OrderPhoto
from xushi.supervision.models_meetings import Decision
from xushi.supervision.sitting import begin_meeting
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
ROOMS = ("calendars", "duties", "problems", "supervision", "notices", "channels")
ROWS = ROOMS[:-1]  # the channels are the notices' own
ALL = EVERYBODY | {"indicator_lead"}
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "auditor"})
BUSINESS = ALL - ADMINISTRATORS - {"anonymous"}
TOLD = BUSINESS | ADMINISTRATORS  # these read what is addressed to them
LEAD = frozenset({"department_user"})
LEADER = frozenset({"leader_user"})
OVERSEERS = OFFICE | LEADER | {"inspector_user"}
TOWN = frozenset({"territory_user"})  # the order and the problem concern a project of its own
CONCERNED = OVERSEERS | LEAD | TOWN
REPORTERS = OFFICE | {"inspector_user"} | TOWN  # those of them who see the project
NAMED = LEADER | OFFICE | LEAD


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it, who writes to it and with what; nobody else, and never by accident."""

    name: str
    args: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)

    def address(self, held: dict[str, Any]) -> str:
        return reverse(self.name, args=[held.get(name, name) for name in self.args])


READ = (
    Page("calendars:this_year", (), BUSINESS), Page("calendars:year", ("2018",), BUSINESS),
    Page("calendars:notice", ("2018",), OFFICE), Page("duties:list", (), BUSINESS), Page("duties:leave", (), BUSINESS),
    Page("problems:desk", (), BUSINESS), Page("problems:freed", (), BUSINESS), Page("problems:freed_by", (), BUSINESS),
    Page("problems:export", (), BUSINESS), Page("problems:print", (), BUSINESS), Page("problems:kinds", (), OFFICE),
    Page("problems:new", (), OFFICE | LEAD | TOWN | {"inspector_user", "stranger", "owner_user"}),
    Page("problems:report", ("project",), REPORTERS),
    Page("problems:photo", ("problem-photo",), CONCERNED | {"statistics_user"}),
    Page("problems:problem", ("problem",), CONCERNED | {"statistics_user"}),
    Page("supervision:orders", (), BUSINESS), Page("supervision:export_orders", (), BUSINESS),
    Page("supervision:reroute", (), OFFICE), Page("supervision:new_order", (), OFFICE),
    Page("supervision:order", ("order",), CONCERNED), Page("supervision:print_order", ("order",), CONCERNED),
    Page("supervision:order", ("secret",), NAMED), Page("supervision:print_order", ("secret",), NAMED),
    Page("supervision:order", ("draft",), OFFICE), Page("supervision:amend_order", ("draft",), OFFICE),
    Page("supervision:order_photo", ("order-photo",), CONCERNED),
    Page("supervision:units", (), OVERSEERS), Page("supervision:export_units", (), OVERSEERS),
    Page("supervision:terms", (), OFFICE), Page("supervision:instructions", (), BUSINESS),
    Page("supervision:new_instruction", (), LEADER),
    Page("supervision:instruction", ("instruction",), OVERSEERS | LEAD),
    Page("supervision:print_instruction", ("instruction",), OVERSEERS | LEAD),
    Page("supervision:instruction", ("secret-words",), NAMED),
    Page("supervision:print_instruction", ("secret-words",), NAMED),
    Page("supervision:meetings", (), BUSINESS), Page("supervision:plan_meeting", (), OFFICE),
    Page("supervision:meeting_moving", ("meeting",), OFFICE),
    Page("supervision:meeting", ("meeting",), OVERSEERS | LEAD),
    Page("supervision:meeting_pack", ("meeting",), OVERSEERS | LEAD),
    Page("notices:list", (), TOLD), Page("notices:preferences", (), TOLD), Page("notices:who", (), TOLD),
    Page("notices:badge", (), TOLD), Page("notices:rolling", (), TOLD),
    Page("channels:list", (), OFFICE | {"system_admin"}),
)  # fmt: skip
REASON = {"words": "随便写的理由"}
WRITE = (
    Page("calendars:notice", ("2018",), writes=OFFICE, body={"source": "假的", "lines": "2018-09-14 休 假"}),
    Page("duties:end_leave", ("leave",), writes=OFFICE),
    Page("problems:act", (), writes=OFFICE, body={"act": "send_back", "pick": "pick", **REASON}),
    Page("problems:kinds", (), writes=OFFICE, body={"name": "假的类"}),
    Page("problems:change_kind", ("kind",), writes=OFFICE, body={"name": "改了名"}),
    Page("problems:report", ("project",), writes=REPORTERS, body={"act": "submit", "words": WORDS, "kind": "kind"}),
    Page("problems:draft", ("project",), writes=REPORTERS, body={"words": WORDS}),
    Page("problems:photos", ("project",), writes=REPORTERS),
    Page("supervision:bulk_orders", (), writes=OFFICE, body={"act": "remind", "id": "order"}),
    Page("supervision:reroute", (), writes=OFFICE, body={"unit": "other-unit", **REASON}),
    Page("supervision:new_order", (), writes=OFFICE, body={"title": "假的", "lead": "unit", "urgency": "ordinary"}),
    Page("supervision:amend_order", ("draft",), writes=OFFICE, body={"title": "改了", "lead": "unit"}),
    Page("supervision:terms", (), writes=OFFICE, body={"reply_urgent": "9", "reason": "改"}),
    Page("supervision:new_instruction", (), writes=LEADER, body={"words": "假的批示", "lead": "unit"}),
    Page("supervision:understood", (), writes=LEADER, body=REASON),
    Page("supervision:route_instruction", ("instruction",), writes=OFFICE, body={"how": "answer", **REASON}),
    Page("supervision:read_instruction", ("instruction",), writes=LEADER, body={"how": "again", **REASON}),
    Page("supervision:plan_meeting", (), writes=OFFICE, body={"kind": "weekly", "day": "2018-09-19", "minutes": "60"}),
    Page("supervision:to_meeting", (), writes=OFFICE, body={"order": "order"}),
    Page("supervision:meeting_moving", ("meeting",), writes=OFFICE, body={"act": "off", "off-reason": "假的"}),
    Page("supervision:recognise", (), writes=OFFICE, body=REASON),
    *(Page("supervision:meeting_act", ("meeting", verb), writes=OFFICE, body={"title": "假的"})
      for verb in ("begin", "end", "add", "propose", "drop", "cancel", "change")),
    Page("supervision:meeting_reply", ("item",), writes=LEAD, body=REASON),
    Page("supervision:meeting_decide", ("item",), writes=OFFICE, body=REASON | {"form": "order", "lead": "unit"}),
    *(Page("supervision:meeting_item", ("item", verb), writes=OFFICE, body={"unit": "other-unit"})
      for verb in ("up", "down", "take", "remove", "ask", "settle")),
    Page("supervision:change_decision", ("decision",), writes=OFFICE, body=REASON),
    Page("supervision:drop_decision", ("decision",), writes=OFFICE),
    Page("notices:open", ("notice",), writes=LEAD),
    Page("channels:retry", ("digest",), writes=OFFICE | {"system_admin"}),
    Page("channels:settle", ("digest",), writes=OFFICE | {"system_admin"}),
    *(Page("supervision:order_act", ("order", verb), writes=LEAD, body=REASON | {"how": "going"})
      for verb in ("feedback", "plan", "misroute", "ask_extension", "acknowledge", "recall", "sign", "decline")),
    *(Page("supervision:order_act", ("order", verb), writes=OFFICE, body=REASON | {"unit": "other-unit"})
      for verb in ("reroute", "insist", "share", "grant_extension", "refuse_extension", "remind", "criticise", "talk",
                   "suspend", "resume", "withdraw", "reopen", "close", "send_back", "rate", "approve", "issue")),
    *(Page("supervision:order_act", ("order", verb), writes=OFFICE | {"inspector_user"}, body=REASON)
      for verb in ("verify", "return")),
    *(Page("problems:step", ("problem", verb), writes=OFFICE, body=REASON)
      for verb in ("assign", "send_back", "merge", "batch", "raise", "classify", "return", "verify", "verify_close",
                   "close", "reopen")),
    *(Page("problems:step", ("problem", verb), writes=LEAD, body=REASON) for verb in ("solve", "decline")),
    Page("problems:step", ("problem", "note"), writes=OFFICE | LEAD | TOWN, body=REASON),
    *(Page("problems:step", ("problem", verb), writes=TOWN, body=REASON) for verb in ("amend", "withdraw")),
    Page("problems:step", ("problem", "read"), writes=LEADER),
)  # fmt: skip
# 人人只动自己的，或只是挑着看
OWN = {"notices:read_all", "supervision:print_orders", "supervision:front"}
MINUTES = {"supervision:meeting_minutes"}  # 散了会才有，见例会自己的测试


def test_every_address_of_these_rooms_has_its_rule() -> None:
    found = set()
    for resolver in get_resolver().url_patterns:
        room = getattr(resolver, "namespace", None)
        if room in ROOMS:
            found |= {f"{room}:{one.name}" for one in resolver.url_patterns if isinstance(one, URLPattern)}
    assert found - OWN - MINUTES == {page.name for page in (*READ, *WRITE)}


def test_every_step_of_an_order_has_its_rule() -> None:
    ruled = {page.args[1] for page in WRITE if page.name == "supervision:order_act"}
    assert ruled == {*acting.BY_VERB, acting.FEEDBACK}


@pytest.fixture(scope="module")
def stood(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    photos = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("photos"))
    with pytest.MonkeyPatch.context() as patch, photos:
        patch.setattr(clock, "now", lambda: NOW)
        with once(stand) as stood:
            yield stood


@pytest.fixture
def people(stood: Stood) -> dict[str, User]:
    return deepcopy(stood[0])


@pytest.fixture
def held(stood: Stood) -> dict[str, Any]:
    return dict(stood[1])


def stand() -> Stood:
    """An order at work, a draft, a confidential one; words open and confidential; a problem; a meeting that sits."""
    root = district()
    unit = UnitFactory(name="综合经济工作组", kind=Unit.Kind.WORKING_GROUP, parent=root)
    lead = appoint(UserFactory(name="冯指标"), Role.INDICATOR_LEAD, unit=unit)
    people = everybody(root) | {"indicator_lead": lead}
    return people, _held(people)


def _held(people: dict[str, User]) -> dict[str, Any]:
    office, leader, lead = (
        Actor(by=people[name]) for name in ("office_user", "leader_user", "department_user")
    )
    town, unit = people["territory_user"].unit, people["department_user"].unit
    assert town and unit
    project = add_project(town, "紫光项目")
    order = actions.issue_order(
        OrderInput("完成腾地", unit, project=project, due_on=date(2018, 9, 7)),
        actor=office,
        now=NOW - timedelta(days=6),
    )
    actions.acknowledge_orders([order], actor=lead, now=NOW - timedelta(days=5))
    order.refresh_from_db()
    actions.report_progress(order, "已签三户", actor=lead, now=NOW, evidence=Evidence((photo(),)))
    [draft] = actions.draft_orders([OrderInput("还没发的", unit)], actor=office, now=NOW)
    words = send_instruction(InstructionInput("倒排工期", lead=unit), actor=leader, now=NOW)
    row = InstructionInput(
        "只许三人知道",
        lead=unit,
        confidential=True,
        readers=(people["department_user"], people["office_user"]),
    )
    secret = send_instruction(row, actor=leader, now=NOW)
    kind = ProblemClass.objects.filter(parent=None).first()
    assert kind
    by = Actor(by=people["territory_user"])
    [problem] = report_problems([ProblemInput(project.pk, kind.pk, WORDS)], actor=by, now=NOW)
    [problem] = assign({problem.pk: None}, Assignment(unit.pk, DUE), actor=office, now=NOW)
    raise_to_leader({problem.pk: None}, people["leader_user"], "请定口径", actor=office, now=NOW)
    add_note({problem.pk: None}, "现场", actor=lead, now=NOW, files=[photo()])
    problem.refresh_from_db()
    meeting = plan_meeting(
        kind="weekly", held_at=NOW, minutes=60, place="", actor=office, now=NOW - timedelta(days=1)
    )
    add_item(meeting, "另议", actor=office, now=NOW - timedelta(days=1))
    begin_meeting(meeting, actor=office, now=NOW)
    item = meeting.items.filter(unit=unit).order_by("place").first()
    assert item
    colleague = appoint(UserFactory(name="同事"), Role.OFFICE, unit=people["office_user"].unit)  # type: ignore[arg-type]
    leave = delegate(
        user=people["office_user"],
        to=colleague,
        first=NOW.date(),
        last=NOW.date(),
        reason="假",
        actor=office,
        now=NOW,
    )
    worker.work(NOW)
    digest = Digest.objects.create(channel="x", opened_at=NOW, not_before=NOW, state=Digest.State.UNKNOWN)
    return {
        "project": project.pk, "order": order.pk, "draft": draft.pk, "secret": secret.orders.get().pk,
        "instruction": words.pk, "secret-words": secret.pk, "problem": problem.pk, "kind": kind.pk,
        "pick": f"{problem.pk}:{problem.version}", "problem-photo": ProblemPhoto.objects.get().pk,
        "order-photo": OrderPhoto.objects.get().pk, "meeting": meeting.pk, "item": item.pk, "leave": leave.pk,
        "decision": _decision(item).pk, "digest": digest.pk, "unit": unit.pk, "other-unit": town.pk,
        "notice": Notice.objects.filter(reader=people["department_user"]).latest("pk").pk,
    }  # fmt: skip


def _decision(item: Any) -> Decision:
    return Decision.objects.create(item=item, kind="note", words="定下的事", at=NOW)


@pytest.mark.parametrize("name", sorted(ALL - {"anonymous"}))
def test_who_reads(name: str, held: dict[str, Any], people: dict[str, User], signed_in: SignIn) -> None:
    client, wrong = signed_in(people[name]), []
    for page in READ:
        status = client.get(page.address(held)).status_code
        if status not in ((200, 302) if name in page.reads else (403, 404)):
            wrong.append((page.name, *page.args, status))
    assert not wrong


@pytest.mark.parametrize("name", sorted(ALL - {"anonymous"}))
def test_who_may_not_write_writes_nothing(
    name: str, held: dict[str, Any], people: dict[str, User], signed_in: SignIn
) -> None:
    """Refused outright, or shown as no longer possible; a page that may be written to takes no form from elsewhere."""
    client, strict, wrong = signed_in(people[name]), Client(enforce_csrf_checks=True), []
    strict.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
    before = everything(ROWS)
    for page in WRITE:
        body = {key: held.get(value, value) for key, value in page.body.items()}
        status = (strict if name in page.writes else client).post(page.address(held), body).status_code
        if status not in ((403,) if name in page.writes else (302, 400, 403, 404, 409, 422)):
            wrong.append((page.name, *page.args, status))
    assert not wrong
    assert everything(ROWS) == before


def test_who_is_not_signed_in_is_asked_to(held: dict[str, Any]) -> None:
    before = everything(ROWS)
    for page in (*READ, *WRITE):
        for answer in (Client().get(page.address(held)), Client().post(page.address(held))):
            assert answer.headers["Location"].startswith(reverse("units:login")), page.name
    assert everything(ROWS) == before


# 看得到项目、只是不归他报的，是另一回事
HIDDEN = [page for page in READ if page.args and page.args != ("2018",) and page.name != "problems:report"]


@pytest.mark.parametrize("name", sorted(BUSINESS))
def test_what_is_hidden_looks_like_what_is_not_there(
    name: str, held: dict[str, Any], people: dict[str, User], signed_in: SignIn
) -> None:
    client = signed_in(people[name])
    for page in HIDDEN:
        if name not in page.reads:
            answers = [client.get(reverse(page.name, args=[pk])) for pk in (page_pk(page, held), 987_654)]
            assert len({plain(answer) for answer in answers}) == 1, page.name


def page_pk(page: Page, held: dict[str, Any]) -> int:
    return int(held[page.args[0]])


def plain(answer: HttpResponse) -> str:
    """Status and page without numbers, the number of the request and the form's secret."""
    text = re.sub(r"\b[0-9a-f]{16}\b|csrf[^>]*>|X-CSRFToken[^}]*|\d+", "", answer.content.decode())
    return f"{answer.status_code} {text}"


SHOWN = ("完成腾地", "还没发的", "只许三人知道", "线杆未迁", "紫光项目", "倒排工期")


@pytest.mark.parametrize("name", ["stranger", "owner_user", "indicator_lead"])
def test_who_has_nothing_to_do_with_it_reads_none_of_it_on_any_list(
    name: str, held: dict[str, Any], people: dict[str, User], signed_in: SignIn
) -> None:
    client = signed_in(people[name])
    for page in READ:
        if page.args or name not in page.reads:
            continue
        answer = client.get(page.address(held), {"tab": "all", "state": "all", "year": "all", "q": ""})
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode(
            "utf-8", "replace"
        )
        assert not [word for word in SHOWN if word in text], page.name
    badge = client.get(reverse("notices:badge")).json()
    assert (badge["bell"], badge["todo"]) == (0, 0)
