"""信用承诺：签了字先算办完，到期核查；履行的留着，没履行的这一步退回重办，都记下来。"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.clock import local_day
from xushi.journal.actions import Actor, parts_of
from xushi.permits import acting, actions, rules
from xushi.permits import services_acting as serving
from xushi.permits.models import Commitment, PermitStep
from xushi.permits.policy import parts_of as played
from xushi.permits.policy_services import of_hall
from xushi.permits.services_acting import CHECK, Seen
from xushi.permits.services_rules import problems_of_commitment
from xushi.registry.rules import Problem

State = Commitment.State
Step = PermitStep.State
COMMITTABLE = (Step.PLANNED, Step.SUBMITTED, Step.ACCEPTED, Step.REFUSED)


@transaction.atomic
def commit(
    seen: Seen,
    signer: str,
    words: str,
    check_by: date | None,
    on: date,
    *,
    actor: Actor,
    now: datetime,
    uploads: Sequence[Any] = (),
) -> Commitment:
    """签承诺: handed in where it was not yet, and approved by the commitment; the department checks by the day named."""
    step = serving.step_of(seen, actor)
    if not played(actor.by, step):
        raise PermissionDenied("信用承诺由项目单位、属地、办理部门或区重大办录入。")
    acting.told(_problems(step, signer, words, check_by, on, local_day(now)))
    said = {
        "信用承诺": ["", f"{signer.strip()}承诺：{words.strip()}"],
        "最迟核查": ["", str(check_by)],
    }
    event = serving.tell("committed", step, said, "信用承诺办结", actor=actor, now=now)
    with parts_of(event):
        if step.state in (Step.PLANNED, Step.REFUSED):
            actions.submit({step.pk: step.version}, on, actor=actor, now=now)
        number = f"信用承诺：{words.strip()}"
        actions.approve({step.pk: None}, on, actor=actor, now=now, number=number, uploads=uploads)
    made = Commitment(step=step, signer=signer.strip(), words=words.strip(), signed_on=on)
    made.check_by = check_by or on
    made.save()
    serving.owe(step, CHECK, f"核查承诺：{step.permit.name}", now=now, by_day=check_by)
    return made


def _problems(
    step: PermitStep, signer: str, words: str, check_by: date | None, on: date, today: date
) -> Iterator[Problem]:
    if step.state not in COMMITTABLE:
        state = step.get_state_display()
        raise serving.refused(f"“{step.permit.name}”现在是“{state}”，不能再以承诺办结。")
    yield from problems_of_commitment(signer, words, check_by, on)
    if check_by and on < check_by <= today:
        yield Problem("check_by", f"{check_by}不晚于今天，请填今天以后核查的日子。")
    yield from rules.problems_of_day(on, today, ("报件", step.submitted_on))


@transaction.atomic
def check_commitment(
    seen: Seen, kept: bool, finding: str, on: date, *, actor: Actor, now: datetime
) -> Commitment:
    """核查: kept, the step stays and is confirmed; broken, it goes back to be done anew, with what was found."""
    held = serving.commitment_of(seen, actor)
    step = held.step
    if not of_hall(actor.by, step):
        raise PermissionDenied("承诺由办理部门或区重大办核查。")
    if held.state != State.OPEN:
        raise serving.refused(f"这一份承诺现在是“{held.get_state_display()}”，不用再核查。")
    if step.state != Step.APPROVED:
        raise serving.refused(f"“{step.permit.name}”现在是“{step.get_state_display()}”，这一份承诺不再核查。")
    acting.told([
        *rules.problems_of_words(finding, "写清核查看到什么，如“现场已按方案设沉砂池”。"),
        *rules.problems_of_day(on, local_day(now), ("签字", held.signed_on)),
    ])  # fmt: skip
    held.state, held.finding = (State.KEPT if kept else State.BROKEN), finding.strip()
    held.checked_on, held.checked_by = on, actor.by
    held.version += 1
    held.save()
    said = {"信用承诺": [State.OPEN.label, held.get_state_display()], "说明": ["", held.finding]}
    verb = "kept" if kept else "broken"
    event = serving.tell(verb, step, said, f"承诺{held.get_state_display()}", actor=actor, now=now)
    with parts_of(event):
        if not kept:
            reason = f"信用承诺没有履行：{held.finding}"[: rules.LONGEST_WORDS]
            actions.take_back({step.pk: None}, reason, actor=actor, now=now)
        elif step.confirmed_at is None:
            actions.confirm({step.pk: None}, actor=actor, now=now)
    serving.owed_no_more(step, CHECK, actor=actor, now=now)
    return held
