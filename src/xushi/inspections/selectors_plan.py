"""排督查要读的：哪些项目可看、谁能进组、正在进行的是哪一次。"""

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Max, OuterRef, Q

from xushi.alerts.models import Alert
from xushi.alerts.rules import OWED, Cause
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.duties.reach import in_office, reach_of
from xushi.inspections.models import Round, Visit
from xushi.inspections.rules_plan import Alarm, Candidate, completing
from xushi.inspections.words import RoundState, VisitState
from xushi.kit.listed import listed
from xushi.registry.models import AnnualPlan, Listing, Project, Stage
from xushi.units.districts import home_district
from xushi.units.models import Role, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

PROJECT = Project._meta.label_lower
SAID = [cause.value for cause in Cause if cause not in OWED]
DUE_IN = 45  # days before the planned completion that it counts as near


def current_round(user: User, month: Month) -> Round | None:
    """The round of a month: the person's own district's before one of what is above it; the one under way, else the
    planned, else the last that ended. Whoever oversees all districts has those of all; theirs stand in the list."""
    place = home_district(user)
    order = {RoundState.UNDER_WAY: 0, RoundState.PLANNED: 1, RoundState.ENDED: 2}
    rows = Round.objects.visible_to(user).filter(month=month)
    near = rows.at(place.path) if place else rows.kept_by(None)
    deepest = sorted(
        near.select_related("district"),
        key=lambda one: (
            -len(one.district.path) if one.district else 0,
            order[RoundState(one.state)],
            -one.serial,
        ),
    )
    return deepest[0] if deepest else None


def under_way(user: User, month: Month) -> "QuerySet[Project]":
    """在建的: on a list of the year as 当年实施, started, neither completed nor removed."""
    on_list = Listing.objects.filter(project=OuterRef("pk"), year=month.year, stage=Stage.UNDER_WAY)
    return Project.objects.visible_to(user).filter(
        Exists(on_list), started_on__isnull=False, completed_on=None, removed_on=None
    )


def last_seen(projects: Any, before: date | None = None) -> dict[int, date]:
    """{project: the day it was last looked at}; one query."""
    rows = Visit.objects.done().filter(project__in=projects)
    if before:
        rows = rows.filter(done_at__date__lt=before)
    found = rows.order_by().values("project").annotate(last=Max("done_at")).values_list("project", "last")
    return {pk: local_day(at) for pk, at in found}


def candidates(user: User, month: Month, now: datetime) -> list[Candidate]:
    """Every project that could be looked at, with what speaks for it; a fixed number of queries.

    Under way, or completed lately and not yet accepted; what already waits in an open round is left out.
    """
    today = local_day(now)
    on_list = Listing.objects.filter(project=OuterRef("pk"), year=month.year, stage=Stage.UNDER_WAY)
    waiting = Visit.objects.ahead().exclude(round__state=RoundState.ENDED).filter(project=OuterRef("pk"))
    open_now = Q(completed_on=None) | Q(completed_on__lte=today, accepted_on=None)
    rows = (
        Project.objects.visible_to(user)
        .filter(Exists(on_list), open_now, ~Exists(waiting), removed_on=None)
        .values_list(
            "pk", "name", "territory__path", "started_on", "completed_on", "planned_completion_on", "longitude",
            "latitude",
        )
        .order_by("pk")
    )  # fmt: skip
    found = list(rows)
    keys = [row[0] for row in found]
    plans = dict(
        AnnualPlan.objects.filter(listed("project_id", keys), year=month.year, state="in_force")
        .values_list("project_id", "planned_investment")
    )  # fmt: skip
    alarms, seen = _alarms(keys, today), last_seen(Project.objects.filter(listed("pk", keys)).values("pk"))
    made = []
    for pk, name, path, started, completed, due, lng, lat in found:
        near = bool(due and started and not completed and (due - today).days <= DUE_IN)
        one = Candidate(
            pk, name, path, plans.get(pk, 0), (today - seen[pk]).days if pk in seen else None,
            tuple(alarms.get(pk, ())), started is not None and started <= today, completed, near,
            (float(lng), float(lat)) if lng is not None and lat is not None else None,
        )  # fmt: skip
        kept = completing(one, today)
        if completed is None or kept.completed_on is not None:  # what was completed long ago is over
            made.append(kept)
    return made


def _alarms(projects: list[int], today: date) -> dict[int, list[Alarm]]:
    rows = Alert.objects.open().filter(listed("subject_id", projects), subject_kind=PROJECT, cause__in=SAID)
    made: dict[int, list[Alarm]] = defaultdict(list)
    for pk, cause, level, since, points in rows.values_list(
        "subject_id", "cause", "level", "since", "points"
    ):
        made[pk].append(Alarm(Cause(cause), level == "red", max((today - since).days, 0), points))
    return made


def lookers(user: User) -> list[User]:
    """Who can lead a team or go with one: the office, the inspectors, departments of one's own districts; two queries."""
    roles = (Role.OFFICE, Role.INSPECTOR, Role.DEPARTMENT)
    held = User.objects.filter(appointments__role__in=roles, appointments__ended_at=None, is_active=True)
    near = reach_of(user)
    if near.beside:
        held = held.filter(in_office(near.own("unit__"), *roles))
    return list(held.distinct().order_by("pk"))


def planned_visits(user: User, held: Round) -> list[Visit]:
    """The visits of a round in this person's sight as its route goes; one query."""
    rows = held.visits.visible_to(user).select_related(
        "team", "project__territory", "project__responsible_unit"
    )
    return sorted(rows, key=lambda one: (one.team_id or 10**9, one.order, one.pk))


def state_counts(user: User, held: Round) -> dict[str, int]:
    counts = dict.fromkeys(VisitState.values, 0)
    for state in held.visits.visible_to(user).values_list("state", flat=True):
        counts[state] += 1
    return counts
