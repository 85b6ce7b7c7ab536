"""演示区的为企服务：两个套餐，各属地定了代办员，三步先模拟审批，一件环评以承诺办结、等着核查。"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from xushi.core.clock import BEIJING, local_day
from xushi.demo.reporting import District
from xushi.demo.storyline import Story
from xushi.journal.actions import Actor
from xushi.permits.committing import commit
from xushi.permits.models import PermitStep
from xushi.permits.officers import assign_officers
from xushi.permits.packaging import save_package
from xushi.permits.rehearsing import answer_rehearsal, ask_rehearsal
from xushi.registry.models import Project
from xushi.units.models import User

EVENING = datetime(2018, 9, 11, 19, 40, tzinfo=BEIJING)
MORNING = datetime(2018, 9, 12, 8, 2, tzinfo=BEIJING)
PACKAGES = (
    ("区域评估并着报", "拿地前后都能报，一次报齐五项", ("environment", "energy_firm", "water_soil", "flood", "heritage")),
    ("施工图阶段并着报", "图审一过，消防审查和招投标一起报", ("fire_design", "tender")),
)  # fmt: skip
BIG = 10**9  # 元: what a territory gives an officer to
MOST = 3
SEEN = "总平面图、日照分析、绿地率都看过，以国土定界图为准；拿到用地规划许可证就转正式受理。"
LACKING = "缺交通影响评价\n消防车道标注不全"
SIGNED = "按报批稿落实废水预处理和危废暂存，投料前验收"
CHECKED_IN = timedelta(days=3)


def service_stories(district: District) -> Iterator[Story]:
    yield _services(district)


def _services(district: District) -> Story:
    users = district.people.users
    office, planner = Actor(by=users["office"]), Actor(by=users["department3"])
    yield EVENING
    for name, note, codes in PACKAGES:
        save_package(None, name, codes, note=note, actor=office, now=EVENING)
    yield (now := EVENING + timedelta(minutes=5))
    _officers(district, now)
    asked = []
    for n, step in enumerate(_ahead("design")):
        yield (now := EVENING + timedelta(minutes=10 + n))
        actor = Actor(by=_reporter(district, step.project))
        asked.append(
            ask_rehearsal({step.pk: None}, "总平面方案、日照分析", local_day(now), actor=actor, now=now)
        )
    yield MORNING
    for held, state, opinion in zip(asked, ("ok", "lacking"), (SEEN, LACKING), strict=False):
        answer_rehearsal({held.pk: None}, state, opinion, local_day(MORNING), actor=planner, now=MORNING)
    yield (now := MORNING + timedelta(minutes=4))
    _commitment(district, now)


def _officers(district: District, now: datetime) -> None:
    """Each territory gives its biggest projects that have not started to whoever reports for it."""
    rows = Project.objects.filter(started_on=None, track__isnull=False, total_investment__gte=BIG)
    big: dict[str, list[Project]] = {}
    for project in rows.select_related("territory", "responsible_unit").order_by("-total_investment", "pk"):
        big.setdefault(project.territory.name, []).append(project)
    for own in big.values():
        person = _reporter(district, own[0])
        assign_officers(own[:MOST], person, actor=Actor(by=person), now=now)


def _reporter(district: District, project: Project) -> User:
    """A farm has nobody of its own: the office runs its errands."""
    people = district.people
    return people.reporters.get(project.territory.name, people.users["office"])


def _ahead(code: str) -> list[PermitStep]:
    """Steps of projects whose territory reports, with something still to be done before them."""
    rows = PermitStep.objects.filter(permit__code=code, state="planned", ready_since=None)
    rows = rows.filter(project__started_on=None, project__removed_on=None)
    return list(rows.select_related("project__territory").order_by("-project__total_investment", "pk")[:MOST])


def _commitment(district: District, now: datetime) -> None:
    """环评告知承诺: of a project whose assessment is in time, approved by what was signed, checked within days."""
    rows = PermitStep.objects.waiting().filter(
        permit__code="environment", state="accepted", due_on__gte=local_day(now)
    )
    step = rows.order_by("-ready_since", "pk").first()
    if step:
        office, today = Actor(by=district.people.users["office"]), local_day(now)
        commit({step.pk: None}, "项目法定代表人", SIGNED, today + CHECKED_IN, today, actor=office, now=now)
