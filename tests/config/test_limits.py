"""限次的页：超了说等多久，打的字还在。"""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.factories import PASSWORD
from xushi.kit.pacing import METER
from xushi.units.models import User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    METER.forget()


def test_search_is_told_to_wait_with_the_words_kept(
    office_user: User, stranger: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.XUSHI_LIMITS = {"search": (2, 3600)}
    client = signed_in(office_user)
    assert [client.get("/search/", {"q": "浦口"}).status_code for _ in range(3)] == [200, 200, 429]
    told = client.get("/search/", {"q": "浦口大道"})
    said = told.content.decode()
    assert 'value="浦口大道"' in said and "查找一小时最多2次，请" in said and "后再试。" in said
    assert 0 < int(told["Retry-After"]) <= 3600
    piece = client.get("/search/", {"q": "浦口"}, headers={"HX-Request": "true"})
    assert piece.status_code == 429 and "<html" not in piece.content.decode()
    assert client.get("/search/").status_code == 200  # nothing was looked for
    assert signed_in(stranger).get("/search/", {"q": "浦口"}).status_code == 200


def test_a_whole_address_has_its_share(
    office_user: User, stranger: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.XUSHI_LIMITS, settings.XUSHI_LIMITS_PER_ADDRESS = {"search": (2, 3600)}, 1
    assert signed_in(office_user).get("/search/", {"q": "a"}).status_code == 200
    client = signed_in(stranger)
    assert client.get("/search/", {"q": "a"}).status_code == 200
    said = client.get("/search/", {"q": "a"})
    assert said.status_code == 429 and "从这个地址查找" in said.content.decode()


def test_a_checked_text_comes_back(office_user: User, signed_in: SignIn, settings: LazySettings) -> None:
    settings.XUSHI_LIMITS = {"check": (1, 3600)}
    client = signed_in(office_user)
    typed = {"text": "全年开工十二个，其中产业五个。", "month": ""}
    assert client.post("/documents/check/", typed).status_code == 200
    told = client.post("/documents/check/", typed)
    assert told.status_code == 429
    assert typed["text"] in told.content.decode() and "查稿子一小时最多1次" in told.content.decode()


def test_the_doors_are_counted_by_address(office_user: User, client: Client, settings: LazySettings) -> None:
    settings.XUSHI_LIMITS, settings.XUSHI_LIMITS_PER_ADDRESS = {"login": (1, 3600)}, 2
    typed = {"username": office_user.username, "password": "wrong-Password-1"}
    assert [client.post("/login", typed).status_code for _ in range(2)] == [400, 400]
    told = client.post("/login", {**typed, "password": PASSWORD})
    assert told.status_code == 429 and office_user.username in told.content.decode()
    assert "从这个地址登录一小时最多2次" in told.content.decode()
    assert client.post("/login", {**typed, "password": PASSWORD}, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_a_form_that_brings_files_is_told_to_wait_and_keeps_what_was_there(
    office_user: User, signed_in: SignIn, settings: LazySettings
) -> None:
    """In whichever room: no view of its own asks."""
    settings.XUSHI_LIMITS = {"upload": (1, 3600)}
    client, address = signed_in(office_user), "/exchange/"

    def brings() -> HttpResponse:
        return client.post(
            address, {"file": SimpleUploadedFile("a.csv", b"a")}, HTTP_REFERER="http://testserver/x/"
        )

    assert brings().status_code != 429
    told = brings()
    said = told.content.decode()
    assert told.status_code == 429 and 0 < int(told["Retry-After"]) <= 3600
    assert "传文件一小时最多1次，请" in said and "后再试。" in said and 'href="http://testserver/x/"' in said
    assert client.post(address, {"file": ""}).status_code != 429  # it brings none
    assert Client().post(address, {"file": SimpleUploadedFile("a.csv", b"a")}).status_code == 302
    settings.XUSHI_LIMITS = {"upload": (0, 3600)}
    assert brings().status_code != 429
