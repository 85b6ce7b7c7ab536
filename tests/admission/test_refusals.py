"""每个地址谁看得到、谁写得进，一个不漏；写不进的一个字也没写。"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse

from tests.admission.builders import answered, applied, decided, industry, sent
from tests.config.test_refusals import EVERYBODY, OFFICE, SignIn, everything
from tests.factories import NOW
from xushi.admission import files
from xushi.admission.models import Breach
from xushi.admission.sittings import plan_sitting
from xushi.config import clock
from xushi.journal.actions import SYSTEM
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
ROOMS = ("admission", "registry", "duties")
SIGNED_IN = sorted(EVERYBODY - {"anonymous"})
OVERSEERS = OFFICE | {"leader_user", "inspector_user"}
READERS = OVERSEERS | {"territory_user", "stranger", "department_user", "owner_user"}
TOWN = OFFICE | {"territory_user"}  # the applications are of its own
APPLICANTS = TOWN | {"stranger"}
CONCERNED = OVERSEERS | TOWN | {"department_user"}  # who is asked for an opinion
WIDE = OVERSEERS | TOWN


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it (nobody where it takes forms only), who writes, and with what."""

    name: str
    args: tuple[Any, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)


WORDS = {"words": "x", "return-words": "x", "withdraw-words": "x", "version": "1"}
PAGES = (
    Page("admission:desk", (), READERS), Page("admission:export", (), READERS), Page("admission:compare", (), READERS),
    Page("admission:new", (), APPLICANTS, APPLICANTS, {"name": "假的"}),
    Page("admission:file", ("file",), CONCERNED),
    Page("admission:criteria", (), READERS, OFFICE, {"name": "假的"}),
    Page("admission:criterion", ("industry", 2018), READERS, OFFICE, {"investment_per_mu": "1", "reason": "x"}),
    Page("admission:terms", (), OFFICE, OFFICE, {"opinion_days": "9", "reason": "x"}),
    Page("admission:give_up", ("industry",), writes=OFFICE),
    Page("admission:reviewers", (), writes=OFFICE, body={"units": "1"}),
    Page("admission:sittings", (), READERS, OFFICE, {"at": "2018-12-01T14:00"}),
    Page("admission:sitting", ("sitting",), READERS),
    Page("admission:promises", (), READERS),
    Page("admission:settle", ("breach",), writes=OFFICE, body=WORDS),
    Page("admission:meet", ("condition",), writes=TOWN, body=WORDS),
    Page("admission:opine", ("opinion",), writes=OFFICE | {"department_user"}, body={"seen": "waiting"}),
    Page("admission:decision", ("decision",), CONCERNED),
    Page("admission:application", ("in-review",), CONCERNED),
    Page("admission:edit", ("in-review",), writes=TOWN, body={"name": "改了名"}),
    Page("admission:decide", ("in-review",), writes=OFFICE, body={"decide-outcome": "admitted", "version": "1"}),
    Page("admission:sheet", ("in-review",), CONCERNED),
    Page("admission:check", ("admitted", 2021), CONCERNED, TOWN, {"tax": "1", "source": "x"}),
    *(Page("admission:step", ("in-review", verb), writes=OFFICE, body=WORDS) for verb in ("send", "judge", "sit")),
    Page("admission:step", ("fresh", "return"), writes=OFFICE, body=WORDS),
    Page("admission:step", ("in-review", "renew"), writes=OFFICE, body=WORDS),
    Page("admission:step", ("in-review", "resume"), writes=OFFICE, body=WORDS),
    Page("admission:step", ("in-review", "withdraw"), writes=TOWN, body=WORDS),
    Page("admission:step", ("in-review", "nothing"), body=WORDS),
)  # fmt: skip


@pytest.fixture
def held(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    subdistrict: Unit,
    office_user: User,
    department_user: User,
    settings: Any,
    tmp_path: Any,
) -> dict[str, Any]:
    """One in review at the department, one admitted with a condition and a breach, one just submitted."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path
    for name in SIGNED_IN:
        request.getfixturevalue(name)
    unit = department_user.unit
    assert unit is not None
    reviewed = sent(subdistrict, office_user, [unit])
    admitted = answered(subdistrict, office_user, [unit], name="已准入的")
    found = decided(admitted, office_user)
    good = files.cleaned([SimpleUploadedFile("能评.pdf", b"%PDF-1.4\n%%EOF\n")])
    files.store(reviewed, good, actor=SYSTEM, now=NOW)
    promise = admitted.promises.get(item="tax")
    breach = Breach.objects.create(promise=promise, year=2022, clause="x", at=NOW)
    return {
        "in-review": reviewed.pk, "admitted": admitted.pk, "fresh": applied(subdistrict, name="新的").pk,
        "opinion": reviewed.opinions.get().pk, "decision": found.pk, "condition": found.conditions.get().pk,
        "breach": breach.pk, "file": reviewed.files.get().pk, "industry": industry().pk,
        "sitting": plan_sitting(NOW, actor=SYSTEM, now=NOW).pk,
    }  # fmt: skip


def address(page: Page, held: dict[str, Any]) -> str:
    return reverse(page.name, args=[held.get(arg, arg) for arg in page.args])


def test_every_address_has_its_rule() -> None:
    rooms = {getattr(one, "namespace", None): one for one in get_resolver().url_patterns}
    found = {f"admission:{one.name}" for one in rooms["admission"].url_patterns}
    assert found == {page.name for page in PAGES}


@pytest.mark.parametrize("name", SIGNED_IN)
def test_who_reads_and_who_may_not_write_writes_nothing(
    name: str, held: dict[str, Any], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client, wrong = signed_in(request.getfixturevalue(name)), []
    before = everything(ROOMS)
    for page in PAGES:
        if page.reads:
            status = client.get(address(page, held)).status_code
            if status not in ((200, 302) if name in page.reads else (403, 404)):
                wrong.append((page.name, *page.args, status))
        if name not in page.writes:
            status = client.post(address(page, held), page.body).status_code
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
