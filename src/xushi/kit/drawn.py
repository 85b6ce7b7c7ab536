"""画好的行：同样的内容画出来一个字不差，清单里画过的行不再画第二次。

记的只有画法本身：从一个不可变的值画出来，别的（人、时刻、请求）一概拿不到。值变了就另画，所以不会旧。
"""

from collections.abc import Callable, Hashable
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

T = TypeVar("T")
MOST = 16_000  # pieces kept by one process, some four kilobytes each
_pieces: dict[Hashable, Any] = {}


def alike(what: Hashable, make: Callable[[], T]) -> T:
    """make(), which is made of nothing but `what`.

    Two of `what` must be equal only where they are drawn alike. "<b>" equals the safe "<b>" and 1 equals 1.0: so words
    of people stand in it as plain text, in places where no markup of ours stands, and numbers are of one type in one
    place.
    """
    found: T | None = _pieces.get(what)
    if found is None:
        found = make()
        if not settings.DEBUG:  # there templates change under a running process
            _keep(what, found)
    return found


def _keep(what: Hashable, found: Any) -> None:
    """Keep it; where there are too many, the oldest tenth goes, for the others will be wanted again."""
    if len(_pieces) >= MOST:
        for old in list(islice(_pieces, MOST // 10 + 1)):
            _pieces.pop(old, None)
    _pieces[what] = found


def drawn(template: str, line: Hashable) -> SafeString:
    """The template with `line` as all it knows."""
    return alike((template, line), lambda: draw(template, line))


def draw(template: str, line: Any) -> SafeString:
    return mark_safe(get_template(template).render({"line": line}))  # noqa: S308 - escaped by the template


def forget() -> None:
    _pieces.clear()
