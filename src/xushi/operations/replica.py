"""只读副本：读一页去哪个库。写、登录、身份只在主库；自己刚写过的、副本落后的、断了的，读也回主库。

What a page reads comes from one of the two, decided when it is asked for. A page that turns out to write while it
reads from the replica is asked for again from its beginning on the primary: no write rests on what the replica knew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Model

from xushi.operations.replica_lag import ALIAS

PRIMARY = "default"
# 这些表只读主库：登录与身份（换岗、停用下一次请求就要见效），以及运维自己的
PRIMARY_APPS = frozenset({"sessions", "auth", "contenttypes", "axes", "units", "operations"})
# 这些房间的页只读主库：账号与运维；接口的调用方没有地方记住自己写到了哪里
PRIMARY_ROOMS = frozenset({"", "kit", "units", "operations", "api"})
SAFE = frozenset({"GET", "HEAD"})


class WantsPrimaryError(BaseException):
    """The page wrote or opened a transaction. Not an Exception: no `except Exception` of a view is to swallow it."""


@dataclass(slots=True)
class Asked:
    """One page being answered; source is the database that it reads."""

    source: str
    wrote: bool = False


_asked: ContextVar[Asked | None] = ContextVar("asked_of_replica", default=None)


def is_reading(method: str | None, room: str, *, by_itself: bool) -> bool:
    """Whether a request is a reading page. by_itself: a page fetched anew because something has just been written."""
    return method in SAFE and room not in PRIMARY_ROOMS and not by_itself


@contextmanager
def asked_of(source: str) -> Iterator[Asked]:
    """Within, this page reads from source."""
    asked = Asked(source)
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


class Router:
    """Where Django reads and writes each model."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        asked = _asked.get()
        if asked is None or asked.source == PRIMARY or model._meta.app_label in PRIMARY_APPS:
            return PRIMARY
        if connections[PRIMARY].in_atomic_block:
            raise WantsPrimaryError
        return ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        asked = _asked.get()
        if asked is not None:
            if asked.source == ALIAS:
                raise WantsPrimaryError
            asked.wrote = True
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True  # both are the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == PRIMARY
