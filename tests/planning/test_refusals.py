"""每个地址谁看得到、谁写得进，一个不漏；写不进的一个字也没写。"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.config.test_refusals import EVERYBODY, OFFICE, SignIn, everything
from tests.factories import NOW
from tests.planning.builders import compiled
from xushi.config import clock
from xushi.planning.models import ProgrammeItem, Reserve
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SIGNED_IN = sorted(EVERYBODY - {"anonymous"})
WIDE = OFFICE | {"leader_user", "inspector_user", "statistics_user"}
READERS = WIDE | {"territory_user", "stranger", "department_user"}
PROPOSERS = OFFICE | {"territory_user", "stranger", "department_user"}
TOWN = frozenset({"territory_user"})  # the entry and the line are of its own


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it (nobody where it takes forms only), who writes, and with what."""

    name: str
    args: tuple[Any, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)


PAGES = (
    Page("planning:index", (), READERS),
    Page("planning:new", (), PROPOSERS, PROPOSERS, {"name": "假的"}),
    Page("planning:entry", ("entry",), WIDE | TOWN, OFFICE | TOWN, {"name": "改了名"}),
    Page("planning:step", ("entry", "leave"), writes=OFFICE, body={"reason": "x"}),
    Page("planning:step", ("entry", "register"), writes=OFFICE),
    Page("planning:step", ("entry", "propose"), writes=OFFICE | TOWN, body={"reason": "x"}),
    Page("planning:programmes", (), READERS),
    Page("planning:compile", (), writes=OFFICE, body={"year": "2019", "proposals_due": "2018-11-01"}),
    Page("planning:item", ("item",), WIDE | TOWN, OFFICE | TOWN, {"planned": "1", "kind": "drop", "reason": "x"}),
    Page("planning:declarations", (), READERS, OFFICE, {"name": "汤泉文旅商业街配套", "level": "provincial"}),
    Page("planning:declare", (), writes=OFFICE, body={"act": "send", "pick": "1"}),
    Page("planning:programme", (2019,), READERS),
    Page("planning:proposals", (2019,), READERS, OFFICE, {"act": "accept", "pick": "1"}),
    Page("planning:export", (2019,), READERS),
    Page("planning:print", (2019,), READERS),
    Page("planning:act", (2019, "review"), writes=OFFICE, body={"act": "drop", "reason": "x", "pick": "pick"}),
    Page("planning:act", (2019, "adopt"), writes=OFFICE),
    Page("planning:act", (2019, "undo"), writes=OFFICE, body={"reason": "x"}),
    Page("planning:act", (2019, "finish"), writes=PROPOSERS),
)  # fmt: skip


@pytest.fixture
def held(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, subdistrict: Unit, office_user: User
) -> dict[str, Any]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for name in SIGNED_IN:
        request.getfixturevalue(name)
    compiled(subdistrict, office_user)
    item = ProgrammeItem.objects.get(name="前期的桥")
    return {"entry": Reserve.objects.get(name="康养小镇").pk, "item": item.pk, "pick": f"{item.pk}:1"}


def address(page: Page, held: dict[str, Any]) -> str:
    return reverse(page.name, args=[held.get(arg, arg) for arg in page.args])


def test_every_address_has_its_rule() -> None:
    rooms = {getattr(one, "namespace", None): one for one in get_resolver().url_patterns}
    assert {f"planning:{one.name}" for one in rooms["planning"].url_patterns} == {page.name for page in PAGES}


@pytest.mark.parametrize("name", SIGNED_IN)
def test_who_reads_and_who_may_not_write_writes_nothing(
    name: str, held: dict[str, Any], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client, wrong = signed_in(request.getfixturevalue(name)), []
    before = everything(("planning", "registry", "duties"))
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
    assert everything(("planning", "registry", "duties")) == before


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
