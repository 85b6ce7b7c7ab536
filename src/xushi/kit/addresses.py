"""没有参数的页的地址：一个进程里不变，找一次就记着。"""

from functools import cache

from django.urls import reverse


@cache
def address_of(name: str) -> str:
    """reverse(name), or NoReverseMatch, which is looked for again the next time."""
    return reverse(name)
