"""手续一步的动作：计划、报件、受理、补正、批准、不予批准、容缺、延期、不用办、确认、更正退回。

Each takes seen ({pk: the version looked at}) of one step, and ends in one event; acting.taken asks the table.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.journal.actions import Actor
from xushi.permits import acting, files, rules
from xushi.permits.acting import Seen
from xushi.permits.models import PermitStep, Supplement
from xushi.registry.checking import Refused, RowProblem
from xushi.registry.rules import Problem

State = PermitStep.State
MOST_WORDS = rules.LONGEST_WORDS


@transaction.atomic
def plan(seen: Seen, planned_on: date, *, actor: Actor, now: datetime) -> PermitStep:
    """定计划报件日: the day on which the project's side means to hand in."""
    step, before = _take(seen, "plan", actor)
    if planned_on < local_day(now):
        acting.told([Problem("on", f"{planned_on}已经过了，请填今天或以后打算报件的日子。")])
    step.planned_on = planned_on
    acting.finish("plan", [step], before, actor=actor, now=now)
    return step


@transaction.atomic
def submit(
    seen: Seen, on: date, *, actor: Actor, now: datetime, words: str = "", uploads: Sequence[Any] = ()
) -> PermitStep:
    """报件: not before everything ahead is done; what has to go first all the same is taken in by 容缺受理."""
    step, before = _take(seen, "submit", actor)
    acting.told([*rules.problems_of_day(on, local_day(now)), *_ahead(step), *_answerable(step)])
    good = files.cleaned(step, uploads)
    step.state, step.submitted_on, step.accepted_on, step.decided_on = State.SUBMITTED, on, None, None
    step.due_on = calendar().add(on, step.permit.promised_days)
    step.reason = words.strip()[:MOST_WORDS]
    acting.reported(step, actor, now)
    files.store(step, good, actor=actor, now=now)
    acting.finish("submit", [step], before, actor=actor, now=now, words=words)
    return step


@transaction.atomic
def accept(seen: Seen, on: date, *, actor: Actor, now: datetime, words: str = "") -> PermitStep:
    """受理: from now the promised working days run."""
    step, before = _take(seen, "accept", actor)
    acting.told(rules.problems_of_day(on, local_day(now), ("报件", step.submitted_on)))
    step.state, step.accepted_on = State.ACCEPTED, on
    step.due_on = calendar().add(on, step.permit.promised_days)
    acting.reported(step, actor, now)
    acting.finish("accept", [step], before, actor=actor, now=now, words=words)
    return step


@transaction.atomic
def ask_supplement(seen: Seen, words: str, on: date, *, actor: Actor, now: datetime) -> PermitStep:
    """要求补正: told once what is missing; the clock stands until it is there."""
    step, before = _take(seen, "ask_supplement", actor)
    missing = "写清要补哪几样，一次告知，如“缺地勘报告、红线图未盖章”。"
    acting.told([
        *rules.problems_of_words(words, missing),
        *rules.problems_of_day(on, local_day(now), ("报件", step.submitted_on), ("受理", step.accepted_on)),
        *_not_before_the_last_answer(step, on),
    ])  # fmt: skip
    Supplement.objects.create(step=step, asked_on=on, words=words.strip())
    step.state, step.reason = State.SUPPLEMENT, words.strip()[:MOST_WORDS]
    acting.reported(step, actor, now)
    acting.finish("ask_supplement", [step], before, actor=actor, now=now, words=words)
    return step


def _not_before_the_last_answer(step: PermitStep, on: date) -> Iterator[Problem]:
    last = step.supplements.aggregate(last=Max("answered_on"))["last"]
    if last and on < last:
        yield Problem("on", f"{on}早于上一次补齐的{last}，请核对两个日子。")


@transaction.atomic
def answer_supplement(
    seen: Seen, on: date, *, actor: Actor, now: datetime, words: str = "", uploads: Sequence[Any] = ()
) -> PermitStep:
    """补齐: the clock goes on; the promised date is later by the working days it stood."""
    step, before = _take(seen, "answer_supplement", actor)
    owed = step.supplements.get(answered_on=None)
    acting.told(rules.problems_of_day(on, local_day(now), ("告知补正", owed.asked_on)))
    good = files.cleaned(step, uploads)
    owed.answered_on = on
    owed.save(update_fields=["answered_on"])
    step.due_on = rules.moved_on(step.due_on, owed.asked_on, on, calendar())
    step.state = State.ACCEPTED if step.accepted_on else State.SUBMITTED
    acting.reported(step, actor, now)
    files.store(step, good, actor=actor, now=now)
    acting.finish("answer_supplement", [step], before, actor=actor, now=now, words=words)
    return step


@transaction.atomic
def approve(
    seen: Seen, on: date, *, actor: Actor, now: datetime, number: str = "", uploads: Sequence[Any] = ()
) -> PermitStep:
    """批准: number is that of the document; what is valid for so many months lapses unless ground is broken."""
    step, before = _take(seen, "approve", actor)
    acting.told([
        *rules.problems_of_day(on, local_day(now), ("报件", step.submitted_on), ("受理", step.accepted_on)),
        *_not_before_the_last_answer(step, on),
    ])  # fmt: skip
    good = files.cleaned(step, uploads)
    step.state, step.decided_on, step.accepted_on = State.APPROVED, on, step.accepted_on or on
    months = step.permit.valid_months
    step.expires_on, step.extensions = (rules.months_after(on, months) if months else None), 0
    step.reason = number.strip()[:MOST_WORDS]
    acting.reported(step, actor, now)
    files.store(step, good, actor=actor, now=now)
    acting.finish("approve", [step], before, actor=actor, now=now, words=number)
    return step


@transaction.atomic
def refuse_step(
    seen: Seen, reason: str, on: date, *, actor: Actor, now: datetime, uploads: Sequence[Any] = ()
) -> PermitStep:
    """不予批准: with the reason; it can be handed in again."""
    step, before = _take(seen, "refuse", actor)
    acting.told([
        *rules.problems_of_words(reason, "写清为什么不予批准，项目单位好改了再报。"),
        *rules.problems_of_day(on, local_day(now), ("报件", step.submitted_on), ("受理", step.accepted_on)),
    ])  # fmt: skip
    good = files.cleaned(step, uploads)
    step.state, step.decided_on, step.reason = State.REFUSED, on, reason.strip()
    acting.reported(step, actor, now)
    files.store(step, good, actor=actor, now=now)
    acting.finish("refuse", [step], before, actor=actor, now=now, words=reason)
    return step


@transaction.atomic
def accept_lacking(
    seen: Seen, lacking: str, until: date | None, on: date, *, actor: Actor, now: datetime
) -> PermitStep:
    """容缺受理: taken in though something ahead or a paper is missing; what is owed and until when stands beside it."""
    step, before = _take(seen, "accept_lacking", actor)
    today = local_day(now)
    acting.told([
        *rules.problems_of_lacking(lacking, until, today), *rules.problems_of_day(on, today), *_answerable(step),
    ])  # fmt: skip
    step.state, step.submitted_on, step.accepted_on, step.decided_on = State.ACCEPTED, on, on, None
    step.lacking, step.lacking_until = lacking.strip(), until
    step.due_on = calendar().add(on, step.permit.promised_days)
    acting.reported(step, actor, now)
    acting.finish("accept_lacking", [step], before, actor=actor, now=now)
    return step


@transaction.atomic
def settle_lacking(
    seen: Seen, on: date, *, actor: Actor, now: datetime, uploads: Sequence[Any] = ()
) -> PermitStep:
    """容缺补齐: nothing is owed any more; what was owed stays on the record."""
    step, before = _take(seen, "settle_lacking", actor)
    if step.lacking_until is None:
        raise Refused([RowProblem(0, "step", f"“{step.permit.name}”没有容缺要补的。")])
    acting.told(rules.problems_of_day(on, local_day(now), ("容缺受理", step.accepted_on)))
    good = files.cleaned(step, uploads)
    step.lacking_until = None
    acting.reported(step, actor, now)
    files.store(step, good, actor=actor, now=now)
    acting.finish("settle_lacking", [step], before, actor=actor, now=now, words=f"{on}补齐")
    return step


@transaction.atomic
def extend_validity(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> PermitStep:
    """延期 before it lapses: by as long as it is valid, as often as the catalogue allows (施工许可: 3 months, twice)."""
    step, before = _take(seen, "extend", actor)
    permit, today = step.permit, local_day(now)
    ends, months = step.expires_on, permit.valid_months
    problems = list(rules.problems_of_words(reason, "写一句为什么延期，如“拆迁尾户未搬，月底进场”。"))
    if ends is None or months is None:
        raise Refused([RowProblem(0, "step", f"“{permit.name}”长期有效，不用延期。")])
    if ends < today:
        problems.append(Problem("step", f"“{permit.name}”已在{ends}失效，不能再延，请更正退回后重新报件。"))
    elif step.extensions >= permit.max_extensions:
        said = f"最多延期{permit.max_extensions}次" if permit.max_extensions else "不能延期"
        problems.append(Problem("step", f"“{permit.name}”{said}，已延{step.extensions}次。"))
    acting.told(problems)
    step.expires_on = rules.months_after(ends, months)
    step.extensions += 1
    acting.finish("extend", [step], before, actor=actor, now=now, words=reason)
    return step


@transaction.atomic
def not_needed(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> PermitStep:
    """不用办: with the reason; what stands behind it goes on as if it were done."""
    step, before = _take(seen, "not_needed", actor)
    acting.told(rules.problems_of_words(reason, "写清为什么不用办，如“不占林地”。"))
    step.state, step.decided_on, step.reason = State.NOT_NEEDED, local_day(now), reason.strip()
    acting.reported(step, actor, now)
    acting.finish("not_needed", [step], before, actor=actor, now=now, words=reason)
    return step


@transaction.atomic
def confirm(seen: Seen, *, actor: Actor, now: datetime) -> list[PermitStep]:
    """确认: what the project's side reported is so; several at once."""
    steps = [step for step in acting.several(seen, "confirm", actor) if step.confirmed_at is None]
    if not steps:
        raise Refused([RowProblem(0, "step", "这几步都已经确认过了。")])
    before = acting.snapshot(steps)
    for step in steps:
        step.confirmed_by, step.confirmed_at = actor.by, now
    acting.finish("confirm", steps, before, actor=actor, now=now, words="属实")
    return steps


@transaction.atomic
def take_back(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> PermitStep:
    """更正退回: a wrong entry, or a permit that lapsed, begins again; what was there stays in the journal."""
    step, before = _take(seen, "take_back", actor)
    acting.told(rules.problems_of_words(reason, "写清哪里不对，报的人好改了再报。"))
    step.supplements.filter(answered_on=None).update(answered_on=local_day(now))
    for name in ("submitted_on", "accepted_on", "decided_on", "due_on", "expires_on", "lacking_until"):
        setattr(step, name, None)
    step.state, step.ready_since, step.extensions, step.lacking = State.PLANNED, None, 0, ""
    step.reason = reason.strip()
    step.confirmed_by, step.confirmed_at = None, None
    acting.finish("take_back", [step], before, actor=actor, now=now, words=reason)
    return step


def _take(seen: Seen, verb: str, actor: Actor) -> tuple[PermitStep, dict[int, dict[str, Any]]]:
    step = acting.taken(seen, verb, actor)
    return step, acting.snapshot([step])


def _ahead(step: PermitStep) -> Iterator[Problem]:
    if step.ready_since is None and (before := acting.waits_for(step)):
        yield Problem(
            "step", f"前面的{before}还没办完，“{step.permit.name}”不能报件；确需先办的，请办理部门容缺受理。"
        )


def _answerable(step: PermitStep) -> Iterator[Problem]:
    department = step.permit.department
    if department and department.dissolved_on and not department.successor:
        yield Problem(
            "step",
            f"办理部门{department.name}已撤销，没有承接单位，请区重大办先在单位里定承接单位，或改目录。",
        )
