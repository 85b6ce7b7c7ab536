"""建议：属地和部门要增、要减、要调；重大办采纳或不采纳，都写得出理由。"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from xushi.journal.actions import Actor, RowChange, record
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.planning.cover import Cover, cover_of
from xushi.planning.models import Programme, ProgrammeItem, Proposal, Reserve
from xushi.planning.policy import lies_in
from xushi.planning.programme import ask_settler, locked, of_reserve, problems_of_amount_in, save_items
from xushi.registry.checking import Conflict, RowProblem, refuse
from xushi.registry.models import Stage
from xushi.units.models import Unit

Kind, State = Proposal.Kind, Proposal.State


@dataclass(frozen=True, slots=True)
class ProposalInput:
    """kind: add (reserve), drop (item), change (item, planned in 元); every one says why."""

    kind: str
    reason: str
    item: ProgrammeItem | None = None
    reserve: Reserve | None = None
    planned_investment: int | None = None


@transaction.atomic
def make_proposals(
    programme: Programme, rows: Sequence[ProposalInput], *, unit: Unit, actor: Actor, now: datetime
) -> list[Proposal]:
    """提建议. Refused where a reason is missing, an amount is wrong, or the same has been proposed and waits.

    A district's programme hears the units of that district, and takes in nothing that lies elsewhere.
    """
    programme = locked(programme)
    if not lies_in(unit, programme):
        raise PermissionDenied(f"{programme}由{programme.whose}的单位提建议，{unit}不在里面。")
    cover = cover_of(programme)
    refuse(problem for i, row in enumerate(rows) for problem in _problems(programme, cover, i, row))
    made = [
        Proposal(
            programme=programme,
            kind=row.kind,
            item=row.item,
            reserve=row.reserve,
            planned_investment=row.planned_investment,
            unit=unit,
            reason=row.reason.strip()[:200],
            by=actor.by,
            at=now,
        )
        for row in rows
    ]
    try:
        with transaction.atomic():
            insert_all(made)
    except IntegrityError:
        refuse([RowProblem(0, "item", "同一项的同一种建议已经提过，正等重大办审，不用再提。")])
    record(
        "planning.proposals.made",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"{unit}对{programme}提{len(made)}条建议" if len(made) > 1 else f"{unit}建议{made[0]}",
        rows=[
            RowChange(one, str(one), {"建议": [None, one.get_kind_display()], "写了": [None, one.reason]})
            for one in made
        ],
    )
    return made


def _problems(programme: Programme, cover: Cover, i: int, row: ProposalInput) -> Iterator[RowProblem]:
    if not row.reason.strip():
        yield RowProblem(i, "reason", "建议要写理由，重大办凭它来审。")
    if row.kind == Kind.ADD:
        if row.reserve is None:
            yield RowProblem(i, "reserve", "请选要增列的储备项目；还没进储备的，先提入储备。")
        elif not cover.holds(row.reserve.territory):
            yield RowProblem(
                i, "reserve", f"“{row.reserve.name}”的属地不归{programme}管，请在管它的那份里提。"
            )
        elif programme.items.filter(reserve=row.reserve, dropped=False).exists():
            yield RowProblem(i, "reserve", f"“{row.reserve.name}”已经在计划里，不用增列。")
    elif row.item is None or row.item.programme_id != programme.pk:
        yield RowProblem(i, "item", "请选计划里的一个项目。")
    elif row.kind == Kind.CHANGE:
        if row.planned_investment is None:
            yield RowProblem(i, "planned", "请填建议的年度计划投资。")
        else:
            for problem in problems_of_amount_in(row.item, row.planned_investment, row.item.stage):
                yield RowProblem(i, problem.field, problem.sentence)


@transaction.atomic
def decide_proposals(
    programme: Programme, chosen: Sequence[int], *, accept: bool, answer: str, actor: Actor, now: datetime
) -> int:
    """审建议: what is accepted changes the programme at once; Conflict where one was decided meanwhile."""
    programme = locked(programme)
    ask_settler(programme, actor)
    if not accept and not answer.strip():
        refuse([RowProblem(0, "answer", "不采纳要写意见，提建议的单位会看到。")])
    found = programme.proposals.select_for_update(of=("self",)).filter(listed("pk", list(chosen)))
    proposals = list(found.select_related("item", "reserve").order_by("pk"))
    if not proposals:
        refuse([RowProblem(0, "proposal", "请先勾选要审的建议。")])
    for one in proposals:
        if one.state != State.OPEN:
            raise Conflict(
                f"{one}刚被{one.decided_by or '别人'}审过（{one.get_state_display()}），请刷新再看。"
            )
        one.state = State.ACCEPTED if accept else State.REFUSED
        one.answer, one.decided_by, one.decided_at = answer.strip()[:200], actor.by, now
        if accept:
            _take(programme, one)
    Proposal.objects.bulk_update(proposals, ["state", "answer", "decided_by", "decided_at"])
    word = "采纳" if accept else "不采纳"
    record(
        "planning.proposals.decided",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"{programme}：{word}{len(proposals)}条建议",
        rows=[
            RowChange(one, str(one), {"审核": [State.OPEN.label, word], "写了": [None, answer.strip()]})
            for one in proposals
        ],
    )
    return len(proposals)


def _take(programme: Programme, one: Proposal) -> None:
    item = one.item
    if one.kind == Kind.ADD and one.reserve:
        item = programme.items.filter(reserve=one.reserve).first()
        if item is None:
            of_reserve(programme, one.reserve, ProgrammeItem.Source.PROPOSED, one.reason).save()
            return
        item.dropped = False
    elif item and one.kind == Kind.DROP:
        item.dropped = True
    elif item and one.planned_investment is not None:
        item.planned_investment = one.planned_investment
        if one.planned_investment:
            item.stage = Stage.UNDER_WAY
    if item:
        item.reason, item.version = one.reason, item.version + 1
        save_items([item])
