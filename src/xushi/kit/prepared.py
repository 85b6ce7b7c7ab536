"""PostgreSQL 把同样的一句话只读懂、只安排一次：记着的问法（kit/phrased.py）用备好的语句问。

Reading and planning such a sentence costs PostgreSQL as much as answering it. Only outside of a transaction: where a
sentence cannot be prepared, the refusal spoils nothing and it is asked as ever from then on.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
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
MOST_TAKEN_APART = 2000  # sentences kept by one process
_taken_apart: dict[Any, tuple[Any, ...]] = {}
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
    connection.ensure_connection()
    real: Any = connection.connection
    plainly, real.cursor_factory = real.cursor_factory, _cursor(real)
    try:
        return ask(tuple(map(_typed, params)))
    except (ProgrammingError, NotSupportedError, DataError):
        pass
    except OperationalError as problem:
        if getattr(problem.__cause__, "sqlstate", "") != UNKNOWN:
            raise
    finally:
        real.cursor_factory = plainly
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


def _cursor(real: Any) -> type[Any]:
    """The cursor that prepares what it is asked, on a connection that has been told after how many times."""
    if real.prepared_max != MOST:
        real.prepare_threshold, real.prepared_max = AFTER, MOST
    return _cursor_class()


@cache
def _cursor_class() -> type[Any]:
    from django.db.backends.postgresql.base import ServerBindingCursor
    from psycopg._queries import PostgresQuery

    class Kept(PostgresQuery):  # tests/kit/test_prepared.py holds the driver to what is used of it here
        """The words as PostgreSQL takes them, made once.

        The driver keeps the last 128 sentences, and of four kilobytes at most: of ours it takes most apart each time.
        """

        __slots__ = ()

        def convert(self, query: Any, vars: Any) -> None:  # noqa: A002 - the driver's name
            known = _taken_apart.get(query) if vars is not None else None
            if known is None:
                super().convert(query, vars)
                if vars is None:  # nothing to put in: taken as it is
                    return
                if len(_taken_apart) >= MOST_TAKEN_APART:
                    _taken_apart.clear()
                _taken_apart[query] = (self.query, self._want_formats, self._order, self._parts)
            else:
                self.query, self._want_formats, self._order, self._parts = known
                self.dump(vars)

    class Cursor(ServerBindingCursor):
        _query_cls = Kept

    return Cursor
