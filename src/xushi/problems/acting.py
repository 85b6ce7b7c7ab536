"""问题动作共用的：锁住、核版本、问流转表、写一步、记一笔。"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from xushi.core.clock import BEIJING, local_day
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event
from xushi.problems import duty_rows
from xushi.problems.models import Problem, ProblemNote
from xushi.problems.policy import parts_of
from xushi.problems.rules import LONGEST_WORDS
from xushi.problems.table import BY_VERB, refusal
from xushi.registry.checking import Conflict, Refused, RowProblem

RELATED = (
    "project__territory",
    "problem_class",
    "batch",
    "lead__successor",
    "reported_unit__successor",
    "reported_by",
)


class NotAllowed(Exception):
    """The table does not allow this now, or not to this person; the sentence says what is allowed and who may."""


def taken(seen: Mapping[int, int | None], verb: str, actor: Actor, now: datetime) -> list[Problem]:
    """The problems, locked, in the order given; seen: {pk: the version looked at, None where it does not matter}.

    Conflict where somebody was faster, NotAllowed where the table refuses; nothing has been written by then.
    """
    rows = Problem.objects.select_for_update(of=("self",)).filter(pk__in=list(seen))
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    found = {
        problem.pk: problem
        for problem in rows.order_by("pk")
        .select_related(*RELATED)
        .prefetch_related("co_handlers__unit__successor", "raisings")
    }
    if missing := [pk for pk in seen if pk not in found]:
        raise Refused([RowProblem(0, "problem", f"有{len(missing)}项问题不在了，请刷新清单再选。")])
    problems = [found[pk] for pk in seen]
    for problem in problems:
        if seen[problem.pk] is not None and problem.version != seen[problem.pk]:
            raise Conflict(overtaken(problem))
    for problem in problems:
        ask(problem, verb, actor, now)
    return problems


def ask(problem: Problem, verb: str, actor: Actor, now: datetime) -> None:
    sentence = refusal(verb, problem.status, parts_of(actor.by, problem, local_day(now)), called(problem))
    if sentence:
        raise NotAllowed(sentence)


def called(problem: Problem) -> str:
    number = problem.list_number
    return f"{number}“{problem.title}”" if number else f"“{problem.title}”"


def overtaken(problem: Problem) -> str:
    """What somebody else has just done to it: who, when, what."""
    last = problem.notes.order_by("-at", "-pk").first()
    if last is None:
        return f"{called(problem)}刚被别人改过，现在是“{problem.label}”。你填的还在，请看过再决定。"
    at = last.at.astimezone(BEIJING)
    what = f"{BY_VERB[last.verb].name}：{last.facts}" if last.verb in BY_VERB else last.facts
    return (
        f"{called(problem)}刚由{last.by_name}于{at.month}月{at.day}日{at.hour}:{at.minute:02d}"
        f"{what.rstrip('：')}，现在是“{problem.label}”。你填的还在，请看过再决定。"
    )


def step(
    problem: Problem,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    facts: str = "",
    **columns: Any,
) -> ProblemNote:
    """Write the columns, the state the table gives and the note that says so; the version goes up."""
    for name, value in columns.items():
        setattr(problem, name, value)
    target = BY_VERB[verb].target if verb in BY_VERB else None
    if target is not None:
        problem.state, problem.state_at = target, now
    problem.version += 1
    problem.changed_at = now
    problem.save()
    return noted(problem, verb, actor=actor, now=now, words=words, facts=facts)


def noted(
    problem: Problem, verb: str, *, actor: Actor, now: datetime, words: str = "", facts: str = ""
) -> ProblemNote:
    return ProblemNote.objects.create(
        problem=problem,
        verb=verb,
        words=words.strip(),
        facts=facts[:300],
        by=actor.by,
        by_name=actor.by.name if actor.by else "系统",
        by_unit=actor.by.unit_name if actor.by else "",
        at=now,
    )


def finish(
    verb: str,
    problems: Sequence[Problem],
    *,
    summary: str,
    actor: Actor,
    now: datetime,
    before: Mapping[int, str] | None = None,
    changes: Mapping[int, Mapping[str, list[Any]]] | None = None,
) -> Event:
    """Owe what follows, then record one event: each problem is a row of it, and so is its project.

    before: {pk: the state's word before}, where it has changed; changes: what else has, per problem.
    """
    duty_rows.owe(problems, now=now, by=actor.by)
    rows = [row for problem in problems for row in _rows(problem, before or {}, changes or {})]
    one = problems[0] if len(problems) == 1 else None
    told = f"{summary}：{called(one)}" if one else f"{summary}，{len(problems)}项"
    return record(
        f"problems.problem.{verb}", actor=actor, now=now, subject=one, summary=told, rows=rows,
        subject_name=one.title if one else "",
    )  # fmt: skip


def _rows(
    problem: Problem, before: Mapping[int, str], changes: Mapping[int, Mapping[str, list[Any]]]
) -> Iterable[RowChange]:
    said: dict[str, list[Any]] = dict(changes.get(problem.pk, {}))
    if problem.pk in before and before[problem.pk] != problem.label:
        said = {"状态": [before[problem.pk], problem.label], **said}
    yield RowChange(problem, problem.title, said)
    yield RowChange(problem.project, problem.project.name, {"问题": ["", problem.title], **said})


def states(problems: Sequence[Problem]) -> dict[int, str]:
    return {problem.pk: problem.label for problem in problems}


def need(words: str, field: str, sentence: str) -> str:
    """The words without their margins; Refused with the sentence where there are none, and where there are too many."""
    words = words.strip()
    if not words:
        raise Refused([RowProblem(0, field, sentence)])
    return at_most(words, field)


def at_most(words: str, field: str = "words") -> str:
    if len(words) > LONGEST_WORDS:
        raise Refused([RowProblem(0, field, f"写了{len(words)}字，最多{LONGEST_WORDS}字，请精简。")])
    return words
