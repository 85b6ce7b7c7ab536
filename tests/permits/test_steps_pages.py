"""一个项目的手续页：谁看得到、谁办得了，表单没脚本也能用，填的不丢，查询数不随步数长。"""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from python_calamine import CalamineWorkbook

from tests.config.test_refusals import everything
from tests.factories import UserFactory, appoint
from tests.permits.world import FIRST, World, at, build, later
from xushi.config import clock
from xushi.home import counted
from xushi.home.context import nav as nav_of
from xushi.permits import actions, figures
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.models import Catalogue, Permit, PermitStep, StepFile, Track
from xushi.units.models import Role, Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
D = FIRST
SIDE, HALL, LAND = {"owner", "town"}, {"hall"}, {"land"}
OFFICE, LEADER = {"office"}, {"leader"}
READERS = SIDE | HALL | LAND | OFFICE | LEADER


@pytest.fixture
def world(
    district: Unit, subdistrict: Unit, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> World:
    settings.MEDIA_ROOT = tmp_path
    found = build(district, subdistrict)
    monkeypatch.setattr(clock, "now", lambda: at(later(D, 10)))
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
        found.people[role.value] = appoint(UserFactory(name=role.label), role, unit=district)
    return found


def page_of(world: World) -> str:
    return reverse("permits:steps", args=[world.project.pk])


def act_of(step: PermitStep, verb: str) -> str:
    return reverse("permits:act", args=[step.pk, verb])


def photo() -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "JPEG")
    return SimpleUploadedFile("回执.jpg", data.getvalue(), "image/jpeg")


def test_the_owner_hands_in_from_the_phone_and_the_hall_decides(world: World, signed_in: SignIn) -> None:
    client, step = signed_in(world.people["owner"]), world.step("filing")
    page = client.get(page_of(world), {"step": step.pk, "act": "submit"}).content.decode()
    assert 'id="act"' in page
    assert "5个工作日内受理" in page
    typed = {"version": 1, "submit-on": "2018-06-05", "submit-words": "备案表", "submit-uploads": photo()}
    answer = client.post(act_of(step, "submit"), typed)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("#step-filing")
    assert world.step("filing").state == "submitted"
    held = StepFile.objects.get()
    assert held.name == "回执.jpg"
    assert "".join(client.get(page_of(world)).content.decode().split()).count("回执.jpg") == 1
    hall = signed_in(world.people["hall"])
    for verb in ("accept", "approve"):
        step = world.step("filing")
        data = {"version": step.version, f"{verb}-on": "2018-06-06"}
        assert hall.post(act_of(step, verb), data).status_code == 302
    assert world.step("filing").state == "approved"
    shown = client.get(page_of(world)).content.decode()
    assert "卡在征地拆迁" in shown or "正办征地拆迁" in shown


def test_a_bad_form_keeps_what_was_typed_and_writes_nothing(world: World, signed_in: SignIn) -> None:
    client, step = signed_in(world.people["owner"]), world.step("filing")
    before = everything(("permits",))
    answer = client.post(
        act_of(step, "submit"), {"version": 1, "submit-on": "2019-06-05", "submit-words": "写了半天"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "还没到" in text
    assert "写了半天" in text
    odd = client.post(act_of(step, "submit"), {"version": 1, "submit-on": "昨天", "submit-words": "写了半天"})
    assert "日期看不懂" in odd.content.decode()
    assert everything(("permits",)) == before


def test_the_slower_one_sees_what_happened_and_keeps_the_words(world: World, signed_in: SignIn) -> None:
    client, step = signed_in(world.people["town"]), world.step("filing")
    actions.submit(world.seen("filing"), D, actor=world.by("owner"), now=at(D))
    answer = client.post(
        act_of(step, "submit"), {"version": 1, "submit-on": str(D), "submit-words": "街道报的"}
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "刚被别人办过" in text
    assert "街道报的" in text


def test_the_hall_confirms_several_at_once(world: World, signed_in: SignIn) -> None:
    how: dict[str, Any] = {"actor": world.by("town"), "now": at(D)}
    for verb in (actions.submit, actions.accept, actions.approve):
        verb(world.seen("filing"), D, **how)
    actions.submit(world.seen("environment"), D, **how)
    hall = signed_in(world.people["hall"])
    page = hall.get(page_of(world)).content.decode()
    assert "等您确认" in page
    picks = [f"{one.pk}:{one.version}" for one in (world.step("filing"), world.step("environment"))]
    address = reverse("permits:confirm", args=[world.project.pk])
    assert hall.post(address, {"pick": picks}).status_code == 302
    assert world.step("filing").confirmed_by == world.people["hall"]
    again = hall.post(address, {"pick": picks})
    assert again.status_code == 409
    assert "刚被别人办过" in again.content.decode()
    assert hall.post(address, {}).status_code == 302


def test_a_department_sees_its_own_steps_only(world: World, signed_in: SignIn) -> None:
    text = signed_in(world.people["land"]).get(page_of(world)).content.decode()
    assert 'id="step-relocation"' in text
    assert 'id="step-environment"' not in text


def test_without_permits_the_office_lays_them_out(world: World, subdistrict: Unit, signed_in: SignIn) -> None:
    PermitStep.objects.all().delete()
    Track.objects.all().delete()
    office = signed_in(world.people["office"])
    assert "还没有建立前期手续" in office.get(page_of(world)).content.decode()
    assert "建立手续</button>" not in signed_in(world.people["owner"]).get(page_of(world)).content.decode()
    address = reverse("permits:open", args=[world.project.pk])
    assert signed_in(world.people["owner"]).post(address).status_code == 403
    assert office.post(address).status_code == 302
    assert PermitStep.objects.filter(project=world.project).count() == 6


def test_the_office_moves_it_to_the_newest_catalogue(world: World, signed_in: SignIn) -> None:
    newer = Catalogue.objects.create(version=1000, name="新目录", published_at=at(D))
    Permit.objects.create(
        catalogue=newer, code="filing", name="备案", stage=1, legal_days=3, promised_days=1, place=1
    )
    office = signed_in(world.people["office"])
    assert "换到第1000版" in office.get(page_of(world)).content.decode()
    address = reverse("permits:move", args=[world.project.pk])
    assert office.post(address, {"reason": ""}).status_code == 302
    assert Track.objects.get().catalogue == world.tracks.catalogue
    assert office.post(address, {"reason": "新版"}).status_code == 302
    assert Track.objects.get().catalogue == newer


def test_what_cannot_be_done_is_not_offered_and_its_form_not_opened(world: World, signed_in: SignIn) -> None:
    step, page = world.step("filing"), page_of(world)
    leader, owner = signed_in(world.people["leader"]), signed_in(world.people["owner"])
    assert "act=" not in leader.get(page).content.decode()
    answer = leader.get(page, {"step": step.pk, "act": "submit"})
    assert answer.status_code == 409
    assert 'id="act"' not in answer.content.decode()
    assert "要由项目单位或属地" in answer.content.decode()
    text = owner.get(page).content.decode()
    assert "act=submit#act" in text
    assert "act=approve" not in text
    too_early = owner.get(page, {"step": step.pk, "act": "approve"}).content.decode()
    assert "不能“批准”。现在可以：报件" in too_early


def test_everything_that_was_done_stands_under_the_steps(world: World, signed_in: SignIn) -> None:
    actions.submit(world.seen("filing"), D, words="备案表", actor=world.by("owner"), now=at(D))
    actions.accept(world.seen("filing"), D, actor=world.by("hall"), now=at(D, 10))
    text = signed_in(world.people["leader"]).get(page_of(world)).content.decode()
    past = text[text.index('id="passed"') :]
    assert past.index("立项备案：受理") < past.index("立项备案：报件") < past.index("建立前期手续")
    assert "厂里人" in past
    assert "建立前期手续" not in signed_in(world.people["land"]).get(page_of(world)).content.decode()


def test_on_paper_and_as_a_sheet(world: World, signed_in: SignIn) -> None:
    actions.submit(world.seen("filing"), D, words="=1+1", actor=world.by("owner"), now=at(D))
    client = signed_in(world.people["office"])
    paper = client.get(reverse("permits:steps_print", args=[world.project.pk])).content.decode()
    assert "紫光项目前期手续办理情况" in paper
    assert "6步办完0步" in paper
    answer: Any = client.get(reverse("permits:steps_export", args=[world.project.pk]))
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    rows = sheet.get_sheet_by_index(0).to_python()
    by_name = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:-1]}
    assert len(by_name) == 6
    assert by_name["立项备案"]["报件"] == D
    assert by_name["立项备案"]["理由或批文号"] == "'=1+1"
    assert by_name["征地拆迁"]["等什么"] == "立项备案"
    Track.objects.all().delete()
    assert client.get(reverse("permits:steps_print", args=[world.project.pk])).status_code == 404


def test_the_projects_page_shows_the_track_or_offers_to_lay_it_out(world: World, signed_in: SignIn) -> None:
    address = reverse("home:project", args=[world.project.pk])
    owner, office = signed_in(world.people["owner"]), signed_in(world.people["office"])
    text = owner.get(address).content.decode()
    assert "6步办完0步" in text
    assert page_of(world) in text
    PermitStep.objects.all().delete()
    Track.objects.all().delete()
    assert "还没有前期手续" in owner.get(address).content.decode()
    assert "建立手续</button>" not in owner.get(address).content.decode()
    assert "建立手续</button>" in office.get(address).content.decode()


@pytest.mark.parametrize("name", ["office", "town", "land", "hall", "leader", "stranger"])
def test_the_count_beside_the_entry_is_the_boards(name: str, world: World, rf: RequestFactory) -> None:
    counted.forget()
    user = User.objects.get(pk=world.people[name].pk)
    request = rf.get("/")
    request.user = user
    items = nav_of(request)["nav"]["items"]
    [entry] = [item for item in items if item.key == "permits"]
    board = figures.board(user, Wanted(), clock.now().date())
    assert (entry.count or 0) == board.projects.value
    assert (entry.count or 0) == (0 if name in ("stranger", "land") else 1)


def test_the_count_is_counted_anew_after_whatever_is_written(world: World, rf: RequestFactory) -> None:
    counted.forget()
    request = rf.get("/")
    request.user = User.objects.get(pk=world.people["office"].pk)

    def shown() -> tuple[int | None, int]:
        with CaptureQueriesContext(connection) as asked:
            [entry] = [item for item in nav_of(request)["nav"]["items"] if item.key == "permits"]
        return entry.count, sum('COUNT(DISTINCT "permits_permitstep"' in one["sql"] for one in asked)

    assert [shown(), shown()] == [(1, 1), (1, 0)]
    for code in ("filing", "environment", "relocation", "supply", "construction"):
        for verb in (actions.submit, actions.accept, actions.approve):
            verb(world.seen(code), D, actor=world.by("office"), now=at(D))
    assert [shown(), shown()] == [(None, 1), (None, 0)]


@dataclass(frozen=True)
class Address:
    name: str
    args: tuple[Any, ...]
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    body: dict[str, str] = field(default_factory=dict)


ADDRESSES = (
    Address("permits:steps", ("project",), READERS),
    Address("permits:step", ("filing",), SIDE | HALL | OFFICE | LEADER),
    Address("permits:file", ("file",), SIDE | HALL | OFFICE | LEADER),
    Address("permits:steps_export", ("project",), READERS),
    Address("permits:steps_print", ("project",), READERS),
    Address("permits:open", ("project",), writes=OFFICE),
    Address("permits:move", ("project",), writes=OFFICE, body={"reason": "换"}),
    Address("permits:confirm", ("project",), writes=OFFICE | HALL, body={"pick": "pick"}),
    Address("permits:act", ("filing", "accept"), writes=SIDE | HALL | OFFICE,
            body={"version": "2", "accept-on": "2018-06-05"}),
    Address("permits:act", ("filing", "refuse"), writes=HALL | OFFICE,
            body={"version": "2", "refuse-on": "2018-06-05", "refuse-words": "假的"}),
    Address("permits:act", ("filing", "ask_supplement"), writes=HALL | OFFICE,
            body={"version": "2", "ask_supplement-on": "2018-06-05", "ask_supplement-words": "假的"}),
    Address("permits:act", ("relocation", "accept_lacking"), writes=LAND | OFFICE,
            body={"version": "1", "accept_lacking-on": "2018-06-05", "accept_lacking-words": "假的",
                  "accept_lacking-until": "2018-08-01"}),
)  # fmt: skip


@pytest.fixture
def held(world: World) -> dict[str, Any]:
    step = actions.submit(world.seen("filing"), D, uploads=[photo()], actor=world.by("owner"), now=at(D))
    return {
        "project": world.project.pk, "filing": step.pk, "relocation": world.step("relocation").pk,
        "file": StepFile.objects.get().pk, "pick": f"{step.pk}:{step.version}",
    }  # fmt: skip


NAMES = (
    "owner",
    "town",
    "land",
    "hall",
    "office",
    "leader",
    "stranger",
    "system_admin",
    "security_admin",
    "auditor",
)


@pytest.mark.parametrize("name", NAMES)
def test_who_reads_and_who_may_not_write_writes_nothing(
    name: str, world: World, held: dict[str, Any], signed_in: SignIn
) -> None:
    client, wrong = signed_in(world.people[name]), []
    before = everything(("permits", "duties", "alerts"))
    for one in ADDRESSES:
        address = reverse(one.name, args=[held.get(arg, arg) for arg in one.args])
        if one.reads:
            status = client.get(address).status_code
            if status not in ((200, 302) if name in one.reads else (403, 404)):
                wrong.append((one.name, status))
        if name not in one.writes:
            body = {key: held.get(value, value) for key, value in one.body.items()}
            status = client.post(address, body).status_code
            refused = (403, 404, 405) if name not in READERS else (302, 403, 404, 405, 409, 422)
            if status not in refused:
                wrong.append(("POST", one.name, *one.args, status))
    assert not wrong
    assert everything(("permits", "duties", "alerts")) == before


def test_a_form_from_elsewhere_writes_nothing(world: World, held: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["office"], backend="django.contrib.auth.backends.ModelBackend")
    for one in ADDRESSES:
        if one.writes:
            address = reverse(one.name, args=[held.get(arg, arg) for arg in one.args])
            assert client.post(address, one.body).status_code == 403, one.name
            assert Client().post(address, one.body).status_code == 302, one.name


def test_the_page_asks_the_same_number_of_questions_however_much_has_been_done(
    world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.people["office"])
    client.get(page_of(world))
    counts = []
    for codes in (("filing",), ("environment", "relocation")):
        for code in codes:
            how: dict[str, Any] = {"actor": world.by("office"), "now": at(D)}
            actions.submit(world.seen(code), D, uploads=[photo()], **how)
            actions.accept(world.seen(code), D, **how)
            actions.approve(world.seen(code), D, **how)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page_of(world)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
