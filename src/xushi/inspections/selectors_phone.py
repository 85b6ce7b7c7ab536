"""手机带走的一包：我这一组要看的点、每个项目最近的数、检查单、没改完的发现、可选的单位和期限。"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.alerts.models import Alert
from xushi.alerts.words import row_of
from xushi.core.clock import BEIJING, local_day
from xushi.core.money import half_up, share, yi
from xushi.inspections.checklists import in_force_at
from xushi.inspections.models import Finding, SentEntry, Visit, teams_of
from xushi.inspections.policy import LOOKERS
from xushi.inspections.selectors import mending_units
from xushi.inspections.words import AT_UNIT, FindingClass, RoundState, Severity, Verdict, VisitState
from xushi.progress.closed import last_closing_for
from xushi.progress.standing import Standing, standings
from xushi.registry.models import Project
from xushi.units.inherited import COMMON

if TYPE_CHECKING:
    from xushi.units.models import User

PROJECT = Project._meta.label_lower
USUAL_DAYS = (7, 3)  # the first is what a new finding gets


def todays_visits(user: "User", day: date) -> Any:
    """What my teams have still to look at in rounds that are open, and what they looked at today.

    An officer or inspector who goes with no team of an open round takes all of its visits.
    """
    rows = Visit.objects.visible_to(user).exclude(round__state=RoundState.ENDED)
    mine = rows.filter(team__in=teams_of(user))
    if not mine.exists() and user.has_role(*LOOKERS):
        mine = rows
    ahead = Q(state__in=(VisitState.PLANNED, VisitState.UNDER_WAY))
    start = _midnight(day)
    seen_today = Q(state=VisitState.DONE, done_at__gte=start, done_at__lt=start + timedelta(days=1))
    related = ("round", "team", "project__territory", "project__responsible_unit", "project__leader")
    return (
        mine.filter(ahead | seen_today).select_related(*related).order_by("planned_at", "team", "order", "pk")
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


def pack(user: "User", day: date, only: Visit | None = None) -> dict[str, Any]:
    """Everything the form needs without a network, as JSON; a fixed number of queries. only: of this one visit."""
    visits = [only] if only else list(todays_visits(user, day))
    projects = [visit.project_id for visit in visits]
    closing = last_closing_for(user)
    month = closing.month if closing else None
    of_them = standings(closing.month, projects, closing=closing) if closing and projects else ()
    held = {one.project_id: one for one in of_them}
    alarms, findings = _alarms(user, projects, day), _findings(user, projects)
    return {
        "day": day.isoformat(),
        "who": {"name": user.name, "unit": user.unit_name},
        "month": month.label if month else "",
        "visits": [
            _visit(one, held.get(one.project_id), alarms[one.project_id], findings[one.project_id], day)
            for one in visits
        ],
        "checklists": _checklists(visits[0].project.territory.path if visits else COMMON),
        "classes": [{"value": value, "label": label} for value, label in FindingClass.choices],
        "severities": [{"value": value, "label": label} for value, label in Severity.choices],
        "verdicts": [{"value": value, "label": label} for value, label in Verdict.choices],
        "units": [{"id": unit.pk, "name": str(unit)} for unit in mending_units(user)],
        "days": [_due(day + timedelta(days=n), n) for n in USUAL_DAYS],
    }


def settled_entries(user: "User", only: Visit | None = None, most: int = 50) -> list[int]:
    """Records of this person that had clashed and of which somebody has chosen since, the latest first; one query."""
    rows = SentEntry.objects.filter(by=user, settled_at__isnull=False)
    rows = rows.filter(visit=only) if only else rows
    return list(rows.order_by("-settled_at").values_list("pk", flat=True)[:most])


def _due(on: date, days: int) -> dict[str, Any]:
    return {
        "label": f"{days}天", "date": on.isoformat(), "shown": f"{on.month}月{on.day}日",
        "usual": days == USUAL_DAYS[0],
    }  # fmt: skip


def _visit(
    one: Visit, held: Standing | None, alarms: list[Any], findings: list[Any], day: date
) -> dict[str, Any]:
    project = one.project
    placed = project.longitude is not None and project.latitude is not None
    return {
        "key": str(one.key), "pk": one.pk, "version": one.version, "kind": one.kind,
        "kind_label": one.get_kind_display(), "state": one.state, "state_label": one.get_state_display(),
        "round": str(one.round), "team": str(one.team or ""), "order": one.order,
        "today": one.planned_at is None or local_day(one.planned_at) <= day,
        "planned_at": one.planned_at.astimezone(BEIJING).isoformat() if one.planned_at else None,
        "reasons": [str(reason.get("words", "")) for reason in one.reasons],
        "project": {
            "id": project.pk, "name": project.name, "territory": str(project.territory), "address": project.address,
            "unit": {"id": project.responsible_unit_id, "name": str(project.responsible_unit)},
            "leader": project.leader.name if project.leader else "", "person": project.responsible_person,
            "place": {"lng": float(project.longitude), "lat": float(project.latitude)} if placed else None,  # type: ignore[arg-type]
        },
        "facts": _facts(project, held), "alerts": alarms, "findings": findings,
    }  # fmt: skip


def _facts(project: Project, held: Standing | None) -> list[dict[str, str]]:
    """总投资, 年度计划, 完成率, 序时, 开工: as the last closed month fixed them."""
    told = [("总投资", f"{half_up(yi(project.total_investment), 1)}亿元")]
    if held is not None:
        done, due = share(held.cumulative, held.annual_plan), share(held.due_twelfths, held.annual_plan * 12)
        told.append(("年度计划", f"{half_up(yi(held.annual_plan), 1)}亿元"))
        told.append(("月报完成率", "—" if done is None else f"{half_up(done * 100, 1)}%"))
        told.append(("序时", "—" if due is None else f"{half_up(due * 100, 1)}%"))
    started = project.started_on
    told.append(("开工", f"{started.year}年{started.month}月{started.day}日" if started else "没开工"))
    if project.difficulty:
        told.append(("卡点", project.difficulty))
    return [{"label": label, "value": value} for label, value in told]


def _alarms(user: "User", projects: Collection[int], day: date) -> dict[int, list[dict[str, str]]]:
    made: dict[int, list[dict[str, str]]] = defaultdict(list)
    rows = Alert.objects.open().visible_to(user).filter(subject_kind=PROJECT, subject_id__in=projects)
    for alert in rows.order_by("level_rank", "cause_rank"):
        row = row_of(alert, day)
        made[alert.subject_id].append({"mark": row.mark, "cause": row.cause, "amount": row.amount})
    return made


def _findings(user: "User", projects: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    made: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Finding.objects.visible_to(user).open().filter(project__in=projects).select_related("unit")
    for one in rows.order_by("due_on", "pk"):
        made[one.project_id].append({
            "key": str(one.key), "words": one.words, "due_on": one.due_on.isoformat(), "unit": str(one.unit),
            "state": one.state, "state_label": one.get_state_display(), "at_unit": one.state in AT_UNIT,
        })  # fmt: skip
    return made


def _checklists(path: str) -> dict[str, Any]:
    """{kind: the checklist in force where the sites are}; two queries."""
    return {
        kind: {
            "version": held.version,
            "items": [
                {"id": item.pk, "name": item.name, "hint": item.hint, "class": item.finding_class,
                 "severity": item.severity}
                for item in held.items.all()
            ],
        }
        for kind, held in in_force_at(path).items()
    }  # fmt: skip
