"""一步一步办的反应：每一步自己一个事务，步与步之间续上认领、让一让别人。

For reactions over everything there is, which may run twice: in one transaction they would keep a province's other
writers from SQLite for minutes, and outlast their claim.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_between: ContextVar[Callable[[], None] | None] = ContextVar("between", default=None)


@contextmanager
def taken(between: Callable[[], None]) -> Iterator[None]:
    """Within, between() is called after every step; what it raises ends the work there."""
    token = _between.set(between)
    try:
        yield
    finally:
        _between.reset(token)


def step() -> None:
    """A step is done, and what it wrote is committed; nothing where nobody works by steps."""
    if between := _between.get():
        between()
