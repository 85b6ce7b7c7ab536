"""演示区：照真实的次序走一遍——列项目、下计划、月月报、月月审、月月关账，日子停在2018年9月12日。"""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.demo import facts
from xushi.demo.admission import admission_stories
from xushi.demo.categories import plant_categories
from xushi.demo.companies import owners_of
from xushi.demo.counting import counted_of, statistics_story
from xushi.demo.guarantees import guarantee_stories
from xushi.demo.indicators import indicator_stories
from xushi.demo.indicators_handing import handing_stories
from xushi.demo.inspections import inspection_stories
from xushi.demo.meeting import meeting_stories
from xushi.demo.papers import paper_stories
from xushi.demo.people import SURNAMES, People, settle
from xushi.demo.permits import permit_stories, words_of
from xushi.demo.planning import planning_stories
from xushi.demo.problems import problem_stories
from xushi.demo.reporting import WAN, District, month_story, september_story
from xushi.demo.row import Row
from xushi.demo.rows import build_rows
from xushi.demo.services import service_stories
from xushi.demo.signings import signing_stories
from xushi.demo.signings_rows import LISTED_LATER
from xushi.demo.sites import site_stories
from xushi.demo.storyline import Storyline
from xushi.demo.supervising import Supervision
from xushi.demo.wording import content_of
from xushi.flow.clocks import remind
from xushi.flow.owing import judge_owed
from xushi.guarantees.actions import judge_all as judge_requests
from xushi.indicators.actions_reporting import follow_reports
from xushi.indicators.alerting import judge_all as judge_indicators
from xushi.inspections.rectifying import judge_all as judge_findings
from xushi.journal.actions import Actor
from xushi.journal.models import Event, Reaction
from xushi.journal.sealing import seal_events
from xushi.notices.recipients import VERBS
from xushi.notices.writing import write_notices
from xushi.permits.expected import reckon_all
from xushi.permits.owing import judge_all as judge_steps
from xushi.progress.published import publish_figures
from xushi.progress.warnings import refresh_alerts
from xushi.registry.actions import hold_ceremonies, list_projects, register_projects, set_plans
from xushi.registry.models import Project
from xushi.registry.rules import CeremonyInput, ListingInput, PlanInput, ProjectInput

YEAR_BEGAN = datetime(2018, 1, 2, 9, 0, tzinfo=BEIJING)
NOW = datetime(2018, 9, 12, 8, 20, tzinfo=BEIJING)
CEREMONY_ON = date(2018, 6, 29)
CEREMONY_AT = datetime(2018, 6, 29, 17, 0, tzinfo=BEIJING)
RESPONSIBLE = {
    "infrastructure": ("区建设局", "区交通局"),
    "livelihood": ("区教育局", "区卫计局", "区民政局"),
    "environment": ("区环保局", "区水务局"),
    "modern_services": ("区商务局", "区文旅局"),
    "advanced_manufacturing": ("区经信局", "区发改局"),
}


@transaction.atomic
def build(say: Callable[[str], object] = lambda _: None) -> People:
    """Build the whole district in the empty database, all of it or nothing; deterministic. say hears what is done."""
    chance, rows = random.Random(912), build_rows()
    owners = owners_of(rows, chance)
    say("建单位与账号")
    people = settle(sorted(owners.values()), now=YEAR_BEGAN)
    plant_categories()
    say("列项目、下计划")
    treated = counted_of(rows, chance)
    projects = _register(rows, owners, treated, people, chance)
    _list_and_plan(rows, projects, Actor(by=people.users["office"]))
    district = District(rows, {project.name: project for project in projects}, people)
    line = Storyline()
    for number in range(1, facts.CLOSED + 1):
        month = Month(facts.YEAR, number)
        line.at(_first_of(month.next), _said(say, f"{number}月：报、审、关账、入统"))
        line.add(month_story(month, district))
        line.add(statistics_story(month, district, treated))
    line.at(CEREMONY_AT, lambda now: _ceremony(district, now))
    Supervision(district, line)
    for story in (*problem_stories(district), *meeting_stories(district), september_story(district, chance)):
        line.add(story)
    for stories in (
        planning_stories, guarantee_stories, signing_stories, admission_stories, permit_stories, service_stories,
        inspection_stories,
        site_stories, paper_stories,
        indicator_stories, handing_stories,
    ):  # fmt: skip
        for story in stories(district):
            line.add(story)
    line.run()
    _publish(people)
    say("判断预警、封存日志")
    refresh_alerts(now=NOW)
    judge_requests(NOW)
    judge_findings(NOW)
    judge_steps(NOW)
    judge_indicators(NOW)
    follow_reports(NOW)
    reckon_all(NOW)
    remind(NOW)
    judge_owed(NOW)
    _tell_latest()
    # 上面已经按各自的时刻办过了，后台不必再按今天重办一遍
    Reaction.objects.filter(done_at=None).update(done_at=NOW)
    while seal_events():
        pass
    return people


def _register(
    rows: Sequence[Row],
    owners: dict[str, str],
    treated: Collection[str],
    people: People,
    chance: random.Random,
) -> list[Project]:
    """treated: the names that statistics knows; those begun before the year entered it soon after they began."""
    inputs, words = [], words_of(rows)
    for number, row in enumerate(rows, 1):
        begun = row.started_on if row.started_on and row.started_on.year < facts.YEAR else None
        entered = begun + timedelta(days=chance.randint(20, 30)) if begun and row.name in treated else None
        made = _project(number, row, owners.get(row.name, ""), begun, entered, people, chance)
        inputs.append(replace(made, difficulty=row.difficulty or words.get(row.name, "")))
    return register_projects(inputs, actor=Actor(by=people.users["office"]), now=YEAR_BEGAN)


def _project(
    number: int,
    row: Row,
    owner: str,
    begun: date | None,
    entered: date | None,
    people: People,
    chance: random.Random,
) -> ProjectInput:
    coded_in = min(row.start.year - 1, 2018) if row.start else 2017
    return ProjectInput(
        name=row.name,
        code=f"{coded_in}-320111-{chance.randint(10, 99)}-{1 + number % 3:02d}-5{number:05d}",
        kind="filing" if row.industrial else "approval",
        category=row.category,
        chain=row.chain,
        tags=_tags(row, chance),
        territory=people.units[row.territory].pk,
        responsible_unit=people.units[_responsible(row, chance)].pk,
        owner_unit=people.units[owner].pk if owner else None,
        owner_kind=row.owner_kind,
        responsible_person=chance.choice(SURNAMES) + chance.choice(("主任", "经理", "工", "科长")),
        leader=chance.choice(people.leaders).pk,
        total_investment=row.total * WAN,
        content=content_of(row),
        scale=f"用地{max(row.total // 900, 3)}亩" if row.industrial else "",
        address=f"浦口区{row.territory.removeprefix('浦口')}",
        started_on=begun,
        permit_on=begun - timedelta(days=chance.randint(1, 20)) if begun else None,
        statistics_entered_on=entered,
        planned_completion_on=row.completion.last_day if row.completion else None,
    )


def _responsible(row: Row, chance: random.Random) -> str:
    return chance.choice((*RESPONSIBLE[row.category], row.territory))


def _tags(row: Row, chance: random.Random) -> tuple[str, ...]:
    if row.difficulty.startswith("PPP") or (row.category == "infrastructure" and chance.random() < 0.12):
        return ("PPP",)
    return ("技改",) if row.name.endswith("技改") else ()


def _list_and_plan(rows: Sequence[Row], projects: Sequence[Project], office: Actor) -> None:
    listings, plans = [], []
    for row, project in zip(rows, projects, strict=True):
        if row.name in LISTED_LATER:
            continue  # 签约以后才增补进名单
        levels = ["district"] + ["municipal"] * row.joint + ["provincial"] * row.provincial
        listings += [ListingInput(project.pk, facts.YEAR, level, row.stage) for level in levels]
        if row.stage == 1:
            amounts = (row.plan * WAN, row.before * WAN)
            goals = _goals(row)
            plans.append(PlanInput(project.pk, facts.YEAR, *amounts, row.start, row.completion, goals=goals))
    list_projects(listings, actor=office, now=YEAR_BEGAN)
    set_plans(plans, actor=office, now=YEAR_BEGAN, reason="年初下达")


def _goals(row: Row) -> str:
    if row.completion and row.completion.year == facts.YEAR:
        return "年内竣工"
    if row.start and row.start.year == facts.YEAR:
        return f"{row.start.number}月开工"
    return "按计划推进"


def _said(say: Callable[[str], object], words: str) -> Callable[[datetime], object]:
    return lambda _: say(words)


def _first_of(month: Month) -> datetime:
    return datetime(month.year, month.number, 1, tzinfo=BEIJING)


def _ceremony(district: District, now: datetime) -> None:
    names = [row.name for row in district.rows if row.ceremony]
    investment, count = facts.CEREMONY_RANKS
    took_part = tuple(district.projects[name].pk for name in names)
    row = CeremonyInput(
        "completion", "2018年上半年全市集中竣工仪式", CEREMONY_ON, took_part, investment, count
    )
    office = Actor(by=district.people.users["office"])
    hold_ceremonies([row], actor=office, now=now)


def _publish(people: People) -> None:
    """What the report prints; it stands beside the computed figures and is never used instead of them."""
    month, office = Month(facts.YEAR, facts.CLOSED), Actor(by=people.users["office"])
    publish_figures(facts.PUBLISHED, month=month, source=facts.SOURCE, actor=office, now=NOW)


def _tell_latest() -> None:
    """What the last days brought waits unread in everybody's bell; older news has been read long ago."""
    latest = Event.objects.filter(at__gte=NOW - timedelta(days=2), verb__in=VERBS)
    for event in latest.order_by("at", "pk"):
        write_notices(event)


def is_built() -> bool:
    """Whether the database already holds the demonstration district."""
    return Event.objects.filter(verb="progress.figures.published", summary__contains=facts.SOURCE).exists()
