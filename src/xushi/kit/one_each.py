"""一人一份的（草稿、存下的视图）：有就改，没有就写；别处正好把它交了、清了，就再写一份。"""

from typing import Any, TypeVar

from django.db import IntegrityError
from django.db.models import Manager, Model

Row = TypeVar("Row", bound=Model)
TRIES = 5


def keep_one(rows: "Manager[Row]", *, values: dict[str, Any], **key: Any) -> tuple[Row, bool]:
    """update_or_create, for rows that come and go: the row of this key, and whether it is new.

    Two writers of one key: the second waits for the first's row, is told it exists, and finds none if it was sent or
    dropped in between. To the writer there simply is no draft yet, so they write again.
    """
    for _ in range(TRIES - 1):
        try:
            return rows.update_or_create(**key, defaults=values)
        except IntegrityError:
            continue
    return rows.update_or_create(**key, defaults=values)
