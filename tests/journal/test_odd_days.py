"""日志的起止日子：历法尽头的日子说一句话，不是算出界。"""

from collections.abc import Callable

import pytest
from django.test import Client

from xushi.units.models import User


@pytest.mark.parametrize("query", [{"last": "9999-12-31"}, {"first": "0001-01-01"}, {"last": "3000-01-01"}])
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(
    auditor: User, signed_in: Callable[[User], Client], query: dict[str, str]
) -> None:
    page = signed_in(auditor).get("/journal/", query)
    assert page.status_code == 400
    assert "请核对日期" in page.content.decode()


def test_the_last_year_that_is_taken_finds_everything(
    auditor: User, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(auditor).get("/journal/", {"last": "2999-12-31"}).status_code == 200


@pytest.mark.parametrize("name", ["q", "person"])
def test_words_of_any_length_are_looked_for(
    auditor: User, signed_in: Callable[[User], Client], name: str
) -> None:
    assert signed_in(auditor).get("/journal/", {name: "字" * 30_000}).status_code == 200
