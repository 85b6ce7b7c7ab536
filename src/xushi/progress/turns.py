"""谁先谁后：报、审、退、沿用同一个月的可以有许多人同时做，关这个月的账要等他们做完，关的时候他们等着。

On PostgreSQL a lock by the number of the month, held until the transaction ends; through a pool of transactions too.
SQLite writes one transaction after another anyway.
"""

from collections.abc import Iterable

from django.db import connection

from xushi.core.months import Month

_MONTHS = 2018_12  # among advisory locks: those whose second number is a month's key


def report_beside_others(months: Iterable[Month]) -> None:
    """Nobody closes one of these months until this transaction is done; taken before any row is locked."""
    _take("pg_advisory_xact_lock_shared", months)


def close_alone(month: Month) -> None:
    """Once whoever is reporting for the month is done; who comes after this sees it closed."""
    _take("pg_advisory_xact_lock", [month])


def _take(lock: str, months: Iterable[Month]) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for key in sorted({month.key for month in months}):
            cursor.execute(f"SELECT {lock}(%s, %s)", [_MONTHS, key])
