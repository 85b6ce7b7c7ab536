"""问题的动作（单位这一头）：写进展、报办结、退回改派；领导阅；上会；单位撤销时移交。"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.problems import acting, duty_rows, photos, policy
from xushi.problems.models import REPEATED_AT, CoHandler, MeetingMention, Problem, ProblemNote, Raising
from xushi.problems.table import State
from xushi.registry.checking import Refused, RowProblem
from xushi.units.models import Unit, User

Seen = Mapping[int, int | None]


@transaction.atomic
def add_note(
    seen: Seen, words: str, *, actor: Actor, now: datetime, files: Sequence[Any] = ()
) -> ProblemNote:
    """写进展: by the units concerned and the office; leaves the state as it is."""
    [problem] = acting.taken(seen, "note", actor, now)
    words = _words(words, "写一句进展，如“线杆权属单位已确认，9月18日停电迁改”。")
    good = photos.cleaned(files)
    note = acting.step(problem, "note", actor=actor, now=now, words=words)
    photos.add_evidence(note, good, actor=actor, now=now)
    acting.finish("noted", [problem], summary="写问题进展", actor=actor, now=now)
    return note


@transaction.atomic
def solve(seen: Seen, words: str, *, actor: Actor, now: datetime, files: Sequence[Any] = ()) -> Problem:
    """报办结: by the lead unit, with words and evidence; the office verifies within its own days."""
    [problem] = acting.taken(seen, "solve", actor, now)
    words = _words(words, "写清怎么解决的、凭什么说解决了。")
    good = photos.cleaned(files)
    if not good and actor.by is not None:
        raise Refused([RowProblem(0, "photos", "办结要有凭证：附一张现场照片或批件照片。")])
    before = acting.states([problem])
    note = acting.step(problem, "solve", actor=actor, now=now, words=words, solved_by=actor.by, solved_at=now)
    photos.add_evidence(note, good, actor=actor, now=now)
    acting.finish("solved", [problem], summary="报问题办结", actor=actor, now=now, before=before)
    return problem


@transaction.atomic
def decline(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> Problem:
    """退回改派: the lead unit says that it is not theirs; the office assigns again."""
    [problem] = acting.taken(seen, "decline", actor, now)
    reason = _words(reason, "写清为什么不归本单位、该归谁。")
    before, lead = acting.states([problem]), problem.lead
    CoHandler.objects.filter(problem=problem).delete()
    acting.step(
        problem, "decline", actor=actor, now=now, words=reason, facts=f"主办{lead}退回",
        lead=None, person="", due_on=None, assigned_at=None,
    )  # fmt: skip
    acting.finish(
        "declined", [problem], summary="退回改派", actor=actor, now=now, before=before,
        changes={problem.pk: {"主办单位": [str(lead), ""]}},
    )  # fmt: skip
    return problem


@transaction.atomic
def read_raised(seen: Seen, *, actor: Actor, now: datetime, words: str = "") -> Problem:
    """阅: the leader has read what was raised to them; words, if any, stand in the thread."""
    [problem] = acting.taken(seen, "read", actor, now)
    unread = Raising.objects.filter(problem=problem, read_at=None)
    if actor.by is not None:
        unread = unread.filter(pk__in=[one.pk for one in policy.asked_of(actor.by, problem, local_day(now))])
    unread.update(read_at=now)
    acting.step(problem, "read", actor=actor, now=now, words=acting.at_most(words), facts="已阅")
    acting.finish("read", [problem], summary="领导已阅问题", actor=actor, now=now)
    return problem


@transaction.atomic
def note_meeting(
    problem: Problem, meeting_id: int, *, actor: Actor, now: datetime, meeting_name: str = "例会"
) -> int:
    """上会: counts each meeting once and returns how many there were; from the third on it is 重复上会."""
    held = (
        Problem.objects.select_for_update(of=("self",)).select_related("project", "batch").get(pk=problem.pk)
    )
    _, added = MeetingMention.objects.get_or_create(problem=held, meeting_id=meeting_id, defaults={"at": now})
    if not added:
        return held.meetings
    count = MeetingMention.objects.filter(problem=held).count()
    repeated = f"，重复上会{count}次" if count >= REPEATED_AT else ""
    acting.step(held, "met", actor=actor, now=now, facts=f"上{meeting_name}{repeated}", meetings=count)
    acting.finish(
        "met", [held], summary=f"问题上{meeting_name}{repeated}", actor=actor, now=now,
        changes={held.pk: {"上会次数": [count - 1, count]}},
    )  # fmt: skip
    return count


@transaction.atomic
def transfer_unit(unit: Unit, successor: Unit, actor: Actor, now: datetime) -> int:
    """移交: a dissolved unit's open problems go to its successor, led or helped with; returns how many."""
    led = list(
        Problem.objects.open()
        .select_for_update(of=("self",))
        .filter(lead=unit)
        .select_related("project", "batch")
    )
    helped = list(
        Problem.objects.open()
        .filter(co_handlers__unit=unit)
        .exclude(pk__in=[problem.pk for problem in led])
        .select_related("project", "batch", "lead")
    )
    facts = f"{unit}撤销，由{successor}承接"
    _move_co_handling(unit, successor)
    for problem in led:
        acting.step(problem, "transfer", actor=actor, now=now, facts=facts, lead=successor)
    for problem in helped:
        acting.step(problem, "transfer", actor=actor, now=now, facts=facts)
    moved = [*led, *helped]
    if moved:
        acting.finish(
            "transferred", moved, summary=f"{facts}问题事项", actor=actor, now=now,
            changes={p.pk: {"主办单位": [str(unit), str(successor)]} for p in led},
        )  # fmt: skip
    return len(moved)


@transaction.atomic
def hand_on(person: User, *, now: datetime) -> int:
    """Somebody has moved, left or come: what they owe about problems in person is owed by whoever owes it now.

    A supplement by the unit that reported; what was raised to a leader who left waits for another to be asked.
    """
    owed = Duty.objects.open().filter(subject_kind=Problem._meta.label_lower, person=person)
    wanted = Q(pk__in=owed.values("subject_id")) | Q(state=State.SENT_BACK, reported_by=person)
    wanted |= Q(pk__in=Raising.objects.filter(leader=person, read_at=None).values("problem"))
    rows = Problem.objects.open().select_for_update(of=("self",)).filter(wanted).order_by("pk")
    problems = list(rows.select_related(*acting.RELATED))
    if problems:
        duty_rows.owe(problems, now=now, by=None)
    return len(problems)


def _move_co_handling(unit: Unit, successor: Unit) -> None:
    """On open problems only; a successor that already helps or leads is not written twice."""
    theirs = CoHandler.objects.filter(unit=unit, problem__in=Problem.objects.open())
    already = Problem.objects.filter(co_handlers__unit=successor) | Problem.objects.filter(
        lead__in=[successor, unit]
    )
    theirs.filter(problem__in=already.values("pk")).delete()
    theirs.update(unit=successor)


def _words(text: str, sentence: str) -> str:
    return acting.need(text, "words", sentence)
