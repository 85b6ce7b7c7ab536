"""请求：这间房的页都要登录，请求里的人总是本院的人。"""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from xushi.units.models import User


class Request(HttpRequest):
    """A request that the middleware let through: its user is a person of the district."""

    user: "User"
