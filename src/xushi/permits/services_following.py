"""手续动了，服务跟着走：看过可行的转正式受理，办了的模拟、退回的承诺了结，代办员的待办照新的来。"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.journal.actions import SYSTEM
from xushi.kit.listed import listed
from xushi.permits import acting, rehearsing
from xushi.permits import services_acting as serving
from xushi.permits.models import Commitment, PermitStep, Rehearsal
from xushi.permits.officers import follow_officers

State = PermitStep.State
Rehearsed = Rehearsal.State
RELATED = (
    "step__project__territory__successor", "step__project__responsible_unit__successor",
    "step__project__owner_unit__successor", "step__permit__department__successor",
)  # fmt: skip


@transaction.atomic
def follow_services(projects: Collection[int], *, now: datetime) -> int:
    """After steps of these projects moved; returns how many rehearsals and commitments moved with them."""
    acting.lock(projects)
    moved = _rehearsals(projects, now) + _commitments(projects, now)
    follow_officers(projects, now=now)
    return moved


def _rehearsals(projects: Collection[int], now: datetime) -> int:
    """可行的 is taken up on the day everything before it is done; what was handed in otherwise is over."""
    rows = Rehearsal.objects.filter(
        listed("step__project_id", sorted(projects)),
        state__in=rehearsing.LIVE,
        step__project__removed_on=None,
    )
    moved = 0
    for held in rows.select_related(*RELATED).order_by("pk"):
        step = held.step
        if step.state != State.PLANNED:
            done = Rehearsed.TAKEN_UP if held.state == Rehearsed.OK else Rehearsed.WITHDRAWN
            rehearsing.close(held, done, actor=SYSTEM, now=now)
            moved += 1
        elif step.ready_since and held.state == Rehearsed.OK:
            rehearsing.take_up({held.pk: None}, local_day(now), actor=SYSTEM, now=now)
            moved += 1
    return moved


def _commitments(projects: Collection[int], now: datetime) -> int:
    """A commitment of a step that was taken back otherwise holds no longer."""
    rows = Commitment.objects.filter(
        listed("step__project_id", sorted(projects)), state=Commitment.State.OPEN
    )
    gone = list(rows.exclude(step__state=State.APPROVED).select_related(*RELATED).order_by("pk"))
    for held in gone:
        held.state = Commitment.State.VOID
        held.version += 1
        held.save()
        serving.owed_no_more(held.step, serving.CHECK, actor=SYSTEM, now=now)
        said = {"信用承诺": [Commitment.State.OPEN.label, held.get_state_display()]}
        serving.tell("commitment_void", held.step, said, "承诺作废", actor=SYSTEM, now=now)
    return len(gone)
