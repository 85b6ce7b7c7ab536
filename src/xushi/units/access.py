"""谁在问：登录了的人，带着类型。"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from xushi.units.models import User


def person(request: HttpRequest) -> User:
    """The signed-in person of a request; PermissionDenied where nobody is (the middleware lets none through)."""
    if not isinstance(request.user, User):
        raise PermissionDenied("请先登录。")
    return request.user
