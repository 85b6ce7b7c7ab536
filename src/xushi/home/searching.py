"""查找：项目和单位，按字、全拼、首字母。"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.core.text import name_key, search_text
from xushi.registry.models import Project
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

AT_MOST = 20


@dataclass(slots=True)
class Found:
    """What the words bring up; more says that there are further projects."""

    projects: list[dict[str, Any]] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    more: bool = False
    only: int | None = None


def search(user: "User", words: str) -> Found:
    """Up to twenty of each; only is the one project whose whole name was typed."""
    tokens = [name_key(word) for word in words.split() if name_key(word)]
    if not tokens:
        return Found()
    condition = Q()
    for token in tokens:
        condition &= Q(search_text__contains=token) | Q(code__iexact=token)
    visible = Project.objects.visible_to(user).filter(condition, removed_on=None)
    columns = (
        "pk",
        "name",
        "name_key",
        "difficulty",
        "category__name",
        "territory__name",
        "territory__short_name",
    )
    projects = list(visible.order_by("-total_investment", "pk").values(*columns)[: AT_MOST + 1])
    exact = [row["pk"] for row in projects if row["name_key"] == name_key(words)]
    return Found(
        projects=projects[:AT_MOST],
        units=_units(tokens),
        more=len(projects) > AT_MOST,
        only=exact[0] if len(exact) == 1 else None,
    )


def _units(tokens: list[str]) -> list[Unit]:
    """Units that answer for projects; enterprises are found through their projects."""
    answering = Unit.objects.exclude(kind__in=(Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT))
    found = [
        unit
        for unit in answering.filter(dissolved_on=None)
        if all(token in spelled(unit.name, unit.short_name) for token in tokens)
    ]
    return found[:AT_MOST]


@lru_cache(maxsize=2000)
def spelled(name: str, short_name: str) -> str:
    """What a unit can be found by."""
    return search_text(name, short_name)
