"""连着的数据库还在不在：刚用过、那头也没有话来的，就是在，不必每页先问一声。

A PostgreSQL that ends a connection, is stopped or killed says so on the socket, or the system does for it: there is
something to be read where nobody has asked. Where the socket is quiet and was used a moment ago Django's own question,
a way there and back before every page, finds out nothing. Of what has been idle for longer it is asked as ever.
"""

import select
import time
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TRUSTED = 10.0  # seconds since the last page
_used: WeakKeyDictionary[BaseDatabaseWrapper, float] = WeakKeyDictionary()


def trust_the_quiet() -> None:
    """Before a page: the connections of this thread that need not be asked whether they live."""
    now = time.monotonic()
    for one in connections.all(initialized_only=True):
        if one.vendor == "postgresql" and now - _used.get(one, -TRUSTED) < TRUSTED and _is_quiet(one):
            one.health_check_done = True  # type: ignore[attr-defined] # Django's stubs leave it out


def note_use() -> None:
    """After a page: what of this thread is connected still has just been used."""
    now = time.monotonic()
    for one in connections.all(initialized_only=True):
        if one.vendor == "postgresql" and one.connection is not None:
            _used[one] = now


def _is_quiet(one: BaseDatabaseWrapper) -> bool:
    real = one.connection
    if real is None or real.closed or one.errors_occurred:
        return False
    socket = select.poll()  # select takes no handle above 1,023
    socket.register(real.fileno(), select.POLLIN)
    return not socket.poll(0)
