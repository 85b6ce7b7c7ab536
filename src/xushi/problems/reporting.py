"""报问题：草稿、报送、并进已有的一项、退回后补充再报、撤回。"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.journal.actions import Actor
from xushi.kit.one_each import keep_one
from xushi.problems import acting, photos, policy
from xushi.problems.models import Problem, ProblemDraft, ProblemNote, ProblemPhoto
from xushi.problems.offered import Offered
from xushi.problems.rules import LONGEST_WORDS, ProblemInput, problems_of_report, title_of
from xushi.registry.checking import RowProblem, among, refuse
from xushi.registry.models import Project


@transaction.atomic
def save_draft(project: Project, typed: Mapping[str, Any], *, actor: Actor, now: datetime) -> ProblemDraft:
    """存草稿: as typed, valid or not; writes no event."""
    _ask_reporter(project, actor)
    values = {"typed": dict(typed), "updated_at": now}
    draft, _ = keep_one(ProblemDraft.objects, project=project, user=actor.by, values=values)
    return draft


@transaction.atomic
def discard_draft(draft: ProblemDraft) -> None:
    """清掉草稿 with its photos; nothing was reported."""
    for photo in draft.photos.all():
        photos.forget(photo)
    draft.delete()


@transaction.atomic
def report_problems(rows: Sequence[ProblemInput], *, actor: Actor, now: datetime) -> list[Problem]:
    """报问题: all or none; Refused names every mistake. The office then has a working day to assign each."""
    projects = _projects(rows, actor)
    offered = Offered(row.problem_class for row in rows)
    refuse(_mistakes(rows, projects, offered))
    unit = actor.by.unit if actor.by else None
    made = []
    for row in rows:
        problem = Problem(
            project=projects[row.project],
            problem_class=offered.known[row.problem_class],
            title=row.title.strip() or title_of(row.words),
            words=row.words.strip(),
            reported_by=actor.by,
            reported_unit=unit,
            reported_at=now,
            state_at=now,
            changed_at=now,
            token=row.token,
        )
        problem.save()
        acting.noted(problem, "report", actor=actor, now=now, words=problem.words)
        made.append(problem)
    acting.finish("reported", made, summary="报问题", actor=actor, now=now)
    return made


def reported_by(token: str, actor: Actor) -> Problem | None:
    """What this person's form has reported already."""
    found: Problem | None = (
        Problem.objects.filter(token=token, reported_by=actor.by).first() if token else None
    )
    return found


@transaction.atomic
def report_draft(draft: ProblemDraft, row: ProblemInput, *, actor: Actor, now: datetime) -> Problem:
    """提交草稿: the photos go with it, the draft is done with."""
    problem = report_problems([row], actor=actor, now=now)[0]
    ProblemPhoto.objects.filter(draft=draft).update(
        draft=None, problem=problem, note=problem.notes.latest("pk")
    )
    draft.delete()
    return problem


@transaction.atomic
def join_draft(draft: ProblemDraft, problem: int, words: str, *, actor: Actor, now: datetime) -> ProblemNote:
    """并进去: what was typed becomes progress of a problem of the same project that is reported already."""
    words = acting.need(words, "words", "先写清卡在哪、要谁办，再并进去。")
    found = Problem.objects.open().filter(project=draft.project)
    if actor.by is not None:
        found = found.visible_to(actor.by)
    held = found.filter(pk=problem).select_for_update(of=("self",)).select_related("project", "batch").first()
    if held is None:
        refuse([RowProblem(0, "words", "这一项已经办结或不在了，请直接提交。")])
        raise AssertionError
    note = acting.step(
        held, "joined", actor=actor, now=now, words=words[:LONGEST_WORDS], facts="又报了一次，并入本项"
    )
    ProblemPhoto.objects.filter(draft=draft).update(draft=None, problem=held, note=note)
    draft.delete()
    acting.finish("joined", [held], summary="又报并入", actor=actor, now=now)
    return note


@transaction.atomic
def amend(seen: Mapping[int, int | None], words: str, *, actor: Actor, now: datetime) -> Problem:
    """补充再报: after it was sent back; the office's clock runs again."""
    [problem] = acting.taken(seen, "amend", actor, now)
    words = acting.need(words, "words", "写清补充了什么，再报。")
    refuse(RowProblem(0, name, said) for name, said in problems_of_report(ProblemInput(0, 0, words)))
    before = acting.states([problem])
    acting.step(problem, "amend", actor=actor, now=now, words=words)
    acting.finish("amended", [problem], summary="补充再报", actor=actor, now=now, before=before)
    return problem


@transaction.atomic
def withdraw(seen: Mapping[int, int | None], reason: str, *, actor: Actor, now: datetime) -> Problem:
    """撤回: by whoever reported it, before it is assigned."""
    [problem] = acting.taken(seen, "withdraw", actor, now)
    reason = acting.need(reason, "words", "写一句为什么撤回，如“线杆9月10日已迁”。")
    before = acting.states([problem])
    acting.step(problem, "withdraw", actor=actor, now=now, words=reason)
    acting.finish("withdrawn", [problem], summary="撤回问题", actor=actor, now=now, before=before)
    return problem


def _projects(rows: Sequence[ProblemInput], actor: Actor) -> dict[int, Project]:
    wanted = Project.objects.all()
    if actor.by is not None:
        if not policy.is_reporter(actor.by):
            raise PermissionDenied("问题由属地、部门、项目单位和区重大办来报；领导有话请写批示。")
        wanted = wanted.visible_to(actor.by)
    wanted = wanted.select_related("territory")
    return {project.pk: project for project in among(wanted, "pk", {row.project for row in rows})}


def _mistakes(
    rows: Sequence[ProblemInput], projects: Mapping[int, Project], offered: Offered
) -> list[RowProblem]:
    found = []
    for i, row in enumerate(rows):
        if row.project not in projects:
            found.append(RowProblem(i, "project", "没有这个项目，或它不归你看，请换一个项目。"))
        project = projects.get(row.project)
        if not offered.at(row.problem_class, project.territory.path if project else None):
            found.append(RowProblem(i, "problem_class", "先选一类，只选最要紧的。"))
        found += [RowProblem(i, name, said) for name, said in problems_of_report(row)]
    return found


def _ask_reporter(project: Project, actor: Actor) -> None:
    if actor.by is not None and not policy.can_report(actor.by, project):
        raise PermissionDenied("只能给看得到的项目报问题。")
