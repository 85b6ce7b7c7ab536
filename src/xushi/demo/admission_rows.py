"""演示区的准入会审：35个通过的照公开报告的个数，取库里今年开工和还没开工的产业项目；企业的数、意见、缓议和不准入的是示例。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from stdnum.cn import uscc

from xushi.admission.measures import MILLI, Item, Measure, Numbers
from xushi.admission.scoring import Judged, Standard
from xushi.core.months import Month
from xushi.demo.row import Row
from xushi.demo.signings_rows import SIGNED

ADMITTED = 35  # 报告：已有35个项目通过会审
SINCE = date(2018, 1, 15)
SITTINGS = ((1, 12), (2, 1), (3, 9), (4, 13), (5, 11), (6, 8), (7, 13), (8, 10), (9, 6))
TOURISM = "文旅康养"
INDUSTRIES = {
    "集成电路": "集成电路", "新能源汽车": "新能源汽车", "轨道交通": "高端交通装备", "智能制造": "智能制造",
    "生物医药": "生物医药", "商贸物流": "现代物流", "文旅健康": TOURISM,
}  # fmt: skip
OTHERWISE = "软件和信息服务"
ZONE = "浦口经济开发区"
CLAUSE = "连续两年税收不到承诺九成，返还奖补并补地价差"
MAKING, SERVING = "advanced_manufacturing", "modern_services"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One application to come; numbers None: made of the thresholds. refused/deferred: with the reason."""

    name: str
    enterprise: str
    industry: str
    category: str
    territory: str
    total: int  # 万元
    production: Month
    outcome: str = "admitted"
    reason: str = ""
    in_registry: bool = False
    numbers: Numbers | None = None


DEFERRED = (
    (
        "电镀配套车间",
        "南京浦泽表面处理有限公司",
        "智能制造",
        MAKING,
        "永宁街道",
        18_000,
        "废水出路没定，等污水厂扩容方案",
    ),
    (
        "热处理中心",
        "南京桥昱金属热处理有限公司",
        "智能制造",
        MAKING,
        "桥林街道",
        9_600,
        "能耗指标没落实，等年度能耗盘子",
    ),
    (
        "动力电池回收线",
        "南京星恒再生资源有限公司",
        "新能源汽车",
        MAKING,
        "星甸街道",
        24_000,
        "环评要先做，选址离居民点近",
    ),
    (
        "城市配送中心",
        "南京顶源城配物流有限公司",
        "现代物流",
        SERVING,
        "顶山街道",
        21_000,
        "亩均税收差得多，企业重新测算",
    ),
    (
        "智慧医疗产业园",
        "南京江睿医疗科技有限公司",
        "生物医药",
        MAKING,
        "江浦街道",
        46_000,
        "股东协议没签，等资金证明",
    ),
    (
        "汤泉影视基地",
        "南京汤影文化有限公司",
        TOURISM,
        SERVING,
        "汤泉街道",
        88_000,
        "用地规划没调，等控规批复",
    ),
)
REFUSED = (
    (
        "普通仓储园",
        "南京林浦仓储有限公司",
        "现代物流",
        SERVING,
        "桥林街道",
        16_000,
        "投资强度、税收都差得远，只建仓库出租",
    ),
    (
        "塑料粒子厂",
        "南京永塑新材料有限公司",
        "新材料",
        MAKING,
        "永宁街道",
        7_200,
        "不合产业方向，有异味投诉风险",
    ),
    ("铸造件厂", "南京星铸机械有限公司", "智能制造", MAKING, "星甸街道", 8_800, "产值能耗超门槛一倍"),
    ("沥青拌和站", "南京浦沥建材有限公司", "新材料", MAKING, "星甸街道", 5_600, "在环境准入清单的禁限之列"),
    (
        "标准厂房出租",
        "南京农创置业有限公司",
        "智能制造",
        MAKING,
        "农创园",
        30_000,
        "没有自用产出，不是产业项目",
    ),
    (
        "洗车设备组装",
        "南京顶洁设备有限公司",
        "智能制造",
        MAKING,
        "顶山街道",
        3_000,
        "体量小，建议租用存量厂房",
    ),
    ("家具板材厂", "南京桥木家居有限公司", "新材料", MAKING, "桥林街道", 9_000, "挥发性有机物排放没有指标"),
    (
        "二手车交易市场",
        "南京浦驰车业有限公司",
        "现代物流",
        SERVING,
        "江浦街道",
        12_000,
        "亩均税收、产出都没达标",
    ),
)
NINGXIN = Numbers(62_000 * 10_000, 100 * 100, 115_000 * 10_000, 3_080 * 10_000, 9_430 * 100, 7_130 * 10_000)
PENDING = (
    Candidate("宁芯先进封测基地", "南京宁芯封测有限公司", "集成电路", MAKING, ZONE, 62_000, Month(2020, 6),
              numbers=NINGXIN),
    Candidate("智能底盘零部件", "南京驰控底盘系统有限公司", "新能源汽车", MAKING, ZONE, 38_000, Month(2020, 3)),
    Candidate("江北冷链物流中心", "南京江北冷链有限公司", "现代物流", SERVING, "桥林街道", 26_000, Month(2019, 12)),
    Candidate("生物材料中试线", "南京求浦生物材料有限公司", "生物医药", MAKING, "科学城", 12_000, Month(2019, 9)),
)  # fmt: skip
RETURNED = Candidate(
    "石墨烯散热膜厂", "南京泉墨新材料有限公司", "新材料", MAKING, "汤泉街道", 15_000, Month(2020, 1),
    reason="能评意见没附，亩均税收按五年累计填的，请按一年填。",
)  # fmt: skip


def candidates(rows: Sequence[Row], owners: Mapping[str, str]) -> list[Candidate]:
    """The 35 of the registry, largest turns mixed by name; then those put off and those not let in."""
    signed = {one.name for group in SIGNED.values() for one in group if one.in_registry}
    fresh = [
        row
        for row in rows
        if row.industrial and row.name not in signed and (row.started_on is None or row.started_on >= SINCE)
    ][:ADMITTED]
    made = [
        _of_row(row, owners[row.name], n) for n, row in enumerate(sorted(fresh, key=lambda row: row.name))
    ]
    for outcome, group in (("deferred", DEFERRED), ("refused", REFUSED)):
        for name, enterprise, industry, category, territory, total, reason in group:
            when = Month(2020, 1 + len(name))
            made.append(
                Candidate(name, enterprise, industry, category, territory, total, when, outcome, reason)
            )
    return made


def _of_row(row: Row, owner: str, number: int) -> Candidate:
    done = row.completion.plus(2) if row.completion else (row.start or Month(2019, 6)).plus(18)
    outcome = "conditional" if number % 5 == 3 else "admitted"
    industry = INDUSTRIES.get(row.chain, OTHERWISE)
    return Candidate(
        row.name, owner, industry, row.category, row.territory, row.total, max(done, Month(2018, 12)), outcome,
        in_registry=True,
    )  # fmt: skip


def numbers_of(one: Candidate, standards: Sequence[Standard], chance: Random) -> Numbers:
    """Above each threshold by a little or a lot; a conditional one misses its tax per 亩, a refused one more."""
    if one.numbers:
        return one.numbers
    least = {row.measure: Decimal(row.threshold or 0) / MILLI for row in standards}

    def above(measure: Measure) -> Decimal:
        return least.get(measure, Decimal(1)) * Decimal(str(round(chance.uniform(1.03, 1.4), 3)))

    land = max(int(one.total / above(Measure.INVESTMENT_PER_MU)), 5)
    output = int(land * above(Measure.OUTPUT_PER_MU))
    tax = int(land * above(Measure.TAX_PER_MU))
    if one.outcome != "admitted":
        share = {"conditional": "0.9", "deferred": "0.8", "refused": "0.6"}[one.outcome]
        tax = int(land * least[Measure.TAX_PER_MU] * Decimal(share))
    energy = int(
        output * least[Measure.ENERGY_PER_OUTPUT] * Decimal(str(round(chance.uniform(0.7, 0.97), 3)))
    )
    rnd = int(output * above(Measure.RND_SHARE) / 100)
    worth = (one.total, land, output, max(tax, 1), energy, rnd)
    return Numbers(*(amount * item.scale for amount, item in zip(worth, Item, strict=True)))


def judged_of(one: Candidate) -> dict[Measure, Judged]:
    return {
        Measure.FIT: Judged(
            f"{one.industry}，属区里布局的产业链" if one.outcome != "refused" else f"{one.industry}"
        ),
        Measure.ENVIRONMENT: Judged("废水投产前接管，无危废" if one.category == MAKING else "无生产性排放"),
        Measure.BREACH: Judged("投资、投产、税收三项写入合同"),
    }


def code_of(number: int) -> str:
    """A code of the district with a right check digit."""
    base = f"91320111MA1N{number:03d}H{number % 10}"
    return f"{base}{uscc.calc_check_digit(base)}"


def tourism(standards: Sequence[Standard]) -> list[Standard]:
    """What the office asks of tourism and care, which the preloaded industries have not: of logistics, but land."""
    asked = {Measure.INVESTMENT_PER_MU: 250_000, Measure.OUTPUT_PER_MU: 160_000, Measure.TAX_PER_MU: 9_000}
    kept = [one for one in standards if one.measure != Measure.RND_SHARE]
    return [replace(one, threshold=asked.get(one.measure, one.threshold)) for one in kept]
