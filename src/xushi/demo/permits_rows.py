"""演示区没开工的一百五十个项目各卡在哪一步、等了几个工作日：照当前卡点、照签约和督办的故事，其余照计划开工的先后。"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from xushi.demo.row import Row
from xushi.demo.signings_rows import all_rows

SUBMITTED, ACCEPTED, SUPPLEMENT, PLANNED = "submitted", "accepted", "supplement", "planned"


@dataclass(frozen=True, slots=True)
class Wait:
    """One step that waits. days: working days since it could be worked on, None: as it follows from the others.

    began: working days ago it was handed in; None: soon after it could be.
    """

    code: str
    days: int | None
    state: str = ACCEPTED
    began: int | None = None
    asked: str = ""
    lacking: str = ""
    lacking_until: date | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A permit in hand before all ahead of it was done (容缺): when, what is owed until when, how often prolonged."""

    code: str
    on: date
    lacking: str
    until: date
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one project stands. skipped: what it does not need; words: what it says itself (卡点).

    land: of those that were signed this year, the days of the company and of the land; the steps lie between.
    """

    waits: tuple[Wait, ...]
    words: str = ""
    skipped: tuple[str, ...] = ()
    land: tuple[date, date] | None = None
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A step with the waits of those who stand at it, and what they say."""

    code: str
    waits: tuple[int, ...]
    words: tuple[str, ...]


RELOCATION, SUPPLY, DRAWING, ENVIRONMENT = "relocation", "supply", "drawing", "environment"
FIRE, PLANNING = "fire_design", "planning_permit"
# 天数是工作日；征地拆迁里点名的四个另列
QUEUES = (
    Queue("construction", (1, 2, 2, 3, 4, 4, 5, 6, 6, 12, 13, 15), ("建设资金证明待补", "施工合同备案中")),
    Queue(DRAWING, (1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 16, 26), ("审图意见在改", "地勘报告待补")),
    Queue("tender", (3, 9, 14, 17, 22, 33), ("招标未完成",)),
    Queue("design", (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 15, 20, 22, 24, 37, 43),
          ("总图退改", "日照分析待补", "方案待上会")),
    Queue("land_permit", (1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10, 14, 15, 16, 17, 19, 31, 38, 46, 75),
          ("规划条件待核定", "红线图退改")),
    Queue(ENVIRONMENT, (4, 7, 9, 12, 15, 17, 19, 22, 25, 28, 36, 40, 44), ("环评公示中", "环评报告在编")),
    Queue(SUPPLY, (3, 8, 13, 18, 27, 39, 50, 52, 54, 58, 63, 66, 72), ("等年度用地指标", "出让方案在报批")),
    Queue(RELOCATION, (2, 4, 5, 7, 8, 10, 12, 13, 15, 17, 19, 20, 22, 24, 26, 28, 34, 35, 36, 37, 38, 40, 52, 57,
                       60, 60, 72, 75, 78, 82, 85, 94, 106, 127, 138),
          ("2户未签协议", "厂房搬迁补偿没谈定", "坟地未迁", "青苗补偿有异议")),
    Queue("feasibility", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15), ("可研评审意见在改", "估算待核")),
)  # fmt: skip
NAMED = {
    "紫光项目": (165, "4户未腾空，补偿差约0.3亿元"),
    "桥林新城安置房三期": (131, "坟地迁移未签"),
    "顶山安置房二期": (112, "评估异议2户，复核中"),
    "博郡项目二期": (48, "6户未搬迁"),
}
BY_DIFFICULTY = (
    ("拆迁", RELOCATION), ("管线", RELOCATION), ("规划", "land_permit"), ("红线", SUPPLY), ("环评", ENVIRONMENT),
    ("招标", "tender"), ("施工图", DRAWING), ("融资", "construction"),
)  # fmt: skip
# 签约后增补进名单的：拿地的日子签约里有，卡在哪也照那里
LISTED = {
    "友联功率器件产线": (Wait(DRAWING, 6), Wait(PLANNING, None)),
    "龙山晶圆再生线": (Wait(DRAWING, 5), Wait(PLANNING, None), Wait(ENVIRONMENT, None, began=12)),
    "友联晶圆再生线": (Wait("construction", 3),),
    "桥林云计算中心": (Wait(DRAWING, 4), Wait(PLANNING, None)),
    "巩固商贸综合体": (Wait(DRAWING, 7), Wait(PLANNING, None)),
}
# 施工许可先容缺办了、消防还在补正的两个：一个快失效，一个延过一次
HELD = (
    (Wait(FIRE, 104, SUPPLEMENT, began=101, asked="自动喷淋系统图要改，水泵房设计说明没盖章。"),
     Held("construction", date(2018, 6, 20), "消防设计审查合格书后补", date(2018, 9, 28))),
    (Wait(FIRE, 150, SUPPLEMENT, began=146, asked="疏散楼梯宽度不够，改图后重报。"),
     Held("construction", date(2018, 3, 28), "消防设计审查合格书后补", date(2018, 9, 21), extensions=1)),
)  # fmt: skip
SUPPLEMENTS = (
    "红线图没盖章，地勘报告缺两个孔。",
    "可研报告缺资金来源证明，请补承诺函。",
    "日照分析没有覆盖东侧住宅，请补。",
    "社会稳定风险评估意见没附。",
    "审图回复单有4条没有回复。",
)
LACKING = (("建设资金证明原件后补", date(2018, 9, 20)), ("施工合同备案表后补", date(2018, 9, 26)))
INDUSTRY = (RELOCATION, SUPPLY, "land_permit", "design", ENVIRONMENT)
OTHERS = (
    "construction",
    DRAWING,
    "design",
    "land_permit",
    ENVIRONMENT,
    SUPPLY,
    RELOCATION,
    "feasibility",
)


def spots(rows: Sequence[Row]) -> dict[str, Spot]:
    """By name, of every project that has not started."""
    waiting = sorted((row for row in rows if not row.started), key=lambda row: (row.start or "", row.name))
    found: dict[str, Spot] = {
        name: Spot((Wait(RELOCATION, days, began=days),), words) for name, (days, words) in NAMED.items()
    }
    land = {one.name: (one.steps[0], one.steps[1]) for _, one in all_rows() if one.listed_on}
    found |= {name: Spot(waits, skipped=(RELOCATION,), land=land[name]) for name, waits in LISTED.items()}
    moneyless = [row for row in waiting if row.difficulty == "融资未到位"]
    for row, (wait, held) in zip(moneyless, HELD, strict=False):
        found[row.name] = Spot((wait,), held=held)
    rest = [row for row in waiting if row.name not in found]
    for queue, members in _members(rest, found):
        for number, (row, days) in enumerate(zip(members, _long_first(queue, found), strict=True)):
            found[row.name] = _spot(queue, days, number)
    return found


def _members(rest: Sequence[Row], placed: dict[str, Spot]) -> Iterator[tuple[Queue, list[Row]]]:
    """Who stands in which queue: by the trouble they name, industry in turn, others by how soon they mean to begin."""
    room = {queue.code: len(_long_first(queue, placed)) for queue in QUEUES}
    members: dict[str, list[Row]] = defaultdict(list)

    def put(row: Row, code: str) -> None:
        members[code].append(row)
        room[code] -= 1

    for row in (row for row in rest if row.difficulty):
        put(row, next(code for word, code in BY_DIFFICULTY if word in row.difficulty))
    quiet = [row for row in rest if not row.difficulty]
    turns = cycle(INDUSTRY)
    for row in (row for row in quiet if row.industrial):
        put(row, next(code for code in turns if room[code] > 0))
    for row in (row for row in quiet if not row.industrial):
        put(row, next(code for code in OTHERS if room[code] > 0))
    for queue in QUEUES:
        yield queue, sorted(members[queue.code], key=lambda row: (row.stage, row.start or "", row.name))


def _long_first(queue: Queue, placed: dict[str, Spot]) -> list[int]:
    """The waits of a queue that nobody placed already has, the longest first."""
    left = sorted(queue.waits, reverse=True)
    for name in LISTED:
        [first, *_] = placed[name].waits
        if first.code == queue.code:
            left.remove(first.days or 0)
    return left


def _spot(queue: Queue, days: int, number: int) -> Spot:
    words = queue.words[number % len(queue.words)]
    if queue.code == ENVIRONMENT:  # 净地，等供地的同时办环评
        return Spot((_wait(queue.code, days, number), Wait(SUPPLY, None, PLANNED)), words, (RELOCATION,))
    return Spot((_wait(queue.code, days, number),), words)


def _wait(code: str, days: int, number: int) -> Wait:
    """The way it stands: some still to be handed in, some just handed in, a few asked to supplement or taken in early."""
    if code == "construction" and days in (4, 6) and number % 2:
        lacking, until = LACKING[days % 4 // 2]
        return Wait(code, days, lacking=lacking, lacking_until=until)
    if code == RELOCATION or days == 1:
        return Wait(code, days, ACCEPTED if days > 1 else PLANNED)
    if days <= 3:
        return Wait(code, days, SUBMITTED)
    if number % 7 == 5 and days in range(6, 14):
        return Wait(code, days, SUPPLEMENT, asked=SUPPLEMENTS[(number + days) % len(SUPPLEMENTS)])
    return Wait(code, days, PLANNED if number % 4 == 1 else ACCEPTED)
