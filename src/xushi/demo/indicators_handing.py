"""演示区分解的其余：数量的按各地分开、合计等于全区，比例的各定各的，专归部门的整个归部门；多数签了，有的没签，有的没分。

目标、各地的数都是编的（标“示例”）；数量的各地合起来等于全区的数。
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from xushi.core.clock import BEIJING, local_day
from xushi.demo.indicators import AIR, PLACES
from xushi.demo.reporting import District
from xushi.demo.storyline import Story
from xushi.indicators.actions import ObservationInput, observe
from xushi.indicators.actions_targets import TargetInput, hand_down, sign_targets
from xushi.indicators.actions_territories import participants_of
from xushi.indicators.actions_units import MonthFigure, report_month
from xushi.indicators.actions_waiving import waive
from xushi.indicators.models import Indicator, Observation, Version
from xushi.indicators.models_tasks import Target
from xushi.indicators.reporting import items_of
from xushi.indicators.versions import spec_of_version
from xushi.journal.actions import Actor

SHARES = {
    "江浦街道": 15, "桥林街道": 14, "浦口经济开发区": 22, "顶山街道": 8, "永宁街道": 8, "汤泉街道": 8, "星甸街道": 7,
    "科学城": 11, "农创园": 7,
}  # fmt: skip
STREETS = tuple(name for name in SHARES if name.endswith("街道"))
PARKS = tuple(name for name in SHARES if not name.endswith("街道"))
# 合计等于全区的：分给谁
AMOUNTS: dict[str, Sequence[str]] = {
    "高新技术产业产值": PARKS, "净增高新技术企业": tuple(SHARES), "新型研发机构落地": PARKS,
    "科技成果转化项目": tuple(SHARES), "引进高层次人才": tuple(SHARES), "战略性新兴产业产值": PARKS,
    "亿元以上产业项目竣工": tuple(SHARES), "新登记企业": tuple(SHARES), "实际使用外资": tuple(SHARES),
    "省外到位资金": tuple(SHARES), "接待过夜游客": ("汤泉街道", "江浦街道", "永宁街道", "农创园"),
    "农村公路提档升级": STREETS, "美丽宜居乡村建设": STREETS, "存量建设用地盘活": tuple(SHARES),
    "停车泊位增设片区": STREETS, "公益文化活动": STREETS, "煤炭消费削减量": ("浦口经济开发区", "桥林街道"),
    "消除劣Ⅴ类河道": STREETS, "城镇新增就业": tuple(SHARES), "新增养老床位": STREETS,
}  # fmt: skip
# 各定各的，目标同全区
RATES: dict[str, Sequence[str]] = {
    "全区工业固定资产投资增幅": tuple(SHARES), "工业技改投资占比": PARKS, "细颗粒物浓度": tuple(SHARES),
    "农村生活垃圾分类覆盖率": STREETS, "装配式建筑占比": tuple(SHARES), "林木覆盖率": STREETS,
    "受污染耕地安全利用率": STREETS, "社会保险参保率": STREETS, "低收入农户增收达标率": STREETS,
    "农村居民人均可支配收入增幅": STREETS, "群众安全感": tuple(SHARES), "生产安全事故下降": tuple(SHARES),
    "人民调解成功率": STREETS, "社区服务达标率": STREETS, "城市管理问题按时办结率": tuple(SHARES),
}  # fmt: skip
# 街场园区分不了的，整个归责任部门
WHOLE = {
    "一般公共预算收入增幅（累计）": "区财政局", "税收占一般公共预算收入比重": "区财政局", "新建改造道路": "区建设局",
    "棚户区改造征收": "区建设局", "保障性住房竣工": "区建设局", "控制性详细规划覆盖率": "区规划分局",
    "公共资源交易进场交易总额": "区行政审批局",
}  # fmt: skip
LATE_TO_SIGN = {"农创园": ("省外到位资金", "装配式建筑占比"), "顶山街道": ("社会保险参保率", "新增养老床位")}
# 8月的数已经报来待审的
WAITING = {"浦口经济开发区": ("全区工业固定资产投资增幅", 7.9), "科学城": ("全区工业固定资产投资增幅", 6.2)}
FIRST_QUARTER = "市里一季度没有考这几项，上半年一并报"


def handing_stories(district: District) -> Iterator[Story]:
    yield _first_quarter(district)
    yield _handing(district)


def _city() -> Version:
    return Version.objects.select_related("system").get(system__code="city", year=2018)


def _first_quarter(district: District) -> Story:
    yield (now := _at(2018, 4, 12))
    city = _city()
    owed = [one.key for one in items_of(city, local_day(now)) if one.owed and one.card.pace == "quarter"]
    waive(city, owed, reason=FIRST_QUARTER, actor=Actor(by=district.people.users["office"]), now=now)


def _handing(district: District) -> Story:
    office = Actor(by=district.people.users["office"])
    yield (now := _at(2018, 8, 20))
    city = _city()
    cards = {one.code: one for one in Indicator.objects.filter(system=city.system_id)}
    asked = _targets(city)
    for code, places in AMOUNTS.items():
        parts = split(asked[code], places, cards[code].places)
        _hand(district, cards[code], parts, asked[code], office, now)
    for code, places in RATES.items():
        _hand(district, cards[code], dict.fromkeys(places, asked[code]), None, office, now)
    for code, unit in WHOLE.items():
        total = asked[code] if cards[code].measure != "%" else None
        _hand(district, cards[code], {unit: asked[code]}, total, office, now)
    yield (now := _at(2018, 8, 22, 16))
    _sign(district, now)
    yield (now := _at(2018, 8, 24))
    _observe(district, city, cards, office, now)
    yield (now := _at(2018, 9, 11, 15))
    for name, (code, value) in WAITING.items():
        row = MonthFigure(
            indicator=cards[code].pk, carried=True, value=value, evidence="示例：统计联网直报表"
        )
        place, by = district.people.units[name], Actor(by=district.reporter(name))
        report_month(city, place, "2018-08", [row], source="示例：园区经发局台账", actor=by, now=now)


def _targets(city: Version) -> dict[str, float]:
    spec = spec_of_version(city)
    found = {code: node.references.get("target") for code, node in spec.nodes.items()}
    return {code: float(value) for code, value in found.items() if isinstance(value, int | float)}


def split(whole: float, places: Sequence[str], decimals: int, tilt: int = 0) -> dict[str, float]:
    """A whole in parts by the places' shares, to the last digit; tilt moves the shares a little, and not the sum."""
    unit = 10**-decimals
    weights = {
        name: SHARES[name] + (index * 3 + tilt * 5) % 4 * (tilt > 0) for index, name in enumerate(places)
    }
    total, steps = sum(weights.values()), round(whole / unit)
    exact = {name: steps * weight / total for name, weight in weights.items()}
    made = {name: int(part) for name, part in exact.items()}
    last = sorted(places, key=lambda name: exact[name] - made[name], reverse=True)[
        : steps - sum(made.values())
    ]
    return {name: round((part + (name in last)) * unit, decimals) for name, part in made.items()}


def _hand(
    district: District, card: Indicator, parts: Mapping[str, float], total: float | None, office: Actor, now: datetime
) -> None:  # fmt: skip
    rows = [
        TargetInput(
            district.people.units[name].pk, value, district.people.acting_for(name).name, made_up=True
        )
        for name, value in parts.items()
    ]
    hand_down(card, 2018, rows, total=total, actor=office, now=now)


def _sign(district: District, now: datetime) -> None:
    """Each unit signs what it was given, but for a few."""
    waiting: dict[str, list[int]] = {}
    rows = Target.objects.filter(signed_at=None, replaced_at=None).exclude(indicator__code=AIR)
    for one in rows.select_related("unit", "indicator"):
        if one.indicator.code not in LATE_TO_SIGN.get(one.unit.name, ()):
            waiting.setdefault(one.unit.name, []).append(one.pk)
    for name, targets in waiting.items():
        sign_targets(targets, actor=Actor(by=district.people.acting_for(name)), now=now)


def _observe(
    district: District, city: Version, cards: Mapping[str, Indicator], office: Actor, now: datetime
) -> None:
    """What the places had come to: amounts are parts of the district's figure, rates lie around it."""
    units = {district.people.units[name].pk: district.people.units[name] for name in PLACES}
    people = {unit: one.pk for unit, one in participants_of(city.system_id, units).items()}
    latest = _latest(city)
    rows = []
    for number, (code, places) in enumerate((AMOUNTS | RATES).items()):
        card = cards[code]
        period, whole = latest[code]
        values = (
            split(whole, places, card.places, 1 + number % 3) if code in AMOUNTS
            else {name: _around(whole, card, number + index) for index, name in enumerate(places)}
        )  # fmt: skip
        rows += [
            ObservationInput(
                indicator=card.pk, participant=people[district.people.units[name].pk], period=period, low=value,
                high=value, made_up=True, source="示例", where=name,
            )
            for name, value in values.items()
        ]  # fmt: skip
    observe(rows, actor=office, now=now)


def _latest(city: Version) -> dict[str, tuple[str, float]]:
    """The district's newest figure of each indicator."""
    rows = Observation.objects.standing().filter(
        participant__system=city.system_id,
        participant__own=True,
        low__isnull=False,
        period__startswith="2018-",
    )
    found = rows.order_by("period").values_list("indicator__code", "period", "low")
    return {code: (period, low) for code, period, low in found if low is not None}


def _around(whole: float, card: Indicator, number: int) -> float:
    """A little more or less than the district; no share beyond a hundred."""
    step = max(abs(whole) * 0.012, 0.1)
    value = round(whole + ((number * 7) % 9 - 3) * step, card.places)
    return min(value, 100.0) if card.measure == "%" and whole <= 100 else value


def _at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)
