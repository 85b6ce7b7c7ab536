"""模拟审批：前面没办完先让部门看，看过的不算批准；前面一办完就转正式受理，写明看过什么。"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.journal.actions import Actor, parts_of
from xushi.permits import acting, actions, files, policy, rules
from xushi.permits import services_acting as serving
from xushi.permits.models import PermitStep, Rehearsal
from xushi.permits.policy_services import of_hall, of_side
from xushi.permits.services_acting import REHEARSE, Seen
from xushi.permits.services_rules import REHEARSE_IN, problems_of_opinion

State = Rehearsal.State
LIVE = (State.ASKED, State.OK)
MISSING = "写清报了哪些材料，如“设计方案、红线图”。"


@transaction.atomic
def ask_rehearsal(
    seen: Seen, words: str, on: date, *, actor: Actor, now: datetime, uploads: Sequence[Any] = ()
) -> Rehearsal:
    """请部门先看: only while something before it is not done; afterwards it is simply handed in."""
    step = serving.step_of(seen, actor)
    if not of_side(actor.by, step):
        raise PermissionDenied("模拟审批由项目单位、属地或区重大办来提，办理部门来看。")
    _ask_rehearsable(step)
    acting.told([*rules.problems_of_words(words, MISSING), *rules.problems_of_day(on, local_day(now))])
    good = files.cleaned(step, uploads)
    made = Rehearsal.objects.create(step=step, asked_on=on, asked_by=actor.by, words=words.strip())
    files.store(step, good, actor=actor, now=now)
    due = calendar().deadline(now, REHEARSE_IN)
    serving.owe(step, REHEARSE, f"模拟审批：{step.permit.name}", now=now, due=due)
    said = {"模拟审批": ["", made.get_state_display()], "说明": ["", made.words]}
    serving.tell("rehearsal_asked", step, said, "提模拟审批", actor=actor, now=now)
    return made


def _ask_rehearsable(step: PermitStep) -> None:
    name = step.permit.name
    if step.state != PermitStep.State.PLANNED:
        raise serving.refused(f"“{name}”现在是“{step.get_state_display()}”，只有还没报件的才模拟。")
    if step.ready_since is not None:
        raise serving.refused(f"“{name}”前面的都办完了，直接报件，不用模拟。")
    if policy.holder(step) is None:
        raise serving.refused(f"“{name}”还没定办理部门，请区重大办先在目录里定。")
    if step.rehearsals.filter(state__in=LIVE).exists():
        raise serving.refused(f"“{name}”已经提过模拟审批，等部门看或看过了。")


@transaction.atomic
def answer_rehearsal(
    seen: Seen, state: str, opinion: str, on: date, *, actor: Actor, now: datetime
) -> Rehearsal:
    """部门看过: it would do, or what is lacking, one a line. No approval: the step stays where it is."""
    held = serving.rehearsal_of(seen, actor)
    step = held.step
    if not of_hall(actor.by, step):
        raise PermissionDenied("模拟审批由办理部门看，您可以查看意见。")
    if held.state != State.ASKED:
        raise serving.refused(f"这一次模拟审批现在是“{held.get_state_display()}”，不用再答。")
    acting.told([
        *problems_of_opinion(state, opinion), *rules.problems_of_day(on, local_day(now), ("提出", held.asked_on)),
    ])  # fmt: skip
    was = held.get_state_display()
    held.state, held.opinion, held.answered_on, held.answered_by = state, opinion.strip(), on, actor.by
    _save(held)
    serving.owed_no_more(step, REHEARSE, actor=actor, now=now)
    said = {"模拟审批": [was, held.get_state_display()], "说明": ["", held.opinion]}
    serving.tell("rehearsed", step, said, f"模拟审批{held.get_state_display()}", actor=actor, now=now)
    return held


@transaction.atomic
def take_up(seen: Seen, on: date, *, actor: Actor, now: datetime) -> Rehearsal:
    """转正式受理: handed in and taken in on the same day, with what was looked at; the promised days run from it."""
    held = serving.rehearsal_of(seen, actor)
    step = held.step
    if not of_hall(actor.by, step):
        raise PermissionDenied("转正式受理由办理部门或区重大办办。")
    if held.state != State.OK:
        raise serving.refused(f"这一次模拟审批是“{held.get_state_display()}”，看过可行的才转正式受理。")
    acting.told(rules.problems_of_day(on, local_day(now), ("模拟答复", held.answered_on)))
    checked = f"模拟审批{held.answered_on}看过：{held.opinion}"
    said = {"模拟审批": [held.get_state_display(), State.TAKEN_UP.label], "说明": ["", checked]}
    event = serving.tell("taken_up", step, said, "模拟审批转正式受理", actor=actor, now=now)
    with parts_of(event):
        actions.submit({step.pk: step.version}, on, actor=actor, now=now, words=checked)
        actions.accept({step.pk: None}, on, actor=actor, now=now, words=checked)
    held.state, held.taken_up_on = State.TAKEN_UP, on
    _save(held)
    return held


@transaction.atomic
def withdraw_rehearsal(seen: Seen, *, actor: Actor, now: datetime) -> Rehearsal:
    """撤回: the department need not look any more."""
    held = serving.rehearsal_of(seen, actor)
    if not of_side(actor.by, held.step):
        raise PermissionDenied("模拟审批由提的一边撤回。")
    if held.state not in LIVE:
        raise serving.refused(f"这一次模拟审批现在是“{held.get_state_display()}”，不用撤回。")
    close(held, State.WITHDRAWN, actor=actor, now=now)
    return held


def close(held: Rehearsal, state: Rehearsal.State, *, actor: Actor, now: datetime) -> None:
    """It is over without having been answered or taken up by itself."""
    was = held.get_state_display()
    held.state = state
    _save(held)
    serving.owed_no_more(held.step, REHEARSE, actor=actor, now=now)
    said = {"模拟审批": [was, state.label]}
    serving.tell("rehearsal_closed", held.step, said, f"模拟审批{state.label}", actor=actor, now=now)


def _save(held: Rehearsal) -> None:
    held.version += 1
    held.save()
