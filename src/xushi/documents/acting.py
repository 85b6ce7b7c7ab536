"""文稿动作共用的：锁住、核稿次、核状态。"""

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import PermissionDenied

from xushi.documents.models import Paper, PaperVersion
from xushi.documents.table import ACTS, State
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.units.models import User

GONE = "这份文稿不在了，请回报告通报看现在有哪些。"


def taken(
    pk: int,
    act: str,
    *,
    actor: Actor,
    may: Callable[[User, Paper], bool],
    who: str,
    version: int | None = None,
) -> Paper:
    """The paper, locked for this act; version is the draft looked at, None where it does not matter.

    Refused where the state does not allow it, Conflict where somebody saved a newer draft, PermissionDenied with who.
    """
    rows = Paper.objects.select_for_update(of=("self",)).select_related("office")
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    paper: Paper | None = rows.filter(pk=pk).first()
    if paper is None:
        raise Refused([RowProblem(0, "paper", GONE)])
    if actor.by is not None and not may(actor.by, paper):
        raise PermissionDenied(who)
    step = ACTS[act]
    if State(paper.state) not in step.before:
        raise Refused([RowProblem(0, "paper", f"“{paper}”现在是“{paper.label}”。{step.refusal}")])
    if version is not None and paper.version != version:
        raise Conflict(overtaken(paper))
    return paper


def overtaken(paper: Paper) -> str:
    last = newest(paper)
    who = f"{last.by}在" if last.by else ""
    return f"{who}你看的那一稿之后又存了{last}。你写的还在，请看过新的一稿再决定。"


def newest(paper: Paper) -> PaperVersion:
    return PaperVersion.objects.select_related("by").get(paper=paper, number=paper.version)


def moved(paper: Paper, state: State | None, *, now: datetime, fields: tuple[str, ...] = ()) -> None:
    if state is not None:
        paper.state = state
    paper.changed_at = now
    paper.save(update_fields=["state", "changed_at", *fields])
