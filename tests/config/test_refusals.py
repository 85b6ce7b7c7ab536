"""写的页，谁都不能越过：外人、企业、属地、领导、三员和没登录的，一个字也写不进去。"""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests import refused
from tests.conftest import Once
from tests.exchange.conftest import workbook
from tests.exchange.test_pages import hand_in
from tests.factories import NOW
from tests.people import district, everybody
from tests.progress.district import build
from xushi.config import clock
from xushi.core.months import Month
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.registry.models import Category
from xushi.registry.plans import propose_plan_revision
from xushi.registry.rules import PlanInput
from xushi.units.actions_exports import ask
from xushi.units.models import Appointment, User
from xushi.units.models_exports import ExportRequest

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Stood = tuple[dict[str, User], dict[str, Any]]  # the people, and what the addresses and forms name
ROOMS = ("exchange", "registry", "progress", "alerts", "units")
EVERYBODY = frozenset(
    {
        "anonymous", "office_user", "leader_user", "territory_user", "stranger", "owner_user", "department_user",
        "statistics_user", "inspector_user", "system_admin", "security_admin", "auditor",
    }
)  # fmt: skip
OFFICE = frozenset({"office_user"})
REPORTERS = frozenset({"territory_user"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin"})


@dataclass(frozen=True, slots=True)
class Page:
    """One address that writes: what is posted, and who may post it (they are left out here)."""

    name: str
    may: frozenset[str]
    args: tuple[str, ...] = ()
    body: dict[str, Any] = field(default_factory=dict)


PAGES = (
    Page("exchange:imports", OFFICE | {"territory_user", "stranger"}, body={"kind": "plans"}),
    Page("exchange:answer", OFFICE, ("batch",), {"cell": "B3", "answer": "1"}),
    Page("exchange:columns", OFFICE, ("batch",), {"unit": "元", "sheet": ""}),
    Page("exchange:commit", OFFICE, ("batch",), {"seen": "x"}),
    Page("exchange:undo", OFFICE, ("batch",)),
    Page("registry:new", OFFICE, body={"name": "外人的项目"}),
    Page("registry:edit", OFFICE, ("project",), {"name": "改了名"}),
    Page("registry:listings", OFFICE, ("project",), {"provincial": "1", "year": "2018"}),
    Page(
        "registry:plan",
        OFFICE | REPORTERS,
        ("project",),
        {"planned_investment": "1", "reason": "改", "year": "2018"},
    ),
    Page("registry:decide_plan", OFFICE, ("project",), {"plan": "waiting", "decision": "approve"}),
    Page("registry:waiting_plans", OFFICE, body={"all": "1", "last_seen": "999999", "decision": "approve"}),
    Page("registry:new_ceremony", OFFICE, body={"kind": "start", "title": "假的", "held_on": "2018-01-01"}),
    Page("registry:vocabulary", OFFICE, body={"table": "tag", "name": "假的"}),
    Page("registry:rename", OFFICE, ("category-word", "category"), {"name": "改了名"}),
    Page("progress:close", OFFICE, ("open-month",)),
    Page("progress:reopen", OFFICE, ("closed-month",), {"reason": "改"}),
    Page("progress:accept", OFFICE, body={"month": "2018-03", "report": "report"}),
    Page("progress:return", OFFICE, ("report",), {"reason": "退"}),
    Page("progress:remind", OFFICE, body={"month": "2018-03", "all": "1"}),
    Page("progress:carry", OFFICE, body={"month": "2018-03", "all": "1", "reason": "沿用"}),
    Page("progress:report", REPORTERS, ("project", "open-month"), {"act": "submit", "amount": "1"}),
    Page("progress:draft", REPORTERS, ("project", "open-month"), {"amount": "1"}),
    Page("progress:preview", REPORTERS, ("project", "open-month"), {"amount": "1"}),
    Page("progress:switch", REPORTERS, ("project", "open-month"), {"amount": "1"}),
    Page("progress:photos", REPORTERS, ("project", "open-month")),
    Page(
        "progress:statistics_entry",
        frozenset({"statistics_user"}),
        ("project", "open-month"),
        {"recorded": "1"},
    ),
    Page("alerts:thresholds", OFFICE, body={"reason": "放宽", "slipping_red": "99"}),
    Page("units:look", OFFICE, body={"name": "假的区", "emblem": "假", "accent": "#123456"}),
    Page(
        "units:decide_export", frozenset({"security_admin", "office_user"}), ("asked",), {"verdict": "grant"}
    ),
    Page("units:show_number", ADMINISTRATORS, ("person",), {"reason": "核对"}),
    Page("units:new_account", ADMINISTRATORS, body={"username": "假", "name": "假"}),
    Page("units:set_active", ADMINISTRATORS, ("person",), {"active": "0", "reason": "停"}),
    Page("units:reset_password", ADMINISTRATORS, ("person",), {"password": "Xushi-2019-pk"}),
    Page("units:second_rules", frozenset({"security_admin"}), body={"roles": "office"}),
    Page("units:reset_second", ADMINISTRATORS, ("person",), {"reason": "重设"}),
    Page("units:end_sessions", ADMINISTRATORS, ("person",)),
    Page("units:emergency", ADMINISTRATORS, ("person",), {"role": "office", "hours": "1", "reason": "急"}),
    Page("units:move", ADMINISTRATORS, ("person",), {"unit": "1", "reason": "调"}),
    Page("units:appoint", ADMINISTRATORS, ("person",), {"unit": "1", "role": "office", "scope": "1"}),
    Page("units:end_appointment", ADMINISTRATORS, ("appointment",), {"reason": "终止"}),
    Page("units:name_head", ADMINISTRATORS, ("appointment",), {"is_head": "1"}),
    Page("units:new_unit", ADMINISTRATORS, body={"name": "假单位"}),
    Page("units:rename_unit", ADMINISTRATORS, ("unit",), {"name": "改了名"}),
    Page("units:dissolve_unit", ADMINISTRATORS, ("unit",), {"reason": "撤"}),
)
READ_ONLY = {
    "exchange:preview", "exchange:errors", "exchange:template", "registry:ceremonies", "registry:ceremony",
    "progress:mine", "progress:reports", "progress:photo", "progress:closing", "progress:version", "progress:catch_up",
    "progress:statistics", "progress:statistics_csv", "alerts:list", "units:exports", "units:people",
    "units:people_export", "units:person", "units:units",
    "units:unit",
}  # fmt: skip
OWN = {
    "units:login", "units:logout", "units:me", "units:password", "units:authenticator", "units:end_session",
    "units:second_step", "units:gate", "units:gate_back", "units:ask_export",
}  # fmt: skip  # everybody's own, and the doors


def test_every_address_of_these_rooms_is_looked_at() -> None:
    found = set()
    for resolver in get_resolver().url_patterns:
        room = getattr(resolver, "namespace", None)
        if room in ROOMS:
            found |= {f"{room}:{one.name}" for one in resolver.url_patterns if isinstance(one, URLPattern)}
    assert found - READ_ONLY - OWN == {page.name for page in PAGES}


@pytest.fixture(scope="module")
def stood(once: Once) -> Iterator[Stood]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        refused.drawn_once(patch)
        with once(stand) as stood:
            yield stood


def stand() -> Stood:
    """A district with a batch in preview, a plan that waits, a report, a closed month and an open one."""
    people = everybody(district())
    office, town = people["office_user"], people["territory_user"]
    project = next(one for one in build().projects if one.territory == town.unit and one.started_on)
    row = PlanInput(project.pk, 2018, 10**9)
    waiting = propose_plan_revision(row, reason="中期调整", actor=Actor(by=office), now=NOW)
    client = Client()
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    batch = hand_in(client, workbook([["2018年计划"], ["项目名称", "年度计划"], [project.name, 5]]))
    stranger = people["stranger"].unit
    assert batch is not None and stranger is not None
    held = {
        "project": project.pk,
        "batch": batch.pk,
        "waiting": waiting.pk,
        "open-month": str(Month(2018, 3)),
        "closed-month": str(Month(2018, 2)),
        "report": project.reports.get(month=Month(2018, 3)).pk,
        "category-word": Category.objects.latest("pk").pk,
        "person": town.pk,
        "appointment": Appointment.objects.get(user=town).pk,
        "unit": stranger.pk,
        "asked": ask_to_export(people["leader_user"]).pk,
    }
    return people, held


def ask_to_export(leader: User) -> ExportRequest:
    """A request that waits, of a person who grants none."""
    asked = {"title": "项目清单", "address": "/projects/export/", "personal": False, "reason": "报年报附表"}
    return ask(user=leader, actor=Actor(by=leader), now=NOW, **asked)


@pytest.fixture
def people(stood: Stood) -> dict[str, User]:
    return deepcopy(stood[0])


@pytest.fixture
def held(stood: Stood) -> dict[str, Any]:
    return dict(stood[1])


def address_of(page: Page, held: dict[str, Any]) -> str:
    args = [held.get(name, name) for name in page.args]
    return reverse(page.name, args=args[::-1] if page.name == "registry:rename" else args)


def everything(rooms: Iterable[str] = ROOMS) -> dict[str, list[Any]]:
    """Every row of these rooms; when somebody last logged in apart."""
    written = Event.objects.exclude(verb="units.export.taken")  # a sheet that is read is journaled
    rows: dict[str, list[Any]] = {"events": list(written.order_by("pk").values_list("pk"))}
    for room in rooms:
        for model in apps.get_app_config(room).get_models():
            columns = [one.attname for one in model._meta.concrete_fields if one.attname != "last_login"]
            rows[model._meta.label] = list(model._base_manager.order_by("pk").values_list(*columns))
    return rows


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_who_may_not_write_writes_nothing(
    page: Page, held: dict[str, Any], people: dict[str, User], signed_in: SignIn
) -> None:
    body = {name: held.get(value, value) for name, value in page.body.items()}
    address, before = address_of(page, held), everything()
    for name in sorted(EVERYBODY - page.may - {"anonymous"}):
        answer = signed_in(people[name]).post(address, body)
        assert answer.status_code in (403, 404), f"{name} {answer.status_code}"
    answer = Client().post(address, body)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("units:login"))
    assert everything() == before


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_form_from_elsewhere_writes_nothing(
    page: Page, held: dict[str, Any], people: dict[str, User]
) -> None:
    """Without the token of the page itself, even those who may are refused."""
    address, before = address_of(page, held), everything()
    for name in ("office_user", "system_admin"):
        client = Client(enforce_csrf_checks=True)
        client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(address, page.body).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("units:set_active", "security_admin"), ("units:reset_password", "security_admin"),
        ("units:new_account", "security_admin"), ("units:new_unit", "security_admin"),
        ("units:move", "security_admin"), ("units:rename_unit", "security_admin"),
        ("units:appoint", "system_admin"), ("units:end_appointment", "system_admin"),
    ],
)  # fmt: skip
def test_the_administrators_keep_to_their_own_half(
    name: str, by: str, held: dict[str, Any], people: dict[str, User], signed_in: SignIn
) -> None:
    page = next(one for one in PAGES if one.name == name)
    bodies = {
        "units:new_account": {
            "username": "pk-new",
            "name": "新人",
            "password": "Xushi-2019-pk",
            "unit": held["unit"],
        },
        "units:appoint": {"unit": held["unit"], "role": "office", "scope": held["unit"]},
        "units:move": {"unit": held["unit"], "reason": "调"},
        "units:new_unit": {"name": "假单位", "kind": "department", "parent": held["unit"]},
    }
    client = signed_in(people[by])
    before = everything()
    answer = client.post(address_of(page, held), bodies.get(name, page.body))
    assert answer.status_code in (400, 403)
    assert everything() == before
