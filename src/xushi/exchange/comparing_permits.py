"""手续的批量表：一行是一个项目的一步；先照入库的动作试一遍，有错指到格子，再说会改哪几步。"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.db import transaction

from xushi.core.cells import Choice
from xushi.core.clock import BEIJING
from xushi.core.text import name_key
from xushi.exchange.comparing import CHANGED, UNCHANGED, Comparison
from xushi.exchange.understanding import Row
from xushi.journal.actions import Actor
from xushi.kit.listed import listed
from xushi.permits.actions_office import StepReport, report_steps
from xushi.permits.models import PermitStep
from xushi.registry.checking import Refused

if TYPE_CHECKING:
    from xushi.units.models import User

State = PermitStep.State
FIELDS = {"code": "step", "project": "name"}  # what the action calls a field, and the sheet
SAID = {"state": "状态", "submitted_on": "报件", "accepted_on": "受理", "decided_on": "办结"}


@dataclass(slots=True)
class Steps:
    """The steps of the sheet's projects, by project and code; codes by project and the name as it may be written."""

    held: dict[tuple[int, str], PermitStep] = field(default_factory=dict)
    codes: dict[int, dict[str, str]] = field(default_factory=dict)
    names: dict[int, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, projects: set[int]) -> "Steps":
        """One query."""
        found = cls()
        rows = PermitStep.objects.filter(listed("project_id", sorted(projects))).select_related("permit")
        for step in rows.order_by("permit__place", "pk"):
            code, name, project = step.permit.code, step.permit.name, step.project_id
            found.held[project, code] = step
            written = found.codes.setdefault(project, {})
            written |= {name_key(name): code, name_key(code): code}
            found.names.setdefault(project, {})[code] = name
        return found


def compare_permits(comparison: Comparison, user: "User | None") -> None:
    """What the sheet would change; nothing is written."""
    targets = {row.target for row in comparison.good() if row.target is not None}
    steps = Steps.of(targets)
    reports = [
        (row, report)
        for row in comparison.good()
        if row.target and (report := _report(comparison, row, steps))
    ]
    if not reports:
        return
    _complain(comparison, reports, user)
    for row, report in reports:
        if not row.bad:
            _compare(comparison, row, report, steps)


def _report(comparison: Comparison, row: Row, steps: Steps) -> StepReport | None:
    code = _code(comparison, row, steps)
    if code is None:
        return None
    days = {name: row.values.get(name) for name in ("submitted_on", "accepted_on", "decided_on")}
    return StepReport(row.target or 0, code, _state(row), reason=row.values.get("reason") or "", **days)


def _only_one(words: str, known: Mapping[str, str]) -> str | None:
    """节能审查 where this project has but 节能审查（企业投资）: the one name that begins so, with brackets after it."""
    found = [code for name, code in known.items() if name.startswith((f"{words}(", f"{words}（"))]
    return found[0] if len(found) == 1 else None


def _code(comparison: Comparison, row: Row, steps: Steps) -> str | None:
    found, words = comparison.found, row.values.get("step")
    known = steps.codes.get(row.target or 0, {})
    if not words:
        found.complain(row, "step", "没有写哪一步手续。请填上，或删掉这一行。")
    elif not known:
        found.complain(row, "name", "这个项目还没有建立手续。请区重大办先建立，再导入。")
    elif code := known.get(name_key(words)) or _only_one(name_key(words), known):
        return code
    else:
        names = steps.names[row.target or 0]
        near = get_close_matches(words, names.values(), n=3, cutoff=0.4)
        near += [name for name in names.values() if words in name and name not in near]
        choices = tuple(Choice(name, name) for name in near[:4])
        found.complain(row, "step", f"这个项目没有“{words}”这步手续。请对照目录里的名称。", choices=choices)
    return None


def _state(row: Row) -> str:
    """As it is written, else as far as the days say."""
    if said := row.values.get("state"):
        return str(said)
    by_day = (
        ("decided_on", State.APPROVED),
        ("accepted_on", State.ACCEPTED),
        ("submitted_on", State.SUBMITTED),
    )
    return next((state for name, state in by_day if row.values.get(name)), State.PLANNED)


def _complain(comparison: Comparison, reports: list[tuple[Row, StepReport]], user: "User | None") -> None:
    """Let the action try; whatever it refuses is told at its cell, and nothing of it stays."""
    now = datetime.combine(comparison.today, time(12), BEIJING)
    with transaction.atomic():
        try:
            report_steps([report for _, report in reports], actor=Actor(by=user), now=now)
        except Refused as refusal:
            for problem in refusal.problems:
                row = reports[problem.row][0]
                comparison.found.complain(row, FIELDS.get(problem.field, problem.field), problem.sentence)
        transaction.set_rollback(True)


def _compare(comparison: Comparison, row: Row, report: StepReport, steps: Steps) -> None:
    held = steps.held[report.project, report.code]
    told = {name: getattr(report, name) for name in SAID}
    if report.state == State.APPROVED and not report.accepted_on:
        told["accepted_on"] = report.decided_on
    changes = {
        name: (getattr(held, name), value) for name, value in told.items() if getattr(held, name) != value
    }
    row.status = CHANGED if changes else UNCHANGED
    if not changes:
        return
    comparison.payload.append((row, report))
    for name, (old, new) in changes.items():
        row.changes[name] = [_plain(name, old), _plain(name, new)]
        label = f"{held.permit.name}{SAID[name]}"
        comparison.differ(row, row.values.get("name") or "", label, *row.changes[name])


def _plain(name: str, value: object) -> str:
    if value is None:
        return ""
    return _labels()[str(value)] if name == "state" else str(value)


def _labels() -> Mapping[str, str]:
    return dict(State.choices)
