"""问题的动作（重大办这一头）：分办、退回、合并、编批次、提请、退回重办、核实、销号、重开。"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.duties.reach import beyond, reach_of, strangers
from xushi.journal.actions import Actor, record
from xushi.problems import acting, policy
from xushi.problems.models import Batch, CoHandler, MeetingMention, Problem, Raising
from xushi.problems.offered import Offered
from xushi.problems.rules import Assignment, problems_of_assignment, problems_of_due
from xushi.problems.table import State
from xushi.registry.checking import Refused, RowProblem, refuse
from xushi.units.models import Role, Unit, User

Seen = Mapping[int, int | None]


@transaction.atomic
def assign(seen: Seen, wanted: Assignment, *, actor: Actor, now: datetime) -> list[Problem]:
    """分办: lead and co-handling units, a person and a date, for one problem or many; again for 改派."""
    problems = acting.taken(seen, "assign", actor, now)
    lead, helpers = _units(wanted, problems, actor, now)
    before = acting.states(problems)
    changes = {
        p.pk: {
            "主办单位": [str(p.lead or ""), str(lead)],
            "期限": [str(p.due_on or ""), str(wanted.due_on)],
        }
        for p in problems
    }
    facts = f"主办{lead}，期限{wanted.due_on.month}月{wanted.due_on.day}日"
    facts += f"，{wanted.person.strip()}负责" if wanted.person.strip() else ""
    facts += f"，协办{'、'.join(map(str, helpers))}" if helpers else ""
    CoHandler.objects.filter(problem__in=problems).delete()
    CoHandler.objects.bulk_create(CoHandler(problem=p, unit=u) for p in problems for u in helpers)
    for problem in problems:
        acting.step(
            problem, "assign", actor=actor, now=now, facts=facts,
            lead=lead, person=wanted.person.strip(), due_on=wanted.due_on, assigned_at=now,
        )  # fmt: skip
    acting.finish(
        "assigned",
        problems,
        summary=f"分办问题，{facts}",
        actor=actor,
        now=now,
        before=before,
        changes=changes,
    )
    return problems


def _units(
    wanted: Assignment, problems: Sequence[Problem], actor: Actor, now: datetime
) -> tuple[Unit, list[Unit]]:
    known = Unit.objects.in_bulk({wanted.lead, *wanted.co_units})
    found = [RowProblem(0, field, said) for field, said in _unit_mistakes(wanted, known)]
    near = reach_of(actor.by, Role.OFFICE)
    leads = {problem.lead_id for problem in problems}
    found += [RowProblem(0, "lead", said) for _, said in beyond(near, [known.get(wanted.lead)], leads)]
    helpers = set(CoHandler.objects.filter(problem__in=problems).values_list("unit", flat=True))
    named = [known.get(pk) for pk in wanted.co_units]
    found += [RowProblem(0, "co_units", said) for _, said in beyond(near, named, helpers)]
    today = local_day(now)
    found += [RowProblem(0, *said) for said in problems_of_assignment(wanted, today, calendar())]
    refuse(found)
    return known[wanted.lead], [known[pk] for pk in dict.fromkeys(wanted.co_units)]


def _unit_mistakes(wanted: Assignment, known: Mapping[int, Unit]) -> list[tuple[str, str]]:
    found = []
    for field, pks in (("lead", (wanted.lead,)), ("co_units", wanted.co_units)):
        for pk in pks:
            unit = known.get(pk)
            if unit is None or unit.is_root:
                found.append((field, "从名单里选一个单位。"))
            elif unit.dissolved_on:
                found.append((field, f"{unit.name}已撤销，请选承接它的{unit.successor or '单位'}。"))
    return found


@transaction.atomic
def send_back(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> list[Problem]:
    """退回报送人: something is missing; the reporter adds it and reports again."""
    problems = acting.taken(seen, "send_back", actor, now)
    reason = acting.need(reason, "words", "写清缺什么，报送人才好补，如“请附线杆权属单位的回函”。")
    return _move(problems, "send_back", "sent_back", "退回问题", reason, actor, now)


@transaction.atomic
def classify(seen: Seen, problem_class: int, title: str, *, actor: Actor, now: datetime) -> list[Problem]:
    """改类别, and the title the list shows where one is given (for a single problem)."""
    problems = acting.taken(seen, "classify", actor, now)
    offered = Offered([problem_class])
    if not all(offered.at(problem_class, problem.project.territory.path) for problem in problems):
        raise Refused([RowProblem(0, "problem_class", "没有这一类，请从名单里选。")])
    wanted = offered.known[problem_class]
    changes = {p.pk: {"类别": [str(p.problem_class), str(wanted)]} for p in problems}
    title = title.strip()[:60]
    for problem in problems:
        renamed = title if title and len(problems) == 1 else problem.title
        if renamed != problem.title:
            changes[problem.pk]["问题"] = [problem.title, renamed]
        facts = (
            f"由{problem.problem_class}改为{wanted}" if problem.problem_class_id != wanted.pk else "改了标题"
        )
        acting.step(
            problem, "classify", actor=actor, now=now, facts=facts, problem_class=wanted, title=renamed
        )
    acting.finish("classified", problems, summary=f"问题归入{wanted}", actor=actor, now=now, changes=changes)
    return problems


@transaction.atomic
def merge(seen: Seen, *, actor: Actor, now: datetime, into: int | None = None) -> Problem:
    """合并重复: the doubles of one project go into one; both rows stay, the notes are read in the kept one.

    into: the one to keep; by default the one furthest along, then with a number, then the earliest.
    """
    if len(seen) < 2:
        raise Refused([RowProblem(0, "problem", "合并要选两项以上。")])
    problems = sorted(acting.taken(seen, "merge", actor, now), key=_keeping)
    if len({problem.project_id for problem in problems}) > 1:
        raise Refused(
            [
                RowProblem(
                    0, "problem", "这几项不在同一个项目，不能合并；要一起办，请编进同一批、分办给同一单位。"
                )
            ]
        )
    kept = next((problem for problem in problems if problem.pk == into), problems[0])
    doubles = [problem for problem in problems if problem.pk != kept.pk]
    before = acting.states(problems)
    for double in doubles:
        Problem.objects.filter(merged_into=double).update(merged_into=kept)
        acting.step(
            double, "merge", actor=actor, now=now, facts=f"并入{acting.called(kept)}", merged_into=kept
        )
    gone = "、".join(acting.called(double) for double in doubles)
    meetings = _carry_over(doubles, kept)
    acting.step(kept, "merged", actor=actor, now=now, facts=f"并进{gone}", meetings=meetings)
    acting.finish("merged", [*doubles, kept], summary=f"合并重复，留{acting.called(kept)}", actor=actor, now=now,
                  before=before)  # fmt: skip
    return kept


def _carry_over(doubles: Sequence[Problem], kept: Problem) -> int:
    """What a leader has not read yet and the meetings a double stood at pass to the kept one: how many meetings."""
    asked = set(Raising.objects.filter(problem=kept, read_at=None).values_list("leader", flat=True))
    for raising in Raising.objects.filter(problem__in=doubles, read_at=None).order_by("pk"):
        if raising.leader_id not in asked:
            asked.add(raising.leader_id)
            raising.problem = kept
            raising.save(update_fields=["problem"])
    for mention in MeetingMention.objects.filter(problem__in=doubles).order_by("at"):
        MeetingMention.objects.get_or_create(
            problem=kept, meeting_id=mention.meeting_id, defaults={"at": mention.at}
        )
    return MeetingMention.objects.filter(problem=kept).count()


def _keeping(problem: Problem) -> tuple[bool, bool, datetime, int]:
    return (
        problem.status != State.ASSIGNED,
        problem.number is None,
        problem.reported_at,
        problem.pk,
    )


@transaction.atomic
def open_batch(*, actor: Actor, now: datetime, title: str = "") -> Batch:
    """新开一批: numbered on from the last one."""
    if actor.by is not None and not policy.can_handle(actor.by):
        raise PermissionDenied("批次由区重大办来编。")
    last = Batch.objects.select_for_update().order_by("-number").first()
    batch: Batch = Batch.objects.create(
        number=last.number + 1 if last else 1, title=title.strip()[:60], opened_at=now
    )
    record("problems.batch.opened", actor=actor, now=now, subject=batch, summary=f"新开{batch}问题清单")
    return batch


@transaction.atomic
def put_into_batch(seen: Seen, batch: Batch, *, actor: Actor, now: datetime) -> list[Problem]:
    """编批次: each gets the next number of the batch; one that stands in it already keeps its own."""
    problems = acting.taken(seen, "batch", actor, now)
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    most = locked.problems.aggregate(most=Max("number"))["most"] or 0
    number = max(locked.last_number, most)
    moved, changes = [], {}
    for problem in problems:
        if problem.batch_id == locked.pk:
            continue
        number += 1
        was = problem.list_number
        problem.batch, problem.number = locked, number
        changes[problem.pk] = {"清单号": [was, problem.list_number]}
        acting.step(problem, "batch", actor=actor, now=now, facts=f"编入{locked}{problem.list_number}")
        moved.append(problem)
    Batch.objects.filter(pk=locked.pk).update(last_number=number)
    if moved:
        acting.finish("batched", moved, summary=f"编入{locked}", actor=actor, now=now, changes=changes)
    return problems


@transaction.atomic
def raise_to_leader(seen: Seen, leader: User, words: str, *, actor: Actor, now: datetime) -> list[Problem]:
    """提请区领导: what is to be decided, in words; who was asked already and has not read is not asked twice."""
    problems = acting.taken(seen, "raise", actor, now)
    words = acting.need(words, "raise_words", "写一句要领导定什么，如“请定过渡安置和评估复核口径”。")[:300]
    if not leader.is_active or not leader.has_role(Role.LEADER):
        raise Refused([RowProblem(0, "leader", f"{leader.name}现在不是区领导，请另选。")])
    theirs = all(problem.project.leader_id == leader.pk for problem in problems)
    if not theirs and strangers(reach_of(actor.by), [leader]):
        raise Refused([RowProblem(0, "leader", f"{leader.name}不是您这里的领导，请另选。")])
    for problem in problems:
        Raising.objects.get_or_create(
            problem=problem, leader=leader, read_at=None, defaults={"by": actor.by, "words": words, "at": now}
        )
        acting.step(problem, "raise", actor=actor, now=now, words=words, facts=f"提请{leader.name}")
    acting.finish(
        "raised", problems, summary=f"提请{leader.name}", actor=actor, now=now,
        changes={problem.pk: {"提请": ["", leader.name]} for problem in problems},
    )  # fmt: skip
    return problems


@transaction.atomic
def return_for_rework(
    seen: Seen, reason: str, *, actor: Actor, now: datetime, due_on: date | None = None
) -> list[Problem]:
    """退回重办: the unit's clock and its reminders run again, to a due day that still lies ahead."""
    problems = acting.taken(seen, "return", actor, now)
    reason = acting.need(reason, "words", "写清哪里没办到，主办单位才好接着办。")
    before, today, working = acting.states(problems), local_day(now), calendar()
    if due_on is not None:
        refuse(RowProblem(0, *said) for said in problems_of_due(due_on, today, working))
    for problem in problems:
        day = due_on or max(problem.due_on or today, working.add(today, 3))
        acting.step(
            problem, "return", actor=actor, now=now, words=reason, facts=f"期限{day.month}月{day.day}日",
            due_on=day, solved_at=None, solved_by=None,
        )  # fmt: skip
    acting.finish("returned", problems, summary="退回重办", actor=actor, now=now, before=before)
    return problems


@transaction.atomic
def verify(seen: Seen, *, actor: Actor, now: datetime, words: str = "") -> list[Problem]:
    """核实: by somebody of the office who did not report it solved."""
    problems = acting.taken(seen, "verify", actor, now)
    words = acting.at_most(words)
    return _move(problems, "verify", "verified", "核实问题", words, actor, now)


@transaction.atomic
def close(seen: Seen, *, actor: Actor, now: datetime, words: str = "") -> list[Problem]:
    """销号: what has been verified."""
    problems = acting.taken(seen, "close", actor, now)
    words = acting.at_most(words)
    for problem in problems:
        problem.closed_at = now
    return _move(problems, "close", "closed", "销号", words, actor, now)


@transaction.atomic
def verify_and_close(seen: Seen, *, actor: Actor, now: datetime, words: str = "") -> list[Problem]:
    """核实销号 in one go: two steps, two entries, one transaction."""
    verified = verify(seen, actor=actor, now=now, words=words)
    return close({problem.pk: problem.version for problem in verified}, actor=actor, now=now)


@transaction.atomic
def reopen(seen: Seen, reason: str, due_on: date, *, actor: Actor, now: datetime) -> list[Problem]:
    """重开: it came back; the same lead handles it, by a new due day."""
    problems = acting.taken(seen, "reopen", actor, now)
    reason = acting.need(reason, "words", "写清为什么重开。")
    refuse(RowProblem(0, *said) for said in problems_of_due(due_on, local_day(now), calendar()))
    for problem in problems:
        problem.due_on, problem.closed_at, problem.solved_at, problem.solved_by = due_on, None, None, None
    return _move(problems, "reopen", "reopened", "重开问题", reason, actor, now)


def _move(
    problems: Sequence[Problem], verb: str, said: str, summary: str, words: str, actor: Actor, now: datetime
) -> list[Problem]:
    before = acting.states(problems)
    for problem in problems:
        acting.step(problem, verb, actor=actor, now=now, words=words)
    acting.finish(said, problems, summary=summary, actor=actor, now=now, before=before)
    return list(problems)
