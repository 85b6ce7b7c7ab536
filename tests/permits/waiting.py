"""造行：一版目录、几个项目、各步走到哪，只为算预计开工和排队的测试；不走动作。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.factories import NOW, UnitFactory
from tests.progress.builders import add_project
from xushi.permits.models import Catalogue, Permit, PermitStep, Prerequisite, Track
from xushi.registry.models import Project
from xushi.units.models import Unit

# 代号：名称、承诺几个工作日、前置、开工前要不要
LAND = {
    "filing": ("立项备案", 3, (), True),
    "environment": ("环评", 20, ("filing",), True),
    "relocation": ("征地拆迁", 30, ("filing",), True),
    "supply": ("土地供应", 20, ("relocation",), True),
    "construction": ("施工许可", 7, ("supply", "environment"), True),
    "acceptance": ("竣工验收", 15, ("construction",), False),
}


@dataclass
class Tracks:
    """A catalogue with its departments, and projects that follow it."""

    catalogue: Catalogue
    permits: dict[str, Permit]
    departments: dict[str, Unit]

    def step(self, project: Project, code: str, state: str = "planned", **fields: Any) -> PermitStep:
        return PermitStep.objects.create(project=project, permit=self.permits[code], state=state, **fields)

    def project(self, territory: Unit, name: str, steps: Mapping[str, Any], **fields: Any) -> Project:
        """steps: {code: state, or (state, {columns})}; what is not named is not needed."""
        made = add_project(territory, name, **fields)
        Track.objects.create(project=made, catalogue=self.catalogue, moved_at=NOW)
        for code, told in steps.items():
            state, columns = (told, {}) if isinstance(told, str) else told
            self.step(made, code, state, **columns)
        return made


def catalogue(
    district: Unit, rows: Mapping[str, tuple[str, int, Sequence[str], bool]] | None = None
) -> Tracks:
    """A published catalogue; 区国土分局 holds what has to do with land, 区行政审批局 the rest."""
    rows = rows or LAND
    held = Catalogue.objects.create(
        version=Catalogue.objects.count() + 90, name="浦口区前期手续", published_at=NOW
    )
    land = _unit(district, "区国土分局")
    other = _unit(district, "区行政审批局")
    permits = {
        code: Permit.objects.create(
            catalogue=held, code=code, name=name, stage=1, legal_days=days * 2, promised_days=days,
            needed_for_start=for_start, place=place, department=land if code in ("relocation", "supply") else other,
        )
        for place, (code, (name, days, _, for_start)) in enumerate(rows.items(), 1)
    }  # fmt: skip
    for code, (_, _, needs, _) in rows.items():
        for before in needs:
            Prerequisite.objects.create(permit=permits[code], needs=permits[before])
    return Tracks(held, permits, {"land": land, "other": other})


def _unit(district: Unit, name: str) -> Unit:
    return Unit.objects.filter(name=name).first() or UnitFactory(name=name, parent=district)


def waits(since: date, **more: Any) -> tuple[str, dict[str, Any]]:
    return "planned", {"ready_since": since, **more}


def accepted(since: date, due: date, **more: Any) -> tuple[str, dict[str, Any]]:
    return "accepted", {
        "ready_since": since,
        "submitted_on": since,
        "accepted_on": since,
        "due_on": due,
        **more,
    }


def approved(since: date, on: date) -> tuple[str, dict[str, Any]]:
    return "approved", {"ready_since": since, "submitted_on": since, "accepted_on": since, "decided_on": on}
