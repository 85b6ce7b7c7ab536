"""集中开工、集中竣工仪式：哪些项目参加，全市第几；哪个区登记的归哪个区。"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.journal.actions import Actor, record
from xushi.registry.checking import RowProblem, among, refuse
from xushi.registry.containers import may_begin, place_of
from xushi.registry.models import Ceremony, Project
from xushi.registry.rules import CeremonyInput
from xushi.units.districts import denied

NOT_YOURS = "集中仪式由区重大办登记。"


@transaction.atomic
def hold_ceremonies(rows: Sequence[CeremonyInput], *, actor: Actor, now: datetime) -> list[Ceremony]:
    """集中开工 / 集中竣工: the projects that took part, and the city's ranks. One of a kind and title on a day.

    PermissionDenied for whoever is not the office of a district, or of all; Refused where a project is out of sight.
    """
    if actor.by is not None and not may_begin(actor.by):
        raise PermissionDenied(denied(actor.by, NOT_YOURS))
    place = place_of(actor.by)
    known = Ceremony.objects.beside(place)
    refuse(
        RowProblem(i, "title", f"{row.held_on}的“{row.title}”已经登记过。")
        for i, row in enumerate(rows)
        if known.filter(kind=row.kind, title=row.title, held_on=row.held_on).exists()
    )
    refuse(_out_of_sight(rows, actor))
    held = []
    for row in rows:
        columns = {k: v for k, v in asdict(row).items() if k != "projects"}
        ceremony = Ceremony.objects.create(district=place, **columns)
        ceremony.projects.set(row.projects)
        held.append(ceremony)
        summary = f"{ceremony.title}，{len(row.projects)}个项目"
        record("registry.ceremony.held", actor=actor, now=now, subject=ceremony, summary=summary)
    return held


def _out_of_sight(rows: Sequence[CeremonyInput], actor: Actor) -> list[RowProblem]:
    """The rows with a project that the actor does not see, or that there is not."""
    wanted = {pk for row in rows for pk in row.projects}
    seen = Project.objects.visible_to(actor.by) if actor.by else Project.objects.all()
    known = set(among(seen.values_list("pk", flat=True), "pk", wanted))
    return [
        RowProblem(i, "projects", f"有{len(lost)}个项目不在库里或不归您看，请核对。")
        for i, row in enumerate(rows)
        if (lost := set(row.projects) - known)
    ]
