"""PostgreSQL 把同样的一句话只读懂、只安排一次：记着的问法（kit/phrased.py）用备好的语句问。

Reading and planning such a sentence costs PostgreSQL as much as answering it. Only outside of a transaction: where a
sentence cannot be prepared, the refusal spoils nothing and it is asked as ever from then on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.conf import settings
from django.db import DataError, NotSupportedError, OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper

R = TypeVar("R")
AFTER = 1  # times a sentence is asked before it is prepared; PostgreSQL then plans it five times with what was given
MOST = 400  # sentences prepared in one connection, some ten kilobytes each
# what can be given beside the sentence with the type that it would have as part of it
_SURE = (str, int, float, Decimal, date, type(None))
UNKNOWN = "26000"  # no such prepared sentence: a pool that nobody told us of stands between
_never: set[str] = set()  # what PostgreSQL would not prepare


def asked(
    connection: BaseDatabaseWrapper,
    sql: str,
    params: tuple[Any, ...],
    ask: Callable[[tuple[Any, ...]], R],
) -> R:
    """ask(params), which puts these words to the database and reads the whole answer; prepared where that can be."""
    if not _can_be(connection, sql, params):
        return ask(params)
    try:
        with _prepared(connection):
            return ask(tuple(map(_typed, params)))
    except (ProgrammingError, NotSupportedError, DataError):
        pass
    except OperationalError as problem:
        if getattr(problem.__cause__, "sqlstate", "") != UNKNOWN:
            raise
    _never.add(sql)
    return ask(params)


def _can_be(connection: BaseDatabaseWrapper, sql: str, params: tuple[Any, ...]) -> bool:
    return (
        connection.vendor == "postgresql"
        and not settings.XUSHI_PGBOUNCER  # its pool of transactions hands the sentence to another connection
        and not connection.in_atomic_block
        and sql not in _never
        and all(isinstance(one, _SURE) for one in params)
    )


def _typed(one: Any) -> Any:
    """As PostgreSQL reads the same digits where they stand in a sentence: an integer of four bytes if that is enough,
    and what has a point as numeric. The driver left to itself would take two bytes for some, and a binary fraction."""
    from psycopg.types.numeric import Int4, Int8

    if isinstance(one, bool):
        return one
    if isinstance(one, int):
        return Int4(one) if -(2**31) <= one < 2**31 else Int8(one)
    return Decimal(repr(one)) if isinstance(one, float) else one


@contextmanager
def _prepared(connection: BaseDatabaseWrapper) -> Iterator[None]:
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    real: Any = connection.connection
    plainly = real.cursor_factory
    real.cursor_factory, real.prepare_threshold, real.prepared_max = ServerBindingCursor, AFTER, MOST
    try:
        yield
    finally:
        real.cursor_factory = plainly
