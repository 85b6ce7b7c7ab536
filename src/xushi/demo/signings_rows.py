"""演示区的签约：四次活动的个数和总投资照公开报告，逐个项目加出来；每次活动有一个项目的金额由总数解出。

活动的日期、单个项目的名字、金额、步骤是示例；挂到库里的九个用库里的名字和总投资。亿元。
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MAKING, SERVING = "advanced_manufacturing", "modern_services"
ZONE = "浦口经济开发区"


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the report prints of an event; total in 亿元."""

    name: str
    held_on: date
    count: int
    total: Decimal
    words: str = ""


SUMMIT = EventFacts("集成电路峰会", date(2018, 3, 30), 12, Decimal("205.56"))
BEIJING_FAIR = EventFacts("北京推介会", date(2018, 4, 18), 5, Decimal(105))
COUNTED = EventFacts(
    "“金洽会”（纳入成果统计）",
    date(2018, 9, 6),
    11,
    Decimal(190),
    "上届以来签的一并统计，与上会签约可能有重叠",
)
ON_STAGE = EventFacts("“金洽会”（上会签约）", date(2018, 9, 6), 4, Decimal("45.4"))
EVENTS = (SUMMIT, BEIJING_FAIR, COUNTED, ON_STAGE)


@dataclass(frozen=True, slots=True)
class Lost:
    """流失: the day, the cause, the sentence."""

    on: date
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Signed:
    """One signed project; amount None: what its event's total leaves, or in_registry: that project's total.

    steps: the days of 注册公司, 拿地, 准入 as far as it came. listed_on: for those that came onto the list later in
    the year. follow: what was last found, and when the next is due.
    """

    name: str
    enterprise: str
    category: str
    territory: str
    amount: float | None
    steps: tuple[date, ...] = ()
    signed_on: date | None = None
    kind: str = "domestic"
    in_registry: bool = False
    listed_on: date | None = None
    stuck: str = ""
    follow: str = ""
    next_on: date = date(2018, 9, 20)
    lost: Lost | None = None


def _d(month: int, day: int, year: int = 2018) -> date:
    return date(year, month, day)


SIGNED: dict[EventFacts, tuple[Signed, ...]] = {
    SUMMIT: (
        Signed("射频芯片产业园", "南京浦芯射频技术有限公司", MAKING, ZONE, 32, (_d(5, 4),), stuck="拆迁9户未清",
               follow="红线内还剩9户没签，街道答应9月底前清完。", next_on=_d(9, 10)),
        Signed("功率器件封装线", "南京汤锐功率半导体有限公司", MAKING, ZONE, 18.6, (_d(6, 7),), stuck="等年度用地指标",
               follow="报批材料齐了，等第二批指标。", next_on=_d(9, 14)),
        Signed("精密模具园", "南京顶驰精密模具有限公司", MAKING, ZONE, 5.5, (_d(8, 22),), stuck="征地批后实施",
               follow="征地批文到了，两公告一登记在办。"),
        Signed("毫米波雷达模组厂", "南京江恒传感科技有限公司", MAKING, "江浦街道", 11.2, (_d(5, 15),),
               lost=Lost(_d(8, 3), "elsewhere", "业主改投合肥，8月3日来函终止协议。")),
        Signed("友联功率器件产线", "", MAKING, "永宁街道", None, (_d(4, 26), _d(6, 27), _d(7, 13)),
               in_registry=True, listed_on=_d(7, 20), stuck="施工图审查中", follow="施工图送审，10月能开工。"),
        Signed("龙山晶圆再生线", "", MAKING, "科学城", None, (_d(4, 20), _d(6, 15), _d(7, 6)),
               in_registry=True, listed_on=_d(7, 18), stuck="环评待批", follow="环评第二次公示。", next_on=_d(9, 7)),
        Signed("友联晶圆再生线", "", MAKING, "永宁街道", None, (_d(5, 8), _d(7, 12), _d(8, 2)),
               in_registry=True, listed_on=_d(8, 14), follow="总包招标公告已发。"),
        Signed("化合物半导体外延片厂", "南京珠拓半导体材料有限公司", MAKING, ZONE, 26, (_d(5, 2), _d(7, 20), _d(8, 10)),
               stuck="等年中增补批次", follow="准入已过，列入计划要等下一批增补。"),
        Signed("芯片设计创新港", "南京老源集成电路设计有限公司", SERVING, "科学城", 22, (_d(4, 28), _d(7, 30), _d(9, 3)),
               follow="准入刚过，在填项目入库表。"),
        Signed("半导体装备零部件园", "南京定达装备制造有限公司", MAKING, "桥林街道", 38, (_d(5, 10), _d(8, 20)),
               follow="准入申请已递，等上会。"),
        Signed("封装基板材料厂", "南京求辰电子材料有限公司", MAKING, ZONE, None, (_d(4, 24), _d(7, 25)), kind="joint",
               stuck="能耗指标没落实", follow="能耗指标没落实，会审前先补节能报告。", next_on=_d(9, 18)),
        Signed("传感器设计中心", "北京微感科技有限公司", SERVING, "江浦街道", 6.2, stuck="股东出资比例没谈定",
               follow="股东会又推迟，公司名称先核准了。", next_on=_d(9, 5)),
    ),
    BEIJING_FAIR: (
        Signed("智能座舱研发中心", "南京星驰智能座舱有限公司", SERVING, "科学城", 24.5, (_d(5, 17),),
               stuck="规划指标待调", follow="容积率要从2.0调到2.8，规划分局在论证。"),
        Signed("桥林云计算中心", "", SERVING, "桥林街道", None, (_d(5, 9), _d(7, 20), _d(8, 6)), kind="foreign",
               in_registry=True, listed_on=_d(8, 15), stuck="双回路供电方案未定", follow="供电方案在评审。"),
        Signed("轨道装备研发总部", "北京轨道装备股份有限公司", MAKING, ZONE, 42, (_d(6, 8), _d(8, 31)),
               follow="土地合同签了，准备准入申请。"),
        Signed("影视文旅基地", "北京华影文旅投资有限公司", SERVING, "汤泉街道", 7.4,
               lost=Lost(_d(7, 10), "funds", "基金没有募成，约谈两次仍不能出资。")),
        Signed("人工智能算力中心", "北京深算科技有限公司", SERVING, "江浦街道", None, stuck="要先定电价优惠",
               follow="业主要先定电价再注册，区里在会商。", next_on=_d(9, 13)),
    ),
    COUNTED: (
        Signed("车规芯片封测厂", "", MAKING, ZONE, None, (_d(10, 12, 2017), _d(11, 21, 2017), _d(12, 8, 2017)),
               signed_on=_d(9, 20, 2017), kind="foreign", in_registry=True),
        Signed("物联网小镇一期", "", SERVING, "科学城", None, (_d(11, 6, 2017), _d(12, 15, 2017), _d(12, 28, 2017)),
               signed_on=_d(10, 17, 2017), in_registry=True),
        Signed("氢燃料电池系统产线", "", MAKING, ZONE, None, (_d(11, 20, 2017), _d(12, 29, 2017), _d(1, 19)),
               signed_on=_d(10, 26, 2017), in_registry=True),
        Signed("烈士塔传感器产线", "", MAKING, "江浦街道", None, (_d(11, 30, 2017), _d(1, 25), _d(2, 12)),
               signed_on=_d(11, 10, 2017), in_registry=True),
        Signed("巩固商贸综合体", "", SERVING, "江浦街道", None, (_d(4, 11), _d(6, 29), _d(7, 13)), signed_on=_d(3, 14),
               in_registry=True, listed_on=_d(7, 25), stuck="地下管线没交底", follow="管线交底会定在9月18日。"),
        Signed("康养度假小镇", "南京汤泽康养发展有限公司", SERVING, "汤泉街道", 21.3, (_d(7, 2),), signed_on=_d(5, 24),
               stuck="控规局部调整", follow="控规调整方案报到规划分局。"),
        Signed("冷链物流二期", "南京桥源供应链有限公司", SERVING, "桥林街道", 12, (_d(7, 30),), signed_on=_d(5, 31),
               stuck="供地公告中", follow="9月27日摘牌。", next_on=_d(9, 27)),
        Signed("数据标注基地", "南京科恒数据服务有限公司", SERVING, "科学城", 8.5, (_d(8, 6),), signed_on=_d(6, 14),
               stuck="测绘报告待出", follow="勘测定界做完，报告这周出。"),
        Signed("生命健康产业园", "南京顶昱生物科技有限公司", MAKING, "顶山街道", None, (_d(4, 4), _d(8, 27)),
               signed_on=_d(2, 28), follow="准入申请在准备，亩均税收还要谈。"),
        Signed("跨境电商产业园", "杭州易达电子商务有限公司", SERVING, "永宁街道", 9, signed_on=_d(3, 22),
               lost=Lost(_d(8, 15), "withdrawn", "业主内部没有过会，书面撤回投资意向。")),
        Signed("通用航空配套园", "南京星驰通航发展有限公司", MAKING, "星甸街道", 30, (_d(1, 30), _d(4, 25)),
               signed_on=_d(12, 20, 2017), lost=Lost(_d(8, 20), "policy", "空域和噪声通不过，退地协议已签。")),
    ),
    ON_STAGE: (
        Signed("商用车电驱动厂", "无锡恒驰电驱动有限公司", MAKING, "桥林街道", 18, follow="选址看了两块地。"),
        Signed("数字文创园", "上海拓界文化传播有限公司", SERVING, "江浦街道", 12.4, follow="在谈楼宇租赁。"),
        Signed("现代种业研发中心", "南京农源种业有限公司", SERVING, "农创园", 9, follow="名称已核准。"),
        Signed("冷链装备厂", "苏州锐寒冷链装备有限公司", MAKING, "永宁街道", None, follow="约下周来看厂房。"),
    ),
}  # fmt: skip
LISTED_LATER = frozenset(one.name for rows in SIGNED.values() for one in rows if one.listed_on)


def amounts(event: EventFacts, known: Mapping[str, int]) -> dict[str, int]:
    """万元 of each of an event's projects, which add up to what the report prints; known: totals of the registry's."""
    rows = SIGNED[event]
    given = {one.name: _amount(one, known) for one in rows}
    [open_] = [name for name, amount in given.items() if amount is None]
    fixed = {name: amount for name, amount in given.items() if amount is not None}
    return {**fixed, open_: int(event.total * 10_000) - sum(fixed.values())}


def _amount(one: Signed, known: Mapping[str, int]) -> int | None:
    if one.in_registry:
        return known[one.name]
    return None if one.amount is None else round(one.amount * 10_000)


def all_rows() -> Sequence[tuple[EventFacts, Signed]]:
    return [(event, one) for event in EVENTS for one in SIGNED[event]]
