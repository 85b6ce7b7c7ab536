"""问题事项的模板标签：期限的图形。"""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from xushi.kit.templatetags.kit import mark
from xushi.problems.rules import PRESSING

register = template.Library()
SHAPES = {"overdue": "overdue", "soon": "due_soon", "office": "disputed", "waiting": "pending"}


@register.simple_tag
@lru_cache(maxsize=32)
def pressing(name: str, quiet: bool = False) -> SafeString:
    """The shape of a deadline: octagon, triangle, dot, diamond, ring; named unless its word stands beside it."""
    word = "" if quiet else PRESSING.get(name, "")
    if name == "fine":
        named = f'role="img" aria-label="{word}"' if word else 'aria-hidden="true"'
        return SafeString(f'<i class="problem-dot" {named}></i>')
    return mark(SHAPES[name], 14, word) if name in SHAPES else SafeString("")
