"""一个项目改没改：改前改后各照一张相，逐项比；日志记的就是这个差。"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from xushi.core.months import Month
from xushi.journal.models import Changes
from xushi.registry.checking import among
from xushi.registry.models import Project
from xushi.registry.rules import ProjectInput

COPIED = (
    "code",
    "kind",
    "responsible_person",
    "leader",
    "owner_kind",
    "content",
    "scale",
    "address",
    "longitude",
    "latitude",
    "permit_on",
    "started_on",
    "statistics_entered_on",
    "planned_completion_on",
    "completed_on",
    "accepted_on",
    "production_on",
    "capacity_on",
    "difficulty",
    "total_investment",
    "territory",
    "responsible_unit",
    "owner_unit",
)
FOREIGN = {"leader", "territory", "responsible_unit", "owner_unit"}
COLUMN_OF = {name: f"{name}_id" if name in FOREIGN else name for name in COPIED}


def tags_of(projects: Iterable[int]) -> dict[int, set[str]]:
    held: dict[int, set[str]] = {pk: set() for pk in projects}
    through = Project.tags.through._default_manager.values_list("project_id", "tag__name")
    for pk, tag in among(through, "project_id", held):
        held[pk].add(tag)
    return held


def retagged(tags: set[str], row: ProjectInput) -> Changes:
    return (
        {} if tags == set(row.tags) else {"tags": ["、".join(sorted(tags)), "、".join(sorted({*row.tags}))]}
    )


def picture(project: Project) -> dict[str, Any]:
    names = ["name", "category_id", "chain_id", *(f"{n}_id" if n in FOREIGN else n for n in COPIED)]
    return {name: _plain(getattr(project, name)) for name in names}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (date, Decimal, Month)) else value


def differences(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
