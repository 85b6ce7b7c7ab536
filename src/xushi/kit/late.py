"""页面用到才装：写网址的只要页面的名字，头一次有人来才装它的模块。"""

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase


class Page:
    """A view by its name. Its module is loaded when it is first called, or asked how it wants to be called (csrf_exempt,
    login_required); making its address loads nothing."""

    def __init__(self, module: str, name: str) -> None:
        self.__module__ = module
        self.__name__ = self.__qualname__ = name

    def view(self) -> Any:
        return getattr(import_module(self.__module__), self.__name__)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = self.view()(request, *args, **kwargs)
        return answer

    def __getattr__(self, name: str) -> Any:
        if name == "view_class":  # what Django asks when it makes addresses; our views are functions
            raise AttributeError(name)
        return getattr(self.view(), name)


class Pages:
    """A module of views that is not loaded yet: pages.home is its view home, loaded later."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Page:
        return Page(self._module, name)


def pages(room: str, *modules: str) -> tuple[Pages, ...]:
    """Modules of a room's views, in the order they are named."""
    return tuple(Pages(f"{room}.{module}") for module in modules)
