"""几百页的稿子：马上答在查什么、查到第几遍，离开再来还在；结果和当场查的一字不差，只有本人看得到。"""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.documents.builders import TEXT
from tests.factories import NOW
from xushi.config import clock
from xushi.documents import long_drafts
from xushi.documents.checking import check
from xushi.documents.models import Paper
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], None]
PAGE = reverse("documents:check")


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[Work]:
    """The readings begun, run by the test when it likes; anything over 40 characters is long."""
    begun: list[Work] = []
    monkeypatch.setattr(long_drafts, "start", begun.append)
    monkeypatch.setattr(long_drafts, "CHARACTERS", 40)
    monkeypatch.setattr(long_drafts, "BYTES", 40)
    return begun


def shown(client: Client, **headers: str) -> str:
    return client.get(PAGE, headers=headers).content.decode()


def test_a_long_draft_is_read_behind_the_page(
    office_user: User, signed_in: SignIn, waiting: list[Work]
) -> None:
    client = signed_in(office_user)
    assert client.post(PAGE, {"text": TEXT}).headers["Location"] == PAGE
    first = shown(client)
    assert "正在查粘贴的稿子，正在打开" in first and 'hx-trigger="every 1s"' in first and TEXT[:20] in first
    waiting.pop()()
    done = client.get(PAGE, headers={"HX-Request": "true"})
    assert (done.status_code, done.headers["HX-Refresh"]) == (204, "true")
    found = shown(client)
    assert "2处率与稿中自己的数对不上" in found and "存为文稿" in found
    assert "2处率与稿中自己的数对不上" in shown(client)  # come back
    assert not Paper.objects.exists()
    client.post(PAGE, {"drop": "1"})
    assert "2处率" not in shown(client)


def test_it_says_the_same_as_one_read_at_once(
    office_user: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(office_user)
    at_once = client.post(PAGE, {"text": TEXT}).content.decode()
    monkeypatch.setattr(long_drafts, "start", lambda work: work())
    monkeypatch.setattr(long_drafts, "CHARACTERS", 40)
    client.post(PAGE, {"text": TEXT})
    behind = shown(client)
    start, end = '<div class="ck-grid', "</aside></div>"
    assert start in at_once
    assert _between(at_once, start, end) == _between(behind, start, end)
    assert _between(at_once, "conclusion-words", "</div>") == _between(behind, "conclusion-words", "</div>")


def _between(page: str, start: str, end: str) -> str:
    return page[page.index(start) : page.index(end, page.index(start))]


def test_the_check_tells_its_passes_and_finds_the_same() -> None:
    heard: list[tuple[int, int]] = []
    found = check(TEXT, tell=lambda done, total: heard.append((done, total)))
    assert found == check(TEXT)
    [total] = {total for _, total in heard}
    assert list(dict.fromkeys(done for done, _ in heard)) == list(range(total + 1))


def test_how_far_it_is_is_shown(
    office_user: User, signed_in: SignIn, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_drafts, "BEAT", timedelta(0))
    client, told = signed_in(office_user), list[str]()
    client.post(PAGE, {"text": TEXT})
    put = long_drafts._put

    def look(user: User, standing: long_drafts.Standing) -> None:
        put(user, standing)
        if standing.done == 5:
            told.append(shown(client))

    monkeypatch.setattr(long_drafts, "_put", look)
    waiting.pop()()
    assert "第6遍，共40遍" in told[0] and 'max="40" value="5"' in told[0]


def test_a_file_refused_is_said_and_the_words_stay(
    office_user: User, signed_in: SignIn, waiting: list[Work]
) -> None:
    client = signed_in(office_user)
    broken = SimpleUploadedFile("八月.docx", b"PK\3\4" + b"x" * 100)
    client.post(PAGE, {"file": broken, "text": "打好的字"})
    assert "正在查“八月.docx”" in shown(client)
    waiting.pop()()
    page = shown(client)
    assert "“八月.docx”打不开" in page and "打好的字" in page and 'role="alert"' in page


def test_a_reading_that_was_ended_says_so(
    office_user: User, signed_in: SignIn, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(office_user)
    client.post(PAGE, {"text": TEXT})
    real = clock.real()
    monkeypatch.setattr(clock, "real", lambda: real + timedelta(minutes=3))
    assert "查到一半断了" in shown(client) and TEXT[:20] in shown(client)
    monkeypatch.setattr(clock, "real", lambda: real + timedelta(days=2))
    assert "查到一半断了" not in shown(client)


def test_something_wrong_within_ends_it_in_a_sentence(
    office_user: User, signed_in: SignIn, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_drafts, "check_text", lambda *a, **b: 1 / 0)
    client = signed_in(office_user)
    client.post(PAGE, {"text": TEXT})
    waiting.pop()()
    assert "查到一半断了，请再查一遍" in shown(client)


def test_nobody_else_has_it_and_the_next_takes_its_place(
    office_user: User, territory_user: User, signed_in: SignIn, waiting: list[Work]
) -> None:
    client = signed_in(office_user)
    client.post(PAGE, {"text": TEXT})
    client.post(PAGE, {"text": "另外的一份稿子，" * 10})
    first, second = waiting
    first()
    assert "正在查" in shown(client)
    second()
    assert "稿里没有能互相核对的数" in shown(client)
    assert "稿里没有能互相核对的数" not in shown(signed_in(territory_user))


def test_what_lay_for_a_day_is_gone_with_the_next(
    office_user: User, territory_user: User, signed_in: SignIn, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    signed_in(office_user).post(PAGE, {"text": TEXT})
    real = clock.real()
    monkeypatch.setattr(clock, "real", lambda: real + timedelta(days=2))
    signed_in(territory_user).post(PAGE, {"text": TEXT})
    assert long_drafts.media.folders_in(long_drafts.FOLDER) == [str(territory_user.pk)]


def test_what_lay_for_a_day_is_gone_with_the_daily_tidying(
    office_user: User, signed_in: SignIn, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody need have another one read: it may be a draft that is not for everybody."""
    signed_in(office_user).post(PAGE, {"text": TEXT})
    real = clock.real()
    call_command("retention")
    assert long_drafts.media.folders_in(long_drafts.FOLDER) == [str(office_user.pk)]
    monkeypatch.setattr(clock, "real", lambda: real + timedelta(days=1, minutes=1))
    call_command("retention", "--scheduled")
    assert long_drafts.media.folders_in(long_drafts.FOLDER) == []


def test_a_word_file_is_measured_by_its_words() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as word:
        word.writestr("word/document.xml", "<w:t>开工3个。</w:t>" * 30_000)
    assert len(packed.getvalue()) < 10_000
    assert long_drafts.is_long_file(packed, len(packed.getvalue())) and packed.tell() == 0
    assert not long_drafts.is_long_file(BytesIO(b"PK\3\4broken"), 10)
    assert long_drafts.is_long_file(BytesIO(b"%PDF"), 200_000)
    assert long_drafts.is_long("x" * 80_001) and not long_drafts.is_long("x" * 80_000)
