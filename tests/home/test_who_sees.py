"""谁看得到：项目页、查找、批示件、例会纪要；项目单位、外人、不相干的部门、限定阅读的。"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from docx import Document

from tests.conftest import Once
from tests.factories import UnitFactory, UserFactory, appoint
from tests.progress.builders import add_project
from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.core.text import search_text
from xushi.registry.models import Project
from xushi.supervision.actions import InstructionInput, send_instruction
from xushi.supervision.meetings import add_item, plan_meeting
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.sitting import DecisionInput, begin_meeting, decide, end_meeting
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ORDERED, SAID, SECRET, DECIDED = "倒排腾地工期", "请抓紧腾地", "腾地底价只许三人知道", "腾地方案定下"
OVERSEERS = {"clerk", "chief", "leader", "other_leader", "inspector"}
UNIT, TOWN = {"handler", "head"}, {"town"}
STRANGERS = {"planner", "owner", "other_town"}
NAMED = {"leader", "clerk", "handler"}
EVERYBODY = OVERSEERS | UNIT | TOWN | STRANGERS
ADMINISTRATORS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}


@dataclass
class Held:
    """One project with an open order, words open and confidential, and a meeting that has ended."""

    world: World
    project: Project
    words: Instruction
    secret: Instruction
    meeting: Meeting


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(13, 9))


@pytest.fixture(scope="module")
def stood(once: Once) -> Iterator[Held]:
    with once(one_of_each) as held:
        yield held


@pytest.fixture
def held(stood: Held) -> Held:
    return deepcopy(stood)


def one_of_each() -> Held:
    world = build()
    company = UnitFactory(name="紫光存储公司", kind=Unit.Kind.ENTERPRISE, parent=world.root)
    other = UnitFactory(name="星甸街道", kind=Unit.Kind.SUBDISTRICT, parent=world.root)
    world.people["owner"] = appoint(UserFactory(name="厂里的人"), Role.OWNER, unit=company)
    world.people["other_town"] = appoint(UserFactory(name="外人"), Role.TERRITORY, unit=other)
    project = add_project(
        world.town, "紫光项目", owner_unit=company, responsible_unit=world.land,
        search_text=search_text("紫光项目"),
    )  # fmt: skip
    world.order(title=ORDERED, project=project, co_handlers=())
    to_land = InstructionInput(SAID, lead=world.land, project=project)
    readers = (world.people["handler"], world.people["clerk"])
    hidden = InstructionInput(SECRET, lead=world.land, project=project, confidential=True, readers=readers)
    words, secret = (send_instruction(row, actor=world["leader"], now=at(6)) for row in (to_land, hidden))
    return Held(world, project, words, secret, ended(world))


def ended(world: World) -> Meeting:
    """The land bureau was asked, and an order came of it."""
    planned = plan_meeting(
        kind="weekly", held_at=at(12, 15), minutes=60, place="", actor=world["clerk"], now=at(11)
    )
    item = add_item(planned, "腾地怎么办", unit=world.land, actor=world["clerk"], now=at(11))
    begin_meeting(planned, actor=world["clerk"], now=at(12, 15))
    row = DecisionInput("order", DECIDED, lead=world.land)
    decide(item, row, actor=world["clerk"], now=at(12, 15, 5))
    end_meeting(planned, actor=world["clerk"], now=at(12, 16))
    return planned


def seen(answer: HttpResponse) -> set[str]:
    text = answer.content.decode()
    return {words for words in (ORDERED, SAID, SECRET, DECIDED) if words in text}


def plain(answer: HttpResponse) -> str:
    text = re.sub(r"\b[0-9a-f]{16}\b|csrf[^>]*>|X-CSRFToken[^}]*|\d+", "", answer.content.decode())
    return f"{answer.status_code} {text}"


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_the_project_page(name: str, held: Held, signed_in: SignIn) -> None:
    """Whoever sees the project sees of its orders and words what is theirs, and nothing confidential."""
    answer = signed_in(held.world.people[name]).get(reverse("home:project", args=[held.project.pk]))
    if name in {"planner", "other_town"}:
        missing = signed_in(held.world.people[name]).get(reverse("home:project", args=[987_654]))
        assert answer.status_code == 404
        assert plain(answer) == plain(missing)
        return
    assert answer.status_code == 200
    found = seen(answer)
    assert (SECRET in found) <= (name in NAMED)
    assert (ORDERED in found) <= (name in OVERSEERS | UNIT | TOWN)
    assert (SAID in found) <= (name in OVERSEERS | UNIT | TOWN)
    if name in OVERSEERS | UNIT:
        assert {ORDERED, SAID} <= found


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_what_a_search_brings_up(name: str, held: Held, signed_in: SignIn) -> None:
    found = seen(signed_in(held.world.people[name]).get(reverse("home:search"), {"q": "腾地"}))
    allowed: set[str] = set()
    if name in OVERSEERS | UNIT:
        allowed |= {ORDERED, SAID, DECIDED}
    if name in TOWN:
        allowed |= {ORDERED, SAID}  # orders about a project of its own
    if name in NAMED:
        allowed |= {SECRET}
    assert found == allowed
    by_number = signed_in(held.world.people[name]).get(
        reverse("home:search"), {"q": held.secret.orders.get().number}
    )
    assert (by_number.status_code == 302) == (name in NAMED)
    assert SECRET not in by_number.content.decode()


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_the_printed_instruction(name: str, held: Held, signed_in: SignIn) -> None:
    client = signed_in(held.world.people[name])
    for words, text, readers in (
        (held.words, SAID, OVERSEERS | UNIT),
        (held.secret, SECRET, NAMED),
    ):
        answer = client.get(reverse("supervision:print_instruction", args=[words.pk]))
        if name in readers:
            assert answer.status_code == 200
            assert seen(answer) == {text}
        else:
            missing = client.get(reverse("supervision:print_instruction", args=[987_654]))
            assert plain(answer) == plain(missing)
            assert answer.status_code == 404


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_the_minutes_of_a_meeting(name: str, held: Held, signed_in: SignIn) -> None:
    """The whole for those who oversee; a unit that was asked is led to its own part, others find nothing."""
    client = signed_in(held.world.people[name])
    page = client.get(reverse("supervision:meeting_minutes", args=[held.meeting.pk]))
    file = client.get(reverse("documents:minutes_file", args=[held.meeting.pk, "docx"]))
    expected = 200 if name in OVERSEERS else 403 if name in UNIT else 404
    assert (page.status_code, file.status_code) == (expected, expected)
    if name in OVERSEERS:
        assert seen(page) == {DECIDED, ORDERED, SAID}
        text = "".join(one.text for one in Document(BytesIO(file.content)).paragraphs)
        assert DECIDED in text
        assert SECRET not in text
    else:
        assert not seen(page) | seen(file)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_enter_none_of_them(role: Role, held: Held, signed_in: SignIn) -> None:
    client = signed_in(appoint(UserFactory(name="三员"), role, unit=held.world.office))
    for address in (
        reverse("home:project", args=[held.project.pk]),
        reverse("home:search") + "?q=腾地",
        reverse("supervision:print_instruction", args=[held.words.pk]),
        reverse("supervision:meeting_minutes", args=[held.meeting.pk]),
        reverse("documents:minutes_file", args=[held.meeting.pk, "docx"]),
    ):
        answer = client.get(address)
        assert answer.status_code == 403
        assert not seen(answer)
