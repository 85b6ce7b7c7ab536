"""页面的入口：一页从头到尾在一条线程里做完，不在中途回事件循环。"""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PagesHandler(ASGIHandler):
    """Django's own, with every middleware and view called as under WSGI: all of ours are synchronous.

    Left to itself Django goes into a thread for the middleware, back to the event loop to find the view and into the
    thread again to call it: four switches of thread and two milliseconds for each page.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase = await sync_to_async(super().get_response)(request)
        return answer
