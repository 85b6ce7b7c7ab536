"""签约挂到库里的项目：挂上、摘下、转成项目；列入计划、开工、竣工跟着项目走，项目改了签约也改。"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM, Actor, parts_of
from xushi.journal.models import Changes, Event, EventRow
from xushi.kit.amounts import cn_date
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.registry.actions import register_projects
from xushi.registry.checking import RowProblem, among, refuse
from xushi.registry.models import Listing, Project
from xushi.registry.rules import ProjectInput
from xushi.signings import acting, policy
from xushi.signings.acting import Seen
from xushi.signings.models import Signing, SigningStage
from xushi.signings.rules import BY_HAND, OF_PROJECT, Days, Stage, derived
from xushi.units.models import User

PROJECT = Project._meta.label_lower
PASSED = "随项目走过，没有另记"
UNLISTED = "没有列入名单就开工"


@transaction.atomic
def link(seen: Seen, project: Project, *, actor: Actor, now: datetime) -> list[Signing]:
    """挂到项目: signings of one project of the registry; what that has come to is theirs at once."""
    signings = acting.taken(seen, _keeps, "挂项目", actor)
    project = Project.objects.get(pk=project.pk)  # as it stands now, not as it was read
    if project.removed_on:
        refuse([RowProblem(0, "project", f"“{project}”已经退库，请挂到在库的项目。")])
    refuse(
        RowProblem(i, "project", f"“{signing}”已经挂在“{signing.project}”上，先摘下再挂。")
        for i, signing in enumerate(signings)
        if signing.project_id
    )
    for signing in signings:
        acting.changed(signing, {"project": project})
    Signing.objects.bulk_update(signings, ["project", "version"])
    acting.noted(signings, "link", actor=actor, now=now, facts=f"挂到库里的“{project}”")
    changes: dict[int, Changes] = {one.pk: {"库中项目": [None, project.name]} for one in signings}
    event = acting.finish("linked", signings, summary="签约挂到项目", actor=actor, now=now, changes=changes)
    with parts_of(event):
        follow(signings, now)
    return signings


@transaction.atomic
def unlink(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> Signing:
    """摘下: it was another project; the stages that followed from it are gone."""
    [signing] = acting.taken(seen, _keeps, "摘下项目", actor)
    if signing.project is None:
        refuse([RowProblem(0, "project", f"“{signing}”没有挂项目。")])
    reason = acting.need(reason, "写一句为什么摘下，如“挂错了同名项目”。")
    was = signing.project
    acting.changed(signing, {"project": None})
    signing.save(update_fields=["project", "version"])
    facts = f"从“{was}”摘下"
    acting.noted([signing], "unlink", actor=actor, now=now, facts=facts, words=reason)
    changes: dict[int, Changes] = {signing.pk: {"库中项目": [str(was), None]}}
    event = acting.finish("unlinked", [signing], summary=facts, actor=actor, now=now, changes=changes)
    with parts_of(event):
        follow([signing], now)
    return signing


@transaction.atomic
def register(seen: Seen, *, actor: Actor, now: datetime) -> list[Project]:
    """转成项目: each becomes a project of the registry by its action, and is linked to it."""
    signings = acting.taken(seen, _keeps, "转成项目", actor)
    refuse(
        RowProblem(i, "project", f"“{signing}”已经挂在库里的“{signing.project}”上，不用再转。")
        for i, signing in enumerate(signings)
        if signing.project_id
    )
    changes: dict[int, Changes] = {one.pk: {"转成项目": [None, True]} for one in signings}
    acting.noted(signings, "register", actor=actor, now=now, facts="转成库里的项目")
    event = acting.finish(
        "registered", signings, summary="签约转成项目", actor=actor, now=now, changes=changes
    )
    with parts_of(event):
        stood = [signing.responsible_unit_id for signing in signings]
        stood += [signing.owner_unit_id for signing in signings if signing.owner_unit_id]
        inputs = [project_of(signing) for signing in signings]
        projects = register_projects(inputs, actor=actor, now=now, kept=stood)
    for signing, project in zip(signings, projects, strict=True):
        acting.changed(signing, {"project": project})
    Signing.objects.bulk_update(signings, ["project", "version"])
    return projects


def project_of(signing: Signing) -> ProjectInput:
    """The registry's line of a signing."""
    return ProjectInput(
        name=signing.name,
        category=signing.category.code,
        territory=signing.territory_id,
        responsible_unit=signing.responsible_unit_id,
        total_investment=signing.amount,
        owner_unit=signing.owner_unit_id,
        owner_kind="foreign" if signing.kind == Signing.Kind.FOREIGN else "",
        leader=signing.leader_id,
        content=signing.content,
    )


@transaction.atomic
def follow_projects(projects: Collection[int] | None, *, now: datetime) -> int:
    """跟着项目走: the live signings of these projects (of all where None); returns how many moved.

    Running it again changes nothing: the stages are what the projects say, forwards or back.
    """
    rows = Signing.objects.live().filter(project__isnull=False)
    if projects is not None:
        rows = rows.filter(listed("project_id", list(projects)))
    if not rows.exists():
        return 0
    locked = rows.select_for_update(of=("self",)).select_related(*acting.RELATED)
    return follow(list(locked.order_by("pk")), now)


def follow(signings: Sequence[Signing], now: datetime) -> int:
    """The stages of these locked signings, as their projects have them now."""
    days, listings = acting.days_of(signings), _listed_on(signings, now)
    moved, changes = [], {}
    for signing in signings:
        own, project = days[signing.pk], signing.project
        said = derived(
            listings.get(signing.project_id or 0),
            project.started_on if project else None,
            project.completed_on if project else None,
        )
        if {stage: own[stage] for stage in OF_PROJECT if own.get(stage)} == said:
            continue
        was = signing.reached.label
        left = _rewritten(signing, own, said, now)
        acting.settle(signing, left)
        signing.version += 1
        moved.append(signing)
        changes[signing.pk] = {"走到": [was, signing.reached.label]}
    if moved:
        Signing.objects.bulk_update(moved, ["stage", "stage_on", "version"], batch_size=200)
        for signing in moved:
            facts = f"随项目走到{signing.reached.label}，{cn_date(signing.stage_on, now)}"
            acting.noted([signing], "project", actor=SYSTEM, now=now, facts=facts)
        acting.finish("moved", moved, summary="签约随项目走", actor=SYSTEM, now=now, changes=changes)
    return len(moved)


def _rewritten(
    signing: Signing, own: Days, said: dict[Stage, date], now: datetime
) -> dict[Stage, date | None]:
    """Write the project's stages anew, with what it passed over; those entered by hand stay."""
    by_hand = {stage: day for stage, day in own.items() if day and stage not in OF_PROJECT}
    end = max([*by_hand, *said])
    kept = {stage: day for stage, day in own.items() if stage not in OF_PROJECT and (day or stage < end)}
    gaps = [stage for stage in (*BY_HAND, *OF_PROJECT) if stage < end and stage not in {**kept, **said}]
    SigningStage.objects.filter(signing=signing).exclude(stage__in=list(kept)).delete()
    rows = [SigningStage(signing=signing, stage=stage, reached_on=day, at=now) for stage, day in said.items()]
    for stage in gaps:
        words = UNLISTED if stage in OF_PROJECT else PASSED
        rows.append(SigningStage(signing=signing, stage=stage, words=words, at=now))
    insert_all(rows)
    return {**kept, **said, **dict.fromkeys(gaps)}


def _listed_on(signings: Sequence[Signing], now: datetime) -> dict[int, date]:
    """列入名单的日子: since when the journal knows the project on a list it still stands on; else the day it is seen.

    A signing that already has the day keeps it.
    """
    projects = {signing.project_id for signing in signings if signing.project_id}
    on_list = set(among(Listing.objects.values_list("project_id", flat=True), "project_id", projects))
    known = dict(_recorded(signings))
    written = _written(on_list - known.keys())
    return {pk: known.get(pk) or written.get(pk) or local_day(now) for pk in on_list}


def _recorded(signings: Sequence[Signing]) -> list[tuple[int, date]]:
    rows = SigningStage.objects.filter(
        listed("signing_id", [one.pk for one in signings]), stage=Stage.LISTED, reached_on__isnull=False
    )
    pairs = rows.values_list("signing__project_id", "reached_on")
    return [(project, day) for project, day in pairs if project and day]


def _written(projects: Collection[int]) -> dict[int, date]:
    """The first day on which the journal wrote a list of each."""
    found: dict[int, date] = {}
    if not projects:
        return found
    rows = EventRow.objects.filter(listed("subject_id", list(projects)), subject_kind=PROJECT)
    alone = Event.objects.filter(listed("subject_id", list(projects)), subject_kind=PROJECT)
    told = [
        *rows.values_list("subject_id", "event__at", "changes"),
        *alone.values_list("subject_id", "at", "changes"),
    ]
    for pk, at, changes in told:
        if pk is not None and any(name.endswith("名单") for name in changes):
            found[pk] = min(local_day(at), found.get(pk, local_day(at)))
    return found


def _keeps(user: User, _: Signing) -> bool:
    return policy.can_keep(user)
