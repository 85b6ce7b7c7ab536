"""每个地址谁看得到、谁写得进，一个不漏；写不进的一个字也没写。"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.config.test_refusals import EVERYBODY, OFFICE, SignIn, everything
from tests.factories import NOW
from tests.guarantees.builders import ask, land_office, stock
from tests.progress.builders import add_project
from xushi.config import clock
from xushi.guarantees.rules import Kind
from xushi.guarantees.stocks import set_providers
from xushi.journal.actions import SYSTEM
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SIGNED_IN = sorted(EVERYBODY - {"anonymous"})
WIDE = OFFICE | {"leader_user", "inspector_user"}
TOWN, PROVIDER = frozenset({"territory_user"}), frozenset({"department_user"})
ASKERS = OFFICE | TOWN | {"stranger", "owner_user"}
READERS = ASKERS | WIDE | PROVIDER
TOUCHED = ("guarantees", "duties", "alerts")


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it (nobody where it takes forms only), who writes, and with what."""

    name: str
    args: tuple[Any, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)


ASKED = {"kind": "quota", "amount": "5", "needed_by": "2018-10-31", "words": "假的", "token": "x"}
SAID = {"version": "1", "promise-amount": "5", "promise-available_on": "2018-10-31", "deliver-amount": "5",
        "refuse-words": "假的", "hand-unit": "unit", "hand-words": "假的", "withdraw-words": "假的"}  # fmt: skip
PAGES = (
    Page("guarantees:desk", (), READERS),
    Page("guarantees:export", (), READERS),
    Page("guarantees:new", (), ASKERS),
    Page("guarantees:ask", ("project",), OFFICE | TOWN, OFFICE | TOWN, ASKED),
    Page("guarantees:stocks", (), EVERYBODY - {"system_admin", "security_admin", "auditor"}),  # leads to the year
    Page("guarantees:stock", (2018,), WIDE, OFFICE, {"kind": "quota", "amount": "9", "source": "假的"}),
    Page("guarantees:providers", writes=OFFICE, body={"quota": "unit"}),
    Page("guarantees:request", ("request",), WIDE | TOWN | PROVIDER),
    *(Page("guarantees:step", ("request", verb), writes=OFFICE | PROVIDER, body=SAID)
      for verb in ("promise", "deliver", "refuse")),
    Page("guarantees:step", ("request", "hand"), writes=OFFICE, body=SAID),
    Page("guarantees:step", ("request", "withdraw"), writes=OFFICE | TOWN, body=SAID),
)  # fmt: skip


@pytest.fixture
def held(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    district: Unit,
    subdistrict: Unit,
    department_user: User,
) -> dict[str, Any]:
    """100亩 of the year, a request of the town for some, the department that is to provide it."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for name in SIGNED_IN:
        request.getfixturevalue(name)
    other = land_office(district)
    set_providers({Kind.QUOTA: department_user.unit}, actor=SYSTEM, now=NOW)
    stock()
    project = add_project(subdistrict, "二期厂房")
    assert other.unit
    return {"project": project.pk, "request": ask(project).pk, "unit": other.unit.pk}


def address(page: Page, held: dict[str, Any]) -> str:
    return reverse(page.name, args=[held.get(arg, arg) for arg in page.args])


def test_every_address_has_its_rule() -> None:
    rooms = {getattr(one, "namespace", None): one for one in get_resolver().url_patterns}
    assert {f"guarantees:{one.name}" for one in rooms["guarantees"].url_patterns} == {
        page.name for page in PAGES
    }


@pytest.mark.parametrize("name", SIGNED_IN)
def test_who_reads_and_who_may_not_write_writes_nothing(
    name: str, held: dict[str, Any], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client, wrong = signed_in(request.getfixturevalue(name)), []
    before = everything(TOUCHED)
    for page in PAGES:
        if page.reads:
            status = client.get(address(page, held)).status_code
            if status not in ((200, 302) if name in page.reads else (403, 404)):
                wrong.append((page.name, *page.args, status))
        if name not in page.writes:
            body = {key: held.get(value, value) for key, value in page.body.items()}
            status = client.post(address(page, held), body).status_code
            if status not in (403, 404, 405):
                wrong.append(("POST", page.name, *page.args, status))
    assert not wrong
    assert everything(TOUCHED) == before


def test_who_is_not_signed_in_is_asked_to(held: dict[str, Any]) -> None:
    for page in PAGES:
        for answer in (Client().get(address(page, held)), Client().post(address(page, held))):
            assert answer.headers["Location"].startswith(reverse("units:login")), page.name


def test_a_form_from_elsewhere_writes_nothing(held: dict[str, Any], office_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office_user, backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        if page.writes:
            assert client.post(address(page, held), page.body).status_code == 403, page.name
