"""演示区的现场督查：一到八月各一次，九月第九次正在看；看谁、看到什么、改到哪一步。"""

from dataclasses import dataclass
from datetime import date, datetime

from xushi.core.clock import BEIJING
from xushi.demo.row import Row
from xushi.inspections.words import FindingClass, Kind

# 每一次：月、第一天、开工核查几个、别的几个、发现几条
ROUNDS = (
    (1, 9, 9, 1, 5), (2, 6, 9, 1, 5), (3, 13, 9, 1, 5), (4, 10, 6, 3, 5), (5, 15, 1, 7, 5), (6, 12, 0, 8, 5),
    (7, 10, 2, 6, 6), (8, 14, 0, 8, 6),
)  # fmt: skip
LATE_IN = {7: "桥林街道", 8: "汤泉街道"}  # 哪一次、哪里有一条到现在还没改
# 一二组带队，成员
TEAMS = (("inspector", ("office2",)), ("office", ("department4",)))
SCENES = ("road", "pit", "houses", "tower")
# 一般的发现：类别、严重程度、看到的、改了怎么说
FOUND = (
    (FindingClass.DUST, 1, "裸土未覆盖，出入口没有冲洗设备", "裸土已覆盖，冲洗设备已装好"),
    (FindingClass.SAFETY, 2, "基坑临边防护缺2处，夜间无警示灯", "临边防护已补齐，警示灯已接通"),
    (FindingClass.PERMIT, 2, "施工公示牌上的许可证号与证不一致", "公示牌已更换，与许可证一致"),
    (FindingClass.LAND, 2, "红线内1户未腾空，施工便道打不通", "住户已腾空，便道已贯通"),
    (FindingClass.QUALITY, 2, "二层柱脚有蜂窝，未见处理方案", "已凿除修补，监理签了验收单"),
    (FindingClass.FUNDS, 1, "主要设备款已付，设备未到场", "设备已到场开箱，有到货单"),
    (FindingClass.PROGRESS, 1, "节点计划没有上墙，滞后没有赶工措施", "节点计划已上墙，增开夜班"),
)
PLACES = {
    "江浦街道": (118.6270, 32.0590), "桥林街道": (118.5120, 31.9620), "汤泉街道": (118.4760, 32.0870),
    "永宁街道": (118.6230, 32.1520), "星甸街道": (118.4790, 32.0220), "顶山街道": (118.6760, 32.0900),
    "农创园": (118.5530, 32.0280), "科学城": (118.6480, 32.0340), "浦口经济开发区": (118.5600, 31.9990),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Now:
    """One visit of the ninth round: its team, its time; what was seen, where it has been seen already."""

    name: str
    kind: Kind
    team: int
    at: datetime
    seen: str = ""
    words: str = ""
    finding: tuple[FindingClass, int, str] | None = None
    due_on: date | None = None
    scene: str = "pit"


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BEIJING)


NINTH = (
    Now("紫光项目", Kind.START, 0, _at(9, 12, 9, 40)),
    Now("汤泉文旅体验园", Kind.START, 1, _at(9, 12, 14)),
    Now("桥林新城路网二期", Kind.PROGRESS, 0, _at(9, 11, 9, 30), "0.418", "路基只完成2标段，月报按3标段报",
        (FindingClass.PROGRESS, 2, "路基只完成2标段，月报按3标段报，请改报并写明3标段何时进场"), date(2018, 9, 18),
        "road"),
    Now("农创园二期", Kind.PROGRESS, 1, _at(9, 11, 10), "0.550", "设备款已付未到场",
        (FindingClass.FUNDS, 1, "温控设备款已付未到场，请附到货计划"), date(2018, 9, 21), "factory"),
    Now("博郡项目", Kind.PROGRESS, 0, _at(9, 11, 14, 30), "0.510", "一期主体施工正常",
        (FindingClass.LAND, 2, "二期地块待腾地，塔吊基础无法施工"), date(2018, 9, 25), "tower"),
    Now("科学城研发载体一期", Kind.QUALITY, 1, _at(9, 10, 15), "0.710", "主体五层，与月报一致",
        (FindingClass.SAFETY, 1, "四层楼梯口临边防护松动"), date(2018, 9, 17), "tower"),
    Now("中创为量子", Kind.COMPLETION, 1, _at(9, 13, 9, 30)),
    Now("极光片羽（南京）科技体验园", Kind.START, 1, _at(9, 13, 14)),
    Now("浦口集成电路产业基地", Kind.PROGRESS, 0, _at(9, 13, 9, 30)),
    Now("汤泉温泉旅游度假区", Kind.PROGRESS, 1, _at(9, 14, 9, 30)),
)  # fmt: skip
# 第八次里示意图点了名的两条
CITY_RIVER = Now("城南河综合整治", Kind.PROGRESS, 1, _at(8, 14, 10), "0.640", "护岸做到下游段",
                 (FindingClass.LAND, 2, "城南河岸线2处旧房未拆"), date(2018, 9, 19), "houses")  # fmt: skip
HOT_SPRING = Now("汤泉文旅商业街配套", Kind.QUALITY, 1, _at(8, 29, 10), "0.560", "主体施工至三层",
                 (FindingClass.DUST, 1, "汤泉便道扬尘未覆盖"), date(2018, 9, 5), "pit")  # fmt: skip
EIGHTH = (CITY_RIVER, HOT_SPRING)
NAMED = {one.name for one in (*NINTH, *EIGHTH)}


def starters(rows: list[Row], first: date, last: date) -> list[Row]:
    """Those that had not begun on a day and began by another: the earliest first, evenly taken over the territories."""
    found = [row for row in rows if row.stage == 1 and row.started_on and first < row.started_on <= last]
    return sorted(found, key=lambda row: (row.started_on or last, row.name))


def going(rows: list[Row], day: date) -> list[Row]:
    """Under way on a day, the larger and the slipping first, one territory after the other."""
    found = [
        row for row in rows
        if row.stage == 1 and row.started_on and row.started_on < day and row.name not in NAMED
        and not (row.completed_on and row.completed_on <= day)
    ]  # fmt: skip
    return sorted(found, key=lambda row: (not row.slipping, -row.plan, row.name))
