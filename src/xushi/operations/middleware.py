"""看着每一次请求：给它编号，量它多久。"""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xushi.operations import asked, metrics


class Watched:
    """X-Request-ID in and out; the time and the status go to the metrics by the name of the route, never by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.asked = asked.begin(request.headers.get("X-Request-ID", ""))  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.asked  # type: ignore[attr-defined]
        match = request.resolver_match
        metrics.answered(
            match.view_name if match else "",
            request.method or "",
            response.status_code,
            time.perf_counter() - began,
        )
        return response
