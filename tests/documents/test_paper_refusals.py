"""文稿的每个地址：没登录的去登录，三员不进，外人看不到，谁也不会顺手写进什么。"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.documents.builders import RIGHT, begin
from tests.factories import NOW
from tests.people import district, everybody
from xushi.config import clock
from xushi.documents.models import Paper
from xushi.documents.urls import urlpatterns
from xushi.journal.models import Event
from xushi.units.models import User

pytestmark = pytest.mark.django_db
OURS = ("views_papers", "views_check", "views_issue")
READ = {"papers", "check"}  # a unit's people have a list of their own, and the check is for all of them
WRITERS = {"office_user"}
ADMINISTRATORS = ("system_admin", "security_admin", "auditor")


def routes() -> list[tuple[str, list[Any]]]:
    """Every address of the papers, with something for each of its parts."""
    found = []
    for one in urlpatterns:
        view = getattr(one, "callback", None)
        if view is None or view.__module__.rpartition(".")[2] not in OURS or one.name == "verify":
            continue
        values = {"pk": 0, "number": 1, "key": "k" * 32, "form": "pdf", "code": "bulletin"}
        found.append((one.name, [values[name] for name in one.pattern.converters]))
    return found


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def world() -> tuple[dict[str, User], Paper]:
    people = everybody(district())
    return people, begin(people["office_user"], RIGHT)


def address(name: str, args: list[Any], paper: Paper) -> str:
    return reverse(f"documents:{name}", args=[paper.pk if one == 0 else one for one in args])


def test_every_address_is_named_here() -> None:
    assert len(routes()) > 20


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_without_a_right_gets_in(method: str, world: tuple[dict[str, User], Paper]) -> None:
    people, paper = world
    before = Event.objects.filter(verb__startswith="documents.").count()
    odd = []
    for who in ("", *ADMINISTRATORS, "stranger", "owner_user", "department_user"):
        client = Client()
        if who:
            client.force_login(people[who])
        for name, args in routes():
            answer = getattr(client, method)(address(name, args, paper))
            allowed = {302} if not who else {403} if who in ADMINISTRATORS else {403, 404, 405}
            if who and who not in ADMINISTRATORS and name in READ:
                allowed |= {200, 422}
            if answer.status_code not in allowed:
                odd.append((who, name, answer.status_code))
    assert odd == []
    assert Event.objects.filter(verb__startswith="documents.").count() == before


def test_the_leader_reads_and_signs_and_writes_nothing_else(world: tuple[dict[str, User], Paper]) -> None:
    people, paper = world
    client = Client()
    client.force_login(people["leader_user"])
    read = {
        name: client.get(address(name, args, paper)).status_code
        for name, args in routes()
        if name in ("papers", "paper", "versions", "record", "annotated", "moved", "check")
    }
    assert set(read.values()) == {200}
    for name in ("new", "letterhead", "edit", "send"):
        args = [0] if name in ("edit", "send") else []
        assert client.get(address(name, args, paper)).status_code == 403, name
