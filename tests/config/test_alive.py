"""刚用过的连接不再先问在不在；被那头断了的看得出来，照旧重连；闲久了的照旧问。"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections

from xushi.config import alive

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="只有 PostgreSQL 的连接要问在不在"),
]


@pytest.fixture(autouse=True)
def questions(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Each time that Django asks a connection whether it lives."""
    asked: list[str] = []
    here = type(connections["default"])
    plainly = here.is_usable

    def is_usable(one: Any) -> bool:
        asked.append(one.alias)
        return bool(plainly(one))

    monkeypatch.setattr(here, "is_usable", is_usable)
    monkeypatch.setitem(connection.settings_dict, "CONN_HEALTH_CHECKS", True)
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 600)
    connection.close()
    yield asked
    connection.close()


def page() -> int:
    close_old_connections()
    alive.trust_the_quiet()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    close_old_connections()
    alive.note_use()
    return int(pid)


def test_page_after_page_nobody_asks_whether_the_connection_lives(questions: list[str]) -> None:
    assert len({page() for _ in range(5)}) == 1
    assert questions == []


def test_a_connection_ended_by_the_other_side_is_noticed_and_made_anew(questions: list[str]) -> None:
    first = page()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    finally:
        other.close()
    assert page() != first
    assert questions == ["default"]


def test_what_has_been_idle_is_asked(questions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    first = page()
    monkeypatch.setattr(alive, "TRUSTED", 0.0)
    assert page() == first
    assert questions == ["default"]
