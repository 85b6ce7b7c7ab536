"""读页去副本：记住一个人写到了哪里，读时看副本放到那里没有；副本出错就整页改读主库。"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xushi.kit import once
from xushi.operations import metrics, replica, replica_lag
from xushi.operations.replica import PRIMARY, WantsPrimaryError
from xushi.operations.replica_lag import ALIAS
from xushi.units.middleware import BACKGROUND

MARK = "xushi-written"  # cookie: how far the log was after the person's last write, in hexadecimal
MARK_SECONDS = 60  # longer than any lag that is borne
UNKNOWN = (1 << 63) - 1  # not reached by any log: the primary, until the mark is forgotten
View = Callable[..., HttpResponseBase]


class FromReplica:
    """Last of all: what stands before it (session, login, rights) has been read from the primary."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not replica_lag.configured():
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._writing: set[View] = set()  # views found to write where they were asked to read

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method not in replica.SAFE or getattr(request, "wrote", False):
            response.set_cookie(
                MARK, f"{_written():x}", max_age=MARK_SECONDS, httponly=True, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponseBase:
        source = self._source(request, view)
        if source == ALIAS:
            try:
                with replica.asked_of(ALIAS):
                    return _told(view(request, *args, **kwargs), ALIAS)
            except WantsPrimaryError:
                self._writing.add(view)
            except (OperationalError, InterfaceError, InternalError):
                replica_lag.gauge.failed()
        once.start_anew()
        with replica.asked_of(PRIMARY) as asked:
            try:
                return _told(view(request, *args, **kwargs), PRIMARY)
            finally:
                request.wrote = asked.wrote  # type: ignore[attr-defined]

    def _source(self, request: HttpRequest, view: View) -> str:
        rooms = request.resolver_match.namespaces if request.resolver_match else []
        room = rooms[0] if rooms else ""
        by_itself = BACKGROUND in request.headers
        if not replica.is_reading(request.method, room, by_itself=by_itself) or view in self._writing:
            return PRIMARY
        if connections[PRIMARY].in_atomic_block:
            return PRIMARY
        mark = _mark(request.COOKIES.get(MARK, ""))
        return ALIAS if replica_lag.gauge.holds(mark, settings.XUSHI_REPLICA_LAG) else PRIMARY


def _mark(written: str) -> int:
    """0 where there is none; what is no position counts as one never reached."""
    try:
        return int(written or "0", 16)
    except ValueError:
        return UNKNOWN


def _written() -> int:
    try:
        return replica_lag.written_to()[1]
    except (DatabaseError, InterfaceError):
        return UNKNOWN


def _told(response: HttpResponseBase, source: str) -> HttpResponseBase:
    """Say which database it was: in the metrics, and in a header that browsers show."""
    words = "primary" if source == PRIMARY else "replica"
    metrics.read_from(words)
    response.headers["Server-Timing"] = f'db;desc="{words}"'
    return response
