"""为企服务的测试共用：一步手续，谁在哪天做，页上看见的版本。"""

from datetime import date
from typing import Any

from tests.factories import NOW
from xushi.journal.actions import Actor
from xushi.permits.models import Commitment, PermitStep, Rehearsal
from xushi.registry.models import Project
from xushi.units.models import User

TODAY = date(2018, 9, 12)
AGO = date(2018, 9, 3)


def step(project: Project, code: str) -> PermitStep:
    found: PermitStep = PermitStep.objects.select_related("permit", "project").get(
        project=project, permit__code=code
    )
    return found


def seen(one: PermitStep | Rehearsal | Commitment) -> dict[int, int | None]:
    return {one.pk: one.version}


def by(user: User) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}
