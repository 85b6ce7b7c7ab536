"""接口地址下的出错，不管在哪一层出的，都是接口的样子：code、sentence、field、how。"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

BELOW = "/api/v1/"
ANSWERED = ("application/json", "application/x-ndjson")
KEPT = ("Allow", "Retry-After")
_SAID = {
    400: ("unreadable", "这个请求看不懂。", "地址和各项里不能有空字符；写法见 /api/v1/openapi.json。"),
    413: (
        "too_large",
        "请求正文太大，这次没有写入。",
        "请分批：每批少几行，各用一个去重号；原样再发还是不收。",
    ),
    405: ("wrong_method", "这个地址不认这种请求方法。", "认哪几种，见答复的 Allow 头。"),
    503: ("unavailable", "现在办不了，这次没有写入。", "按 Retry-After 等一等，用同一个去重号再试。"),
}
_OTHERS = ("refused", "没有办成，这次没有写入。", "各项的写法见 /api/v1/openapi.json。")


class InOneShape:
    """What a middleware or Django itself refuses before the interface is reached is told as the interface tells it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(BELOW) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(ANSWERED):
            return response
        status = 413 if response.status_code == 400 and _is_too_large(request) else response.status_code
        code, sentence, how = _SAID.get(status, _OTHERS)
        told = JsonResponse(
            {"code": code, "sentence": sentence, "field": "", "how": how, "rows": []},
            status=status, json_dumps_params={"ensure_ascii": False},
        )  # fmt: skip
        for name in KEPT:
            if name in response.headers:
                told.headers[name] = response.headers[name]
        return told


def _is_too_large(request: HttpRequest) -> bool:
    """Django answers a body that it will not hold with a plain 400."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
