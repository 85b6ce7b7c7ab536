"""地址和表单里写怪东西：说一句话，不崩溃，也不多给。"""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.home.standing import (  # noqa: F401 - fixtures
    the_built,
    the_district,
    the_here,
    the_owner_user,
    the_stood,
    the_subdistrict,
)
from tests.home.world import World
from xushi.units.models import User

SignIn = Callable[[User], Client]
ODD = ("²", "①", "9" * 13, "9" * 30, "9" * 5000)


@pytest.mark.parametrize("odd", ODD)
def test_odd_numbers_get_a_sentence(here: World, office_user: User, signed_in: SignIn, odd: str) -> None:
    client = signed_in(office_user)
    for name in ("territory", "unit", "leader", "chain", "size", "tag", "ceremony", "page"):
        answer = client.get("/projects/", {name: odd})
        assert answer.status_code == 400
        assert "不是编号" in answer.content.decode()
    for path in ("/progress/statistics/", "/registry/ceremonies/", "/progress/reports/"):
        assert client.get(path, {"territory": odd, "year": odd, "page": odd}).status_code == 200


@pytest.mark.parametrize("odd", ODD)
def test_odd_choices_choose_nothing(here: World, office_user: User, signed_in: SignIn, odd: str) -> None:
    client = signed_in(office_user)
    for path, fields in (
        ("/projects/bulk", {"id": odd, "act": "watch"}),
        ("/projects/bulk", {"id": str(here.projects[0].pk), "act": f"export-{odd[:9]}"}),
        ("/progress/reports/accept", {"report": f"{odd}:{odd}"}),
        ("/progress/reports/remind", {"project": odd}),
        ("/progress/reports/carry", {"only": odd, "reason": "停工"}),
    ):
        assert client.post(path, fields).status_code == 302, path


def test_an_export_of_unknown_rows_is_empty_and_not_everything(
    here: World, office_user: User, signed_in: SignIn
) -> None:
    answer = signed_in(office_user).get("/projects/export.csv", {"id": "²"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2  # the heads, and who exported it


def test_the_first_and_the_last_month_have_a_page(here: World, office_user: User, signed_in: SignIn) -> None:
    """The list of a month does; what cannot be reported in it is said."""
    client, project = signed_in(office_user), here.projects[0].pk
    for month in ("1900-01", "2200-12"):
        assert client.get(f"/progress/reports/?month={month}").status_code == 200, month
        refused = client.get(f"/progress/report/{project}/{month}/")
        assert refused.status_code == 404, month
        assert "年" in refused.content.decode()


def test_a_nul_is_refused_before_anything_reads_it(here: World, office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    assert client.get("/search/", {"q": "浦\0口"}).status_code == 400
    assert client.post("/projects/views/save", {"name": "a\0b", "query": ""}).status_code == 400
