"""整改的动作：报整改、复核、退回、改期限、改派、转问题、撤回、重开；单位撤并时移交。每一步都照流转表。"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xushi.alerts.models import Alert
from xushi.core.clock import local_day
from xushi.duties.reach import beyond, reach_of
from xushi.inspections import acting, photos
from xushi.inspections.acting import Seen
from xushi.inspections.models import Finding
from xushi.inspections.table import BY_VERB
from xushi.inspections.words import AT_UNIT, FindingClass
from xushi.journal.actions import Actor
from xushi.kit.listed import listed
from xushi.problems.models import Problem, ProblemClass
from xushi.problems.reporting import report_problems
from xushi.problems.rules import ProblemInput
from xushi.registry.checking import Refused, RowProblem, refuse
from xushi.units.models import Unit

# 一条发现转成问题时归哪一类
PROBLEM_CLASSES = {
    FindingClass.LAND: "demolition", FindingClass.FUNDS: "funds", FindingClass.PERMIT: "permits",
    FindingClass.START: "permits",
}  # fmt: skip


@transaction.atomic
def report_fixed(seen: Seen, words: str, files: Sequence[Any], *, actor: Actor, now: datetime) -> Finding:
    """报整改: in words and at least one picture of how it is now; the unit's clock stops."""
    finding = acting.taken(seen, "fix", actor)
    words = acting.need(words, "写一句怎么改的，如“裸土已全部覆盖，冲洗设备已装”。")
    if not files:
        raise Refused([RowProblem(0, "photos", "请附整改后的照片，至少一张。")])
    before = {finding.pk: finding.status.label}
    step = acting.step(finding, "fix", actor=actor, now=now, words=words, fixed_at=now, fixed_by=actor.by,
                       facts=f"附照片{len(files)}张")  # fmt: skip
    photos.with_reply(finding, files, step, by=actor.by, now=now)
    acting.finish("fixed", [finding], summary="报整改", actor=actor, now=now, before=before)
    return finding


@transaction.atomic
def verify(seen: Seen, words: str = "", *, actor: Actor, now: datetime) -> Finding:
    """复核通过: by an inspector who did not report it mended."""
    finding = acting.taken(seen, "verify", actor)
    before = {finding.pk: finding.status.label}
    acting.step(finding, "verify", actor=actor, now=now, words=words, verified_at=now)
    acting.finish("verified", [finding], summary="整改复核通过", actor=actor, now=now, before=before)
    return finding


@transaction.atomic
def send_back(seen: Seen, words: str, due_on: date, *, actor: Actor, now: datetime) -> Finding:
    """退回再改: with what is still wrong and a new day."""
    finding = acting.taken(seen, "return", actor)
    words = acting.need(words, "写清还差什么，单位好接着改。")
    day = acting.day_ahead(due_on, local_day(now))
    before = {finding.pk: finding.status.label}
    acting.step(finding, "return", actor=actor, now=now, words=words, facts=f"{day}前改好", due_on=day,
                returns=finding.returns + 1, fixed_by=None)  # fmt: skip
    acting.finish("returned", [finding], summary="整改退回", actor=actor, now=now, before=before)
    return finding


@transaction.atomic
def add_note(seen: Seen, words: str, files: Sequence[Any] = (), *, actor: Actor, now: datetime) -> Finding:
    """写进展, with pictures where there are any."""
    finding = acting.taken(seen, "note", actor)
    words = acting.need(words, "写一句进展。")
    step = acting.step(finding, "note", actor=actor, now=now, words=words)
    photos.with_reply(finding, files, step, by=actor.by, now=now)
    acting.finish("noted", [finding], summary="整改进展", actor=actor, now=now)
    return finding


@transaction.atomic
def extend(seen: Seen, due_on: date, words: str, *, actor: Actor, now: datetime) -> Finding:
    """改期限: with the reason; the reminders begin anew."""
    finding = acting.taken(seen, "extend", actor)
    words = acting.need(words, "写一句为什么改期限。")
    day, was = acting.day_ahead(due_on, local_day(now)), finding.due_on
    if day == was:
        raise Refused([RowProblem(0, "due_on", f"期限本来就是{was.month}月{was.day}日，请选别的日子。")])
    acting.step(
        finding, "extend", actor=actor, now=now, words=words, facts=f"期限由{was}改为{day}", due_on=day
    )
    changes = {"整改期限": [str(was), str(day)]}
    acting.finish("extended", [finding], summary="改整改期限", actor=actor, now=now, changes=changes)
    return finding


@transaction.atomic
def hand_to(seen: Seen, unit: Unit, words: str, *, actor: Actor, now: datetime) -> Finding:
    """改派: another unit mends, by the same day."""
    finding = acting.taken(seen, "hand", actor)
    words = acting.need(words, "写一句为什么改派。")
    if unit.dissolved_on:
        raise Refused([RowProblem(0, "unit", f"{unit.name}已撤销，请选{unit.successor or '它的承接单位'}。")])
    if unit.pk == finding.unit_id or unit.kind == Unit.Kind.DISTRICT:
        raise Refused([RowProblem(0, "unit", "请选现在这一家以外的单位。")])
    refuse([RowProblem(0, "unit", said) for _, said in beyond(reach_of(actor.by), [unit])])
    changes = {"整改单位": [str(finding.unit), str(unit)]}
    acting.step(
        finding, "hand", actor=actor, now=now, words=words, facts=f"由{finding.unit}转{unit}", unit=unit
    )
    acting.finish("handed", [finding], summary="整改改派", actor=actor, now=now, changes=changes)
    return finding


@transaction.atomic
def to_problem(seen: Seen, words: str, *, actor: Actor, now: datetime) -> Problem:
    """转问题: what the site cannot settle alone becomes a problem of the project; the finding keeps its own clock."""
    finding = acting.taken(seen, "problem", actor)
    words = acting.need(words, "写清卡在哪、要谁办，才好分办。")
    if finding.problem_id:
        raise Refused([RowProblem(0, "words", "这一条已经转过问题，请到那一项问题里接着办。")])
    wanted = PROBLEM_CLASSES.get(FindingClass(finding.finding_class), "other")
    here = ProblemClass.objects.offered(finding.project.territory.path)
    kind = here.filter(code__in=(wanted, "other")).order_by("path").first()
    if kind is None:
        raise Refused([RowProblem(0, "words", "问题类别里没有合适的一类，请先在问题类别里加上。")])
    told = f"{words}\n现场督查发现：{finding.words}"
    row = ProblemInput(
        finding.project_id, kind.pk, told, title=finding.words[:60], token=f"finding-{finding.pk}"
    )
    [problem] = report_problems([row], actor=actor, now=now)
    acting.step(finding, "problem", actor=actor, now=now, words=words, facts=f"转成问题“{problem.title}”",
                problem=problem)  # fmt: skip
    changes = {"转成问题": ["", problem.title]}
    acting.finish("handed_over", [finding], summary="督查发现转问题", actor=actor, now=now, changes=changes)
    return problem


@transaction.atomic
def withdraw(seen: Seen, words: str, *, actor: Actor, now: datetime) -> Finding:
    """撤回: found in error; the row stays, with the reason."""
    finding = acting.taken(seen, "withdraw", actor)
    words = acting.need(words, "写一句为什么撤回，如“看错了标段”。")
    before = {finding.pk: finding.status.label}
    acting.step(finding, "withdraw", actor=actor, now=now, words=words)
    acting.finish("withdrawn", [finding], summary="撤回督查发现", actor=actor, now=now, before=before)
    return finding


@transaction.atomic
def reopen(seen: Seen, words: str, due_on: date, *, actor: Actor, now: datetime) -> Finding:
    """重开: it has come back."""
    finding = acting.taken(seen, "reopen", actor)
    words = acting.need(words, "写一句为什么重开，如“复查时裸土又露出来了”。")
    day = acting.day_ahead(due_on, local_day(now))
    before = {finding.pk: finding.status.label}
    acting.step(finding, "reopen", actor=actor, now=now, words=words, facts=f"{day}前改好", due_on=day,
                verified_at=None, fixed_by=None)  # fmt: skip
    acting.finish("reopened", [finding], summary="重开整改", actor=actor, now=now, before=before)
    return finding


@transaction.atomic
def transfer_unit(unit: Unit, successor: Unit, *, actor: Actor, now: datetime) -> int:
    """移交: a dissolved unit's open findings are its successor's."""
    rows = Finding.objects.open().select_for_update(of=("self",)).filter(unit=unit).order_by("pk")
    findings = list(rows.select_related(*acting.RELATED))
    facts = f"{unit}撤销，由{successor}承接"
    for finding in findings:
        acting.step(finding, "transfer", actor=actor, now=now, facts=facts, unit=successor)
    if findings:
        changes = {"整改单位": [str(unit), str(successor)]}
        acting.finish("transferred", findings, summary=f"{facts}整改", actor=actor, now=now, changes=changes)
    return len(findings)


def judge_all(now: datetime) -> int:
    """Every night: what the units still have and what is still alarmed about; returns how many were looked at."""
    alarmed = Alert.objects.open().filter(subject_kind=acting.SUBJECT).values_list("subject_id", flat=True)
    running = Finding.objects.filter(state__in=AT_UNIT).values_list("pk", flat=True)
    wanted = sorted({*alarmed, *running})
    for start in range(0, len(wanted), 1000):
        some = Finding.objects.filter(listed("pk", wanted[start : start + 1000]))
        acting.judge(list(some.select_related("project", "unit")), now=now)
    return len(wanted)


def step_name(verb: str) -> str:
    """What a step is called in the history; found, transferred and dropped are no steps anybody takes."""
    others = {"found": "督查发现", "transfer": "移交", "dropped": "不再列"}
    return BY_VERB[verb].name if verb in BY_VERB else others.get(verb, verb)
