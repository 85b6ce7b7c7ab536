"""每个地址谁看得到、谁写得进，一个不漏；写不进的一个字也没写。"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.config.test_refusals import EVERYBODY, OFFICE, SignIn, everything
from tests.factories import NOW
from tests.progress.builders import add_project
from tests.signings.builders import signing, summit, went
from xushi.config import clock
from xushi.signings.rules import Stage
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SIGNED_IN = sorted(EVERYBODY - {"anonymous"})
ROOMS = ("signings", "registry", "duties")
WIDE = OFFICE | {"leader_user", "inspector_user", "statistics_user"}
WORKING = OFFICE | {"territory_user", "stranger", "department_user"}
READERS = WIDE | WORKING
TOWN = frozenset({"territory_user"})  # the signing comes to it
PARTS = OFFICE | TOWN


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it (nobody where it takes forms only), who writes, and with what."""

    name: str
    args: tuple[Any, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)


def _step(verb: str, writes: frozenset[str], **body: Any) -> Page:
    typed = {f"{verb}-{name}": value for name, value in body.items()} | {"version": "2"}
    return Page("signings:step", ("signing", verb), writes=writes, body=typed)


DAY = {"on": "2018-09-01", "words": "x"}
PAGES = (
    Page("signings:index", (), READERS),
    Page("signings:export", (), READERS),
    Page("signings:print", (), READERS),
    Page("signings:limits", (), OFFICE, OFFICE, {f"stage{n}": "9" for n in range(1, 6)}),
    Page("signings:events", (), READERS, OFFICE, {"name": "假的", "held_on": "2018-01-01"}),
    Page(
        "signings:event",
        ("event",),
        OFFICE,
        OFFICE,
        {"name": "改了名", "held_on": "2018-01-01", "version": "1"},
    ),
    Page("signings:new", (), WORKING, WORKING, {"name": "假的"}),
    Page("signings:signing", ("signing",), WIDE | TOWN),
    Page("signings:edit", ("signing",), PARTS, PARTS, {"name": "改了名"}),
    _step("reach", PARTS, stage="3", **DAY),
    _step("follow", PARTS, words="x", next_on="2018-09-20"),
    _step("lapse", PARTS, cause="funds", **DAY),
    _step("restore", OFFICE, words="x"),
    _step("hand", OFFICE, unit="unit", words="x"),
    _step("take_back", OFFICE, words="x"),
    _step("link", OFFICE, name="库里的厂房"),
    _step("unlink", OFFICE, words="x"),
    _step("register", OFFICE),
)


@pytest.fixture
def held(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, subdistrict: Unit
) -> dict[str, Any]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for name in SIGNED_IN:
        request.getfixturevalue(name)
    event = summit()
    one = went(signing(event, subdistrict), (Stage.COMPANY, date(2018, 6, 1)))
    add_project(subdistrict, "库里的厂房")
    return {"signing": one.pk, "event": event.pk, "unit": subdistrict.pk}


def address(page: Page, held: dict[str, Any]) -> str:
    return reverse(page.name, args=[held.get(arg, arg) for arg in page.args])


def test_every_address_has_its_rule() -> None:
    rooms = {getattr(one, "namespace", None): one for one in get_resolver().url_patterns}
    assert {f"signings:{one.name}" for one in rooms["signings"].url_patterns} == {page.name for page in PAGES}


@pytest.mark.parametrize("name", SIGNED_IN)
def test_who_reads_and_who_may_not_write_writes_nothing(
    name: str, held: dict[str, Any], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client, wrong = signed_in(request.getfixturevalue(name)), []
    before = everything(ROOMS)
    for page in PAGES:
        if page.reads:
            status = client.get(address(page, held)).status_code
            if status not in ((200,) if name in page.reads else (403, 404)):
                wrong.append((page.name, *page.args, status))
        if name not in page.writes:
            body = {key: held.get(value, value) for key, value in page.body.items()}
            status = client.post(address(page, held), body).status_code
            if status not in (403, 404, 405):
                wrong.append(("POST", page.name, *page.args, status))
    assert not wrong
    assert everything(ROOMS) == before


def test_who_is_not_signed_in_is_asked_to(held: dict[str, Any]) -> None:
    for page in PAGES:
        for answer in (Client().get(address(page, held)), Client().post(address(page, held))):
            assert answer.headers["Location"].startswith(reverse("units:login")), page.name


def test_a_form_from_elsewhere_writes_nothing(held: dict[str, Any], office_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office_user, backend="django.contrib.auth.backends.ModelBackend")
    before = everything(ROOMS)
    for page in PAGES:
        if page.writes:
            assert client.post(address(page, held), page.body).status_code == 403, page.name
    assert everything(ROOMS) == before
