"""视频监控的词：接入方式、通断、原因、动静、停工；何时算中断、何时告诉、何时拍、何时留。"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from xushi.core.clock import BEIJING, local_day


class Labelled(StrEnum):
    """A word with its Chinese name, as a column's choices."""

    @property
    def label(self) -> str:
        return _LABELS[self.__class__.__name__][self.value]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in cls]


class Kind(Labelled):
    """接入方式."""

    RTSP = "rtsp"
    ONVIF = "onvif"
    WVP = "wvp"


class State(Labelled):
    """通断: NEVER has not given a picture yet, OFF is not in use."""

    OK = "ok"
    INTERRUPTED = "interrupted"
    NEVER = "never"
    OFF = "off"


class Cause(Labelled):
    """为什么没有画面; words.py says it in a sentence and how to mend it."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    SILENT = "silent"
    PASSWORD = "password"  # noqa: S105 - the name of a cause
    NOT_FOUND = "not_found"
    CODEC = "codec"
    GARBAGE = "garbage"
    NO_VIDEO = "no_video"
    ENDED = "ended"
    STALE = "stale"
    DISK = "disk"
    FORBIDDEN = "forbidden"
    SERVER = "server"
    KEY = "key"
    NO_LIBRARY = "no_library"
    OTHER = "other"


class Verdict(Labelled):
    """动静: what cannot be seen is unknown, never still."""

    ACTIVE = "active"
    STILL = "still"
    UNKNOWN = "unknown"


class Standing(Labelled):
    """现场停工: a hint until a person says so."""

    HINT = "hint"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"


_LABELS = {
    "Kind": {"rtsp": "RTSP", "onvif": "ONVIF", "wvp": "国标（WVP平台）"},
    "State": {"ok": "正常", "interrupted": "中断", "never": "还没接通", "off": "停用"},
    "Cause": {
        "unreachable": "断线", "refused": "拒绝连接", "silent": "没有应答", "password": "密码错误",
        "not_found": "路径不对", "codec": "编码不支持", "garbage": "不是视频", "no_video": "没有画面",
        "ended": "视频断流", "stale": "画面不动", "disk": "磁盘满", "forbidden": "地址不许连",
        "server": "平台出错", "key": "密码解不开", "no_library": "缺视频组件", "other": "原因不明",
    },
    "Verdict": {"active": "有动静", "still": "没有动静", "unknown": "看不清"},
    "Standing": {"hint": "像是停工", "confirmed": "确认停工", "refuted": "在施工，误报"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """施工时段: the hours (Beijing) and weekdays (1 Monday … 7 Sunday) in which a site is looked at."""

    begins: time = time(6)
    ends: time = time(18)
    weekdays: frozenset[int] = frozenset(range(1, 8))

    def holds(self, moment: datetime) -> bool:
        at = moment.astimezone(BEIJING)
        return at.isoweekday() in self.weekdays and self.begins <= at.time() < self.ends

    def share(self, moment: datetime) -> float:
        """Where in the day's hours a moment lies, 0–1; for the strip of a day."""
        at = moment.astimezone(BEIJING)
        first, last = _minutes(self.begins), _minutes(self.ends)
        return min(max((at.hour * 60 + at.minute + at.second / 60 - first) / (last - first), 0.0), 1.0)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


# ---- 中断 ----

INTERRUPTED_AFTER = timedelta(seconds=60)
TELL_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a camera: since is when its state began, last_frame_at the newest picture known to be live."""

    state: State
    since: datetime
    last_frame_at: datetime | None = None
    cause: Cause | None = None


def after_frame(health: Health, at: datetime) -> Health:
    """A live picture came: whatever was wrong is over."""
    newest = max(at, health.last_frame_at) if health.last_frame_at else at
    since = health.since if health.state == State.OK else at
    return Health(State.OK, since, newest)


def after_failure(health: Health, at: datetime, cause: Cause, silent: timedelta | None = None) -> Health:
    """No picture: an interruption once none has come for a minute.

    silent is how long whoever looks has looked in vain, by a clock that never stands still: while nobody looked
    (the machine was off) nothing is known. Without it the last picture's age counts.
    """
    if health.state in (State.INTERRUPTED, State.NEVER):
        return Health(health.state, health.since, health.last_frame_at, cause)
    last = health.last_frame_at or health.since
    if (at - last if silent is None else silent) < INTERRUPTED_AFTER:
        return Health(State.OK, health.since, health.last_frame_at, cause)
    began = last if silent is None else max(last, at - silent)
    return Health(State.INTERRUPTED, began, health.last_frame_at, cause)


def steps_due(began: datetime, now: datetime) -> int:
    """How often an interruption has to have been told by now: after ten minutes, an hour, a day."""
    return sum(now - began >= wait for wait in TELL_AFTER)


# ---- 快照 ----


def snapshot_due(last: datetime | None, now: datetime, minutes: int, hours: Hours) -> bool:
    """Every so many minutes within the hours, at round times, so that the strips of all cameras line up."""
    if not hours.holds(now):
        return False
    return last is None or _slot(last, minutes) < _slot(now, minutes)


def _slot(moment: datetime, minutes: int) -> int:
    return int(moment.timestamp()) // (minutes * 60)


KEEPER_AT = time(10)


def keeper_of(taken: Sequence[tuple[int, datetime, Verdict | None]]) -> int | None:
    """The picture that stays of a day (key, moment, verdict): readable, and nearest to ten o'clock."""
    if not taken:
        return None
    readable = [one for one in taken if one[2] != Verdict.UNKNOWN] or list(taken)

    def far(one: tuple[int, datetime, Verdict | None]) -> tuple[float, int]:
        at = one[1].astimezone(BEIJING)
        ten = at.replace(hour=KEEPER_AT.hour, minute=0, second=0, microsecond=0)
        return abs((at - ten).total_seconds()), one[0]

    return min(readable, key=far)[0]


def last_day_to_thin(today: date, keep_days: int) -> date:
    """Days up to this one keep one picture; the newer ones keep all."""
    return today - timedelta(days=keep_days)


# ---- 断流占时 ----


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a day's strip, as shares 0–1 of the hours."""

    begins: float
    ends: float


def spans_of(outages: Collection[tuple[datetime, datetime | None]], day: date, hours: Hours,
             now: datetime) -> list[Span]:  # fmt: skip
    """When no picture came on a day, within the hours, up to now."""
    made = []
    for began, ended in sorted(outages, key=lambda one: one[0]):
        until = min(ended or now, now)
        if local_day(began) > day or local_day(until) < day:
            continue
        begins = hours.share(began) if local_day(began) == day else 0.0
        ends = hours.share(until) if local_day(until) == day else 1.0
        if ends > begins:
            made.append(Span(begins, ends))
    return made


# ---- 遮挡区 ----

MOST_POLYGONS = 8
MOST_POINTS = 20
Polygon = list[list[float]]


def masked_of(value: object) -> list[Polygon]:
    """遮挡区: polygons of points as shares of width and height; ValueError says what is wrong."""
    if not isinstance(value, list):
        raise ValueError("遮挡区看不懂，请重画。")
    if len(value) > MOST_POLYGONS:
        raise ValueError(f"遮挡区最多{MOST_POLYGONS}块，请合并几块。")
    return [_polygon(one) for one in value]


def _polygon(value: object) -> Polygon:
    if not isinstance(value, list) or not 3 <= len(value) <= MOST_POINTS:
        raise ValueError(f"每块遮挡区要3到{MOST_POINTS}个点，请重画。")
    made: Polygon = []
    for point in value:
        if not isinstance(point, list) or len(point) != 2 or not all(_is_share(one) for one in point):
            raise ValueError("遮挡区的点要落在画面里，请重画。")
        made.append([round(float(point[0]), 4), round(float(point[1]), 4)])
    return made


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


# ---- 分路 ----


def grouped(names: Sequence[str], total: int) -> str:
    """One site's cameras that are out, in one sentence's words: 东门塔吊、西侧围挡; 全部3路."""
    if total > 1 and len(names) == total:
        return f"全部{total}路"
    return "、".join(names[:3]) + (f"等{len(names)}路" if len(names) > 3 else "")


def gaps(days: Sequence[date]) -> list[tuple[date, date]]:
    """The stretches of days between that have no picture."""
    day = timedelta(days=1)
    return [(a + day, b - day) for a, b in pairwise(sorted(days)) if b - a > day]
