"""演示区：照真实的次序走一遍——列项目、下计划、月月报、月月审、月月关账，日子停在2018年9月12日。"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.demo import facts
from xushi.demo.categories import plant_categories
from xushi.demo.people import OWNER, People, settle
from xushi.demo.rows import Row, build_rows
from xushi.demo.wording import content_of, physical_progress
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event, Reaction
from xushi.journal.sealing import seal_events
from xushi.progress.actions import ReportInput, accept_reports, submit_reports
from xushi.progress.closing import close_month
from xushi.progress.published import publish_figures
from xushi.progress.statistics import StatisticsInput, record_statistics
from xushi.progress.warnings import refresh_alerts
from xushi.registry.actions import hold_ceremonies, list_projects, register_projects, set_plans
from xushi.registry.models import Project
from xushi.registry.rules import CeremonyInput, ListingInput, PlanInput, ProjectInput

WAN = 10_000
YEAR_BEGAN = datetime(2018, 1, 2, 9, 0, tzinfo=BEIJING)
NOW = datetime(2018, 9, 12, 8, 0, tzinfo=BEIJING)
ANCHORS = ("紫光项目", "博郡项目")  # 报告点名要帮着入统的
KINDS = {
    "征地拆迁未完": "demolition",
    "拆迁未清，无作业面": "demolition",
    "融资未到位": "funds",
    "用地规划待批": "planning",
    "卡在用地规划许可": "planning",
    "供地红线未定": "land",
    "二期地块待腾地": "demolition",
}
RESPONSIBLE = {
    "infrastructure": ("区建设局", "区交通局"),
    "livelihood": ("区教育局", "区卫计局", "区民政局"),
    "environment": ("区环保局", "区水务局"),
    "modern_services": ("区商务局", "区文旅局"),
    "advanced_manufacturing": ("区经信局", "区发改局"),
}


def build(say: Callable[[str], object] = lambda _: None) -> People:
    """Build the whole district in the empty database; deterministic. say hears what is being done."""
    chance, rows = random.Random(912), build_rows()
    say("建单位与账号")
    people = settle(sorted({owner_of(row) for row in rows if owner_of(row)}), now=YEAR_BEGAN)
    plant_categories()
    say("列项目、下计划")
    with transaction.atomic():
        projects = _register(rows, people, chance)
        _list_and_plan(rows, projects)
    by_name = {project.name: project for project in projects}
    treated = _counted(rows, chance)
    for number in range(1, facts.CLOSED + 1):
        say(f"{number}月：报、审、关账")
        month = Month(facts.YEAR, number)
        _month(month, rows, by_name, people)
        _statistics(month, rows, by_name, people, treated)
    _ceremony(rows, by_name)
    _september(rows, by_name, people, chance)
    publish_figures(
        facts.PUBLISHED, month=Month(facts.YEAR, facts.CLOSED), source=facts.SOURCE, actor=SYSTEM, now=NOW
    )
    say("判断预警、封存日志")
    refresh_alerts(now=NOW)
    # 上面已经按各自的时刻办过了，后台不必再按今天重办一遍
    Reaction.objects.filter(done_at=None).update(done_at=NOW)
    while seal_events():
        pass
    return people


def owner_of(row: Row) -> str:
    """The enterprise that owns an industrial project; government projects have none."""
    if row.name == "博郡项目":
        return OWNER[4]
    return f"南京{row.name.replace('项目', '').replace('（南京）', '')}有限公司" if row.industrial else ""


def _register(rows: Sequence[Row], people: People, chance: random.Random) -> list[Project]:
    return register_projects(
        [_project(number, row, people, chance) for number, row in enumerate(rows, 1)],
        actor=Actor(by=people.users["office"]),
        now=YEAR_BEGAN,
    )


def _project(number: int, row: Row, people: People, chance: random.Random) -> ProjectInput:
    started = row.started_on if row.started_on and row.started_on.year < facts.YEAR else None
    owner = owner_of(row)
    entered = started + timedelta(days=chance.randint(20, 55)) if started and chance.random() < 0.97 else None
    return ProjectInput(
        name=row.name,
        code=f"{2015 + number % 4}-320111-{chance.randint(10, 99)}-{1 + number % 3:02d}-5{number:05d}",
        kind="filing" if row.industrial else "approval",
        category=row.category,
        chain=row.chain if row.industrial else "",
        tags=_tags(row, chance),
        territory=people.units[row.territory].pk,
        responsible_unit=people.units[chance.choice((*RESPONSIBLE[row.category], row.territory))].pk,
        owner_unit=people.units[owner].pk if owner else None,
        owner_kind=row.owner_kind,
        responsible_person=f"{chance.choice('王李张刘陈杨赵黄周吴徐孙')}{chance.choice(['主任', '经理', '工', '科长'])}",
        leader=chance.choice(people.leaders).pk,
        total_investment=row.total * WAN,
        content=content_of(row),
        scale=f"用地{max(row.total // 900, 3)}亩" if row.industrial else "",
        address=f"浦口区{row.territory}",
        started_on=started,
        permit_on=started - timedelta(days=chance.randint(1, 20)) if started else None,
        statistics_entered_on=entered,
        planned_completion_on=row.completion.last_day if row.completion else None,
        difficulty=row.difficulty,
    )


def _tags(row: Row, chance: random.Random) -> tuple[str, ...]:
    if row.category == "infrastructure" and chance.random() < 0.15:
        return ("PPP",)
    return ("技改",) if row.name.endswith("技改") else ()


def _list_and_plan(rows: Sequence[Row], projects: Sequence[Project]) -> None:
    listings, plans = [], []
    for row, project in zip(rows, projects, strict=True):
        levels = ["district"] + ["municipal"] * row.joint + ["provincial"] * row.provincial
        listings += [ListingInput(project.pk, facts.YEAR, level, row.stage) for level in levels]
        if row.stage == 1:
            plans.append(
                PlanInput(project.pk, facts.YEAR, row.plan * WAN, row.before * WAN, row.start, row.completion,
                          goals="年内竣工" if row.completion and row.completion.year == facts.YEAR else "按计划推进")
            )  # fmt: skip
    list_projects(listings, actor=SYSTEM, now=YEAR_BEGAN)
    set_plans(plans, actor=SYSTEM, now=YEAR_BEGAN, reason="年初下达")


def _month(month: Month, rows: Sequence[Row], by_name: dict[str, Project], people: People) -> None:
    """One month as it went: the territories report by the 4th, the office accepts on the 6th and closes on the 8th."""
    first = datetime(month.next.year, month.next.number, 1, 9, 0, tzinfo=BEIJING)
    under_way = [row for row in rows if row.stage == 1]
    for number, (territory, who) in enumerate(sorted(_reporters(people).items())):
        reports = [_report(row, by_name[row.name], month) for row in under_way if row.territory == territory]
        submitted = submit_reports(
            reports, actor=Actor(by=who), now=first + timedelta(days=number % 4, hours=number)
        )
        accept_reports(submitted, actor=Actor(by=people.users["office"]), now=first + timedelta(days=5))
    closed_at = first + timedelta(days=7)
    close_month(month, actor=Actor(by=people.users["office"]), now=closed_at)
    refresh_alerts(now=closed_at + timedelta(hours=1))


def _reporters(people: People) -> dict[str, object]:
    found: dict[str, object] = {}
    for username, user in people.users.items():
        if username.startswith("territory"):
            found[user.unit_name] = user
    return found


def _report(row: Row, project: Project, month: Month) -> ReportInput:
    cumulative = row.months[month.number - 1]
    before = row.months[month.number - 2] if month.number > 1 else 0
    started = row.started_on if row.started_on and Month.of(row.started_on) == month else None
    completed = row.completed_on if row.completed_on and Month.of(row.completed_on) == month else None
    held_up = bool(row.difficulty) and not completed
    return ReportInput(
        project=project.pk,
        month=month,
        cumulative=cumulative * WAN,
        physical_progress=physical_progress(row, month),
        started_on=started,
        completed_on=completed,
        explanation=_explanation(row, month, cumulative - before, before),
        difficulty_kinds=(KINDS.get(row.difficulty, "permits"),) if held_up else (),
        difficulty=row.difficulty if held_up else "",
    )


def _explanation(row: Row, month: Month, amount: int, before: int) -> str:
    usual = before / (month.number - 1) if month.number > 1 else 0
    last = row.months[month.number - 2] - (row.months[month.number - 3] if month.number > 2 else 0)
    return "设备款集中支付，有发票可查。" if amount > 2 * max(usual, last) else ""


def _ceremony(rows: Sequence[Row], by_name: dict[str, Project]) -> None:
    names = [row.name for row in rows if row.ceremony]
    investment, count = facts.CEREMONY_RANKS
    row = CeremonyInput("completion", "2018年上半年全市集中竣工仪式", date(2018, 6, 29),
                        tuple(by_name[name].pk for name in names), investment, count)  # fmt: skip
    hold_ceremonies([row], actor=SYSTEM, now=datetime(2018, 6, 29, 17, 0, tzinfo=BEIJING))


@dataclass(frozen=True, slots=True)
class Counted:
    """How statistics treats one project: which part of the reported amount it takes, and what it still lacks."""

    part: float
    missing: tuple[str, ...]


def _counted(rows: Sequence[Row], chance: random.Random) -> dict[str, Counted]:
    """Most projects are counted in full; 紫光, 博郡 and a few more lack evidence; some never entered at all."""
    treated = {}
    for row in rows:
        if row.stage != 1 or row.total < 500 or (row.name not in ANCHORS and chance.random() < 0.03):
            continue
        lacking = row.name in ANCHORS or chance.random() < 0.12
        part = chance.uniform(0.3, 0.7) if lacking else chance.choice([1.0, 1.0, chance.uniform(0.88, 1.0)])
        missing = tuple(chance.sample(["contract", "approval", "dated_photo", "form"], chance.randint(1, 2)))
        treated[row.name] = Counted(part, missing if lacking else ())
    return treated


def _statistics(
    month: Month,
    rows: Sequence[Row],
    by_name: dict[str, Project],
    people: People,
    treated: dict[str, Counted],
) -> None:
    """The statistics bureau enters its side of a month on the 10th of the next."""
    helper, entries = people.units["区发改局"].pk, []
    for row in rows:
        counted, amount = treated.get(row.name), row.months[month.number - 1]
        if (
            counted
            and row.started_on
            and row.started_on <= month.last_day
            and (amount or row.name in ANCHORS)
        ):
            recorded = int(amount * counted.part) * WAN
            helped = helper if counted.missing else None
            entries.append(StatisticsInput(by_name[row.name].pk, month, recorded, counted.missing, helped))
    now = datetime(month.next.year, month.next.number, 10, 10, 0, tzinfo=BEIJING)
    record_statistics(entries, actor=Actor(by=people.users["statistics"]), now=now)


def _september(
    rows: Sequence[Row], by_name: dict[str, Project], people: People, chance: random.Random
) -> None:
    """The month being reported: one territory's first few are in, waiting for the office."""
    month = Month(facts.YEAR, facts.CLOSED + 1)
    going = [
        r for r in rows if r.territory == "江浦街道" and r.stage == 1 and r.started and not r.completed_on
    ]
    reports = []
    for row in going[:12]:
        step = int(row.plan * chance.uniform(0.02, 0.06))
        reports.append(
            ReportInput(by_name[row.name].pk, month, (row.done + step) * WAN, physical_progress(row, month))
        )
    who = _reporters(people)["江浦街道"]
    submit_reports(reports, actor=Actor(by=who), now=datetime(2018, 9, 11, 16, 0, tzinfo=BEIJING))


def is_built() -> bool:
    """Whether the database already holds the demonstration district."""
    return Event.objects.filter(verb="progress.figures.published", summary__contains=facts.SOURCE).exists()
