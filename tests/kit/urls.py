"""Only the kit's own addresses: its pages must stand without the other rooms."""

from django.core.exceptions import PermissionDenied
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


def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("kit/", include("xushi.kit.urls")),
    path("refused", refused),
    path("crash", crash),
    path("form", form),
]
