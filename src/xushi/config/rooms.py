"""网址按房间装：问到哪间的网址才装哪间的页面；开服务的进程一开始就都装好。"""

import gc
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from xushi.journal.actions import load_reactions
from xushi.kit.late import Page


class Room(URLResolver):
    """A room's addresses. Its module, and with it every page of the room, is loaded when one of them is asked for: a
    command that prints a few addresses does not load all pages."""

    def _populate(self) -> None:
        """The whole conf asks each part for the names in it before it makes its first address; of a room, which has a
        namespace, it needs none but that."""
        whole: Any = get_resolver()
        if not getattr(whole._local, "populating", False):
            super()._populate()


def room(route: str, name: str, module: str = "") -> Room:
    """The addresses of xushi.<name>.urls, or of another module, under a route; the name is their namespace."""
    pattern = RoutePattern(route, is_endpoint=False)
    return Room(pattern, module or f"xushi.{name}.urls", app_name=name, namespace=name)


def load_all() -> None:
    """Load every page and all reactions: whoever serves does so before the first asks, and what is loaded stays out of
    the collector's way."""
    load_reactions()
    for page in addresses(get_resolver()):
        if isinstance(page.callback, Page):
            page.callback.view()
    gc.freeze()


def addresses(conf: URLResolver) -> Iterator[URLPattern]:
    for one in conf.url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one)
        else:
            yield one
