"""收回一年的名单和计划：只收回指定的、写下以后没人动过的。"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.kit.bulk import delete_all
from xushi.registry.checking import RowProblem, among, known_projects, refuse
from xushi.registry.models import AnnualPlan, Listing, Project
from xushi.registry.rules import ListingInput


@transaction.atomic
def withdraw_year(
    year: int, listings: Sequence[tuple[int, str, int]], plans: Sequence[int], *, actor: Actor, now: datetime
) -> None:
    """Delete these rows (project, level, stage) of the lists and these first versions of plans of the year.

    Refused, naming some, where a list was changed or a plan revised since.
    """
    refuse(known_projects([ListingInput(project, year, level, stage) for project, level, stage in listings]))
    on_lists = Listing.objects.select_for_update(of=("self",)).filter(year=year).select_related("project")
    found = list(among(on_lists, "project_id", {project for project, _, _ in listings}))
    wanted = set(listings)
    ours = [row for row in found if (row.project_id, row.level, row.stage) in wanted]
    issued = AnnualPlan.objects.select_for_update(of=("self",)).filter(year=year)
    written = set(plans)
    planned = set(among(AnnualPlan.objects.values_list("project_id", flat=True), "pk", written))
    versions = list(among(issued, "project_id", planned | {project for project, _, _ in listings}))
    first = [plan for plan in versions if plan.pk in written and plan.state == AnnualPlan.State.IN_FORCE]
    touched = {plan.project_id for plan in versions if plan.pk not in written}
    touched |= {project for project, _, _ in wanted - {(x.project_id, x.level, x.stage) for x in ours}}
    if touched or len(first) != len(written):
        names = list(among(Project.objects.values_list("name", flat=True), "pk", sorted(touched)))
        said = f"“{names[0]}”等{len(names)}个" if names else f"{len(written) - len(first)}个计划"
        refuse([RowProblem(0, "year", f"下达以后{said}又改过名单或计划，不能整份收回，请逐个调整。")])
    delete_all(AnnualPlan, sorted(written))
    delete_all(Listing, sorted(row.pk for row in ours))
    gone: Changes = {f"{year}年名单与计划": [True, None]}
    projects = {row.project_id: row.project for row in ours}
    record(
        "registry.year.withdrawn",
        actor=actor,
        now=now,
        summary=f"收回{year}年名单与计划，{len(projects)}个项目",
        rows=[RowChange(project, project.name, gone) for project in projects.values()],
    )
