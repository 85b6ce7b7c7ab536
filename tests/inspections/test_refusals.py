"""每个地址谁看得到、谁写得进，一个不漏；写不进的一个字也没写。"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.config.test_refusals import EVERYBODY, OFFICE, SignIn, everything
from tests.factories import NOW
from tests.inspections.builders import a_visit, add_round, add_team, finding, picture, record
from xushi.config import clock
from xushi.inspections.models import Finding, SentEntry
from xushi.inspections.photos import PhotoMeta, attach_photo
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SIGNED_IN = sorted(EVERYBODY - {"anonymous"})
LOOKERS = OFFICE | {"inspector_user"}
WIDE = LOOKERS | {"leader_user"}
TOWN = frozenset({"territory_user"})
READERS = WIDE | TOWN | {"stranger", "owner_user", "department_user"}
TOUCHED = ("inspections", "duties", "alerts", "problems")


@dataclass(frozen=True, slots=True)
class Page:
    """One address: who reads it (nobody where it takes forms only), who writes, and with what."""

    name: str
    args: tuple[Any, ...] = ()
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    body: dict[str, Any] = field(default_factory=dict)
    refused: tuple[int, ...] = (403, 404, 405)


SAID = {"version": "1", "words": "假的", "due_on": "2018-10-01", "unit": "unit"}
NOT_ALLOWED = (403, 404, 405, 409, 422)  # who sees a finding and may not take the step is told so on its page
PAGES = (
    Page("inspections:desk", (), READERS),
    Page("inspections:findings", (), READERS),
    Page("inspections:visits", (), READERS),
    Page("inspections:rounds", (), READERS),
    Page("inspections:unseen", (), READERS),
    Page("inspections:tiles", (), READERS),
    Page("inspections:export", ("visits",), READERS),
    Page("inspections:export", ("findings",), READERS),
    Page("inspections:round", ("round",), WIDE),
    Page("inspections:route", ("round",), WIDE),
    Page("inspections:plan", (), OFFICE, OFFICE, {"month": "2018-09", "lead1": "person", "project": "project"}),
    Page("inspections:add", (), OFFICE, OFFICE, {"project": "project", "round": "round"}),
    Page("inspections:next", writes=OFFICE, body={"project": "project"}),
    Page("inspections:move", ("round", "end"), writes=OFFICE, body={"reason": "假的"}),
    Page("inspections:checklists", (), OFFICE, OFFICE, {"version": "1", "name": "假的"}),
    Page("inspections:checklist", ("start",), OFFICE, OFFICE, {"version": "1", "name": "假的"}),
    Page("inspections:visit", ("visit",), WIDE | TOWN),
    Page("inspections:visit", ("ahead",), WIDE),
    Page("inspections:change", ("ahead",), writes=OFFICE, body={"version": "1", "kind": "start"}),
    Page("inspections:skip", ("ahead",), writes=OFFICE, body={"version": "1", "reason": "假的"}),
    Page("inspections:choose", ("visit", "entry"), writes=LOOKERS, body={"take": "1"}),
    Page("inspections:return_report", ("visit",), writes=OFFICE, body={"report": "1", "version": "1", "reason": "假的"}),
    Page("inspections:signature", ("visit",), WIDE | TOWN),
    Page("inspections:photo", ("photo",), WIDE | TOWN),
    Page("inspections:original", ("photo",), LOOKERS),
    Page("inspections:finding", ("finding",), WIDE | TOWN),
    Page("inspections:act", ("finding", "fix"), writes=TOWN, body=SAID, refused=NOT_ALLOWED),
    *(Page("inspections:act", ("finding", verb), writes=LOOKERS, body=SAID, refused=NOT_ALLOWED)
      for verb in ("extend", "withdraw", "verify", "return", "reopen")),
    *(Page("inspections:act", ("finding", verb), writes=OFFICE, body=SAID, refused=NOT_ALLOWED)
      for verb in ("hand", "problem")),
    Page("inspections:act", ("finding", "note"), writes=LOOKERS | TOWN, body=SAID, refused=NOT_ALLOWED),
)  # fmt: skip


@pytest.fixture
def held(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
    other_subdistrict: Unit,
    subdistrict: Unit,
    inspector_user: User,
    office_user: User,
) -> dict[str, Any]:
    """A round with a visit seen, another record of it waiting, a finding with its photo, and a visit ahead."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"
    for name in SIGNED_IN:
        request.getfixturevalue(name)
    round_ = add_round()
    team = add_team(round_, inspector_user)
    visit, ahead = (a_visit(subdistrict, name, held=round_, team=team) for name in ("紫光项目", "二期"))
    key, photo = uuid4(), uuid4()
    record(visit, inspector_user, finding(key=key))
    record(visit, office_user, words="另一份")
    attach_photo(
        key=photo, visit=visit, path=picture(tmp_path / "p.jpg"), meta=PhotoMeta(), by=inspector_user, now=NOW,
        finding_key=key,
    )  # fmt: skip
    return {
        "round": round_.pk, "visit": visit.pk, "ahead": ahead.pk, "photo": photo, "project": visit.project_id,
        "finding": Finding.objects.get().pk, "entry": SentEntry.objects.get(outcome="conflict").pk,
        "unit": other_subdistrict.pk, "person": inspector_user.pk,
    }  # fmt: skip


def address(page: Page, held: dict[str, Any]) -> str:
    return reverse(page.name, args=[held.get(arg, arg) for arg in page.args])


def test_every_address_has_its_rule() -> None:
    rooms = {getattr(one, "namespace", None): one for one in get_resolver().url_patterns}
    desk = {
        one.name for one in rooms["inspections"].url_patterns if not str(one.pattern).startswith("phone/")
    }
    assert {f"inspections:{name}" for name in desk} == {page.name for page in PAGES}


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
            if status not in page.refused:
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


def test_a_year_no_month_knows_is_read_as_this_year(signed_in: SignIn, office_user: User) -> None:
    for year in ("１２３", "0", "99999", "九", "-1"):
        assert signed_in(office_user).get("/inspections/rounds/", {"year": year}).status_code == 200
