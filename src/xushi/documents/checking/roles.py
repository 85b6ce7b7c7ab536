"""一个数是什么数：看它左边的词（“累计完成投资”）和右边的词（“个项目列入”），认出开工、计划、完成、上年同期……

The table is data: the first row whose words are there gives the role. What no row knows keeps its own words.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from xushi.documents.checking.quantities import DEED, Kind, Quantity


class Role(StrEnum):
    """What a quantity is of, as far as a claim may lean on it."""

    LISTED = "项目总数"
    UNDER_WAY = "当年实施"
    PLANNED_START = "计划开工"
    STARTED = "已开工"
    NOT_STARTED = "未开工"
    COMPLETED = "竣工"
    PRELIMINARY = "前期"
    SOLVED = "办结"
    TOTAL = "总投资"
    PLAN = "计划投资"
    DONE = "完成投资"
    BASE = "上年同期"
    TARGET = "目标"
    DUE = "序时"
    START_RATE = "开工率"
    DONE_RATE = "完成率"
    SHARE = "占比"
    RATE = "率"
    CHANGE = "增减"
    REST = "其余"
    MEAN = "平均"
    SUM = "合计"
    OTHER = "其他"


_ONE_UNIT = {"名": "人", "口": "人", "票": "张", "日": "天"}  # counted together


@dataclass(frozen=True, slots=True)
class Mention:
    """A quantity where it stands: the words around it, its clause, sentence, scope and paragraph, the months it is of."""

    quantity: Quantity
    label: str  # the words before, back to the last mark or number
    tail: str  # the words after, up to the next mark or number
    lead: str  # what stands before in the sentence
    clause: int
    sentence: int
    scope: int  # raised at each 其中
    paragraph: int
    period: tuple[int, int] | None  # months of the year, both included
    role: Role = Role.OTHER
    phrase: str = ""  # the whole clause before the number, earlier numbers and all
    shared: bool = False  # the tail runs on to the next number
    like: tuple[Kind, str] = field(
        init=False, repr=False, compare=False
    )  # what it may be added to or compared with

    @property
    def kind(self) -> Kind:
        return self.quantity.kind

    def __post_init__(self) -> None:
        unit = self.quantity.unit
        object.__setattr__(self, "like", (self.quantity.kind, _ONE_UNIT.get(unit, unit)))

    @property
    def words(self) -> str:
        """The words on both sides, as far as they are its own."""
        return self.label + "|" + ("" if self.shared else self.tail)

    def before(self, other: "Mention") -> bool:
        return self.quantity.start < other.quantity.start


_PAST = r"(去年|上年|上一年|前年|上月|上季度?|上期|同期|基期)"
_BASE = (
    rf"{_PAST}(同期|全年|同月|年?底|年?末)?(的|数|实绩|实际|完成|投资|开工|竣工|水平|总量|为|是|有|达)*$"
    r"|(比|较|对比|由|从|是|为)(\d{4}|20)\s*年[^，]{0,12}的?$"
    rf"|^(而)?(比|较)?{_PAST}(同期)?(?!结转|遗留|续建|下达|以来)([^，比较]|比重|比例){{0,12}}$|前一个?(月|年|季度)[^，]{{0,6}}$"
)
_MEAN = (
    r"(平均(?!浓度|水平|气温|增|值|线|高|低|以上|相比)|人均|户均|亩均|项均|宗均|月均|村均|镇均|日均|年均(?!增|增长|复合)|家均|企均|件均|校均"
    r"|场均|单均|个均|套均|幅均)[^，]*$|(算下来|平均下来)[^，]{0,6}$|每[百千万十]*(个|家|户|亩|件|天|人|月|场|宗|套|幅|村|镇|项|年|名)[^，]{0,6}$"
)
_MONEY = (
    (Role.MEAN, _MEAN, ""),
    (
        Role.REST,
        r"(其余|剩余|余下|尚有|还有|尚余|尚缺|还缺|还差|尚差|仅剩|缺口|结余|结转|差距|还需|尚需|仍需|欠储|欠缴|欠拨|短缺)[^，]{0,8}$",
        "",
    ),
    (Role.BASE, _BASE, ""),
    (Role.TARGET, r"(目标|目标任务|预算)(任务|额)?(数|值)?(为|是|的)?$", ""),
    (Role.TOTAL, r"(总投资|投资总额|总规模|投资额度|协议投资|投资规模)[^，完]{0,6}$", ""),
    (Role.SUM, r"(合计|共计|总计|总共|一共|累计共)[^，完]{0,4}$", ""),
    (
        Role.PLAN,
        (
            r"(计划(完成)?(总)?(投资|额)?|年度?计划(投资|完成)?|投资计划|计划任务|任务|预算(安排|支出)?)(额|为|是|约|达)?$"
            r"|^年计划$|(应|需)(到位|完成|缴|拨)[^，]{0,6}$"
        ),
        "",
    ),
    (Role.DONE, r"(?<!计划)(完成|到位|支出)[^，计]{0,10}$|投资完成(额)?$|(已|实际)投(入|资)$", ""),
)
_COUNT = (
    (Role.MEAN, _MEAN, ""),
    (
        Role.REST,
        r"(其余|剩余|余下|尚有|还有|尚余|尚缺|还缺|还差|尚差|仅剩|缺口|结余|差距|还需|尚需|仍需|欠储|短缺|另有?)的?[^，]{0,6}$",
        "",
    ),
    (Role.BASE, _BASE, ""),
    (Role.NOT_STARTED, r"(未开工|没有开工|尚未开工)(项目)?(有)?$", r"^(项目)?(未|尚未|没有)开工"),
    (
        Role.PLANNED_START,
        r"(计划|应|拟|预计|应当)(新)?开工(的)?(建设)?(的)?(项目)?(有|数|共)?$",
        r"^(项目)?(计划|应|拟)开工",
    ),
    (Role.SUM, r"(合计|共计|总计|总共|一共)(有)?$", ""),
    (Role.LISTED, r"(列入|纳入)[^，]{0,12}$", ""),
    (
        Role.TARGET,
        r"(目标|任务)(数|值|为|是|的)*$|(目标|任务|计划|拟)(招引|引进|新增|新建|改建|培育|完成|建设|实施|竣工|建成|为)[^，]{0,10}$",
        "",
    ),
    (
        Role.STARTED,
        r"(?<![未应])(?<!计划)开工(建设)?(的)?(项目)?(有|数|了|共)?$",
        r"^(项目)?(已经|已|均已|实现|顺利|如期|新)?开工(?!率|项目)",
    ),
    (
        Role.UNDER_WAY,
        r"(当年|年内|今年|本年)?(实施)(类|的)?(项目)?(有|数|共)?$|在建(项目)?(有|共)?$",
        r"^(当年实施|在建|实施类)",
    ),
    (Role.PRELIMINARY, r"前期(工作|类|准备)?(的)?(项目)?(有|共)?$", r"^前期"),
    (
        Role.COMPLETED,
        r"(?<!计划)(竣工|投产|建成|完工)(的)?(项目)?(有|数|了)?$",
        r"^(项目)?(已|实现)?(竣工|投产|建成|完工)(?!率|项目计划)",
    ),
    (
        Role.SOLVED,
        r"(?<!未)(?<!应)(解决|办结|销号|反馈|答复|整改(完成|到位)?|回复|签收|入统|完成)(了)?(率)?(有)?$",
        r"^(项目|事项|问题|件)?(已|均已|按期|按时)?(解决|办结|销号|反馈|答复|整改|签收|入统)",
    ),
    (
        Role.LISTED,
        r"(共|共有|安排|梳理|下达|派发|排定|实有|总数|有)(了)?$|项目(有|共|共有)?$",
        r"^(项目)?(列入|纳入)",
    ),
)
_PERCENT = (
    (Role.RATE, r"(增长|盈利|亏损|下降|受益)面[^，]{0,3}$", ""),
    (Role.DUE, r"(应|要求)(完成|达到?)(年度?计划的)?$", ""),
    (
        Role.CHANGE,
        (
            r"(增长|增速|增幅|同比|环比|下降|减少|下浮|上浮|上升|提高|回落|降幅|降低|增加|压减|压缩|缩短|反升|精简|(?<!许)多(?:[用收产销卖发增]|"
            rf"{DEED})?|少(?:[用收产销卖发]|{DEED})?)"
            r"(了|约|近|达|为|超|超过|幅度)*$|(增长|增速|增幅|降幅)[^，]{0,8}$"
        ),
        r"^的?(增幅|增速|增长|降幅)",
    ),
    (
        Role.BASE,
        rf"{_PAST}(同期|全年|水平)?(的)?(为|是)?$|{_PAST}的?(这一|该|此)?(比重|比例|占比)(为|是)?$|平均(水平|值)?(为|是)?$",
        "",
    ),
    (Role.DUE, r"(序时|时序)(进度)?(应|为|是|要求|达到|完成|的)*$", r"^的?(序时|时序)(进度)?(要求|目标|$)"),
    (Role.DONE_RATE, r"(完成|达到|占|为)[^，]{0,8}(目标|任务|计划)[^，]{0,4}的(约|近)?$", ""),
    (Role.TARGET, r"(?<!完成)(?<!完成年度)(?<!达到)(?<!占)(?<!占年度)目标(值)?(任务)?(的|为|是)?$|^目标", ""),
    (Role.START_RATE, r"开工率[^，]{0,5}$", ""),
    (
        Role.DONE_RATE,
        (
            r"(完成|达|达到|占)(了)?(其|我区|全区)?(年度|全年|当年|年|本年|既定|市定)?(投资|度)?(计划|目标|任务)"
            r"(数)?(投资|完成)?(总量|额|任务|数)?的?(约|近)?$"
            r"|(投资|计划|任务)?完成率[^，]{0,5}$|完成(年度|全年)(投资|目标|任务|计划)?[^，]{0,6}的$"
        ),
        "",
    ),
    (Role.SHARE, r"占(?!用)[^，]*$|(比重|比例)(约|达到?|为|是|近)*$", ""),
    (Role.RATE, r"(率|覆盖面|亏损面|受益面|(?<!序时)(?<!时序)(?<!形象)进度)[^，]{0,5}$", ""),
)
_TABLES = {
    Kind.MONEY: _MONEY, Kind.COUNT: _COUNT, Kind.PERCENT: _PERCENT,
    Kind.OTHER: (*_COUNT[:3], *_COUNT[5:8], _MONEY[6]), Kind.SCORE: _COUNT[2:3], Kind.RANK: _COUNT[2:3],
}  # fmt: skip
_CHANGED = re.compile(
    r"(?<!已)(?<!累计)(?<!实际)(?<!共)((?<!新)(?<!年)(?<!净)增长|(?<!新)增加|减少|下降|上升|提高|提升|回落|降低|(?<!至)(?<!许)多|(?<!至)(?<!不)(?<!减)少|快|慢|(?<!最)高"
    r"|(?<!最)低|高出|超出|超|落后|领先|扩大|收窄|缩短|压减|压缩|缩减|精简|前进|前移|后退|后移|(?<!进度)滞后|低于|高于|短|净增|核减|核增|审减|调减|调增|节约|节省|差额|相差"
    r")(了|出|约|序时(进度)?|时序(进度)?|全(市|省|国|区)(平均)?(水平|值)?|进度|平均(水平|值)?)*$"
)
_IN_YEARS = re.compile(r"[两二三四五六七八九十]年(来|间)?增长(了|约|近)?$")
_ROLES = {
    kind: [(role, re.compile(before), re.compile(after) if after else None) for role, before, after in rows]
    for kind, rows in _TABLES.items()
}


_JOINING = re.compile(r"^(和|及|与|以及|、|并)?$")
_PLANNED = re.compile(r"计划|目标|任务|预算")
_BASE_PHRASE = re.compile(
    r"(比|较|对比)\s*(\d{4}\s*年|去年|上年|上月|上季度?|\d{1,2}\s*月份?|[一二三四]季度|上半年|年初)[^，]{0,12}的$"
)


def role_after(
    kind: Kind, label: str, tail: str, previous: Mention | None, phrase: str, *, same_clause: bool
) -> Role:
    """The role in view of what stands right before: 12亿元、8亿元 are of one; 计划25亿元的52% is a rate of it."""
    role = role_of(kind, label, tail)
    if _BASE_PHRASE.search(phrase) and kind not in (Kind.PERCENT, Kind.POINTS):
        return Role.BASE
    if previous is None:
        return role
    if (
        role is Role.OTHER
        and kind is previous.kind
        and _JOINING.match(label)
        and (previous.shared or not previous.tail)
    ):
        return previous.role
    if (
        same_clause
        and label in ("的", "的约", "的近")
        and previous.kind in (Kind.MONEY, Kind.COUNT, Kind.OTHER)
    ):
        if kind is Kind.TIMES:
            return Role.SHARE
        if kind is Kind.PERCENT:
            return Role.DONE_RATE if _PLANNED.search(previous.label) else Role.SHARE
    return role


def role_of(kind: Kind, label: str, tail: str) -> Role:
    """The role by the words around; OTHER where none of the table's are there."""
    bare = label.replace(" ", "")
    if kind is Kind.POINTS or (
        kind in (Kind.COUNT, Kind.MONEY, Kind.TIMES, Kind.RANK, Kind.SCORE, Kind.OTHER)
        and (_CHANGED.search(bare) or (kind is Kind.TIMES and _IN_YEARS.search(bare)))
    ):
        return Role.CHANGE
    for role, before, after in _ROLES.get(kind, ()):
        if before.search(bare) or (after and after.search(tail)):
            return role
    return Role.OTHER
