"""演示区的要素保障：年初定盘子和分工，各街道为还没开工、没做完的项目提，部门承诺、落实；指标不够分。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xushi.core.clock import BEIJING, local_day
from xushi.demo.reporting import WAN, District
from xushi.demo.row import Row
from xushi.demo.storyline import Story
from xushi.guarantees import actions
from xushi.guarantees.models import ResourceRequest, Stock
from xushi.guarantees.rules import STOCKED, Kind, RequestInput
from xushi.guarantees.stocks import set_providers, set_stock
from xushi.journal.actions import Actor
from xushi.units.models import User

HOW_MANY = 40
STOCKS = (
    (Kind.QUOTA, 384, "宁国土资发〔2018〕9号，2018年新增建设用地计划"),
    (Kind.ENERGY, 52_000, "宁发改能审〔2018〕3号，2018年新增用能"),
    (Kind.FOREST, 60, "宁林资〔2018〕5号，2018年占用林地定额"),
)
PROVIDERS = {
    Kind.LAND: "区国土分局", Kind.QUOTA: "区国土分局", Kind.FOREST: "区国土分局", Kind.FUNDS: "区财政局",
    Kind.ENERGY: "区发改局", Kind.UTILITIES: "区建设局",
}  # fmt: skip
DESKS = {"区国土分局": "department", "区财政局": "department5", "区建设局": "department4"}
BY_DIFFICULTY = (
    ("拆迁", Kind.DEMOLITION), ("用地", Kind.QUOTA), ("融资", Kind.FUNDS), ("PPP", Kind.FUNDS), ("管线", Kind.UTILITIES),
)  # fmt: skip
IN_TURN = (Kind.QUOTA, Kind.FUNDS, Kind.ENERGY, Kind.LAND, Kind.UTILITIES, Kind.QUOTA, Kind.FOREST)
WORDS = {
    Kind.LAND: "厂房桩基要进场，地块还没挂牌，请定供地时间。",
    Kind.QUOTA: "报批材料齐了，缺新增建设用地指标，批不下来就开不了工。",
    Kind.FUNDS: "资本金要先到位银行才放款，请定配套资金和时间。",
    Kind.DEMOLITION: "红线内还有住户没腾空，施工便道打不通，请定腾空时间。",
    Kind.ENERGY: "节能审查要落实能耗来源，产线定不下来。",
    Kind.UTILITIES: "临时用电、供水接入点没定，总包进不了场。",
    Kind.FOREST: "选址压占林地，要先有占用林地定额才能报批。",
}
PLOT = "NO.2018浦G07"  # 两家都要


@dataclass(frozen=True, slots=True)
class Told:
    """One request to come: when, of which project, what."""

    number: int
    row: Row
    kind: Kind
    amount: int
    at: datetime
    needed_by: date


def guarantee_stories(district: District) -> Iterator[Story]:
    """盘子和分工 in January, then each request its own way."""
    yield _laid_down(district)
    for told in _told(district):
        yield _way(district, told)


def _laid_down(district: District) -> Story:
    office = Actor(by=district.people.users["office"])
    yield (now := _at(1, 15, 9))
    units = {kind: district.people.units[name] for kind, name in PROVIDERS.items()}
    set_providers(units, actor=office, now=now)
    for number, (kind, total, source) in enumerate(STOCKS):
        yield (now := _at(1, 15, 10) + timedelta(minutes=20 * number))
        set_stock(kind, now.year, total * kind.scale, source, actor=office, now=now)


def _told(district: District) -> Iterator[Told]:
    """Of the projects that are not completed, evenly taken; the year's later ones are still to be answered."""
    waiting = sorted((row for row in district.rows if not row.completed_on), key=lambda row: row.name)
    chosen = waiting[:: max(len(waiting) // HOW_MANY, 1)][:HOW_MANY]
    for number, row in enumerate(chosen):
        kind = _kind(row, number)
        at = _at(3, 5, 9) + timedelta(days=number * 191 // HOW_MANY, minutes=13 * number)
        needed = min(local_day(at) + timedelta(days=75 + 17 * number % 90), date(at.year, 12, 20))
        yield Told(number, row, kind, _amount(row, kind, number), at, needed)


def _kind(row: Row, number: int) -> Kind:
    if number in PLOTTED:
        return Kind.LAND
    by_trouble = next((kind for word, kind in BY_DIFFICULTY if word in row.difficulty), None)
    return by_trouble or IN_TURN[number % len(IN_TURN)]


def _amount(row: Row, kind: Kind, number: int) -> int:
    """In stored parts; by the size of the project."""
    size = row.total  # 万元
    match kind:
        case Kind.FUNDS:
            return max(size // 20, 200) // 10 * 10 * WAN
        case Kind.ENERGY:
            return min(max(size // 25, 300), 12_000) * kind.scale
        case Kind.DEMOLITION:
            return 3 + number * 5 % 23
        case Kind.UTILITIES:
            return 1 + number % 3
        case Kind.FOREST:
            return (4 + number % 9) * kind.scale
        case _:
            return min(max(size // 900, 8), 120) * kind.scale


def _way(district: District, told: Told) -> Story:
    """提; two days to two weeks later 承诺, some 落实; those of September wait, one cannot be had, one is withdrawn."""
    yield told.at
    project = district.projects[told.row.name]
    by = Actor(by=district.reporter(told.row.territory))
    plot = PLOT if told.number in PLOTTED else ""
    row = RequestInput(project.pk, told.kind, told.amount, told.needed_by, WORDS[told.kind], plot)
    [request] = actions.ask_requests([row], actor=by, now=told.at)
    later = told.at + timedelta(days=2 + told.number % 9, hours=2)
    if told.number % 5 == 3 or later > LAST:
        return
    yield later
    desk = Actor(by=_desk(district, request))
    if told.number == REFUSED:
        actions.refuse_request({request.pk: None}, NOT_THIS_YEAR, actor=desk, now=later)
        return
    if not (amount := _to_be_had(request)):
        return
    available = max(
        told.needed_by + timedelta(days=(told.number % 4 - 2) * 9), local_day(later) + timedelta(days=10)
    )
    actions.promise({request.pk: None}, amount, available, actor=desk, now=later)
    came = datetime.combine(available, later.timetz()) - timedelta(days=3)
    if told.number % 5 < 3 and came <= LAST:
        yield came
        met = amount if told.number % 5 < 2 else max(amount // 2, 1)
        actions.deliver({request.pk: None}, met, actor=desk, now=came)


def _to_be_had(request: ResourceRequest) -> int:
    """All that is asked for, or whatever the stock still has."""
    if request.of_kind not in STOCKED:
        return request.amount
    return min(request.amount, Stock.objects.get(kind=request.kind, year=request.year).left)


def _desk(district: District, request: ResourceRequest) -> User:
    """Whoever answers for the providing unit: its head, the territory's reporter, else the office."""
    name = request.owner.name
    if name in DESKS:
        return district.people.users[DESKS[name]]
    if request.of_kind == Kind.DEMOLITION:
        return district.reporter(name)
    return district.people.users["office"]


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2018, month, day, hour, tzinfo=BEIJING)


REFUSED = 31
NOT_THIS_YEAR = "今年排不上，建议先用临时办法，明年优先安排。"
PLOTTED = (33, 38)
LAST = _at(9, 11, 17)
