"""申报：准备、上报、批复；列入的由项目库写上名单，没列入的写明原因。"""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from xushi.core.clock import local_day
from xushi.journal.actions import Actor, RowChange, parts_of, record
from xushi.journal.models import Event
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.planning import policy
from xushi.planning.models import Declaration, Programme, ProgrammeItem
from xushi.registry.actions import list_projects
from xushi.registry.checking import Conflict, RowProblem, among, refuse
from xushi.registry.models import Listing, ListLevel, Project
from xushi.registry.rules import ListingInput

State = Declaration.State
# verb: (from, to)
STEPS = {
    "send": (State.PREPARED, State.SENT),
    "accept": (State.SENT, State.ACCEPTED),
    "refuse": (State.SENT, State.REFUSED),
}


@transaction.atomic
def prepare_declarations(
    projects: Sequence[Project], year: int, level: str, words: str, *, stage: int, actor: Actor, now: datetime
) -> list[Declaration]:
    """准备申报. Refused where a project stands on that list already, has left, or is being declared."""
    today = local_day(now)
    if level not in (ListLevel.PROVINCIAL, ListLevel.MUNICIPAL):
        refuse([RowProblem(0, "level", "申报只向省级、市级名单，请选一个。")])
    if not today.year <= year <= today.year + 1:
        refuse([RowProblem(0, "year", f"只能申报{today.year}年和{today.year + 1}年的名单。")])
    if not all(policy.can_declare(actor.by, project) for project in projects):
        raise PermissionDenied("申报由项目属地所在那个区的重大办来办。")
    keys = [project.pk for project in projects]
    held = Listing.objects.filter(year=year, level=level).values_list("project_id", flat=True)
    on_list = set(among(held, "project_id", keys))
    word = ListLevel(level).label
    refuse(
        RowProblem(i, "project", f"“{project.name}”已经在{year}年{word}名单上，不用申报。")
        for i, project in enumerate(projects)
        if project.pk in on_list
    )
    refuse(
        RowProblem(i, "project", f"“{project.name}”已经退库或竣工，不能申报。")
        for i, project in enumerate(projects)
        if project.removed_on or project.completed_on
    )
    rows = [
        Declaration(
            project=project, year=year, level=level, stage=stage, words=words.strip()[:300], prepared_at=now
        )
        for project in projects
    ]
    try:
        with transaction.atomic():
            insert_all(rows)
    except IntegrityError:
        refuse([RowProblem(0, "project", f"选中的项目里有的已在申报{year}年{word}名单，请看申报清单。")])
    _record("planning.declaration.prepared", "准备申报", rows, actor, now)
    return rows


@transaction.atomic
def step_declarations(
    chosen: Sequence[int], verb: str, *, on: date, actor: Actor, now: datetime, reason: str = ""
) -> list[Declaration]:
    """上报、列入、不列入: an accepted one stands on the list by the registry's action, as part of the same event."""
    before, after = STEPS[verb]
    rows = list(
        Declaration.objects.select_for_update(of=("self",))
        .filter(listed("pk", list(chosen)))
        .select_related("project__territory__successor")
        .order_by("pk")
    )
    rows = [row for row in rows if policy.can_declare(actor.by, row.project)]
    if not rows:
        refuse([RowProblem(0, "declaration", "请先勾选要办的申报。")])
    if on > local_day(now):
        refuse([RowProblem(0, "on", f"{on}还没到，请填今天或以前的日子。")])
    if verb == "refuse" and not reason.strip():
        refuse([RowProblem(0, "reason", "没列入要写原因，明年再报时用得上。")])
    for row in rows:
        if row.state != before:
            raise Conflict(f"{row}现在是“{row.get_state_display()}”，请刷新看过再办。")
        if row.sent_on and on < row.sent_on:
            refuse([RowProblem(0, "on", f"批复日期早于上报日期{row.sent_on}，请核对。")])
        row.state, row.reason = after, reason.strip()[:300]
        if verb == "send":
            row.sent_on = on
        else:
            row.decided_on = on
    Declaration.objects.bulk_update(rows, ["state", "reason", "sent_on", "decided_on"])
    event = _record(f"planning.declaration.{after}", f"申报{after.label}", rows, actor, now)
    if verb == "accept":
        with parts_of(event):
            on_list = [ListingInput(row.project_id, row.year, row.level, row.stage) for row in rows]
            list_projects(on_list, actor=actor, now=now)
        _mark_in_programme(rows)
    return rows


def _mark_in_programme(rows: Sequence[Declaration]) -> None:
    """The programme that is being compiled counts it among 省市重大 from now on."""
    for row in rows:
        lines = ProgrammeItem.objects.filter(project=row.project_id, programme__year=row.year)
        lines.filter(programme__state=Programme.State.DRAFT).update(**{row.level: True})


def _record(verb: str, what: str, rows: Sequence[Declaration], actor: Actor, now: datetime) -> Event:
    only = rows[0] if len(rows) == 1 else None
    return record(
        verb,
        actor=actor,
        now=now,
        subject=only,
        summary=f"{what}：{only}" if only else f"{what}，{len(rows)}个",
        rows=[RowChange(row, str(row), {"状态": [None, row.get_state_display()]}) for row in rows],
    )
