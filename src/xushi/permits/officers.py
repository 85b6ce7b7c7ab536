"""代办员：给项目定一个人跑手续；要补正的、超了时限的，列进他的待办。"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from xushi.calendars.rules import closing_of
from xushi.core.clock import local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.kit.listed import listed
from xushi.permits import acting
from xushi.permits.models import WAITING, PermitStep, ServiceOfficer
from xushi.permits.policy_services import can_assign, can_serve
from xushi.permits.services_acting import address
from xushi.permits.table import MARKS
from xushi.registry.checking import RowProblem, refuse
from xushi.registry.models import Project
from xushi.units.models import User

SERVE = "permit.serve"
State = PermitStep.State
AT_ONCE = 500


@transaction.atomic
def assign_officers(projects: Sequence[Project], person: User | None, *, actor: Actor, now: datetime) -> int:
    """定代办员: of all these projects; person None: nobody any more. Returns how many changed."""
    if actor.by is not None and not all(can_assign(actor.by, one) for one in projects):
        raise PermissionDenied("代办员由区重大办或项目的属地定。")
    refuse(_wrong(projects, person))
    held = _held(projects)
    changed = [one for one in projects if _person_of(held.get(one.pk)) != (person.pk if person else None)]
    _write(changed, held, person, actor=actor, now=now)
    if changed:
        follow_officers([one.pk for one in changed], now=now)
        _tell(changed, held, person, actor=actor, now=now)
    return len(changed)


def _wrong(projects: Sequence[Project], person: User | None) -> list[RowProblem]:
    found = []
    for n, project in enumerate(projects):
        if project.removed_on:
            found.append(RowProblem(n, "project", f"“{project.name}”已经退库，不用再定代办员。"))
        elif person and not can_serve(person, project):
            said = f"{person.name}不是区重大办或{project.territory}的人，看不到“{project.name}”，请另选。"
            found.append(RowProblem(n, "person", said))
    return found


def _held(projects: Sequence[Project]) -> dict[int, ServiceOfficer]:
    rows = ServiceOfficer.objects.select_for_update(of=("self",)).select_related("person")
    return {one.project_id: one for one in rows.filter(listed("project_id", [one.pk for one in projects]))}


def _person_of(held: ServiceOfficer | None) -> int | None:
    return held.person_id if held else None


def _write(
    projects: Sequence[Project],
    held: dict[int, ServiceOfficer],
    person: User | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    ServiceOfficer.objects.filter(pk__in=[held[one.pk].pk for one in projects if one.pk in held]).delete()
    if person:
        ServiceOfficer.objects.bulk_create(
            ServiceOfficer(project=one, person=person, by=actor.by, since=now) for one in projects
        )


def _tell(
    projects: Sequence[Project],
    held: dict[int, ServiceOfficer],
    person: User | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    name = person.name if person else ""
    rows = [
        RowChange(one, one.name, {"代办员": [held[one.pk].person.name if one.pk in held else "", name]})
        for one in projects
    ]
    one = projects[0] if len(projects) == 1 else None
    record(
        "permits.officer.assigned", actor=actor, now=now, subject=one, rows=rows,
        summary=f"{one.name if one else f'{len(projects)}个项目'}的代办员：{name or '没有了'}",
    )  # fmt: skip


@transaction.atomic
def follow_officers(projects: Collection[int], *, now: datetime) -> int:
    """What the officers of these projects have to see to: supplements asked, promises passed. Returns how many.

    A fixed number of queries per 500 projects.
    """
    found, keys = 0, sorted(projects)
    for start in range(0, len(keys), AT_ONCE):
        found += _follow(keys[start : start + AT_ONCE], now)
    return found


def _follow(projects: list[int], now: datetime) -> int:
    people = {
        one.project_id: one.person
        for one in ServiceOfficer.objects.filter(listed("project_id", projects)).select_related("person")
    }
    late = Q(WAITING, due_on__lt=local_day(now)) | Q(state=State.SUPPLEMENT)
    rows = (
        PermitStep.objects.filter(late, listed("project_id", sorted(people)))
        if people
        else PermitStep.objects.none()
    )
    steps = list(rows.select_related(*acting.RELATED).order_by("pk"))
    duties = set_duties([_duty(step, people[step.project_id]) for step in steps], now=now)
    every = PermitStep.objects.filter(listed("project_id", projects)).values_list("pk", flat=True)
    keep = [(one.subject_id, one.kind, one.unit_id, one.person_id) for one in duties]
    end_duties_of(PermitStep, list(every), now=now, kinds=[SERVE], keep=keep)
    return len(steps)


def _duty(step: PermitStep, person: User) -> DutyInput:
    supplement = step.state == State.SUPPLEMENT
    return DutyInput(
        subject=step, subject_name=str(step), number="代办", note=step.project.name, kind=SERVE, person=person,
        title=f"代办{'补正' if supplement else '催办'}：{step.permit.name}", state=step.get_state_display(),
        mark=MARKS[State(step.state)], url=address(step),
        due_at=None if supplement or step.due_on is None else closing_of(step.due_on),
    )  # fmt: skip


def follow_all(now: datetime) -> int:
    """Every night: promises passed since yesterday."""
    return follow_officers(ServiceOfficer.objects.order_by().values_list("project_id", flat=True), now=now)


@transaction.atomic
def relieve(person: User, *, actor: Actor = SYSTEM, now: datetime) -> int:
    """Moved, left or disabled: the projects they may not serve any more have no officer. Returns how many."""
    person.forget_appointments()
    rows = ServiceOfficer.objects.filter(person=person)
    related = ("project__territory__successor", "project__responsible_unit__successor")
    projects = [one.project for one in rows.select_related(*related).order_by("pk")]
    lost = [one for one in projects if not can_serve(person, one) and not one.removed_on]
    return assign_officers(lost, None, actor=actor, now=now) if lost else 0
