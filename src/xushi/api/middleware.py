"""接口地址下的出错，不管在哪一层出的，都是接口的样子：code、sentence、field、how。"""

from collections.abc import Callable

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

BELOW = "/api/v1/"
ANSWERED = ("application/json", "application/x-ndjson")
KEPT = ("Allow", "Retry-After")
_SAID = {
    400: ("unreadable", "这个请求看不懂。", "地址和各项里不能有空字符；写法见 /api/v1/openapi.json。"),
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
        code, sentence, how = _SAID.get(response.status_code, _OTHERS)
        told = JsonResponse(
            {"code": code, "sentence": sentence, "field": "", "how": how, "rows": []},
            status=response.status_code, json_dumps_params={"ensure_ascii": False},
        )  # fmt: skip
        for name in KEPT:
            if name in response.headers:
                told.headers[name] = response.headers[name]
        return told
