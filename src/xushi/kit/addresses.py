"""页的地址：一个进程里不变，找过的就记着；表单写的“办完回哪里”，只认自己的。"""

from functools import lru_cache

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

MOST = 50_000


@lru_cache(MOST, typed=True)
def address_of(name: str, *args: int | str) -> str:
    """reverse(name, args=args), or NoReverseMatch, which is looked for again the next time."""
    return reverse(name, args=args)


def own_path(wanted: str) -> str:
    """wanted where it is a path of this installation, else "": of another host, or words that are no address."""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else ""
