"""汇交件：一个区一个月的数，写成一段文字，签上名；读得懂、加得拢才收。"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from xushi.core.clock import local_day
from xushi.core.money import half_up, plain, yi
from xushi.core.months import Month
from xushi.progress.scope import LEVELS

FORMAT = "xushi-month-1"
LARGEST = 4 * 1024 * 1024
# 库里的列装得下多少：编号和版本、个数、元和十二分之元
SMALLEST_COLUMN, COUNT_COLUMN, WIDEST = 2**15, 2**31, 2**62
YEARS = range(1900, 2201)  # 与月份的界一样；换算时区出不了历法的头尾
# 一组项目的和：个数，或整数元；due_twelfths 是十二分之一元
COLUMNS = (
    "under_way", "preliminary", "total_investment", "preliminary_investment", "annual_plan", "due_twelfths",
    "cumulative", "started", "planned_start_this_year", "planned_start_by_now", "started_of_this_year",
    "started_of_by_now", "completed_projects", "completed_total_investment", "completed_invested_to_date",
    "at_least_10", "at_least_50", "at_least_100", "reported",
)  # fmt: skip
# 个数里谁是谁的一部分：前一个不会比后一个多
PARTS = (
    ("started", "under_way"), ("planned_start_this_year", "under_way"), ("planned_start_by_now", "under_way"),
    ("completed_projects", "under_way"), ("reported", "under_way"), ("at_least_10", "under_way"),
    ("at_least_50", "at_least_10"), ("at_least_100", "at_least_50"),
    ("started_of_this_year", "started"), ("started_of_this_year", "planned_start_this_year"),
    ("started_of_by_now", "started"), ("started_of_by_now", "planned_start_by_now"),
    ("completed_total_investment", "total_investment"),
)  # fmt: skip


class RefusedFiling(Exception):
    """The filing is not taken; says why and how to mend it. code is for machines, status for HTTP."""

    def __init__(self, code: str, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.status = code, sentence, status


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one list, whole (category "") or of one top category."""

    level: str
    category: str
    label: str
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project that the district lets the level above see; amounts in 元, due in twelfths of a 元."""

    name: str
    territory: str
    category: str
    under_way: bool
    total_investment: int
    annual_plan: int
    cumulative: int
    due_twelfths: int
    started: bool
    completed: bool


@dataclass(frozen=True, slots=True)
class Filing:
    """What is said: number 1 is the month as first closed, each further one replaces the one before."""

    district: str
    name: str
    month: Month
    number: int
    replaces: str
    reason: str
    closing_version: int
    closed_at: datetime
    overdue_starts: int
    slipping: int
    sums: tuple[Sums, ...]
    rows_level: str = ""
    rows: tuple[ProjectRow, ...] = field(default=())

    def whole(self, level: str) -> Sums:
        return next(one for one in self.sums if one.level == level and not one.category)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The text as it was signed, by which key, and the signature. The digest names the filing."""

    body: str
    key: str
    signature: str

    @property
    def digest(self) -> str:
        return sha256(self.body.encode()).hexdigest()

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str | bytes) -> "Envelope":
        if len(text) > LARGEST:
            raise RefusedFiling(
                "too_large", f"汇交件超过{LARGEST // 1024 // 1024}MB，不是一个区一个月的数。", 413
            )
        try:
            said = json.loads(text)
            parts = [said[one.name] for one in fields(cls)]
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            raise RefusedFiling("unreadable", NOT_A_FILING, 400) from problem
        if not all(isinstance(one, str) for one in parts) or "\x00" in "".join(parts):
            raise RefusedFiling("unreadable", NOT_A_FILING, 400)
        try:
            "".join(parts).encode()
        except UnicodeEncodeError as problem:
            raise RefusedFiling("unreadable", NOT_A_FILING, 400) from problem
        return cls(*parts)


NOT_A_FILING = "这不是汇交件：应是 xushi federation export 写出的文件，原样送来，不要打开另存。"


def written(filing: Filing) -> str:
    """The text that is signed: the same filing is always the same text."""
    said = {
        "format": FORMAT,
        **asdict(filing),
        "month": str(filing.month),
        "closed_at": filing.closed_at.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(body: str) -> Filing:
    """The filing that a text says; RefusedFiling where it is none or does not add up."""
    filing = parsed(body)
    check(filing)
    return filing


def parsed(body: str) -> Filing:
    """The filing that a text says, added up or not: what was taken once is shown whatever is asked of new ones."""
    try:
        said = json.loads(body)
        if said["format"] != FORMAT:
            other = _words(said["format"], 40)
            raise RefusedFiling("format", f"汇交件是“{other}”的格式，本级只认{FORMAT}，请两级升到同一版本。")
        return _filing(said)
    except RefusedFiling:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise RefusedFiling("unreadable", "汇交件里缺了内容或写法不对，请用本系统重新导出。") from problem


def _filing(said: Mapping[str, Any]) -> Filing:
    return Filing(
        district=_words(said["district"], 20),
        name=_words(said["name"], 60),
        month=Month.parse(said["month"]),
        number=_whole_number(said["number"], SMALLEST_COLUMN),
        replaces=_words(said["replaces"], 64),
        reason=_words(said["reason"], 300),
        closing_version=_whole_number(said["closing_version"], SMALLEST_COLUMN),
        closed_at=_moment(said["closed_at"]),
        overdue_starts=_whole_number(said["overdue_starts"], COUNT_COLUMN),
        slipping=_whole_number(said["slipping"], COUNT_COLUMN),
        sums=tuple(_sums(one) for one in said["sums"]),
        rows_level=_words(said["rows_level"], 24),
        rows=tuple(_row(one) for one in said["rows"]),
    )


def _sums(said: Mapping[str, Any]) -> Sums:
    values = {name: _whole_number(said["values"][name]) for name in COLUMNS}
    return Sums(_words(said["level"], 24), _words(said["category"], 40), _words(said["label"], 60), values)


def _row(said: Mapping[str, Any]) -> ProjectRow:
    kinds = {"name": 300, "territory": 120, "category": 60}
    made: dict[str, Any] = {}
    for one in fields(ProjectRow):
        value = said[one.name]
        if one.name in kinds:
            made[one.name] = _words(value, kinds[one.name])
        elif one.type is bool or one.type == "bool":
            if not isinstance(value, bool):
                raise TypeError(one.name)
            made[one.name] = value
        else:
            made[one.name] = _whole_number(value)
    return ProjectRow(**made)


def _words(value: Any, most: int) -> str:
    """Text that can be kept and sent on: a lone surrogate, which JSON may spell, can be neither (ValueError)."""
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise TypeError("要的是不太长的文字")
    value.encode()
    return value


def _whole_number(value: Any, below: int = WIDEST) -> int:
    """Counts and amounts are whole, not below 0, and fit their column."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise TypeError("要的是不小于0、不太大的整数")
    return value


def _moment(value: Any) -> datetime:
    """A moment with its zone, in a year that every zone's calendar has."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("关账时间没有时区，或不在这几百年里")
    return moment


def check(filing: Filing) -> None:
    """勾稽: each list once, its categories adding up to it, its parts within it, and the rows adding up to theirs."""
    if filing.number < 1:
        raise RefusedFiling("number", "汇交件没有编号，请用本系统重新导出。")
    if local_day(filing.closed_at) <= filing.month.last_day:
        raise RefusedFiling(
            "open_month", f"{filing.month.label}还没过完就写着关了账，请等月份过完、关账后再报。"
        )
    for level, label in LEVELS.items():
        wholes = [one for one in filing.sums if one.level == level and not one.category]
        if len(wholes) != 1:
            raise RefusedFiling("sums", f"汇交件里{label}的合计应有一份，实有{len(wholes)}份。")
        _check_level(label, wholes[0], [one for one in filing.sums if one.level == level and one.category])
    if any(one.level not in LEVELS for one in filing.sums):
        raise RefusedFiling("sums", "汇交件里有不认得的级别，请两级升到同一版本。")
    if filing.rows or filing.rows_level:
        _check_rows(filing)


def _check_level(label: str, whole: Sums, parts: Sequence[Sums]) -> None:
    if len({one.category for one in parts}) != len(parts):
        raise RefusedFiling("sums", f"{label}有一个类别写了两遍。")
    for name in COLUMNS:
        added = sum(one.values[name] for one in parts)
        if added != whole.values[name]:
            raise RefusedFiling(
                "sums", f"{label}各类别相加不等于合计（{name}：{added}与{whole.values[name]}），没有收。"
            )
    for one in (whole, *parts):
        for name, of in PARTS:
            if one.values[name] > one.values[of]:
                what = f"{label}{one.label}的{name}（{one.values[name]}）比{of}（{one.values[of]}）还多"
                raise RefusedFiling("sums", f"{what}，一部分不会多过全部，没有收；请在区里核对后重新签报。")


def _check_rows(filing: Filing) -> None:
    if filing.rows_level not in LEVELS:
        raise RefusedFiling("rows", "汇交件里的项目没有写明是哪一级的。")
    whole, label = filing.whole(filing.rows_level).values, LEVELS[filing.rows_level]
    going = [row for row in filing.rows if row.under_way]
    if (len(going), len(filing.rows) - len(going)) != (whole["under_way"], whole["preliminary"]):
        raise RefusedFiling("rows", f"逐个列出的{label}与合计的个数不一样，没有收。")
    for name in ("annual_plan", "cumulative", "due_twelfths", "total_investment"):
        if sum(getattr(row, name) for row in going) != whole[name]:
            raise RefusedFiling("rows", f"逐个列出的{label}加起来不等于合计（{name}），没有收。")


@dataclass(frozen=True, slots=True)
class Last:
    """What was taken last of a district's month; number 0 where nothing was."""

    number: int = 0
    digest: str = ""
    version: int = 0


def following(filing: Filing, digest: str, last: Last) -> None:
    """Whether this number follows the last one taken for the month; RefusedFiling says which is wanted."""
    taken, last_digest = last.number, last.digest
    what = f"{filing.name}{filing.month.label}"
    if filing.number <= taken:
        if digest == last_digest:
            raise RefusedFiling("already", f"{what}的{named(filing.number)}已经收过，没有再收。", 409)
        if filing.number == taken:
            raise RefusedFiling(
                "number_taken",
                f"{what}的{named(taken)}已收过一件，内容不同；要改数，请用{named(taken + 1)}。",
                409,
            )
        raise RefusedFiling(
            "replaced", f"{what}的{named(filing.number)}已被{named(taken)}替换，旧件不再收。", 409
        )
    if filing.number > taken + 1:
        raise RefusedFiling("gap", f"{what}还缺{named(taken + 1)}，请先送那一件。", 409)
    if filing.replaces != last_digest:
        raise RefusedFiling(
            "replaces", f"{what}的{named(filing.number)}写的不是替换现在这一件，请重新导出。", 409
        )
    if taken and not filing.reason.strip():
        raise RefusedFiling(
            "no_reason", f"{what}的{named(filing.number)}没有写更正的理由：改了什么、为什么改，写了再送。"
        )
    if filing.closing_version <= last.version:
        raise RefusedFiling(
            "version",
            f"{what}的{named(filing.number)}据的是第{filing.closing_version}版关账，已收的是第{last.version}版；"
            "改数要重开那个月、改、再关账，再签报。",
        )


def named(number: int) -> str:
    """How people name a number: the first is 原报, the second 更正1号."""
    return "原报" if number == 1 else f"更正{number - 1}号"


def moved(old: int, new: int) -> str:
    """What a correction did to the completed investment, in 亿元: 513.9 → 512.7."""
    return f"{plain(_one(old))}→{plain(_one(new))}亿元" if _one(old) != _one(new) else "完成投资没有变"


def _one(yuan: int) -> Decimal:
    return half_up(yi(yuan), 1)
