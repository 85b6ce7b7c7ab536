"""作废：编错了的一份草案整份去掉，里面有什么、各单位提过什么，日志里都留着。"""

from datetime import datetime

from django.db import transaction

from xushi.journal.actions import Actor, RowChange, record
from xushi.planning.models import Programme
from xushi.planning.programme import ask_settler, end_asking, locked
from xushi.registry.checking import RowProblem, refuse


@transaction.atomic
def discard_programme(programme: Programme, *, reason: str, actor: Actor, now: datetime) -> None:
    """作废 a draft: its lines, its proposals and what is owed for it go; projects and reserve stay as they are."""
    programme = locked(programme)
    ask_settler(programme, actor)
    if not reason.strip():
        refuse([RowProblem(0, "reason", "作废要写原因，日志里留着。")])
    end_asking(programme, actor, now)
    items = [
        RowChange(
            item, item.name, {"列入": [not item.dropped, None], "年度计划": [item.planned_investment, None]}
        )
        for item in programme.items.order_by("pk")
    ]
    proposals = [
        RowChange(one, str(one), {"建议": [one.get_kind_display(), None], "写了": [one.reason, None]})
        for one in programme.proposals.select_related("item", "reserve").order_by("pk")
    ]
    record(
        "planning.programme.discarded",
        actor=actor,
        now=now,
        subject=programme,
        summary=f"作废{programme}草案（{len(items)}个项目、{len(proposals)}条建议）：{reason.strip()}",
        rows=[*items, *proposals],
    )
    programme.proposals.all().delete()
    programme.items.all().delete()
    programme.delete()


__all__ = ["discard_programme"]
