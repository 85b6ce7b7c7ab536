"""写月报的几个动作共用的：拒绝、说是哪几个月、一个项目一行地记一笔。"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.kit.bulk import maker
from xushi.registry.actions import Refused, RowProblem
from xushi.registry.models import Project


def refuse(problems: Iterable[RowProblem]) -> None:
    found = sorted(problems, key=lambda problem: problem.row)
    if found:
        raise Refused(found)


def months_of(rows: Iterable[Any]) -> str:
    months = sorted({row.month for row in rows})
    return months[0].label if len(months) == 1 else f"{months[0].label}至{months[-1].label}" if months else ""


def record_projects(
    verb: str,
    summary: str,
    changes: dict[int, Changes],
    names: dict[int, str],
    actor: Actor,
    now: datetime,
) -> None:
    """One event with a row per project; none where nothing changed. names: the projects' own, by primary key."""
    if not changes:
        return
    make = maker(Project)  # the journal needs no more of a project than its key and name
    projects = {pk: make({"id": pk, "name": names[pk]}) for pk in changes}
    one = projects[next(iter(changes))] if len(changes) == 1 else None
    record(
        verb,
        actor=actor,
        now=now,
        subject=one,
        summary=f"{summary}：{one.name}" if one else f"{summary}，{len(changes)}个项目",
        rows=(RowChange(projects[pk], names[pk], of_one) for pk, of_one in changes.items()),
    )
