"""一个人的草稿在几处同时存、同时交（手机上的页一边自动存，一边点了提交）：谁都得到回答，存的都在或者交了。"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models.query import QuerySet
from django.test import Client
from django.urls import reverse

from tests.problems.builders import WORDS, Town
from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.problems.models import Problem, ProblemClass, ProblemDraft
from xushi.problems.reporting import save_draft
from xushi.units.models import User

SignIn = Callable[[User], Client]


@pytest.mark.django_db
def test_a_draft_that_went_while_this_one_was_written_is_written_again(
    town: Town, territory_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another's row is met when ours is inserted, and is no longer there when it is looked for."""
    whole, met = QuerySet.create, []

    def create(rows: Any, **values: Any) -> Any:
        if not met:
            met.append(whole(rows, **values))  # undone together with our own, as if its writer had dropped it
        return whole(rows, **values)

    monkeypatch.setattr(QuerySet, "create", create)
    save_draft(town.projects[0], {"words": WORDS}, actor=Actor(territory_user), now=clock.now())
    assert met and ProblemDraft.objects.get().typed == {"words": WORDS}


@pytest.mark.django_db
def test_a_draft_of_a_project_that_is_gone_is_still_an_error(
    town: Town, territory_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(rows: Any, **values: Any) -> Any:
        raise IntegrityError

    monkeypatch.setattr(QuerySet, "create", never)
    with pytest.raises(IntegrityError):
        save_draft(town.projects[0], {"words": WORDS}, actor=Actor(territory_user), now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_three_writers_and_two_senders_of_one_draft_are_all_answered(
    town: Town, territory_user: User, signed_in: SignIn
) -> None:
    named = {"name": "征地拆迁", "short_name": "拆迁", "path": "0001."}
    kind = ProblemClass.objects.get_or_create(code="demolition", defaults=named)[0]
    page, kept = (reverse(f"problems:{name}", args=[town.projects[0].pk]) for name in ("report", "draft"))

    def keep(client: Client, name: str) -> int:
        return client.post(kept, {"words": name}).status_code

    def send(client: Client, name: str) -> int:
        fields = {"kind": str(kind.pk), "words": WORDS + name, "act": "submit", "token": name}
        return client.post(page, fields).status_code

    def often(act: Callable[[Client, str], int], who: int) -> list[int]:
        try:
            client = signed_in(territory_user)
            return [act(client, f"{who}-{n}") for n in range(10)]
        finally:
            connection.close()

    acts = [keep, keep, keep, send, send]
    with ThreadPoolExecutor(len(acts)) as pool:
        answers = Counter(code for codes in pool.map(often, acts, range(len(acts))) for code in codes)
    assert answers == {200: 30, 302: 20}
    assert Problem.objects.count() == 20
