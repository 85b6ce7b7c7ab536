"""管摄像头要读的：清单，和可以加摄像头的项目。"""

from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator

from xushi.registry.models import Project
from xushi.sites.models import Camera

if TYPE_CHECKING:
    from xushi.units.models import User

PER_PAGE = 50


def page_of(user: "User", words: str, number: int) -> Page:
    """All cameras, those in use first."""
    rows = Camera.objects.visible_to(user).select_related("project__territory", "health")
    for word in words.split():
        rows = rows.filter(project__search_text__contains=word.casefold())
    return Paginator(rows.order_by("-active", "pk"), PER_PAGE).get_page(number)


def projects_to_add(user: "User", words: str, most: int = 12) -> list[Project]:
    """Projects with a name like the words, that still stand in the registry."""
    seen = Project.objects.visible_to(user).filter(removed_on=None)
    for word in words.split():
        seen = seen.filter(search_text__contains=word.casefold())
    return list(seen.select_related("territory").order_by("name")[:most])
