"""Only the kit's own addresses: its pages must stand without the other rooms."""

import errno

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

handler400 = "xushi.kit.views.bad_request"
handler403 = "xushi.kit.views.forbidden"
handler404 = "xushi.kit.views.not_found"
handler500 = "xushi.kit.views.broken"


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("只有区重大办能关账。")


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("server closed the connection unexpectedly")


def closed(request: HttpRequest) -> HttpResponse:
    raise InterfaceError("connection already closed")


def lost_within(request: HttpRequest) -> HttpResponse:
    """As Django complains where the connection went in the middle of a transaction."""
    try:
        away(request)
    except OperationalError:
        raise ProgrammingError("Cannot open a new connection in an atomic block.")  # noqa: B904 - as it does


def of_ours(request: HttpRequest) -> HttpResponse:
    raise ProgrammingError('column "nothing" does not exist')


def full(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "No space left on device")


def full_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database or disk is full")


def session_lost(request: HttpRequest) -> HttpResponse:
    try:
        raise OperationalError("database or disk is full")
    except OperationalError:
        raise SessionInterrupted("deleted before the request completed")  # noqa: B904 - as Django does


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("kit/", include("xushi.kit.urls")),
    path("refused", refused),
    path("crash", crash),
    path("away", away),
    path("closed", closed),
    path("lost-within", lost_within),
    path("of-ours", of_ours),
    path("full", full),
    path("full-database", full_database),
    path("session-lost", session_lost),
    path("form", form),
]
