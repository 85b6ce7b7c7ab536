"""ASGI 入口：实时通道站在 Django 前面（Django 自己会给每个长连接占一条线程），其余都归 Django。"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
django.setup(set_prefix=False)

from xushi.config.doors import porter  # noqa: E402 - models are there only from here on
from xushi.config.pages import PagesHandler  # noqa: E402
from xushi.config.rooms import load_all  # noqa: E402
from xushi.config.threads import Threads  # noqa: E402
from xushi.notices.views_live import live  # noqa: E402
from xushi.sites.live.proxy import video  # noqa: E402

Send = Callable[[Any], Awaitable[None]]
threads = Threads(nobody_waits=porter.nobody_waits)
porter.waiting = threads.waiting
pages = PagesHandler(threads)
load_all()


async def application(scope: Any, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
    """/live/… is streams, all else pages."""
    porter.came()
    if scope["type"] == "http" and scope["path"].startswith("/live/video/"):
        await video(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/live/"):
        await live(scope, receive, send)
    else:
        await pages(scope, receive, send)
