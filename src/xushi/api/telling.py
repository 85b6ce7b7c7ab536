"""答复：一行一行地说成接口的样子。数都是各房间算好的，这里不算。"""

from decimal import Decimal
from typing import Any

from xushi.alerts.models import Alert
from xushi.duties.models import Duty
from xushi.home.rows import Row
from xushi.indicators.figures import Scored
from xushi.kit import amounts
from xushi.permits.models import PermitStep
from xushi.problems.models import Problem
from xushi.progress.specs import SPECS, Group
from xushi.supervision.models import SupervisionOrder

Told = dict[str, Any]
_AS_THEY_ARE = (
    "total_investment", "annual_plan", "invested_before", "cumulative", "started", "completed", "reported",
    "started_on", "completed_on", "statistics_entered_on",
)  # fmt: skip
NEEDED = (*_AS_THEY_ARE, "previous_cumulative")  # beyond what the columns of the list are made of


def project(row: Row, *, closed: bool) -> Told:
    """A project at a month's end; money in 元."""
    values = row.values
    return {
        "id": row.pk,
        "name": row.name,
        "month": str(row.as_of),
        "closed": closed,
        "level": row.level,
        "stage": row.stage,
        "category": values["category__name"] or "",
        "territory": row.territory,
        "responsible_unit": row.unit("responsible_unit"),
        "owner_unit": row.unit("owner_unit"),
        "leader": values["leader__name"] or "",
        "of_month": row.amount("of_month"),
        "start_month": _month(values["start_month"]),
        "completion_month": _month(values["completion_month"]),
        "completion_rate": _exact(row.rate),
        "scheduled_share": _exact(row.due),
        "gap_points": _exact(row.gap),
        "alerts": sorted(row.alerts),
        **{name: values[name] for name in _AS_THEY_ARE},
    }


def group(made: Group) -> Told:
    """All named figures of one group, each with its scope, month and denominator."""
    return {"key": made.key, "label": made.label, "figures": [_figure(made, name) for name in SPECS]}


def _figure(made: Group, name: str) -> Told:
    one = made.figure(name)
    return {
        "name": one.name,
        "label": one.label,
        "value": _exact(one.value),
        "unit": "1" if one.unit.value == "%" else one.unit.value,
        "as_of": str(one.as_of),
        "scope": one.scope,
        "closed": one.closed,
        "denominator": one.denominator,
        "rows": one.rows,
    }


def alert(one: Alert) -> Told:
    names = ("subject_kind", "subject_id", "subject_name", "cause", "level", "since", "note", "opened_at")
    return {"id": one.pk, "cause_words": one.get_cause_display(), **_of(one, *names)}


def order(one: SupervisionOrder) -> Told:
    names = (
        "number",
        "title",
        "demand",
        "urgency",
        "state",
        "issued_at",
        "due_at",
        "replied_at",
        "closed_at",
        "version",
    )
    told = {
        "id": one.pk,
        "state_words": one.get_state_display(),
        "project": one.project_id,
        "lead": str(one.lead),
    }
    return told | _of(one, *names)


def duty(one: Duty) -> Told:
    return {"id": one.pk, **_of(one, "kind", "number", "title", "note", "issuer", "url", "since", "due_at")}


def problem(one: Problem) -> Told:
    return {
        "id": one.pk,
        "project": one.project_id,
        "problem_class": one.problem_class_id,
        "class_words": one.problem_class.name,
        "state_words": one.get_state_display(),
        "lead": str(one.lead or ""),
        **_of(one, "title", "words", "state", "due_on", "reported_at", "version"),
    }


def step(one: PermitStep) -> Told:
    days = ("planned_on", "submitted_on", "accepted_on", "decided_on", "due_on")
    return {
        "id": one.pk,
        "project": one.project_id,
        "code": one.permit.code,
        "name": one.permit.name,
        "state_words": one.get_state_display(),
        **_of(one, "state", *days, "version"),
    }


def board(made: Scored, names: dict[str, str]) -> Told:
    """The own district's score and rank under every node of a version, at a month."""
    return {
        "system": made.version.system.code,
        "name": made.version.system.name,
        "version": str(made.version),
        "period": made.period,
        "own": made.own,
        "digest": made.digest,
        "scores": [
            {"code": code, "name": names.get(code, code), "score": made.score(code), "rank": made.rank(code)}
            for code in made.result.plan.codes
        ],
    }


def _of(one: Any, *names: str) -> Told:
    return {name: getattr(one, name) for name in names}


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _month(value: Any) -> str | None:
    found = amounts.month_of(value)
    return str(found) if found else None
