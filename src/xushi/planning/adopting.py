"""下达与撤回：一次写下一年的名单和年度计划，一条日志；年度开始之前整份可以撤回。"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.journal.actions import Actor, parts_of, record
from xushi.planning.models import Programme, ProgrammeItem, Proposal, Reserve
from xushi.planning.programme import ask, ask_settler, end_asking, locked, of_now
from xushi.planning.reserve import project_of, units_of
from xushi.registry.actions import list_projects, register_projects, set_plans
from xushi.registry.checking import RowProblem, among, refuse
from xushi.registry.models import AnnualPlan, Listing, ListLevel, Stage
from xushi.registry.rules import ListingInput, PlanInput
from xushi.registry.withdrawing import withdraw_year
from xushi.units.models import Unit


@transaction.atomic
def adopt_programme(programme: Programme, *, actor: Actor, now: datetime) -> Programme:
    """下达: reserve entries become projects, then lists and plans of the year are written, all as one event."""
    programme = locked(programme)
    ask_settler(programme, actor)
    year = programme.year
    items = list(
        programme.items.filter(dropped=False).select_related("reserve__category", "project").order_by("pk")
    )
    refuse(_problems(programme, items, now))
    event = record(
        "planning.programme.adopted",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"下达{programme}，{len(items)}个项目",
    )
    with parts_of(event):
        _register(items, actor, now)
        listings = _listings(items, year)
        list_projects(listings, actor=actor, now=now)
        plans = set_plans(_plans(items, year), actor=actor, now=now, reason=f"{year}年计划下达")
    owing = end_asking(programme, actor, now)
    programme.state, programme.adopted_at, programme.adopted_by = Programme.State.ADOPTED, now, actor.by
    programme.written = {
        "listings": [[row.project, row.level, row.stage] for row in listings],
        "plans": [plan.pk for plan in plans],
        "owing": owing,
    }
    programme.save()
    return programme


def _problems(programme: Programme, items: Sequence[ProgrammeItem], now: datetime) -> list[RowProblem]:
    """What stands in the way: nothing to adopt, proposals not yet decided, lines on a list or with a plan already."""
    year, found = programme.year, []
    if not items:
        found.append(RowProblem(0, "year", f"{programme}里一个项目也没有，请先编制。"))
    if local_day(now).year >= year:
        found.append(RowProblem(0, "year", f"{year}年已经开始，名单和计划请逐个下达。"))
    if waiting := programme.proposals.filter(state=Proposal.State.OPEN).count():
        found.append(RowProblem(0, "proposal", f"还有{waiting}条建议没审，审完再下达。"))
    gone = [
        item.name for item in items if item.project and (item.project.removed_on or item.project.completed_on)
    ]
    if gone:
        said = f"“{gone[0]}”{f'等{len(gone)}个' if len(gone) > 1 else ''}已经竣工或退库"
        found.append(RowProblem(0, "item", f"{said}，请改成不列入再下达。"))
    return found + _already(items, year)


def _already(items: Sequence[ProgrammeItem], year: int) -> list[RowProblem]:
    projects = {item.project_id for item in items if item.project_id}
    ruling = AnnualPlan.objects.filter(year=year, state=AnnualPlan.State.IN_FORCE)
    planned = set(among(ruling.values_list("project_id", flat=True), "project_id", projects))
    names = [item.name for item in items if item.project_id in planned]
    if not names:
        return []
    more = f"等{len(names)}个" if len(names) > 1 else ""
    return [RowProblem(0, "year", f"“{names[0]}”{more}已有{year}年计划，请先改成不列入，免得下两次。")]


def _register(items: Sequence[ProgrammeItem], actor: Actor, now: datetime) -> None:
    """Entries of the reserve become projects, by the registry's action; those that already are stay."""
    fresh = []
    for item in items:
        if item.project_id is None and item.reserve and item.reserve.project_id:
            item.project = item.reserve.project
        elif item.project_id is None and item.reserve:
            fresh.append((item, item.reserve))
    if fresh:
        rows, kept = [project_of(entry) for _, entry in fresh], units_of([entry for _, entry in fresh])
        made = register_projects(rows, actor=actor, now=now, kept=kept)
        for (item, entry), project in zip(fresh, made, strict=True):
            item.project = entry.project = project
            entry.version += 1
        Reserve.objects.bulk_update([entry for _, entry in fresh], ["project", "version"], batch_size=200)
    ProgrammeItem.objects.bulk_update(items, ["project"], batch_size=500)


def _listings(items: Sequence[ProgrammeItem], year: int) -> list[ListingInput]:
    """Those already on a list of that year at that level (a declaration was accepted) stay as they are."""
    held = Listing.objects.filter(year=year).values_list("project_id", "level")
    standing = set(among(held, "project_id", {item.project_id for item in items}))
    rows = []
    for item in items:
        levels = [ListLevel.DISTRICT]
        levels += [ListLevel.MUNICIPAL] * item.municipal + [ListLevel.PROVINCIAL] * item.provincial
        rows += [
            ListingInput(item.project_id, year, level.value, item.stage)
            for level in levels
            if item.project_id and (item.project_id, level.value) not in standing
        ]
    return rows


def _plans(items: Sequence[ProgrammeItem], year: int) -> list[PlanInput]:
    return [
        PlanInput(
            item.project_id,
            year,
            item.planned_investment,
            item.invested_before,
            item.start_month,
            item.completion_month,
        )
        for item in items
        if item.stage == Stage.UNDER_WAY and item.project_id
    ]


@transaction.atomic
def undo_adoption(programme: Programme, *, reason: str, actor: Actor, now: datetime) -> Programme:
    """撤回下达: until the year begins; lists and plans that adopting wrote go, projects stay in the registry."""
    programme = of_now(programme)
    ask_settler(programme, actor)
    year = programme.year
    if not programme.adopted:
        refuse([RowProblem(0, "year", f"{programme}没有下达，或已经撤回，不用再撤。")])
    if local_day(now).year >= year:
        refuse([RowProblem(0, "year", f"{year}年已经开始，不能整份撤回，请逐个调整。")])
    if not reason.strip():
        refuse([RowProblem(0, "reason", "撤回要写原因，各单位会看到。")])
    event = record(
        "planning.programme.withdrawn",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"撤回{programme}：{reason.strip()}",
    )
    written = [tuple(row) for row in programme.written["listings"]]
    with parts_of(event):
        withdraw_year(year, written, programme.written["plans"], actor=actor, now=now)
    programme.state, programme.adopted_at, programme.adopted_by = Programme.State.DRAFT, None, None
    owing = programme.written.get("owing", [])  # none is kept of what was adopted by an earlier release
    overdue = programme.proposals_due < local_day(now)
    programme.written = (
        {"owing": owing} if overdue else {}
    )  # then they owe when it is compiled with another day
    programme.save()
    if not overdue:
        ask(programme, Unit.objects.standing().filter(pk__in=owing).order_by("pk"), now)
    return programme


__all__ = ["adopt_programme", "undo_adoption"]
