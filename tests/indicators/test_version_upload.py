"""传一份体系说明起草一版：看不懂的逐处说明，谁能传，传的和原来是一个意思。"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import people
from tests.conftest import Once
from tests.factories import NOW
from tests.indicators.district import District, build
from xushi.config import clock
from xushi.indicators.models import Version
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(scope="module")
def _built(once: Once) -> Iterator[tuple[District, dict[str, User]]]:
    def make() -> tuple[District, dict[str, User]]:
        root = people.district()
        users = {name: people.person(name, root) for name in (*people.IN_UNITS, *people.OF_DISTRICT)}
        return build(root, users["office_user"]), users

    with once(make) as made:
        yield made


@pytest.fixture
def users(_built: Any, db: None) -> dict[str, User]:
    return deepcopy(_built[1])  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def office(users: dict[str, User], signed_in: SignIn) -> Client:
    return signed_in(users["office_user"])


def test_a_version_is_drafted_from_a_file(office: Client, users: dict[str, User], signed_in: SignIn) -> None:
    city = Version.objects.get(system__code="city")
    address, text = (
        reverse("indicators:versions"),
        office.get(reverse("indicators:version_text", args=[city.pk])).content.decode(),
    )

    def send(client: Client, words: bytes, **more: str) -> Any:
        file = SimpleUploadedFile("说明.yaml", words)
        body = {
            "act": "upload",
            "system": city.system_id,
            "year": "2018",
            "source": "宁考办〔2018〕9号",
            "file": file,
        }
        return client.post(address, body | more)

    for words, more, sentence in (
        (text.encode(), {"year": "一八"}, "年度写成四位数"),
        (text.encode(), {"source": " "}, "写明依据"),
        (text.encode("utf-16"), {}, "不是 UTF-8"),
        (b"name: x\nnodes: {a: {score: 1e}}", {}, "nodes.a.score"),
        (b" " * 2_000_001, {}, "超过2兆"),
    ):
        answer = send(office, words, **more)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), sentence
    assert send(signed_in(users["leader_user"]), text.encode()).status_code == 403
    assert Version.objects.filter(system=city.system_id).count() == 1
    assert send(office, text.encode()).status_code == 302
    drafted = Version.objects.get(system=city.system_id, number=2)
    assert (drafted.digest, drafted.used_at, drafted.source) == (city.digest, None, "宁考办〔2018〕9号")
