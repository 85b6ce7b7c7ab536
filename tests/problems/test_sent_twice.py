"""同一张报问题的表单在同一刻交两次（没等到应答又交了一次）：一件问题、每张照片一份，草稿里什么也不剩。"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.problems.builders import WORDS, Town, photo
from xushi.problems import photos
from xushi.problems.models import Problem, ProblemClass, ProblemDraft, ProblemPhoto
from xushi.units.models import User

pytestmark = [pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Client]


@pytest.fixture
def demolition(transactional_db: None) -> ProblemClass:
    """The class, whether or not a test before this one has emptied the database."""
    named = {"name": "征地拆迁", "short_name": "拆迁", "path": "0001."}
    return ProblemClass.objects.get_or_create(code="demolition", defaults=named)[0]


@pytest.mark.parametrize("drafted", [False, True])
def test_a_form_sent_again_before_the_first_is_through_leaves_one_of_each(
    town: Town,
    territory_user: User,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    demolition: ProblemClass,
    drafted: bool,
) -> None:
    page = reverse("problems:report", args=[town.projects[0].pk])
    fields = {"kind": str(demolition.pk), "words": WORDS}
    if drafted:
        signed_in(territory_user).post(page, fields | {"act": "draft"})

    def send() -> int:
        try:
            whole = fields | {"act": "submit", "token": "a1", "photos": [photo()]}
            return int(signed_in(territory_user).post(page, whole).status_code)
        finally:
            connection.close()

    assert _while_it_stands(monkeypatch, send) == [302, 302]
    assert ProblemPhoto.objects.get().problem == Problem.objects.get()
    assert not ProblemDraft.objects.exists()


def test_a_photo_sent_again_before_the_first_is_through_is_kept_once(
    town: Town, territory_user: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = reverse("problems:photos", args=[town.projects[0].pk])

    def send() -> int:
        try:
            return int(signed_in(territory_user).post(page, {"photos": [photo()]}).status_code)
        finally:
            connection.close()

    assert _while_it_stands(monkeypatch, send) == [200, 200]
    assert ProblemPhoto.objects.get().draft == ProblemDraft.objects.get()


def _while_it_stands(monkeypatch: pytest.MonkeyPatch, send: Callable[[], int]) -> list[int]:
    """The first stands still once it knows which photos are there; the second comes; then the first goes on."""
    reached, go, whole = Signal(), Signal(), photos.cleaned

    def slow(*given: Any, **named: Any) -> Any:
        reached.set()
        assert go.wait(20)
        return whole(*given, **named)

    monkeypatch.setattr(photos, "cleaned", slow)
    with ThreadPoolExecutor(2) as pool:
        one: Future[int] = pool.submit(send)
        assert reached.wait(20)
        monkeypatch.setattr(photos, "cleaned", whole)
        other: Future[int] = pool.submit(send)
        wait_for([other], 1)
        go.set()
        return [one.result(20), other.result(20)]
