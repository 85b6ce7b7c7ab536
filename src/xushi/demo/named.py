"""有名有姓的项目：报告点了名的、示意图里画过的，和几个大的。名字与处境有出处的照出处，金额为示例。万元。"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from xushi.core.months import Month
from xushi.demo.facts import YI
from xushi.demo.row import Row
from xushi.demo.works import CARS, CHIPS, FARM, LEISURE, RAIL, SMART, TECH, TRADE

MAKING, SERVING = "advanced_manufacturing", "modern_services"
ZONE = "浦口经济开发区"


def _row(name: str, category: str, territory: str, total: float, plan: float, done: float, *,
         joint: bool = False, **more: Any) -> Row:  # fmt: skip
    """Amounts in 亿元; plan 0 where the balance has yet to find it."""
    amounts = (round(amount * YI) for amount in (total, plan, done))
    industrial = category in (MAKING, SERVING)
    if before := more.pop("before", 0):
        more["before"] = round(before * YI)
    if start := more.get("started_on"):
        more.setdefault("start", Month.of(start))
    total_, plan_, done_ = amounts
    return Row(industrial, joint, 1, name, category, territory, total=total_, plan=plan_, done=done_, **more)


def joint_industrial() -> list[Row]:
    """The 21: four on the provincial list; 紫光 alone has not started, six slip."""
    return [
        _row("紫光项目", MAKING, "桥林街道", 320, 12, 1.43, joint=True, provincial=True, chain=CHIPS,
             owner_kind="state", start=Month(2018, 3), completion=Month(2021, 12), difficulty="拆迁未清，无作业面"),
        _row("台积电晶圆厂一期", MAKING, ZONE, 117.2, 16, 16, joint=True, provincial=True, ceremony=True,
             chain=CHIPS, owner_kind="fortune_500", before=100.6, started_on=date(2016, 7, 7),
             completed_on=date(2018, 5, 28), completion=Month(2018, 6)),
        _row("博郡项目", MAKING, ZONE, 68, 18, 9.3, joint=True, provincial=True, slipping=True, chain=CARS,
             owner_kind="private", before=12, started_on=date(2017, 11, 28), completion=Month(2019, 12),
             difficulty="二期地块待腾地",
             months=[15_400, 30_300, 45_600, 60_700, 75_200, 81_000, 86_200, 93_000]),
        _row("桥林新能源整车基地", MAKING, ZONE, 92.5, 13, 0, joint=True, provincial=True, chain=CARS,
             owner_kind="central_soe", started_on=date(2017, 6, 18)),
        _row("浦口集成电路产业基地", MAKING, "桥林街道", 268, 30, 12.6, joint=True, slipping=True, chain=CHIPS,
             owner_kind="state", started_on=date(2017, 5, 16), difficulty="征地拆迁未完"),
        _row("汤泉温泉旅游度假区", SERVING, "汤泉街道", 212, 8, 3.4, joint=True, slipping=True, chain=LEISURE,
             owner_kind="private", started_on=date(2017, 4, 20), difficulty="用地规划待批"),
        _row("轨道交通装备产业园", MAKING, ZONE, 81, 12, 6.1, joint=True, slipping=True, chain=RAIL,
             owner_kind="central_soe", started_on=date(2017, 9, 12), difficulty="融资未到位"),
        _row("求雨山云计算数据港", SERVING, "江浦街道", 66.4, 10, 4.6, joint=True, slipping=True, chain=TECH,
             owner_kind="private", started_on=date(2017, 10, 17), difficulty="管线迁改未完"),
        _row("珍珠泉康养小镇", SERVING, "顶山街道", 36.5, 5, 2.4, joint=True, slipping=True, chain=LEISURE,
             owner_kind="private", started_on=date(2017, 8, 8), difficulty="用地规划待批"),
        _row("欣铨项目", MAKING, ZONE, 30, 7.2, 7.2, joint=True, ceremony=True, chain=CHIPS, before=22.6,
             owner_kind="foreign", started_on=date(2016, 11, 18), completed_on=date(2018, 6, 12),
             completion=Month(2018, 6)),
        _row("依维柯新能源整车技改", MAKING, ZONE, 21, 6.4, 4.31, joint=True, chain=CARS, before=6,
             owner_kind="foreign", started_on=date(2017, 9, 20), completion=Month(2019, 6)),
        _row("科学城研发载体一期", SERVING, "科学城", 45, 9, 6.35, joint=True, chain=TECH, before=15,
             owner_kind="state", started_on=date(2017, 3, 15), completion=Month(2019, 9)),
        _row("科学城创新总部园", SERVING, "科学城", 58.9, 10, 0, joint=True, chain=TECH, owner_kind="state",
             started_on=date(2017, 3, 28)),
        _row("第三代半导体产业园", MAKING, ZONE, 42, 8, 0, joint=True, chain=CHIPS, owner_kind="private",
             started_on=date(2017, 7, 6)),
        _row("高端装备智造园", MAKING, ZONE, 31, 6.6, 0, joint=True, chain=SMART, owner_kind="private",
             started_on=date(2017, 2, 21)),
        _row("永宁智慧物流港", SERVING, "永宁街道", 24, 5, 0, joint=True, chain=TRADE, owner_kind="private",
             started_on=date(2017, 9, 5)),
        _row("车规芯片封测厂", MAKING, ZONE, 20, 5, 0, joint=True, chain=CHIPS, owner_kind="foreign",
             started_on=date(2018, 1, 18)),
        _row("江浦老街文商旅综合体", SERVING, "江浦街道", 17, 4.2, 0, joint=True, chain=LEISURE,
             owner_kind="state", started_on=date(2017, 11, 9)),
        _row("农业高新技术示范园", SERVING, "农创园", 14, 3.8, 0, joint=True, chain=FARM, owner_kind="state",
             started_on=date(2017, 4, 11)),
        _row("物联网小镇一期", SERVING, "科学城", 12, 3.4, 0, joint=True, chain=TECH, owner_kind="private",
             started_on=date(2018, 2, 27)),
        _row("氢燃料电池系统产线", MAKING, ZONE, 9.6, 2.6, 0, joint=True, chain=CARS, owner_kind="private",
             started_on=date(2018, 3, 20)),
    ]  # fmt: skip


def joint_other() -> list[Row]:
    """The three that are not industrial: 39.7 of 33.5 planned."""
    return [
        _row("桥林新城基础设施一期", "infrastructure", "桥林街道", 60, 14, 17, joint=True, owner_kind="state",
             before=22, started_on=date(2016, 10, 12)),
        _row("江浦至星甸快速通道", "infrastructure", "江浦街道", 48.8, 11, 12.7, joint=True, owner_kind="government",
             before=18, started_on=date(2017, 3, 2)),
        _row("桥林新城安置房一期", "livelihood", "桥林街道", 40, 8.5, 10, joint=True, owner_kind="state",
             before=13.5, started_on=date(2017, 5, 25)),
    ]  # fmt: skip


def district_industrial() -> list[Row]:
    """Nine of the other 55: two that wait for land and planning, six completed after June, and 农创园二期."""
    return [
        _row("汤泉文旅体验园", SERVING, "汤泉街道", 52, 3, 0.318, chain=LEISURE, owner_kind="private",
             start=Month(2018, 5), completion=Month(2020, 10), difficulty="卡在用地规划许可"),
        _row("极光片羽（南京）科技体验园", SERVING, "汤泉街道", 30, 2, 0.2, chain=LEISURE, owner_kind="private",
             start=Month(2018, 6), completion=Month(2020, 6), difficulty="供地红线未定"),
        _row("农创园二期", SERVING, "农创园", 16.5, 3.2, 2.02, chain=FARM, owner_kind="state", before=4,
             started_on=date(2017, 8, 22), completion=Month(2019, 5)),
        _row("先进封装测试基地", MAKING, ZONE, 37, 10, 10.5, chain=CHIPS, owner_kind="foreign", before=26.4,
             started_on=date(2016, 5, 20), completed_on=date(2018, 7, 20), completion=Month(2018, 7)),
        _row("轨道车辆总装线", MAKING, ZONE, 25.3, 7, 7.3, chain=RAIL, owner_kind="central_soe", before=17.9,
             started_on=date(2016, 4, 12), completed_on=date(2018, 7, 30), completion=Month(2018, 8)),
        _row("求雨山孵化加速器", SERVING, "江浦街道", 18.5, 5.2, 5.6, chain=TECH, owner_kind="state", before=12.8,
             started_on=date(2016, 9, 9), completed_on=date(2018, 8, 10), completion=Month(2018, 8)),
        _row("智能电网装备厂", MAKING, ZONE, 13.3, 3.8, 4.1, chain=SMART, owner_kind="private", before=9.1,
             started_on=date(2016, 10, 16), completed_on=date(2018, 8, 18), completion=Month(2018, 9)),
        _row("中创为量子", MAKING, "科学城", 5, 4.8, 5, chain="量子信息", owner_kind="private",
             started_on=date(2018, 1, 16), completed_on=date(2018, 7, 26), completion=Month(2018, 8)),
        _row("国产IP平台", SERVING, "科学城", 3, 2.9, 3, chain=CHIPS, owner_kind="private",
             started_on=date(2018, 2, 6), completed_on=date(2018, 8, 6), completion=Month(2018, 8)),
    ]  # fmt: skip


def district_other() -> list[Row]:
    """Five of the other 285 that the pictures show."""
    return [
        _row("汤泉文旅商业街配套", "livelihood", "汤泉街道", 8.6, 2.86, 1.67, owner_kind="state", before=1.9,
             started_on=date(2017, 9, 14), difficulty="管网1户未拆"),
        _row("桥林新城路网二期", "infrastructure", "桥林街道", 24, 5.8, 3.47, owner_kind="state", before=6.2,
             started_on=date(2017, 4, 6), difficulty="PPP融资未到位"),
        _row("城南河综合整治", "environment", "顶山街道", 6.8, 2.4, 1.66, owner_kind="government", before=1.5,
             started_on=date(2017, 10, 24)),
        _row("江浦中心小学改扩建", "livelihood", "江浦街道", 3.2, 1.1, 0.78, owner_kind="government", before=0.6,
             started_on=date(2017, 7, 10)),
        _row("永宁停车及慢行系统", "infrastructure", "永宁街道", 4.4, 0.6, 0, owner_kind="government",
             start=Month(2018, 10), completion=Month(2019, 10), difficulty="招标未完成"),
    ]  # fmt: skip


# 前期工作里示意图点了名的三个：从拟的里面换名，落到它们的属地；金额不动
PRELIMINARY = {
    "桥林新城西片安置房一期": ("桥林新城安置房三期", "桥林街道", ""),
    "金汤安置房": ("顶山安置房二期", "顶山街道", ""),
    "开发区北片激光装备厂": ("博郡项目二期", ZONE, CARS),
}


def name_preliminary(rows: Sequence[Row]) -> None:
    for row in rows:
        if row.stage == 2 and row.name in PRELIMINARY:
            row.name, row.territory, row.chain = PRELIMINARY[row.name]
