"""问法记着，答案每次从库里来：同样的一问，SQL 只拼一次。拼一句常比库里答它还贵。"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Model, QuerySet

MOST = 5000  # questions kept by one process, some kilobytes each


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a question, and the table it is put to; no words where it asks of nothing at all."""

    model: type[Model]
    sql: str
    params: tuple[Any, ...]


_phrases: dict[Hashable, Phrase] = {}


def rows(key: Hashable, build: Callable[[], "QuerySet[Any]"]) -> list[tuple[Any, ...]]:
    """The rows of build(), a values_list of whole numbers and texts, as the database says now.

    key says all that the words are made of: what is asked, for whom (units.policy.sight), on which day. What stands
    only in the database may change without it.
    """
    phrase = _phrases.get(key)
    if phrase is None:
        if len(_phrases) >= MOST:
            _phrases.clear()
        phrase = _phrases[key] = _phrase(build())
    if not phrase.sql:
        return []
    with connections[router.db_for_read(phrase.model)].cursor() as cursor:
        cursor.execute(phrase.sql, phrase.params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _phrase(queryset: "QuerySet[Any]") -> Phrase:
    try:
        sql, params = queryset.query.get_compiler(queryset.db).as_sql()
    except EmptyResultSet:
        return Phrase(queryset.model, "", ())
    return Phrase(queryset.model, sql, tuple(params))


def forget() -> None:
    _phrases.clear()
