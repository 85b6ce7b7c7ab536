"""演示区的约束：2018年浦口区的公开报告印出的数，行要一起满足它们。这里的数只用来解出行，不进库。

Amounts are 万元 (integers). Source: 关于全区重大产业项目推进及市下达我区重点指标完成情况的报告, 2018-09-27.
"""

from dataclasses import dataclass

SOURCE = "区人大常委会报告2018-09-27"
YEAR, CLOSED = 2018, 8
YI = 10_000  # 一亿元是一万个万元


@dataclass(frozen=True, slots=True)
class Share:
    """What a disjoint part of the 450 must add up to: count, started, and 万元."""

    count: int
    started: int
    total: int
    plan: int
    done: int


# 报告的各级数相减，得到互不重叠的四份（当年实施）
JOINT_INDUSTRIAL = Share(21, 20, 15_861_000, 1_952_000, 1_140_000)
JOINT_OTHER = Share(3, 3, 17_349_000 - 15_861_000, 2_287_000 - 1_952_000, 1_537_000 - 1_140_000)
DISTRICT_INDUSTRIAL = Share(55, 42, 18_775_000 - 15_861_000, 2_758_000 - 1_952_000, 1_843_000 - 1_140_000)
DISTRICT_OTHER = Share(
    285,
    235,
    29_554_000 - 18_775_000 - JOINT_OTHER.total,
    6_128_000 - 2_758_000 - JOINT_OTHER.plan,
    4_120_000 - 1_843_000 - JOINT_OTHER.done,
)
PRELIMINARY_JOINT, PRELIMINARY_JOINT_TOTAL = 3, 5_242_000
PRELIMINARY_INDUSTRIAL, PRELIMINARY_OTHER = 18, 65
PRELIMINARY_REST_TOTAL = 10_091_000 - 5_242_000
AT_LEAST_10, AT_LEAST_50, AT_LEAST_100 = 27, 10, 4

COMPLETED, COMPLETED_TOTAL = 50, 2_875_000
COMPLETED_INDUSTRIAL, COMPLETED_INDUSTRIAL_TO_DATE = 25, 2_780_000
CEREMONY, CEREMONY_TO_DATE = 19, 1_763_000
CEREMONY_RANKS = (3, 5)  # 投资体量、项目个数

# 预警的样子（报告没有印，按示意图取）
OVERDUE_START, SLIPPING, STARTED_IN_AUGUST = 22, 38, 5

# 报告原样印出的数：级别、类别、数字、印法
PUBLISHED = (
    ("provincial_municipal", "", "listed", "27"),
    ("provincial_municipal", "", "under_way", "24"),
    ("provincial_municipal", "", "preliminary", "3"),
    ("provincial_municipal", "", "total_investment", "1734.9"),
    ("provincial_municipal", "", "annual_plan", "228.7"),
    ("provincial_municipal", "", "started", "23"),
    ("provincial_municipal", "", "start_rate.under_way", "95.8"),
    ("provincial_municipal", "", "completed_investment", "153.7"),
    ("provincial_municipal", "", "completion_rate", "67.2"),
    ("provincial_municipal", "", "preliminary_investment", "524.2"),
    ("provincial_municipal", "industrial", "listed", "24"),
    ("provincial_municipal", "industrial", "under_way", "21"),
    ("provincial_municipal", "industrial", "total_investment", "1586.1"),
    ("provincial_municipal", "industrial", "annual_plan", "195.2"),
    ("provincial_municipal", "industrial", "started", "20"),
    ("provincial_municipal", "industrial", "start_rate.under_way", "95.2"),
    ("provincial_municipal", "industrial", "completed_investment", "114"),
    ("provincial_municipal", "industrial", "completion_rate", "67.1"),
    ("district", "", "listed", "450"),
    ("district", "", "under_way", "364"),
    ("district", "", "preliminary", "86"),
    ("district", "", "total_investment", "2955.4"),
    ("district", "", "annual_plan", "612.8"),
    ("district", "", "started", "300"),
    ("district", "", "start_rate.under_way", "84.2"),
    ("district", "", "completed_investment", "412"),
    ("district", "", "completion_rate", "67.2"),
    ("district", "", "preliminary_investment", "1009.1"),
    ("district", "", "completed_projects", "50"),
    ("district", "", "completed_total_investment", "287.5"),
    ("district", "industrial", "listed", "97"),
    ("district", "industrial", "under_way", "76"),
    ("district", "industrial", "total_investment", "1877.5"),
    ("district", "industrial", "annual_plan", "275.8"),
    ("district", "industrial", "started", "62"),
    ("district", "industrial", "start_rate.under_way", "81.6"),
    ("district", "industrial", "completed_investment", "184.3"),
    ("district", "industrial", "completion_rate", "66.8"),
    ("district", "industrial", "completed_projects", "25"),
    ("district", "industrial", "completed_invested_to_date", "278"),
    ("district", "industrial", "at_least_10", "27"),
    ("district", "industrial", "at_least_50", "10"),
    ("district", "industrial", "at_least_100", "4"),
)


@dataclass(frozen=True, slots=True)
class OtherPart:
    """A category that is not industrial, the three joint ones included: counts and 万元. Not printed: as the picture."""

    count: int
    started: int
    plan: int
    done: int
    joint: int
    completed: int
    slipping: int  # 不含有名有姓的
    in_august: int


# 三类加起来正是报告的全部减产业：288个、开工238个、计划337.0亿元、完成227.7亿元
OTHER_CATEGORIES = {
    "infrastructure": OtherPart(132, 108, 1_684_000, 1_142_000, 2, 10, 13, 2),
    "livelihood": OtherPart(98, 84, 1_046_000, 729_000, 1, 10, 9, 2),
    "environment": OtherPart(58, 46, 640_000, 406_000, 0, 5, 8, 1),
}
OTHER_DUE = {"infrastructure": 7, "livelihood": 5, "environment": 3}
CEREMONY_REST = Share(17, 17, 0, 174_000, 186_000)  # 集中竣工里没有点名的十七个：今年的计划与完成
