"""排督查：排一次、加点、改安排、没去写明缘由、开始、结束；都由重大办来排。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max

from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.duties.reach import reach_of, strangers
from xushi.inspections import policy
from xushi.inspections.entries import fit_text
from xushi.inspections.models import Round, Team, Visit
from xushi.inspections.rules_plan import Stop, route, shared_out, timetable
from xushi.inspections.words import Kind, RoundState, VisitState
from xushi.journal.actions import Actor, RowChange, record
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.registry.containers import place_of
from xushi.registry.models import Project
from xushi.units.districts import denied
from xushi.units.models import User

TEAM_NAMES = ("一组", "二组", "三组", "四组", "五组", "六组")
MOST_VISITS = 200
MOST_REASON = 200
LAST_IN_ROUTE = 999
AROUND = timedelta(days=62)  # a round may begin before its month and run over


@dataclass(frozen=True, slots=True)
class TeamInput:
    """A team: who leads it and who goes with it; people by primary key."""

    lead: int
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitInput:
    """A project to be looked at, and why."""

    project: int
    kind: str = Kind.PROGRESS
    reasons: tuple[dict[str, str], ...] = field(default_factory=tuple)


NOT_YOURS = "督查计划由区重大办来排。"


def ask_planner(actor: Actor, held: Round | None = None) -> None:
    """PermissionDenied for whoever is not the office, or not that of the round's district."""
    if actor.by is None or policy.can_plan(actor.by, held):
        return
    raise PermissionDenied(denied(actor.by, NOT_YOURS) if held and not held.district else NOT_YOURS)


@transaction.atomic
def plan_round(
    *,
    month: Month,
    teams: Sequence[TeamInput],
    visits: Sequence[VisitInput],
    first_day: date,
    seed: str,
    actor: Actor,
    now: datetime,
) -> Round:
    """排一次督查: teams, their stretches of one route, and when; serial goes on through the year."""
    ask_planner(actor)
    _mistakes(teams, visits, actor)
    _near(month, first_day)
    held = _begun(month, seed[:40], actor, now)
    made = []
    for name, given in zip(TEAM_NAMES, teams, strict=False):
        team = Team.objects.create(round=held, name=name, lead_id=given.lead)
        team.members.set({given.lead, *given.members})
        made.append(team)
    rows = [_visit(held, row, actor, now) for row in visits]
    Visit.objects.bulk_create(rows)
    lay_route(held, made, first_day, now=now)
    _told("round.planned", held, f"排{held}，{len(rows)}个点", rows, actor, now)
    return held


def _begun(month: Month, seed: str, actor: Actor, now: datetime) -> Round:
    """The next round of the year of the actor's district."""
    place = place_of(actor.by)
    of_year = Round.objects.kept_by(place).select_for_update().filter(year=month.year)
    serial = (of_year.aggregate(last=Max("serial"))["last"] or 0) + 1
    told = {"seed": seed, "planned_by": actor.by, "planned_at": now}
    try:
        with transaction.atomic():
            return Round.objects.create(month=month, year=month.year, serial=serial, district=place, **told)
    except IntegrityError:  # two at once: the other has this number
        raise Conflict(f"刚有人排了第{serial}次联合督查，请看过再排。") from None


def _mistakes(
    teams: Sequence[TeamInput], visits: Sequence[VisitInput], actor: Actor, kept: Iterable[int] = ()
) -> None:
    """Refused with every mistake; kept are the people who are in the teams already, from wherever they are."""
    problems = []
    if not 1 <= len(teams) <= len(TEAM_NAMES):
        problems.append(RowProblem(0, "teams", f"要分1到{len(TEAM_NAMES)}个组。"))
    if not 1 <= len(visits) <= MOST_VISITS:
        problems.append(RowProblem(0, "visits", f"一次看1到{MOST_VISITS}个点，请先选项目。"))
    if len({row.project for row in visits}) != len(visits):
        problems.append(RowProblem(0, "visits", "同一个项目排了两遍，请去掉一个。"))
    people = {person for team in teams for person in (team.lead, *team.members)}
    known = list(User.objects.filter(pk__in=people, is_active=True))
    elsewhere = strangers(reach_of(actor.by), (one for one in known if one.pk not in kept))
    problems += [RowProblem(0, "teams", f"{one.name}不是您这里的人，请从名单里另选。") for one in elsewhere]
    if len(known) != len(people):
        problems.append(RowProblem(0, "teams", "组里有人已停用或不在了，请重选。"))
    if problems:
        raise Refused(problems)


def _near(month: Month, day: date) -> None:
    if not month.first_day - AROUND <= day <= month.last_day + AROUND:
        raise Refused([RowProblem(0, "day", f"{day}离{month.label}太远，请选这个月前后两个月里的日子。")])


def _visit(held: Round, row: VisitInput, actor: Actor, now: datetime) -> Visit:
    kind = row.kind if row.kind in Kind.values else Kind.PROGRESS
    return Visit(
        round=held,
        project_id=row.project,
        kind=kind,
        reasons=list(row.reasons),
        added_by=actor.by,
        changed_at=now,
    )


def lay_route(held: Round, teams: Sequence[Team], first_day: date, *, now: datetime) -> None:
    """Whatever is still ahead, along one route, cut into the teams' stretches, with a time each."""
    ahead = list(held.visits.ahead().select_related("project__territory"))
    by_pk = {visit.pk: visit for visit in ahead}
    way = route(stop_of(visit) for visit in ahead)
    days = calendar()
    for team, stretch in zip(teams, shared_out(way, len(teams)), strict=True):
        times = timetable(len(stretch), first_day, days)
        for n, (stop, at) in enumerate(zip(stretch, times, strict=True), 1):
            visit = by_pk[stop.key]
            visit.team, visit.order, visit.planned_at, visit.changed_at = team, n, at, now
    Visit.objects.bulk_update(ahead, ["team", "order", "planned_at", "changed_at"])


def stop_of(visit: Visit) -> Stop:
    project = visit.project
    placed = project.longitude is not None and project.latitude is not None
    place = (float(project.longitude), float(project.latitude)) if placed else None  # type: ignore[arg-type]
    return Stop(visit.pk, project.territory.path, place)


@transaction.atomic
def add_visits(held: Round, rows: Sequence[VisitInput], *, actor: Actor, now: datetime) -> list[Visit]:
    """加点: at the end of the route, without a time until somebody gives one; a project stands in a round once."""
    held = Round.objects.select_for_update(of=("self",)).select_related("district").get(pk=held.pk)
    ask_planner(actor, held)
    if not held.is_open:
        raise Refused([RowProblem(0, "round", f"{held}已经结束，请加到下一次。")])
    seen = Project.objects.all() if actor.by is None else Project.objects.visible_to(actor.by)
    known = set(seen.filter(pk__in=[row.project for row in rows]).values_list("pk", flat=True))
    there = set(held.visits.values_list("project_id", flat=True))
    wanted = [row for row in rows if row.project in known and row.project not in there]
    if not wanted:
        raise Refused([RowProblem(0, "project", f"选的项目已经在{held}里了。")])
    last = held.visits.aggregate(last=Max("order"))["last"] or 0
    made = [_visit(held, row, actor, now) for row in wanted]
    for n, visit in enumerate(made, last + 1):
        visit.order = n
    Visit.objects.bulk_create(made)
    _told("visit.added", held, f"{held}加点{len(made)}个", made, actor, now)
    return made


@transaction.atomic
def put_into_next(
    rows: Sequence[VisitInput], *, month: Month, actor: Actor, now: datetime
) -> tuple[Round, list[Visit]]:
    """排进下月: into the round planned for the month after, begun where there is none."""
    ask_planner(actor)
    after = month.next
    held = Round.objects.kept_by(place_of(actor.by)).open().filter(month=after).order_by("serial").first()
    if held is None:
        held = _begun(after, "", actor, now)
        _told("round.planned", held, f"排{held}", [], actor, now)
    return held, add_visits(held, rows, actor=actor, now=now)


def _held(pk: int, actor: Actor) -> Round:
    """The round in the actor's sight and keeping, locked."""
    ask_planner(actor)
    seen = Round.objects.all() if actor.by is None else Round.objects.visible_to(actor.by)
    rows = Round.objects.filter(pk__in=seen.order_by().values("pk")).select_for_update(of=("self",))
    held: Round | None = rows.select_related("district").filter(pk=pk).first()
    if held is None:
        raise Refused([RowProblem(0, "round", "这一次督查不在了，请刷新再看。")])
    ask_planner(actor, held)
    return held


def _taken(pk: int, version: int | None, actor: Actor) -> Visit:
    """The visit in the actor's sight, locked; Conflict where something was written since the version looked at."""
    ask_planner(actor)
    seen = Visit.objects.all() if actor.by is None else Visit.objects.visible_to(actor.by)
    rows = (
        Visit.objects.filter(pk__in=seen.order_by().values("pk"))
        .select_for_update(of=("self",))
        .select_related("round", "project")
    )
    visit: Visit | None = rows.filter(pk=pk).first()
    if visit is None:
        raise Refused([RowProblem(0, "visit", "这个点不在了，请刷新再看。")])
    if version is not None and visit.version != version:
        raise Conflict(f"{visit}刚被别人改过，现在是“{visit.get_state_display()}”，请看过再定。")
    return visit


@transaction.atomic
def change_visit(
    pk: int,
    *,
    team: Team | None,
    kind: str,
    order: int,
    planned_at: datetime | None,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Visit:
    """改安排: team, kind, place in the route, time. Only another kind is a new version: its checklist is another."""
    visit = _taken(pk, version, actor)
    if visit.state not in (VisitState.PLANNED, VisitState.UNDER_WAY):
        raise Refused([RowProblem(0, "visit", f"{visit}{visit.get_state_display()}，不能再改安排。")])
    if team is not None and team.round_id != visit.round_id:
        raise Refused([RowProblem(0, "team", "请选这一次督查的组。")])
    if kind not in Kind.values:
        raise Refused([RowProblem(0, "kind", "选看什么。")])
    if not 0 <= order <= LAST_IN_ROUTE:
        raise Refused([RowProblem(0, "order", f"路线上第几要填1到{LAST_IN_ROUTE}的整数。")])
    if planned_at is not None and planned_at != visit.planned_at:
        _near(visit.round.month, local_day(planned_at))
    changes: dict[str, list[Any]] = {}
    if kind != visit.kind:
        changes["看什么"] = [visit.get_kind_display(), Kind(kind).label]
        visit.kind, visit.version = kind, visit.version + 1
    if team is not None and team.pk != visit.team_id:
        changes["组"] = [str(visit.team or ""), str(team)]
    visit.team, visit.order, visit.planned_at, visit.changed_at = team, order, planned_at, now
    visit.save()
    _told("visit.changed", visit.round, f"改督查安排：{visit.project.name}", [visit], actor, now, changes)
    return visit


@transaction.atomic
def skip_visit(pk: int, reason: str, *, version: int | None, actor: Actor, now: datetime) -> Visit:
    """没去: with the reason; what a phone sends of it later is kept beside, for a person to choose."""
    visit = _taken(pk, version, actor)
    if visit.state == VisitState.DONE:
        raise Refused([RowProblem(0, "visit", f"{visit}已经看过了。")])
    if not reason.strip():
        raise Refused([RowProblem(0, "reason", "写一句为什么没去，如“当天停工待检，改下月”。")])
    _sayable(reason)
    _skip([visit], reason, now)
    changes = {"情况": ["", f"没去：{reason.strip()}"]}
    _told("visit.skipped", visit.round, f"没去：{visit.project.name}", [visit], actor, now, changes)
    return visit


def _sayable(reason: str) -> None:
    if (count := len(reason.strip())) > MOST_REASON:
        raise Refused([RowProblem(0, "reason", f"缘由写了{count}字，最多{MOST_REASON}字，请精简。")])
    if not fit_text(reason):
        raise Refused([RowProblem(0, "reason", "缘由里有存不下的字，请删掉再记。")])


def _skip(visits: Iterable[Visit], reason: str, now: datetime) -> None:
    for visit in visits:
        visit.state, visit.skip_reason = VisitState.SKIPPED, reason.strip()
        visit.version, visit.changed_at = visit.version + 1, now
        visit.save()


@transaction.atomic
def start_round(pk: int, *, actor: Actor, now: datetime) -> Round:
    """开始: the teams go."""
    held = _held(pk, actor)
    if held.state != RoundState.PLANNED:
        raise Refused([RowProblem(0, "round", f"{held}{held.get_state_display()}，不用再开始。")])
    if not held.teams.exists() or not held.visits.exists():
        raise Refused([RowProblem(0, "round", f"{held}还没有分组或没有点，请先排好。")])
    if other := Round.objects.kept_by(held.district).filter(state=RoundState.UNDER_WAY).first():
        raise Refused([RowProblem(0, "round", f"{other}还在进行，请先结束它，再开始{held}。")])
    held.state, held.started_at, held.version = RoundState.UNDER_WAY, now, held.version + 1
    held.save()
    _told("round.started", held, f"{held}开始", [], actor, now)
    return held


@transaction.atomic
def end_round(pk: int, reason: str = "", *, actor: Actor, now: datetime) -> Round:
    """结束: what nobody has been to is 没去, with one reason for all of it."""
    held = _held(pk, actor)
    if held.state == RoundState.ENDED:
        raise Refused([RowProblem(0, "round", f"{held}已经结束。")])
    left = list(held.visits.ahead().select_for_update(of=("self",)))
    if left and not reason.strip():
        raise Refused([RowProblem(0, "reason", f"还有{len(left)}个点没看，写一句为什么，才能结束。")])
    _sayable(reason)
    _skip(left, reason, now)
    held.state, held.ended_at, held.version = RoundState.ENDED, now, held.version + 1
    held.save()
    _told("round.ended", held, f"{held}结束" + (f"，{len(left)}个点没去" if left else ""), left, actor, now)
    return held


@transaction.atomic
def set_teams(pk: int, teams: Sequence[TeamInput], first_day: date, *, actor: Actor, now: datetime) -> Round:
    """分组: the teams of a round that has not begun, and the route laid anew."""
    held = _held(pk, actor)
    if held.state != RoundState.PLANNED:
        raise Refused(
            [RowProblem(0, "teams", f"{held}{held.get_state_display()}，不能再重新分组，请逐点改。")]
        )
    projects = list(held.visits.values_list("project_id", flat=True))
    already = {pk for pk in held.teams.values_list("members", flat=True) if pk}
    _mistakes(teams, [VisitInput(project) for project in projects], actor, already)
    _near(held.month, first_day)
    held.visits.update(team=None)
    held.teams.all().delete()
    made = []
    for name, given in zip(TEAM_NAMES, teams, strict=False):
        team = Team.objects.create(round=held, name=name, lead_id=given.lead)
        team.members.set({given.lead, *given.members})
        made.append(team)
    lay_route(held, made, first_day, now=now)
    _told("round.planned", held, f"{held}分{len(made)}个组", [], actor, now)
    return held


def _told(
    verb: str,
    held: Round,
    summary: str,
    visits: Sequence[Visit],
    actor: Actor,
    now: datetime,
    changes: dict[str, list[Any]] | None = None,
) -> None:
    """One event of the round; its visits are rows of it. A project's own history hears of it once it was looked at."""
    rows = [RowChange(visit, f"{visit.get_kind_display()}", changes or {}) for visit in visits if visit.pk]
    record(
        f"inspections.{verb}",
        actor=actor,
        now=now,
        subject=held,
        subject_name=str(held),
        summary=summary,
        rows=rows,
    )
