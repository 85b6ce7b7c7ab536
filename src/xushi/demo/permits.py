"""演示区的前期手续：重大办把各项目的手续台账一次录入——开了工的办齐了，没开工的停在各自的一步。"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING, local_day
from xushi.demo.permits_lives import Chart, Clock, StepRow, begun_life, waiting_life
from xushi.demo.permits_rows import spots
from xushi.demo.reporting import District
from xushi.demo.row import Row
from xushi.demo.storyline import Story
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.permits import actions, owing
from xushi.permits.actions_catalogue import preload
from xushi.permits.models import RUNNING, Permit, PermitStep, Supplement, Track
from xushi.permits.rules import months_after
from xushi.registry.models import Project
from xushi.units.models import User

ENTERED = datetime(2018, 9, 11, 18, 10, tzinfo=BEIJING)
TURNED_BACK = "消防车道宽度不够4米，请改总平面图。"
REVIEWED = "审图意见还有6条没有回复，结构计算书缺签章。"
FIRST, LAST = date(2012, 1, 4), date(2018, 12, 28)
COLUMNS = (
    "state", "ready_since", "submitted_on", "accepted_on", "decided_on", "due_on", "reason", "lacking",
    "lacking_until", "extensions",
)  # fmt: skip


def permit_stories(district: District) -> Iterator[Story]:
    yield _ledger(district)


def _ledger(district: District) -> Story:
    """The ledger, and what was still done about it that evening."""
    yield ENTERED
    enter_ledger(district, now=ENTERED)
    users, today = district.people.users, local_day(ENTERED)
    planner, builder = Actor(by=users["department3"]), Actor(by=users["department4"])
    yield (now := ENTERED + timedelta(minutes=25))
    actions.accept(_next("land_permit", "submitted"), today, actor=planner, now=now)
    yield (now := ENTERED + timedelta(minutes=40))
    actions.ask_supplement(_next("design", "accepted"), TURNED_BACK, today, actor=planner, now=now)
    yield (now := ENTERED + timedelta(minutes=55))
    actions.ask_supplement(_next("drawing", "accepted"), REVIEWED, today, actor=builder, now=now)
    yield (now := ENTERED + timedelta(minutes=70))
    seen = _next("feasibility", "supplement")
    territory = PermitStep.objects.get(pk__in=seen).project.territory.name
    answered = Actor(by=district.reporter(territory))
    actions.answer_supplement(seen, today, actor=answered, now=now, words="资金来源证明已补。")


def _next(code: str, state: str) -> dict[int, int]:
    """The step of a kind that has become ready last and stands so."""
    waiting = PermitStep.objects.waiting().filter(
        permit__code=code, state=state, due_on__gte=local_day(ENTERED)
    )
    [step] = waiting.order_by("-ready_since", "pk")[:1]
    return {step.pk: step.version}


def enter_ledger(district: District, *, now: datetime) -> None:
    """Every project's track and steps, in one event; the same rows that the acts would have left, one by one."""
    office = district.people.users["office"]
    catalogue = preload(actor=SYSTEM, now=now)
    permits = {permit.code: permit for permit in catalogue.permits.all()}
    held = Project.objects.in_bulk([project.pk for project in district.projects.values()])
    projects = [held[district.projects[row.name].pk] for row in district.rows]
    insert_all([Track(project=one, catalogue=catalogue, moved_at=now) for one in projects])
    told = list(zip(projects, _lives(district, projects), strict=True))
    steps, rows = [], []
    for project, life in told:
        for row in life:
            steps.append(_step(project, permits[row.code], row, office, now))
            rows.append(row)
    insert_all(steps)
    insert_all([
        Supplement(step=step, asked_on=asked, words=words, answered_on=answered)
        for step, row in zip(steps, rows, strict=True)
        for asked, words, answered in row.asked
    ])  # fmt: skip
    _owe(steps, office, now)
    record(
        "permits.track.opened", actor=Actor(by=office), now=now,
        summary=f"录入手续台账：{len(told)}个项目、{len(steps)}步",
        rows=[RowChange(project, project.name, {"手续": ["", _told(life, permits)]}) for project, life in told],
    )  # fmt: skip


def _owe(steps: Sequence[PermitStep], office: User, now: datetime) -> None:
    """What is still to be done of them stands on the lists of departments and territories."""
    keys = [
        step.pk
        for step in steps
        if step.state in RUNNING or (step.lacking_until and step.state == "approved")
    ]
    owed = PermitStep.objects.filter(listed("pk", keys)).select_related(*owing.RELATED).order_by("pk")
    owing.owe(list(owed), now=now, by=office)


def _lives(district: District, projects: Sequence[Project]) -> Iterator[list[StepRow]]:
    chance, standing = random.Random(150), spots(district.rows)
    charts, clock = {kind: Chart.of(kind) for kind in ("filing", "approval")}, Clock(_working_days())
    for row, project in zip(district.rows, projects, strict=True):
        chart = charts[project.kind]
        if project.started_on:
            permit_on = project.permit_on or project.started_on - timedelta(days=chance.randint(1, 20))
            done = project.completed_on
            yield begun_life(chart, clock, chance, permit_on=permit_on, completed_on=done)
        else:
            yield waiting_life(chart, clock, chance, standing[row.name])


def _working_days() -> list[date]:
    days = calendar()
    every = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return [day for day in every if days.is_working(day)]


def _step(project: Project, permit: Permit, row: StepRow, office: User, now: datetime) -> PermitStep:
    entered = row.state != "planned"
    return PermitStep(
        project=project, permit=permit, expires_on=_expires(permit, row), confirmed_by=office if entered else None,
        confirmed_at=now if entered else None, **{name: getattr(row, name) for name in COLUMNS},
    )  # fmt: skip


def _expires(permit: Permit, row: StepRow) -> date | None:
    """The day it lapses unless ground is broken: each extension is as long as it is valid."""
    if row.state != "approved" or row.decided_on is None or permit.valid_months is None:
        return None
    return months_after(row.decided_on, permit.valid_months * (1 + row.extensions))


def _told(life: Sequence[StepRow], permits: dict[str, Permit]) -> str:
    done = sum(row.state in ("approved", "not_needed") for row in life)
    waiting = "、".join(permits[row.code].name for row in life if row.ready_since and not row.decided_on)
    return f"办结{done}步" + (f"，在办{waiting}" if waiting else "")


def words_of(rows: Sequence[Row]) -> dict[str, str]:
    """当前卡点 of the projects that name none themselves."""
    return {name: spot.words for name, spot in spots(rows).items()}
