"""一页里同一个问题只问一次：只读的页从头到尾说一个时刻的话；会写的、后台的，一概照问。"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")
R = TypeVar("R")
READING = ("GET", "HEAD")
_answers: ContextVar[dict[Any, Any] | None] = ContextVar("answers", default=None)


class OncePerPage:
    """Innermost but for what sends a page to the replica: the answers live as long as one page is being made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in READING:
            return self.get_response(request)
        with one_reading():
            return self.get_response(request)


@contextmanager
def one_reading() -> Iterator[None]:
    """Within this block nothing is written, and what is asked twice is asked once.

    A block within another is part of it.
    """
    if _answers.get() is not None:
        yield
        return
    mark = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(mark)


def once(question: Callable[P, R]) -> Callable[P, R]:
    """Within one reading the same arguments have the same answer; its callers share it and leave it as it is."""

    @wraps(question)
    def asked(*args: P.args, **named: P.kwargs) -> R:
        answers = _answers.get()
        if answers is None:
            return question(*args, **named)
        key = (question, args, tuple(named.items()))
        if key not in answers:
            answers[key] = question(*args, **named)
        answer: R = answers[key]
        return answer

    return asked


def reading() -> bool:
    """Whether more will be asked of the same moment, so that an answer to more than this question will be of use."""
    return _answers.get() is not None


def start_anew() -> None:
    """The page is made again from another database: what the first one said is forgotten."""
    if _answers.get() is not None:
        _answers.set({})
