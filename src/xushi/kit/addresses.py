"""页的地址：一个进程里不变，找过的就记着。"""

from functools import lru_cache

from django.urls import reverse

MOST = 50_000


@lru_cache(MOST, typed=True)
def address_of(name: str, *args: int | str) -> str:
    """reverse(name, args=args), or NoReverseMatch, which is looked for again the next time."""
    return reverse(name, args=args)
