"""项目在不在本人的视野里：看不到的只写名字，不给打不开的链接。"""

from typing import Any

from django import template

from xushi.registry.models import Project

register = template.Library()


@register.simple_tag(takes_context=True)
def sees_project(context: dict[str, Any], pk: int | None) -> bool:
    """Whether the page of this project opens for who reads; one query, none where there is no project."""
    request = context.get("request")
    if pk is None or request is None or not request.user.is_authenticated:
        return False
    return Project.objects.visible_to(request.user).filter(pk=pk).exists()
