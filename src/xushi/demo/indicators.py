"""演示区的指标考核：年初立体系、列任务，按月报数，7月分解空气目标；得分、位次都由打分算出来。"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from xushi.core.clock import BEIJING
from xushi.demo.indicators_province import province_figures
from xushi.demo.indicators_rows import DISTRICTS, OWN, Figure, city_figures
from xushi.demo.people import GROUPS
from xushi.demo.reporting import District
from xushi.demo.storyline import Story
from xushi.indicators.actions import ObservationInput, keep_run, observe, open_system, save_scenario
from xushi.indicators.actions_targets import TargetInput, hand_down, sign_target
from xushi.indicators.actions_tasks import (
    StepInput,
    TaskInput,
    finish_steps,
    judge_tasks,
    list_tasks,
)
from xushi.indicators.models import Indicator, Participant, System, Version
from xushi.indicators.models_tasks import TaskStep
from xushi.indicators.shipped import cards_of, draft_shipped
from xushi.indicators.versions import adopt_version, spec_of_version
from xushi.journal.actions import Actor

AIR = "空气质量达到二级标准的天数比例"
SOURCES = {
    "city_2018": "《浦口区对标找差创新实干推动高质量发展工作方案》",
    "province_2018": "《江苏高质量发展监测评价指标体系与实施办法》",
}
LATE = ("“263”专项行动", "重大产业项目推进", "城市精细化管理", "黑臭水体整治", "创业就业促进")
PLANS = ("科技创新", "经济发展", "对外开放", "城乡建设", "文化建设", "生态文明", "人民生活", "社会治理")
STEPS = (
    ("方案印发、任务到人", 3, 31),
    ("上半年工作量过半", 6, 30),
    ("三季度督查整改", 9, 30),
    ("年度验收", 12, 20),
)
MORE_STEPS = (("整治清单公布", 2, 28), ("第一批点位完成整治", 3, 31), ("第二批点位完成整治", 5, 31),
              ("中期评估整改到位", 6, 30), ("第三批点位完成整治", 9, 30), ("年度验收", 12, 20))  # fmt: skip
# 分到街场园区的空气目标和1—7月的数，都是编的
PLACES = {
    "江浦街道": 58.5, "桥林街道": 59.4, "浦口经济开发区": 59.9, "顶山街道": 60.4, "永宁街道": 63.7, "汤泉街道": 68.4,
    "星甸街道": 66.5, "科学城": 61.3, "农创园": 64.2,
}  # fmt: skip
UNSIGNED = "顶山街道"


def indicator_stories(district: District) -> Iterator[Story]:
    yield _year(district)


def _year(district: District) -> Story:
    office = Actor(by=district.people.users["office"])
    yield (now := _at(2018, 2, 26))
    city = open_system("city", "市对标找差", System.Kind.CITY, DISTRICTS, OWN, actor=office, now=now)
    version = draft_shipped(city, 2018, "city_2018", source=SOURCES["city_2018"], actor=office, now=now)
    adopt_version(version, actor=office, now=now)
    _list(district, city, office, now)
    yield (now := _at(2018, 6, 4))
    province = open_system(
        "province", "省高质量发展", System.Kind.PROVINCE, DISTRICTS, OWN, actor=office, now=now
    )
    of_province = draft_shipped(
        province, 2018, "province_2018", source=SOURCES["province_2018"], actor=office, now=now
    )
    adopt_version(of_province, actor=office, now=now)
    yield (now := _at(2018, 6, 29, 17))
    _finish(district, city, now)
    yield (now := _at(2018, 7, 10))
    spec = spec_of_version(version)
    figures = list(city_figures(spec))
    _observe(city, [one for one in figures if one.period <= "2018-06"], office, now)
    judge_tasks(city, "2018-06", actor=office, now=now)
    _observe(province, province_figures(spec_of_version(of_province)), office, now)
    keep_run(version, "2018-06", actor=office, now=now)
    yield (now := _at(2018, 7, 16))
    _hand_down(district, city, office, now)
    yield (now := _at(2018, 7, 17))
    save_scenario(
        version, "追赶超越改按半年数", period="2018-06", vintages=("半年数", "一季度数"), changes={}, shared=True,
        words="市级部门对部分指标按一季度完成情况考核，改按半年数据测算。", actor=office, now=now,
    )  # fmt: skip
    yield (now := _at(2018, 8, 14))
    _observe(city, [one for one in figures if one.period > "2018-06"], office, now)
    judge_tasks(city, "2018-07", actor=office, now=now)
    _observe_places(district, city, office, now)
    _keep(version, office, now)


def _keep(version: Version, office: Actor, now: datetime) -> None:
    keep_run(version, "2018-07", actor=office, now=now)


def _observe(system: System, figures: Iterable[Figure], office: Actor, now: datetime) -> None:
    indicators = dict(system.indicators.values_list("code", "pk"))
    people = dict(system.participants.values_list("name", "pk"))
    rows = []
    for one in figures:
        rank = int(one.text[1:]) if isinstance(one.text, str) else None
        value = None if isinstance(one.text, str) else float(one.text)
        rows.append(
            ObservationInput(
                indicator=indicators[one.indicator], participant=people[one.unit], period=one.period, low=value,
                high=value, rank=rank, vintage=one.vintage, made_up=one.made_up, source=one.source,
            )
        )  # fmt: skip
    observe(rows, actor=office, now=now)


def _list(district: District, city: System, office: Actor, now: datetime) -> None:
    units = district.people.units
    cards = [card for card in cards_of("city_2018") if card.kind == "task"]
    tasks = []
    for card in cards:
        lead = units.get(card.lead)
        steps = _steps(MORE_STEPS if card.code == LATE[0] else STEPS, 2018)
        tasks.append(
            TaskInput(card.name, "key", steps, card.code, units[card.group].pk, lead.pk if lead else None)
        )
    for name, group in zip(PLANS, GROUPS, strict=True):
        steps = tuple(one for year in (2018, 2019, 2020) for one in _steps(STEPS[1::2], year))
        tasks.append(TaskInput(f"{name}三年行动计划", "plan", steps, group=units[group].pk))
    whole = _steps((("“1+8”三年行动计划印发", 4, 4), ("年度评估", 12, 20)), 2018)
    tasks.append(TaskInput("高质量发展三年行动总方案", "plan", whole))
    list_tasks(city, tasks, actor=office, now=now)


def _steps(steps: Sequence[tuple[str, int, int]], year: int) -> tuple[StepInput, ...]:
    return tuple(StepInput(f"{year}年{words}" if year > 2018 else words, date(year, month, day), made_up=True)
                 for words, month, day in steps)  # fmt: skip


def _finish(district: District, city: System, now: datetime) -> None:
    """All that was due by the end of June, but three steps of “263” and one of four others."""
    office = Actor(by=district.people.users["office"])
    due = TaskStep.objects.filter(task__system=city, due_on__lte=date(2018, 6, 30)).order_by("task", "-place")
    behind = {name: 3 if name == LATE[0] else 1 for name in LATE}
    done = []
    for step in due.select_related("task"):
        if behind.get(step.task.name, 0):
            behind[step.task.name] -= 1
        else:
            done.append(step)
    finish_steps(done, date(2018, 6, 29), "示例：任务台账销项单", actor=office, now=now)


def _hand_down(district: District, city: System, office: Actor, now: datetime) -> None:
    air = Indicator.objects.get(system=city, code=AIR)
    people = ("张", "刘", "何", "吴", "郑", "沈", "许", "韩", "邓")
    rows = [
        TargetInput(district.people.units[name].pk, 77.0, f"副主任{person}", made_up=True)
        for name, person in zip(PLACES, people, strict=True)
    ]
    for target in hand_down(air, 2018, rows, total=None, actor=office, now=now):
        if target.unit.name != UNSIGNED:
            by = Actor(by=district.reporter(target.unit.name))
            sign_target(target, actor=by, now=now)


def _observe_places(district: District, city: System, office: Actor, now: datetime) -> None:
    air = Indicator.objects.get(system=city, code=AIR)
    made = [
        Participant(system=city, name=name, unit=district.people.units[name], place=20 + number)
        for number, name in enumerate(PLACES)
    ]
    Participant.objects.bulk_create(made)
    rows = [
        ObservationInput(indicator=air.pk, participant=one.pk, period="2018-07", low=PLACES[one.name],
                         high=PLACES[one.name], made_up=True, source="示例")
        for one in made
    ]  # fmt: skip
    observe(rows, actor=office, now=now)


def _at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)
