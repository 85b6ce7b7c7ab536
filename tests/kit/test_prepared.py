"""备好的语句：答案同没备一样；备不了的照旧问；事务里、连接池后面不备。"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet

from tests.factories import UnitFactory
from xushi.kit import phrased, prepared
from xushi.kit.phrased import Key, ask
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="只有 PostgreSQL 备语句")


@pytest.fixture(autouse=True)
def nothing_prepared() -> Iterator[None]:
    phrased.forget()
    connection.close()
    yield
    prepared._never.clear()


def held() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [words for (words,) in cursor.fetchall()]


def under(unit: int) -> "QuerySet[Unit]":
    return Unit.objects.filter(parent=unit).order_by("pk")


def asked(sql: str, *params: Any) -> Any:
    def ask(given: tuple[Any, ...]) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchone()[0]

    return [prepared.asked(connection, sql, params, ask) for _ in range(3)]


def test_other_numbers_get_their_own_answers_however_often_it_is_asked() -> None:
    tops = [UnitFactory() for _ in range(3)]
    below = {top.pk: [UnitFactory(parent=top) for _ in range(2)] for top in tops}
    for _ in range(4):
        for top in tops:
            assert ask(under, Key(top.pk)) == below[top.pk]
    more = UnitFactory(parent=tops[0])
    assert ask(under, Key(tops[0].pk)) == [*below[tops[0].pk], more]


@on_postgresql
def test_a_sentence_is_prepared_the_second_time() -> None:
    top = UnitFactory()
    for times in range(3):
        ask(under, Key(top.pk))
        assert len(held()) == (1 if times else 0)


@on_postgresql
def test_nothing_is_prepared_within_a_transaction() -> None:
    top = UnitFactory()
    with transaction.atomic():
        for _ in range(3):
            ask(under, Key(top.pk))
        assert held() == []


@on_postgresql
def test_nothing_is_prepared_behind_a_pool_of_transactions(settings: Any) -> None:
    settings.XUSHI_PGBOUNCER = True
    top = UnitFactory()
    for _ in range(3):
        ask(under, Key(top.pk))
    assert held() == []


@on_postgresql
def test_what_cannot_be_prepared_is_asked_as_ever() -> None:
    assert asked("SELECT %s IS NULL", None) == [True] * 3
    assert held() == []
    assert ask(under, Key(UnitFactory().pk)) == [], "the connection is none the worse"


@on_postgresql
def test_what_somebody_between_us_has_thrown_away_is_asked_as_ever() -> None:
    """A pool hands the next sentence to a connection that knows nothing of the one before."""
    top = UnitFactory()
    assert [ask(under, Key(top.pk)) for _ in range(2)] == [[], []]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL /* unseen by the driver */; SELECT 1")
    assert ask(under, Key(top.pk)) == []


@pytest.mark.parametrize(
    ("sql", "params", "answer"),
    [
        ("SELECT %s + %s = 0.3", (0.1, 0.2), True),  # decimal, as written
        ("SELECT ('[7, 8]'::jsonb ->> %s)", (1,), "8"),  # an index has four bytes
        ("SELECT %s / 2", (7,), 3),
        ("SELECT %s * 3", (3_000_000_000,), 9_000_000_000),
        ("SELECT pg_typeof(%s)::text", (1,), "integer"),
        ("SELECT %s AND true", (True,), True),
        ("SELECT %s || '条'", ("三",), "三条"),
    ],
)
@on_postgresql
def test_what_is_given_is_read_as_if_it_were_written(sql: str, params: Any, answer: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.fetchone()[0] == answer
    assert asked(sql, *params) == [answer] * 3


@on_postgresql
def test_a_sentence_of_any_length_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from psycopg._queries import PostgresQuery

    taken_apart: list[Any] = []
    plainly = PostgresQuery.convert

    def convert(query: Any, words: Any, given: Any) -> None:
        taken_apart.append(words)
        plainly(query, words, given)

    monkeypatch.setattr(PostgresQuery, "convert", convert)
    prepared._taken_apart.clear()
    long = f"SELECT /* {'长' * 3000} */ %s + %s, '%%' /* {'长' * 3000} */"
    assert [asked(long, 1, number)[0] for number in range(60)] == list(range(1, 61))
    assert taken_apart.count(long) == 1


def test_no_other_sentence_of_the_connection_is_asked_so() -> None:
    plainly = type(connection.cursor().cursor)
    ask(under, Key(UnitFactory().pk))
    assert type(connection.cursor().cursor) is plainly
    assert Unit.objects.filter(pk=F("pk")).count() == 1
